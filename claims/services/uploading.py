"""A file of claims as it arrives: kept first, read by a job."""

from __future__ import annotations

from datetime import datetime
from typing import BinaryIO

from audit import services as audit
from clearinghouse.models import ExchangeFile
from clearinghouse.services import store_inbound
from tenancy.jobs import enqueue


def receive_837(
    *, name: str, content: bytes | BinaryIO, source: str, at: datetime
) -> tuple[ExchangeFile, bool]:
    """Keep the file and have it imported; returns it and whether these bytes are new."""
    file, created = store_inbound(name=name, content=content, source=source, at=at)
    audit.record(verb="claims.file.uploaded", subject=file, data={"new": created})
    enqueue("claims.import_file", once_key=str(file.id), file_id=file.id)
    return file, created
