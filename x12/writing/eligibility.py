"""270 and 271 (005010X279A1) from records."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from x12.eligibility import (
    Benefit,
    Delivery,
    EligibilityEnd,
    EligibilityLevel,
    EligibilityPerson,
    EligibilityStart,
    Limitation,
    Question,
    Rejection,
    Relationship,
)
from x12.records import Party, Procedure
from x12.writing import parts
from x12.writing.arranging import Segment, cannot
from x12.writing.output import Output

MOST_PEOPLE = 99
"""Of one batch that is asked about; the guide allows one where the answer is waited for."""
_PURPOSES = {"270": "13", "271": "11"}
_ABOVE = {"21": "20", "22": "21", "23": "22"}
"""The level a level hangs on."""
_SERVICE_TYPE = re.compile("[A-Z0-9]{1,2}")
Event = EligibilityStart | EligibilityLevel | EligibilityPerson | EligibilityEnd


def write_eligibility(events: Iterable[Event]) -> Iterator[bytes]:
    """Bytes of the events a reader would yield, one person at a time.

    Positions, counts and findings of the events are not looked at. Raises CannotWrite for what the guide forbids.
    """
    writer = _Writer()
    for event in events:
        if isinstance(event, EligibilityPerson):
            writer.person(event)
        elif isinstance(event, EligibilityLevel):
            writer.level(event)
        elif isinstance(event, EligibilityStart):
            writer.start(event)
        else:
            writer.output.write(parts.raw(event.unmapped))
            writer.output.end()
        yield writer.output.take()
    writer.output.close()
    yield writer.output.take()


class _Writer:
    def __init__(self) -> None:
        self.output = Output()
        self.code = ""
        self.person_count = 0
        self.levels = parts.Levels(_ABOVE)

    def start(self, start: EligibilityStart) -> None:
        self.code = start.envelope.transaction_code
        self.person_count = 0
        self.levels = parts.Levels(_ABOVE)
        self.output.begin(start.envelope)
        created = parts.day(start.created_on)
        begins = [
            "BHT", start.structure_code or "0022", start.purpose_code or _PURPOSES[self.code], start.reference,
            created, start.created_time, start.kind_code,
        ]  # fmt: skip
        self.output.write([begins, *parts.raw(start.unmapped)])

    def level(self, level: EligibilityLevel) -> None:
        self.output.write([self.levels.next(level.level_code, level.has_levels_below)])
        whole = [one for one in level.rejections if one.loop == "2000A"]
        self.output.write(_rejections(whole))
        if level.party is not None:
            behind = [one for one in level.rejections if one.loop != "2000A"]
            self.output.write(_placed(level.party, _rejections(behind)))
        self.output.write(parts.raw(level.unmapped))

    def person(self, person: EligibilityPerson) -> None:
        self._count(person)
        self.output.write([self.levels.next(person.level_code, person.has_levels_below or "0")])
        if person.party is None:
            raise cannot("The person has no name.", loop="2100C", segment="NM1", code="write.missing")
        self.output.write(
            [["TRN", one.type_code, one.number, one.assigned_by, one.division] for one in person.traces]
        )
        identity = [
            *([_relationship(person.relationship)] if person.relationship else []),
            *(one for one in parts.raw(person.unmapped) if one[0] == "HI"),
            *parts.dates(person.dates, tag="DTP"),
            *(one for one in parts.raw(person.unmapped) if one[0] != "HI"),
        ]
        self.output.write(_placed(person.party, _rejections(person.rejections), identity))
        for question in person.questions:
            self.output.write(self._question(question))
        for benefit in person.benefits:
            self.output.write(self._benefit(benefit))

    # -- levels -------------------------------------------------------------------------------------------------

    def _count(self, person: EligibilityPerson) -> None:
        self.person_count += person.is_asked_about
        if self.code == "270" and self.person_count > MOST_PEOPLE:
            message = f"One inquiry asks about {MOST_PEOPLE} people at most; begin another."
            raise cannot(message, loop="2000C", segment="HL", code="write.too_many")

    # -- questions and benefits ---------------------------------------------------------------------------------

    def _question(self, question: Question) -> list[Segment]:
        asked = [
            "EQ", self._types(question.service_types), self._procedure(question.procedure), question.coverage_level, "",
            self._pointers(question.diagnosis_pointers),
        ]  # fmt: skip
        if not question.service_types and question.procedure is None:
            message = "A question names service types or a procedure."
            raise cannot(message, loop="2110C", segment="EQ", element=1, code="write.missing")
        return [
            asked,
            *parts.amounts(question.amounts),
            *_limitations(question.limitations),
            *parts.references(question.references),
            *parts.dates(question.dates, tag="DTP"),
            *parts.raw(question.unmapped),
        ]

    def _benefit(self, benefit: Benefit) -> list[Segment]:
        terms = benefit.terms
        said = [
            "EB", terms.code, terms.coverage_level, self._types(terms.service_types), terms.insurance_type,
            terms.plan_description, terms.period, parts.number(terms.amount), parts.number(terms.share),
            terms.quantity_qualifier, parts.number(terms.quantity), terms.authorization, terms.network,
            self._procedure(terms.procedure), self._pointers(terms.diagnosis_pointers),
        ]  # fmt: skip
        return [
            said,
            *(_delivery(one) for one in benefit.deliveries),
            *parts.references(benefit.references),
            *parts.dates(benefit.dates, tag="DTP"),
            *_rejections(benefit.rejections),
            *(["MSG", one.text] for one in benefit.messages),
            *_limitations(benefit.limitations),
            *parts.raw(benefit.unmapped),
            *_related(benefit),
        ]

    def _types(self, types: Iterable[str]) -> str:
        listed = list(types)
        for one in listed:
            if not _SERVICE_TYPE.fullmatch(one):
                raise cannot(f"{one!r} is no service type.", segment="EQ", element=1, code="guide.code")
        return self.output.delimiters.repetition.join(listed)

    def _procedure(self, value: Procedure | None) -> str:
        return parts.procedure(value, self.output.delimiters.component) if value else ""

    def _pointers(self, pointers: Iterable[str]) -> str:
        return self.output.delimiters.component.join(pointers)


def _placed(party: Party, *behind: list[Segment]) -> list[Segment]:
    """NM1, numbers and address, then what was refused, then specialty, birth date and the rest: the guide's order."""
    segments = parts.party_segments(party)
    leading = [one for one in segments if one[0] in ("NM1", "N3", "N4", "REF", "PER")]
    order = {"NM1": 0, "REF": 1, "N3": 2, "N4": 3, "PER": 4}
    leading.sort(key=lambda one: order[one[0]])
    refused, *rest = behind
    specialty = [one for one in segments if one[0] == "PRV"]
    birth = [one for one in segments if one[0] not in ("PRV", *order)]
    return [*leading, *refused, *specialty, *birth, *(segment for each in rest for segment in each)]


