"""276 and 277 (005010X212) and 277CA (005010X214) from records."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from x12.money import write_amount
from x12.records import Party
from x12.status import ClaimStatus, LevelStatus, LineStatus, Status, StatusCode, StatusEnd, StatusStart
from x12.writing import parts
from x12.writing.arranging import Segment, cannot
from x12.writing.output import Output

STRUCTURES = {"REQUEST": ("0010", "13"), "RESPONSE": ("0010", "08"), "ACKNOWLEDGEMENT": ("0085", "08")}
"""BHT01 and BHT02 by kind."""
_ABOVE = {"21": "20", "19": "21", "22": "19", "PT": "19", "23": "22"}
"""The level a level hangs on."""
Event = StatusStart | LevelStatus | ClaimStatus | StatusEnd


def write_status(events: Iterable[Event]) -> Iterator[bytes]:
    """Bytes of the events a reader would yield, one claim at a time. Claims of the same patient that follow each other
    share a patient level.

    Positions, counts and findings of the events are not looked at. Raises CannotWrite for what the guide forbids.
    """
    writer = _Writer()
    for event in events:
        if isinstance(event, ClaimStatus):
            writer.claim(event)
        elif isinstance(event, LevelStatus):
            writer.level(event)
        elif isinstance(event, StatusStart):
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
        self.kind = ""
        self.levels = parts.Levels(_ABOVE)
        self.subscriber: Party | None = None
        self.dependent: Party | None = None

    @property
    def component(self) -> str:
        return self.output.delimiters.component

    def start(self, start: StatusStart) -> None:
        self.kind = start.kind
        self.levels = parts.Levels(_ABOVE)
        self.output.begin(start.envelope)
        structure, purpose = STRUCTURES[start.kind]
        created = parts.day(start.created_on)
        header = [
            "BHT", start.structure_code or structure, start.purpose_code or purpose, start.reference, created,
            start.created_time, start.report_code,
        ]  # fmt: skip
        self.output.write([header, *parts.raw(start.unmapped)])

    def level(self, level: LevelStatus) -> None:
        self.subscriber = self.dependent = None
        self.output.write([self.levels.next(level.level_code, level.has_levels_below)])
        for party in level.parties:
            self.output.write(self._named(party))
        if level.trace_number:
            self.output.write([["TRN", level.trace_type, level.trace_number]])
        self.output.write([
            *self._statuses(level.statuses),
            *parts.references(level.references),
            *parts.dates(level.dates, tag="DTP"),
            *parts.quantities(level.quantities),
            *parts.amounts(level.amounts),
            *parts.raw(level.unmapped),
        ])  # fmt: skip

    def claim(self, claim: ClaimStatus) -> None:
        self._patient(claim)
        trace_type = claim.trace_type or ("1" if self.kind == "REQUEST" else "2")
        self.output.write([
            ["TRN", trace_type, claim.trace_number],
            *self._statuses(claim.statuses),
            *parts.references(claim.references),
            *parts.amounts(claim.amounts),
            *parts.dates(claim.dates, tag="DTP"),
            *parts.raw(claim.unmapped),
        ])  # fmt: skip
        for line in claim.lines:
            self.output.write(self._line(line))

    # -- levels -------------------------------------------------------------------------------------------------

    def _patient(self, claim: ClaimStatus) -> None:
        if claim.subscriber is None:
            message = "The claim has neither subscriber nor patient."
            raise cannot(message, loop="2100D", segment="NM1", code="write.missing")
        is_new = self.subscriber != claim.subscriber
        if is_new:
            self.subscriber, self.dependent = claim.subscriber, None
            if self.kind == "ACKNOWLEDGEMENT":
                self.output.write([self.levels.next("PT", "")])
            else:
                self.output.write([self.levels.next("22", "1" if claim.dependent else "0")])
            self.output.write(self._named(claim.subscriber))
        if claim.dependent is not None and (is_new or self.dependent != claim.dependent):
            self.output.write([self.levels.next("23", "")])
            self.output.write(self._named(claim.dependent))
        self.dependent = claim.dependent

    def _named(self, party: Party) -> list[Segment]:
        """A request puts the birth date before the name."""
        return sorted(parts.party_segments(party), key=lambda one: one[0] != "DMG")

    # -- parts of a claim ---------------------------------------------------------------------------------------

    def _line(self, line: LineStatus) -> list[Segment]:
        paid = "" if line.paid_amount is None else write_amount(line.paid_amount)
        service = [
            "SVC", parts.procedure(line.procedure, self.component), write_amount(line.charge_amount), paid,
            line.revenue_code, "", "", parts.number(line.units),
        ]  # fmt: skip
        return [
            service,
            *self._statuses(line.statuses),
            *parts.references(line.references),
            *parts.dates(line.dates, tag="DTP"),
            *parts.raw(line.unmapped),
        ]

    def _statuses(self, statuses: Iterable[Status]) -> Iterator[Segment]:
        for one in statuses:
            first, second, third, *more = (*(self._code(code) for code in one.codes), "", "", "")
            if any(more):
                raise cannot("A status has at most three codes.", segment="STC", code="write.too_many")
            yield [
                "STC", first, one.effective_date, one.action_code, parts.number(one.charge_amount),
                parts.number(one.paid_amount), one.decision_date, one.payment_method, one.check_date,
                one.check_number, second, third, one.message,
            ]  # fmt: skip

    def _code(self, value: StatusCode) -> str:
        elements = (value.category, value.code, value.entity, value.code_list)
        return self.component.join(elements).rstrip(self.component)
