"""837P (005010X222A1) and 837I (005010X223A2) from records."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cache

from x12.grammar import t837i, t837p
from x12.grammar.claim_parts import DRUG, PATIENT, PAY_TO_ADDRESS, PAY_TO_PLAN, PAYER, SUBSCRIBER
from x12.grammar.model import Loop, Transaction
from x12.grammar.t837p import FORM
from x12.money import write_amount
from x12.records import Party
from x12.submission import (
    DIAGNOSIS_QUALIFIERS,
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
        self.component = ""
        self.level = 0
        self.billing_level = 0
        self.billing: tuple[Party | None, ...] = ()

    def start(self, start: ClaimBatchStart) -> None:
        root = GRAMMARS[start.kind].root
        self.billing_loop = _child(root, "2000A")
        self.claim_loop = _child(_child(self.billing_loop, "2000B"), "2300")
        self.line_loop = _child(self.claim_loop, "2400")
        self.level = self.billing_level = 0
        self.billing = ()
        self.output.begin(start.envelope)
        self.component = self.output.delimiters.component
        self.output.write([[
            "BHT", start.structure_code or "0019", start.purpose_code or "00", start.batch_reference,
            parts.day(start.created_on), start.created_time, start.claim_or_encounter or "CH",
        ]])  # fmt: skip
        self._party(_child(root, "1000A"), start.submitter)
        self._party(_child(root, "1000B"), start.receiver)

    def claim(self, claim: SubmittedClaim) -> None:
        _refuse_long_number(claim)
        self._billing_level(claim)
        self._subscriber_level(claim)
        self.output.write(_claim_segments(claim, self.component), self.claim_loop)
        self._parties(self.claim_loop, claim.parties)
        for coverage in claim.other_coverages:
            self._other_coverage(_child(self.claim_loop, "2320"), coverage)
        for line in claim.lines:
            self._line(line, claim.kind)

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
        self._party(_child(self.billing_loop, "2010AA"), provider)
        if claim.pay_to is not None:
            self._party(PAY_TO_ADDRESS, claim.pay_to)
        if claim.pay_to_plan is not None:
            self._party(PAY_TO_PLAN, claim.pay_to_plan)

    def _subscriber_level(self, claim: SubmittedClaim) -> None:
        self.level += 1
        subscriber_level = self.level
        has_dependent = "1" if claim.dependent is not None else "0"
        if claim.coverage is None:
            raise cannot(
                "The claim has no coverage (SBR).", loop="2000B", segment="SBR", code="write.missing"
            )
        level = ["HL", str(self.level), str(self.billing_level), "22", has_dependent]
        patient = parts.raw(one for one in claim.unmapped if one.elements[0] == "PAT")
        own = patient if claim.dependent is None else []
        self.output.write([level, _coverage(claim.coverage), *own])
        self._party(SUBSCRIBER, claim.subscriber)
        self._party(PAYER, claim.payer)
        if claim.dependent is not None:
            self.level += 1
            level = ["HL", str(self.level), str(subscriber_level), "23", "0"]
            self.output.write([level, *(patient or [["PAT", claim.patient_relationship_code]])])
            self._party(PATIENT, claim.dependent)

    # -- parts of a claim ---------------------------------------------------------------------------------------

    def _parties(self, loop: Loop, parties: Sequence[Party]) -> None:
        """Each party in the loop its entity code belongs to, loops in the guide's order."""
        named = _named_loops(loop)
        for party in parties:
            if party.entity_code not in named:
                raise cannot(
                    f"NM1*{party.entity_code} has no place in {loop.name}, loop {loop.id}.",
                    loop=loop.id,
                    segment="NM1",
                )
        for party in sorted(parties, key=lambda one: named[one.entity_code][0]):
            self._party(named[party.entity_code][1], party)

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

    def _line(self, line: SubmittedLine, kind: str) -> None:
        self.output.write(_line_segments(line, kind, self.component), self.line_loop)
        if line.unmapped:
            self.output.write(_kept(line, DRUG))
        if line.parties:
            self._parties(self.line_loop, line.parties)
        for decision in line.adjudications:
            self.output.write(_line_decision(decision, self.component), _child(self.line_loop, "2430"))
        if line.unmapped:
            self.output.write(_kept(line, FORM))


