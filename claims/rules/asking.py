"""When a payer is asked about a claim (276), and what it is asked."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from msgspec.structs import replace

from claims.rules.usual import Usual
from x12 import AmountValue, ClaimStatus, DateValue, Party, Position, Reference, SubmittedClaim

ANSWERED_WITHIN = 3
"""Days a question is open; so many before the usual time is over the first one goes."""
DISTANCES = (7, 14, 28)
"""Days between a question and the next; the last holds for all that follow."""
NOWHERE = Position(0, 0, 0, 0)


def next_question_on(*, heard_on: date, usual: Usual, asked_on: Sequence[date]) -> date:
    """The day a payer is due to be asked: shortly before its usual time is over, then at growing distances.

    `asked_on` are the days on which it was asked about what was sent last.
    """
    if not asked_on:
        return heard_on + timedelta(days=max(1, usual.days - ANSWERED_WITHIN))
    distance = DISTANCES[min(len(asked_on), len(DISTANCES)) - 1]
    return max(asked_on) + timedelta(days=distance)


def question(
    claim: SubmittedClaim, *, trace: str, payer_identifier: str, payer_control_number: str
) -> ClaimStatus:
    """What was sent, named so that the payer finds it: who, what for, for how much and under which numbers."""
    assert claim.payer is not None
    assert claim.subscriber is not None
    payer, billing = claim.payer, claim.billing_provider
    assert billing is not None
    return ClaimStatus(
        0,
        trace,
        NOWHERE,
        source=Party("PR", "2", payer.name, "", "", "", "PI", payer_identifier, 0),
        providers=(_named(billing, "1P"),),
        subscriber=_person(claim.subscriber, "IL", is_patient=claim.dependent is None),
        dependent=claim.dependent and _person(claim.dependent, "QC", is_patient=True),
        references=tuple(_references(claim, payer_control_number)),
        amounts=(AmountValue("T3", claim.charge_amount, 0),),
        dates=_service(claim),
    )


def _references(claim: SubmittedClaim, payer_control_number: str) -> list[Reference]:
    found = [Reference("EJ", claim.patient_control_number, 0)]
    if payer_control_number:
        found.insert(0, Reference("1K", payer_control_number, 0))
    if claim.kind == "INSTITUTIONAL":
        found.insert(-1, Reference("BLT", f"{claim.facility_code}{claim.frequency_code}", 0))
    return found


def _service(claim: SubmittedClaim) -> tuple[DateValue, ...]:
    first, last = claim.service_from_on, claim.service_to_on
    if first is None:
        return ()
    if last is None or last == first:
        return (DateValue("472", f"{first:%Y%m%d}", 0),)
    return (DateValue("472", f"{first:%Y%m%d}-{last:%Y%m%d}", 0, "RD8"),)


def _named(party: Party, entity_code: str) -> Party:
    """Who it is, without address, contacts and further numbers, for which a question has no room."""
    return Party(
        entity_code, party.entity_type, party.name, party.first_name, party.middle_name, party.suffix,
        party.identifier_qualifier, party.identifier, 0,
    )  # fmt: skip


def _person(party: Party, entity_code: str, *, is_patient: bool) -> Party:
    named = _named(party, entity_code)
    return replace(named, birth_date=party.birth_date, sex=party.sex) if is_patient else named
