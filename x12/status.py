"""What a 276, 277 or 277CA says: levels with their answers, and claims one at a time with theirs."""

from __future__ import annotations

import datetime
from decimal import Decimal

from msgspec import Struct

from x12.acknowledgement import Outcome
from x12.records import (
    AmountValue,
    DateValue,
    Envelope,
    Finding,
    Party,
    Position,
    Procedure,
    QuantityValue,
    RawSegment,
    Reference,
    first_amount,
    first_date,
    first_reference,
    parse_date,
)

_ACCEPTED = frozenset({"A0", "A1", "A2", "A5"})
_REJECTED = frozenset({"A3", "A4", "A6", "A7", "A8", "E0", "E3", "E4", "D0"})
_GRAVEST_FIRST = (Outcome.REJECTED, Outcome.UNKNOWN, Outcome.DECIDED, Outcome.UNDER_REVIEW)


def outcome_of_category(code: str) -> Outcome:
    """The first component of an STC: A received or rejected, P and R under review, F finished."""
    if code in _ACCEPTED:
        return Outcome.ACCEPTED
    if code in _REJECTED:
        return Outcome.REJECTED
    if code[:1] in ("P", "R") and code[1:].isdecimal():
        return Outcome.UNDER_REVIEW
    return Outcome.DECIDED if code[:2] in ("F0", "F1", "F2", "F3", "F4") else Outcome.UNKNOWN


class StatusCode(Struct, frozen=True, gc=False):
    """One composite of an STC: what happened (A7), why (562), and whose fault (85 billing provider ...)."""

    category: str
    code: str = ""
    entity: str = ""
    code_list: str = ""
    """RX for an NCPDP reject code, else empty."""


class Status(Struct, frozen=True, gc=False):
    """STC."""

    codes: tuple[StatusCode, ...]
    """One to three, in the order sent; the first leads."""
    segment: int
    effective_date: str = ""
    action_code: str = ""
    """WQ accepted, U rejected, 15 correct and send again (277CA)."""
    charge_amount: Decimal | None = None
    paid_amount: Decimal | None = None
    decision_date: str = ""
    payment_method: str = ""
    check_date: str = ""
    check_number: str = ""
    message: str = ""

    @property
    def effective_on(self) -> datetime.date | None:
        return parse_date(self.effective_date)

    @property
    def decided_on(self) -> datetime.date | None:
        return parse_date(self.decision_date)

    @property
    def checked_on(self) -> datetime.date | None:
        """The day of the check or transfer."""
        return parse_date(self.check_date)

    @property
    def outcome(self) -> Outcome:
        """Of all its codes the gravest; an action that rejects outweighs them."""
        if self.action_code == "U":
            return Outcome.REJECTED
        found = {outcome_of_category(one.category) for one in self.codes}
        return next((one for one in _GRAVEST_FIRST if one in found), Outcome.ACCEPTED)


class StatusStart(Struct, frozen=True):
    """ST and BHT."""

    envelope: Envelope
    position: Position
    kind: str
    """REQUEST (276), RESPONSE (277) or ACKNOWLEDGEMENT (277CA)."""
    structure_code: str = ""
    purpose_code: str = ""
    reference: str = ""
    """BHT03: of a response, the reference of the request it answers."""
    created_on: datetime.date | None = None
    created_time: str = ""
    report_code: str = ""
    unmapped: tuple[RawSegment, ...] = ()


class LevelStatus(Struct, gc=False):
    """A level above the claims and what was answered to it as a whole: payer 20, receiver 21, provider 19.

    A patient (22, 23 or PT) comes as a level only where no claim stands below."""

    level_code: str
    position: Position
    has_levels_below: str = "1"
    parties: tuple[Party, ...] = ()
    trace_type: str = ""
    trace_number: str = ""
    statuses: tuple[Status, ...] = ()
    quantities: tuple[QuantityValue, ...] = ()
    """QTY: 90 accepted, AA rejected (QA and QC for one provider)."""
    amounts: tuple[AmountValue, ...] = ()
    """AMT: YU accepted, YY rejected."""
    references: tuple[Reference, ...] = ()
    dates: tuple[DateValue, ...] = ()
    unmapped: tuple[RawSegment, ...] = ()

    @property
    def party(self) -> Party | None:
        return self.parties[0] if self.parties else None


class LineStatus(Struct, gc=False):
    """SVC and what belongs to it."""

    ordinal: int
    """Counted from 1 within its claim."""
    procedure: Procedure
    charge_amount: Decimal
    position: Position
    paid_amount: Decimal | None = None
    revenue_code: str = ""
    units: Decimal | None = None
    statuses: tuple[Status, ...] = ()
    references: tuple[Reference, ...] = ()
    dates: tuple[DateValue, ...] = ()
    unmapped: tuple[RawSegment, ...] = ()

    @property
    def line_control_number(self) -> str:
        return first_reference(self.references, "FJ")

    @property
    def service_from_on(self) -> datetime.date | None:
        return first_date(self.dates, "472")


class ClaimStatus(Struct, gc=False):
    """TRN at a patient and what belongs to it: a claim asked about (276) or answered for (277, 277CA)."""

    ordinal: int
    """Counted from 1 within the transaction set."""
    trace_number: str
    """TRN02: in a 277CA the patient control number (CLM01), in a 277 the trace of the request."""
    position: Position
    trace_type: str = ""
    source: Party | None = None
    """The payer, or the clearinghouse that answers for it."""
    receiver: Party | None = None
    providers: tuple[Party, ...] = ()
    subscriber: Party | None = None
    dependent: Party | None = None
    """The patient of a request or response where that is not the subscriber; `patient` answers in both cases."""
    statuses: tuple[Status, ...] = ()
    references: tuple[Reference, ...] = ()
    amounts: tuple[AmountValue, ...] = ()
    dates: tuple[DateValue, ...] = ()
    lines: tuple[LineStatus, ...] = ()
    unmapped: tuple[RawSegment, ...] = ()

    @property
    def patient(self) -> Party | None:
        return self.dependent or self.subscriber

    @property
    def payer_control_number(self) -> str:
        """REF*1K: with an acceptance, the proof of timely filing."""
        return first_reference(self.references, "1K")

    @property
    def clearinghouse_trace(self) -> str:
        return first_reference(self.references, "D9")

    @property
    def patient_account_number(self) -> str:
        return first_reference(self.references, "EJ")

    @property
    def charge_amount(self) -> Decimal | None:
        """AMT*T3 of a request, else the charge its statuses name."""
        asked = first_amount(self.amounts, "T3")
        return asked if asked is not None else next((one.charge_amount for one in self.statuses), None)

    @property
    def outcome(self) -> Outcome:
        """The gravest of its statuses and its lines'; UNKNOWN when it has none."""
        statuses = (*self.statuses, *(one for line in self.lines for one in line.statuses))
        found = {one.outcome for one in statuses}
        if not found:
            return Outcome.UNKNOWN
        return next((one for one in _GRAVEST_FIRST if one in found), Outcome.ACCEPTED)

    @property
    def service_from_on(self) -> datetime.date | None:
        return first_date(self.dates, "472")


class StatusEnd(Struct, frozen=True):
    """SE, with totals and all findings of the transaction set."""

    position: Position
    claim_count: int = 0
    line_count: int = 0
    charge_total: Decimal = Decimal(0)
    segment_count: int = 0
    stated_segment_count: int | None = None
    is_complete: bool = False
    content_hash: str = ""
    findings: tuple[Finding, ...] = ()
    unmapped: tuple[RawSegment, ...] = ()
