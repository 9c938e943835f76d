"""What may be done with claims."""

from claims.services.adjudication import Adjudicated, record_adjudication

__all__ = ["Adjudicated", "record_adjudication"]
