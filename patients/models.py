from __future__ import annotations

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models.functions import Now

from ledger.models import JournalEntry
from patients.choices import (
    RANKS,
    UNIT_WORDS,
    AccidentCause,
    BillingState,
    ChargeState,
    ClaimKind,
    ConsentState,
    DiagnosisQualifier,
    EncounterState,
    HistoryAction,
    HoldReason,
    PaymentMethod,
    PlanType,
    PriceSource,
    Relationship,
    Sex,
    Source,
    SubjectType,
)
from patients.querysets import PatientQuerySet
from patients.rules.coding import written
from reference.models import Payer, Provider
from tenancy.models import Location, TenantForeignKey, TenantManager, TenantModel

PatientManager = TenantManager.from_queryset(PatientQuerySet)


class Patient(TenantModel):
    mrn = models.CharField("record number", max_length=50, blank=True, default="")
    mrn_normalized = models.CharField(max_length=50, blank=True, default="", editable=False, db_collation="C")
    last_name = models.CharField(max_length=60)
    first_name = models.CharField(max_length=35, blank=True, default="")
    middle_name = models.CharField(max_length=25, blank=True, default="")
    search_name = models.CharField(max_length=120, editable=False, db_collation="C")
    birth_date = models.DateField(null=True, blank=True)
    sex = models.CharField(max_length=1, choices=Sex.choices, default=Sex.UNKNOWN)
    phone = models.CharField(max_length=40, blank=True, default="")
    email = models.CharField(max_length=254, blank=True, default="")
    address_line = models.CharField(max_length=55, blank=True, default="")
    address_line_2 = models.CharField(max_length=55, blank=True, default="")
    city = models.CharField(max_length=30, blank=True, default="")
    state = models.CharField(max_length=2, blank=True, default="")
    postal_code = models.CharField("ZIP code", max_length=15, blank=True, default="")
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    objects = PatientManager()

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "mrn"],
                condition=~models.Q(mrn=""),
                name="patient_once_per_record_number",
            ),
        ]
        indexes = [
            models.Index(fields=["organization", "search_name", "id"], name="patient_by_name"),
            models.Index(fields=["organization", "mrn_normalized"], name="patient_by_number"),
        ]

    def __str__(self) -> str:
        return f"patient {self.pk}"

    @property
    def display_name(self) -> str:
        given = " ".join(part for part in (self.first_name, self.middle_name) if part)
        return f"{self.last_name}, {given}" if given else self.last_name


class Guarantor(TenantModel):
    """Who is billed for what insurance leaves."""

    patient = TenantForeignKey(Patient, on_delete=models.PROTECT, related_name="guarantors")
    relationship = models.CharField(max_length=24, choices=Relationship.choices, default=Relationship.SELF)
    last_name = models.CharField(max_length=60)
    first_name = models.CharField(max_length=35, blank=True, default="")
    phone = models.CharField(max_length=40, blank=True, default="")
    email = models.CharField(max_length=254, blank=True, default="")
    address_line = models.CharField(max_length=55, blank=True, default="")
    address_line_2 = models.CharField(max_length=55, blank=True, default="")
    city = models.CharField(max_length=30, blank=True, default="")
    state = models.CharField(max_length=2, blank=True, default="")
    postal_code = models.CharField("ZIP code", max_length=15, blank=True, default="")
    is_current = models.BooleanField(default=True)
    version = models.PositiveIntegerField(default=1)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "patient"],
                condition=models.Q(is_current=True),
                name="guarantor_one_current_per_patient",
            ),
        ]

    def __str__(self) -> str:
        return f"guarantor {self.pk}"


