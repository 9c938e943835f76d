from uuid import UUID

from django.utils import timezone

from claims.services import import_837
from claims.services.progress import reporter
from clearinghouse.models import ExchangeFile
from tenancy.jobs import job


@job("claims.import_file", queue="claims")
def import_file(*, file_id: str) -> None:
    """Safe to repeat: what is on file is left alone, and the whole file is one transaction."""
    file = ExchangeFile.objects.get(id=UUID(file_id))
    import_837(file=file, at=timezone.now(), progress=reporter(file.id))
