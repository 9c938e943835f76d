from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from claims.models.claims import Claim
from patients.models import Encounter
from tenancy.models import TenantForeignKey, TenantModel


class BillingRun(TenantModel):
    """The claims of all visits a filter showed, made as a job."""

    visit_ids = ArrayField(models.UUIDField())
    requested_by = models.ForeignKey(
        "tenancy.Person", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    requested_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    form_key = models.UUIDField()

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["organization", "form_key"], name="billing_run_once_per_form"),
        ]

    def __str__(self) -> str:
        return f"billing run {self.pk}"


class BillingLine(TenantModel):
    """What became of one visit: its claim, or why there is none."""

    run = TenantForeignKey(BillingRun, on_delete=models.PROTECT, related_name="lines", db_index=False)
    visit = TenantForeignKey(Encounter, on_delete=models.PROTECT, related_name="+", db_index=False)
    claim = TenantForeignKey(Claim, on_delete=models.PROTECT, related_name="+", null=True, db_index=False)
    position = models.IntegerField()
    refusal = models.CharField(max_length=200, blank=True, default="")

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["organization", "run", "visit"], name="billing_line_once"),
        ]

    def __str__(self) -> str:
        return f"billing line {self.pk}"
