"""What a payer says differently is shown beside ours, and taken over one by one, by whoever may edit the record."""

import datetime

import pytest
from django.utils import timezone

from audit.models import AuditEvent
from eligibility.models import EligibilityInquiry
from patients.models import Coverage, Patient, PatientHistory
from tenancy.scope import organization_scope
from tests.factories.eligibility import answered
from tests.factories.patients import make_coverage, make_patient, make_payer

DAY = datetime.date(2026, 11, 24)
OTHER = ["EB*R**30", "LS*2120", "NM1*PRP*2*{}*****PI*{}", "REF*1W*HL-77", "LE*2120"]


@pytest.fixture
def front_desk(sign_in):
    return sign_in("FRONT_DESK")


@pytest.fixture
def coverage(practice):
    with organization_scope(practice.pk):
        return make_coverage(make_patient(mrn="R1"), starts_on=datetime.date(2025, 1, 1))


@pytest.fixture
def ask(practice, coverage):
    """A payer of the practice answered about the coverage so."""

    def asked(*body):
        with organization_scope(practice.pk):
            inquiry = answered(coverage, *body, on=DAY, at=timezone.now())
            EligibilityInquiry.objects.filter(pk=inquiry.pk).update(is_test=False, payer=coverage.payer)
            return f"eligibility/{inquiry.pk}/apply/"

    return asked


def versions(coverage):
    return {"patient_version": coverage.patient.version, "coverage_version": coverage.version}


def take(who, path, coverage, *keys, **changes):
    return who.post(who.at(path), {"take": keys, **versions(coverage), **changes})


def test_both_values_are_shown_and_only_what_is_ticked_is_taken(front_desk, coverage, ask, practice):
    path = ask("EB*1**30**GOLD PLAN", "DTP*347*D8*20261231")
    page = front_desk.get(front_desk.at(path)).content.decode()
    for ours, theirs in (
        ("Rivera", "Oakes"),
        ("Ana", "Marta"),
        ("M1001", "NMM4410"),
        ("February 14", "February 29"),
    ):
        assert f"<del>{ours}" in page and f"<ins>{theirs}" in page
    assert "Gold Plan" in page
    before = front_desk.get(front_desk.at(path.replace("apply/", ""))).content.decode()
    assert "Compare with the record (" in before

    answer = take(front_desk, path, coverage, "patient.last_name", "coverage.plan_name")
    assert answer.status_code == 302
    with organization_scope(practice.pk):
        patient, kept = Patient.objects.get(), Coverage.objects.get()
        assert (patient.last_name, patient.first_name) == ("Oakes", "Ana")
        assert (kept.plan_name, kept.member_id, kept.ends_on) == ("Gold Plan", "M1001", None)
        assert kept.verified_at is not None
        told = PatientHistory.objects.filter(source="PAYER")
        assert {name for one in told for name in one.changes} == {"last_name", "plan_name"}
        event = AuditEvent.objects.get(verb="eligibility.answer.applied")
        assert set(event.field_names) == {"patient.last_name", "coverage.plan_name"}
        assert event.patient_id == patient.pk


def test_an_end_that_the_payer_names_becomes_the_last_day(front_desk, coverage, ask, practice):
    path = ask("EB*6**30", "DTP*349*D8*20261031")
    take(front_desk, path, coverage, "coverage.ends_on")
    with organization_scope(practice.pk):
        assert Coverage.objects.get().ends_on == datetime.date(2026, 10, 31)


def test_another_member_id_is_another_coverage_from_that_day_on(front_desk, coverage, ask, practice):
    path = ask("EB*1**30**GOLD PLAN")
    assert take(front_desk, path, coverage, "coverage.member_id", "coverage.plan_name").status_code == 302
    with organization_scope(practice.pk):
        old, new = Coverage.objects.order_by("id")
        assert (old.member_id, old.ends_on, old.rank, old.plan_name) == (
            "M1001",
            datetime.date(2026, 11, 23),
            1,
            "",
        )
        assert (new.member_id, new.starts_on, new.rank, new.plan_name) == ("NMM4410", DAY, 1, "Gold Plan")


