from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now

from claims.choices import EditGrade
from claims.models.claims import ClaimVersion
from patients.choices import ClaimKind
from reference.choices import PayerKind
from reference.models import Payer
from tenancy.models import TenantForeignKey, TenantModel


class EditSetting(TenantModel):
    """How this practice grades a rule, for some payers and claims and for a time. The narrowest wins."""

    rule_id = models.CharField("rule", max_length=8)
    severity = models.CharField(max_length=12, choices=EditGrade.choices)
    payer = TenantForeignKey(Payer, on_delete=models.CASCADE, related_name="+", null=True, blank=True)
    payer_kind = models.CharField(max_length=40, choices=PayerKind, blank=True)
    claim_kind = models.CharField(max_length=24, choices=ClaimKind.choices, blank=True)
    starts_on = models.DateField(help_text="First day of service it counts for")
    stops_on = models.DateField(null=True, blank=True)
    note = models.CharField(max_length=300)
    version = models.IntegerField(default=1)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "rule_id", "payer", "payer_kind", "claim_kind", "starts_on"],
                nulls_distinct=False,
                name="edit_setting_once",
            ),
            models.CheckConstraint(
                condition=models.Q(stops_on__isnull=True) | models.Q(starts_on__lte=models.F("stops_on")),
                name="edit_setting_starts_before_it_stops",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rule_id} {self.severity}"


class EditRun(TenantModel):
    """What the edits said of one version at one time. Append-only; the newest run counts."""

    version = TenantForeignKey(ClaimVersion, on_delete=models.PROTECT, related_name="edit_runs")
    results = models.JSONField(default=list)
    # Rule ids that stop the claim: fatal ones, and holds nobody has let pass.
    blocked_by = ArrayField(models.CharField(max_length=8), default=list)
    unchecked = models.JSONField(default=dict)
    is_clean = models.BooleanField()
    # The release of the catalogue it judged by; empty where a run is older than this field.
    catalogue = models.CharField(max_length=12, blank=True, db_default="")
    ran_at = models.DateTimeField(db_default=Now())

    class Meta(TenantModel.Meta):
        indexes = [
            models.Index(fields=["organization", "version", "-ran_at"], name="edit_run_by_version"),
            models.Index(fields=["organization", "ran_at"], name="edit_run_by_moment"),
        ]

    def __str__(self) -> str:
        return f"edit run {self.pk}"


class EditOverride(TenantModel):
    """A person let one version of a claim pass one rule, or took that back, and said why.

    Append-only; the newest of a rule counts, and only for faults that weigh no more than it says.
    """

    version = TenantForeignKey(ClaimVersion, on_delete=models.PROTECT, related_name="edit_overrides")
    rule_id = models.CharField(max_length=8)
    severity = models.CharField(max_length=12, choices=EditGrade.choices, default=EditGrade.HOLD)
    is_taken_back = models.BooleanField(default=False)
    reason = models.CharField(max_length=300)
    made_by = models.ForeignKey("tenancy.Person", on_delete=models.PROTECT, related_name="+", null=True)
    made_at = models.DateTimeField(db_default=Now())

    class Meta(TenantModel.Meta):
        indexes = [
            models.Index(fields=["organization", "version", "made_at"], name="edit_override_by_version")
        ]

    def __str__(self) -> str:
        return f"override {self.pk}"
