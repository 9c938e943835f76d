import zoneinfo

from django.core.exceptions import ValidationError
from django.db import models

from tenancy.choices import OrganizationKind
from tenancy.ids import uuid7


def validate_time_zone(name: str) -> None:
    if name not in zoneinfo.available_timezones():
        raise ValidationError(f"{name} is not a time zone, such as America/Chicago.")


class Organization(models.Model):
    """A practice (the covered entity, the tenant) or a billing company, which owns people but never data."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(max_length=24, choices=OrganizationKind)
    name = models.CharField(max_length=120)
    slug = models.SlugField(max_length=60, unique=True)
    npi = models.CharField("NPI", max_length=10, blank=True)
    tax_id = models.CharField(max_length=9, blank=True, help_text="Nine digits, no hyphen")
    time_zone = models.CharField(
        max_length=64,
        default="America/New_York",
        validators=[validate_time_zone],
        help_text="Where its days begin and end, such as America/Chicago",
    )
    require_second_factor = models.BooleanField(default=True)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind__in=OrganizationKind.values), name="organization_kind"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Location(models.Model):
    """A place of one practice where patients are seen. Deactivated, never deleted."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="locations")
    name = models.CharField(max_length=120)
    npi = models.CharField("NPI", max_length=10, blank=True)
    address_line = models.CharField(max_length=120, blank=True)
    city = models.CharField(max_length=60, blank=True)
    state = models.CharField(max_length=2, blank=True)
    postal_code = models.CharField(max_length=15, blank=True)
    place_of_service = models.CharField(max_length=2, blank=True)
    is_active = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "name"], name="location_name_once"),
        ]

    def __str__(self) -> str:
        return self.name
