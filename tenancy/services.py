"""Changes to who may do what. Each verb is recorded in the transaction of the act."""

import dataclasses
import datetime
import hashlib
import secrets
import uuid
from collections.abc import Iterable, Sequence

from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import F
from guardian.models import UserObjectPermission

from tenancy import recorder
from tenancy.choices import OrganizationKind, Role
from tenancy.models import ApiToken, Engagement, Grant, Location, Organization, Person
from tenancy.roles import DEFAULT_WRITE_OFF_LIMIT_CENTS, ROLE_PERMISSIONS
from tenancy.scope import current_scope
from tenancy.selectors import live_grants


class AccessRefused(Exception):
    """The change would give a right that may not be given; the text says why."""


@dataclasses.dataclass(frozen=True, slots=True)
class LocationSeen:
    """A place of service as another system writes it."""

    name: str
    npi: str = ""


@transaction.atomic
def create_organization(*, kind: str, name: str, slug: str, **fields: object) -> Organization:
    organization = Organization.objects.create(kind=kind, name=name, slug=slug, **fields)
    recorder.record("tenancy.organization.created", subject=organization)
    return organization


@transaction.atomic
def create_location(*, practice: Organization, name: str, **fields: object) -> Location:
    location = Location.objects.create(organization=practice, name=name, **fields)
    recorder.record("tenancy.location.created", subject=location, organization_id=practice.id)
    return location


def ensure_locations(seen: Iterable[LocationSeen]) -> dict[LocationSeen, uuid.UUID]:
    """The locations of the practice in scope by NPI, else by name; unknown ones are created."""
    practice_id = current_scope().practice_id
    wanted = set(seen)
    known = list(Location.objects.filter(organization_id=practice_id))
    by_npi = {place.npi: place.id for place in known if place.npi}
    by_name = {place.name.upper(): place.id for place in known}
    found: dict[LocationSeen, uuid.UUID] = {}
    for place in sorted(wanted, key=lambda one: (one.name, one.npi)):
        known_id = by_npi.get(place.npi) or by_name.get(place.name.upper())
        if known_id is None:
            created = create_location(practice=Organization(id=practice_id), name=place.name, npi=place.npi)
            known_id = by_name[place.name.upper()] = created.id
            if place.npi:
                by_npi[place.npi] = created.id
        found[place] = known_id
    return found


@transaction.atomic
def create_person(
    *, email: str, name: str, organization: Organization | None, password: str | None = None
) -> Person:
    person = Person.objects.create_user(email, password, name=name, organization=organization)
    recorder.record("tenancy.person.invited", subject=person)
    return person


@transaction.atomic
def disable_person(*, person: Person, reason: str) -> None:
    """Takes effect on the person's next request: the session finds nobody, the cached rights go with the stamp."""
    Person.objects.filter(pk=person.pk).update(is_active=False, access_stamp=F("access_stamp") + 1)
    recorder.record("tenancy.person.disabled", subject=person, data={"reason": reason})


@transaction.atomic
def enable_person(*, person: Person, reason: str) -> None:
    Person.objects.filter(pk=person.pk).update(is_active=True, access_stamp=F("access_stamp") + 1)
    recorder.record("tenancy.person.enabled", subject=person, data={"reason": reason})


@transaction.atomic
def grant_role(
    *,
    person: Person,
    practice: Organization,
    role: str,
    starts_on: datetime.date,
    reason: str,
    granted_by: Person | None = None,
    ends_on: datetime.date | None = None,
    expires_at: datetime.datetime | None = None,
    location_ids: Sequence[uuid.UUID] = (),
    payer_ids: Sequence[uuid.UUID] = (),
    part2: bool = False,
    write_off_limit_cents: int | None = None,
) -> Grant:
    """Give one role in one practice. People of a billing company need a live engagement whose ceiling has the role.

    Raises AccessRefused.
    """
    if role == Role.AUDITOR and ends_on is None:
        raise AccessRefused("An auditor's right has a last day.")
    engagement = _engagement_for(person, practice, role, starts_on)
    _refuse_foreign_locations(practice, location_ids)
    limit = (
        DEFAULT_WRITE_OFF_LIMIT_CENTS.get(role, 0) if write_off_limit_cents is None else write_off_limit_cents
    )
    grant = Grant.objects.create(
        person=person,
        practice=practice,
        engagement=engagement,
        role=role,
        location_ids=list(location_ids),
        payer_ids=list(payer_ids),
        part2=part2,
        write_off_limit_cents=limit,
        starts_on=starts_on,
        ends_on=ends_on,
        expires_at=expires_at,
        reason=reason,
        granted_by=granted_by,
    )
    _project(person, practice, starts_on)
    recorder.record(
        "tenancy.grant.given",
        subject=grant,
        organization_id=practice.id,
        data={"person": str(person.id), "role": role, "reason": reason},
    )
    return grant


@transaction.atomic
def end_grant(*, grant: Grant, on: datetime.date, reason: str) -> None:
    """`on` is the first day without it, so that ending today takes effect on the next request."""
    last_day = on - datetime.timedelta(days=1)
    starts_on = min(grant.starts_on, last_day)
    Grant.objects.filter(pk=grant.pk).update(starts_on=starts_on, ends_on=last_day)
    _project(grant.person, grant.practice, on)
    recorder.record(
        "tenancy.grant.ended",
        subject=grant,
        organization_id=grant.practice_id,
        data={"person": str(grant.person_id), "role": grant.role, "reason": reason},
    )


