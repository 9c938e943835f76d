from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from reference.choices import (
    Action,
    AliasKind,
    Category,
    CodeSet,
    Confidence,
    Cutoff,
    DayType,
    DeadlineBasis,
    DeadlineKind,
    FixedDate,
    OwnerTeam,
    PayerKind,
    PayerQuirk,
    ProviderKind,
    ReleaseKind,
    ReleaseSetting,
    RootCause,
)
from reference.rules.npi import is_valid_npi
from tenancy.models import TenantForeignKey, TenantModel


class Payer(TenantModel):
    """Who pays. `name_normalized` and the aliases are how a remittance's payer is recognised."""

    name = models.CharField(max_length=120)
    name_normalized = models.CharField(max_length=120)
    payer_identifier = models.CharField(max_length=80, blank=True, help_text="As the clearinghouse writes it")
    tax_id = models.CharField(max_length=10, blank=True, help_text="Nine digits, no hyphen")
    kind = models.CharField(max_length=40, choices=PayerKind, blank=True)
    is_capitated = models.BooleanField(
        default=False, help_text="CARC 24 from this payer means an encounter under capitation, not a denial"
    )
    treats_pi_45_as_contractual = models.BooleanField(
        "PI-45 is contractual", default=False, help_text="Write PI-45 off like CO-45 instead of disputing it"
    )
    underpayment_tolerance_cents = models.BigIntegerField(default=100)
    underpayment_tolerance_percent = models.SmallIntegerField(default=1)
    deadlines_confirmed = models.BooleanField(default=False)
    filing_indicator = models.CharField(
        max_length=2,
        blank=True,
        help_text="SBR09 of claims to this payer: CI commercial, MB Medicare Part B …",
    )
    accepts_replacement = models.BooleanField(
        "takes replacements and voids",
        default=True,
        help_text="Claims of frequency 7 and 8. Medicare Part B takes none: a corrected claim goes as a new one",
    )
    quirks = ArrayField(
        models.CharField(max_length=40, choices=PayerQuirk),
        default=list,
        db_default=[],
        blank=True,
        help_text="What this payer wants otherwise on its claims",
    )
    authorized_services = ArrayField(
        models.CharField(max_length=5),
        default=list,
        db_default=[],
        blank=True,
        verbose_name="services that need authorization",
    )
    usual_response_days = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="Days to a payment, used until enough of them have been seen"
    )
    is_active = models.BooleanField(default=True)
    version = models.IntegerField(default=1)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "payer_identifier"],
                condition=~Q(payer_identifier=""),
                name="payer_identifier_once",
            ),
            models.CheckConstraint(
                condition=Q(underpayment_tolerance_cents__gte=0, underpayment_tolerance_percent__gte=0),
                name="payer_tolerance_not_negative",
            ),
        ]
        indexes = [
            models.Index(fields=["organization", "name_normalized"], name="payer_by_name"),
            models.Index(fields=["organization", "tax_id"], name="payer_by_tax_id"),
        ]

    def __str__(self) -> str:
        return self.name


class PayerAlias(TenantModel):
    """Another name or number under which a payer appears in files."""

    payer = TenantForeignKey(Payer, on_delete=models.CASCADE, related_name="aliases")
    kind = models.CharField(max_length=24, choices=AliasKind)
    value = models.CharField(max_length=120)
    written_as = models.CharField(max_length=120)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["organization", "kind", "value"], name="payer_alias_once"),
        ]
        indexes = [models.Index(fields=["organization", "payer"], name="alias_by_payer")]

    def __str__(self) -> str:
        return self.written_as


