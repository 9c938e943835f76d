"""The list of questions and a patient's history: filtered, paged and exported; nobody sees what is not theirs."""

import datetime

import pytest
from django.utils import timezone

from eligibility.models import EligibilityInquiry
from tenancy.scope import organization_scope
from tests.factories.eligibility import ACTIVE, answered
from tests.factories.patients import make_coverage, make_patient
from workbench.models import ExportFile

DAY = datetime.date(2026, 11, 24)
NOW = timezone.now()


@pytest.fixture
def coverages(practice):
    with organization_scope(practice.pk):
        first = make_coverage(make_patient(mrn="R1"))
        second = make_coverage(make_patient(mrn="R2", last_name="Okafor"), member_id="M2002")
        return first, second


def ask(practice, coverage, *body, days_ago=0, **facts):
    with organization_scope(practice.pk):
        at = NOW - datetime.timedelta(days=days_ago)
        inquiry = answered(coverage, *(body or [ACTIVE]), on=DAY - datetime.timedelta(days=days_ago), at=at)
        if facts:
            EligibilityInquiry.objects.filter(pk=inquiry.pk).update(**facts)
        return inquiry


def listed(who, query=""):
    rows = who.get(who.at(f"eligibility/{query}")).context["rows"]
    return [row.known.member_number for row in rows]


def test_the_list_is_filtered_by_state_payer_patient_and_day(biller, practice, coverages):
    first, second = coverages
    ask(practice, first, payer_id=first.payer_id)
    ask(practice, second, days_ago=40, state="FAILED")

    assert listed(biller) == ["M1001", "M2002"]
    assert listed(biller, "?state=FAILED") == ["M2002"]
    assert listed(biller, f"?payer={first.payer_id}") == ["M1001"]
    assert listed(biller, f"?patient={second.patient_id}") == ["M2002"]
    day = timezone.localdate(NOW - datetime.timedelta(days=40)).isoformat()
    assert listed(biller, f"?from_on={day}&to_on={day}") == ["M2002"]
    wrong = biller.get(biller.at("eligibility/?state=GONE&patient=x&name=Rivera")).content.decode()
    assert "is not a choice" in wrong and "not an id" in wrong and "is no filter of this list" in wrong
    counts = biller.get(biller.at("work/eligibility/counts/")).content.decode()
    assert "Great Plains Health" in counts and "No answer" in counts


def test_the_list_is_walked_forth_and_back(biller, practice, coverages, monkeypatch):
    monkeypatch.setattr("workbench.keysets.PAGE_SIZE", 2)
    for days_ago in range(5):
        ask(practice, coverages[0], days_ago=days_ago)

    def page(query=""):
        return biller.get(biller.at(f"eligibility/{query}")).context["page"]

    def ids(of):
        return [one.id for one in of.rows]

    first = page()
    second = page(f"?after={first.after}")
    third = page(f"?after={second.after}")
    with organization_scope(practice.pk):
        everything = list(
            EligibilityInquiry.objects.order_by("-asked_at", "-id").values_list("id", flat=True)
        )
    assert ids(first) + ids(second) + ids(third) == everything
    assert (first.before, third.after) == ("", "")
    assert ids(page(f"?before={third.before}")) == ids(second)
    assert ids(page("?after=nothing")) == ids(first)


def test_what_is_filtered_is_exported(biller, practice, coverages, run_jobs):
    ask(practice, coverages[0])
    ask(practice, coverages[1], state="FAILED")
    assert biller.post(biller.at("work/eligibility/export/"), {"filter": "state=FAILED"}).status_code == 302
    run_jobs()
    with organization_scope(practice.pk):
        text = bytes(ExportFile.objects.get().content).decode()
    assert "M2002" in text and "M1001" not in text


def test_a_patients_history_says_what_changed_from_one_check_to_the_next(
    biller, reader, stranger, practice, coverages
):
    first, second = coverages
    ask(practice, first, days_ago=60)
    ask(practice, first, days_ago=30)
    ask(practice, first, "EB*6**30", "DTP*349*D8*20261031")
    ask(practice, second)
    path = f"eligibility/of-patient/{first.patient_id}/"
    page = biller.get(biller.at(path)).content.decode()

    assert page.count("Great") == 0 and page.count("<li>") >= 3
    assert "Coverage ended on October 31, 2026. Before, it was active." in page
    assert "Nothing changed since" in page and "Okafor" not in page
    assert (
        f'href="{biller.at(path)}"' in biller.get(biller.at(f"patients/{first.patient_id}/")).content.decode()
    )
    assert reader.get(reader.at(path)).status_code == 200
    assert stranger.get(stranger.at(path)).status_code == 404
    assert listed(stranger) == []


def test_a_patient_nobody_asked_about_teaches_the_next_step(biller, practice, coverages):
    page = biller.get(biller.at(f"eligibility/of-patient/{coverages[0].patient_id}/")).content.decode()
    assert "Nobody was asked yet" in page
