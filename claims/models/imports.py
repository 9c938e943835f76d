from __future__ import annotations

from django.db import models
from django.db.models.functions import Now

from claims.choices import ImportState
from clearinghouse.models import ExchangeFile
from tenancy.models import TenantForeignKey, TenantModel


class ClaimImport(TenantModel):
    """One reading of a file of claims: what came of it, one result per transaction set."""

    file = TenantForeignKey(ExchangeFile, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=24, choices=ImportState.choices, default=ImportState.QUEUED)
    message = models.CharField(max_length=500, blank=True, default="")
    claims_created = models.PositiveIntegerField(default=0)
    claims_versioned = models.PositiveIntegerField(default=0)
    claims_unchanged = models.PositiveIntegerField(default=0)
    claims_refused = models.PositiveIntegerField(default=0)
    results = models.JSONField(default=list)
    requested_at = models.DateTimeField(db_default=Now())
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta(TenantModel.Meta):
        indexes = [models.Index(fields=["organization", "-requested_at"], name="claim_import_by_time")]

    def __str__(self) -> str:
        return f"import {self.pk}"
