"""Whom the practice exchanges files with, how they are reached, and who may send them what."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from clearinghouse.choices import EnrolmentState, Series, Transaction, Transport
from reference.models import Payer, Provider
from tenancy.models import TenantForeignKey, TenantModel


class TradingPartner(TenantModel):
    """A clearinghouse, or a payer who takes files itself, and how the two sides name each other in an envelope."""

    name = models.CharField(max_length=60)
    receiver_qualifier = models.CharField("their qualifier (ISA07)", max_length=2, default="ZZ")
    receiver_id = models.CharField("their id (ISA08)", max_length=15)
    application_receiver = models.CharField("their application (GS03)", max_length=15, blank=True)
    receiver_identifier = models.CharField("their id in the file (1000B NM109)", max_length=80, blank=True)
    sender_qualifier = models.CharField("our qualifier (ISA05)", max_length=2, default="ZZ")
    sender_id = models.CharField("our id (ISA06)", max_length=15)
    application_sender = models.CharField("our application (GS02)", max_length=15, blank=True)
    sender_identifier = models.CharField("our id in the file (1000A NM109)", max_length=80, blank=True)
    contact_name = models.CharField(max_length=60, help_text="Whom they call about a file")
    contact_phone = models.CharField(max_length=20, help_text="Ten digits")
    is_production = models.BooleanField(
        "real claims", default=False, help_text="Without it every file says that it is a test (ISA15 T)"
    )
    claims_per_set = models.PositiveIntegerField("claims in a transaction set", default=100)
    opens_at = models.TimeField("takes files from", null=True, blank=True, help_text="Empty: at any hour")
    closes_at = models.TimeField("until", null=True, blank=True)
    is_closed_on_weekends = models.BooleanField(default=False)
    answers_within_hours = models.PositiveSmallIntegerField(
        "hours until a file is answered",
        default=24,
        help_text="A file without TA1 or 999 for longer is missed",
    )
    minutes_between = models.PositiveSmallIntegerField(
        "minutes between two files", default=15, help_text="Claims that become ready meanwhile go together"
    )
    is_active = models.BooleanField(default=True)
    version = models.IntegerField(default=1)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["organization", "name"], name="partner_name_once"),
            # 5,000 claims: 005010X222A1 and X223A2, 2300 CLM.
            models.CheckConstraint(
                condition=Q(claims_per_set__gte=1, claims_per_set__lte=5000), name="partner_claims_per_set"
            ),
            models.CheckConstraint(
                condition=Q(opens_at__isnull=True, closes_at__isnull=True)
                | Q(opens_at__isnull=False, closes_at__isnull=False),
                name="partner_window_has_two_ends",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Connection(TenantModel):
    """How a partner is reached. What opens the door is kept elsewhere, under the name given here."""

    partner = TenantForeignKey(TradingPartner, on_delete=models.PROTECT, related_name="connections")
    transport = models.CharField(max_length=12, choices=Transport)
    address = models.CharField(max_length=200, blank=True, help_text="The partner's host")
    port = models.PositiveIntegerField(null=True, blank=True)
    user_name = models.CharField(max_length=80, blank=True)
    secret_name = models.CharField(
        max_length=80, blank=True, help_text="The name of the password or key; never the secret itself"
    )
    host_key = models.TextField(
        blank=True, help_text="SFTP: as in known_hosts, without the host: ssh-ed25519 AAAA…"
    )
    certificate = models.TextField(
        blank=True, help_text="HTTPS: their server's certificate or who signs it, -----BEGIN CERTIFICATE-----"
    )
    outgoing_folder = models.CharField(max_length=200, blank=True, default="in")
    incoming_folder = models.CharField("their folder for us", max_length=200, blank=True, default="out")
    question_path = models.CharField(
        "where questions are answered at once",
        max_length=200,
        blank=True,
        help_text="HTTPS: the path that takes a 270 and answers with the 271; empty where the partner has none",
    )
    removes_fetched = models.BooleanField(
        "delete what was fetched", default=False, help_text="Otherwise the partner clears the folder"
    )
    asked_at = models.DateTimeField("last asked for files", null=True, editable=False)
    timeout_seconds = models.PositiveSmallIntegerField(default=30)
    is_active = models.BooleanField(default=True)
    version = models.IntegerField(default=1)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "partner"],
                condition=Q(is_active=True),
                name="connection_one_in_use",
            ),
            models.CheckConstraint(condition=Q(timeout_seconds__gte=1), name="connection_has_patience"),
        ]

    def __str__(self) -> str:
        return f"{self.get_transport_display()} {self.address}".strip()


class PayerRoute(TenantModel):
    """Through which partner a payer's transactions go, and what the payer is called there."""

    payer = TenantForeignKey(Payer, on_delete=models.PROTECT, related_name="+")
    partner = TenantForeignKey(TradingPartner, on_delete=models.PROTECT, related_name="routes")
    transaction = models.CharField(max_length=12, choices=Transaction)
    payer_identifier = models.CharField("payer's id there", max_length=80)
    needs_enrolment = models.BooleanField(
        default=False, help_text="Nothing goes to this payer for a provider who is not enrolled"
    )

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "payer", "transaction"], name="payer_route_one_way"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.transaction} by {self.partner_id}"


class Enrolment(TenantModel):
    """Whether a payer takes a transaction from a provider."""

    provider = TenantForeignKey(Provider, on_delete=models.PROTECT, related_name="+")
    payer = TenantForeignKey(Payer, on_delete=models.PROTECT, related_name="+")
    transaction = models.CharField(max_length=12, choices=Transaction)
    state = models.CharField(max_length=24, choices=EnrolmentState, default=EnrolmentState.DRAFT)
    state_since = models.DateTimeField()
    note = models.CharField(max_length=300, blank=True)
    enrolled_name = models.CharField(
        "enrolled as",
        max_length=120,
        blank=True,
        db_default="",
        default="",
        help_text="The provider's name as the payer has it; claims under another name are warned of",
    )

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "provider", "payer", "transaction"], name="enrolment_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.transaction} {self.state}"


class NumberSeries(TenantModel):
    """The last control number drawn for a partner; drawing locks the row until the bytes are stored."""

    partner = TenantForeignKey(TradingPartner, on_delete=models.PROTECT, related_name="series")
    kind = models.CharField(max_length=12, choices=Series)
    last = models.BigIntegerField(default=0)

    class Meta(TenantModel.Meta):
        verbose_name_plural = "number series"
        constraints = [
            models.UniqueConstraint(fields=["organization", "partner", "kind"], name="number_series_once"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.last}"
