"""What may be done with claims."""

from claims.services.adjudication import Adjudicated, record_adjudication
from claims.services.importing import import_837
from claims.services.uploading import receive_837

__all__ = ["Adjudicated", "import_837", "receive_837", "record_adjudication"]