class Provider(TenantModel):
    """A person or organization that renders, bills, refers or supervises."""

    kind = models.CharField(max_length=24, choices=ProviderKind)
    npi = models.CharField("NPI", max_length=10, blank=True)
    last_name = models.CharField(max_length=80, blank=True)
    first_name = models.CharField(max_length=60, blank=True)
    middle_name = models.CharField(max_length=60, blank=True)
    organization_name = models.CharField(max_length=120, blank=True)
    search_name = models.CharField(max_length=150)
    taxonomy_code = models.CharField(max_length=10, blank=True)
    tax_id = models.CharField(max_length=10, blank=True)
    bills = models.BooleanField(
        "bills for this practice",
        default=False,
        help_text="Claims may be billed, and payments received, under these numbers",
    )
    # Of who bills: the street, never a post box, with nine digits of ZIP.
    address_line = models.CharField(max_length=55, blank=True)
    address_line_2 = models.CharField(max_length=55, blank=True)
    city = models.CharField(max_length=30, blank=True)
    state = models.CharField(max_length=2, blank=True)
    postal_code = models.CharField("ZIP code", max_length=15, blank=True)
    phone = models.CharField(max_length=40, blank=True)
    # Where payments go, if not to the street.
    pay_to_line = models.CharField("pay-to address", max_length=55, blank=True)
    pay_to_city = models.CharField(max_length=30, blank=True)
    pay_to_state = models.CharField(max_length=2, blank=True)
    pay_to_postal_code = models.CharField("pay-to ZIP code", max_length=15, blank=True)
    is_active = models.BooleanField(default=True)
    version = models.IntegerField(default=1)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "npi"], condition=~Q(npi=""), name="provider_npi_once"
            ),
            models.CheckConstraint(
                condition=~Q(last_name="", organization_name=""), name="provider_has_a_name"
            ),
        ]
        indexes = [models.Index(fields=["organization", "search_name"], name="provider_by_name")]

    def __str__(self) -> str:
        return self.display_name

    @property
    def display_name(self) -> str:
        if self.kind == ProviderKind.ORGANIZATION:
            return self.organization_name
        return f"{self.last_name}, {self.first_name}" if self.first_name else self.last_name

    @property
    def has_valid_npi(self) -> bool:
        return is_valid_npi(self.npi)


class Credentialing(TenantModel):
    """The time in which a payer takes a provider's services. Who is not listed where somebody is, is not taken."""

    payer = TenantForeignKey(Payer, on_delete=models.CASCADE, related_name="credentialings")
    provider = TenantForeignKey(Provider, on_delete=models.CASCADE, related_name="+")
    starts_on = models.DateField()
    stops_on = models.DateField(null=True, blank=True)
    set_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "payer", "provider", "starts_on"], name="credentialing_once"
            ),
            models.CheckConstraint(
                condition=Q(stops_on__isnull=True) | Q(stops_on__gte=F("starts_on")),
                name="credentialing_dates",
            ),
        ]

    def __str__(self) -> str:
        return f"credentialing from {self.starts_on}"


class DeadlineRule(TenantModel):
    """How long a payer gives for one kind of act. Without a payer it is the practice's default for a payer kind."""

    payer = TenantForeignKey(Payer, on_delete=models.CASCADE, related_name="deadline_rules", null=True)
    payer_kind = models.CharField(max_length=40, choices=PayerKind, blank=True)
    kind = models.CharField(max_length=24, choices=DeadlineKind)
    days = models.SmallIntegerField(null=True, blank=True)
    months = models.SmallIntegerField(null=True, blank=True)
    fixed_date = models.CharField(max_length=24, choices=FixedDate, blank=True)
    basis = models.CharField(max_length=24, choices=DeadlineBasis)
    day_type = models.CharField(max_length=24, choices=DayType, default=DayType.CALENDAR)
    cutoff = models.CharField(max_length=24, choices=Cutoff, default=Cutoff.RECEIVED)
    grace_days = models.SmallIntegerField(default=0)
    safety_days = models.SmallIntegerField(
        default=7, help_text="Our own due date lies this many days earlier"
    )
    starts_on = models.DateField(null=True, blank=True)
    stops_on = models.DateField(null=True, blank=True)
    source_note = models.CharField(max_length=300)
    confidence = models.CharField(max_length=24, choices=Confidence)
    version = models.IntegerField(default=1)

    class Meta(TenantModel.Meta):
        constraints = [
            models.CheckConstraint(
                condition=Q(days__isnull=False, months__isnull=True, fixed_date="")
                | Q(days__isnull=True, months__isnull=False, fixed_date="")
                | (Q(days__isnull=True, months__isnull=True) & ~Q(fixed_date="")),
                name="deadline_has_one_length",
            ),
            models.CheckConstraint(
                condition=Q(stops_on__isnull=True)
                | Q(starts_on__isnull=True)
                | Q(stops_on__gte=F("starts_on")),
                name="deadline_dates",
            ),
            models.CheckConstraint(
                condition=(Q(days__isnull=True) | Q(days__gte=0))
                & (Q(months__isnull=True) | Q(months__gte=0))
                & Q(grace_days__gte=0, safety_days__gte=0),
                name="deadline_not_negative",
            ),
        ]
        indexes = [models.Index(fields=["organization", "payer", "kind"], name="deadline_by_payer")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.length}"

    @property
    def length(self) -> str:
        if self.fixed_date:
            return str(self.get_fixed_date_display())
        if self.months is not None:
            return f"{self.months} months"
        return f"{self.days} {self.get_day_type_display()}"

    @property
    def is_example(self) -> bool:
        return self.confidence in {Confidence.SOURCED, Confidence.GENERAL, Confidence.CONFLICTING}