@pytest.mark.parametrize(
    ("name", "identifier", "number", "words"),
    [
        ("HARBOR LIFE", "HL01", "HL-77", "added without an order"),
        ("NOBODYS MUTUAL", "NM99", "", "No payer of the practice goes by this name or id."),
    ],
    ids=["known", "unknown"],
)
def test_another_payer_becomes_a_coverage_whose_order_is_to_be_settled(
    front_desk, coverage, ask, practice, name, identifier, number, words
):
    with organization_scope(practice.pk):
        make_payer("Harbor Life", "HL01")
    path = ask("EB*1**30", *(line.format(name, identifier) for line in OTHER))
    page = front_desk.get(front_desk.at(path)).content.decode()
    answer = take(front_desk, path, coverage, "other_payer.0")

    with organization_scope(practice.pk):
        added = list(Coverage.objects.select_related("payer").exclude(pk=coverage.pk))
    assert words in page
    assert answer.status_code == (302 if number else 422)
    assert [(one.payer.name, one.member_id, one.rank) for one in added] == (
        [("Harbor Life", number, None)] if number else []
    )


def test_whoever_comes_second_sees_the_record_as_it_is_now(front_desk, biller, coverage, ask, practice):
    path = ask("EB*1**30**GOLD PLAN")
    edit = biller.at(f"patients/{coverage.patient_id}/edit/")
    initial = {name: value or "" for name, value in biller.get(edit).context["form"].initial.items()}
    biller.post(edit, {**initial, "first_name": "Anna", "birth_date": "1980-02-14"})
    answer = take(front_desk, path, coverage, "patient.first_name", "coverage.plan_name")

    page = answer.content.decode()
    assert answer.status_code == 409
    assert "changed the record while you had it open" in page and "<del>Anna</del>" in page
    with organization_scope(practice.pk):
        assert (Patient.objects.get().first_name, Coverage.objects.get().plan_name) == ("Anna", "")


def test_nothing_ticked_and_what_was_never_offered_take_nothing(front_desk, coverage, ask, practice):
    path = ask("EB*1**30")
    for keys in ([], ["patient.mrn"], ["coverage.rank"], ["other_payer.9"]):
        assert take(front_desk, path, coverage, *keys).status_code == 422
    with organization_scope(practice.pk):
        assert Coverage.objects.get().version == coverage.version


def test_who_may_not_edit_is_refused_and_a_test_answer_is_never_taken(
    front_desk, reader, stranger, coverage, ask, practice
):
    path = ask("EB*1**30**GOLD PLAN")
    assert reader.get(reader.at(path)).status_code == 403
    assert take(reader, path, coverage, "patient.last_name").status_code == 403
    assert stranger.get(stranger.at(path)).status_code == 404
    assert take(stranger, path, coverage, "patient.last_name").status_code == 404
    assert "Compare with the record" not in reader.get(reader.at(path.replace("apply/", ""))).content.decode()
    with organization_scope(practice.pk):
        EligibilityInquiry.objects.update(is_test=True)
    refused = take(front_desk, path, coverage, "patient.last_name")
    assert refused.status_code == 409 and "a test payer" in refused.content.decode()
    with organization_scope(practice.pk):
        assert Patient.objects.get().last_name == "Rivera"


def test_a_patient_without_coverage_gets_the_one_that_was_found(front_desk, coverage, ask, practice):
    path = ask("EB*1**30**GOLD PLAN")
    with organization_scope(practice.pk):
        EligibilityInquiry.objects.update(coverage=None)
        Coverage.objects.filter(pk=coverage.pk).update(ends_on=datetime.date(2026, 1, 31))
    answer = take(front_desk, path, coverage, "coverage.new")
    assert answer.status_code == 302
    with organization_scope(practice.pk):
        added = Coverage.objects.get(member_id="NMM4410")
    assert (added.payer_id, added.rank, added.starts_on) == (coverage.payer_id, 1, DAY)
