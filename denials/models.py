from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from denials.choices import (
    APPEAL_STATES,
    OPEN_STATES,
    AppealMethod,
    AppealOutcome,
    AppealState,
    DenialState,
    Level,
    OccurrenceKind,
    Resolution,
    RootCauseSource,
    WriteOffReason,
    WriteOffState,
)
from denials.querysets import DenialQuerySet
from tenancy.models import TenantForeignKey, TenantManager, TenantModel

DenialManager = TenantManager.from_queryset(DenialQuerySet)


class Denial(TenantModel):
    """One claim line refused by one payer, for the life of the claim.

    `line_key` names the line through all versions of the claim (its charge where known), or says CLAIM.
    Codes, amount and remittance are those of the latest occurrence; `sequence` counts the refusals.
    """

    claim = TenantForeignKey("claims.Claim", on_delete=models.PROTECT, related_name="+", db_index=False)
    claim_line = TenantForeignKey(
        "claims.ClaimLine", on_delete=models.PROTECT, related_name="+", null=True, db_index=False
    )
    line_key = models.CharField(max_length=60)
    level = models.CharField(max_length=24, choices=Level)
    patient = TenantForeignKey("patients.Patient", on_delete=models.PROTECT, related_name="+", db_index=False)
    payer = TenantForeignKey("reference.Payer", on_delete=models.PROTECT, related_name="+", db_index=False)
    location = models.ForeignKey(
        "tenancy.Location", on_delete=models.PROTECT, related_name="+", null=True, db_index=False
    )
    charge_id = models.UUIDField(null=True)
    remit_claim = TenantForeignKey(
        "remittances.RemitClaim", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    remit_line = TenantForeignKey(
        "remittances.RemitLine", on_delete=models.PROTECT, related_name="+", null=True, db_index=False
    )
    work_item = TenantForeignKey(
        "workbench.WorkItem", on_delete=models.PROTECT, related_name="+", null=True, db_index=False
    )

    service_date = models.DateField(null=True)
    procedure_code = models.CharField(max_length=16, blank=True)
    modifiers = models.CharField(max_length=24, blank=True)
    responsibility_rank = models.SmallIntegerField(default=1)
    billed_cents = models.BigIntegerField()
    paid_cents = models.BigIntegerField(default=0)
    denied_cents = models.BigIntegerField()
    expected_cents = models.BigIntegerField()
    expected_basis = models.CharField(max_length=80, blank=True)

    group_code = models.CharField(max_length=2)
    reason_code = models.CharField(max_length=5)
    secondary_reasons = models.JSONField(default=list)
    remark_codes = ArrayField(models.CharField(max_length=10), default=list)
    category = models.CharField(max_length=40)
    subcategory = models.CharField(max_length=60, blank=True)
    root_cause = models.CharField(max_length=60, blank=True)
    root_cause_source = models.CharField(max_length=24, choices=RootCauseSource, default=RootCauseSource.CODE)
    evidence = models.JSONField(default=list)
    is_preventable = models.BooleanField(default=False)
    has_mixed_signals = models.BooleanField(default=False)
    needs_review = models.BooleanField(default=False)
    # What the practice's own rule for the payer adds to the priority.
    priority_boost = models.SmallIntegerField(default=0, db_default=0)
    is_appealable = models.BooleanField(default=True)
    is_patient_liable = models.BooleanField(default=False)
    is_unprocessable = models.BooleanField(default=False)
    resubmission = models.CharField(max_length=24, blank=True)
    core_scenario = models.CharField(max_length=60, blank=True)
    forbidden_actions = models.JSONField(default=list)
    blocked_actions = models.JSONField(default=list)
    next_action = models.CharField(max_length=40, blank=True)
    suggested_actions = ArrayField(models.CharField(max_length=40), default=list)
    explanations = models.JSONField(default=list)
    owner_team = models.CharField(max_length=40, blank=True)

    sequence = models.IntegerField(default=1)
    denied_on = models.DateField()
    received_on = models.DateField()
    appeal_due_on = models.DateField(null=True)
    appeal_basis = models.JSONField(default=dict)
    corrected_claim_due_on = models.DateField(null=True)

    state = models.CharField(max_length=24, choices=DenialState, default=DenialState.DETECTED)
    resolution = models.CharField(max_length=24, choices=Resolution, blank=True)
    resolution_entry_id = models.UUIDField(null=True)
    recovered_cents = models.BigIntegerField(default=0)
    written_off_cents = models.BigIntegerField(default=0)
    closed_on = models.DateField(null=True)
    version = models.IntegerField(default=1)

    objects = DenialManager()

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "claim", "line_key", "payer", "responsibility_rank"],
                name="denial_once_per_line_payer_and_rank",
            ),
            models.CheckConstraint(
                condition=Q(written_off_cents__gte=0), name="denial_written_off_not_negative"
            ),
        ]
        indexes = [
            models.Index(
                fields=["organization", "payer", "reason_code", "closed_on"],
                name="denial_by_payer_and_reason",
            ),
            models.Index(fields=["organization", "work_item"], name="denial_by_work_item"),
            models.Index(fields=["organization", "state", "appeal_due_on"], name="denial_by_deadline"),
        ]

    def __str__(self) -> str:
        return f"{self.group_code}-{self.reason_code}"

    @property
    def is_initial(self) -> bool:
        return self.sequence == 1

    @property
    def code(self) -> str:
        return f"{self.group_code}-{self.reason_code}"

    @property
    def subcategory_words(self) -> str:
        return self.subcategory.replace("_", " ")

    @property
    def is_appealed(self) -> bool:
        return self.state in APPEAL_STATES

    @property
    def is_open(self) -> bool:
        return self.state in OPEN_STATES


