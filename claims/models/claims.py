from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now

from claims.choices import AdjudicationState, Responsibility, SubmissionState
from claims.querysets import ClaimQuerySet
from clearinghouse.models import ExchangeFile
from patients.choices import ClaimKind
from patients.models import Charge, Coverage, Encounter, Patient
from reference.models import Payer, Provider
from tenancy.models import Location, TenantForeignKey, TenantManager, TenantModel

UNDECIDED = [
    state
    for state in SubmissionState.values
    if state not in (SubmissionState.ADJUDICATED, SubmissionState.VOIDED)
]
ClaimManager = TenantManager.from_queryset(ClaimQuerySet)


class Claim(TenantModel):
    """The obligation. Its control number stays through replacements and voids; its versions are `ClaimVersion`."""

    patient_control_number = models.CharField("claim number", max_length=38)
    # Upper case, first twenty characters, no leading zeros: how payers mangle it.
    control_number_key = models.CharField(max_length=20, editable=False, db_collation="C")
    kind = models.CharField(max_length=24, choices=ClaimKind.choices)
    encounter = TenantForeignKey(Encounter, on_delete=models.PROTECT, related_name="+")
    patient = TenantForeignKey(Patient, on_delete=models.PROTECT, related_name="+")
    coverage = TenantForeignKey(Coverage, on_delete=models.PROTECT, related_name="+")
    payer = TenantForeignKey(Payer, on_delete=models.PROTECT, related_name="+")
    payer_rank = models.PositiveSmallIntegerField(default=1)
    location = models.ForeignKey(Location, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    rendering_provider = TenantForeignKey(
        Provider, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    billing_provider = TenantForeignKey(
        Provider, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    total_cents = models.BigIntegerField()
    service_from_on = models.DateField()
    service_to_on = models.DateField()
    payer_control_number = models.CharField(max_length=50, blank=True, default="", db_collation="C")
    submission_state = models.CharField(
        max_length=24, choices=SubmissionState.choices, default=SubmissionState.TRANSMITTED
    )
    adjudication_state = models.CharField(
        max_length=24, choices=AdjudicationState.choices, default=AdjudicationState.NONE
    )
    responsibility = models.CharField(
        max_length=24, choices=Responsibility.choices, default=Responsibility.INSURANCE_PRIMARY
    )
    current_version = models.PositiveSmallIntegerField(default=1)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    adjudicated_on = models.DateField(null=True, blank=True)
    # The day nothing was owed and nobody worked on it any more; empty again once money is open.
    closed_on = models.DateField(null=True, blank=True, editable=False)
    # Why it was withdrawn before any payer had it, in a person's words.
    withdrawal_reason = models.CharField(
        max_length=200, blank=True, default="", db_default="", editable=False
    )

    objects = ClaimManager()

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "patient_control_number"], name="claim_once_per_control_number"
            ),
            models.CheckConstraint(
                condition=models.Q(service_from_on__lte=models.F("service_to_on")),
                name="claim_begins_before_it_ends",
            ),
            models.CheckConstraint(
                condition=models.Q(payer_rank__range=(1, 3)), name="claim_payer_rank_is_1_to_3"
            ),
        ]
        indexes = [
            models.Index(fields=["organization", "control_number_key"], name="claim_by_number_key"),
            models.Index(
                fields=["organization", "payer_control_number"],
                condition=~models.Q(payer_control_number=""),
                name="claim_by_payer_number",
            ),
            models.Index(fields=["organization", "-service_from_on", "-id"], name="claim_by_service_date"),
            models.Index(
                fields=["organization", "payer", "-service_from_on", "-id"], name="claim_by_payer_and_date"
            ),
            models.Index(
                fields=["organization", "adjudication_state", "-service_from_on", "-id"],
                name="claim_by_adjudication",
            ),
            models.Index(fields=["organization", "patient", "-service_from_on"], name="claim_by_patient"),
            models.Index(
                fields=["organization", "coverage", "service_from_on"], name="claim_by_coverage_and_date"
            ),
            models.Index(fields=["organization", "encounter"], name="claim_by_encounter"),
            models.Index(
                fields=["organization", "id"],
                condition=models.Q(responsibility=Responsibility.NONE, closed_on__isnull=True),
                name="claim_to_be_closed",
            ),
            models.Index(
                fields=["organization", "submission_state", "id"],
                condition=models.Q(submission_state__in=["READY", "BATCHED", "SEND_FAILED"]),
                name="claim_about_to_leave",
            ),
            models.Index(
                fields=["organization", "submission_state", "service_from_on", "id"],
                condition=models.Q(submission_state__in=UNDECIDED),
                name="claim_undecided",
            ),
            models.Index(
                fields=["organization", "id"],
                condition=models.Q(
                    responsibility__in=[Responsibility.INSURANCE_SECONDARY, Responsibility.INSURANCE_TERTIARY]
                ),
                name="claim_at_later_payer",
            ),
            models.Index(
                fields=["organization", "adjudicated_on"],
                condition=models.Q(adjudicated_on__isnull=False),
                name="claim_by_decision",
            ),
        ]

    def __str__(self) -> str:
        return f"claim {self.pk}"

    @property
    def is_withdrawn(self) -> bool:
        return bool(self.withdrawal_reason)

    @property
    def standing(self) -> tuple[str, str]:
        """Where it stands on its way to the payer, as people are told: a code and its words."""
        if self.is_withdrawn:
            return "WITHDRAWN", "Withdrawn"
        return self.submission_state, self.get_submission_state_display()


