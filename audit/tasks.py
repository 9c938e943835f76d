from uuid import UUID

from django.utils import timezone

from audit import services
from tenancy.jobs import job


@job("audit.make_export", queue="audit")
def make_export(*, export_id: UUID) -> None:
    """Safe to repeat: an export that is done is left as it is."""
    services.make_export(export_id=export_id, at=timezone.now())


@job("audit.clear_exports", queue="audit")
def clear_exports() -> None:
    services.clear_exports(at=timezone.now())
