"""Two answers about the same person: what changed is said, what one of them does not say never is."""

from __future__ import annotations

import datetime

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from audit.models import DomainEvent
from eligibility.models import EligibilityResponse
from eligibility.rules.answers import (
    Answer,
    BenefitKey,
    BenefitRow,
    BenefitValue,
    Entity,
    Member,
    Period,
    Plan,
)
from eligibility.rules.asking import Person, Question
from eligibility.rules.changes import NEWS, Change, ChangeKind, changes
from eligibility.rules.normalising import Asked, normalise
from eligibility.rules.words import BenefitKind, CoverageStatus, Level, Network, Outcome
from eligibility.services import About, ask
from tenancy.scope import organization_scope
from tests.eligibility.test_normalising import ABOVE, answer_bytes
from tests.factories.eligibility import answered, take
from tests.factories.patients import make_coverage, make_patient

DAY = datetime.date(2026, 11, 24)


def read(*body: str, above: list[str] | None = None) -> Answer:
    return normalise(answer_bytes(*body, above=above), Asked(DAY, ("30", "98"), "CHK-1", "9LAKESIDE1"))


def told(before: Answer, after: Answer) -> list[tuple[str, str]]:
    return [(one.kind.value, one.words) for one in changes(before, after, on=DAY)]


OTHER_PAYER = ["EB*R**30", "LS*2120", "NM1*PRP*2*HARBOR LIFE*****PI*HL01", "LE*2120"]
DOCTOR = ["EB*L**96", "LS*2120", "NM1*P3*1*{}*ANNA****XX*{}", "LE*2120"]


@pytest.mark.parametrize(
    ("before", "after", "kind", "words"),
    [
        (
            ["EB*1**30"],
            ["EB*6**30", "DTP*349*D8*20261031"],
            "ENDED",
            "Coverage ended on October 31, 2026. Before, it was active.",
        ),
        (
            ["EB*1**30"],
            ["EB*6**30"],
            "STATUS",
            "The payer says that coverage is not active. Before, it was active.",
        ),
        (["EB*6**30"], ["EB*1**30"], "STATUS", "Coverage is active; before, it was not."),
        (
            ["EB*1**30", "DTP*349*D8*20261231"],
            ["EB*1**30", "DTP*349*D8*20261130"],
            "END",
            "Coverage ends on November 30, 2026; before, on December 31, 2026.",
        ),
        (
            ["EB*1**30"],
            ["EB*1**30", "DTP*349*D8*20261130"],
            "END",
            "Coverage ends on November 30, 2026; before, the payer named no end.",
        ),
        (
            ["EB*1**30", "EB*C*IND*30***29*400*****Y"],
            ["EB*1**30", "EB*C*IND*30***29*0*****Y"],
            "DEDUCTIBLE_MET",
            "The deductible in network is met; before, $400.00 was left.",
        ),
        (
            ["EB*1**30", "EB*G*FAM*30***29*400*****Y"],
            ["EB*1**30", "EB*G*FAM*30***29*0*****Y"],
            "OUT_OF_POCKET_MET",
            "The out-of-pocket maximum in network of the family is met; before, $400.00 was left.",
        ),
        (
            ["EB*1**30", "EB*C*IND*30***29*1400*****Y"],
            ["EB*1**30", "EB*C*IND*30***29*250.5*****Y"],
            "REMAINING",
            "Left of the deductible in network: $250.50; before, $1,400.00.",
        ),
        (
            ["EB*1**30", "EB*F*IND*PT***29***VS*8**Y"],
            ["EB*1**30", "EB*F*IND*PT***29***VS*3**Y"],
            "REMAINING",
            "Left of the limit in network for Physical therapy: 3 visits; before, 8 visits.",
        ),
        (
            ["EB*1**30", "EB*B**98***27*30*****Y"],
            ["EB*1**30", "EB*B**98***27*45*****Y"],
            "COPAY",
            "Copay in network for Physician office visit: $45.00; before, $30.00.",
        ),
        (
            ["EB*1**30", "EB*A**30*****.2****Y"],
            ["EB*1**30", "EB*A**30*****.3****Y"],
            "COINSURANCE",
            "Coinsurance in network: 30 %; before, 20 %.",
        ),
        (
            ["EB*1**30"],
            ["EB*1**30", *OTHER_PAYER],
            "OTHER_PAYER",
            "The payer now names another payer: HARBOR LIFE.",
        ),
        (
            ["EB*1**30", *(one.format("BERG", "1") for one in DOCTOR)],
            ["EB*1**30", *(one.format("LUND", "2") for one in DOCTOR)],
            "PRIMARY_CARE",
            "Primary care is with ANNA LUND; before, with ANNA BERG.",
        ),
        (
            ["EB*1**30", "EB*1**98********N"],
            ["EB*1**30", "EB*1**98********Y"],
            "AUTHORIZATION",
            "Authorization is needed for Physician office visit; before, it was not.",
        ),
        (
            ["EB*1**30"],
            ["EB*1**30", "EB*1**98********Y"],
            "AUTHORIZATION",
            "Authorization is needed for Physician office visit; before, the payer did not say.",
        ),
        (
            ["EB*1**30", "EB*1**98"],
            ["EB*1**30", "EB*I**98"],
            "COVERED",
            "Physician office visit: not covered any more.",
        ),
        (
            ["EB*1**30**GOLD PPO"],
            ["EB*1**30**SILVER HMO"],
            "PLAN",
            "The plan is SILVER HMO; before, GOLD PPO.",
        ),
    ],
    ids=[
        "ended",
        "not active",
        "active again",
        "end moved",
        "end named",
        "deductible met",
        "family maximum met",
        "less left",
        "visits left",
        "copay",
        "coinsurance",
        "other payer",
        "primary care",
        "authorization",
        "authorization first said",
        "not covered",
        "plan",
    ],
)
def test_what_changed_is_told_in_words(before: list[str], after: list[str], kind: str, words: str) -> None:
    assert (kind, words) in told(read(*before), read(*after))