def _kept(line: SubmittedLine, loop: Loop) -> list[Segment]:
    """What was kept whole of a loop that no typed value holds."""
    return parts.raw(one for one in line.unmapped if one.loop == loop.id)


@cache
def _named_loops(loop: Loop) -> dict[str, tuple[int, Loop]]:
    """The loops of parties by entity code, each with its place in the guide's order."""
    named: dict[str, tuple[int, Loop]] = {}
    for at, one in enumerate(loop.loops()):
        if one.trigger.tag == "NM1":
            for code in one.trigger.codes:
                named.setdefault(code, (at, one))
    return named


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
    segments = [_claim_information(claim, component)]
    if claim.kind == "INSTITUTIONAL":
        admission = (claim.admission_type_code, claim.admission_source_code, claim.patient_status_code)
        segments.append(["CL1", *admission])
    _add_details(segments, claim)
    _add_codes(segments, claim, component)
    if claim.unmapped:
        segments += parts.raw(one for one in claim.unmapped if one.elements[0] != "PAT")
    return segments


def _add_details(segments: list[Segment], owner: SubmittedClaim | SubmittedLine) -> None:
    for date in owner.dates:
        segments.append(["DTP", date.qualifier, date.format, date.text])
    for reference in owner.references:
        segments.append(["REF", reference.qualifier, reference.value, reference.description])
    for amount in owner.amounts:
        segments.append(["AMT", amount.qualifier, write_amount(amount.amount)])
    for quantity in owner.quantities:
        segments.append(["QTY", quantity.qualifier, write_amount(quantity.quantity)])
    for note in owner.notes:
        segments.append(["NTE", note.qualifier, note.text])


def _claim_information(claim: SubmittedClaim, component: str) -> Segment:
    place = component.join((claim.facility_code, claim.facility_qualifier, claim.frequency_code))
    return [
        "CLM", claim.patient_control_number, write_amount(claim.charge_amount), "", "", place,
        claim.provider_signature, claim.assignment_code, claim.benefits_assigned, claim.release_code,
        claim.patient_signature_code, component.join(claim.related_causes), claim.special_program_code,
        "", "", "", "", "", "", "", claim.delay_reason_code,
    ]  # fmt: skip


def _add_codes(segments: list[Segment], claim: SubmittedClaim, component: str) -> None:
    """Codes of one family share an HI: on a professional claim all diagnoses, otherwise those of one qualifier."""
    last: str | None = None
    is_professional = claim.kind == "PROFESSIONAL"
    for code in claim.codes:
        is_diagnosis = is_professional and code.qualifier in DIAGNOSIS_QUALIFIERS
        family = "diagnoses" if is_diagnosis else code.qualifier
        if family != last or len(segments[-1]) > COMPOSITES:
            segments.append(["HI"])
            last = family
        segments[-1].append(_code(code, component))


def _code(value: HealthCode, component: str) -> str:
    if (
        not value.date_format
        and value.amount is None
        and not value.date_text
        and not value.present_on_admission
    ):
        return f"{value.qualifier}{component}{value.code}"
    amount = "" if value.amount is None else write_amount(value.amount)
    more = value.date_format, value.date_text, amount, "", "", "", value.present_on_admission
    return component.join((value.qualifier, value.code, *more)).rstrip(component)


def _line_segments(line: SubmittedLine, kind: str, component: str) -> list[Segment]:
    service = _professional(line, component) if kind == "PROFESSIONAL" else _institutional(line, component)
    segments = [["LX", line.line_number], service]
    _add_details(segments, line)
    if line.unmapped:
        segments += parts.raw(one for one in line.unmapped if one.loop not in (DRUG.id, FORM.id))
    return segments


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
