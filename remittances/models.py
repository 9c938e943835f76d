from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from remittances.choices import (
    AdjustmentClass,
    Booking,
    FactKind,
    LineResult,
    MatchRule,
    MatchState,
    ProviderAdjustmentUse,
    ReceivableState,
    RemittanceState,
    ResultState,
    Treatment,
)
from tenancy.models import TenantForeignKey, TenantModel


class Remittance(TenantModel):
    """One payment a payer announced (ST to SE of an 835), with or without money.

    `payment_identity` names the payment whatever envelope it came in. `round` counts postings, so that what was
    un-posted can be posted again under new keys.
    """

    file = TenantForeignKey("clearinghouse.ExchangeFile", on_delete=models.PROTECT, related_name="+")
    interchange = models.IntegerField()
    transaction = models.IntegerField()
    first_segment = models.IntegerField()
    last_segment = models.IntegerField(default=0)
    interchange_control_number = models.CharField(max_length=20, blank=True)
    transaction_control_number = models.CharField(max_length=20, blank=True)

    payer = TenantForeignKey("reference.Payer", on_delete=models.PROTECT, related_name="+", null=True)
    payer_name = models.CharField(max_length=80, blank=True)
    payer_identifier = models.CharField(max_length=80, blank=True)
    payee_name = models.CharField(max_length=80, blank=True)
    payee_identifier = models.CharField(max_length=80, blank=True)
    handling_code = models.CharField(max_length=4, blank=True)
    payment_method = models.CharField(max_length=4, blank=True)
    payment_cents = models.BigIntegerField()
    payment_on = models.DateField()
    trace_number = models.CharField(max_length=60, blank=True)
    payer_trace_identifier = models.CharField(max_length=20, blank=True)
    produced_on = models.DateField(null=True)
    content_hash = models.CharField(max_length=64, blank=True)
    payment_identity = models.CharField(max_length=64)

    state = models.CharField(max_length=12, choices=RemittanceState, default=RemittanceState.READING)
    claim_count = models.IntegerField(default=0)
    line_count = models.IntegerField(default=0)
    charge_cents = models.BigIntegerField(default=0)
    paid_cents = models.BigIntegerField(default=0)
    provider_adjustment_cents = models.BigIntegerField(default=0)
    difference_cents = models.BigIntegerField(default=0)
    unmatched_count = models.IntegerField(default=0)
    denied_count = models.IntegerField(default=0)
    exception_count = models.IntegerField(default=0)
    findings = models.JSONField(default=list)
    alert = models.CharField(max_length=300, blank=True)
    # Why it is not posted before a person has looked at it.
    hold = models.CharField(max_length=300, blank=True)

    received_at = models.DateTimeField()
    posted_at = models.DateTimeField(null=True)
    posted_by = models.ForeignKey("tenancy.Person", on_delete=models.PROTECT, related_name="+", null=True)
    round = models.IntegerField(default=1)
    version = models.IntegerField(default=1)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "payment_identity"], name="remittance_once_per_payment"
            ),
        ]
        indexes = [
            models.Index(fields=["organization", "-received_at", "-id"], name="remittance_by_arrival"),
            models.Index(fields=["organization", "state", "-received_at", "-id"], name="remittance_by_state"),
            models.Index(fields=["organization", "trace_number"], name="remittance_by_trace"),
        ]

    def __str__(self) -> str:
        return self.trace_number or str(self.id)

    @property
    def waits_because(self) -> str:
        """Why a person has to look at it before it is posted, or ""."""
        return (self.hold or self.alert) if self.state == RemittanceState.READY else ""


class TransactionResult(TenantModel):
    """What became of one transaction set of a file: the remittance it made, or why it made none."""

    file = TenantForeignKey("clearinghouse.ExchangeFile", on_delete=models.PROTECT, related_name="+")
    ordinal = models.IntegerField()
    control_number = models.CharField(max_length=20, blank=True)
    state = models.CharField(max_length=12, choices=ResultState)
    message = models.CharField(max_length=500, blank=True)
    remittance = TenantForeignKey(
        "remittances.Remittance", on_delete=models.PROTECT, related_name="+", null=True
    )
    claim_count = models.IntegerField(default=0)
    findings = models.JSONField(default=list)
    recorded_at = models.DateTimeField()

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "file", "ordinal"], name="transactionresult_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.control_number} {self.get_state_display()}"