def test_the_member_as_the_payer_has_them() -> None:
    renamed = [one.replace("OAKES*MARTA****MI*NMM4410", "OAKES LIND*MARTA****MI*NMM4411") for one in ABOVE]

    assert told(read("EB*1**30"), read("EB*1**30", above=renamed)) == [
        ("MEMBER", "Member id at the payer is NMM4411; before, NMM4410."),
        ("MEMBER", "Last name at the payer is OAKES LIND; before, OAKES."),
    ]


def test_a_payer_that_could_not_say_changed_nothing() -> None:
    down = normalise(b"<html>busy</html>", Asked(DAY))
    unsure = read("EB*V**30")

    assert [kind for kind, _ in told(read("EB*1**30"), down)] == ["NOT_SAID"]
    assert [kind for kind, _ in told(read("EB*1**30"), unsure)] == ["NOT_SAID"]
    assert told(down, read("EB*1**30")) == []
    assert told(unsure, read("EB*6**30")) == []


def test_what_one_of_the_two_does_not_say_is_no_change() -> None:
    full = read("EB*1**30**GOLD PPO", "EB*C*IND*30***29*400*****Y", "EB*B**98***27*30*****Y", *OTHER_PAYER)
    bare = read("EB*1**30")

    assert told(full, bare) == []
    assert [kind for kind, _ in told(bare, full)] == ["OTHER_PAYER"]
    contested = read("EB*1**30", "EB*B**98***27*30*****Y", "EB*B**98***27*50*****Y")
    assert told(contested, read("EB*1**30", "EB*B**98***27*45*****Y")) == []


def test_a_value_repeated_at_each_service_is_told_once() -> None:
    was = [f"EB*C*IND*{code}***29*400*****Y" for code in ("30", "98", "UC", "MH")]
    now = [one.replace("400", "100") for one in was]

    assert told(read("EB*1**30", *was), read("EB*1**30", *now)) == [
        ("REMAINING", "Left of the deductible in network: $100.00; before, $400.00.")
    ]


# -- whatever payers say ---------------------------------------------------------------------------------------------

_days = st.none() | st.dates(datetime.date(2026, 1, 1), datetime.date(2027, 12, 31))
_periods = st.builds(Period, _days, _days)
_names = st.sampled_from(["", "GOLD", "Gold.", "SILVER"])
_keys = st.builds(
    BenefitKey, st.sampled_from(["", "30", "98", "PT"]), st.sampled_from(BenefitKind), st.sampled_from(Network),
    st.sampled_from(Level), st.sampled_from(["", "23"]),
)  # fmt: skip
_values = st.one_of(
    st.builds(BenefitValue, st.sampled_from([None, 0, 500, 9_900])),
    st.builds(BenefitValue, st.none(), st.sampled_from([0, 2_000])),
    st.builds(BenefitValue, st.none(), st.none(), st.sampled_from(["0", "3"]), st.just("VS")),
)
_rows = st.builds(
    BenefitRow, _keys, _values, st.just((9,)), needs_authorization=st.sampled_from([None, True, False]),
    is_contested=st.booleans(),
)  # fmt: skip
_plans = st.builds(
    Plan, _names, st.just(""), st.sampled_from([CoverageStatus.ACTIVE, CoverageStatus.INACTIVE]), _periods,
    st.just(("30",)), st.just(7),
)  # fmt: skip
_entities = st.builds(
    Entity, st.sampled_from(["PRP", "P3", "VN"]), _names, st.sampled_from(["", "1", "2"]),
    benefit_code=st.sampled_from(["R", "L", ""]),
)  # fmt: skip
_members = st.none() | st.builds(Member, _names, _names, _names, birth_date=_days)
ANSWERS = st.builds(
    Answer, st.sampled_from(Outcome), st.sampled_from(CoverageStatus), st.just("Because."),
    plans=st.lists(_plans, max_size=3).map(tuple), member=_members, benefits=st.lists(_rows, max_size=8).map(tuple),
    entities=st.lists(_entities, max_size=3).map(tuple),
    flags=st.sampled_from([(), ("medicare_advantage",)]),
)  # fmt: skip


