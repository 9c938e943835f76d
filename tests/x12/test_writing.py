"""Writing: what was read comes out again, what records say comes back, and what the guide forbids is refused."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import x12
from tests.x12.support import codes, fixture, whole
from x12.money import write_amount

WRITERS = {
    x12.RemittanceStart: x12.write_835,
    x12.ClaimBatchStart: x12.write_837,
    x12.EligibilityStart: x12.write_eligibility,
    x12.StatusStart: x12.write_status,
    x12.InterchangeAcknowledgement: x12.write_999,
    x12.AcknowledgementStart: x12.write_999,
}


def written(events: list[Any]) -> bytes:
    return b"".join(WRITERS[type(events[0])](events))


@pytest.mark.parametrize(
    "name",
    [
        *("835_reversal_and_correction", "837p_good", "837i_good"),
        *("276_good", "277_good", "277ca_good", "999_good", "ta1_alone"),
    ],
)
def test_a_file_that_is_read_is_written_back_to_the_same_bytes(name: str) -> None:
    content = fixture(name)

    assert written(list(x12.read_all(content))) == content.replace(b"\n", b"")


def test_other_delimiters_are_written_as_they_were() -> None:
    content = (
        fixture("835_reversal_and_correction")
        .replace(b"\n", b"")
        .translate(bytes.maketrans(b"*:~^", b"|>'!"))
    )

    assert written(whole("835", content)) == content


def without_places(value: Any) -> Any:
    """A record without what depends on where it stood."""
    if isinstance(value, dict):
        places = {"segment", "position", "element", "content_hash", "segment_count", "stated_segment_count"}
        return {key: without_places(inner) for key, inner in value.items() if key not in places}
    if isinstance(value, (list, tuple)):
        return [without_places(inner) for inner in value]
    return value


def said(records: list[Any]) -> Any:
    return without_places([msgspec.to_builtins(record, builtin_types=(Decimal,)) for record in records])


text = (
    st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-'. ", min_size=1, max_size=20).map(str.strip).filter(bool)
)
number = st.text("ABCDEFGHJKMNPQRSTUVWXYZ0123456789", min_size=2, max_size=20)
cents = st.integers(0, 10_000_000)
day = st.dates(datetime.date(2000, 1, 1), datetime.date(2030, 12, 31))
NOWHERE = x12.Position(0, 0, 0, 0)


def dollars(amount: int) -> Decimal:
    return Decimal(amount) / 100


adjustment = st.tuples(st.sampled_from(["CO", "PR", "OA", "PI"]), st.sampled_from(["45", "1", "253"]), cents)
provider_adjustment = st.tuples(
    st.sampled_from(["WO", "L6", "72", "FB"]), st.one_of(st.just(""), number), cents
)


@st.composite
def service_lines(draw: st.DrawFn) -> x12.ServiceLine:
    taken = draw(
        st.lists(
            st.tuples(st.sampled_from(["CO", "PR", "OA", "PI"]), st.sampled_from(["45", "1", "253"]), cents)
        )
    )
    paid = draw(cents)
    charge = paid + sum(amount for _, _, amount in taken)
    return x12.ServiceLine(
        ordinal=1,
        procedure=x12.Procedure(
            "HC", draw(number), tuple(draw(st.lists(st.sampled_from(["25", "RT"]), max_size=4)))
        ),
        charge_amount=dollars(charge),
        paid_amount=dollars(paid),
        position=NOWHERE,
        units=Decimal(draw(st.integers(1, 99))),
        adjustments=tuple(
            x12.Adjustment(group, reason, dollars(amount), None, 0, 0) for group, reason, amount in taken
        ),
        dates=(x12.DateValue("472", draw(day).strftime("%Y%m%d"), 0),),
        references=(x12.Reference("6R", draw(number), 0),),
        remarks=tuple(
            x12.Remark("HE", code, 0)
            for code in draw(st.lists(st.sampled_from(["N130", "MA01"]), max_size=3))
        ),
    )


@st.composite
def remittances(draw: st.DrawFn) -> list[Any]:
    start, *_, end = whole("835", fixture("835_good"))
    claims = []
    for ordinal, lines in enumerate(
        draw(st.lists(st.lists(service_lines(), min_size=1, max_size=4), max_size=4)), 1
    ):
        for at, line in enumerate(lines, 1):
            line.ordinal = at
        claims.append(
            x12.ClaimPayment(
                ordinal=ordinal,
                patient_control_number=draw(number),
                status_code=draw(st.sampled_from(["1", "2", "4", "19", "22"])),
                charge_amount=sum((line.charge_amount for line in lines), Decimal(0)),
                paid_amount=sum((line.paid_amount for line in lines), Decimal(0)),
                position=NOWHERE,
                filing_indicator="12",
                payer_control_number=draw(number),
                group_number="1",
                parties=(x12.Party("QC", "1", draw(text), draw(text), "", "", "MI", draw(number), 0),),
                service_lines=tuple(lines),
            )
        )
    taken = tuple(
        x12.ProviderAdjustment("1234567893", "20261231", code, reference, dollars(amount), 0, 0)
        for code, reference, amount in draw(st.lists(provider_adjustment, max_size=8))
    )
    paid = sum((claim.paid_amount for claim in claims), Decimal(0)) - sum(
        (one.amount for one in taken), Decimal(0)
    )
    start = msgspec.structs.replace(
        start, payment_amount=abs(paid), credit_or_debit="C" if paid >= 0 else "D"
    )
    return [start, *claims, msgspec.structs.replace(end, provider_adjustments=taken)]


@settings(max_examples=25)
@given(events=remittances())
def test_what_is_written_is_read_back(events: list[Any]) -> None:
    read = whole("835", written(events))

    assert said(read[:-1]) == said(events[:-1])
    assert said([read[-1].provider_adjustments]) == said([events[-1].provider_adjustments])
    assert read[-1].balanced
    assert [code for code in codes(read) if code != "balance.patient"] == []
    assert codes(list(x12.read_all(written(events), guided=True))) == codes(read)


@settings(max_examples=25)
@given(
    amount=st.decimals(allow_nan=False, allow_infinity=False, places=2, min_value=-(10**12), max_value=10**12)
)
def test_amounts_are_written_without_loss(amount: Decimal) -> None:
    as_written = write_amount(amount)

    assert Decimal(as_written) == amount
    assert "E" not in as_written
    assert as_written != "-0"


def change_claim(**values: Any) -> list[Any]:
    start, claim, *rest = whole("835", fixture("835_good"))
    return [start, msgspec.structs.replace(claim, **values), *rest]


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"paid_amount": Decimal("137.51")}, "does not balance"),
        ({"patient_control_number": "9" * 39}, "longer than 38"),
        ({"patient_control_number": ""}, "is missing"),
        ({"patient_control_number": "A*B"}, "delimiter"),
        ({"status_code": "77"}, "does not list"),
        ({"parties": ()}, "Patient"),
        ({"unmapped": (x12.RawSegment("", ("ZZZ", "1"), 1),)}, "no place"),
    ],
)
def test_what_the_guide_forbids_is_refused(values: dict[str, Any], words: str) -> None:
    with pytest.raises(x12.CannotWrite, match=words) as refused:
        written(change_claim(**values))

    assert refused.value.findings


def test_money_that_does_not_agree_is_written_only_when_asked() -> None:
    events = change_claim(paid_amount=Decimal("137.51"))

    with pytest.raises(x12.CannotWrite):
        written(events)
    content = b"".join(x12.write_835(events, allow_unbalanced=True))
    assert whole("835", content)[-1].balanced is False


def test_a_version_that_is_not_written_is_refused() -> None:
    start, *rest = whole("835", fixture("835_good"))
    old = msgspec.structs.replace(
        start, envelope=msgspec.structs.replace(start.envelope, version="004010X091A1")
    )

    with pytest.raises(x12.CannotWrite, match="is not written"):
        written([old, *rest])