class RemitClaim(TenantModel):
    """One CLP: what the payer decided about one claim. `entry_id` is its live entry, `booking` where it stands."""

    remittance = TenantForeignKey(
        "remittances.Remittance", on_delete=models.PROTECT, related_name="claims", db_index=False
    )
    ordinal = models.IntegerField()
    status_code = models.CharField(max_length=4)
    is_reversal = models.BooleanField(default=False)
    patient_control_number = models.CharField(max_length=40, blank=True)
    payer_control_number = models.CharField(max_length=60, blank=True)
    original_payer_control_number = models.CharField(max_length=60, blank=True)
    filing_indicator = models.CharField(max_length=4, blank=True)
    frequency_code = models.CharField(max_length=4, blank=True)
    facility_code = models.CharField(max_length=4, blank=True)
    charge_cents = models.BigIntegerField()
    paid_cents = models.BigIntegerField()
    patient_responsibility_cents = models.BigIntegerField(null=True)
    patient_last_name = models.CharField(max_length=80, blank=True)
    patient_first_name = models.CharField(max_length=50, blank=True)
    member_id = models.CharField(max_length=80, blank=True)
    rendering_npi = models.CharField(max_length=20, blank=True)
    service_from_on = models.DateField(null=True)
    service_to_on = models.DateField(null=True)
    received_on = models.DateField(null=True)
    remark_codes = ArrayField(models.CharField(max_length=10), default=list)
    corrected_last_name = models.CharField(max_length=80, blank=True)
    corrected_first_name = models.CharField(max_length=50, blank=True)
    corrected_member_id = models.CharField(max_length=80, blank=True)
    payer_text = models.CharField(max_length=300, blank=True)
    crossover_name = models.CharField(max_length=80, blank=True)
    first_segment = models.IntegerField(default=0)
    last_segment = models.IntegerField(default=0)

    match_state = models.CharField(max_length=12, choices=MatchState, default=MatchState.UNMATCHED)
    match_rule = models.CharField(max_length=32, choices=MatchRule, blank=True)
    match_score = models.SmallIntegerField(default=0)
    match_reason = models.CharField(max_length=200, blank=True)
    claim = TenantForeignKey(
        "claims.Claim", on_delete=models.PROTECT, related_name="+", null=True, db_index=False
    )
    claim_version_number = models.SmallIntegerField(null=True)
    rank = models.SmallIntegerField(default=1)

    result = models.CharField(max_length=16, choices=LineResult, default=LineResult.UNKNOWN)
    denied_cents = models.BigIntegerField(default=0)
    contractual_cents = models.BigIntegerField(default=0)
    issues = ArrayField(models.CharField(max_length=24), default=list)
    booking = models.CharField(max_length=16, choices=Booking, default=Booking.NONE)
    booking_count = models.IntegerField(default=0)
    entry_id = models.UUIDField(null=True)
    reverses = TenantForeignKey(
        "remittances.RemitClaim", on_delete=models.PROTECT, related_name="+", null=True, db_index=False
    )
    # A person said that this answer stands beside an earlier one to the same charges.
    is_additional = models.BooleanField(default=False, db_default=False)
    # Why it waits alone before a person has looked at it, and that one let it pass.
    hold = models.CharField(max_length=300, blank=True, default="", db_default="")
    is_released = models.BooleanField(default=False, db_default=False)
    version = models.IntegerField(default=1)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["organization", "remittance", "ordinal"], name="remitclaim_once"),
            models.UniqueConstraint(
                fields=["organization", "reverses"],
                condition=Q(reverses__isnull=False),
                name="remitclaim_reversed_once",
            ),
        ]
        indexes = [
            models.Index(fields=["organization", "claim", "id"], name="remitclaim_by_claim"),
            models.Index(fields=["organization", "payer_control_number"], name="remitclaim_by_payer_number"),
            models.Index(fields=["organization", "patient_control_number"], name="remitclaim_by_number"),
            models.Index(
                fields=["organization", "id"],
                name="remitclaim_without_claim",
                condition=Q(claim__isnull=True),
            ),
            models.Index(
                fields=["organization", "booking", "id"],
                name="remitclaim_held",
                condition=Q(booking__in=[Booking.HELD, Booking.UNAPPLIED]),
            ),
        ]

    def __str__(self) -> str:
        return self.patient_control_number or self.payer_control_number

    @property
    def waits(self) -> bool:
        return bool(self.hold) and not self.is_released

    @property
    def corrected_name(self) -> str:
        return f"{self.corrected_last_name} {self.corrected_first_name}".strip()


