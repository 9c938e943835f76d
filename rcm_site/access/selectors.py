"""Who has what and why, in one practice."""

import dataclasses
import uuid
from datetime import date, datetime

from allauth.mfa.models import Authenticator
from django.db.models import Q, QuerySet

from audit.models import AuditEvent
from reference.models import Payer
from tenancy.access import NotFound
from tenancy.choices import OrganizationKind, Role
from tenancy.models import ApiToken, Engagement, Grant, Location, Organization, Person
from tenancy.roles import PERMISSIONS, ROLE_PERMISSIONS
from tenancy.scope import Scope
from tenancy.selectors import live_grants, rights_of

CLIENT_DOMAIN = "api-clients.invalid"


@dataclasses.dataclass(frozen=True, slots=True)
class GrantLine:
    """One role somebody has, had or will have, and what it rests on."""

    grant: Grant
    role: str
    state: str
    why_not: str
    source: str
    locations: tuple[str, ...]
    payers: tuple[str, ...]
    permissions: tuple[str, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class PersonLine:
    person: Person
    employer: str
    has_second_factor: bool
    permissions: tuple[str, ...]
    grants: tuple[GrantLine, ...]

    @property
    def live(self) -> tuple[GrantLine, ...]:
        return tuple(line for line in self.grants if line.state == "LIVE")

    @property
    def past(self) -> tuple[GrantLine, ...]:
        return tuple(line for line in self.grants if line.state != "LIVE")


def people(scope: Scope, now: datetime) -> list[PersonLine]:
    """Everybody who has or had a role in the practice, those with a live one first."""
    practice_id = scope.practice_id
    grants = (
        Grant.objects.filter(practice_id=practice_id)
        .select_related("person__organization", "granted_by", "engagement__billing_company")
        .order_by("person__name", "person_id", "-starts_on", "-id")
    )
    names = {place.pk: place.name for place in Location.objects.filter(organization_id=practice_id)}
    payers = dict(Payer.objects.values_list("id", "name"))
    by_person: dict[uuid.UUID, list[Grant]] = {}
    for grant in grants:
        by_person.setdefault(grant.person_id, []).append(grant)
    factors = set(
        Authenticator.objects.filter(user_id__in=by_person, type=Authenticator.Type.TOTP).values_list(
            "user_id", flat=True
        )
    )
    lines = [
        _person_line(own, practice_id, names | payers, factors, now)
        for own in by_person.values()
        if not own[0].person.email.endswith(CLIENT_DOMAIN)
    ]
    return sorted(lines, key=lambda line: (not line.live, line.person.name))


def people_through(engagement: Engagement, *, on: date) -> int:
    """How many people have a role in the practice by this engagement today."""
    return live_grants(on).filter(engagement=engagement).values("person_id").distinct().count()


def _person_line(
    grants: list[Grant],
    practice_id: uuid.UUID,
    names: dict[uuid.UUID, str],
    factors: set[uuid.UUID],
    now: datetime,
) -> PersonLine:
    person = grants[0].person
    rights = rights_of(person, now).in_practice(practice_id, now)
    held = frozenset().union(*(right.permissions for right in rights))
    return PersonLine(
        person=person,
        employer=person.organization.name if person.organization else "",
        has_second_factor=person.pk in factors,
        permissions=_in_words(held),
        grants=tuple(_grant_line(grant, names, held, now) for grant in grants),
    )


def _grant_line(grant: Grant, names: dict[uuid.UUID, str], held: frozenset[str], now: datetime) -> GrantLine:
    state, why_not = _state(grant, now)
    given = ROLE_PERMISSIONS[grant.role]
    return GrantLine(
        grant=grant,
        role=Role(grant.role).label,
        state=state,
        why_not=why_not,
        source=f"through {grant.engagement.billing_company.name}" if grant.engagement else "of the practice",
        locations=tuple(sorted(names.get(place, "?") for place in grant.location_ids)),
        payers=tuple(sorted(names.get(payer, "?") for payer in grant.payer_ids)),
        permissions=_in_words(given & held if state == "LIVE" else given),
    )


def _state(grant: Grant, now: datetime) -> tuple[str, str]:
    today = now.date()
    engagement = grant.engagement
    reasons = (
        (not grant.person.is_active, "DISABLED", "the person is disabled"),
        (grant.ends_on is not None and grant.ends_on < today, "ENDED", "ended"),
        (grant.expires_at is not None and grant.expires_at <= now, "ENDED", "the hour is over"),
        (grant.starts_on > today, "PLANNED", "has not begun"),
        (
            engagement is not None and engagement.ends_on is not None and engagement.ends_on < today,
            "ENDED",
            "the engagement has ended",
        ),
        (
            engagement is not None and grant.role not in engagement.ceiling_roles,
            "ENDED",
            "above the engagement's ceiling",
        ),
    )
    return next(((state, words) for holds, state, words in reasons if holds), ("LIVE", ""))


def _in_words(permissions: frozenset[str]) -> tuple[str, ...]:
    return tuple(words for name, words in PERMISSIONS.items() if name in permissions)


def grant_for(scope: Scope, grant_id: uuid.UUID) -> Grant:
    grant = (
        Grant.objects.select_related("person", "practice", "engagement")
        .filter(practice_id=scope.practice_id, id=grant_id)
        .first()
    )
    if grant is None:
        raise NotFound
    return grant


def person_for(scope: Scope, person_id: uuid.UUID) -> Person:
    """Somebody who has or had a role here, or is employed here."""
    person = (
        Person.objects.select_related("organization")
        .filter(Q(grants__practice_id=scope.practice_id) | Q(organization_id=scope.practice_id), id=person_id)
        .distinct()
        .first()
    )
    if person is None:
        raise NotFound
    return person


def engagement_for(scope: Scope, engagement_id: uuid.UUID) -> Engagement:
    engagement = (
        Engagement.objects.select_related("practice", "billing_company")
        .filter(practice_id=scope.practice_id, id=engagement_id)
        .first()
    )
    if engagement is None:
        raise NotFound
    return engagement


def token_for(scope: Scope, token_id: uuid.UUID) -> ApiToken:
    token = (
        ApiToken.objects.select_related("person").filter(practice_id=scope.practice_id, id=token_id).first()
    )
    if token is None:
        raise NotFound
    return token


def engagements(scope: Scope) -> list[Engagement]:
    """With the roles of the ceiling in words."""
    found = list(
        Engagement.objects.filter(practice_id=scope.practice_id)
        .select_related("billing_company")
        .order_by("-starts_on", "-id")
    )
    for engagement in found:
        engagement.ceiling = [Role(role).label.lower() for role in engagement.ceiling_roles]  # type: ignore[attr-defined]
    return found


def tokens(scope: Scope) -> list[ApiToken]:
    """With their scopes in words."""
    found = list(
        ApiToken.objects.filter(practice_id=scope.practice_id)
        .select_related("created_by")
        .order_by("-created_at", "-id")
    )
    for token in found:
        token.scopes = _in_words(frozenset(token.permissions))  # type: ignore[attr-defined]
    return found


def billing_companies() -> QuerySet[Organization]:
    return Organization.objects.filter(kind=OrganizationKind.BILLING_COMPANY, is_active=True).order_by("name")


def unreviewed_break_glass(scope: Scope) -> QuerySet[Grant]:
    """Support's entries by break-glass that nobody of the practice has reviewed yet."""
    reviewed = AuditEvent.objects.filter(
        organization_id=scope.practice_id, verb="access.break_glass.reviewed", subject_id__isnull=False
    ).values("subject_id")
    return (
        Grant.objects.filter(practice_id=scope.practice_id, role=Role.SUPPORT)
        .exclude(id__in=reviewed)
        .select_related("person")
        .order_by("-created_at")
    )


def administrators(practice_id: uuid.UUID, now: datetime) -> QuerySet[Person]:
    grants = live_grants(now.date()).filter(practice_id=practice_id, role=Role.PRACTICE_ADMIN)
    return Person.objects.filter(is_active=True, id__in=grants.values("person_id"))
