"""Questions about coverage as they were asked, and the answers as they came."""

from __future__ import annotations

from typing import Any

import msgspec
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from clearinghouse.models import Connection
from eligibility.choices import (
    OUTCOMES,
    STATUSES,
    BatchKind,
    InquiryReason,
    InquiryState,
    RecheckTrigger,
    RowState,
    VerifiedHow,
)
from eligibility.rules.answers import Answer
from eligibility.rules.asking import Question
from eligibility.rules.changes import Change
from eligibility.rules.words import UNANSWERED
from patients.models import Coverage, Encounter, Patient
from reference.models import Payer, Provider
from tenancy.models import TenantForeignKey, TenantModel

OPEN = (InquiryState.ASKING, InquiryState.WAITING)
BY_PAYER = ~Q(outcome__in=UNANSWERED)
"""Responses that somebody sent; the others stand for a silence."""


class EligibilityInquiry(TenantModel):
    """One question to one payer about one person, in the words it was asked in."""

    patient = TenantForeignKey(Patient, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    coverage = TenantForeignKey(Coverage, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    payer = TenantForeignKey(
        Payer,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="None in test mode",
    )
    payer_identifier = models.CharField("payer id", max_length=80)
    provider = TenantForeignKey(Provider, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    provider_name = models.CharField(max_length=60)
    provider_npi = models.CharField("NPI", max_length=10)
    member_number = models.CharField(max_length=80, blank=True, default="")
    group_number = models.CharField(max_length=50, blank=True, default="")
    last_name = models.CharField(max_length=60, blank=True, default="")
    first_name = models.CharField(max_length=35, blank=True, default="")
    birth_date = models.DateField(null=True, blank=True)
    sex = models.CharField(max_length=1, blank=True, default="")
    # Where the patient is not the subscriber named above.
    dependent_last_name = models.CharField(max_length=60, blank=True, default="")
    dependent_first_name = models.CharField(max_length=35, blank=True, default="")
    dependent_birth_date = models.DateField(null=True, blank=True)
    dependent_sex = models.CharField(max_length=1, blank=True, default="")
    relationship = models.CharField(max_length=2, blank=True, default="", help_text="INS02")
    service_types = ArrayField(models.CharField(max_length=2), default=list)
    procedure = models.CharField(max_length=30, blank=True, default="", help_text="HC:97110 …")
    service_on = models.DateField("date of service")
    is_test = models.BooleanField(default=False)
    reason = models.CharField(max_length=12, choices=InquiryReason, default=InquiryReason.PERSON)
    trace_number = models.CharField(max_length=30)
    fingerprint = models.CharField(max_length=64, help_text="The same for the same question")
    state = models.CharField(max_length=12, choices=InquiryState, default=InquiryState.ASKING)
    content = models.BinaryField(help_text="The 270 as it is sent, the same at each attempt")
    asked_by_id = models.UUIDField(null=True)
    asked_at = models.DateTimeField()
    filed_at = models.DateTimeField(
        null=True, blank=True, help_text="When a question about nobody on file was put under a patient"
    )

    class Meta(TenantModel.Meta):
        verbose_name_plural = "eligibility inquiries"
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "fingerprint"],
                condition=Q(state__in=OPEN),
                name="inquiry_one_open",
            ),
            models.UniqueConstraint(fields=["organization", "trace_number"], name="inquiry_trace_once"),
        ]
        indexes = [
            models.Index(fields=["organization", "-asked_at", "-id"], name="inquiry_by_moment"),
            models.Index(fields=["organization", "fingerprint", "-asked_at"], name="inquiry_by_question"),
            models.Index(fields=["organization", "patient", "-asked_at"], name="inquiry_by_patient"),
            models.Index(
                fields=["organization", "payer_identifier", "member_number", "last_name"],
                condition=Q(patient__isnull=True),
                name="inquiry_by_person",
            ),
            models.Index(
                fields=["organization", "asked_at"], condition=Q(state__in=OPEN), name="inquiry_open"
            ),
        ]

    def __str__(self) -> str:
        return f"inquiry {self.trace_number}"

    @property
    def whose(self) -> str:
        """The patient as asked about; empty where only a member id was known."""
        last = self.dependent_last_name or self.last_name
        first = self.dependent_first_name if self.relationship else self.first_name
        return ", ".join(filter(None, (last, first)))


class InquiryAttempt(TenantModel):
    """One time the payer was asked. Append-only."""

    inquiry = TenantForeignKey(EligibilityInquiry, on_delete=models.PROTECT, related_name="attempts")
    connection = TenantForeignKey(
        Connection, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    request_id = models.UUIDField()
    started_at = models.DateTimeField()
    latency_ms = models.PositiveIntegerField()
    adapter = models.CharField(max_length=60, blank=True, default="")
    trouble = models.CharField(max_length=20, blank=True, default="")

    class Meta(TenantModel.Meta):
        pass

    def __str__(self) -> str:
        return f"attempt {self.request_id}"


class EligibilityResponse(TenantModel):
    """An answer, byte for byte, and what it was read as; or, without bytes, that there is none yet or none at all.
    Append-only: one more answer is one more row."""

    inquiry = TenantForeignKey(EligibilityInquiry, on_delete=models.PROTECT, related_name="responses")
    content = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    received_at = models.DateTimeField()
    outcome = models.CharField(max_length=20, choices=OUTCOMES)
    status = models.CharField(max_length=12, choices=STATUSES)
    answer = models.JSONField()
    changes = models.JSONField(default=list, help_text="From the answer before; empty where it is the first")
    previous_at = models.DateTimeField(null=True, help_text="When the answer before came")

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["organization", "inquiry", "sha256"], name="response_bytes_once"),
        ]
        indexes = [
            models.Index(fields=["organization", "-received_at", "-id"], name="response_by_moment"),
        ]

    def __str__(self) -> str:
        return f"response {self.sha256[:12]}"

    def read(self) -> Answer:
        """The answer as it was understood when it came."""
        return msgspec.convert(self.answer, Answer)

    def read_changes(self) -> list[Change]:
        return msgspec.convert(self.changes, list[Change])


