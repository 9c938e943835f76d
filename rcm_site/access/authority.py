"""What a person who manages access may give: never more than the right they manage with."""

import dataclasses
import uuid
from collections.abc import Collection
from datetime import date, datetime

from tenancy.choices import OrganizationKind, Role
from tenancy.models import Engagement, Grant, Person
from tenancy.roles import DEFAULT_WRITE_OFF_LIMIT_CENTS, ROLE_PERMISSIONS
from tenancy.selectors import live_grants
from tenancy.services import AccessRefused

MANAGE = "tenancy.manage_access"
# What a practice's administrator may give. API clients get theirs with a token; support breaks glass.
PRACTICE_ROLES = (
    Role.FRONT_DESK,
    Role.BILLER,
    Role.POSTER,
    Role.DENIAL_SPECIALIST,
    Role.SUPERVISOR,
    Role.PRACTICE_ADMIN,
    Role.MSO_ADMIN,
    Role.AUDITOR,
    Role.READER,
)


@dataclasses.dataclass(frozen=True, slots=True)
class Authority:
    """The managing right of one person in one practice. None means every location or payer.

    A billing company's administrator reaches own people only, below the ceiling of the engagement.
    """

    person: Person
    practice_id: uuid.UUID
    roles: tuple[str, ...]
    location_ids: frozenset[uuid.UUID] | None
    payer_ids: frozenset[uuid.UUID] | None
    part2: bool
    until: date | None
    engagement: Engagement | None
    is_practice_admin: bool

    @property
    def employer_id(self) -> uuid.UUID | None:
        """Whose people the authority may disable and enable."""
        if self.is_practice_admin:
            return self.practice_id
        return self.engagement.billing_company_id if self.engagement else None

    def employs(self, person: Person) -> bool:
        """Whether the authority may disable this person: a colleague, never oneself."""
        return person.organization_id == self.employer_id and person.pk != self.person.pk

    def serves(self, person: Person) -> bool:
        """Whether this person is one of those the authority reaches."""
        return self.is_practice_admin or (
            self.engagement is not None and person.organization_id == self.engagement.billing_company_id
        )

    def reaches(self, grant: Grant) -> bool:
        return self.is_practice_admin or (
            self.engagement is not None and grant.engagement_id == self.engagement.pk
        )


def authority_of(person: Person, practice_id: uuid.UUID, now: datetime) -> Authority | None:
    """The widest right with which the person manages access here: the practice's own before a billing company's."""
    grants = [
        grant
        for grant in live_grants(now.date())
        .filter(person=person, practice_id=practice_id)
        .select_related("engagement")
        .order_by("created_at", "id")
        if MANAGE in ROLE_PERMISSIONS[grant.role] and (grant.expires_at is None or grant.expires_at > now)
    ]
    own = [grant for grant in grants if grant.role == Role.PRACTICE_ADMIN and grant.engagement_id is None]
    chosen = (own or grants)[:1]
    if not chosen:
        return None
    grant = chosen[0]
    return Authority(
        person=person,
        practice_id=practice_id,
        roles=tuple(str(role) for role in PRACTICE_ROLES) if own else _below_ceiling(grant.engagement),
        location_ids=frozenset(grant.location_ids) or None,
        payer_ids=frozenset(grant.payer_ids) or None,
        part2=grant.part2,
        until=_earliest(grant.ends_on, grant.engagement.ends_on if grant.engagement else None),
        engagement=grant.engagement,
        is_practice_admin=bool(own),
    )


def _below_ceiling(engagement: Engagement | None) -> tuple[str, ...]:
    ceiling = engagement.ceiling_roles if engagement else ()
    return tuple(role for role in ceiling if role not in (Role.MSO_ADMIN, Role.SUPPORT))


def _earliest(*days: date | None) -> date | None:
    return min((day for day in days if day is not None), default=None)


def refuse_beyond(
    authority: Authority,
    *,
    person: Person,
    role: str,
    location_ids: Collection[uuid.UUID],
    payer_ids: Collection[uuid.UUID],
    part2: bool,
    ends_on: date | None,
    write_off_limit_cents: int,
) -> None:
    """Raises AccessRefused with the sentence the person reads."""
    if person.pk == authority.person.pk:
        raise AccessRefused("Nobody gives a role to themselves. Ask another administrator.")
    if not authority.serves(person):
        raise AccessRefused("You may give roles to your own company's people only.")
    if role not in authority.roles or (role == Role.MSO_ADMIN and not _works_for_a_company(person)):
        raise AccessRefused(f"You may not give the role {Role(role).label} to this person.")
    if not _within(location_ids, authority.location_ids):
        raise AccessRefused("You manage some locations only; choose among those.")
    if not _within(payer_ids, authority.payer_ids):
        raise AccessRefused("You manage some payers only; choose among those.")
    if part2 and not authority.part2:
        raise AccessRefused("Only somebody who may see substance-use records can let others see them.")
    if authority.until and (ends_on is None or ends_on > authority.until):
        raise AccessRefused(f"Your own right ends on {authority.until:%B %d, %Y}; the role must end by then.")
    carried = DEFAULT_WRITE_OFF_LIMIT_CENTS.get(role, 0)
    may_raise = authority.is_practice_admin and carried > 0
    if write_off_limit_cents > carried and not may_raise:
        raise AccessRefused(
            "The write-off limit is higher than this role carries; the practice's own may raise it."
        )


def _works_for_a_company(person: Person) -> bool:
    return person.organization is not None and person.organization.kind == OrganizationKind.BILLING_COMPANY


def _within(wanted: Collection[uuid.UUID], own: frozenset[uuid.UUID] | None) -> bool:
    """Asking for none means asking for all."""
    return own is None or (bool(wanted) and set(wanted) <= own)
