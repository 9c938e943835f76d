"""Coverages: their order, their days, and who told them."""

import pytest

from audit.models import DomainEvent
from patients.models import Coverage
from tenancy.scope import organization_scope
from tests.factories.patients import make_coverage, make_patient, make_payer


@pytest.fixture
def patient(practice):
    with organization_scope(practice.pk):
        return make_patient(mrn="R1")


@pytest.fixture
def coverage(practice, patient):
    with organization_scope(practice.pk):
        return make_coverage(patient)


def sent(payer, **changes):
    return {
        "payer": str(payer.pk), "member_id": "W-22", "rank": "1", "relationship": "SELF", "plan_type": "PPO",
        "subscriber_sex": "U", "starts_on": "2026-01-01", "once": "k1", **changes,
    }  # fmt: skip


def test_two_coverages_of_one_order_may_not_share_a_day(biller, patient, coverage, practice):
    with organization_scope(practice.pk):
        payer = make_payer("Cedar", "C1")
    path = biller.at(f"patients/{patient.pk}/coverages/new/")
    answer = biller.post(path, sent(payer))
    assert answer.status_code == 409
    assert "Another coverage has this order" in answer.content.decode()

    edit = biller.at(f"patients/coverages/{coverage.pk}/edit/")
    initial = biller.get(edit).context["form"].initial
    ended = {**sent(payer), "starts_on": "", "ends_on": "2025-12-31", "version": initial["version"]}
    assert biller.post(edit, ended).status_code == 302
    assert biller.post(path, sent(payer)).status_code == 302
    with organization_scope(practice.pk):
        assert set(Coverage.objects.values_list("member_id", "rank")) == {("M1001", 1), ("W-22", 1)}
        names = set(DomainEvent.objects.values_list("name", flat=True))
        assert {"coverage.created", "coverage.terminated"} <= names


def test_a_member_id_is_once_with_a_payer_whatever_its_spelling(biller, patient, coverage, practice):
    with organization_scope(practice.pk):
        payer = make_payer()
    answer = biller.post(
        biller.at(f"patients/{patient.pk}/coverages/new/"), sent(payer, member_id="m-1001", rank="2")
    )
    assert answer.status_code == 409
    assert "already has this member id" in answer.content.decode()


def test_the_last_day_is_not_before_the_first(biller, patient, practice):
    with organization_scope(practice.pk):
        payer = make_payer()
    path = biller.at(f"patients/{patient.pk}/coverages/new/")
    assert biller.post(path, sent(payer, ends_on="2025-01-01")).status_code == 422


def test_a_payer_of_another_practice_cannot_be_chosen(biller, patient, stranger, other_practice, practice):
    with organization_scope(other_practice.pk):
        foreign = make_payer("Foreign", "F1")
    path = biller.at(f"patients/{patient.pk}/coverages/new/")
    assert biller.post(path, sent(foreign)).status_code == 422


def test_coverage_is_closed_to_readers_and_strangers(coverage, biller, reader, stranger):
    for suffix in ("edit/", "verify/"):
        path = f"patients/coverages/{coverage.pk}/{suffix}"
        assert reader.post(reader.at(path)).status_code == 403
        assert stranger.post(stranger.at(path)).status_code == 404
        assert stranger.post(biller.at(path)).status_code == 404
    assert biller.post(biller.at(f"patients/coverages/{coverage.pk}/verify/")).status_code == 302
    with organization_scope(coverage.organization_id):
        assert Coverage.objects.get().verified_at is not None
