from __future__ import annotations

from django.db import models
from django.db.models import Q

from claims.choices import AskedBy, QuestionState
from claims.models.acknowledgements import ClaimAcknowledgement
from claims.models.claims import Claim, ClaimVersion
from clearinghouse.models import Interchange, InterchangeSet
from tenancy.models import TenantForeignKey, TenantModel


class StatusQuestion(TenantModel):
    """A payer is asked where a version stands (276). One question of a claim is open at a time."""

    claim = TenantForeignKey(Claim, on_delete=models.PROTECT, related_name="questions", db_index=False)
    version = TenantForeignKey(ClaimVersion, on_delete=models.PROTECT, related_name="+", db_index=False)
    state = models.CharField(max_length=24, choices=QuestionState, default=QuestionState.ASKED)
    asked_by = models.CharField(max_length=12, choices=AskedBy)
    asked_at = models.DateTimeField()
    interchange = TenantForeignKey(Interchange, on_delete=models.PROTECT, related_name="+", db_index=False)
    set = TenantForeignKey(InterchangeSet, on_delete=models.PROTECT, related_name="+", db_index=False)
    ended_at = models.DateTimeField(null=True)
    answer = TenantForeignKey(
        ClaimAcknowledgement, on_delete=models.PROTECT, related_name="+", null=True, db_index=False
    )

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "claim"],
                condition=Q(state=QuestionState.ASKED),
                name="status_question_one_open",
            ),
        ]
        indexes = [
            models.Index(fields=["organization", "claim", "-asked_at"], name="status_question_by_claim"),
            models.Index(fields=["organization", "set"], name="status_question_by_set"),
        ]

    @property
    def trace(self) -> str:
        """TRN02, which the answer repeats."""
        return self.id.hex.upper()

    def __str__(self) -> str:
        return f"question {self.pk}"
