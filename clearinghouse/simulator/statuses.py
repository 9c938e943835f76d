"""What the clearinghouse and the payers say of claims: 277CA unasked, 277 when they are asked."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from msgspec.structs import replace

from clearinghouse.simulator.payments import DELIMITERS, NOWHERE, organization
from x12 import (
    AmountValue,
    ClaimBatchStart,
    ClaimStatus,
    DateValue,
    Envelope,
    LevelStatus,
    Party,
    QuantityValue,
    Reference,
    Status,
    StatusCode,
    StatusEnd,
    StatusStart,
    SubmittedClaim,
    read_276,
    write_status,
)

ACCEPTED, REFUSED = "WQ", "U"
"""STC03."""


@dataclass(frozen=True, slots=True)
class Told:
    """What is said of one claim."""

    claim: SubmittedClaim
    code: StatusCode
    is_refused: bool = False
    message: str = ""
    payer_number: str = ""
    trace: str = ""
    """The claim's number as the answer names it."""


@dataclass(frozen=True, slots=True)
class Batch:
    """One transaction set of claims as it came."""

    start: ClaimBatchStart
    claims: tuple[SubmittedClaim, ...]


def envelope_back(asked: Envelope, number: int, at: datetime.datetime, version: str) -> Envelope:
    return Envelope(
        DELIMITERS,
        sender_qualifier=asked.receiver_qualifier,
        sender=asked.receiver,
        receiver_qualifier=asked.sender_qualifier,
        receiver=asked.sender,
        interchange_date=f"{at:%y%m%d}",
        interchange_time=f"{at:%H%M}",
        interchange_version="00501",
        interchange_control_number=f"{number:09}",
        acknowledgement_requested="0",
        usage_indicator=asked.usage_indicator,
        functional_code="HN",
        application_sender=asked.application_receiver,
        application_receiver=asked.application_sender,
        group_date=f"{at:%Y%m%d}",
        group_time=f"{at:%H%M}",
        group_control_number=str(number),
        version=version,
        transaction_code="277",
        transaction_control_number="0001",
    )


def report(
    source: Party, batches: Sequence[tuple[Batch, Sequence[Told]]], *, number: int, at: datetime.datetime
) -> bytes:
    """One 277CA file: a transaction set for each of the sets it answers."""
    envelope = envelope_back(batches[0][0].start.envelope, number, at, "005010X214")
    events: list[StatusStart | LevelStatus | ClaimStatus | StatusEnd] = []
    for ordinal, (batch, told) in enumerate(batches, 1):
        mine = replace(envelope, transaction_control_number=f"{ordinal:04}")
        events += _set(source, batch, told, mine, at)
    return b"".join(write_status(events))


def _set(
    source: Party, batch: Batch, told: Sequence[Told], envelope: Envelope, at: datetime.datetime
) -> Iterator[StatusStart | LevelStatus | ClaimStatus | StatusEnd]:
    today = f"{at:%Y%m%d}"
    number = f"{envelope.group_control_number}-{envelope.transaction_control_number}"
    yield StatusStart(
        envelope, NOWHERE, "ACKNOWLEDGEMENT",
        reference=number, created_on=at.date(), created_time=f"{at:%H%M}", report_code="TH",
    )  # fmt: skip
    yield LevelStatus(
        "20", NOWHERE,
        parties=(source,),
        trace_type="1",
        trace_number=number,
        dates=(DateValue("050", today, 0), DateValue("009", today, 0)),
    )  # fmt: skip
    whole = Status(
        (StatusCode("A1", "19"),),
        0,
        today,
        ACCEPTED,
        sum((one.claim.charge_amount for one in told), Decimal(0)),
    )
    submitter = batch.start.submitter or organization("41", "SUBMITTER", "46", envelope.receiver)
    quantities, amounts = _sums(told)
    yield LevelStatus(
        "21", NOWHERE,
        parties=(replace(submitter, contacts=()),),
        trace_type="2",
        trace_number=batch.start.batch_reference,
        statuses=(whole,),
        quantities=quantities,
        amounts=amounts,
    )  # fmt: skip
    provider = None
    for ordinal, one in enumerate(told, 1):
        billing = one.claim.billing_provider
        if billing is not None and billing != provider:
            provider = billing
            named = organization("85", billing.name, billing.identifier_qualifier, billing.identifier)
            yield LevelStatus("19", NOWHERE, parties=(named,))
        yield _claim(ordinal, one, today)
    yield StatusEnd(NOWHERE)


def _sums(told: Sequence[Told]) -> tuple[tuple[QuantityValue, ...], tuple[AmountValue, ...]]:
    quantities: list[QuantityValue] = []
    amounts: list[AmountValue] = []
    for is_refused, quantity, amount in ((False, "90", "YU"), (True, "AA", "YY")):
        charges = [one.claim.charge_amount for one in told if one.is_refused is is_refused]
        if charges:
            quantities.append(QuantityValue(quantity, Decimal(len(charges)), 0))
            amounts.append(AmountValue(amount, sum(charges, Decimal(0)), 0))
    return tuple(quantities), tuple(amounts)


def _claim(ordinal: int, told: Told, today: str) -> ClaimStatus:
    claim = told.claim
    patient = claim.patient
    assert patient is not None
    person = Party(
        "QC",
        "1",
        patient.name,
        patient.first_name,
        "",
        "",
        "MI" if patient.identifier else "",
        patient.identifier,
        0,
    )
    served_on = claim.service_from_on
    action = REFUSED if told.is_refused else ACCEPTED
    status = Status((told.code,), 0, today, action, claim.charge_amount, message=told.message)
    references = (Reference("1K", told.payer_number, 0),) if told.payer_number else ()
    return ClaimStatus(
        ordinal,
        told.trace or claim.patient_control_number,
        NOWHERE,
        subscriber=person,
        statuses=(status,),
        references=references,
        dates=(DateValue("472", f"{served_on:%Y%m%d}", 0),) if served_on else (),
    )


def _unadorned(person: Party | None) -> Party | None:
    """An answer repeats no birth date."""
    return replace(person, birth_date=None, sex="") if person is not None else None


def answer_276(
    content: bytes, say: Callable[[ClaimStatus], Status], *, number: int, at: datetime.datetime
) -> bytes:
    """The 277 to a 276: the same levels, each question with its answer."""
    return b"".join(write_status(_responses(read_276(content), say, number, at)))


def _responses(
    asked: Iterable[object], say: Callable[[ClaimStatus], Status], number: int, at: datetime.datetime
) -> Iterator[StatusStart | LevelStatus | ClaimStatus | StatusEnd]:
    for ordinal, one in enumerate(asked):
        if isinstance(one, StatusStart):
            back = envelope_back(one.envelope, number, at, "005010X212")
            own = replace(back, transaction_control_number=one.envelope.transaction_control_number)
            yield replace(
                one, envelope=own, kind="RESPONSE", structure_code="", purpose_code="",
                created_on=at.date(), created_time=f"{at:%H%M}", report_code="DG", unmapped=(),
            )  # fmt: skip
        elif isinstance(one, ClaimStatus):
            kept = tuple(name for name in one.references if name.qualifier in ("1K", "EJ", "BLT", "D9"))
            yield replace(
                one, ordinal=ordinal, trace_type="2", statuses=(say(one),), references=kept, amounts=(), lines=(),
                subscriber=_unadorned(one.subscriber), dependent=_unadorned(one.dependent), unmapped=(),
            )  # fmt: skip
        elif isinstance(one, LevelStatus | StatusEnd):
            yield one
