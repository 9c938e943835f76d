from __future__ import annotations

from django.db import models

from patients.choices import ClaimKind
from reference.models import Payer
from tenancy.models import TenantForeignKey, TenantModel


class PayerTiming(TenantModel):
    """How many days a payer took for its answers to claims of a kind in the last year: the ninetieth percentile."""

    payer = TenantForeignKey(Payer, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=24, choices=ClaimKind.choices)
    days = models.PositiveSmallIntegerField()
    sample_size = models.PositiveIntegerField()
    measured_at = models.DateTimeField()

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["organization", "payer", "kind"], name="payer_timing_once"),
        ]

    def __str__(self) -> str:
        return f"timing {self.pk}"
