"""A payer's answer in one shape: what is said, what is not said, and never a guess (domain: 4.3, 4.4 and 10)."""

from __future__ import annotations

import datetime

import pytest

from eligibility.rules.answers import Answer, BenefitRow
from eligibility.rules.next_steps import next_steps
from eligibility.rules.normalising import Asked, normalise
from eligibility.rules.readings import PayerReading
from eligibility.rules.words import BenefitKind, CoverageStatus, Level, Network, Outcome

DAY = datetime.date(2026, 11, 3)
ASKED = Asked(DAY, ("30", "98"), "CHK-1", "9LAKESIDE1")
ISA = "ISA*00*          *00*          *ZZ*CLEARWAY       *ZZ*LAKESIDE       *261103*0900*^*00501*000000077*0*T*:"
ABOVE = [
    "BHT*0022*11*Q1*20261103*0900",
    "HL*1**20*1",
    "NM1*PR*2*NORTHERN MUTUAL*****PI*NM001",
    "HL*2*1*21*1",
    "NM1*1P*2*LAKESIDE CLINIC*****XX*1234567893",
    "HL*3*2*22*0",
    "TRN*2*CHK-1*9LAKESIDE1",
    "NM1*IL*1*OAKES*MARTA****MI*NMM4410",
    "DMG*D8*19800229*F",
]


def answer_bytes(*body: str, above: list[str] | None = None) -> bytes:
    inner = [*(ABOVE if above is None else above), *body]
    segments = [
        ISA,
        "GS*HB*CLEARWAY*LAKESIDE*20261103*0900*77*X*005010X279A1",
        "ST*271*0001*005010X279A1",
        *inner,
        f"SE*{len(inner) + 2}*0001",
        "GE*1*77",
        "IEA*1*000000077",
    ]
    return ("~".join(segments) + "~").encode()


def read(*body: str, asked: Asked = ASKED, reading: PayerReading | None = None) -> Answer:
    return normalise(answer_bytes(*body), asked, reading or PayerReading())


def one(
    answer: Answer, kind: BenefitKind, service_type: str = "30", network: Network = Network.IN
) -> BenefitRow:
    rows = [
        row
        for row in answer.benefits
        if (row.key.kind, row.key.service_type, row.key.network) == (kind, service_type, network)
    ]
    assert len(rows) == 1, rows
    return rows[0]


def test_the_worked_example_is_read_as_the_domain_reads_it() -> None:
    answer = read(
        "EB*1**30**GOLD PPO",
        "EB*C*IND*30***23*1500*****Y",
        "EB*C*IND*30***29*400*****Y",
        "EB*G*IND*30***23*5000*****Y",
        "EB*G*IND*30***29*3200*****Y",
        "EB*B**98***27*30*****Y",
        "EB*A**30***23**.2****Y",
    )

    assert (answer.outcome, answer.status) == (Outcome.ANSWERED, CoverageStatus.ACTIVE)
    assert [plan.name for plan in answer.plans] == ["GOLD PPO"]
    assert one(answer, BenefitKind.DEDUCTIBLE_TOTAL).value.cents == 150_000
    assert one(answer, BenefitKind.DEDUCTIBLE_REMAINING).value.cents == 40_000
    assert one(answer, BenefitKind.DEDUCTIBLE_USED).value.cents == 110_000
    assert one(answer, BenefitKind.DEDUCTIBLE_USED).is_derived
    assert one(answer, BenefitKind.OUT_OF_POCKET_TOTAL).value.cents == 500_000
    assert one(answer, BenefitKind.OUT_OF_POCKET_REMAINING).value.cents == 320_000
    assert one(answer, BenefitKind.COPAY, "98").value.cents == 3_000
    assert one(answer, BenefitKind.COINSURANCE).value.basis_points == 2_000
    assert not [row for row in answer.benefits if row.key.network is Network.OUT]


def test_every_number_names_the_segment_it_came_from() -> None:
    answer = read("EB*1**30**GOLD PPO", "EB*C*IND*30***23*1500*****Y", "EB*C*IND*30***29*400*****Y")

    assert one(answer, BenefitKind.DEDUCTIBLE_TOTAL).segments == (14,)
    assert one(answer, BenefitKind.DEDUCTIBLE_USED).segments == (14, 15)


def test_a_real_zero_is_zero_and_what_is_not_sent_is_not_there() -> None:
    zero = read("EB*1**30", "EB*C*IND*30***23*0*****Y", "EB*B*IND*30***27*0*****Y")
    silent = read("EB*1**30")

    assert one(zero, BenefitKind.COPAY).value.cents == 0
    assert one(zero, BenefitKind.DEDUCTIBLE_TOTAL).value.cents == 0
    assert {row.key.kind for row in silent.benefits} == {BenefitKind.COVERED}


