"""Nobody gives more than the right they manage with."""

import dataclasses
import datetime

import pytest
from django.utils import timezone

from rcm_site.access.authority import authority_of, refuse_beyond
from tenancy.models import Grant
from tenancy.services import AccessRefused, create_location
from tests.conftest import make_person

TODAY = timezone.now().date()


@pytest.fixture
def places(practice):
    return [create_location(practice=practice, name=name).pk for name in ("North", "South")]


def managed(person, practice):
    return authority_of(person, practice.pk, timezone.now())


def refuse(authority, person, **wanted):
    terms = {"role": "READER", "location_ids": [], "payer_ids": [], "part2": False, "ends_on": None,
             "write_off_limit_cents": 0, **wanted}  # fmt: skip
    refuse_beyond(authority, person=person, **terms)


def test_an_administrator_of_one_location_gives_that_one_only(practice, places):
    admin = make_person(practice, "PRACTICE_ADMIN", location_ids=places[:1])
    other = make_person(practice, "READER")
    authority = managed(admin, practice)
    refuse(authority, other, location_ids=places[:1])
    for wanted in ([], places[1:], places):
        with pytest.raises(AccessRefused, match="some locations"):
            refuse(authority, other, location_ids=wanted)


def test_an_administrator_of_one_payer_gives_that_one_only(practice, places):
    admin = make_person(practice, "PRACTICE_ADMIN", payer_ids=places[:1])
    with pytest.raises(AccessRefused, match="some payers"):
        refuse(managed(admin, practice), make_person(practice, "READER"))


def test_part_two_is_passed_on_by_those_who_have_it(practice):
    admin = make_person(practice, "PRACTICE_ADMIN", part2=True)
    refuse(managed(admin, practice), make_person(practice, "READER"), part2=True)


def test_a_role_ends_no_later_than_the_givers_own(practice):
    admin = make_person(practice, "PRACTICE_ADMIN")
    until = TODAY + datetime.timedelta(days=3)
    Grant.objects.filter(person=admin).update(ends_on=until)
    authority, other = managed(admin, practice), make_person(practice, "READER")
    refuse(authority, other, ends_on=until)
    with pytest.raises(AccessRefused, match="must end by then"):
        refuse(authority, other, ends_on=until + datetime.timedelta(days=1))


def test_a_company_administrators_role_without_an_engagement_reaches_nobody(practice):
    lost = make_person(practice, "MSO_ADMIN")
    authority = managed(lost, practice)
    assert not authority.is_practice_admin
    assert authority.roles == ()
    assert authority.employer_id is None
    with pytest.raises(AccessRefused, match="own company"):
        refuse(authority, make_person(practice, "READER"))


def test_who_manages_nothing_has_no_authority(practice):
    assert managed(make_person(practice, "BILLER"), practice) is None


def test_the_practices_own_administrator_raises_the_limit_of_those_who_write_off(practice):
    authority = managed(make_person(practice, "PRACTICE_ADMIN"), practice)
    refuse(authority, make_person(practice, "SUPERVISOR"), role="SUPERVISOR", write_off_limit_cents=50_000_00)
    with pytest.raises(AccessRefused, match="write-off limit"):
        refuse(authority, make_person(practice, "READER"), role="READER", write_off_limit_cents=1)
    below = dataclasses.replace(authority, is_practice_admin=False, engagement=None)
    with pytest.raises(AccessRefused):
        refuse(below, make_person(practice, "SUPERVISOR"), role="SUPERVISOR", write_off_limit_cents=50_000_00)
