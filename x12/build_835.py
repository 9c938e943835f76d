"""835 segments to records. Each act below is named in ACTS for the loop it serves."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from x12 import balance
from x12.money import ZERO, amount
from x12.parts import (
    BLANKS,
    MOST_REFERENCES,
    SHORT,
    adjustments,
    contact,
    name,
    organization,
    reference,
    street,
    town,
)
from x12.records import (
    AmountValue,
    DateValue,
    Party,
    QuantityValue,
    RawSegment,
    Reference,
    Remark,
    parse_date,
)
from x12.remembered import counts
from x12.remittance import ClaimPayment, ProviderAdjustment, RemittanceEnd, RemittanceStart, ServiceLine
from x12.session import Builder

_ONE = Decimal(1)


@dataclass(slots=True, eq=False)
class RemittanceBuilder(Builder):
    """What has been read of the set; `target` is the claim payment or service line that segments now belong to."""

    header: dict[str, list[str]] = field(default_factory=dict)
    references: list[Reference] = field(default_factory=list)
    has_started: bool = False
    payer: Party | None = None
    payee: Party | None = None
    party: Party | None = None
    group_number: str = ""
    summaries: tuple[RawSegment, ...] = ()
    provider_adjustments: list[ProviderAdjustment] = field(default_factory=list)
    claim_count: int = 0
    line_count: int = 0
    adjustment_count: int = 0
    charge_total: Decimal = ZERO
    paid_total: Decimal = ZERO
    payment_amount: Decimal = ZERO
    is_balanced: bool = True
    claim: ClaimPayment | None = None
    target: ClaimPayment | ServiceLine = field(init=False)

    def keep(self, segment: RawSegment) -> None:
        if self.claim is None or len(self.target.unmapped) > MOST_REFERENCES:
            Builder.keep(self, segment)
        else:
            self.target.unmapped += (segment,)

    # -- header ------------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Hands out the header once the first claim, provider adjustment or the end shows that it is whole."""
        if self.has_started:
            return
        self.has_started = True
        self.session.ready.append(remittance_start(self))
        self.unmapped = []
        self.references = []

    def finish_claim(self) -> None:
        claim = self.claim
        if claim is None:
            return
        self.claim = None
        self.charge_total += claim.charge_amount
        self.paid_total += claim.paid_amount
        self.line_count += len(claim.service_lines)
        self.adjustment_count += len(claim.adjustments)
        for line in claim.service_lines:
            self.adjustment_count += len(line.adjustments)
        if self.session.is_checked:
            self.is_balanced &= balance.check_claim(claim, self.session.findings)
        self.session.ready.append(claim)

    def finish(
        self, *, ordinal: int, segment_count: int, stated: int | None, is_complete: bool, digest: str
    ) -> RemittanceEnd:
        self.finish_claim()
        self.start()
        for summary_segment in self.summaries:
            self.keep(summary_segment)
        adjusted = sum((one.amount for one in self.provider_adjustments), ZERO)
        if self.session.is_checked:
            position = self.position(self.first_segment + 1)
            self.is_balanced &= balance.check_payment(
                self.payment_amount, self.paid_total, adjusted, position, self.session.findings
            )
        return RemittanceEnd(
            position=self.position(ordinal),
            provider_adjustments=tuple(self.provider_adjustments),
            claim_count=self.claim_count,
            line_count=self.line_count,
            adjustment_count=self.adjustment_count,
            charge_total=self.charge_total,
            paid_total=self.paid_total,
            provider_adjustment_total=adjusted,
            segment_count=segment_count,
            stated_segment_count=stated,
            balanced=self.is_balanced if self.session.is_checked and is_complete else None,
            is_complete=is_complete,
            content_hash=digest,
            findings=(),
            unmapped=tuple(self.unmapped),
        )