def test_used_and_total_leave_what_remains() -> None:
    answer = read("EB*1**30", "EB*C*IND*30***23*1500*****Y", "EB*C*IND*30***24*600*****Y")

    remaining = one(answer, BenefitKind.DEDUCTIBLE_REMAINING)
    assert (remaining.value.cents, remaining.is_derived) == (90_000, True)


@pytest.mark.parametrize("share", ["20", "1.2", "-.2"])
def test_a_share_that_is_no_part_of_the_whole_is_left_out_and_told(share: str) -> None:
    answer = read("EB*1**30", f"EB*A*IND*30*****{share}****Y")

    assert one(answer, BenefitKind.COINSURANCE).value.basis_points is None
    assert answer.warnings == (
        "Segment 14: the share is not between nothing and the whole and was left out.",
    )


def test_two_values_for_the_same_are_both_kept_and_marked() -> None:
    answer = read(
        "EB*1**30",
        "EB*B*IND*98***27*25*****Y",
        "MSG*PRIMARY CARE",
        "EB*B*IND*98***27*50*****Y",
        "MSG*SPECIALIST",
    )
    copays = [row for row in answer.benefits if row.key.kind is BenefitKind.COPAY]

    assert [(row.value.cents, row.messages, row.is_contested) for row in copays] == [
        (2_500, ("PRIMARY CARE",), True),
        (5_000, ("SPECIALIST",), True),
    ]


def test_99_service_types_of_one_segment_are_99_rows_in_order() -> None:
    codes = [f"{first}{second}" for first in "ABCDEFGHIJ" for second in "0123456789"][:99]
    answer = read(f"EB*1**{'^'.join(codes)}", f"MSG*{'X' * 264}", asked=Asked(DAY, (codes[0],), "CHK-1"))

    assert [row.key.service_type for row in answer.benefits] == codes
    assert answer.status is CoverageStatus.ACTIVE
    assert answer.messages == ("X" * 264,)


@pytest.mark.parametrize(
    ("body", "status", "why"),
    [
        (["EB*1**30"], CoverageStatus.ACTIVE, "active"),
        (["EB*1"], CoverageStatus.ACTIVE, "active"),
        (["EB*1**98"], CoverageStatus.ACTIVE, "active"),
        (["EB*1**88"], CoverageStatus.UNDETERMINED, "only that other services"),
        (["EB*6**30"], CoverageStatus.INACTIVE, "not active"),
        (["EB*6**30", "EB*W**30"], CoverageStatus.INACTIVE, "not active"),
        (["EB*W**30"], CoverageStatus.UNDETERMINED, "another source"),
        (["EB*V**30"], CoverageStatus.UNDETERMINED, "could not process"),
        (["EB*U**30"], CoverageStatus.UNDETERMINED, "somebody else"),
        ([], CoverageStatus.UNDETERMINED, "neither"),
        (["DTP*347*D8*20261031", "EB*1**30"], CoverageStatus.INACTIVE, "ended on October 31, 2026"),
        (["DTP*346*D8*20270101", "EB*1**30"], CoverageStatus.INACTIVE, "begins on January 1, 2027"),
        (["DTP*291*RD8*20260101-20261231", "EB*1**30"], CoverageStatus.ACTIVE, "active"),
        (
            ["EB*1**30", "DTP*348*D8*20260601", "EB*6**30", "DTP*349*D8*20260531"],
            CoverageStatus.ACTIVE,
            "active",
        ),
        (["EB*1**30**NEW", "EB*6**30**OLD"], CoverageStatus.UNDETERMINED, "both active and inactive"),
        (["EB*1**30", "EB*6**88"], CoverageStatus.ACTIVE, "active"),
        (["EB*1**30", "EB*6**98"], CoverageStatus.ACTIVE, "active"),
    ],
)  # fmt: skip
def test_the_status_is_what_the_payer_says_of_that_day(body: list[str], status: str, why: str) -> None:
    answer = read(*body)

    assert answer.status is status
    assert why in answer.why


