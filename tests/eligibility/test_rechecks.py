"""Coverage asked about again by itself, within its budget, and what it changes for a planned visit."""

from __future__ import annotations

import datetime

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from audit.models import DomainEvent
from eligibility.models import (
    BatchRow,
    EligibilityBatch,
    EligibilityInquiry,
    EligibilityResponse,
    RecheckRule,
)
from eligibility.rules.rechecks import DEFAULTS, LOOKED_AHEAD, Expected, Rule, due
from eligibility.services import plan_rechecks
from patients.models import Coverage, Encounter
from patients.services import plan_visit
from tenancy.scope import organization_scope
from tests.eligibility.conftest import TODAY, TOMORROW
from tests.factories.patients import by_hand, make_coverage, make_patient
from workbench.models import WorkItem

DAY = datetime.date(2026, 11, 3)


def days(number):
    return datetime.timedelta(days=number)


@pytest.mark.parametrize(
    ("expected", "trigger", "words"),
    [
        (Expected(DAY + days(2)), "BEFORE_VISIT", "The visit is in 2 days, and nobody has checked."),
        (
            Expected(DAY, answered_on=DAY - days(4)),
            "BEFORE_VISIT",
            "The visit is today; the last answer is of October 30, 2026.",
        ),
        (Expected(DAY, answered_on=DAY - days(2)), "", ""),
        (Expected(DAY + days(9)), "", ""),
        (
            Expected(DAY + days(9), "MEDICAID", DAY - days(9)),
            "MONTH_START",
            "Medicaid is settled month by month; not checked this month.",
        ),
        (Expected(DAY + days(9), "MEDICAID", DAY - days(2)), "", ""),
        (
            Expected(DAY + days(9), "PPO", DAY - days(31), None, 4),
            "RECURRING",
            "One of 4 visits to come; not checked for a month.",
        ),
        (Expected(DAY + days(9), "PPO", DAY - days(31), None, 2), "", ""),
        (
            Expected(DAY + days(9), "PPO", DAY - days(5), DAY + days(7)),
            "COVERAGE_ENDING",
            "Coverage ends on November 10, 2026; the visit is on November 12, 2026.",
        ),
        (
            Expected(DAY + days(1), "HMO", DAY - days(2)),
            "HIGH_RISK",
            "The visit is tomorrow, with a plan people often leave.",
        ),
        (Expected(DAY - days(1)), "", ""),
        (Expected(DAY, answered_on=DAY), "", ""),
    ],
    ids=[
        "never checked",
        "old answer",
        "fresh",
        "far off",
        "medicaid",
        "medicaid checked",
        "series",
        "no series",
        "ending",
        "high risk",
        "over",
        "checked today",
    ],
)
def test_what_is_due_and_why(expected, trigger, words):
    found = due(expected, DEFAULTS, today=DAY)

    assert (found[0].trigger, found[1]) == (trigger, words) if found else trigger == ""


_days_about = st.dates(DAY - days(60), DAY + days(60))


@given(
    st.builds(Expected, _days_about, st.sampled_from(["", "MEDICAID", "HMO", "PPO"]), st.none() | _days_about,
              st.none() | _days_about, st.integers(1, 9)),
    st.lists(st.sampled_from(DEFAULTS), unique=True).map(tuple),
)  # fmt: skip
def test_nothing_is_due_twice_a_day_nor_out_of_sight(expected, rules):
    found = due(expected, rules, today=DAY)
    if found is not None:
        rule, words = found
        assert rule in rules
        assert words.endswith(".")
        assert DAY <= expected.visit_on <= DAY + LOOKED_AHEAD
        assert expected.answered_on != DAY
    assert due(expected, [Rule(one.trigger, one.days, one.budget, False) for one in rules], today=DAY) is None


# -- the job --------------------------------------------------------------------------------------------------------


def recheck(practice, run_jobs, *, at=None):
    with organization_scope(practice.pk):
        count = plan_rechecks(at=at or timezone.now())
    run_jobs()
    return count


def test_the_job_asks_once_a_day_and_says_why(planned, payer, practice, run_jobs):
    assert recheck(practice, run_jobs) == 1
    assert recheck(practice, run_jobs) == 0

    with organization_scope(practice.pk):
        row = BatchRow.objects.select_related("inquiry").get()
        assert (row.rule, row.reason) == (
            "BEFORE_VISIT",
            "The visit is tomorrow, and nobody has checked.",
        )
        assert (row.inquiry.state, row.inquiry.reason) == ("ANSWERED", "RECHECK")
        assert DomainEvent.objects.filter(name="eligibility.recheck.scheduled").count() == 1
    assert payer.asked == ["M1001"]


