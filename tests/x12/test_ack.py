"""What a 999 and a TA1 say about a file."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

import x12
from tests.x12.support import fixture
from x12.ack import acknowledge


def answer(content: bytes) -> list[str]:
    return b"".join(acknowledge(content)).decode().removesuffix("~").split("~")


def tagged(content: bytes, *tags: str) -> list[str]:
    return [segment for segment in answer(content) if segment.split("*")[0] in tags]


def test_a_good_file_is_accepted() -> None:
    assert tagged(fixture("837p_good"), "TA1", "AK1", "AK2", "IK3", "IK4", "IK5", "AK9") == [
        "AK1*HC*201*005010X222A1",
        "AK2*837*0001*005010X222A1",
        "IK5*A",
        "AK9*A*1*1*1",
    ]


def test_the_answer_goes_back_where_the_file_came_from_and_counts_itself() -> None:
    segments = answer(fixture("837p_good"))

    assert segments[0].split("*")[6].strip() == "EXAMPLEPAYER"
    assert segments[1].startswith("GS*FA*EXAMPLEPAYER*EXAMPLEPRACTICE*20260401*0930*1*X*005010X231A1")
    first = next(at for at, segment in enumerate(segments) if segment.startswith("ST*"))
    last = next(at for at, segment in enumerate(segments) if segment.startswith("SE*"))
    assert segments[last] == f"SE*{last - first + 1}*0001"


def test_money_out_of_balance_is_no_matter_for_a_999() -> None:
    assert tagged(fixture("835_one_cent_out_of_balance"), "IK5") == ["IK5*A"]


def test_an_unknown_code_is_accepted_with_errors() -> None:
    assert tagged(fixture("837p_unknown_provider_role"), "IK3", "IK4", "IK5", "AK9") == [
        "IK3*NM1*32*2310A*8",
        "IK4*1**7",
        "IK5*E*5",
        "AK9*E*1*1*1",
    ]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("837p_line_without_service", ["IK3*LX*38*2400*3", "IK5*R*4", "AK9*R*1*1*0"]),
        ("835_segment_lost", ["IK5*R*4", "AK9*R*1*1*0"]),
        ("835_se_of_another_set", ["IK5*R*3", "AK9*R*1*1*0"]),
        ("835_segments_nobody_knows", ["IK3*ZZZ*24**2", "IK5*R*5", "AK9*R*1*1*0"]),
        ("835_elements_missing", ["IK3*TRN*3**8", "IK4*3**1", "IK5*R*5"]),
    ],
)
def test_what_is_wrong_is_rejected_with_its_place(name: str, expected: list[str]) -> None:
    segments = dict.fromkeys(answer(fixture(name)))

    assert [segment for segment in segments if segment in expected] == expected


def test_an_error_in_a_claim_names_the_claim() -> None:
    content = fixture("837p_good").replace(b"SV1*HC:", b"SV1*:", 1)
    answers = [
        one for one in x12.read_999(b"".join(acknowledge(content))) if isinstance(one, x12.SetAcknowledgement)
    ]

    ((number, error),) = answers[0].errors_by_claim()
    assert number == next(_claims(content)).patient_control_number
    assert (error.tag, error.loop, [one.code for one in error.elements]) == ("SV1", "2400", ["1"])


def _claims(content: bytes) -> Iterator[x12.SubmittedClaim]:
    return (one for one in x12.read_837(content) if isinstance(one, x12.SubmittedClaim))


def test_however_damaged_a_file_is_its_answer_can_be_written() -> None:
    content = fixture("837p_good").replace(b"*201*X*", b"*A*X*").replace(b"ST*837*0001", b"ST*837*~*")

    for piece in acknowledge(content):
        assert piece is not None


def test_an_acknowledgement_is_not_answered() -> None:
    with pytest.raises(x12.NotX12, match="no transaction set that is acknowledged"):
        answer(fixture("999_good"))


def test_a_claim_acknowledgement_is_answered() -> None:
    assert tagged(fixture("277ca_good"), "AK2", "IK5") == ["AK2*277*0001*005010X214", "IK5*A"]


def test_a_wrong_envelope_is_answered_by_a_ta1() -> None:
    content = fixture("835_ge_and_iea_counts_wrong")

    assert tagged(content, "TA1", "AK9") == ["TA1*000000101*260401*0930*R*021", "AK9*R*1*1*1*5"]


def test_a_ta1_is_sent_when_asked_for() -> None:
    content = fixture("837p_good").replace(b"*0*P*:~", b"*1*P*:~")

    assert tagged(content, "TA1") == ["TA1*000000201*260401*0930*A*000"]


def test_a_kind_that_is_not_read_is_rejected_as_not_supported() -> None:
    content = fixture("835_good").replace(b"ST*835*", b"ST*278*")

    assert tagged(content, "IK5", "AK9") == ["IK5*R*1", "AK9*R*1*1*0"]


def test_every_interchange_gets_its_own_answer() -> None:
    segments = answer(fixture("835_two_interchanges_with_other_delimiters"))

    assert [segment for segment in segments if segment.startswith("IEA")] == [
        "IEA*1*000000001",
        "IEA*1*000000002",
    ]


def test_groups_of_accepted_and_rejected_sets_are_partly_accepted() -> None:
    good = fixture("835_good")
    one = good[good.index(b"ST*835") : good.index(b"GE*1")]
    bad = (
        one.replace(b"*0001~", b"*0002~")
        .replace(b"TRN*1*EFT000777*1999999999~\n", b"")
        .replace(b"SE*62", b"SE*61")
    )
    two = good.replace(b"GE*1*101", bad + b"GE*2*101")

    assert tagged(two, "IK5", "AK9") == ["IK5*A", "IK5*R*5", "AK9*P*2*2*1"]


def test_what_cannot_be_read_cannot_be_acknowledged() -> None:
    with pytest.raises(x12.NotX12):
        answer(fixture("web_page"))


def test_a_ta1_leaves_the_group_that_follows_it_whole() -> None:
    content = fixture("837p_good").replace(b"*0*P*", b"*1*P*")
    back = b"".join(x12.acknowledge(content))
    assert tagged(content, "GS", "ST", "GE", "IEA")[0].startswith("GS*FA*")
    *_, end = x12.read_999(back)
    assert isinstance(end, x12.AcknowledgementEnd)
    assert end.findings == ()
