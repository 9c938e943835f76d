"""What a 270 asks and a 271 answers: levels, and people one at a time with their questions or benefits."""

from __future__ import annotations

import datetime
from decimal import Decimal

from msgspec import Struct

from x12.records import (
    AmountValue,
    Contact,
    DateValue,
    Envelope,
    Finding,
    Party,
    Position,
    Procedure,
    RawSegment,
    Reference,
    first_reference,
)

SUBSCRIBER, DEPENDENT = "22", "23"


class EligibilityStart(Struct, frozen=True):
    """ST and BHT."""

    envelope: Envelope
    position: Position
    structure_code: str = ""
    purpose_code: str = ""
    """BHT02: 13 a question, 01 its cancellation; 11 an answer, 06 the confirmation of a cancellation."""
    reference: str = ""
    """BHT03: of an answer, the reference of the question it answers."""
    created_on: datetime.date | None = None
    created_time: str = ""
    kind_code: str = ""
    unmapped: tuple[RawSegment, ...] = ()


class Rejection(Struct, frozen=True, gc=False):
    """AAA: why the question, or a part of it, was not answered."""

    loop: str
    """Where it stands: 2000A and 2100A the payer, 2100B the provider, 2100C and 2100D the person, 2110C and 2110D one
    benefit."""
    valid_code: str
    """AAA01: N the question was at fault, Y it was not."""
    reason: str
    follow_up: str
    """AAA04: C correct and send again, N not to be sent again, R may be sent again ..."""
    segment: int


class Trace(Struct, frozen=True, gc=False):
    """TRN: the number by which whoever assigned it knows the question. 1 it is the answerer's own, 2 it is the asker's,
    sent back (in an answer)."""

    type_code: str
    number: str
    assigned_by: str
    segment: int
    division: str = ""


class Relationship(Struct, frozen=True, gc=False):
    """INS: the patient's relationship to the subscriber."""

    is_subscriber_code: str
    code: str
    """18 self, 01 spouse, 19 child ..."""
    segment: int
    maintenance_type: str = ""
    maintenance_reason: str = ""
    """25 behind type 001: the payer corrected what identifies the person."""
    student_status: str = ""
    handicapped: str = ""
    birth_order: str = ""


class Question(Struct, gc=False):
    """EQ and what belongs to it."""

    position: Position
    service_types: tuple[str, ...] = ()
    procedure: Procedure | None = None
    coverage_level: str = ""
    diagnosis_pointers: tuple[str, ...] = ()
    amounts: tuple[AmountValue, ...] = ()
    limitations: tuple[Limitation, ...] = ()
    references: tuple[Reference, ...] = ()
    dates: tuple[DateValue, ...] = ()
    unmapped: tuple[RawSegment, ...] = ()


class Limitation(Struct, frozen=True, gc=False):
    """III: a place of service (ZZ), diagnosis or nature of injury to which something is limited."""

    qualifier: str
    code: str
    segment: int
    text_kind: str = ""
    text: str = ""


class Delivery(Struct, frozen=True, gc=False):
    """HSD: so many of something, per unit, over so many periods."""

    segment: int
    quantity_qualifier: str = ""
    quantity: Decimal | None = None
    unit: str = ""
    modulus: Decimal | None = None
    """Every how many units."""
    period: str = ""
    period_count: str = ""
    days: str = ""
    time_of_day: str = ""


class Message(Struct, frozen=True, gc=False):
    """MSG, verbatim."""

    text: str
    segment: int


class Terms(Struct, frozen=True, gc=False, cache_hash=True):
    """What EB says, made once for all that say the same: a plan's benefits come again from member to member. What the
    payer did not send is empty or None, never zero."""

    code: str
    """EB01: 1 to 5 active, 6 to 8 inactive, A coinsurance, B copay, C deductible, F limits, G out of pocket ..."""
    coverage_level: str = ""
    service_types: tuple[str, ...] = ()
    insurance_type: str = ""
    plan_description: str = ""
    period: str = ""
    """EB06: 23 calendar year, 29 remaining ..."""
    amount: Decimal | None = None
    share: Decimal | None = None
    """EB08, a fraction: 0.2 is 20 per cent."""
    quantity_qualifier: str = ""
    quantity: Decimal | None = None
    authorization: str = ""
    """EB11: Y needed, N not, U not known."""
    network: str = ""
    """EB12: Y in, N out, W both, U not known."""
    procedure: Procedure | None = None
    diagnosis_pointers: tuple[str, ...] = ()


class Benefit(Struct, gc=False):
    """EB and what belongs to it."""

    terms: Terms
    segment: int
    deliveries: tuple[Delivery, ...] = ()
    references: tuple[Reference, ...] = ()
    dates: tuple[DateValue, ...] = ()
    rejections: tuple[Rejection, ...] = ()
    messages: tuple[Message, ...] = ()
    limitations: tuple[Limitation, ...] = ()
    entities: tuple[Party, ...] = ()
    """Between LS and LE: other payers, the primary care provider, whom to ask."""
    contacts: tuple[Contact, ...] = ()
    """PER without a party to belong to."""
    unmapped: tuple[RawSegment, ...] = ()


class EligibilityLevel(Struct, gc=False):
    """The payer (20) or the information receiver (21), with why it or the whole question was refused."""

    level_code: str
    position: Position
    has_levels_below: str = "1"
    party: Party | None = None
    rejections: tuple[Rejection, ...] = ()
    """Those of loop 2000A stand before the party, all others behind it."""
    unmapped: tuple[RawSegment, ...] = ()


class EligibilityPerson(Struct, gc=False):
    """A subscriber (22) or dependent (23) asked about or answered for.

    A subscriber comes also where only a dependent is meant; `is_asked_about` tells which."""

    level_code: str
    position: Position
    has_levels_below: str = "0"
    source: Party | None = None
    """The payer."""
    receiver: Party | None = None
    subscriber: Party | None = None
    """Of a dependent: under whose coverage."""
    party: Party | None = None
    traces: tuple[Trace, ...] = ()
    relationship: Relationship | None = None
    dates: tuple[DateValue, ...] = ()
    rejections: tuple[Rejection, ...] = ()
    questions: tuple[Question, ...] = ()
    benefits: tuple[Benefit, ...] = ()
    unmapped: tuple[RawSegment, ...] = ()

    @property
    def is_dependent(self) -> bool:
        return self.level_code == DEPENDENT

    @property
    def is_asked_about(self) -> bool:
        return self.has_levels_below != "1" or bool(self.questions or self.benefits or self.rejections)

    @property
    def member_number(self) -> str:
        """Of the person, else of the subscriber."""
        for party in (self.party, self.subscriber):
            if party is not None and party.identifier:
                return party.identifier
        return ""

    def reference(self, qualifier: str) -> str:
        return first_reference(self.party.references, qualifier) if self.party else ""

    def trace_of(self, assigned_by: str) -> str:
        """The number under which that one asked."""
        return next((one.number for one in self.traces if one.assigned_by == assigned_by), "")


class EligibilityEnd(Struct, frozen=True):
    """SE, with counts and all findings of the transaction set."""

    position: Position
    person_count: int = 0
    question_count: int = 0
    benefit_count: int = 0
    segment_count: int = 0
    stated_segment_count: int | None = None
    is_complete: bool = False
    content_hash: str = ""
    findings: tuple[Finding, ...] = ()
    unmapped: tuple[RawSegment, ...] = ()
