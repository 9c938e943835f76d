"""A check nobody answers is on file like any other: not answered yet, then not answered at all."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from eligibility.models import EligibilityInquiry, InquiryAttempt
from eligibility.services.checking import take_late
from tenancy.models import OutboxMessage
from tenancy.scope import organization_scope
from tests.eligibility.fhir_support import faults_of
from tests.eligibility.test_fhir_face import found
from tests.eligibility.test_fhir_resources import MODELS
from tests.eligibility.test_front_desk import about
from tests.eligibility.test_normalising import ABOVE, answer_bytes

KIND = "CoverageEligibilityResponse"


@pytest.fixture
def silent(payer, front_desk, billing, coverage, practice):
    """Asked while the payer's line leads nowhere."""
    payer.close()
    front_desk.post(front_desk.at("eligibility/check/"), about(billing, coverage))
    with organization_scope(practice.pk):
        return EligibilityInquiry.objects.get()


def give_up(practice, run_jobs):
    for _ in range(2):
        with organization_scope(practice.pk):
            InquiryAttempt.objects.update(started_at=timezone.now() - timedelta(hours=1))
            OutboxMessage.objects.filter(name="eligibility.ask_again").update(due_at=timezone.now())
        run_jobs()


def resources(who, query="", face="R4"):
    return [one["resource"] for one in found(who, KIND, query, face).get("entry", [])]


@pytest.mark.parametrize("face", MODELS)
def test_a_silence_is_queued_then_an_error_and_a_late_answer_stands_beside_it(
    face, front_desk, silent, practice, run_jobs, stranger
):
    [queued] = resources(front_desk, face=face)
    assert queued["outcome"] == "queued"
    assert "error" not in queued and "inforce" not in queued["insurance"][0]

    give_up(practice, run_jobs)
    with organization_scope(practice.pk):
        assert EligibilityInquiry.objects.get().state == "FAILED"
    [given_up, still_queued] = resources(front_desk, face=face)
    assert still_queued == queued
    assert given_up["outcome"] == "error"
    assert "did not answer" in given_up["error"][0]["code"]["text"]
    assert "inforce" not in given_up["insurance"][0]
    for one in (queued, given_up):
        MODELS[face][1].model_validate(one)
        assert faults_of(one) == []

    with organization_scope(practice.pk):
        above = [line.replace("CHK-1*9LAKESIDE1", f"{silent.trace_number}*9") for line in ABOVE]
        content = answer_bytes("EB*1**30", above=above)
        take_late(inquiry_id=silent.id, content=content, at=timezone.now())
    assert [one["outcome"] for one in resources(front_desk, face=face)] == ["complete", "error", "queued"]
    for outcome in ("complete", "error", "queued"):
        [one] = resources(front_desk, f"outcome={outcome}", face)
        assert one["request"]["reference"].endswith(str(silent.id))
    assert resources(stranger, face=face) == []


def test_what_a_silence_says(front_desk, silent, practice, run_jobs):
    [queued] = resources(front_desk)
    assert "asked again" in queued["disposition"] and "extension" not in queued
    give_up(practice, run_jobs)
    given_up = resources(front_desk, "outcome=error")[0]

    assert given_up["disposition"] == "The payer did not answer. This says nothing about coverage."
    assert given_up["error"][0]["code"]["coding"][0]["code"] == "no-answer"


def test_people_and_programs_see_no_answer_where_there_is_none(front_desk, silent, practice, run_jobs):
    give_up(practice, run_jobs)
    page = front_desk.get(front_desk.at(f"eligibility/{silent.id}/")).content.decode()
    told = front_desk.get(f"/api/v1/eligibility/checks/{silent.id}/").json()

    assert "No answer" in page and "Not active" not in page
    assert (told["state"], told["answer"], told["next_steps"]) == ("FAILED", None, [])
    assert "No answer" in front_desk.get(front_desk.at("eligibility/")).content.decode()