class DenialOccurrence(TenantModel):
    """One adjudication fact taken into a denial: the chain from the first refusal to the last word."""

    denial = TenantForeignKey(
        "denials.Denial", on_delete=models.PROTECT, related_name="occurrences", db_index=False
    )
    fact_id = models.UUIDField()
    remit_claim = TenantForeignKey(
        "remittances.RemitClaim", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    remit_line = TenantForeignKey(
        "remittances.RemitLine", on_delete=models.PROTECT, related_name="+", null=True, db_index=False
    )
    kind = models.CharField(max_length=24, choices=OccurrenceKind)
    sequence = models.IntegerField()
    amount_cents = models.BigIntegerField()
    paid_cents = models.BigIntegerField(default=0)
    codes = ArrayField(models.CharField(max_length=10), default=list)
    occurred_on = models.DateField()
    taken_at = models.DateTimeField()

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "fact_id", "denial"], name="occurrence_once_per_fact"
            ),
        ]
        indexes = [models.Index(fields=["organization", "denial", "sequence"], name="occurrence_by_denial")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.occurred_on}"


class DenialTransition(TenantModel):
    """A change of a denial's state: from, to, by whom and why."""

    denial = TenantForeignKey(
        "denials.Denial", on_delete=models.PROTECT, related_name="transitions", db_index=False
    )
    from_state = models.CharField(max_length=24, choices=DenialState, blank=True)
    to_state = models.CharField(max_length=24, choices=DenialState)
    reason = models.CharField(max_length=200, blank=True)
    by = models.ForeignKey(
        "tenancy.Person", on_delete=models.PROTECT, related_name="+", null=True, db_index=False
    )
    at = models.DateTimeField()

    class Meta(TenantModel.Meta):
        indexes = [models.Index(fields=["organization", "denial", "at"], name="transition_by_denial")]

    def __str__(self) -> str:
        return f"{self.from_state} → {self.to_state}"


