"""837P (005010X222A1) and 837I (005010X223A2) from records."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from itertools import groupby

from x12.grammar import t837i, t837p
from x12.grammar.claim_parts import DRUG, PATIENT, PAY_TO_ADDRESS, PAY_TO_PLAN, PAYER, SUBSCRIBER
from x12.grammar.model import Loop, Transaction
from x12.grammar.t837p import FORM
from x12.money import write_amount
from x12.records import Party
from x12.submission import (
    ClaimBatchEnd,
    ClaimBatchStart,
    CoverageInformation,
    HealthCode,
    LineAdjudication,
    OtherCoverage,
    SubmittedClaim,
    SubmittedLine,
)
from x12.writing import parts
from x12.writing.arranging import Segment, cannot
from x12.writing.output import Output

GRAMMARS: dict[str, Transaction] = {"PROFESSIONAL": t837p.TRANSACTION, "INSTITUTIONAL": t837i.TRANSACTION}
COMPOSITES = 12
"""An HI holds at most twelve codes."""
LONGEST_CONTROL_NUMBER = 20
"""CLM01: receivers need keep no more (X12 RFI 525)."""
PROVIDER_CODES = {"82": "PE", "71": "AT"}
"""PRV01 of the parties whose specialty is written."""
Event = ClaimBatchStart | SubmittedClaim | ClaimBatchEnd


def write_837(events: Iterable[Event]) -> Iterator[bytes]:
    """Bytes of the events a reader would yield, one claim at a time; every claim gets its own subscriber level.

    Positions, counts and findings of the events are not looked at. Raises CannotWrite for what the guide forbids.
    """
    writer = _Writer()
    for event in events:
        if isinstance(event, SubmittedClaim):
            writer.claim(event)
        elif isinstance(event, ClaimBatchStart):
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
        self.grammar = t837p.TRANSACTION
        self.level = 0
        self.billing_level = 0
        self.billing: tuple[Party | None, ...] = ()

    @property
    def component(self) -> str:
        return self.output.delimiters.component

    def start(self, start: ClaimBatchStart) -> None:
        self.grammar = GRAMMARS[start.kind]
        self.level = self.billing_level = 0
        self.billing = ()
        self.output.begin(start.envelope)
        created = start.created_on.strftime("%Y%m%d") if start.created_on else ""
        self.output.write([[
            "BHT", start.structure_code or "0019", start.purpose_code or "00", start.batch_reference, created,
            start.created_time, start.claim_or_encounter or "CH",
        ]])  # fmt: skip
        for loop, party in zip(self._loops("1000A", "1000B"), (start.submitter, start.receiver), strict=True):
            self._party(loop, party)

    def claim(self, claim: SubmittedClaim) -> None:
        _refuse_long_number(claim)
        self._billing_level(claim)
        self._subscriber_level(claim)
        loop = self._claim_loop()
        self.output.write(_claim_segments(claim, self.component), loop)
        self._parties(loop, claim.parties)
        for coverage in claim.other_coverages:
            self._other_coverage(_child(loop, "2320"), coverage)
        for line in claim.lines:
            self.output.settle()
            self._line(_child(loop, "2400"), line, claim.kind)

    # -- levels -------------------------------------------------------------------------------------------------

    def _billing_level(self, claim: SubmittedClaim) -> None:
        billing = (claim.billing_provider, claim.pay_to, claim.pay_to_plan)
        if self.billing_level and billing == self.billing:
            return
        self.billing = billing
        self.level += 1
        self.billing_level = self.level
        self.output.write([["HL", str(self.level), "", "20", "1"]])
        provider = claim.billing_provider
        if provider is not None and provider.taxonomy_code:
            self.output.write([["PRV", "BI", "PXC", provider.taxonomy_code]])
        self._party(_child(self._billing_loop(), "2010AA"), provider)
        if claim.pay_to is not None:
            self._party(PAY_TO_ADDRESS, claim.pay_to)
        if claim.pay_to_plan is not None:
            self._party(PAY_TO_PLAN, claim.pay_to_plan)

    def _subscriber_level(self, claim: SubmittedClaim) -> None:
        self.level += 1
        subscriber_level = self.level
        has_dependent = "1" if claim.dependent is not None else "0"
        self.output.write([["HL", str(self.level), str(self.billing_level), "22", has_dependent]])
        if claim.coverage is None:
            raise cannot(
                "The claim has no coverage (SBR).", loop="2000B", segment="SBR", code="write.missing"
            )
        patient = [one for one in claim.unmapped if one.elements[0] == "PAT"]
        self.output.write([_coverage(claim.coverage)])
        if claim.dependent is None:
            self.output.write(parts.raw(patient))
        self._party(SUBSCRIBER, claim.subscriber)
        self._party(PAYER, claim.payer)
        if claim.dependent is not None:
            self.level += 1
            self.output.write([["HL", str(self.level), str(subscriber_level), "23", "0"]])
            self.output.write(parts.raw(patient) or [["PAT", claim.patient_relationship_code]])
            self._party(PATIENT, claim.dependent)

    # -- parts of a claim ---------------------------------------------------------------------------------------

    def _parties(self, loop: Loop, parties: Sequence[Party]) -> None:
        """Each party in the loop its entity code belongs to, loops in the guide's order."""
        if not parties:
            return
        waiting = list(parties)
        for child in _named_loops(loop):
            for party in [one for one in waiting if one.entity_code in child.trigger.codes]:
                self._party(child, party)
                waiting.remove(party)
        if waiting:
            code = waiting[0].entity_code
            raise cannot(
                f"NM1*{code} has no place in {loop.name}, loop {loop.id}.", loop=loop.id, segment="NM1"
            )

    def _party(self, loop: Loop, party: Party | None) -> None:
        if party is None:
            raise cannot(
                f"{loop.name} (loop {loop.id}) is missing.", loop=loop.id, segment="NM1", code="write.missing"
            )
        segments = parts.party_segments(party, specialty=PROVIDER_CODES.get(party.entity_code, ""))
        self.output.write(segments, loop)

    def _other_coverage(self, loop: Loop, coverage: OtherCoverage) -> None:
        other = [
            "OI",
            "",
            "",
            coverage.benefits_assigned,
            coverage.patient_signature_code,
            "",
            coverage.release_code,
        ]
        segments = [
            _coverage(coverage.coverage),
            *parts.adjustments(coverage.adjustments),
            *parts.amounts(coverage.amounts),
            other,
            *parts.raw(coverage.unmapped),
        ]
        self.output.write(segments, loop)
        for child in loop.loops():
            for party in (one for one in coverage.parties if one.entity_code in child.trigger.codes):
                decided = parts.dates(coverage.dates, tag="DTP") if party.entity_code == "PR" else []
                placed = [*parts.party_segments(party), *decided]
                self.output.write(placed, child)

    def _line(self, loop: Loop, line: SubmittedLine, kind: str) -> None:
        self.output.write(_line_segments(line, kind, self.component), loop)
        self._further(line, DRUG)
        self._parties(loop, line.parties)
        for decision in line.adjudications:
            segments = _line_decision(decision, self.component)
            self.output.write(segments, _child(loop, "2430"))
        self._further(line, FORM)

    def _further(self, line: SubmittedLine, loop: Loop) -> None:
        """What was kept whole of a loop that no typed value holds."""
        if line.unmapped:
            self.output.write(parts.raw(one for one in line.unmapped if one.loop == loop.id))

    # -- where in the grammar -----------------------------------------------------------------------------------

    def _loops(self, *ids: str) -> Iterator[Loop]:
        return (_child(self.grammar.root, one) for one in ids)

    def _billing_loop(self) -> Loop:
        return _child(self.grammar.root, "2000A")

    def _claim_loop(self) -> Loop:
        return _child(_child(self._billing_loop(), "2000B"), "2300")


