"""835 from records (005010X221A1)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from itertools import groupby

from x12 import balance
from x12.errors import CannotWrite
from x12.findings import FindingList
from x12.grammar import t835
from x12.money import ZERO, write_amount
from x12.records import Party, Position
from x12.remittance import ClaimPayment, ProviderAdjustment, RemittanceEnd, RemittanceStart, ServiceLine
from x12.writing import parts
from x12.writing.arranging import Segment, arranged
from x12.writing.output import Output

PAIRS = 6
"""A PLB holds at most six adjustments."""
Event = RemittanceStart | ClaimPayment | RemittanceEnd


def write_835(events: Iterable[Event], *, allow_unbalanced: bool = False) -> Iterator[bytes]:
    """Bytes of the events a reader would yield, one claim payment at a time.

    Positions, counts, totals and findings of the events are not looked at: they are made anew. Raises CannotWrite for
    what the guide does not allow, and unless `allow_unbalanced` for money that does not agree.
    """
    writer = _Writer(checks_balance=not allow_unbalanced)
    for event in events:
        if isinstance(event, ClaimPayment):
            writer.claim(event)
        elif isinstance(event, RemittanceStart):
            writer.start(event)
        else:
            writer.end(event)
        yield writer.output.take()
    writer.output.close()
    yield writer.output.take()


class _Writer:
    def __init__(self, *, checks_balance: bool) -> None:
        self.output = Output()
        self.checks_balance = checks_balance
        self.paid = self.payment = ZERO
        self.group_number = ""

    @property
    def component(self) -> str:
        return self.output.delimiters.component

    def start(self, start: RemittanceStart) -> None:
        self.paid = ZERO
        self.payment = -start.payment_amount if start.credit_or_debit == "D" else start.payment_amount
        self.group_number = ""
        self.output.begin(start.envelope)
        header = [
            ["ST"], _payment(start), _trace(start), *_header_numbers(start), *parts.raw(start.unmapped), ["SE"]
        ]  # fmt: skip
        placed = arranged(t835.TRANSACTION.root, _with_code(header), self.component)
        self.output.write(placed[1:-1])
        self.output.write(_organization(start.payer, "PR"), t835.PAYER)
        self.output.write(_organization(start.payee, "PE"), t835.PAYEE)

    def claim(self, claim: ClaimPayment) -> None:
        if self.checks_balance:
            _refuse_unbalanced(claim)
        self.paid += claim.paid_amount
        if claim.group_number and (claim.group_number != self.group_number or claim.provider_summaries):
            self.group_number = claim.group_number
            self.output.write([["LX", claim.group_number], *parts.raw(claim.provider_summaries)])
        self.output.write(_claim_segments(claim), t835.CLAIM)
        for line in claim.service_lines:
            self.output.write(_line_segments(line, self.component), t835.SERVICE_LINE)

    def end(self, end: RemittanceEnd) -> None:
        taken = sum((one.amount for one in end.provider_adjustments), ZERO)
        if self.checks_balance:
            findings = FindingList()
            nowhere = Position(0, 0, 0, 0)
            if not balance.check_payment(self.payment, self.paid, taken, nowhere, findings):
                raise CannotWrite(list(findings.take()))
        self.output.write([
            *_provider_adjustments(end.provider_adjustments, self.component),
            *parts.raw(end.unmapped),
        ])  # fmt: skip
        self.output.end()


def _refuse_unbalanced(claim: ClaimPayment) -> None:
    findings = FindingList()
    if not balance.check_claim(claim, findings):
        raise CannotWrite([one for one in findings.take() if one.code in ("balance.line", "balance.claim")])


def _with_code(segments: list[Segment]) -> Iterator[Segment]:
    """The root's own first segment carries its code, so that it finds its place among the header's."""
    for segment in segments:
        yield ["ST", t835.TRANSACTION.code] if segment == ["ST"] else segment


def _payment(start: RemittanceStart) -> Segment:
    return [
        "BPR", start.handling_code, write_amount(abs(start.payment_amount)), start.credit_or_debit or "C",
        start.payment_method, start.payment_format, start.sender_bank_qualifier, start.sender_bank,
        start.sender_account_qualifier, start.sender_account, start.originating_company,
        start.originating_supplement, start.receiver_bank_qualifier, start.receiver_bank,
        start.receiver_account_qualifier, start.receiver_account, parts.day(start.payment_on),
    ]  # fmt: skip


def _trace(start: RemittanceStart) -> Segment:
    return ["TRN", "1", start.trace_number, start.payer_trace_identifier, start.trace_supplement]


def _header_numbers(start: RemittanceStart) -> Iterator[Segment]:
    if start.currency_code:
        yield ["CUR", "PR", start.currency_code]
    if start.receiver_identifier:
        yield ["REF", "EV", start.receiver_identifier]
    if start.system_version:
        yield ["REF", "F2", start.system_version]
    if start.production_on:
        yield ["DTM", "405", parts.day(start.production_on)]


def _organization(party: Party | None, code: str) -> list[Segment]:
    if party is None:
        return []
    return [
        ["N1", code, party.name, party.identifier_qualifier, party.identifier],
        *parts.address(party),
        *parts.references(party.references),
        *parts.contacts(party.contacts),
        *parts.raw(party.unmapped),
    ]


def _claim_segments(claim: ClaimPayment) -> list[Segment]:
    informational = [one for one in (claim.inpatient, claim.outpatient) if one is not None]
    return [
        _claim_payment(claim),
        *parts.adjustments(claim.adjustments),
        *(parts.named(party) for party in claim.parties),
        *parts.raw(informational),
        *parts.references(claim.references),
        *parts.dates(claim.dates, tag="DTM"),
        *parts.contacts(claim.contacts),
        *parts.amounts(claim.amounts),
        *parts.quantities(claim.quantities),
        *parts.raw(claim.unmapped),
    ]


def _claim_payment(claim: ClaimPayment) -> Segment:
    return [
        "CLP", claim.patient_control_number, claim.status_code, write_amount(claim.charge_amount),
        write_amount(claim.paid_amount), _optional(claim.patient_responsibility_amount), claim.filing_indicator,
        claim.payer_control_number, claim.facility_code, claim.frequency_code, claim.patient_status_code,
        claim.drg_code, _optional(claim.drg_weight), _optional(claim.discharge_fraction),
    ]  # fmt: skip


def _line_segments(line: ServiceLine, component: str) -> list[Segment]:
    original = parts.procedure(line.original_procedure, component) if line.original_procedure else ""
    service = [
        "SVC", parts.procedure(line.procedure, component), write_amount(line.charge_amount),
        write_amount(line.paid_amount), line.revenue_code, write_amount(line.units), original,
        _optional(line.original_units),
    ]  # fmt: skip
    return [
        service,
        *parts.dates(line.dates, tag="DTM"),
        *parts.adjustments(line.adjustments),
        *parts.references(line.references),
        *parts.amounts(line.amounts),
        *parts.quantities(line.quantities),
        *(["LQ", remark.qualifier, remark.code] for remark in line.remarks),
        *parts.raw(line.unmapped),
    ]


def _provider_adjustments(values: Iterable[ProviderAdjustment], component: str) -> Iterator[Segment]:
    for (provider, period), members in groupby(
        values, key=lambda one: (one.provider_identifier, one.fiscal_period)
    ):
        listed = list(members)
        for first in range(0, len(listed), PAIRS):
            segment = ["PLB", provider, period]
            for one in listed[first : first + PAIRS]:
                identifier = (
                    f"{one.reason_code}{component}{one.reference}" if one.reference else one.reason_code
                )
                segment += [identifier, write_amount(one.amount)]
            yield segment


def _optional(value: Decimal | None) -> str:
    return "" if value is None else write_amount(value)
