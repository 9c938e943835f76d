from __future__ import annotations

from django.db import models

from tenancy.models import TenantModel


class ClaimNumberSeries(TenantModel):
    """The last claim number drawn in the practice; drawing locks the row."""

    last = models.BigIntegerField(default=0)

    class Meta(TenantModel.Meta):
        verbose_name_plural = "claim number series"
        constraints = [
            models.UniqueConstraint(fields=["organization"], name="claim_number_series_once"),
        ]

    def __str__(self) -> str:
        return f"series {self.pk}"