class RemitLine(TenantModel):
    """One SVC. `submitted_*` is the code as we sent it, where the payer decided under another one."""

    remit_claim = TenantForeignKey(
        "remittances.RemitClaim", on_delete=models.PROTECT, related_name="lines", db_index=False
    )
    ordinal = models.IntegerField()
    procedure_code = models.CharField(max_length=48, blank=True)
    modifiers = models.CharField(max_length=24, blank=True)
    submitted_procedure_code = models.CharField(max_length=48, blank=True)
    submitted_modifiers = models.CharField(max_length=24, blank=True)
    revenue_code = models.CharField(max_length=48, blank=True)
    charge_cents = models.BigIntegerField()
    paid_cents = models.BigIntegerField()
    allowed_cents = models.BigIntegerField(null=True)
    units = models.DecimalField(max_digits=15, decimal_places=3, null=True)
    submitted_units = models.DecimalField(max_digits=15, decimal_places=3, null=True)
    line_control_number = models.CharField(max_length=50, blank=True)
    service_from_on = models.DateField(null=True)
    service_to_on = models.DateField(null=True)
    remark_codes = ArrayField(models.CharField(max_length=10), default=list)
    policy_identifier = models.CharField(max_length=50, blank=True)
    first_segment = models.IntegerField(default=0)

    claim_line = TenantForeignKey(
        "claims.ClaimLine", on_delete=models.PROTECT, related_name="+", null=True, db_index=False
    )
    charge_id = models.UUIDField(null=True)
    match_rule = models.CharField(max_length=24, blank=True)
    result = models.CharField(max_length=16, choices=LineResult, default=LineResult.UNKNOWN)
    denied_cents = models.BigIntegerField(default=0)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["organization", "remit_claim", "ordinal"], name="remitline_once"),
        ]

    def __str__(self) -> str:
        return f"{self.ordinal} {self.procedure_code}"


class RemitAdjustment(TenantModel):
    """One triple of a CAS, of a line or, without one, of the claim. A positive amount lowers the payment."""

    remit_claim = TenantForeignKey(
        "remittances.RemitClaim", on_delete=models.PROTECT, related_name="adjustments", db_index=False
    )
    remit_line = TenantForeignKey(
        "remittances.RemitLine",
        on_delete=models.PROTECT,
        related_name="adjustments",
        null=True,
        db_index=False,
    )
    position = models.IntegerField()
    group_code = models.CharField(max_length=4)
    reason_code = models.CharField(max_length=10)
    amount_cents = models.BigIntegerField()
    quantity = models.DecimalField(max_digits=15, decimal_places=3, null=True)
    classification = models.CharField(max_length=24, choices=AdjustmentClass)
    treatment = models.CharField(max_length=24, choices=Treatment)
    segment = models.IntegerField(default=0)
    element = models.SmallIntegerField(default=0)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "remit_claim", "position"], name="remitadjustment_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.group_code}-{self.reason_code}"


class ProviderAdjustment(TenantModel):
    """One pair of a PLB: money moved outside of any claim. A positive amount lowers the payment."""

    remittance = TenantForeignKey(
        "remittances.Remittance",
        on_delete=models.PROTECT,
        related_name="provider_adjustments",
        db_index=False,
    )
    ordinal = models.IntegerField()
    reason_code = models.CharField(max_length=10)
    reference = models.CharField(max_length=60, blank=True)
    amount_cents = models.BigIntegerField()
    provider_identifier = models.CharField(max_length=60, blank=True)
    fiscal_period = models.CharField(max_length=10, blank=True)
    use = models.CharField(max_length=16, choices=ProviderAdjustmentUse)
    entry_id = models.UUIDField(null=True)
    segment = models.IntegerField(default=0)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "remittance", "ordinal"], name="provideradjustment_once"
            ),
        ]
        indexes = [
            models.Index(fields=["organization", "reference"], name="provideradjustment_by_ref"),
        ]

    def __str__(self) -> str:
        return f"{self.reason_code} {self.reference}".strip()