@transaction.atomic
def start_engagement(
    *,
    practice: Organization,
    billing_company: Organization,
    agreement_reference: str,
    ceiling_roles: Sequence[str],
    starts_on: datetime.date,
    ends_on: datetime.date | None = None,
) -> Engagement:
    if practice.kind != OrganizationKind.PRACTICE or billing_company.kind != OrganizationKind.BILLING_COMPANY:
        raise AccessRefused("An engagement is between a practice and a billing company.")
    engagement = Engagement.objects.create(
        practice=practice,
        billing_company=billing_company,
        agreement_reference=agreement_reference,
        ceiling_roles=list(ceiling_roles),
        starts_on=starts_on,
        ends_on=ends_on,
    )
    recorder.record("tenancy.engagement.started", subject=engagement, organization_id=practice.id)
    return engagement


@transaction.atomic
def end_engagement(*, engagement: Engagement, on: datetime.date, reason: str) -> None:
    """Every right the billing company's people hold through it ends with it, on their next request."""
    last_day = on - datetime.timedelta(days=1)
    starts_on = min(engagement.starts_on, last_day)
    Engagement.objects.filter(pk=engagement.pk).update(starts_on=starts_on, ends_on=last_day)
    for person in Person.objects.filter(grants__engagement=engagement).distinct():
        _project(person, engagement.practice, on)
    recorder.record(
        "tenancy.engagement.ended",
        subject=engagement,
        organization_id=engagement.practice_id,
        data={"reason": reason},
    )


@transaction.atomic
def issue_token(
    *,
    practice: Organization,
    person: Person,
    name: str,
    permissions: Sequence[str],
    created_by: Person,
    expires_on: datetime.date,
) -> tuple[ApiToken, str]:
    """Returns the token and its secret, which is shown once and kept nowhere."""
    beyond = set(permissions) - ROLE_PERMISSIONS[Role.API_CLIENT]
    if beyond:
        raise AccessRefused(f"An API client may not hold {', '.join(sorted(beyond))}.")
    secret = "rcm_" + secrets.token_urlsafe(32)
    token = ApiToken.objects.create(
        practice=practice,
        person=person,
        name=name,
        digest=token_digest(secret),
        permissions=sorted(permissions),
        created_by=created_by,
        expires_on=expires_on,
    )
    recorder.record("tenancy.token.issued", subject=token, organization_id=practice.id, data={"name": name})
    return token, secret


@transaction.atomic
def revoke_token(*, token: ApiToken, at: datetime.datetime) -> None:
    ApiToken.objects.filter(pk=token.pk, revoked_at__isnull=True).update(revoked_at=at)
    recorder.record("tenancy.token.revoked", subject=token, organization_id=token.practice_id)


def token_digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _engagement_for(
    person: Person, practice: Organization, role: str, on: datetime.date
) -> Engagement | None:
    employer = person.organization
    if employer is None or employer.kind != OrganizationKind.BILLING_COMPANY:
        return None
    engagement = (
        Engagement.objects.filter(practice=practice, billing_company=employer, starts_on__lte=on)
        .exclude(ends_on__lt=on)
        .order_by("-starts_on", "-id")
        .first()
    )
    if engagement is None:
        raise AccessRefused(f"{employer} has no engagement with {practice} on that day.")
    if role not in engagement.ceiling_roles:
        raise AccessRefused(f"The engagement does not allow the role {Role(role).label}.")
    return engagement


def _refuse_foreign_locations(practice: Organization, location_ids: Sequence[uuid.UUID]) -> None:
    own = Location.objects.filter(organization=practice, id__in=location_ids).count()
    if own != len(set(location_ids)):
        raise AccessRefused("A location of the grant is not one of the practice's.")


def _project(person: Person, practice: Organization, today: datetime.date) -> None:
    """Make guardian's rows for this person in this practice say what the live grants say; forget cached rights."""
    wanted: set[tuple[str, str, str]] = set()
    grants = Grant.objects.filter(person=person, practice=practice).exclude(ends_on__lt=today)
    live_engagements = set(
        live_grants(today).filter(person=person, practice=practice).values_list("id", flat=True)
    )
    for grant in grants:
        if grant.engagement_id and grant.starts_on <= today and grant.id not in live_engagements:
            continue
        targets = [("location", str(place)) for place in grant.location_ids] or [
            ("organization", str(practice.id))
        ]
        wanted |= {
            (model, key, codename) for model, key in targets for codename in ROLE_PERMISSIONS[grant.role]
        }
    places = [
        str(place) for place in Location.objects.filter(organization=practice).values_list("id", flat=True)
    ]
    present = UserObjectPermission.objects.filter(user=person, object_pk__in=[str(practice.id), *places])
    held = {(row.content_type.model, row.object_pk, row.permission.codename): row.pk
            for row in present.select_related("content_type", "permission")}  # fmt: skip
    UserObjectPermission.objects.filter(pk__in=[pk for key, pk in held.items() if key not in wanted]).delete()
    UserObjectPermission.objects.bulk_create(_guardian_rows(person, wanted - held.keys()))
    Person.objects.filter(pk=person.pk).update(access_stamp=F("access_stamp") + 1)


def _guardian_rows(person: Person, missing: set[tuple[str, str, str]]) -> list[UserObjectPermission]:
    types = {
        "organization": ContentType.objects.get_for_model(Organization),
        "location": ContentType.objects.get_for_model(Location),
    }
    permissions = {
        (permission.content_type_id, permission.codename): permission
        for permission in Permission.objects.filter(content_type__in=types.values())
    }
    return [
        UserObjectPermission(
            user=person,
            content_type=types[model],
            object_pk=key,
            permission=permissions[types[model].pk, codename],
        )
        for model, key, codename in sorted(missing)
    ]