class Coverage(TenantModel):
    """One member id with one payer. A rank of none means nobody has settled its order beside another coverage."""

    patient = TenantForeignKey(Patient, on_delete=models.PROTECT, related_name="coverages")
    payer = TenantForeignKey(Payer, on_delete=models.PROTECT, related_name="+")
    plan_name = models.CharField(max_length=80, blank=True, default="")
    plan_type = models.CharField(max_length=24, choices=PlanType.choices, default=PlanType.UNKNOWN)
    member_id = models.CharField(max_length=80)
    member_id_normalized = models.CharField(max_length=80, editable=False)
    group_number = models.CharField(max_length=50, blank=True, default="")
    relationship = models.CharField(max_length=24, choices=Relationship.choices, default=Relationship.SELF)
    subscriber_last_name = models.CharField(max_length=60, blank=True, default="")
    subscriber_first_name = models.CharField(max_length=35, blank=True, default="")
    subscriber_birth_date = models.DateField(null=True, blank=True)
    subscriber_sex = models.CharField(max_length=1, choices=Sex.choices, default=Sex.UNKNOWN)
    rank = models.PositiveSmallIntegerField(choices=RANKS, null=True, blank=True)
    starts_on = models.DateField(null=True, blank=True)
    ends_on = models.DateField(null=True, blank=True)
    source = models.CharField(max_length=24, choices=Source.choices, default=Source.PERSON)
    source_at = models.DateTimeField(db_default=Now())
    verified_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "patient", "payer", "member_id_normalized"],
                name="coverage_once_per_member_id",
            ),
            models.CheckConstraint(
                condition=models.Q(rank__isnull=True) | models.Q(rank__range=(1, 3)),
                name="coverage_rank_is_1_to_3",
            ),
            models.CheckConstraint(
                condition=models.Q(starts_on__isnull=True)
                | models.Q(ends_on__isnull=True)
                | models.Q(starts_on__lte=models.F("ends_on")),
                name="coverage_starts_before_it_ends",
            ),
            ExclusionConstraint(
                name="coverage_one_per_rank_and_day",
                expressions=[
                    ("organization", RangeOperators.EQUAL),
                    ("patient", RangeOperators.EQUAL),
                    ("rank", RangeOperators.EQUAL),
                    (
                        models.Func(
                            "starts_on",
                            "ends_on",
                            models.Value("[]"),
                            function="daterange",
                            output_field=DateRangeField(),
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                condition=models.Q(rank__isnull=False),
            ),
        ]
        indexes = [
            models.Index(fields=["organization", "member_id_normalized"], name="coverage_by_member_id"),
            models.Index(fields=["organization", "patient"], name="coverage_by_patient"),
        ]

    def __str__(self) -> str:
        return f"coverage {self.pk}"


class Encounter(TenantModel):
    patient = TenantForeignKey(Patient, on_delete=models.PROTECT, related_name="encounters")
    location = models.ForeignKey(Location, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    rendering_provider = TenantForeignKey(
        Provider, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    billing_provider = TenantForeignKey(
        Provider, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    referring_provider = TenantForeignKey(
        Provider, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    external_id = models.CharField("visit number", max_length=50, blank=True, default="")
    service_from_on = models.DateField("from")
    service_to_on = models.DateField("to")
    start_time = models.TimeField("time", null=True, blank=True)
    place_of_service = models.CharField(max_length=2, blank=True, default="")
    authorization_number = models.CharField(max_length=50, blank=True, default="")
    # What the payer authorized under it; empty is not known.
    authorization_from_on = models.DateField(null=True, blank=True)
    authorization_to_on = models.DateField(null=True, blank=True)
    authorization_units = models.PositiveIntegerField(null=True, blank=True)
    state = models.CharField(max_length=24, choices=EncounterState.choices, default=EncounterState.FINISHED)
    billing_state = models.CharField(
        max_length=24, choices=BillingState.choices, default=BillingState.OPEN, editable=False
    )
    claim_kind = models.CharField(
        "billed as", max_length=24, choices=ClaimKind.choices, default=ClaimKind.PROFESSIONAL
    )
    supervising_provider = TenantForeignKey(
        Provider, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    operating_provider = TenantForeignKey(
        Provider, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    referral_number = models.CharField(max_length=50, blank=True, default="")
    laboratory_number = models.CharField("CLIA number", max_length=10, blank=True, default="")
    claim_note = models.CharField(max_length=80, blank=True, default="")
    accident_cause = models.CharField(max_length=2, choices=AccidentCause.choices, blank=True, default="")
    accident_on = models.DateField(null=True, blank=True)
    accident_state = models.CharField(max_length=2, blank=True, default="")
    onset_on = models.DateField("onset", null=True, blank=True)
    patient_paid_cents = models.BigIntegerField(default=0)
    # 42 CFR Part 2: nothing of the visit leaves the practice without a consent on file.
    is_sensitive = models.BooleanField(default=False)
    # 45 CFR 164.522: the patient pays for the visit and asked that the plan be told nothing of it.
    pays_privately = models.BooleanField(default=False, db_default=False)
    # Institutional: the first two digits of the bill type, admission, discharge, and coded values as
    # [kind, code, date or cents]: BH occurrence, BE value, BG condition, BBR and BBQ procedures.
    type_of_bill = models.CharField(max_length=2, blank=True, default="")
    admission_type = models.CharField(max_length=1, blank=True, default="")
    admission_source = models.CharField(max_length=1, blank=True, default="")
    patient_status = models.CharField(max_length=2, blank=True, default="")
    admitted_on = models.DateField(null=True, blank=True)
    admission_hour = models.CharField(max_length=4, blank=True, default="")
    discharge_hour = models.CharField(max_length=4, blank=True, default="")
    drg = models.CharField("DRG", max_length=4, blank=True, default="")
    hospital_codes = models.JSONField(default=list, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "external_id"],
                condition=~models.Q(external_id=""),
                name="encounter_once_per_visit_number",
            ),
            models.CheckConstraint(
                condition=models.Q(service_from_on__lte=models.F("service_to_on")),
                name="encounter_begins_before_it_ends",
            ),
            models.CheckConstraint(
                condition=models.Q(patient_paid_cents__gte=0), name="encounter_paid_is_not_negative"
            ),
        ]
        indexes = [
            models.Index(
                fields=["organization", "service_from_on", "id"],
                condition=models.Q(billing_state__in=["OPEN", "READY", "HELD", "CHANGED"]),
                name="encounter_to_bill",
            ),
            models.Index(
                fields=["organization", "patient", "service_from_on"], name="encounter_by_patient_and_day"
            ),
            models.Index(
                fields=["organization", "service_from_on", "start_time", "id"],
                condition=models.Q(state="PLANNED"),
                name="encounter_planned",
            ),
        ]

    def __str__(self) -> str:
        return f"encounter {self.pk}"


class Diagnosis(TenantModel):
    encounter = TenantForeignKey(Encounter, on_delete=models.PROTECT, related_name="diagnoses")
    ordinal = models.PositiveSmallIntegerField()
    code = models.CharField(max_length=30)
    qualifier = models.CharField(max_length=3, default=DiagnosisQualifier.OTHER)
    present_on_admission = models.CharField(max_length=1, blank=True, default="")

    class Meta(TenantModel.Meta):
        verbose_name_plural = "diagnoses"
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "encounter", "ordinal"], name="diagnosis_once_per_place"
            ),
        ]

    def __str__(self) -> str:
        return f"diagnosis {self.pk}"

    @property
    def written(self) -> str:
        """With whether it was present on admission, where that is told."""
        return written(self.code, self.present_on_admission)


class Charge(TenantModel):
    """One service at one price. A captured charge is never edited: it is voided and another captured."""

    encounter = TenantForeignKey(Encounter, on_delete=models.PROTECT, related_name="charges")
    line_number = models.PositiveSmallIntegerField()
    procedure_code = models.CharField(max_length=48, blank=True, default="")
    modifiers = models.CharField(max_length=11, blank=True, default="")
    revenue_code = models.CharField(max_length=48, blank=True, default="")
    units = models.DecimalField(max_digits=9, decimal_places=3)
    amount_cents = models.BigIntegerField()
    service_date = models.DateField()
    diagnosis_pointers = models.CharField(max_length=15, blank=True, default="")
    service_to_on = models.DateField("to", null=True, blank=True)
    unit_code = models.CharField(max_length=2, default="UN")
    place_of_service = models.CharField(max_length=2, blank=True, default="")
    authorization_number = models.CharField(max_length=50, blank=True, default="")
    # What the payer authorized under it; empty is not known.
    authorization_from_on = models.DateField(null=True, blank=True)
    authorization_to_on = models.DateField(null=True, blank=True)
    authorization_units = models.PositiveIntegerField(null=True, blank=True)
    # What a code that says nothing of itself stands for (SV101-7).
    description = models.CharField(max_length=80, blank=True, default="")
    drug_code = models.CharField("NDC", max_length=13, blank=True, default="")
    drug_units = models.DecimalField(max_digits=9, decimal_places=3, null=True, blank=True)
    drug_unit_code = models.CharField(max_length=2, blank=True, default="")
    payer_rank = models.PositiveSmallIntegerField(default=1)
    price_source = models.CharField(max_length=24, choices=PriceSource.choices, default=PriceSource.MANUAL)
    state = models.CharField(max_length=24, choices=ChargeState.choices, default=ChargeState.BILLABLE)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "encounter", "line_number"],
                condition=~models.Q(state=ChargeState.VOIDED),
                name="charge_once_per_line",
            ),
            models.CheckConstraint(
                condition=models.Q(payer_rank__range=(0, 3)), name="charge_payer_rank_is_0_to_3"
            ),
            models.CheckConstraint(condition=models.Q(amount_cents__gte=0), name="charge_is_not_negative"),
        ]
        indexes = [models.Index(fields=["organization", "encounter"], name="charge_by_encounter")]

    def __str__(self) -> str:
        return f"charge {self.pk}"

    @property
    def unit_words(self) -> str:
        return UNIT_WORDS.get(self.unit_code, self.unit_code)


