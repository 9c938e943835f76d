from __future__ import annotations

from django.db import models

from claims.models.claims import Claim, ClaimVersion
from clearinghouse.models import Interchange, InterchangeSet
from tenancy.models import TenantForeignKey, TenantModel


class Submission(TenantModel):
    """One version's place in one interchange. Append-only; a version that goes again has another one."""

    claim = TenantForeignKey(Claim, on_delete=models.PROTECT, related_name="submissions")
    version = TenantForeignKey(ClaimVersion, on_delete=models.PROTECT, related_name="submissions")
    interchange = TenantForeignKey(Interchange, on_delete=models.PROTECT, related_name="+", db_index=False)
    set = TenantForeignKey(InterchangeSet, on_delete=models.PROTECT, related_name="+", db_index=False)
    # Segment ordinals in the interchange's file: of the set's ST and of the claim's CLM.
    set_position = models.PositiveIntegerField()
    position = models.PositiveIntegerField()
    made_at = models.DateTimeField()

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["organization", "set", "version"], name="submission_once_in_set"),
        ]
        indexes = [
            models.Index(
                fields=["organization", "interchange", "position"], name="submission_by_interchange"
            ),
            models.Index(fields=["organization", "made_at"], name="submission_by_moment"),
        ]

    def __str__(self) -> str:
        return f"submission {self.pk}"
