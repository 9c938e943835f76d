"""270 and 271 segments to records. Each act below is named in ACTS for the loop it serves."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache

from x12.eligibility import (
    DEPENDENT,
    SUBSCRIBER,
    Benefit,
    Delivery,
    EligibilityEnd,
    EligibilityLevel,
    EligibilityPerson,
    EligibilityStart,
    Limitation,
    Message,
    Question,
    Rejection,
    Relationship,
    Terms,
    Trace,
)
from x12.grammar.placement import Act
from x12.money import amount
from x12.parts import BLANKS, MOST_REFERENCES, SHORT, birth, contact, name, reference, street, town
from x12.records import AmountValue, DateValue, Delimiters, Party, Procedure, RawSegment, parse_date
from x12.remembered import Remembered, composites, counts
from x12.session import Builder

MOST_TERMS = 1024
"""Remembered: those of several plans. More would cost whoever reads ever new ones more than it spares the others."""
Level = EligibilityLevel | EligibilityPerson
Item = Question | Benefit


@dataclass(slots=True, eq=False)
class EligibilityBuilder(Builder):
    """What has been read of the set: the level that stands, and the question or benefit that segments belong to."""

    repeated: Remembered[tuple[str, ...]] = field(init=False)
    """The parts of an element that repeats."""
    terms: dict[str, Terms] = field(init=False)
    """Of the text of EB."""
    element: str = field(init=False)
    header: list[str] | None = None
    has_started: bool = False
    level: Level | None = None
    item: Item | None = None
    party: Party | None = None
    """The one read last, to which address and contacts belong."""
    source: Party | None = None
    receiver: Party | None = None
    subscriber: Party | None = None
    person_count: int = 0
    question_count: int = 0
    benefit_count: int = 0
    benefits: list[Benefit] = field(default_factory=list)
    """Of the person; theirs once all are read."""

    def __post_init__(self) -> None:
        Builder.__post_init__(self)
        delimiters = self.envelope.delimiters
        self.element = delimiters.element
        self.repeated = composites(delimiters.repetition)
        self.terms = _remembered(delimiters)

    def keep(self, segment: RawSegment) -> None:
        owner = self.item or self.level
        if owner is None or len(owner.unmapped) > MOST_REFERENCES:
            Builder.keep(self, segment)
        else:
            owner.unmapped += (segment,)

    def start(self) -> None:
        """Hands out the header once the first level or the end shows that it is whole."""
        if self.has_started:
            return
        self.has_started = True
        bht = (self.header or []) + BLANKS[:7]
        self.session.ready.append(
            EligibilityStart(
                envelope=self.envelope,
                position=self.position(self.first_segment),
                structure_code=bht[1],
                purpose_code=bht[2],
                reference=bht[3],
                created_on=parse_date(bht[4]),
                created_time=bht[5],
                kind_code=bht[6],
                unmapped=tuple(self.unmapped),
            )
        )
        self.unmapped = []

    def begin_level(self, begun: Level) -> None:
        self.finish_level()
        self.level = self.claim = begun

    def finish_level(self) -> None:
        self.start()
        level, self.level, self.item, self.party, self.claim = self.level, None, None, None, None
        if level is None:
            return
        if isinstance(level, EligibilityPerson):
            level.benefits, self.benefits = tuple(self.benefits), []
            self.person_count += 1
            self.question_count += len(level.questions)
            self.benefit_count += len(level.benefits)
        self.session.ready.append(level)

    def finish_claim(self) -> None:
        self.finish_level()

    def finish(
        self, *, ordinal: int, segment_count: int, stated: int | None, is_complete: bool, digest: str
    ) -> EligibilityEnd:
        self.finish_level()
        return EligibilityEnd(
            position=self.position(ordinal),
            person_count=self.person_count,
            question_count=self.question_count,
            benefit_count=self.benefit_count,
            segment_count=segment_count,
            stated_segment_count=stated,
            is_complete=is_complete,
            content_hash=digest,
            unmapped=tuple(self.unmapped),
        )

    def keep_if(self, is_more_than_typed: bool, elements: list[str], ordinal: int) -> None:
        """The whole segment, where the typed value does not hold all that it says."""
        if is_more_than_typed:
            self.keep(RawSegment("", tuple(elements), ordinal))

    @property
    def person(self) -> EligibilityPerson:
        """The level as a person; a segment of a person that stands elsewhere has no place."""
        if not isinstance(self.level, EligibilityPerson):
            raise IndexError
        return self.level


@lru_cache(maxsize=8)
def _remembered(delimiters: Delimiters) -> dict[str, Terms]:
    """Of files with these delimiters, by the text of EB."""
    return {}


def _procedure(b: EligibilityBuilder, text: str) -> Procedure | None:
    return b.procedures[text] if text else None


def _more_than_procedure(b: EligibilityBuilder, text: str) -> bool:
    """A component behind the description, or a modifier behind an empty one."""
    parts = text.split(b.component)
    return len(parts) > 7 or "" in parts[2 : min(6, len(parts) - 1)]


# -- levels ------------------------------------------------------------------------------------------------------


def header(b: EligibilityBuilder, e: list[str], n: int) -> None:
    is_first = b.header is None and not b.has_started
    if is_first:
        b.header = e
    b.keep_if(not is_first or len(e) > 7 or (len(e) > 4 and not parse_date(e[4])), e, n)


def hierarchy(b: EligibilityBuilder, e: list[str], n: int) -> None:
    code, below = e[3], e[4] if len(e) > 4 else ""
    if code in (SUBSCRIBER, DEPENDENT):
        person = EligibilityPerson(code, b.position(n), below, b.source, b.receiver)
        b.begin_level(person)
        if code == DEPENDENT:
            person.subscriber = b.subscriber
        else:
            b.subscriber = None
    else:
        b.begin_level(EligibilityLevel(code, b.position(n), below))
        b.subscriber = None
        if code == "20":
            b.source = b.receiver = None
    b.keep_if(len(e) > 5, e, n)


def level_name(b: EligibilityBuilder, e: list[str], n: int) -> None:
    level = b.level
    if level is None or level.party is not None:
        b.keep_if(True, e, n)
        return
    b.party = level.party = party = name(e, n)
    if level.level_code == "20":
        b.source = party
    elif level.level_code == "21":
        b.receiver = party
    elif level.level_code == SUBSCRIBER:
        b.subscriber = party
    b.keep_if(len(e) > 10, e, n)


def trace(b: EligibilityBuilder, e: list[str], n: int) -> None:
    _, type_code, number, assigned_by, division, *more = e + BLANKS[: max(0, 5 - len(e))]
    b.person.traces += (Trace(type_code, number, assigned_by, n, division),)
    b.keep_if(any(more), e, n)


def rejection(loop: str) -> Act:
    def act(b: EligibilityBuilder, e: list[str], n: int) -> None:
        owner = b.item if isinstance(b.item, Benefit) else b.level
        padded = e + BLANKS[: max(0, 5 - len(e))]
        if owner is None:
            raise IndexError
        owner.rejections += (Rejection(loop, padded[1], padded[3], padded[4], n),)
        b.keep_if(bool(padded[2]) or len(e) > 5, e, n)

    return act


# -- a person ----------------------------------------------------------------------------------------------------


def person_birth(b: EligibilityBuilder, e: list[str], n: int) -> None:
    party = b.person.party
    if party is None or party.birth_date is not None or party.sex:
        b.keep_if(True, e, n)
        return
    padded = e + BLANKS[: max(0, 4 - len(e))]
    birth(party, padded)
    b.keep_if(len(e) > 4 or bool(padded[2] and party.birth_date is None), e, n)


def relationship(b: EligibilityBuilder, e: list[str], n: int) -> None:
    padded = e + BLANKS[: max(0, 18 - len(e))]
    if b.person.relationship is None:
        b.person.relationship = Relationship(
            padded[1], padded[2], n, padded[3], padded[4], padded[9], padded[10], padded[17]
        )
        b.keep_if(any(padded[5:9]) or any(padded[11:17]) or len(e) > 18, e, n)
    else:
        b.keep_if(True, e, n)


# -- what belongs to a party -------------------------------------------------------------------------------------


def _named(b: EligibilityBuilder) -> Party:
    if b.party is None:
        raise IndexError
    return b.party


def party_street(b: EligibilityBuilder, e: list[str], n: int) -> None:
    party = _named(b)
    if party.address_line or party.address_line_2 or len(e) > 3:
        b.keep_if(True, e, n)
    else:
        street(party, e + BLANKS[: max(0, 2 - len(e))])


def party_town(b: EligibilityBuilder, e: list[str], n: int) -> None:
    party = _named(b)
    if party.city or party.state or party.postal_code or len(e) > 5:
        b.keep_if(True, e, n)
    else:
        town(party, e)


def party_contact(b: EligibilityBuilder, e: list[str], n: int) -> None:
    found = contact(e, n)
    if b.party is not None and len(b.party.contacts) < MOST_REFERENCES:
        b.party.contacts += (found,)
    elif isinstance(b.item, Benefit):
        b.item.contacts += (found,)
    else:
        raise IndexError
    if len(e) > 9:
        b.keep_if(True, e, n)


def party_number(b: EligibilityBuilder, e: list[str], n: int) -> None:
    party = _named(b)
    if len(party.references) < MOST_REFERENCES and len(e) < 5:
        party.references += (reference(e, n),)
    else:
        b.keep_if(True, e, n)


def related_party(b: EligibilityBuilder, e: list[str], n: int) -> None:
    if not isinstance(b.item, Benefit):
        raise IndexError
    b.party = name(e, n)
    b.item.entities += (b.party,)
    if len(e) > 10:
        b.keep_if(True, e, n)


def provider(b: EligibilityBuilder, e: list[str], n: int) -> None:
    """PRV: kept whole with its party, as its role says as much as its number."""
    _named(b).unmapped += (RawSegment("", tuple(e), n),)


# -- questions and benefits --------------------------------------------------------------------------------------


def question(b: EligibilityBuilder, e: list[str], n: int) -> None:
    _, types, procedure, level, unused, pointers, *more = e + BLANKS[: max(0, 6 - len(e))]
    asked = Question(
        b.position(n), b.repeated[types], _procedure(b, procedure), level, b.composites[pointers]
    )
    b.person.questions += (asked,)
    b.item, b.party = asked, None
    b.keep_if(bool(unused or any(more)) or _more_than_procedure(b, procedure), e, n)


def _terms(b: EligibilityBuilder, e: list[str]) -> Terms:
    (_, code, level, types, insurance, plan, period, worth, share, unit, quantity, authorization, network, procedure,
     pointers) = e + SHORT[15 - len(e)] if len(e) < 15 else e[:15]  # fmt: skip
    found = Terms(
        code,
        level,
        b.repeated[types],
        insurance,
        plan,
        period,
        counts[worth] if worth else None,
        counts[share] if share else None,
        unit,
        counts[quantity] if quantity else None,
        authorization,
        network,
        b.procedures[procedure] if procedure else None,
        b.composites[pointers] if pointers else (),
    )
    if len(b.terms) >= MOST_TERMS:
        b.terms.clear()
    b.terms[b.element.join(e)] = found
    return found


def benefit(b: EligibilityBuilder, e: list[str], n: int) -> None:
    if not isinstance(b.level, EligibilityPerson):
        raise IndexError
    b.item = found = Benefit(b.terms.get(b.element.join(e)) or _terms(b, e), n)
    b.benefits.append(found)
    b.party = None
    if len(e) > 13:
        b.keep_if(any(e[15:]) or _more_than_procedure(b, e[13]), e, n)


def _benefit(b: EligibilityBuilder) -> Benefit:
    if not isinstance(b.item, Benefit):
        raise IndexError
    return b.item


def _item(b: EligibilityBuilder) -> Item:
    if b.item is None:
        raise IndexError
    return b.item


def delivery(b: EligibilityBuilder, e: list[str], n: int) -> None:
    _, unit, quantity, per, every, period, count, days, hour = e + SHORT[9 - len(e)] if len(e) < 9 else e[:9]
    _benefit(b).deliveries += (
        Delivery(
            n,
            unit,
            counts[quantity] if quantity else None,
            per,
            counts[every] if every else None,
            period,
            count,
            days,
            hour,
        ),
    )
    if len(e) > 9:
        b.keep_if(any(e[9:]), e, n)


def message(b: EligibilityBuilder, e: list[str], n: int) -> None:
    _benefit(b).messages += (Message(e[1], n),)
    if len(e) > 2:
        b.keep_if(True, e, n)


def limitation(b: EligibilityBuilder, e: list[str], n: int) -> None:
    _, qualifier, code, kind, text = e + SHORT[5 - len(e)] if len(e) < 5 else e[:5]
    _item(b).limitations += (Limitation(qualifier, code, n, kind, text),)
    if len(e) > 5:
        b.keep_if(any(e[5:]), e, n)


def item_number(b: EligibilityBuilder, e: list[str], n: int) -> None:
    _item(b).references += (reference(e, n),)
    b.keep_if(len(e) > 4, e, n)


def spend_down(b: EligibilityBuilder, e: list[str], n: int) -> None:
    if not isinstance(b.item, Question):
        raise IndexError
    b.item.amounts += (AmountValue(e[1], amount(e[2]), n),)
    b.keep_if(len(e) > 3, e, n)


def date(b: EligibilityBuilder, e: list[str], n: int) -> None:
    """Of the benefit, else of the person."""
    value = DateValue(e[1], e[3], n, e[2])
    if b.item is not None:
        b.item.dates += (value,)
    else:
        b.person.dates += (value,)
    if len(e) > 4:
        b.keep_if(True, e, n)


def between_related_parties(b: EligibilityBuilder, e: list[str], n: int) -> None:
    """LS and LE say where related parties begin and end, which the benefit's parties show."""
    b.party = None
    if len(e) != 2 or e[1] != "2120":
        b.keep_if(True, e, n)


ACTS: dict[str, Act] = {
    "BHT": header,
    "HL": hierarchy,
    "NM1": level_name,
    "TRN": trace,
    "N3": party_street,
    "N4": party_town,
    "PER": party_contact,
    "REF": party_number,
    "PRV": provider,
    "DMG": person_birth,
    "INS": relationship,
    "DTP": date,
    "EQ": question,
    "EB": benefit,
    "HSD": delivery,
    "MSG": message,
    "III": limitation,
    "AMT": spend_down,
    "LS": between_related_parties,
    "LE": between_related_parties,
    **{f"2120{letter}/NM1": related_party for letter in "CD"},
    **{f"2110{letter}/REF": item_number for letter in "CD"},
    **{f"{loop}/AAA": rejection(loop) for loop in ("2000A", "2100A", "2100B")},
    **{f"{loop}/AAA": rejection(loop) for loop in ("2100C", "2100D", "2110C", "2110D")},
}
