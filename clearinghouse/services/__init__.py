from clearinghouse.services.answering import mark_answers_taken, take_contents
from clearinghouse.services.fetching import bring_in
from clearinghouse.services.files import mark_file, store_inbound
from clearinghouse.services.sealing import CannotSeal, Sealed, SealedSet, seal

__all__ = [
    "CannotSeal",
    "Sealed",
    "SealedSet",
    "bring_in",
    "mark_answers_taken",
    "mark_file",
    "seal",
    "store_inbound",
    "take_contents",
]