class Appeal(TenantModel):
    """An appeal that was sent, and what became of it."""

    denial = TenantForeignKey(
        "denials.Denial", on_delete=models.PROTECT, related_name="appeals", db_index=False
    )
    level = models.SmallIntegerField(default=1)
    method = models.CharField(max_length=24, choices=AppealMethod)
    reference = models.CharField(max_length=80, blank=True)
    note = models.CharField(max_length=500, blank=True)
    sent_on = models.DateField()
    decision_due_on = models.DateField(null=True)
    state = models.CharField(max_length=24, choices=AppealState, default=AppealState.SUBMITTED)
    outcome = models.CharField(max_length=24, choices=AppealOutcome, blank=True)
    decided_on = models.DateField(null=True)
    recorded_by = models.ForeignKey(
        "tenancy.Person", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    recorded_at = models.DateTimeField()
    form_key = models.UUIDField()

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["organization", "form_key"], name="appeal_once_per_form"),
            models.UniqueConstraint(
                fields=["organization", "denial"],
                condition=~Q(state=AppealState.DECIDED),
                name="appeal_one_open_per_denial",
            ),
            models.CheckConstraint(
                condition=~Q(state=AppealState.DECIDED) | ~Q(outcome=""), name="appeal_decided_has_outcome"
            ),
        ]
        indexes = [models.Index(fields=["organization", "denial", "level"], name="appeal_by_denial")]

    def __str__(self) -> str:
        return f"Level {self.level} appeal of {self.sent_on}"


class WriteOff(TenantModel):
    """Money given up on a denial. Above the requester's limit a second person posts it."""

    denial = TenantForeignKey(
        "denials.Denial", on_delete=models.PROTECT, related_name="write_offs", db_index=False
    )
    amount_cents = models.BigIntegerField()
    reason = models.CharField(max_length=24, choices=WriteOffReason)
    note = models.CharField(max_length=500, blank=True)
    state = models.CharField(max_length=24, choices=WriteOffState)
    needs_approval = models.BooleanField()
    requested_by = models.ForeignKey(
        "tenancy.Person", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    requested_at = models.DateTimeField()
    decided_by = models.ForeignKey(
        "tenancy.Person", on_delete=models.PROTECT, related_name="+", null=True, db_index=False
    )
    decided_at = models.DateTimeField(null=True)
    decision_note = models.CharField(max_length=500, blank=True)
    taken_back_by = models.ForeignKey(
        "tenancy.Person", on_delete=models.PROTECT, related_name="+", null=True, db_index=False
    )
    taken_back_at = models.DateTimeField(null=True)
    journal_entry_id = models.UUIDField(null=True)
    form_key = models.UUIDField()

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["organization", "form_key"], name="writeoff_once_per_form"),
            models.UniqueConstraint(
                fields=["organization", "denial"],
                condition=Q(state=WriteOffState.PENDING),
                name="writeoff_one_pending_per_denial",
            ),
            models.CheckConstraint(condition=Q(amount_cents__gt=0), name="writeoff_positive"),
            models.CheckConstraint(
                condition=Q(needs_approval=False)
                | ~Q(state=WriteOffState.POSTED)
                | (Q(decided_by__isnull=False) & ~Q(decided_by=F("requested_by"))),
                name="writeoff_second_person",
            ),
        ]
        indexes = [models.Index(fields=["organization", "denial"], name="writeoff_by_denial")]

    def __str__(self) -> str:
        return f"{self.get_reason_display()} {self.amount_cents}"


class RoutingRule(TenantModel):
    """Which team gets a denial first: the most specific of payer and category wins; empty means any."""

    payer = TenantForeignKey(
        "reference.Payer", on_delete=models.PROTECT, related_name="+", null=True, db_index=False
    )
    category = models.CharField(max_length=40, blank=True)
    queue = TenantForeignKey(
        "workbench.WorkQueue", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    note = models.CharField(max_length=200, blank=True)
    version = models.IntegerField(default=1)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "payer", "category"],
                name="routingrule_once",
                nulls_distinct=False,
            ),
        ]

    def __str__(self) -> str:
        return self.category or "any category"
