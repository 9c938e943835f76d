from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from clearinghouse.choices import Direction, FileState, Source
from tenancy.models import TenantForeignKey, TenantModel


class ExchangeFile(TenantModel):
    """A file as it came or went. Its bytes are kept in pieces, so that a file of any size is read in little memory."""

    direction = models.CharField(max_length=12, choices=Direction, default=Direction.INBOUND)
    name = models.CharField(max_length=255)
    sha256 = models.CharField(max_length=64)
    size = models.BigIntegerField()
    source = models.CharField(max_length=12, choices=Source)
    kinds = ArrayField(models.CharField(max_length=12), default=list)
    state = models.CharField(max_length=12, choices=FileState, default=FileState.STORED)
    message = models.TextField(blank=True)
    received_at = models.DateTimeField()

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["organization", "sha256"], name="exchangefile_bytes_once"),
        ]
        indexes = [
            models.Index(fields=["organization", "-received_at", "-id"], name="exchangefile_by_arrival")
        ]

    def __str__(self) -> str:
        return self.name


class FilePiece(TenantModel):
    """Part of a file's bytes. Pieces never change."""

    file = TenantForeignKey(
        "clearinghouse.ExchangeFile", on_delete=models.PROTECT, related_name="pieces", db_index=False
    )
    ordinal = models.IntegerField()
    content = models.BinaryField()

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["organization", "file", "ordinal"], name="filepiece_once"),
        ]

    def __str__(self) -> str:
        return f"piece {self.ordinal}"


class FileArrival(TenantModel):
    """One time these bytes arrived: the first, and every repetition after it."""

    file = TenantForeignKey(ExchangeFile, on_delete=models.PROTECT, related_name="arrivals")
    name = models.CharField(max_length=255)
    source = models.CharField(max_length=12, choices=Source)
    person_id = models.UUIDField(null=True)
    arrived_at = models.DateTimeField()

    class Meta(TenantModel.Meta):
        pass

    def __str__(self) -> str:
        return self.name


class FileContent(TenantModel):
    """A file that came from a partner holds transactions of this kind; `taken_at` once their room has taken it."""

    file = TenantForeignKey(ExchangeFile, on_delete=models.PROTECT, related_name="contents")
    kind = models.CharField(max_length=12)
    taken_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["organization", "file", "kind"], name="file_content_once"),
        ]
        indexes = [
            models.Index(
                fields=["organization", "kind", "id"],
                condition=Q(taken_at__isnull=True),
                name="file_content_untaken",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} in {self.file_id}"
