"""A right is grant ∩ engagement ceiling ∩ role ∩ now, and ends on the next request."""

import datetime

import pytest
from django.utils import timezone
from guardian.models import UserObjectPermission

from tenancy.models import Person
from tenancy.scope import organization_scope
from tenancy.selectors import rights_of
from tenancy.services import (
    AccessRefused,
    create_organization,
    create_person,
    disable_person,
    end_engagement,
    end_grant,
    grant_role,
    start_engagement,
)


def rights_now(person):
    person.refresh_from_db()
    now = timezone.now()
    rights = rights_of(person, now)
    return {practice: rights.in_practice(practice, now) for practice in rights.by_practice}


@pytest.fixture
def today():
    return timezone.now().date()


@pytest.fixture
def billing_company(db):
    return create_organization(kind="BILLING_COMPANY", name="Ledgerline Billing", slug="ledgerline")


@pytest.fixture
def engagement(practice, billing_company, today):
    with organization_scope(practice.pk):
        return start_engagement(
            practice=practice,
            billing_company=billing_company,
            agreement_reference="BAA-1",
            ceiling_roles=["BILLER"],
            starts_on=today - datetime.timedelta(days=10),
        )


def test_a_grant_gives_the_role_in_its_practice_only(biller, practice, other_practice):
    rights = rights_now(biller.person)

    assert set(rights) == {practice.pk}
    assert "denials.work_denial" in rights[practice.pk][0].permissions
    assert "remittances.post_remittance" not in rights[practice.pk][0].permissions


def test_without_guardians_row_the_grant_gives_nothing(biller, practice):
    UserObjectPermission.objects.filter(
        user=biller.person, permission__codename="denials.work_denial"
    ).delete()
    Person.objects.filter(pk=biller.person.pk).update(access_stamp=99)

    assert "denials.work_denial" not in rights_now(biller.person)[practice.pk][0].permissions


def test_guardians_row_without_a_grant_gives_nothing(biller, practice, today):
    with organization_scope(practice.pk):
        rows = list(UserObjectPermission.objects.filter(user=biller.person))
        end_grant(grant=biller.person.grants.get(), on=today, reason="left")
        UserObjectPermission.objects.bulk_create(rows)

    assert rights_now(biller.person) == {}


def test_an_ended_grant_ends_on_the_next_request(biller, practice, today):
    assert biller.get(biller.at()).status_code == 200

    with organization_scope(practice.pk):
        end_grant(grant=biller.person.grants.get(), on=today, reason="left")

    assert biller.get(biller.at()).status_code == 404


def test_a_disabled_person_is_signed_out_on_the_next_request(biller):
    disable_person(person=biller.person, reason="left")

    response = biller.get(biller.at())

    assert response.status_code == 302
    assert "/accounts/login/" in response["Location"]


def test_a_billing_companys_person_needs_an_engagement(practice, billing_company, today):
    person = create_person(email="kim@example.test", name="Kim", organization=billing_company)

    with pytest.raises(AccessRefused, match="no engagement"), organization_scope(practice.pk):
        grant_role(person=person, practice=practice, role="BILLER", starts_on=today, reason="work")


def test_the_ceiling_of_the_engagement_holds(practice, billing_company, engagement, today):
    person = create_person(email="kim@example.test", name="Kim", organization=billing_company)

    with pytest.raises(AccessRefused, match="does not allow"), organization_scope(practice.pk):
        grant_role(person=person, practice=practice, role="POSTER", starts_on=today, reason="work")


def test_ending_the_engagement_ends_every_right_through_it(practice, billing_company, engagement, today):
    person = create_person(email="kim@example.test", name="Kim", organization=billing_company)
    with organization_scope(practice.pk):
        grant_role(person=person, practice=practice, role="BILLER", starts_on=today, reason="work")
    assert set(rights_now(person)) == {practice.pk}

    with organization_scope(practice.pk):
        end_engagement(engagement=engagement, on=today, reason="contract over")

    assert rights_now(person) == {}


def test_a_superuser_holds_no_right_on_patient_data(practice, db):
    root = Person.objects.create_superuser("root@example.test", "a-long-test-password", name="Root")

    assert rights_now(root) == {}


def test_an_auditors_right_has_a_last_day(practice, today):
    person = create_person(email="auditor@example.test", name="Auditor", organization=practice)
    terms = {"person": person, "practice": practice, "role": "AUDITOR", "starts_on": today, "reason": "audit"}
    with organization_scope(practice.pk):
        with pytest.raises(AccessRefused, match="last day"):
            grant_role(**terms)
        grant_role(**terms, ends_on=today + datetime.timedelta(days=30))


def test_a_denial_specialist_does_not_see_the_books(sign_in):
    specialist = sign_in("DENIAL_SPECIALIST")
    assert specialist.get(specialist.at("ledger/")).status_code == 403
    assert specialist.get(specialist.at("denials/")).status_code == 200
