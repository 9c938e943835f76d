"""What an acknowledgement of a claim comes to, and what evidence it is."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from claims.rules.numbers import number_key
from claims.rules.states import Evidence
from x12 import ClaimStatus, Outcome, Status

ACKNOWLEDGEMENT = "ACKNOWLEDGEMENT"
"""The kind of StatusStart that a 277CA has; a 277 that answers a question is a RESPONSE."""
CLEARINGHOUSE, PAYER = "CLEARINGHOUSE", "PAYER"
NOT_FOUND = ("A4", "D0")
"""Of an answer to a question: the payer does not know the claim. Nothing was refused, it has to be looked for."""
NOT_ANSWERED = ("E0", "E1", "E2", "E3", "E4")
"""Of an answer to a question: the question is wrong, or the payer's system in trouble. The claim was not refused."""
TRY_LATER = ("E1", "E2")
"""Of these what nobody has to look at: the payer's system could not answer."""


@dataclass(frozen=True, slots=True)
class Word:
    """One acknowledgement of one claim, whatever transaction it came in."""

    kind: str
    sender: str
    status: str
    segment: int
    evidence: str = ""
    codes: Sequence[Sequence[str]] = ()
    """Category, code and entity of each status; of a 999 its verdict and reasons."""
    places: Sequence[Mapping[str, Any]] = ()
    message: str = ""
    action: str = ""
    payer_control_number: str = ""
    clearinghouse_trace: str = ""
    effective_on: date | None = None
    charge_cents: int | None = None
    paid_cents: int | None = None
    paid_on: date | None = None
    payment_reference: str = ""


_BY_SENDER = {
    (CLEARINGHOUSE, "ACCEPTED"): Evidence.CLEARINGHOUSE_ACCEPTED,
    (CLEARINGHOUSE, "ACCEPTED_WITH_ERRORS"): Evidence.CLEARINGHOUSE_ACCEPTED,
    (CLEARINGHOUSE, "REJECTED"): Evidence.CLEARINGHOUSE_REJECTED,
    (PAYER, "ACCEPTED"): Evidence.PAYER_ACCEPTED,
    (PAYER, "ACCEPTED_WITH_ERRORS"): Evidence.PAYER_ACCEPTED,
    (PAYER, "REJECTED"): Evidence.PAYER_REJECTED,
    (PAYER, "UNDER_REVIEW"): Evidence.PENDING,
    (PAYER, "DECIDED"): Evidence.PAYER_ACCEPTED,
}


def word_of(claim: ClaimStatus, kind: str) -> Word:
    """`kind` is that of its StatusStart. A payer's number can come from the payer only, whoever carries it."""
    is_payers = claim.source is None or claim.source.entity_code == "PR" or claim.payer_control_number
    sender = PAYER if is_payers or kind != ACKNOWLEDGEMENT else CLEARINGHOUSE
    status = _status(claim)
    codes = [_code(one) for status_ in claim.statuses for one in status_.codes]
    evidence = _BY_SENDER.get((sender, status), "")
    if kind != ACKNOWLEDGEMENT and codes and codes[0][0] in NOT_FOUND:
        status, evidence = "NOT_FOUND", Evidence.NO_ANSWER
    elif kind != ACKNOWLEDGEMENT and codes and codes[0][0] in NOT_ANSWERED:
        status, evidence = "UNKNOWN", ""
    first = claim.statuses[0] if claim.statuses else None
    amount = claim.charge_amount
    return Word(
        kind="277CA" if kind == ACKNOWLEDGEMENT else "277",
        sender=sender,
        status=status,
        segment=first.segment if first else claim.position.segment,
        evidence=evidence,
        codes=codes,
        places=[
            {
                "line": line.line_control_number or str(line.ordinal),
                "procedure": line.procedure.code,
                "codes": [_code(one) for status_ in line.statuses for one in status_.codes],
                "message": " ".join(one.message for one in line.statuses if one.message),
            }
            for line in claim.lines
            if line.statuses
        ],
        message=" ".join(one.message for one in claim.statuses if one.message),
        action=first.action_code if first else "",
        payer_control_number=claim.payer_control_number,
        clearinghouse_trace=claim.clearinghouse_trace,
        effective_on=first.effective_on if first else None,
        charge_cents=_cents(amount),
        paid_cents=_cents(first.paid_amount) if first else None,
        paid_on=(first.checked_on or first.decided_on) if first else None,
        payment_reference=first.check_number if first else "",
    )


def _status(claim: ClaimStatus) -> str:
    """The claim's own statuses decide; a line refused in a claim that is accepted is an error of it."""
    if not claim.statuses:
        return str(claim.outcome)
    own = _gravest(claim.statuses)
    if own is Outcome.ACCEPTED and any(_gravest(line.statuses) is Outcome.REJECTED for line in claim.lines):
        return str(Outcome.ACCEPTED_WITH_ERRORS)
    return str(own)


def _gravest(statuses: Iterable[Status]) -> Outcome:
    order = (Outcome.REJECTED, Outcome.UNKNOWN, Outcome.DECIDED, Outcome.UNDER_REVIEW)
    found = {one.outcome for one in statuses}
    return next((one for one in order if one in found), Outcome.ACCEPTED)


def _code(one: Any) -> list[str]:
    return [one.category, one.code, one.entity]


def _cents(amount: Decimal | None) -> int | None:
    return None if amount is None else int(amount * 100)


def word_of_set(
    *,
    control_number: str,
    code: str,
    outcome: str,
    reasons: Sequence[str],
    errors: Sequence[Any],
    segment: int,
) -> Word:
    """What the 999 of its set says of a claim. Its own errors are those that name it."""
    mine = [one for one in errors if number_key(one["claim"]) == number_key(control_number)]
    is_named = any(one["claim"] for one in errors)
    if outcome == Outcome.ACCEPTED_WITH_ERRORS and is_named and not mine:
        outcome = Outcome.ACCEPTED
    evidence = ""
    if outcome in (Outcome.ACCEPTED, Outcome.ACCEPTED_WITH_ERRORS):
        evidence = Evidence.SYNTAX_ACCEPTED
    elif outcome == Outcome.REJECTED:
        evidence = Evidence.SYNTAX_REJECTED
    return Word(
        kind="999",
        sender="PARTNER",
        status=str(outcome),
        segment=segment,
        evidence=evidence,
        codes=[[code, *reasons]],
        places=mine if is_named else list(errors),
    )


def is_innocent(word: Word, errors: Collection[Mapping[str, Any]]) -> bool:
    """Rejected with its set for what other claims of the set have wrong: it may go again as it is."""
    return word.evidence == Evidence.SYNTAX_REJECTED and bool(errors) and not word.places
