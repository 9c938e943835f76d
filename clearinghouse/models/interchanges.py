"""What was sealed for a partner: one interchange, its sets, and who stands in which."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from clearinghouse.choices import InterchangeAnswer, InterchangeState, Transaction, Trouble
from clearinghouse.models.files import ExchangeFile
from clearinghouse.models.partners import Connection, TradingPartner
from tenancy.models import TenantForeignKey, TenantModel


class Interchange(TenantModel):
    """Bytes with their numbers drawn, fixed before anything leaves; sent again they are the same bytes."""

    partner = TenantForeignKey(TradingPartner, on_delete=models.PROTECT, related_name="interchanges")
    transaction = models.CharField(max_length=12, choices=Transaction)
    control_number = models.BigIntegerField("ISA13")
    group_number = models.BigIntegerField("GS06")
    file = TenantForeignKey(ExchangeFile, on_delete=models.PROTECT, related_name="interchanges")
    state = models.CharField(max_length=12, choices=InterchangeState, default=InterchangeState.SEALED)
    sealed_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    answer = models.CharField(max_length=24, choices=InterchangeAnswer, default=InterchangeAnswer.WAITING)
    confirmation = models.CharField(max_length=80, blank=True)
    """What the partner's portal answered to who brought the file by hand."""

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "partner", "control_number"], name="interchange_number_once"
            ),
        ]
        indexes = [
            models.Index(fields=["organization", "state", "sealed_at"], name="interchange_by_state"),
            models.Index(fields=["organization", "-sealed_at", "-id"], name="interchange_by_sealing"),
        ]

    def __str__(self) -> str:
        return f"{self.control_number:09}"


class InterchangeSet(TenantModel):
    """One ST to SE of an interchange. `subject_ids` are what the sender put in it, in the order of the file."""

    interchange = TenantForeignKey(Interchange, on_delete=models.PROTECT, related_name="sets")
    control_number = models.BigIntegerField("ST02")
    subject_ids = ArrayField(models.UUIDField())

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "interchange", "control_number"], name="interchange_set_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.control_number:04}"


class DeliveryAttempt(TenantModel):
    """One time an interchange was brought to its partner. Attempts never change; no trouble means it was delivered."""

    interchange = TenantForeignKey(Interchange, on_delete=models.PROTECT, related_name="attempts")
    connection = TenantForeignKey(Connection, on_delete=models.PROTECT, related_name="attempts")
    request_id = models.UUIDField()
    started_at = models.DateTimeField()
    latency_ms = models.IntegerField()
    adapter = models.CharField(max_length=40, blank=True)
    """What spoke to the partner, and its version."""
    trouble = models.CharField(max_length=12, choices=Trouble, blank=True)
    line_rests = models.BooleanField(default=False)
    """The partner was away for everybody: not counted against this file."""

    class Meta(TenantModel.Meta):
        indexes = [models.Index(fields=["organization", "interchange"], name="attempt_by_interchange")]

    def __str__(self) -> str:
        return f"{self.started_at:%Y-%m-%d %H:%M} {self.trouble or 'delivered'}"
