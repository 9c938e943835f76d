"""One 271 that answers many questions: each answer goes to its own question, and a person gets only the rest."""

from __future__ import annotations

import pytest
from django.utils import timezone

from clearinghouse.tasks import order_fetches
from eligibility import services
from eligibility.models import EligibilityInquiry, EligibilityResponse
from eligibility.rules.asking import Person, Question
from eligibility.rules.normalising import Asked, normalise
from eligibility.rules.words import CoverageStatus, Outcome
from eligibility.tasks import take_fetched
from tenancy.scope import organization_scope
from tests.eligibility.conftest import TODAY
from tests.eligibility.test_normalising import ISA
from workbench.models import WorkItem
from x12 import split_271

PAYER = ["HL*1**20*1", "NM1*PR*2*NORTHERN MUTUAL*****PI*NM001"]
PROVIDER = ["HL*2*1*21*1", "NM1*1P*2*LAKESIDE CLINIC*****XX*1234567893"]


def subscriber(number, trace, *body, below=0):
    traces = [f"TRN*2*{trace}*9LAKESIDE1"] if trace else []
    return [
        f"HL*{number}*2*22*{below}", *traces, f"NM1*IL*1*OAKES{number}*MARTA****MI*NMM{number}", "DMG*D8*19800229*F",
        *body,
    ]  # fmt: skip


def dependent(number, parent, trace, *body):
    return [f"HL*{number}*{parent}*23*0", f"TRN*2*{trace}*9LAKESIDE1", f"NM1*03*1*OAKES*TIM{number}", *body]


def made(number, *blocks, count=None, start="Q1"):
    inner = [
        f"BHT*0022*11*{start}*20261103*0900",
        *PAYER,
        *PROVIDER,
        *(line for one in blocks for line in one),
    ]
    return [
        f"ST*271*{number:04}*005010X279A1", *inner, f"SE*{len(inner) + 2 if count is None else count}*{number:04}"
    ]  # fmt: skip


def file_of(*sets, newline=""):
    lines = [
        ISA, "GS*HB*CLEARWAY*LAKESIDE*20261103*0900*77*X*005010X279A1", *(line for one in sets for line in one),
        f"GE*{len(sets)}*77", "IEA*1*000000077",
    ]  # fmt: skip
    return "".join(f"{line}~{newline}" for line in lines).encode()


def read(part):
    return normalise(part.content, Asked(TODAY, ("30",), part.trace_number, "9LAKESIDE1"))


@pytest.mark.parametrize("newline", ["", "\r\n"])
def test_each_part_reads_as_an_answer_of_its_own(newline):
    found = split_271(
        file_of(
            made(1, subscriber(3, "A", "EB*1**30"), subscriber(4, "B", "EB*6**30")),
            made(
                2, subscriber(3, "", below=1), dependent(4, 3, "C", "EB*1**30", "EB*B*IND*98***27*40*****Y")
            ),
            newline=newline,
        )
    )

    assert [one.trace_number for one in found] == ["A", "B", "C"]
    answers = [read(one) for one in found]
    assert [one.status for one in answers] == ["ACTIVE", "INACTIVE", "ACTIVE"]
    assert [one.member.last_name for one in answers] == ["OAKES3", "OAKES4", "OAKES"]
    assert answers[2].subscriber.number == "NMM3"
    for one, part in zip(answers, found, strict=True):
        assert one.warnings == () and one.payer_name == "NORTHERN MUTUAL"
        others = {"OAKES3", "OAKES4", "TIM4"} - {one.member.last_name, one.member.first_name}
        others -= {one.subscriber.last_name} if one.subscriber else set()
        assert not any(name.encode() in part.content for name in others)


def test_a_set_whose_count_is_wrong_is_not_read_while_the_others_are():
    found = split_271(
        file_of(made(1, subscriber(3, "A", "EB*6**30"), count=3), made(2, subscriber(3, "B", "EB*1**30")))
    )

    assert [read(one).outcome for one in found] == [Outcome.UNPARSEABLE, Outcome.ANSWERED]
    assert read(found[0]).status is CoverageStatus.UNDETERMINED


def test_two_people_under_one_trace_stay_together():
    [one] = split_271(file_of(made(1, subscriber(3, "A", "EB*1**30"), subscriber(4, "A", "EB*6**30"))))

    assert read(one).status is CoverageStatus.UNDETERMINED


def test_a_whole_question_that_is_refused_is_found_by_its_reference():
    refused = made(1, start="A")
    refused.insert(4, "AAA*N**42*P")
    refused[-1] = "SE*8*0001"
    [one] = split_271(file_of(refused))

    assert (one.trace_number, read(one).outcome) == ("A", Outcome.PAYER_UNAVAILABLE)


@pytest.mark.parametrize("content", [b"", b"<!doctype html>", b"ISA*00"])
def test_what_is_no_x12_has_no_parts(content):
    assert split_271(content) == []


def asked(member_number):
    who = Person("OAKES", "MARTA", None, "", member_number)
    question = Question(
        "Test payer", "000039", "Lakeside Clinic", "1760854442", who, None, "", ("30",), TODAY
    )
    put = services.ask(question=question, about=services.About(), is_test=True, at=timezone.now(), anew=True)
    return put.inquiry


@pytest.mark.parametrize("partner_server", ["SFTP"], indirect=True)
def test_a_file_of_answers_is_taken_apart_and_only_the_rest_is_put_before_a_person(
    practice, wire, run_jobs, tmp_path
):
    with organization_scope(practice.pk):
        first, second = asked("NMM3"), asked("NMM4")
    people = [
        subscriber(3, first.trace_number, "EB*1**30"),
        subscriber(4, second.trace_number, "EB*6**30"),
        subscriber(5, "NOBODYS", "EB*1**30"),
    ]
    (tmp_path / "out" / "many.271").write_bytes(file_of(made(1, *people)))
    with organization_scope(practice.pk):
        order_fetches()
    run_jobs()
    with organization_scope(practice.pk):
        take_fetched()
        take_fetched()

    with organization_scope(practice.pk):
        told = {one.inquiry_id: one.status for one in EligibilityResponse.objects.all()}
        assert told == {first.pk: "ACTIVE", second.pk: "INACTIVE"}
        assert set(EligibilityInquiry.objects.values_list("state", flat=True)) == {"ANSWERED"}
        title = WorkItem.objects.get(category="UNKNOWN_ANSWER").title
        assert "1 of 3 answers" in title