class EncounterHold(TenantModel):
    """Why a visit waits and makes no claim; several may stand at once. Released, never deleted."""

    encounter = TenantForeignKey(Encounter, on_delete=models.PROTECT, related_name="holds")
    reason = models.CharField(max_length=24, choices=HoldReason.choices)
    note = models.CharField(max_length=200, blank=True, default="")
    until_on = models.DateField(null=True, blank=True)
    placed_by = models.ForeignKey("tenancy.Person", on_delete=models.PROTECT, related_name="+", null=True)
    placed_at = models.DateTimeField(db_default=Now())
    released_by = models.ForeignKey("tenancy.Person", on_delete=models.PROTECT, related_name="+", null=True)
    released_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "encounter", "reason"],
                condition=models.Q(released_at__isnull=True),
                name="encounter_held_once_for_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"hold {self.pk}"


class Consent(TenantModel):
    """A patient's written word that records of a kind may go to a recipient. Revoked, never deleted."""

    patient = TenantForeignKey(Patient, on_delete=models.PROTECT, related_name="consents")
    purpose = models.CharField(max_length=80, default="Payment")
    recipients = models.CharField(max_length=200, help_text="Who may receive it: the payer, all payers")
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)
    state = models.CharField(max_length=24, choices=ConsentState.choices, default=ConsentState.ACTIVE)
    how = models.CharField("how it was given", max_length=120)
    captured_by = models.ForeignKey("tenancy.Person", on_delete=models.PROTECT, related_name="+", null=True)
    captured_at = models.DateTimeField(db_default=Now())
    revoked_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends_on__isnull=True) | models.Q(starts_on__lte=models.F("ends_on")),
                name="consent_starts_before_it_ends",
            ),
        ]
        indexes = [models.Index(fields=["organization", "patient"], name="consent_by_patient")]

    def __str__(self) -> str:
        return f"consent {self.pk}"