class PayerRule(TenantModel):
    """How this practice reads a denial that fits: it comes before the code tables, never before the law.

    Conditions left empty fit anything; results left empty change nothing.
    """

    payer = TenantForeignKey(
        Payer, on_delete=models.CASCADE, related_name="payer_rules", null=True, blank=True
    )
    group_code = models.CharField("group", max_length=2, blank=True)
    reason_code = models.CharField("CARC", max_length=5, blank=True)
    remark_code = models.CharField("RARC", max_length=6, blank=True)
    procedure_code = models.CharField(max_length=16, blank=True)
    place_of_service = models.CharField(max_length=4, blank=True)
    category = models.CharField(max_length=40, choices=Category, blank=True)
    root_cause = models.CharField(max_length=40, choices=RootCause, blank=True)
    actions = ArrayField(models.CharField(max_length=40, choices=Action), default=list, blank=True)
    owner_team = models.CharField(max_length=40, choices=OwnerTeam, blank=True)
    text_pattern = models.CharField("payer's words", max_length=120, blank=True, default="")
    priority_boost = models.PositiveSmallIntegerField("raises priority by", default=0, blank=True)
    source_note = models.CharField(max_length=300)
    is_active = models.BooleanField(default=True)
    version = models.IntegerField(default=1)

    class Meta(TenantModel.Meta):
        constraints = [
            models.CheckConstraint(
                condition=~Q(reason_code="", remark_code="", procedure_code=""), name="payer_rule_has_a_code"
            ),
            models.CheckConstraint(
                condition=~Q(category="", root_cause="", owner_team="", actions=[]),
                name="payer_rule_changes_something",
            ),
        ]
        indexes = [models.Index(fields=["organization", "reason_code"], name="payer_rule_by_reason")]

    def __str__(self) -> str:
        return f"{self.group_code or 'any group'}-{self.reason_code or 'any code'}"

    @property
    def action_words(self) -> list[str]:
        return [Action(action).label for action in self.actions]


class CodeSetImport(models.Model):
    """One loading of one code set: what came from where, and when."""

    code_set = models.CharField(max_length=24, choices=CodeSet)
    source = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    is_official = models.BooleanField(default=False)
    row_count = models.IntegerField()
    added = models.IntegerField()
    changed = models.IntegerField()
    loaded_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["code_set", "-id"], name="code_set_import_latest")]

    def __str__(self) -> str:
        return f"{self.code_set} from {self.source}"


class Code(models.Model):
    """A code of a published list. `meaning` is our own short one; `official_text` is licensed, and only loaded."""

    code = models.CharField(max_length=10, primary_key=True)
    meaning = models.CharField(max_length=200, blank=True)
    official_text = models.TextField(blank=True)
    usage_note = models.TextField(blank=True)
    starts_on = models.DateField(null=True)
    modified_on = models.DateField(null=True)
    stops_on = models.DateField(null=True)
    is_retired = models.BooleanField(default=False)
    is_mapped = models.BooleanField(default=False, help_text="We have a judgement of this code")

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.code

    @property
    def words(self) -> str:
        return self.official_text or self.meaning


class JudgedCode(Code):
    """A code we have our own reading of."""

    category = models.CharField(max_length=40, blank=True)
    root_cause = models.CharField(max_length=40, blank=True)
    actions = ArrayField(models.CharField(max_length=40), default=list)

    class Meta(Code.Meta):
        abstract = True

    @property
    def category_words(self) -> str:
        return Category(self.category).label if self.category in Category.values else self.category


