"""What was taken out of partners' folders, and how asking went."""

from __future__ import annotations

from django.db import models

from clearinghouse.choices import Trouble
from clearinghouse.models.files import ExchangeFile
from clearinghouse.models.partners import Connection
from tenancy.models import TenantForeignKey, TenantModel


class FetchAttempt(TenantModel):
    """One time a partner's folder was asked and something came of it. Attempts never change."""

    connection = TenantForeignKey(Connection, on_delete=models.PROTECT, related_name="fetches")
    request_id = models.UUIDField()
    started_at = models.DateTimeField()
    latency_ms = models.IntegerField()
    adapter = models.CharField(max_length=40, blank=True)
    """What spoke to the partner, and its version."""
    trouble = models.CharField(max_length=12, choices=Trouble, blank=True)
    stored = models.IntegerField(default=0)

    class Meta(TenantModel.Meta):
        indexes = [
            models.Index(fields=["organization", "connection", "-started_at"], name="fetch_by_connection")
        ]

    def __str__(self) -> str:
        return f"{self.started_at:%Y-%m-%d %H:%M} {self.trouble or self.stored}"


class FetchedFile(TenantModel):
    """A file of a partner's folder as it was seen there; `file` once it is stored here."""

    connection = TenantForeignKey(
        Connection, on_delete=models.PROTECT, related_name="fetched", db_index=False
    )
    name = models.CharField(max_length=255)
    size = models.BigIntegerField()
    modified_at = models.BigIntegerField()
    """By the partner's clock, in seconds."""
    first_seen_at = models.DateTimeField()
    file = TenantForeignKey(ExchangeFile, on_delete=models.PROTECT, related_name="+", null=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "connection", "name", "size", "modified_at"], name="fetched_file_once"
            ),
        ]

    def __str__(self) -> str:
        return self.name