class ClaimVersion(TenantModel):
    """One claim as it was sent: canonical JSON and its SHA-256, and where the file proves it. Append-only."""

    claim = TenantForeignKey(Claim, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField()
    frequency = models.CharField(max_length=1)
    payer_rank = models.PositiveSmallIntegerField(default=1)
    total_cents = models.BigIntegerField()
    prior_payer_control_number = models.CharField(max_length=50, blank=True, default="")
    # Why a replacement or void was sent, in the sender's words.
    reason = models.CharField(max_length=200, blank=True, default="", db_default="")
    # What the payer wanted otherwise, each with its version: NO_GROUP_NUMBER/1.
    quirks = ArrayField(models.CharField(max_length=50), default=list, db_default=[], blank=True)
    snapshot = models.JSONField()
    sha256 = models.CharField(max_length=64)
    # BHT04 of the file it came in
    submitted_on = models.DateField(null=True, blank=True)
    source_file = TenantForeignKey(ExchangeFile, on_delete=models.PROTECT, related_name="+", null=True)
    # Segment ordinals in the file, ISA of the first interchange = 1.
    source_position = models.PositiveIntegerField(null=True)
    source_end_position = models.PositiveIntegerField(null=True)
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["organization", "claim", "number"], name="claim_version_once"),
        ]
        indexes = [
            models.Index(
                fields=["organization", "prior_payer_control_number"],
                condition=~models.Q(prior_payer_control_number=""),
                name="claim_version_by_prior_number",
            ),
            models.Index(fields=["organization", "source_file"], name="claim_version_by_file"),
            models.Index(
                fields=["organization", "submitted_on"],
                condition=models.Q(number=1, submitted_on__isnull=False),
                name="claim_version_by_first_sending",
            ),
        ]

    def __str__(self) -> str:
        return f"claim version {self.pk}"


class ClaimLine(TenantModel):
    """A service line of one version. Lines that a replacement leaves alone share their charge. Append-only."""

    claim = TenantForeignKey(Claim, on_delete=models.PROTECT, related_name="lines")
    version = TenantForeignKey(ClaimVersion, on_delete=models.PROTECT, related_name="lines")
    charge = TenantForeignKey(Charge, on_delete=models.PROTECT, related_name="+")
    line_number = models.PositiveSmallIntegerField()
    # REF*6R, which the payer echoes
    line_control_number = models.CharField(max_length=50, blank=True, default="")
    procedure_code = models.CharField(max_length=48, blank=True, default="")
    modifiers = models.CharField(max_length=11, blank=True, default="")
    revenue_code = models.CharField(max_length=48, blank=True, default="")
    units = models.DecimalField(max_digits=9, decimal_places=3)
    amount_cents = models.BigIntegerField()
    service_date = models.DateField()
    diagnosis_pointers = models.CharField(max_length=15, blank=True, default="")
    source_position = models.PositiveIntegerField(null=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "version", "line_number"], name="claim_line_once"
            ),
        ]
        indexes = [
            models.Index(fields=["organization", "claim"], name="claim_line_by_claim"),
            models.Index(fields=["organization", "charge"], name="claim_line_by_charge"),
        ]

    def __str__(self) -> str:
        return f"claim line {self.pk}"