def test_a_budget_is_kept_the_next_visits_first(practice, payer, planned, run_jobs):
    with organization_scope(practice.pk):
        RecheckRule(trigger="BEFORE_VISIT", days=3, budget=2).save()
        for number in range(3):
            other = make_patient(mrn=f"S{number}", last_name=f"Vega{number}")
            make_coverage(other, planned.patient.coverages.get().payer, member_id=f"S{number}00")
            plan_visit(patient_id=other.pk, on=TODAY + days(2 - number), values={}, origin=by_hand())

    assert recheck(practice, run_jobs) == 2
    assert recheck(practice, run_jobs) == 0
    assert sorted(payer.asked)[1:] == ["S200"]
    with organization_scope(practice.pk):
        assert EligibilityBatch.objects.count() == 1


def grown_old(practice, number=5):
    """What was answered and ordered, was so days ago."""
    with organization_scope(practice.pk):
        EligibilityResponse.objects.update(received_at=timezone.now() - days(number))
        EligibilityInquiry.objects.update(asked_at=timezone.now() - days(number))
        BatchRow.objects.all().delete()


@pytest.mark.parametrize(
    ("before", "after", "category", "words"),
    [
        (["EB*1**30"], ["EB*6**30"], "STANDING", "The payer says that coverage is not active."),
        (
            ["EB*1**30"],
            ["EB*1**30", "EB*1**98********Y"],
            "AUTHORIZATION",
            "Authorization is needed for Physician office visit; before, the payer did not say.",
        ),
        (
            ["EB*1**30", "EB*B**98***27*30*****Y"],
            ["EB*1**30", "EB*B**98***27*45*****Y"],
            "COPAY",
            "Copay in network for Physician office visit: $45.00; before, $30.00.",
        ),
        (
            ["EB*1**30"],
            ["EB*1**30", "EB*R**30", "LS*2120", "NM1*PRP*2*HARBOR LIFE*****PI*HL01", "LE*2120"],
            "OTHER_PAYER",
            "The payer now names another payer: HARBOR LIFE.",
        ),
    ],
    ids=["not active", "authorization", "copay", "other payer"],
)
def test_what_matters_for_the_visit_becomes_one_item(
    front_desk, planned, payer, practice, run_jobs, before, after, category, words
):
    payer.says(*before)
    recheck(practice, run_jobs)
    grown_old(practice)
    payer.says(*after)
    recheck(practice, run_jobs)

    with organization_scope(practice.pk):
        item = WorkItem.objects.get(kind="RECHECK")
        assert (item.category, item.title, item.subject_id, item.due_on) == (
            category,
            words,
            planned.pk,
            TOMORROW,
        )
    assert words in front_desk.get(front_desk.at("eligibility/to-settle/")).content.decode().replace(
        "&#x27;", "'"
    )
    assert words in front_desk.get(front_desk.at(f"eligibility/schedule/?day={TOMORROW}")).content.decode()


def test_what_does_not_matter_for_the_visit_is_no_item(planned, payer, practice, run_jobs):
    payer.says("EB*1**30", "EB*C*IND*30***29*400*****Y")
    recheck(practice, run_jobs)
    grown_old(practice)
    payer.says("EB*1**30", "EB*C*IND*30***29*150*****Y")
    recheck(practice, run_jobs)

    with organization_scope(practice.pk):
        assert EligibilityResponse.objects.exclude(changes=[]).count() == 1
        assert not WorkItem.objects.filter(kind="RECHECK").exists()


def test_an_alert_closes_once_coverage_is_back_or_the_visit_is_not(planned, payer, practice, run_jobs):
    payer.says("EB*6**30")
    recheck(practice, run_jobs)
    with organization_scope(practice.pk):
        assert WorkItem.objects.filter(kind="RECHECK", is_open=True).count() == 1
    grown_old(practice)
    payer.says("EB*1**30")
    recheck(practice, run_jobs)
    with organization_scope(practice.pk):
        assert not WorkItem.objects.filter(is_open=True).exists()
    grown_old(practice)
    payer.says("EB*6**30")
    recheck(practice, run_jobs)
    with organization_scope(practice.pk):
        Encounter.objects.update(state="CANCELLED")
    recheck(practice, run_jobs)
    with organization_scope(practice.pk):
        assert not WorkItem.objects.filter(is_open=True).exists()


