from __future__ import annotations

from django.db import models

from claims.choices import AckKind, AckSender, AckStatus, AckVerdict
from claims.models.claims import Claim, ClaimVersion
from clearinghouse.models import ExchangeFile
from tenancy.models import TenantForeignKey, TenantModel


class ClaimAcknowledgement(TenantModel):
    """What a partner, clearinghouse or payer said of one version, with its codes as they came. Append-only.

    A payer's acceptance with its number is the proof of timely filing.
    """

    claim = TenantForeignKey(Claim, on_delete=models.PROTECT, related_name="acknowledgements")
    version = TenantForeignKey(ClaimVersion, on_delete=models.PROTECT, related_name="acknowledgements")
    kind = models.CharField(max_length=12, choices=AckKind.choices)
    sender = models.CharField(max_length=24, choices=AckSender.choices)
    status = models.CharField(max_length=24, choices=AckStatus.choices)
    codes = models.JSONField(default=list)
    places = models.JSONField(default=list)
    message = models.TextField(blank=True)
    action = models.CharField(max_length=2, blank=True)
    payer_control_number = models.CharField(max_length=50, blank=True)
    clearinghouse_trace = models.CharField(max_length=50, blank=True)
    effective_on = models.DateField(null=True)
    charge_cents = models.BigIntegerField(null=True)
    # What a payer says it has paid (STC05), when, and by which check or transfer.
    paid_cents = models.BigIntegerField(null=True)
    paid_on = models.DateField(null=True)
    payment_reference = models.CharField(max_length=50, blank=True, default="", db_default="")
    # What it is evidence of, if anything, and what that did.
    evidence = models.CharField(max_length=24, blank=True)
    verdict = models.CharField(max_length=12, choices=AckVerdict.choices)
    file = TenantForeignKey(ExchangeFile, on_delete=models.PROTECT, related_name="+", db_index=False)
    segment = models.PositiveIntegerField()
    received_at = models.DateTimeField()

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "file", "segment", "claim"], name="claim_acknowledgement_once"
            ),
        ]

    def __str__(self) -> str:
        return f"acknowledgement {self.pk}"