def remittance_start(b: RemittanceBuilder) -> RemittanceStart:
    bpr = b.header.get("BPR", BLANKS) + BLANKS
    trn = b.header.get("TRN", BLANKS) + BLANKS
    currency = b.header.get("CUR", BLANKS) + BLANKS
    numbers = {one.qualifier: one.value for one in reversed(b.references)}
    produced = b.header.get("DTM", BLANKS) + BLANKS
    sign = -1 if bpr[3] == "D" else 1
    b.payment_amount = amount(bpr[2] or "0") * sign
    return RemittanceStart(
        envelope=b.envelope,
        position=b.position(b.first_segment),
        handling_code=bpr[1],
        payment_amount=amount(bpr[2] or "0"),
        credit_or_debit=bpr[3],
        payment_method=bpr[4],
        payment_format=bpr[5],
        sender_bank_qualifier=bpr[6],
        sender_bank=bpr[7],
        sender_account_qualifier=bpr[8],
        sender_account=bpr[9],
        originating_company=bpr[10],
        originating_supplement=bpr[11],
        receiver_bank_qualifier=bpr[12],
        receiver_bank=bpr[13],
        receiver_account_qualifier=bpr[14],
        receiver_account=bpr[15],
        payment_on=parse_date(bpr[16]),
        trace_number=trn[2],
        payer_trace_identifier=trn[3],
        trace_supplement=trn[4],
        currency_code=currency[2],
        receiver_identifier=numbers.get("EV", ""),
        system_version=numbers.get("F2", ""),
        production_on=parse_date(produced[2]) if produced[1] == "405" else None,
        payer=b.payer,
        payee=b.payee,
        references=tuple(b.references),
        unmapped=tuple(b.unmapped),
    )


# -- acts: what each segment does --------------------------------------------------------------------------------


def header_segment(b: RemittanceBuilder, e: list[str], n: int) -> None:
    """BPR, TRN, CUR or DTM of the header. A second one is kept, never taken for the first."""
    if e[0] == "BPR":
        amount(e[2])
    if e[0] in b.header or b.has_started or (e[0] == "DTM" and not (e[1] == "405" and parse_date(e[2]))):
        b.keep(RawSegment("HEADER", tuple(e), n))
        return
    b.header[e[0]] = e
    if e[0] == "BPR" and len(e) > 16 and e[16] and not parse_date(e[16]):
        b.keep(RawSegment("HEADER", tuple(e), n))


def header_reference(b: RemittanceBuilder, e: list[str], n: int) -> None:
    if b.has_started:
        b.keep(RawSegment("HEADER", tuple(e), n))
    else:
        b.references.append(reference(e, n))


def payer(b: RemittanceBuilder, e: list[str], n: int) -> None:
    _party(b, "payer", e, n)


def payee(b: RemittanceBuilder, e: list[str], n: int) -> None:
    _party(b, "payee", e, n)


def _party(b: RemittanceBuilder, role: str, e: list[str], n: int) -> None:
    if getattr(b, role) is not None or b.has_started or e[1:2] != ["PR" if role == "payer" else "PE"]:
        b.party = None
        b.keep(RawSegment("HEADER", tuple(e), n))
        return
    b.party = organization(e, n)
    setattr(b, role, b.party)


def party_detail(b: RemittanceBuilder, e: list[str], n: int) -> None:
    """N3, N4, REF or PER of payer or payee."""
    party = b.party
    tag = e[0]
    is_repeated = party is not None and bool(
        (tag == "N3" and party.address_line) or (tag == "N4" and (party.city or party.postal_code))
    )
    if (
        party is None
        or is_repeated
        or len(party.references) > MOST_REFERENCES
        or len(party.contacts) > MOST_REFERENCES
    ):
        b.keep(RawSegment("HEADER", tuple(e), n))
    elif tag == "N3":
        street(party, e)
    elif tag == "N4":
        town(party, e)
    elif tag == "REF":
        party.references += (reference(e, n),)
    elif tag == "PER":
        party.contacts += (contact(e, n),)


def header_number(b: RemittanceBuilder, e: list[str], n: int) -> None:
    b.finish_claim()
    b.start()
    b.group_number = e[1]


def summary(b: RemittanceBuilder, e: list[str], n: int) -> None:
    b.summaries += (RawSegment("2000", tuple(e), n),)


def claim(b: RemittanceBuilder, e: list[str], n: int) -> None:
    (_, number, status, charge, paid, responsibility, filing, control, facility, frequency, patient_status, drg,
     weight, fraction) = e + SHORT[14 - len(e)] if len(e) <= 14 else e[:14]  # fmt: skip
    record = ClaimPayment(
        b.claim_count + 1,
        number,
        status,
        amount(charge),
        amount(paid),
        b.position(n),
        amount(responsibility) if responsibility else None,
        filing,
        control,
        facility,
        frequency,
        patient_status,
        drg,
        amount(weight) if weight else None,
        amount(fraction) if fraction else None,
        b.group_number,
    )
    b.finish_claim()
    if not b.has_started:
        b.start()
    b.claim_count += 1
    b.claim = b.target = record
    if b.summaries:
        record.provider_summaries = b.summaries
        b.summaries = ()
    if len(e) > 14:
        b.keep(RawSegment("2100", tuple(e), n))


