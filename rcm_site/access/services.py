"""Giving and ending access. Each verb asks the authority of whoever acts, then tenancy, which records it."""

import secrets
import uuid
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.models import Authenticator
from django.core.mail import send_mail
from django.db import transaction
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse

from audit import services as audit
from rcm_site.access import second_factor
from rcm_site.access.authority import Authority, refuse_beyond
from rcm_site.access.selectors import CLIENT_DOMAIN, administrators
from tenancy import services as tenancy
from tenancy.choices import ActorKind, OrganizationKind, Purpose, Role
from tenancy.models import ApiToken, Engagement, Grant, Organization, Person
from tenancy.roles import DEFAULT_WRITE_OFF_LIMIT_CENTS, ROLE_PERMISSIONS
from tenancy.scope import open_scope, organization_scope
from tenancy.selectors import live_grants
from tenancy.services import AccessRefused

LONGEST_BREAK_GLASS = timedelta(minutes=60)


def invite(
    *,
    authority: Authority,
    request: HttpRequest,
    email: str,
    name: str,
    practice: Organization,
    **terms: Any,
) -> None:
    """Give the person with this address a role; whoever is unknown so far is made and sent a link.

    The giver cannot tell from it whether an address has an account: somebody out of reach is told by mail and given
    nothing, and what would be refused for a new person is refused just the same.
    """
    known = Person.objects.select_related("organization").filter(email=email.lower()).first()
    if known is not None and _is_in_reach(authority, known):
        give_role(authority=authority, person=known, practice=practice, **terms)
        _tell_known(known, practice, is_given=True)
        return
    with transaction.atomic():
        address = email if known is None else f"{secrets.token_hex(8)}@{CLIENT_DOMAIN}"
        person = tenancy.create_person(email=address, name=name, organization=_employer(authority, practice))
        give_role(authority=authority, person=person, practice=practice, **terms)
        if known is not None:
            transaction.set_rollback(True)
    if known is None:
        send_invitation(request=request, person=person, practice=practice)
    else:
        _tell_known(known, practice, is_given=False)
        audit.record("access.invitation.withheld", subject=known)


def _is_in_reach(authority: Authority, known: Person) -> bool:
    """A billing company's people are reached through an engagement of their company only."""
    if not authority.serves(known):
        return False
    employer = known.organization
    if employer is None or employer.kind != OrganizationKind.BILLING_COMPANY:
        return True
    return Engagement.objects.filter(practice_id=authority.practice_id, billing_company=employer).exists()


def _employer(authority: Authority, practice: Organization) -> Organization:
    if authority.engagement and not authority.is_practice_admin:
        return authority.engagement.billing_company
    return practice


def _tell_known(person: Person, practice: Organization, *, is_given: bool) -> None:
    facts = {"person": person, "practice": practice, "is_given": is_given}
    body = render_to_string("access/known_person.txt", facts)
    _send(f"Your access to {practice.name}", body, person.email)


def invitation_path(person: Person) -> str:
    """Where a new person chooses a password: works once and for a day."""
    key = default_token_generator.make_token(person)
    return reverse(
        "account_reset_password_from_key", kwargs={"uidb36": user_pk_to_url_str(person), "key": key}
    )


def send_invitation(*, request: HttpRequest, person: Person, practice: Organization) -> None:
    """The mail names the practice and nothing else."""
    body = render_to_string(
        "access/invitation.txt",
        {"person": person, "practice": practice, "link": request.build_absolute_uri(invitation_path(person))},
    )
    _send(f"Your access to {practice.name}", body, person.email)


def give_role(
    *,
    authority: Authority,
    person: Person,
    practice: Organization,
    role: str,
    starts_on: date,
    ends_on: date | None,
    location_ids: Sequence[uuid.UUID],
    payer_ids: Sequence[uuid.UUID],
    part2: bool,
    write_off_limit_cents: int | None,
    reason: str,
) -> Grant:
    """Raises AccessRefused where it would be more than the giver's own right."""
    limit = (
        DEFAULT_WRITE_OFF_LIMIT_CENTS.get(role, 0) if write_off_limit_cents is None else write_off_limit_cents
    )
    refuse_beyond(
        authority,
        person=person,
        role=role,
        location_ids=location_ids,
        payer_ids=payer_ids,
        part2=part2,
        ends_on=ends_on,
        write_off_limit_cents=limit,
    )
    terms = (role, set(location_ids), set(payer_ids), part2, limit)
    for held in live_grants(starts_on).filter(person=person, practice=practice):
        has = (held.role, set(held.location_ids), set(held.payer_ids), held.part2, held.write_off_limit_cents)
        if has == terms and held.ends_on == ends_on:
            raise AccessRefused(f"{person.name} has this role here already, on the same terms.")
    return tenancy.grant_role(
        person=person,
        practice=practice,
        role=role,
        starts_on=starts_on,
        ends_on=ends_on,
        reason=reason,
        granted_by=authority.person,
        location_ids=location_ids,
        payer_ids=payer_ids,
        part2=part2,
        write_off_limit_cents=limit,
    )


def end_role(*, authority: Authority, grant: Grant, reason: str, on: date) -> None:
    if not authority.reaches(grant):
        raise AccessRefused("You may end roles given through your own engagement only.")
    tenancy.end_grant(grant=grant, on=on, reason=reason)


