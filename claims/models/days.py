from __future__ import annotations

from django.db import models

from reference.models import Payer
from tenancy.models import TenantForeignKey, TenantModel


class ClaimDay(TenantModel):
    """What became of a payer's claims, by day: counted while it settles, kept afterwards."""

    day = models.DateField()
    payer = TenantForeignKey(Payer, on_delete=models.PROTECT, related_name="+", db_index=False)
    # Claims whose edits ran for the first time that day, and those that passed untouched.
    edited = models.PositiveIntegerField(default=0)
    passed = models.PositiveIntegerField(default=0)
    # Claims first sent that day, and how that first sending was answered since.
    sent = models.PositiveIntegerField(default=0)
    accepted = models.PositiveIntegerField(default=0)
    rejected = models.PositiveIntegerField(default=0)
    # Claims whose payer decided that day.
    decided = models.PositiveIntegerField(default=0)
    denied = models.PositiveIntegerField(default=0)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["organization", "day", "payer"], name="claim_day_once"),
        ]

    def __str__(self) -> str:
        return f"claims of {self.day}"
