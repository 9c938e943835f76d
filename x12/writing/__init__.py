"""Records back to bytes: the readers' own event streams, written as strict 5010."""

from x12.writing.acknowledgements import write_999
from x12.writing.claims import write_837
from x12.writing.eligibility import write_eligibility
from x12.writing.remittances import write_835
from x12.writing.statuses import write_status

__all__ = ["write_835", "write_837", "write_999", "write_eligibility", "write_status"]