def set_active(*, authority: Authority, person: Person, is_active: bool, reason: str) -> None:
    """Only the employer's administrators disable a person; others end the roles they gave."""
    if person.organization_id != authority.employer_id:
        raise AccessRefused("This person works for another organization; end their roles here instead.")
    if person.pk == authority.person.pk:
        raise AccessRefused("Nobody disables themselves.")
    act = tenancy.enable_person if is_active else tenancy.disable_person
    act(person=person, reason=reason)


def reset_second_factor(*, authority: Authority, person: Person, reason: str) -> None:
    """For whoever lost phone and recovery codes: the next sign-in asks to set up another, where one is owed."""
    if person.organization_id != authority.employer_id:
        raise AccessRefused("This person works for another organization; their own administrator does this.")
    if person.pk == authority.person.pk:
        raise AccessRefused("Nobody takes away their own second factor here. Ask another administrator.")
    gone, _ = Authenticator.objects.filter(user=person).delete()
    if not gone:
        raise AccessRefused("This person has no second factor.")
    second_factor.forget(person)
    audit.record("access.second_factor.reset", subject=person, data={"reason": reason})
    body = render_to_string("access/second_factor_reset.txt", {"person": person, "by": authority.person})
    _send("Your second factor was taken away", body, person.email)


def start_engagement(
    *,
    authority: Authority,
    practice: Organization,
    billing_company: Organization,
    agreement_reference: str,
    ceiling_roles: Sequence[str],
    starts_on: date,
    ends_on: date | None,
) -> Engagement:
    if not authority.is_practice_admin:
        raise AccessRefused("Only the practice itself engages a billing company.")
    return tenancy.start_engagement(
        practice=practice,
        billing_company=billing_company,
        agreement_reference=agreement_reference,
        ceiling_roles=ceiling_roles,
        starts_on=starts_on,
        ends_on=ends_on,
    )


def end_engagement(*, authority: Authority, engagement: Engagement, reason: str, on: date) -> None:
    if not authority.is_practice_admin:
        raise AccessRefused("Only the practice itself ends an engagement.")
    tenancy.end_engagement(engagement=engagement, on=on, reason=reason)


def issue_token(
    *,
    authority: Authority,
    practice: Organization,
    name: str,
    permissions: Sequence[str],
    starts_on: date,
    expires_on: date,
) -> tuple[ApiToken, str]:
    """A client of its own in this practice, with the scopes listed and nothing else. The secret is shown once."""
    if not authority.is_practice_admin:
        raise AccessRefused("Only the practice itself lets API clients in.")
    client = tenancy.create_person(
        email=f"{secrets.token_hex(8)}@{CLIENT_DOMAIN}", name=name, organization=practice
    )
    tenancy.grant_role(
        person=client,
        practice=practice,
        role=Role.API_CLIENT,
        starts_on=starts_on,
        ends_on=expires_on,
        reason=f"API token {name}"[:200],
        granted_by=authority.person,
    )
    return tenancy.issue_token(
        practice=practice,
        person=client,
        name=name,
        permissions=permissions,
        created_by=authority.person,
        expires_on=expires_on,
    )


def break_glass(
    *, person: Person, practice: Organization, reason: str, minutes: int, at: datetime, session_id: str
) -> Grant:
    """Let support in for at most an hour. The practice's administrators are told and review it afterwards."""
    if not person.is_staff:
        raise AccessRefused("Only support staff may break glass.")
    length = timedelta(minutes=minutes)
    if not timedelta(0) < length <= LONGEST_BREAK_GLASS:
        raise AccessRefused("At most 60 minutes.")
    with organization_scope(practice.pk, actor_kind=ActorKind.PERSON, person_id=person.pk) as scope:
        grant = tenancy.grant_role(
            person=person,
            practice=practice,
            role=Role.SUPPORT,
            starts_on=at.date(),
            ends_on=(at + length).date(),
            expires_at=at + length,
            reason=reason,
            granted_by=person,
        )
        broken = replace(scope, role=Role.SUPPORT, purpose=Purpose.BREAK_GLASS, session_id=session_id)
        with open_scope(broken):
            data = {"reason": reason, "minutes": minutes}
            audit.record("access.break_glass.opened", subject=grant, data=data)
            audit.emit("access.phi.break_glass", subject=grant, data={"minutes": minutes})
    _tell_administrators(practice, grant, at)
    return grant


def _tell_administrators(practice: Organization, grant: Grant, at: datetime) -> None:
    addresses = list(administrators(practice.pk, at).values_list("email", flat=True))
    body = render_to_string("access/break_glass.txt", {"practice": practice, "grant": grant})
    for address in addresses:
        _send(f"Support has opened {practice.name}", body, address)


def _send(subject: str, body: str, address: str) -> None:
    """After the transaction: a slow mail server must not hold locks, nor a rollback leave a letter behind."""
    transaction.on_commit(lambda: send_mail(subject, body, None, [address]), robust=True)


def review_break_glass(*, grant: Grant, note: str) -> None:
    audit.record("access.break_glass.reviewed", subject=grant, data={"note": note})


def client_permissions() -> list[str]:
    return sorted(ROLE_PERMISSIONS[Role.API_CLIENT])