class ManualVerification(TenantModel):
    """How a person knows what stands in an answer that no file brought, and the proof. Append-only."""

    inquiry = TenantForeignKey(EligibilityInquiry, on_delete=models.PROTECT, related_name="verifications")
    how = models.CharField(max_length=12, choices=VerifiedHow)
    spoke_with = models.CharField(max_length=80, blank=True, default="")
    reference_number = models.CharField(max_length=60, blank=True, default="")
    verified_by = models.ForeignKey("tenancy.Person", on_delete=models.PROTECT, related_name="+", null=True)
    verified_at = models.DateTimeField()
    evidence = models.BinaryField(help_text="Empty where there is no file")
    evidence_type = models.CharField(max_length=40, blank=True, default="")
    evidence_name = models.CharField(max_length=60, blank=True, default="")
    evidence_sha256 = models.CharField(max_length=64, blank=True, default="")

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["organization", "inquiry"], name="verification_once"),
        ]

    def __str__(self) -> str:
        return f"verification {self.pk}"


class EligibilityBatch(TenantModel):
    """Many questions ordered at once: a day's visits, a file, or what the rules find due."""

    kind = models.CharField(max_length=12, choices=BatchKind)
    key = models.CharField(max_length=80, help_text="The same for the same order: it is taken once")
    day = models.DateField(null=True)
    name = models.CharField(max_length=120, blank=True, default="")
    is_test = models.BooleanField(default=False)
    ordered_by_id = models.UUIDField(null=True)
    ordered_at = models.DateTimeField()

    class Meta(TenantModel.Meta):
        verbose_name_plural = "eligibility batches"
        constraints = [models.UniqueConstraint(fields=["organization", "key"], name="batch_taken_once")]
        indexes = [models.Index(fields=["organization", "-ordered_at", "-id"], name="batch_by_moment")]

    def __str__(self) -> str:
        return f"batch {self.pk}"


class BatchRow(TenantModel):
    """One line of a batch: the question as it is put, or why it cannot be."""

    batch = TenantForeignKey(EligibilityBatch, on_delete=models.PROTECT, related_name="rows")
    line_number = models.PositiveIntegerField()
    encounter = TenantForeignKey(Encounter, on_delete=models.PROTECT, null=True, related_name="+")
    coverage = TenantForeignKey(Coverage, on_delete=models.PROTECT, null=True, related_name="+")
    payer = TenantForeignKey(Payer, on_delete=models.PROTECT, null=True, related_name="+")
    provider = TenantForeignKey(Provider, on_delete=models.PROTECT, null=True, related_name="+")
    question = models.JSONField(null=True)
    rule = models.CharField(max_length=20, choices=RecheckTrigger, blank=True, default="")
    reason = models.CharField(max_length=200, blank=True, default="", help_text="Why it is asked again")
    fault = models.CharField(max_length=300, blank=True, default="")
    inquiry = TenantForeignKey(EligibilityInquiry, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["organization", "batch", "line_number"], name="batch_line_once"),
            models.UniqueConstraint(
                fields=["organization", "batch", "coverage"],
                condition=~Q(rule=""),
                name="batch_coverage_once_by_rule",
            ),
        ]
        indexes = [models.Index(fields=["organization", "inquiry"], name="batch_row_by_inquiry")]

    def __str__(self) -> str:
        return f"row {self.line_number}"

    @property
    def state(self) -> RowState:
        """Wants `last_status`, what the newest answer says."""
        inquiry_state = self.inquiry.state if self.inquiry else None
        return row_state(
            is_bad=bool(self.fault),
            inquiry_state=inquiry_state,
            last_status=self.last_status,  # type: ignore[attr-defined]
        )


def row_state(*, is_bad: bool, inquiry_state: str | None, last_status: str | None) -> RowState:
    if is_bad:
        return RowState.BAD
    if inquiry_state is None:
        return RowState.WAITING
    if inquiry_state in OPEN:
        return RowState.ASKING
    if inquiry_state == InquiryState.ANSWERED and last_status:
        return RowState(last_status)
    return RowState(inquiry_state)


class RecheckRule(TenantModel):
    """When a practice asks again before a visit; what is not stored is as `rules.rechecks.DEFAULTS` has it."""

    trigger = models.CharField(max_length=20, choices=RecheckTrigger)
    is_active = models.BooleanField(default=True)
    days = models.PositiveSmallIntegerField()
    budget = models.PositiveIntegerField(help_text="Questions a payer a day")
    version = models.PositiveIntegerField(default=1)

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["organization", "trigger"], name="recheck_rule_once")]

    def __str__(self) -> str:
        return self.trigger


def stored(value: Answer | Question | tuple[Change, ...]) -> Any:
    """An answer, its changes or a question as JSON, for the column of that name."""
    return msgspec.to_builtins(value)
