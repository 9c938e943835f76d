"""What the readers of TA1, 999, 276, 277 and 277CA hand out, and what it comes to."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any

import pytest

import x12
from tests.x12.support import codes, fixture, whole
from x12 import Outcome
from x12.status import outcome_of_category


def claims(name: str) -> list[x12.ClaimStatus]:
    return [one for one in whole(name[:3], fixture(name)) if isinstance(one, x12.ClaimStatus)]


def levels(name: str) -> list[x12.LevelStatus]:
    return [one for one in whole(name[:3], fixture(name)) if isinstance(one, x12.LevelStatus)]


class Test999:
    def test_a_ta1_comes_before_the_answers_of_its_interchange(self) -> None:
        answer, start, *_ = whole("999", fixture("999_good"))

        assert (answer.control_number, answer.verdict, answer.reason_code) == ("000000200", "A", "000")
        assert answer.outcome is Outcome.ACCEPTED
        assert answer.position.segment == 2
        assert (start.functional_code, start.group_control_number, start.version) == (
            "HC", "201", "005010X222A1",
        )  # fmt: skip

    def test_each_set_has_its_verdict(self) -> None:
        answers = [
            one for one in whole("999", fixture("999_good")) if isinstance(one, x12.SetAcknowledgement)
        ]

        assert [(one.control_number, one.outcome, one.reasons) for one in answers] == [
            ("0001", Outcome.ACCEPTED, ()),
            ("0002", Outcome.REJECTED, ("5",)),
            ("0003", Outcome.ACCEPTED_WITH_ERRORS, ("5",)),
        ]

    def test_an_error_names_claim_segment_and_element(self) -> None:
        _, rejected, _ = [
            one for one in whole("999", fixture("999_good")) if isinstance(one, x12.SetAcknowledgement)
        ]
        by_claim = [
            (number, error.tag, error.place, error.code) for number, error in rejected.errors_by_claim()
        ]

        assert by_claim == [
            ("PT0000412", "CLM", "22", "8"),
            ("PT0000413", "REF", "31", "3"),
            ("PT0000413", "SV1", "44", "8"),
        ]
        (wrong,) = rejected.errors[0].elements
        assert (wrong.element, wrong.component, wrong.code, wrong.value, wrong.segment) == (
            "5",
            "3",
            "7",
            "9",
            11,
        )
        (_, trigger) = rejected.errors[1].contexts
        assert (trigger.name, trigger.tag, trigger.place, trigger.element) == (
            "SITUATIONAL TRIGGER", "CLM", "30", "5:3",
        )  # fmt: skip

    def test_the_end_counts_what_was_answered(self) -> None:
        *_, end = whole("999", fixture("999_good"))

        assert (end.outcome, end.stated_set_count, end.accepted_set_count) == (
            Outcome.PARTLY_ACCEPTED,
            "3",
            "2",
        )
        assert (end.set_count, end.error_count, end.is_complete) == (3, 4, True)

    def test_an_answer_without_its_verdict_is_no_acceptance(self) -> None:
        content = fixture("999_good").replace(b"IK5*A~\n", b"")
        answers = [one for one in whole("999", content) if isinstance(one, x12.SetAcknowledgement)]

        assert answers[0].outcome is Outcome.UNKNOWN

    def test_a_ta1_may_come_alone(self) -> None:
        (answer,) = whole("999", fixture("ta1_alone"))

        assert (answer.outcome, answer.reason_code, answer.findings) == (Outcome.REJECTED, "024", ())

    def test_a_ta1_without_a_verdict_is_reported(self) -> None:
        (answer,) = whole("999", fixture("ta1_alone").replace(b"*R*024", b""))

        assert answer.outcome is Outcome.UNKNOWN
        assert [(one.code, one.segment, one.element) for one in answer.findings] == [
            ("element.unreadable", "TA1", 4)
        ]


class TestClaimAcknowledgements:
    def test_claims_are_named_by_their_control_number_and_the_payers(self) -> None:
        accepted, *rejected = claims("277ca_good")

        assert (accepted.trace_number, accepted.outcome) == ("PT0000411", Outcome.ACCEPTED)
        assert (accepted.payer_control_number, accepted.clearinghouse_trace) == (
            "EHP2026040200017", "CLR000000000411",
        )  # fmt: skip
        assert accepted.service_from_on == datetime.date(2026, 3, 15)
        assert [(one.trace_number, one.outcome) for one in rejected] == [
            ("PT0000412", Outcome.REJECTED),
            ("PT0000413", Outcome.REJECTED),
        ]

    def test_a_status_has_category_reason_entity_and_words(self) -> None:
        status = claims("277ca_good")[1].statuses[0]

        assert status.codes == (x12.StatusCode("A7", "562", "85"), x12.StatusCode("A7", "496", "85"))
        assert (status.action_code, status.charge_amount, status.segment) == ("U", Decimal(300), 37)
        assert status.message == "NPI OF THE BILLING PROVIDER IS NOT ENROLLED"

    def test_two_claims_of_a_patient_share_their_parties(self) -> None:
        _, one, other = claims("277ca_good")

        assert one.patient == other.patient
        assert one.patient is not None
        assert (one.patient.name, one.patient.identifier) == ("ABBOTT", "W987654321")
        assert one.source is not None
        assert one.source.name == "EXAMPLE CLEARINGHOUSE"
        assert one.providers[0].identifier == "1760854442"

    def test_lines_have_statuses_of_their_own(self) -> None:
        *_, claim = claims("277ca_good")

        assert [(line.line_control_number, line.procedure.code) for line in claim.lines] == [
            ("1", "99213"), ("2", "36415"),
        ]  # fmt: skip
        assert [line.statuses[0].codes[-1].entity for line in claim.lines] == ["", "82"]

    def test_levels_carry_the_sums(self) -> None:
        source, receiver, provider = levels("277ca_good")

        assert [one.level_code for one in (source, receiver, provider)] == ["20", "21", "19"]
        assert source.trace_number == "CLR2026040200017"
        assert receiver.trace_number == "BATCH000201"
        assert {one.qualifier: one.quantity for one in receiver.quantities} == {"90": 1, "AA": 2}
        assert {one.qualifier: one.amount for one in provider.amounts} == {
            "YU": Decimal("350.5"), "YY": Decimal("599.5"),
        }  # fmt: skip


class TestStatusAnswers:
    def test_subscriber_and_dependent_are_told_apart(self) -> None:
        own, childs, again = claims("277_good")

        assert own.dependent is None
        assert own.patient is not None
        assert own.patient.name == "DIAZ"
        assert childs.subscriber is not None
        assert childs.patient is not None
        assert (childs.subscriber.first_name, childs.patient.first_name) == ("KIRA", "LEO")
        assert again.patient == childs.patient

    def test_pending_and_finished_claims(self) -> None:
        pending, denied, paid = claims("277_good")

        assert [one.outcome for one in (pending, denied, paid)] == [
            Outcome.UNDER_REVIEW, Outcome.DECIDED, Outcome.DECIDED,
        ]  # fmt: skip
        status = paid.statuses[0]
        assert (status.paid_amount, status.check_number, status.payment_method) == (
            Decimal("61.25"), "EFT000777", "ACH",
        )  # fmt: skip

    def test_a_provider_may_be_answered_as_a_whole(self) -> None:
        *_, provider = levels("277_good")

        assert provider.party is not None
        assert provider.party.name == "HUGHES"
        assert provider.statuses[0].codes[0] == x12.StatusCode("E0", "24", "85")

    def test_a_request_asks_by_account_charge_and_date(self) -> None:
        whole_claim, one_line = claims("276_good")

        assert (whole_claim.patient_account_number, whole_claim.charge_amount) == (
            "PT0000411",
            Decimal("350.5"),
        )
        assert whole_claim.patient is not None
        assert whole_claim.patient.birth_date == datetime.date(1970, 3, 1)
        assert one_line.lines[0].procedure.code == "99203"
        assert one_line.outcome is Outcome.UNKNOWN

    def test_a_patient_without_a_claim_is_handed_out_as_a_level(self) -> None:
        content = fixture("277_good").replace(
            b"TRN*2*ASK000077-1~\nSTC*P3:317*20260419**350.5~\nREF*1K*EHP2026040200017~\n"
            b"REF*EJ*PT0000411~\nDTP*472*D8*20260315~\n",
            b"",
        )
        alone = [one for one in whole("277", content) if getattr(one, "level_code", "") == "22"]

        assert [one.party.name for one in alone if one.party] == ["DIAZ"]


@pytest.mark.parametrize(
    ("category", "outcome"),
    [
        ("A0", Outcome.ACCEPTED),
        ("A2", Outcome.ACCEPTED),
        ("A3", Outcome.REJECTED),
        ("A8", Outcome.REJECTED),
        ("D0", Outcome.REJECTED),
        ("E1", Outcome.UNKNOWN),
        ("P1", Outcome.UNDER_REVIEW),
        ("R16", Outcome.UNDER_REVIEW),
        ("F1", Outcome.DECIDED),
        ("F3N", Outcome.DECIDED),
        ("ZZ", Outcome.UNKNOWN),
        ("", Outcome.UNKNOWN),
    ],
)
def test_only_listed_categories_are_acceptances(category: str, outcome: Outcome) -> None:
    assert outcome_of_category(category) is outcome


@pytest.mark.parametrize("name", ["276_good", "277_good", "277ca_good", "999_good", "ta1_alone"])
def test_good_answers_have_nothing_to_report(name: str) -> None:
    assert codes(list(x12.read_all(fixture(name), guided=True))) == []


@pytest.mark.parametrize(
    ("name", "old", "new", "expected"),
    [
        ("277ca_good", b"STC*A2:20:PR*2026", b"STC*A2:20:PR*1926X", ("guide.date", "STC", 2)),
        ("277ca_good", b"*WQ*350.5~", b"*WQ*MUCH~", ("guide.not_a_number", "STC", 4)),
        ("277_good", b"HL*7*2*19*0", b"HL*7*2*99*0", ("segment.code", "HL", 0)),
        ("999_good", b"IK5*R*5", b"IK5*Q*5", ("guide.code", "IK5", 1)),
        ("999_good", b"AK9*P*3*3*2~\n", b"", ("guide.segment_missing", "AK9", 0)),
        ("276_good", b"AMT*T3*350.5", b"AMT*T3*", ("guide.element_missing", "AMT", 2)),
    ],
)
def test_what_is_wrong_is_found_at_its_place(
    name: str, old: bytes, new: bytes, expected: tuple[str, str, int]
) -> None:
    content = fixture(name)
    assert old in content
    findings: list[Any] = [
        finding
        for record in x12.read_all(content.replace(old, new), guided=True)
        for finding in getattr(record, "findings", ())
    ]

    assert expected in [(one.code, one.segment, one.element) for one in findings]
