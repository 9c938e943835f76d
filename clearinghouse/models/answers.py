"""What partners answered to the envelopes we sent."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from clearinghouse.choices import AnswerKind
from clearinghouse.models.files import ExchangeFile
from clearinghouse.models.interchanges import Interchange, InterchangeSet
from tenancy.models import TenantForeignKey, TenantModel


class EnvelopeAnswer(TenantModel):
    """A TA1's word on an interchange, or a 999's on one of its sets. Kept as it came, whatever it answers."""

    kind = models.CharField(max_length=12, choices=AnswerKind)
    interchange = TenantForeignKey(Interchange, on_delete=models.PROTECT, related_name="answers", null=True)
    """None where the answer is to something that was never sent."""
    set = TenantForeignKey(InterchangeSet, on_delete=models.PROTECT, related_name="answers", null=True)
    answers_to = models.CharField(max_length=40)
    """The numbers it names: ISA13, or GS06 and ST02."""
    code = models.CharField(max_length=2, blank=True)
    """TA104, IK501 or AK901 as it came."""
    outcome = models.CharField(max_length=24)
    """An x12.Outcome."""
    reasons = ArrayField(models.CharField(max_length=8), default=list)
    errors = models.JSONField(default=list)
    """Each with the claim it names, its segment, place in the set, loop, code and elements (IK3, CTX, IK4)."""
    file = TenantForeignKey(ExchangeFile, on_delete=models.PROTECT, related_name="+")
    segment = models.PositiveIntegerField()
    received_at = models.DateTimeField()
    taken_at = models.DateTimeField(null=True)
    """When the room that sent what is answered has moved by it."""

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "file", "segment", "set"],
                nulls_distinct=False,
                name="envelope_answer_once",
            ),
        ]
        indexes = [
            models.Index(
                fields=["organization", "received_at"],
                condition=Q(taken_at__isnull=True),
                name="envelope_answer_untaken",
            ),
        ]

    @property
    def words(self) -> str:
        return self.outcome.replace("_", " ").capitalize()

    def __str__(self) -> str:
        return f"{self.kind} {self.code} to {self.answers_to}"