@pytest.mark.parametrize(
    ("body", "outcome", "field"),
    [
        (["AAA*N**72*C", "AAA*N**73*C"], Outcome.REJECTED, ("member_number", "last_name")),
        (["AAA*Y**75*C"], Outcome.PERSON_NOT_FOUND, ("member_number",)),
        (["AAA*Y**76*C"], Outcome.REJECTED, ("birth_date",)),
        (["AAA*Y**42*R"], Outcome.PAYER_UNAVAILABLE, ("",)),
    ],
    ids=["id and name", "not found", "duplicate", "payer down"],
)
def test_a_refusal_names_the_field_and_is_never_inactive(
    body: list[str], outcome: Outcome, field: tuple[str, ...]
) -> None:
    answer = read(*body)

    assert (answer.outcome, answer.status) == (outcome, CoverageStatus.UNDETERMINED)
    assert tuple(refusal.field for refusal in answer.refusals) == field
    assert [refusal.may_retry for refusal in answer.refusals] == [outcome is Outcome.PAYER_UNAVAILABLE] * len(
        field
    )


def test_a_payer_that_refuses_as_a_whole_names_nobody() -> None:
    content = answer_bytes(above=["BHT*0022*11*Q1*20261103*0900", "HL*1**20*0", "AAA*Y**42*R"])
    answer = normalise(content, ASKED)

    assert (answer.outcome, answer.status) == (Outcome.PAYER_UNAVAILABLE, CoverageStatus.UNDETERMINED)
    assert answer.refusals[0].loop == "2000A"


FAMILY = [
    *ABOVE[:5],
    "HL*3*2*22*1",
    "TRN*2*CHK-1*9LAKESIDE1",
    "NM1*IL*1*OAKES*ANSON****MI*NMM5520",
    "AAA*N**72*C",
    "HL*4*3*23*0",
    "TRN*2*CHK-1*9LAKESIDE1",
    "NM1*03*1*OAKES*TESSA",
    "DMG*D8*20150810*F",
]


@pytest.mark.parametrize("asked", [ASKED, Asked(DAY)], ids=["by trace", "without a trace"])
def test_a_refused_subscriber_refuses_the_dependent_too(asked: Asked) -> None:
    answer = normalise(answer_bytes(above=FAMILY), asked)

    assert (answer.outcome, answer.status) == (Outcome.REJECTED, CoverageStatus.UNDETERMINED)
    assert [(one.loop, one.field) for one in answer.refusals] == [("2100C", "member_number")]
    assert answer.member and answer.member.first_name == "TESSA"
    assert not answer.warnings


def test_two_people_under_our_trace_who_do_not_agree_are_no_answer() -> None:
    again = ["HL*4*2*22*0", "TRN*2*CHK-1*9LAKESIDE1", "NM1*IL*1*OAKES*MARTA****MI*NMM4410"]
    unlike = read("EB*1**30", *again, "EB*6**30")
    alike = read("EB*1**30", *again, "EB*1**30")

    assert (unlike.status, unlike.why) == (
        CoverageStatus.UNDETERMINED,
        "The payer gave two answers that do not agree.",
    )
    assert alike.status is CoverageStatus.ACTIVE
    assert alike.warnings == ("The payer answered twice; this is its first answer.",)


def test_a_refused_benefit_leaves_the_coverage_standing() -> None:
    answer = read("EB*1**30", "EB*V**AL", "AAA*N**55*C")

    assert answer.status is CoverageStatus.ACTIVE
    assert [refusal.loop for refusal in answer.refusals] == ["2110C"]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<html><body>Service unavailable</body></html>",
        answer_bytes("EB*6**30").replace(b"SE*12", b"SE*40"),
        answer_bytes("EB*6**30")[:-40],
        answer_bytes("EB*6**30", "ZZZ*9"),
        answer_bytes("EB*6**30").replace(b"ST*271", b"ST*835"),
    ],
    ids=["nothing", "a page", "wrong count", "cut", "a segment nobody knows", "another kind"],
)
def test_what_cannot_be_read_is_never_inactive(content: bytes) -> None:
    answer = normalise(content, ASKED)

    assert (answer.outcome, answer.status) == (Outcome.UNPARSEABLE, CoverageStatus.UNDETERMINED)
    assert answer.warnings


def test_an_answer_to_another_question_is_not_taken() -> None:
    answer = read("EB*6**30", asked=Asked(DAY, ("30",), "CHK-2"))

    assert (answer.outcome, answer.status) == (Outcome.OTHER_QUESTION, CoverageStatus.UNDETERMINED)


