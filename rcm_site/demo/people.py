"""The organisations and the people of the demonstration."""

import contextlib
import dataclasses
import datetime
from collections.abc import Iterator

from django.db import transaction

from clearinghouse.simulator.practice_system import PracticeProfile
from tenancy.choices import ActorKind, OrganizationKind, Role
from tenancy.models import Organization, Person
from tenancy.scope import Scope, open_scope, organization_scope
from tenancy.selectors import rights_of
from tenancy.services import create_organization, create_person, grant_role, start_engagement

AUDIT_LASTS = datetime.timedelta(days=800)
TIME_ZONE = "America/New_York"
PASSWORD = "workbench-demo-year"  # noqa: S105 - printed at start; demonstration data only


@dataclasses.dataclass(frozen=True, slots=True)
class Cast:
    riverside: Organization
    hillside: Organization
    biller: Person
    supervisor: Person
    administrator: Person
    front_desk: Person
    specialist: Person
    """Works denials for both practices; nobody signs in as this person."""

    def sign_ins(self) -> str:
        lines = (
            (self.biller, "biller at Riverside"),
            (self.supervisor, "billing company's supervisor, serves both practices"),
            (self.administrator, "administrator and auditor at Riverside"),
            (self.front_desk, "front desk at Riverside"),
        )
        people = "\n".join(f"  {person.email:<28} {what}" for person, what in lines)
        return f"Sign in with the password {PASSWORD} as\n{people}\n"


def found(profile: PracticeProfile, slug: str) -> Organization:
    return create_organization(
        kind=OrganizationKind.PRACTICE,
        name=profile.name,
        slug=slug,
        npi=profile.npi,
        tax_id=profile.tax_identifier,
        time_zone=TIME_ZONE,
        require_second_factor=False,
    )


def recall() -> Cast:
    """Those who were gathered."""
    practice = {one.slug: one for one in Organization.objects.filter(slug__in=("riverside", "hillside"))}
    named = ("biller", "supervisor", "admin", "frontdesk", "specialist")
    person = {
        one.email: one for one in Person.objects.filter(email__in=[f"{name}@demo.test" for name in named])
    }
    return Cast(practice["riverside"], practice["hillside"], *(person[f"{name}@demo.test"] for name in named))


def gather(riverside: PracticeProfile, hillside: PracticeProfile, *, since: datetime.date) -> Cast:
    """Found the practices and the billing company and let their people in, all dated `since`."""
    practices = found(riverside, "riverside"), found(hillside, "hillside")
    company = create_organization(
        kind=OrganizationKind.BILLING_COMPANY,
        name="Ledgerline Billing",
        slug="ledgerline",
        require_second_factor=False,
    )
    for practice in practices:
        with organization_scope(practice.pk):
            start_engagement(
                practice=practice,
                billing_company=company,
                agreement_reference=f"BAA-{practice.slug.upper()}",
                ceiling_roles=[Role.SUPERVISOR, Role.BILLER, Role.POSTER, Role.DENIAL_SPECIALIST],
                starts_on=since,
            )
    biller = create_person(
        email="biller@demo.test", name="Bea Ortiz", organization=practices[0], password=PASSWORD
    )
    supervisor = create_person(
        email="supervisor@demo.test", name="Sam Lindqvist", organization=company, password=PASSWORD
    )
    administrator = create_person(
        email="admin@demo.test", name="Ada Freeman", organization=practices[0], password=PASSWORD
    )
    front_desk = create_person(
        email="frontdesk@demo.test", name="Fay Moreno", organization=practices[0], password=PASSWORD
    )
    specialist = create_person(email="specialist@demo.test", name="Dev Marsh", organization=company)
    _let_in(biller, practices[0], (Role.BILLER, Role.POSTER), since)
    _let_in(administrator, practices[0], (Role.PRACTICE_ADMIN, Role.AUDITOR), since)
    _let_in(front_desk, practices[0], (Role.FRONT_DESK,), since)
    for practice in practices:
        _let_in(supervisor, practice, (Role.SUPERVISOR,), since)
        _let_in(specialist, practice, (Role.DENIAL_SPECIALIST,), since)
    return Cast(*practices, biller, supervisor, administrator, front_desk, specialist)


def _let_in(person: Person, practice: Organization, roles: tuple[Role, ...], since: datetime.date) -> None:
    with organization_scope(practice.pk):
        for role in roles:
            ends_on = since + AUDIT_LASTS if role == Role.AUDITOR else None
            grant_role(
                person=person,
                practice=practice,
                role=role,
                starts_on=since,
                ends_on=ends_on,
                reason="Demonstration",
            )


@contextlib.contextmanager
def at_work(person: Person, practice: Organization, *, at: datetime.datetime) -> Iterator[Scope]:
    """A transaction in which the person does something, with the rights they have in the practice and no others."""
    rights = rights_of(person, at).in_practice(practice.pk, at)
    scope = Scope(
        actor_kind=ActorKind.PERSON,
        organization_id=practice.pk,
        readable=(practice.pk,),
        permissions=frozenset().union(*(right.permissions for right in rights)),
        person_id=person.pk,
        role=rights[0].role,
        on_behalf_of=rights[0].billing_company_id,
        write_off_limit_cents=max(right.write_off_limit_cents for right in rights),
        time_zone=practice.time_zone,
    )
    with transaction.atomic(), open_scope(scope):
        yield scope