def service_line(b: RemittanceBuilder, e: list[str], n: int) -> None:
    (_, paid_for, charge, paid, revenue, units, original, original_units) = (
        e + SHORT[8 - len(e)] if len(e) <= 8 else e[:8]
    )
    claim = b.claim
    assert claim is not None
    line = ServiceLine(
        len(claim.service_lines) + 1,
        b.procedures[paid_for],
        amount(charge),
        amount(paid) if paid else ZERO,
        b.position(n),
        revenue,
        counts[units] if units else _ONE,
        b.procedures[original] if original else None,
        amount(original_units) if original_units else None,
    )
    claim.service_lines += (line,)
    b.target = line
    if len(e) > 8:
        b.keep(RawSegment("2110", tuple(e), n))


def adjustment(b: RemittanceBuilder, e: list[str], n: int) -> None:
    b.target.adjustments += adjustments(e, n)


def claim_party(b: RemittanceBuilder, e: list[str], n: int) -> None:
    assert b.claim is not None
    b.claim.parties += (name(e, n),)


def inpatient(b: RemittanceBuilder, e: list[str], n: int) -> None:
    assert b.claim is not None
    if b.claim.inpatient is None:
        b.claim.inpatient = RawSegment("2100", tuple(e), n)
    else:
        b.keep(RawSegment("2100", tuple(e), n))


def outpatient(b: RemittanceBuilder, e: list[str], n: int) -> None:
    assert b.claim is not None
    if b.claim.outpatient is None:
        b.claim.outpatient = RawSegment("2100", tuple(e), n)
    else:
        b.keep(RawSegment("2100", tuple(e), n))


def any_reference(b: RemittanceBuilder, e: list[str], n: int) -> None:
    if len(e) == 3:
        b.target.references += (Reference(e[1], e[2], n),)
        return
    b.target.references += (reference(e, n),)
    if len(e) > 4:
        b.keep(RawSegment("", tuple(e), n))


def any_date(b: RemittanceBuilder, e: list[str], n: int) -> None:
    if len(e) == 3:
        b.target.dates += (DateValue(e[1], e[2], n),)
    elif len(e) > 6:
        b.target.dates += (DateValue(e[1], e[6], n, e[5]),)
    else:
        b.target.dates += (DateValue(e[1], e[2], n),)
        b.keep(RawSegment("", tuple(e), n))


def any_amount(b: RemittanceBuilder, e: list[str], n: int) -> None:
    b.target.amounts += (AmountValue(e[1], amount(e[2]), n),)


def any_quantity(b: RemittanceBuilder, e: list[str], n: int) -> None:
    b.target.quantities += (QuantityValue(e[1], amount(e[2]), n),)


def any_remark(b: RemittanceBuilder, e: list[str], n: int) -> None:
    line = b.target
    assert isinstance(line, ServiceLine)
    line.remarks += (Remark(e[1], e[2], n),)


def claim_contact(b: RemittanceBuilder, e: list[str], n: int) -> None:
    assert b.claim is not None
    b.claim.contacts += (contact(e, n),)


def provider_adjustment(b: RemittanceBuilder, e: list[str], n: int) -> None:
    found = []
    padded = e + BLANKS[:2]
    for at in range(3, len(e), 2):
        if not e[at] and not padded[at + 1]:
            continue
        reason, _, reference_number = e[at].partition(b.component)
        found.append(ProviderAdjustment(e[1], e[2], reason, reference_number, amount(padded[at + 1]), n, at))
    b.finish_claim()
    b.start()
    b.provider_adjustments += found


ACTS = {
    "BPR": header_segment,
    "TRN": header_segment,
    "CUR": header_segment,
    "HEADER/DTM": header_segment,
    "HEADER/REF": header_reference,
    "1000A/N1": payer,
    "1000B/N1": payee,
    **{f"{loop}/{tag}": party_detail for loop in ("1000A", "1000B") for tag in ("N3", "N4", "REF", "PER")},
    "LX": header_number,
    "TS3": summary,
    "TS2": summary,
    "CLP": claim,
    "SVC": service_line,
    "CAS": adjustment,
    "NM1": claim_party,
    "MIA": inpatient,
    "MOA": outpatient,
    "REF": any_reference,
    "DTM": any_date,
    "AMT": any_amount,
    "QTY": any_quantity,
    "LQ": any_remark,
    "2100/PER": claim_contact,
    "PLB": provider_adjustment,
}
