from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from tenancy.choices import Role
from tenancy.ids import uuid7


class Engagement(models.Model):
    """A billing company works for a practice between two dates, with at most the roles of the ceiling."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    practice = models.ForeignKey("tenancy.Organization", on_delete=models.PROTECT, related_name="engagements")
    billing_company = models.ForeignKey(
        "tenancy.Organization", on_delete=models.PROTECT, related_name="engaged_by"
    )
    agreement_reference = models.CharField(max_length=60, help_text="Business associate agreement")
    ceiling_roles = ArrayField(models.CharField(max_length=24, choices=Role))
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True, help_text="Last day; empty while it runs")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")), name="engagement_dates"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.billing_company} for {self.practice}"


class Grant(models.Model):
    """One role for one person in one practice: the truth of which guardian's object permissions are a projection.

    Empty `location_ids` or `payer_ids` mean all. `ends_on` is the last day; a grant is ended, never deleted.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    person = models.ForeignKey("tenancy.Person", on_delete=models.PROTECT, related_name="grants")
    practice = models.ForeignKey("tenancy.Organization", on_delete=models.PROTECT, related_name="grants")
    engagement = models.ForeignKey(
        Engagement, on_delete=models.PROTECT, related_name="grants", null=True, blank=True
    )
    role = models.CharField(max_length=24, choices=Role)
    location_ids = ArrayField(models.UUIDField(), default=list, blank=True)
    payer_ids = ArrayField(models.UUIDField(), default=list, blank=True)
    part2 = models.BooleanField("substance-use records (42 CFR Part 2)", default=False)
    write_off_limit_cents = models.BigIntegerField(default=0)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True, help_text="Break-glass ends at this moment")
    reason = models.CharField(max_length=200)
    granted_by = models.ForeignKey(
        "tenancy.Person", on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")), name="grant_dates"
            ),
            models.CheckConstraint(condition=Q(write_off_limit_cents__gte=0), name="grant_write_off_limit"),
        ]
        indexes = [models.Index(fields=["person", "practice"], name="grant_person_practice")]

    def __str__(self) -> str:
        return f"{self.get_role_display()} in {self.practice}"


class ApiToken(models.Model):
    """A key for one API client in one practice. Only the SHA-256 of the secret is kept."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    practice = models.ForeignKey("tenancy.Organization", on_delete=models.PROTECT, related_name="api_tokens")
    person = models.ForeignKey("tenancy.Person", on_delete=models.PROTECT, related_name="api_tokens")
    name = models.CharField(max_length=80)
    digest = models.CharField(max_length=64, unique=True)
    permissions = ArrayField(models.CharField(max_length=60))
    created_by = models.ForeignKey("tenancy.Person", on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    expires_on = models.DateField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_used_on = models.DateField(null=True, blank=True)

    def __str__(self) -> str:
        return self.name