def _related(benefit: Benefit) -> list[Segment]:
    if not benefit.entities:
        return []
    listed = []
    for party in benefit.entities:
        segments = parts.party_segments(party)
        order = {"NM1": 0, "N3": 1, "N4": 2, "PER": 3}
        listed += sorted(segments, key=lambda one: order.get(one[0], 4))
    return [["LS", "2120"], *listed, ["LE", "2120"]]


def _rejections(values: Iterable[Rejection]) -> list[Segment]:
    return [["AAA", one.valid_code, "", one.reason, one.follow_up] for one in values]


def _limitations(values: Iterable[Limitation]) -> list[Segment]:
    return [["III", one.qualifier, one.code, one.text_kind, one.text] for one in values]


def _relationship(value: Relationship) -> Segment:
    unused = [""] * 6
    return [
        "INS", value.is_subscriber_code, value.code, value.maintenance_type, value.maintenance_reason, "", "", "", "",
        value.student_status, value.handicapped, *unused, value.birth_order,
    ]  # fmt: skip


def _delivery(value: Delivery) -> Segment:
    return [
        "HSD", value.quantity_qualifier, parts.number(value.quantity), value.unit, parts.number(value.modulus),
        value.period, value.period_count, value.days, value.time_of_day,
    ]  # fmt: skip
