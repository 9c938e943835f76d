from uuid import UUID

from django.utils import timezone

from clearinghouse.services.delivering import deliver as deliver_interchange
from tenancy.jobs import job


@job("clearinghouse.deliver", queue="clearinghouse", atomic=False)
def deliver(*, organization_id: UUID, interchange_id: str) -> None:
    """Safe to repeat: the same name and bytes, and the partner's directory is asked before anything is written."""
    deliver_interchange(
        organization_id=organization_id, interchange_id=UUID(interchange_id), at=timezone.now()
    )