class PatientPayment(TenantModel):
    """Money a patient gave at the desk, with its receipt. Voided by the mirror of its entry, never changed."""

    patient = TenantForeignKey(Patient, on_delete=models.PROTECT, related_name="payments")
    receipt_number = models.PositiveIntegerField(help_text="Counted in the practice, without gaps")
    amount_cents = models.BigIntegerField()
    method = models.CharField(max_length=24, choices=PaymentMethod.choices)
    reference = models.CharField(max_length=60, blank=True, default="")
    paid_for = models.CharField("for", max_length=80, blank=True, default="")
    received_on = models.DateField()
    received_by = models.ForeignKey("tenancy.Person", on_delete=models.PROTECT, related_name="+", null=True)
    received_at = models.DateTimeField()
    entry = TenantForeignKey(JournalEntry, on_delete=models.PROTECT, related_name="+")
    voided_by = models.ForeignKey("tenancy.Person", on_delete=models.PROTECT, related_name="+", null=True)
    voided_at = models.DateTimeField(null=True)
    void_reason = models.CharField(max_length=120, blank=True, default="")

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "receipt_number"], name="payment_receipt_number_once"
            ),
            models.CheckConstraint(condition=models.Q(amount_cents__gt=0), name="payment_is_of_something"),
            models.CheckConstraint(
                condition=models.Q(voided_at__isnull=True) | ~models.Q(void_reason=""),
                name="payment_voided_with_a_reason",
            ),
        ]
        indexes = [models.Index(fields=["organization", "patient", "-id"], name="payment_by_patient")]

    def __str__(self) -> str:
        return f"payment {self.pk}"

    @property
    def receipt(self) -> str:
        return f"R-{self.receipt_number:06}"


class PatientHistory(TenantModel):
    """What each source said of a patient's record and when; the newest word on a field is its source. Append-only."""

    patient = TenantForeignKey(Patient, on_delete=models.PROTECT, related_name="+")
    subject_type = models.CharField(max_length=24, choices=SubjectType.choices)
    subject_id = models.UUIDField()
    action = models.CharField(max_length=24, choices=HistoryAction.choices)
    source = models.CharField(max_length=24, choices=Source.choices)
    source_reference = models.CharField(max_length=120, blank=True, default="")
    # by field: what it was, what it is
    changes = models.JSONField(default=dict)
    person_id = models.UUIDField(null=True)
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta(TenantModel.Meta):
        verbose_name_plural = "patient histories"
        indexes = [
            models.Index(
                fields=["organization", "patient", "subject_id", "id"], name="patient_history_by_subject"
            ),
        ]

    def __str__(self) -> str:
        return f"history {self.pk}"


class CreationKey(TenantModel):
    """A key used once: the same create sent twice answers with what the first one made. Append-only."""

    endpoint = models.CharField(max_length=60)
    key = models.CharField(max_length=100)
    body_sha256 = models.CharField(max_length=64)
    subject_id = models.UUIDField()
    answer = models.JSONField(default=dict)
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["organization", "endpoint", "key"], name="creation_key_once"),
        ]

    def __str__(self) -> str:
        return f"key {self.pk}"