@cache
def _named_loops(loop: Loop) -> list[Loop]:
    return [one for one in loop.loops() if one.trigger.tag == "NM1"]


@cache
def _child(loop: Loop, id: str) -> Loop:
    return next(one for one in loop.loops() if one.id == id)


def _refuse_long_number(claim: SubmittedClaim) -> None:
    number = claim.patient_control_number
    if not number or len(number) > LONGEST_CONTROL_NUMBER:
        allowed = f"1 to {LONGEST_CONTROL_NUMBER} characters"
        message = f"The patient control number (CLM01) must have {allowed}, not {len(number)}."
        raise cannot(message, loop="2300", segment="CLM", element=1, code="write.length")


def _coverage(value: CoverageInformation) -> Segment:
    return [
        "SBR", value.responsibility_code, value.relationship_code, value.group_number, value.group_name,
        value.insurance_type_code, "", "", "", value.filing_indicator,
    ]  # fmt: skip


def _claim_segments(claim: SubmittedClaim, component: str) -> list[Segment]:
    admission = ["CL1", claim.admission_type_code, claim.admission_source_code, claim.patient_status_code]
    return [
        _claim_information(claim, component),
        *parts.dates(claim.dates, tag="DTP"),
        *([admission] if claim.kind == "INSTITUTIONAL" else []),
        *parts.amounts(claim.amounts),
        *parts.references(claim.references),
        *(["NTE", note.qualifier, note.text] for note in claim.notes),
        *_codes(claim, component),
        *parts.quantities(claim.quantities),
        *parts.raw(one for one in claim.unmapped if one.elements[0] != "PAT"),
    ]