def test_networks_come_from_the_element_the_message_or_the_plan_and_say_which() -> None:
    stated = read("EB*1**30", "EB*B*IND*86***27*250*****W")
    told = read("EB*1**30", "EB*B*IND*98***27*60", "MSG*OUT OF NETWORK")
    inferred = read("EB*1**30*HM*LAKE HMO", "EB*B*IND*98*HM*LAKE HMO*27*20")
    unknown = read("EB*1**30*PR*LAKE PPO", "EB*B*IND*98***27*20")

    assert not one(stated, BenefitKind.COPAY, "86", Network.BOTH).is_network_inferred
    assert one(told, BenefitKind.COPAY, "98", Network.OUT).is_network_inferred
    assert one(inferred, BenefitKind.COPAY, "98", Network.IN).is_network_inferred
    assert not one(unknown, BenefitKind.COPAY, "98", Network.UNKNOWN).is_network_inferred


def test_limits_keep_count_unit_period_and_whether_leave_is_needed() -> None:
    answer = read("EB*1**30", "EB*F*IND*PT***23***VS*20*Y*Y", "EB*F*IND*PT***29***VS*12*Y*Y")

    total = one(answer, BenefitKind.LIMIT_TOTAL, "PT")
    remaining = one(answer, BenefitKind.LIMIT_REMAINING, "PT")
    assert (total.value.quantity, total.value.unit, total.key.period) == ("20", "VS", "23")
    assert (remaining.value.quantity, remaining.needs_authorization) == ("12", True)
    assert "authorization" in answer.flags


def test_what_is_left_of_a_lifetime_is_not_what_is_left_of_the_year() -> None:
    answer = read(
        "EB*1**30",
        "EB*F*IND*38***32*2000*****Y",
        "EB*F*IND*38***33*1200*****Y",
        "EB*F*IND*38***23*500*****Y",
        "EB*F*IND*38***29*150*****Y",
    )
    left = [one for one in answer.benefits if one.key.kind is BenefitKind.LIMIT_REMAINING]

    assert [(one.value.cents, one.of_period, one.is_contested) for one in left] == [
        (120_000, "32", False),
        (15_000, "23", False),
    ]


def test_notes_of_different_kinds_are_told_apart_and_acted_on() -> None:
    answer = read("EB*5**30", "EB*Q**2", "EB*J**2", "EB*T", "EB*N**88")

    assert [(one.code, one.key.service_type) for one in answer.benefits] == [
        ("5", "30"),
        ("Q", "2"),
        ("J", "2"),
        ("T", ""),
        ("N", "88"),
    ]
    assert [one.words for one in next_steps(answer, on=DAY)] == [
        "The payer still looks into the coverage: call before the visit.",
        "Surgery: a second opinion is required.",
        "The card was reported lost or stolen: make sure who the patient is.",
        "Pharmacy: only by the provider the payer names.",
    ]


def test_a_payer_that_sends_its_own_share_is_read_so() -> None:
    answer = read("EB*1**30", "EB*A*IND*30*****.8****Y", reading=PayerReading(sends_payer_share=True))

    assert one(answer, BenefitKind.COINSURANCE).value.basis_points == 2_000


def test_family_and_individual_are_kept_apart() -> None:
    answer = read("EB*1**30", "EB*C*FAM*30***23*3000*****Y", "EB*C*FAM*30***29*2500*****Y")

    totals = [row.key.level for row in answer.benefits if row.key.kind is BenefitKind.DEDUCTIBLE_TOTAL]
    assert totals == [Level.FAMILY]


def test_other_payers_and_whom_to_call_are_named() -> None:
    answer = read(
        "EB*1**30*MC",
        "EB*R**30*MP",
        "REF*1W*1EG4TE5MK73",
        "LS*2120",
        "NM1*PRP*2*MEDICARE PART B*****PI*05102",
        "PER*IC*COB DESK*TE*8005550199*UR*cob.example",
        "LE*2120",
    )
    (other,) = answer.other_payers

    assert (other.name, other.identifier, other.number) == ("MEDICARE PART B", "05102", "1EG4TE5MK73")
    assert (other.phone, other.url) == ("8005550199", "cob.example")
    assert set(answer.flags) == {"medicaid", "other_payer"}


def test_what_the_payer_changed_about_the_person_is_offered() -> None:
    answer = read("INS*Y*18*001*25", "EB*1**30")

    assert answer.member
    assert (answer.member.is_changed_by_payer, answer.member.number) == (True, "NMM4410")


def test_letters_nobody_can_print_are_left_out_of_words() -> None:
    answer = normalise(answer_bytes("EB*1**30").replace(b"OAKES", b"OA\x00K\x1bES\x7f"), ASKED)

    assert answer.member and answer.member.last_name == "OAKES"
    assert answer.status is CoverageStatus.ACTIVE