class PayerReceivable(TenantModel):
    """What we owe a payer back, or it took without telling for which claim, under one reference of its own.

    `open_cents` repeats the ledger's balance of that reference: below zero we still owe it, above zero the payer
    took money not tied to a claim.
    """

    payer = TenantForeignKey("reference.Payer", on_delete=models.PROTECT, related_name="+", null=True)
    payer_key = models.UUIDField()
    reference = models.CharField(max_length=60)
    open_cents = models.BigIntegerField(default=0)
    state = models.CharField(max_length=12, choices=ReceivableState, default=ReceivableState.OPEN)
    opened_on = models.DateField()
    moved_on = models.DateField()
    version = models.IntegerField(default=1)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "payer_key", "reference"], name="payerreceivable_once"
            ),
        ]

    def __str__(self) -> str:
        return self.reference


class ReceivableTie(TenantModel):
    """A person said for which claim money under a reference moved. `cents` is what was said, `booked_cents` what of
    it stands in the books: never more than the reference holds, so that a reversal that comes later takes its place.
    Both are positive where the payer took money from the claim.
    """

    receivable = TenantForeignKey(
        "remittances.PayerReceivable", on_delete=models.PROTECT, related_name="ties", db_index=False
    )
    claim = TenantForeignKey("claims.Claim", on_delete=models.PROTECT, related_name="+", db_index=False)
    cents = models.BigIntegerField()
    rank = models.SmallIntegerField()
    booked_cents = models.BigIntegerField(default=0)
    booking_count = models.IntegerField(default=0)
    entry_id = models.UUIDField(null=True)
    tied_at = models.DateTimeField()
    tied_by = models.ForeignKey("tenancy.Person", on_delete=models.PROTECT, related_name="+", null=True)
    undone_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.CheckConstraint(condition=~Q(cents=0), name="receivabletie_moves_something"),
        ]
        indexes = [
            models.Index(fields=["organization", "receivable", "id"], name="receivabletie_by_receivable"),
            models.Index(fields=["organization", "claim"], name="receivabletie_by_claim"),
        ]

    def __str__(self) -> str:
        return f"{self.cents}"


class MatchCandidate(TenantModel):
    """A claim that a payment without one may belong to."""

    remit_claim = TenantForeignKey(
        "remittances.RemitClaim", on_delete=models.PROTECT, related_name="candidates", db_index=False
    )
    claim = TenantForeignKey("claims.Claim", on_delete=models.PROTECT, related_name="+", db_index=False)
    score = models.SmallIntegerField()
    reasons = ArrayField(models.CharField(max_length=120), default=list)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "remit_claim", "claim"], name="matchcandidate_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.score}"


class AdjudicationFact(TenantModel):
    """Something a payer decided, left for the denials app: `taken_at` is its mark.

    DENIED and PARTLY_DENIED carry the amount denied. PAID and DECIDED are what else payers say of a claim that was
    refused, REVERSED that a decision was taken back, un-posted or detached: what rested on that `remit_claim` is void.
    """

    claim = TenantForeignKey("claims.Claim", on_delete=models.PROTECT, related_name="+", db_index=False)
    remit_claim = TenantForeignKey(
        "remittances.RemitClaim", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    remit_line = TenantForeignKey(
        "remittances.RemitLine", on_delete=models.PROTECT, related_name="+", null=True, db_index=False
    )
    kind = models.CharField(max_length=16, choices=FactKind)
    denied_cents = models.BigIntegerField(default=0)
    paid_cents = models.BigIntegerField(default=0)
    occurred_on = models.DateField()
    recorded_at = models.DateTimeField()
    taken_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        indexes = [
            models.Index(
                fields=["organization", "id"], name="fact_untaken", condition=Q(taken_at__isnull=True)
            ),
            models.Index(fields=["organization", "claim", "id"], name="fact_by_claim"),
            models.Index(fields=["organization", "remit_claim"], name="fact_by_remit_claim"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.occurred_on}"