# -- checks that failed ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("refusal", "step", "again"),
    [
        ("AAA*N**72*C", "MEND", None),
        ("AAA*N**41*N", "ENROL", None),
        ("AAA*Y**72*W", "ASK_LATER", 30),
        ("AAA*Y**72*X", "ASK_LATER", 10),
    ],
)
def test_a_check_that_failed_is_one_item_with_its_next_step(
    front_desk, planned, payer, practice, run_jobs, refusal, step, again
):
    payer.refuses(refusal)
    recheck(practice, run_jobs)

    with organization_scope(practice.pk):
        item = WorkItem.objects.get(kind="ELIGIBILITY_ERROR", is_open=True)
        assert (item.category, item.due_on) == (step, TOMORROW)
        assert item.follow_up_on == (TODAY + days(again) if again else None)
    shown = front_desk.get(front_desk.at("eligibility/to-settle/"))
    assert "Rivera, Ana" in shown.content.decode()
    assert shown.context["rows"][0][0].advice in shown.content.decode()

    payer.says("EB*1**30")
    front_desk.post(front_desk.at(f"eligibility/schedule/visits/{planned.pk}/check/"))
    with organization_scope(practice.pk):
        assert not WorkItem.objects.filter(is_open=True).exists()


def test_a_payer_that_never_answers_becomes_an_item_after_its_attempts(planned, payer, practice, run_jobs):
    from eligibility.models import InquiryAttempt
    from tenancy.models import OutboxMessage

    payer.close()
    recheck(practice, run_jobs)
    for _ in range(2):
        with organization_scope(practice.pk):
            assert not WorkItem.objects.filter(kind="ELIGIBILITY_ERROR").exists()
            InquiryAttempt.objects.update(started_at=timezone.now() - days(1))
            OutboxMessage.objects.filter(name="eligibility.ask_again").update(due_at=timezone.now())
        run_jobs()

    with organization_scope(practice.pk):
        item = WorkItem.objects.get(kind="ELIGIBILITY_ERROR")
        assert (item.category, item.is_open) == ("CALL", True)
    payer.open()


def test_the_list_of_what_is_to_be_settled_takes_so_many_queries_however_long(
    front_desk, planned, payer, practice, run_jobs, django_assert_max_num_queries
):
    with organization_scope(practice.pk):
        for number in range(4):
            other = make_patient(mrn=f"S{number}", last_name=f"Vega{number}")
            make_coverage(other, planned.patient.coverages.get().payer, member_id=f"S{number}00")
            plan_visit(patient_id=other.pk, on=TOMORROW, values={}, origin=by_hand())
    payer.refuses("AAA*N**75*C")
    recheck(practice, run_jobs)

    address = front_desk.at("eligibility/to-settle/")
    front_desk.get(address)
    with django_assert_max_num_queries(40):
        assert len(front_desk.get(address).context["rows"]) == 5
    with django_assert_max_num_queries(40):
        front_desk.get(front_desk.at(f"eligibility/schedule/?day={TOMORROW}"))


def test_a_payer_without_a_way_becomes_an_item(planned, billing, practice, run_jobs):
    recheck(practice, run_jobs)

    with organization_scope(practice.pk):
        item = WorkItem.objects.get(kind="ELIGIBILITY_ERROR")
        assert item.category == "SET_UP"
        assert "No trading partner is known" in item.title


# -- the rules of a practice -------------------------------------------------------------------------------------------


def test_a_rule_is_set_by_those_who_may(sign_in, reader, stranger, practice):
    admin = sign_in("PRACTICE_ADMIN")
    rule = {"trigger": "BEFORE_VISIT", "version": "0", "is_active": "on", "days": "5", "budget": "50"}
    address = "eligibility/rechecks/save/"

    assert reader.get(reader.at("eligibility/rechecks/")).status_code == 200
    assert reader.post(reader.at(address), rule).status_code == 403
    assert admin.post(admin.at(address), rule).status_code == 302
    assert admin.post(admin.at(address), rule).status_code == 409
    assert admin.post(admin.at(address), {**rule, "version": "1", "days": "-1"}).status_code == 422
    shown = admin.get(admin.at("eligibility/rechecks/"))
    assert [one["rule"].days for one in shown.context["rules"] if one["rule"].trigger == "BEFORE_VISIT"] == [
        5
    ]
    with organization_scope(practice.pk):
        assert RecheckRule.objects.get().version == 1
        assert not Coverage.objects.exists()
