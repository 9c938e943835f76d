"""Reads of people and rights. `rights_in` is the one resolver from grants to what a person may do now."""

import dataclasses
import datetime
import uuid
from collections.abc import Iterable

from django.contrib.postgres.expressions import ArraySubquery
from django.core.cache import cache
from django.db.models import CharField, F, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Cast, Concat
from guardian.models import UserObjectPermission

from tenancy.choices import OrganizationKind
from tenancy.models import ApiToken, Engagement, Grant, Location, Organization, Person
from tenancy.roles import ROLE_PERMISSIONS, WHOLE_PRACTICE

CACHE_SECONDS = 300


@dataclasses.dataclass(frozen=True, slots=True)
class Right:
    """What one live grant gives in one practice. None means every location or payer."""

    practice_id: uuid.UUID
    role: str
    permissions: frozenset[str]
    location_ids: frozenset[uuid.UUID] | None
    payer_ids: frozenset[uuid.UUID] | None
    part2: bool
    write_off_limit_cents: int
    billing_company_id: uuid.UUID | None
    expires_at: datetime.datetime | None
    time_zone: str = "UTC"


@dataclasses.dataclass(frozen=True, slots=True)
class Rights:
    """Every live right of a person, by practice."""

    by_practice: dict[uuid.UUID, tuple[Right, ...]]

    def in_practice(self, practice_id: uuid.UUID, now: datetime.datetime) -> tuple[Right, ...]:
        return tuple(
            right
            for right in self.by_practice.get(practice_id, ())
            if right.expires_at is None or right.expires_at > now
        )

    def practices_with(self, permission: str, now: datetime.datetime) -> tuple[uuid.UUID, ...]:
        return tuple(
            practice
            for practice in self.by_practice
            if any(permission in right.permissions for right in self.in_practice(practice, now))
        )


def rights_of(person: Person, now: datetime.datetime) -> Rights:
    """Cached until a grant of this person changes (`access_stamp`) or the date does."""
    today = now.date()
    key = f"rights:{person.pk}:{person.access_stamp}:{today.isoformat()}"
    rights = cache.get(key)
    if rights is None:
        rights = resolve_rights(person, today)
        cache.set(key, rights, CACHE_SECONDS)
    return rights


def live_grants(today: datetime.date) -> QuerySet[Grant]:
    """Grants in force: dated, of an active practice and, for a billing company's people, under a live engagement."""
    return Grant.objects.filter(
        Q(ends_on__isnull=True) | Q(ends_on__gte=today),
        Q(engagement__isnull=True)
        | (
            Q(engagement__starts_on__lte=today)
            & (Q(engagement__ends_on__isnull=True) | Q(engagement__ends_on__gte=today))
        ),
        starts_on__lte=today,
        practice__is_active=True,
        practice__kind=OrganizationKind.PRACTICE,
    )


def resolve_rights(person: Person, today: datetime.date) -> Rights:
    """One query: the person's live grants, each with the object permissions guardian holds for its practice."""
    if not person.is_active:
        return Rights({})
    in_practice = Q(object_pk=Cast(OuterRef("practice_id"), CharField()))
    in_location = Q(
        object_pk__in=Subquery(
            Location.objects.filter(organization=OuterRef(OuterRef("practice_id"))).values(
                key=Cast("id", CharField())
            )
        )
    )
    guarded = (
        UserObjectPermission.objects.filter(in_practice | in_location, user=person)
        .annotate(right=Concat("object_pk", Value(" "), "permission__codename", output_field=CharField()))
        .values("right")
    )
    grants = (
        live_grants(today)
        .filter(person=person)
        .annotate(
            guarded=ArraySubquery(guarded),
            ceiling=F("engagement__ceiling_roles"),
            billing_company=F("engagement__billing_company_id"),
            time_zone=F("practice__time_zone"),
        )
    )
    by_practice: dict[uuid.UUID, list[Right]] = {}
    for grant in grants.order_by("practice_id", "created_at", "id"):
        right = _right(grant)
        if right.permissions:
            by_practice.setdefault(grant.practice_id, []).append(right)
    return Rights({practice: tuple(rights) for practice, rights in by_practice.items()})


def _right(grant: Grant) -> Right:
    """grant ∩ ceiling ∩ role ∩ what guardian holds, on the practice or on each location of the grant."""
    held: dict[str, set[str]] = {}
    for pair in grant.guarded:  # type: ignore[attr-defined]
        object_pk, codename = pair.split(" ", 1)
        held.setdefault(object_pk, set()).add(codename)
    allowed = ROLE_PERMISSIONS[grant.role]
    if grant.location_ids or grant.payer_ids:
        allowed -= WHOLE_PRACTICE
    if grant.engagement_id is not None and grant.role not in (grant.ceiling or ()):  # type: ignore[attr-defined]
        allowed = frozenset()
    locations: frozenset[uuid.UUID] | None = None
    if grant.location_ids:
        locations = frozenset(place for place in grant.location_ids if held.get(str(place)))
        guarded = set().union(*(held[str(place)] for place in locations)) if locations else set()
    else:
        guarded = held.get(str(grant.practice_id), set())
    return Right(
        practice_id=grant.practice_id,
        role=grant.role,
        permissions=allowed & guarded,
        location_ids=locations,
        payer_ids=frozenset(grant.payer_ids) or None,
        part2=grant.part2,
        write_off_limit_cents=grant.write_off_limit_cents,
        billing_company_id=grant.billing_company,  # type: ignore[attr-defined]
        expires_at=grant.expires_at,
        time_zone=grant.time_zone,  # type: ignore[attr-defined]
    )


def practices_of(person: Person, now: datetime.datetime) -> QuerySet[Organization]:
    """The practices a person has any live right in, by name."""
    rights = rights_of(person, now)
    served = [practice for practice in rights.by_practice if rights.in_practice(practice, now)]
    return Organization.objects.filter(id__in=served, is_active=True).order_by("name", "id")


def live_token(digest: str, today: datetime.date) -> ApiToken | None:
    return (
        ApiToken.objects.select_related("person")
        .filter(digest=digest, revoked_at__isnull=True, expires_on__gte=today, person__is_active=True)
        .first()
    )


def practice_by_slug(slug: str) -> Organization:
    """For commands. Raises Organization.DoesNotExist."""
    return Organization.objects.get(slug=slug, kind=OrganizationKind.PRACTICE)


def locations_of(practice_id: uuid.UUID, *, including_inactive: bool = False) -> QuerySet[Location]:
    places = Location.objects.filter(organization_id=practice_id)
    return (places if including_inactive else places.filter(is_active=True)).order_by("name", "id")


def people_names(person_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, str]:
    return dict(Person.objects.filter(id__in=set(person_ids)).values_list("id", "name"))


def colleagues(practice_id: uuid.UUID, now: datetime.datetime, *permissions: str) -> QuerySet[Person]:
    """People who hold a live grant carrying the permissions in the practice: to whom work can be assigned."""
    roles = [role for role, carried in ROLE_PERMISSIONS.items() if carried.issuperset(permissions)]
    grants = live_grants(now.date()).filter(practice_id=practice_id, role__in=roles)
    return Person.objects.filter(is_active=True, id__in=grants.values("person_id")).order_by("name", "id")


def live_engagements(today: datetime.date) -> QuerySet[Engagement]:
    return Engagement.objects.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=today), starts_on__lte=today)
