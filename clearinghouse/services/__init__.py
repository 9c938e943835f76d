from clearinghouse.services.files import mark_file, store_inbound
from clearinghouse.services.sealing import CannotSeal, Sealed, SealedSet, seal

__all__ = ["CannotSeal", "Sealed", "SealedSet", "mark_file", "seal", "store_inbound"]
