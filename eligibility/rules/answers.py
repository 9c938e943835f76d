"""What a payer's answer says, in one shape for all payers. Absent is None or empty, never zero."""

from __future__ import annotations

import datetime

from msgspec import Struct

from eligibility.rules.words import BenefitKind, CoverageStatus, Level, Network, Outcome

WHOLE_PLAN = "30"


class Period(Struct, frozen=True, gc=False):
    begins_on: datetime.date | None = None
    ends_on: datetime.date | None = None

    def holds(self, day: datetime.date) -> bool:
        """True also where neither end is known."""
        return not (
            (self.begins_on and day < self.begins_on) or (self.ends_on and day > self.ends_on)
        )  # fmt: skip


class BenefitKey(Struct, frozen=True, gc=False, cache_hash=True):
    """What makes two benefits the same benefit."""

    service_type: str
    """Empty where the payer names a procedure, or nothing at all."""
    kind: BenefitKind
    network: Network
    level: Level
    period: str
    """EB06 as sent; remaining and used amounts keep none, as theirs says just that."""
    procedure: str = ""
    """HC:97110 ..."""
    places: tuple[str, ...] = ()
    insurance_type: str = ""
    plan: str = ""
    diagnoses: tuple[str, ...] = ()
    """It holds for these only."""


class BenefitValue(Struct, frozen=True, gc=False, cache_hash=True):
    """Exactly one of the amounts where the kind has one."""

    cents: int | None = None
    basis_points: int | None = None
    """The patient's share: 2000 is 20 per cent."""
    quantity: str | None = None
    """As sent, of `unit`."""
    unit: str = ""


class Pattern(Struct, frozen=True, gc=False):
    """HSD: 12 visits a week over one calendar year. Codes as sent."""

    segment: int
    quantity: str | None = None
    unit: str = ""
    per: str = ""
    """DA a day, WK a week, MO a month ..."""
    every: str | None = None
    """Every how many of `per`."""
    period: str = ""
    period_count: str = ""


class BenefitRow(Struct, frozen=True, gc=False):
    key: BenefitKey
    value: BenefitValue
    segments: tuple[int, ...]
    """Ordinals of the segments it was read from; of a derived one those it was reckoned from."""
    level_code: str = ""
    needs_authorization: bool | None = None
    messages: tuple[str, ...] = ()
    valid: Period = Period()
    is_derived: bool = False
    """Reckoned from others: total less used."""
    is_network_inferred: bool = False
    is_contested: bool = False
    """The payer says another value for the same."""
    of_period: str = ""
    """EB06 of the total that what remains or is used belongs to, where the payer names one total for it."""
    patterns: tuple[Pattern, ...] = ()
    code: str = ""
    """EB01: of what is covered 5 is still looked into, of notes Q is a second opinion, N a restriction ..."""


class Plan(Struct, frozen=True):
    """One coverage the payer says something about: a person may have several."""

    name: str
    insurance_type: str
    status: CoverageStatus
    period: Period
    service_types: tuple[str, ...]
    segment: int


class Member(Struct, frozen=True):
    """The person as the payer has them. Social security numbers are never taken over."""

    number: str = ""
    last_name: str = ""
    first_name: str = ""
    middle_name: str = ""
    birth_date: datetime.date | None = None
    sex: str = ""
    address_line: str = ""
    address_line_2: str = ""
    city: str = ""
    state: str = ""
    postal_code: str = ""
    is_subscriber: bool = True
    relationship: str = ""
    is_changed_by_payer: bool = False
    """INS*..*001*25: what identifies the person differs from what was asked."""
    segment: int = 0


class Entity(Struct, frozen=True):
    """Somebody the answer names: another payer, the primary care provider, whom to call."""

    role: str
    """NM101: PRP primary payer, P3 primary care provider, VN carve-out ..."""
    name: str
    identifier: str = ""
    phone: str = ""
    url: str = ""
    benefit_code: str = ""
    """EB01 of the benefit that names it."""
    insurance_type: str = ""
    number: str = ""
    """The person's number there."""
    period: Period = Period()
    service_types: tuple[str, ...] = ()
    segment: int = 0
    contact: str = ""
    """Whom to ask for there."""
    messages: tuple[str, ...] = ()


class Number(Struct, frozen=True):
    """REF: a number and what it is the number of. Social security numbers are never taken over."""

    kind: str
    """18 plan, 6P group, NQ Medicaid id ...; EVC and the like where a payer's messages hold one."""
    label: str
    value: str
    segment: int
    name: str = ""
    """What the payer calls it: the name of a group or a network."""
    service_types: tuple[str, ...] = ()
    """Of the benefit it stands with."""


class Day(Struct, frozen=True):
    """DTP of the person, or of a benefit where it is no period of it: one day, or a span."""

    kind: str
    label: str
    segment: int
    begins_on: datetime.date | None = None
    ends_on: datetime.date | None = None
    service_types: tuple[str, ...] = ()
    """Of the benefit it stands with."""


class Retired(Struct, frozen=True):
    """A value that later guides dropped: kept, and never taken for something else."""

    place: str
    value: str
    meaning: str
    segment: int
    successor: str = ""


class Unread(Struct, frozen=True):
    """A segment that this answer has no words for, as it came."""

    segment: int
    text: str


class Refusal(Struct, frozen=True):
    """An AAA in our words."""

    loop: str
    reason: str
    follow_up: str
    meaning: str
    advice: str
    handling: str
    field: str
    """Which field of the form to mend: member_number, birth_date, last_name ...; empty where none."""
    may_retry: bool
    segment: int


class Answer(Struct, frozen=True):
    """All an answer comes to for one person."""

    outcome: Outcome
    status: CoverageStatus
    why: str
    """In a sentence, why the status is what it is."""
    plans: tuple[Plan, ...] = ()
    member: Member | None = None
    subscriber: Member | None = None
    """Where the person is a dependent."""
    payer_name: str = ""
    payer_id: str = ""
    group_number: str = ""
    group_name: str = ""
    plan_number: str = ""
    network_id: str = ""
    period: Period = Period()
    benefits: tuple[BenefitRow, ...] = ()
    entities: tuple[Entity, ...] = ()
    refusals: tuple[Refusal, ...] = ()
    messages: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    """medicare_advantage, qmb, hospice ...: what changes whom to bill."""
    warnings: tuple[str, ...] = ()
    trace_numbers: tuple[str, ...] = ()
    numbers: tuple[Number, ...] = ()
    days: tuple[Day, ...] = ()
    unreported: tuple[str, ...] = ()
    """Service types that were asked about, or that every answer about the whole plan has to name, and are not there."""
    provider_taxonomy: str = ""
    payer_contact: str = ""
    payer_phone: str = ""
    payer_url: str = ""
    source: str = ""
    """Where the payer's answer comes from if not its own system: portal."""
    retired: tuple[Retired, ...] = ()
    unread: tuple[Unread, ...] = ()

    @property
    def other_payers(self) -> tuple[Entity, ...]:
        return tuple(
            one for one in self.entities if one.benefit_code == "R" or one.role in ("PRP", "SEP", "TTP")
        )

    @property
    def is_awaited(self) -> bool:
        """The payer says that it answers later by itself."""
        return any(one.follow_up == "Y" for one in self.refusals)

    @property
    def primary_care(self) -> Entity | None:
        return next((one for one in self.entities if one.role == "P3" or one.benefit_code == "L"), None)