def _claim_information(claim: SubmittedClaim, component: str) -> Segment:
    place = component.join((claim.facility_code, claim.facility_qualifier, claim.frequency_code))
    return [
        "CLM", claim.patient_control_number, write_amount(claim.charge_amount), "", "", place,
        claim.provider_signature, claim.assignment_code, claim.benefits_assigned, claim.release_code,
        claim.patient_signature_code, component.join(claim.related_causes), claim.special_program_code,
        "", "", "", "", "", "", "", claim.delay_reason_code,
    ]  # fmt: skip


def _family(code: HealthCode, kind: str) -> str:
    """Codes that share an HI: on a professional claim all diagnoses, otherwise those of one qualifier."""
    return (
        "diagnoses"
        if kind == "PROFESSIONAL" and code.qualifier in {"ABK", "BK", "ABF", "BF"}
        else code.qualifier
    )


def _codes(claim: SubmittedClaim, component: str) -> Iterator[Segment]:
    for _, members in groupby(claim.codes, key=lambda one: _family(one, claim.kind)):
        listed = list(members)
        for first in range(0, len(listed), COMPOSITES):
            yield ["HI", *(_code(one, component) for one in listed[first : first + COMPOSITES])]


def _code(value: HealthCode, component: str) -> str:
    amount = "" if value.amount is None else write_amount(value.amount)
    elements = (
        value.qualifier, value.code, value.date_format, value.date_text, amount, "", "", "", value.present_on_admission
    )  # fmt: skip
    return component.join(elements).rstrip(component)


def _line_segments(line: SubmittedLine, kind: str, component: str) -> list[Segment]:
    service = _professional(line, component) if kind == "PROFESSIONAL" else _institutional(line, component)
    return [
        ["LX", line.line_number],
        service,
        *parts.dates(line.dates, tag="DTP"),
        *parts.quantities(line.quantities),
        *parts.references(line.references),
        *parts.amounts(line.amounts),
        *(["NTE", note.qualifier, note.text] for note in line.notes),
        *parts.raw(one for one in line.unmapped if one.loop not in (DRUG.id, FORM.id)),
    ]


def _professional(line: SubmittedLine, component: str) -> Segment:
    return [
        "SV1", parts.procedure(line.procedure, component), write_amount(line.charge_amount), line.unit_code,
        write_amount(line.units), line.place_of_service, "", component.join(line.diagnosis_pointers), "",
        line.emergency_code, "", line.epsdt_code, line.family_planning_code, "", "", line.copay_status_code,
    ]  # fmt: skip


def _institutional(line: SubmittedLine, component: str) -> Segment:
    not_covered = "" if line.non_covered_amount is None else write_amount(line.non_covered_amount)
    return [
        "SV2", line.revenue_code, parts.procedure(line.procedure, component), write_amount(line.charge_amount),
        line.unit_code, write_amount(line.units), "", not_covered,
    ]  # fmt: skip


def _line_decision(decision: LineAdjudication, component: str) -> list[Segment]:
    return [
        [
            "SVD", decision.payer_identifier, write_amount(decision.paid_amount),
            parts.procedure(decision.procedure, component), decision.revenue_code, write_amount(decision.units),
            decision.bundled_line_number,
        ],
        *parts.adjustments(decision.adjustments),
        *parts.dates(decision.dates, tag="DTP"),
        *parts.amounts(decision.amounts),
        *parts.raw(decision.unmapped),
    ]  # fmt: skip