@given(ANSWERS)
def test_the_same_answer_twice_changes_nothing(answer: Answer) -> None:
    assert [one.kind for one in changes(answer, answer, on=DAY)] == []


@given(ANSWERS, ANSWERS)
def test_a_change_has_two_sides(before: Answer, after: Answer) -> None:
    for one in changes(before, after, on=DAY):
        assert one.words
        if one.kind is not ChangeKind.NOT_SAID:
            assert one.after
            assert one.before or one.kind in NEWS
            assert _folded(one.before) != _folded(one.after)


def _folded(text: str) -> str:
    return text.upper().replace(".", "")


@given(ANSWERS, ANSWERS)
def test_silence_about_benefits_changes_none(before: Answer, after: Answer) -> None:
    about = {ChangeKind.REMAINING, ChangeKind.TOTAL, ChangeKind.COPAY, ChangeKind.COINSURANCE, ChangeKind.COVERED,
             ChangeKind.DEDUCTIBLE_MET, ChangeKind.OUT_OF_POCKET_MET}  # fmt: skip
    for pair in ((replace(before, benefits=()), after), (before, replace(after, benefits=()))):
        assert not {one.kind for one in _moved(*pair)} & about


@given(ANSWERS, ANSWERS)
def test_no_status_changes_where_one_is_not_known(before: Answer, after: Answer) -> None:
    unknown = (Outcome.ANSWERED, CoverageStatus.UNDETERMINED)
    for was, now in ((_as(before, *unknown), after), (before, _as(after, *unknown))):
        assert not {one.kind for one in _moved(was, now)} & {
            ChangeKind.STATUS,
            ChangeKind.ENDED,
            ChangeKind.END,
        }


def _moved(before: Answer, after: Answer) -> tuple[Change, ...]:
    return changes(before, after, on=DAY)


def _as(answer: Answer, outcome: Outcome, status: CoverageStatus) -> Answer:
    return replace(answer, outcome=outcome, status=status)


# -- kept with the answer --------------------------------------------------------------------------------------------


def test_an_answer_is_kept_with_what_changed_since_the_one_before(practice) -> None:
    at = timezone.now()
    with organization_scope(practice.pk):
        coverage = make_coverage(make_patient(mrn="R1"))
        later = DAY + datetime.timedelta(days=7)
        answered(coverage, "EB*1**30", "EB*B**98***27*30*****Y", on=DAY, at=at)
        answered(
            coverage, "EB*1**30", "EB*B**98***27*45*****Y", on=later, at=at + datetime.timedelta(hours=1)
        )
        answered(coverage, "EB*6**30", on=DAY, at=at + datetime.timedelta(hours=2), payer="000040")

        first, second, elsewhere = EligibilityResponse.objects.order_by("received_at")
        told = [one.words for one in second.read_changes()]
        assert (first.changes, first.previous_at, elsewhere.changes) == ([], None, [])
        assert (told, second.previous_at) == (
            ["Copay in network for Physician office visit: $45.00; before, $30.00."],
            at,
        )
        happened = DomainEvent.objects.get(name="eligibility.changed")
        assert (happened.subject_id, happened.data["kinds"]) == (second.inquiry_id, ["COPAY"])


def test_people_without_a_record_are_told_apart_by_who_they_are(practice) -> None:
    at = timezone.now()
    with organization_scope(practice.pk):
        for number, name in enumerate(["Marta", "Marta", "Marta", "Jonas"]):
            who = Person("Oakes", name, datetime.date(1980, 2, 29), "", "NMM4410")
            question = Question("Test payer", "000039", "Lakeside", "1760854442", who, None, "", ("30",), DAY)
            moment = at + datetime.timedelta(minutes=number)
            inquiry, *_ = ask(question=question, about=About(), is_test=True, at=moment, anew=True)
            take(inquiry, "EB*6**30" if number else "EB*1**30", at=moment)

        kinds = [
            [one.kind.value for one in answer.read_changes()]
            for answer in EligibilityResponse.objects.order_by("received_at")
        ]
        assert kinds == [[], ["STATUS"], [], []]