class AdjustmentReasonCode(JudgedCode):
    """CARC. The columns after `replaced_by` are our judgement, read by the rules as CarcRule."""

    replaced_by = models.CharField(max_length=40, blank=True)
    subcategory = models.CharField(max_length=40, blank=True)
    is_denial = models.CharField(max_length=12, blank=True)
    is_preventable = models.BooleanField(default=False)
    owner_team = models.CharField(max_length=40, blank=True)
    group_hint = ArrayField(models.CharField(max_length=2), default=list)
    is_group_mandated = models.BooleanField(default=False)
    requires_remark = models.BooleanField(default=False)
    core_scenario = models.CharField(max_length=4, blank=True)
    note = models.CharField(max_length=300, blank=True)


class RemarkCode(JudgedCode):
    """RARC."""

    is_alert = models.BooleanField(default=False)
    is_decisive = models.BooleanField(default=False)
    typical_carcs = ArrayField(models.CharField(max_length=20), default=list)


class ProviderAdjustmentCode(Code):
    """PLB03-1."""

    usual_sign = models.CharField(max_length=60, blank=True)
    post_to = models.CharField(max_length=80, blank=True)


class ClaimStatusCode(Code):
    """Code source 508, and what work a claim in that status asks for."""

    work_type = models.CharField(max_length=40, blank=True)


CODE_MODELS: dict[str, type[Any]] = {
    CodeSet.ADJUSTMENT_REASON: AdjustmentReasonCode,
    CodeSet.REMARK: RemarkCode,
    CodeSet.PROVIDER_ADJUSTMENT: ProviderAdjustmentCode,
    CodeSet.CLAIM_STATUS: ClaimStatusCode,
}


class CodeRelease(models.Model):
    """One published release of a code set that changes by quarter or year. Never overwritten: claims are judged by
    the release of their day of service."""

    kind = models.CharField(max_length=24, choices=ReleaseKind)
    setting = models.CharField(max_length=24, choices=ReleaseSetting, blank=True)
    label = models.CharField(max_length=40)
    starts_on = models.DateField()
    is_sample = models.BooleanField(
        default=False, help_text="Holds some codes only; others are not judged by it"
    )
    source = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    row_count = models.IntegerField()
    loaded_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "setting", "label"], name="code_release_once"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.label}"


class CodePair(models.Model):
    """NCCI PTP: the second code is part of the first from one day to another."""

    release = models.ForeignKey(CodeRelease, on_delete=models.CASCADE, related_name="+", db_index=False)
    column_1 = models.CharField(max_length=5, db_collation="C")
    column_2 = models.CharField(max_length=5, db_collation="C")
    starts_on = models.DateField()
    stops_on = models.DateField(null=True)
    indicator = models.CharField(max_length=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["release", "column_1", "column_2", "starts_on"], name="code_pair_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.column_1} {self.column_2}"


class UnitLimit(models.Model):
    """NCCI MUE: how many units of a code are likely, by line (1) or by day (2, 3)."""

    release = models.ForeignKey(CodeRelease, on_delete=models.CASCADE, related_name="+", db_index=False)
    code = models.CharField(max_length=5, db_collation="C")
    units = models.PositiveIntegerField()
    indicator = models.CharField(max_length=1)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["release", "code"], name="unit_limit_once")]

    def __str__(self) -> str:
        return self.code


class DiagnosisCode(models.Model):
    """ICD-10-CM, headings included."""

    release = models.ForeignKey(CodeRelease, on_delete=models.CASCADE, related_name="+", db_index=False)
    code = models.CharField(max_length=7, db_collation="C")
    is_billable = models.BooleanField()
    description = models.CharField(max_length=60)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["release", "code"], name="diagnosis_code_once")]

    def __str__(self) -> str:
        return self.code


class ServiceCode(models.Model):
    """HCPCS level II: procedures, supplies, drugs and modifiers."""

    release = models.ForeignKey(CodeRelease, on_delete=models.CASCADE, related_name="+", db_index=False)
    code = models.CharField(max_length=5, db_collation="C")
    description = models.CharField(max_length=28)
    starts_on = models.DateField()
    stops_on = models.DateField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["release", "code"], name="service_code_once")]

    def __str__(self) -> str:
        return self.code
