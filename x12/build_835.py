"""835 segments to records. Each act below is named in ACTS for the loop it serves."""

from __future__ import annotations

from decimal import Decimal

from x12 import balance
from x12.envelope import ENVELOPE_ACTS
from x12.grammar import t835
from x12.grammar.placement import Actions, Table, tables
from x12.money import AMOUNTS, ZERO
from x12.parts import (
    BLANKS,
    MOST_REFERENCES,
    adjustments,
    contact,
    keeper,
    name,
    optional,
    organization,
    procedure,
    reference,
    reporter,
    street,
    town,
)
from x12.records import (
    Adjustment,
    AmountValue,
    Contact,
    DateValue,
    Envelope,
    Party,
    Position,
    QuantityValue,
    RawSegment,
    Reference,
    Remark,
    parse_date,
)
from x12.remittance import ClaimPayment, ProviderAdjustment, RemittanceEnd, RemittanceStart, ServiceLine
from x12.session import Builder, Session

_ONE = Decimal(1)


class RemittanceBuilder(Builder):
    """What has been read of the set, the claim and the line under construction.

    `adjustments` to `unmapped_here` belong to the line once there is one, before that to the claim."""

    def __init__(self, session: Session, envelope: Envelope, ordinal: int) -> None:
        super().__init__(session, envelope, ordinal)
        self.header: dict[str, list[str]] = {}
        self.has_started = False
        self.payer: Party | None = None
        self.payee: Party | None = None
        self.party: Party | None = None
        self.group_number = ""
        self.summaries: list[RawSegment] = []
        self.provider_adjustments: list[ProviderAdjustment] = []
        self.claim_count = self.line_count = self.adjustment_count = 0
        self.charge_total = self.paid_total = ZERO
        self.payment_amount = ZERO
        self.is_balanced = True
        self.claim: list[str] | None = None
        self.claim_segment = 0
        self.line: list[str] | None = None
        self.line_segment = 0
        self.begin_lists()
        self.begin_claim_lists()

    def begin_lists(self) -> None:
        self.adjustments: list[Adjustment] = []
        self.references: list[Reference] = []
        self.dates: list[DateValue] = []
        self.amounts: list[AmountValue] = []
        self.quantities: list[QuantityValue] = []
        self.remarks: list[Remark] = []
        self.kept: list[RawSegment] = []

    def begin_claim_lists(self) -> None:
        self.parties: list[Party] = []
        self.contacts: list[Contact] = []
        self.lines: list[ServiceLine] = []
        self.inpatient: RawSegment | None = None
        self.outpatient: RawSegment | None = None

    def put_claim_aside(self) -> None:
        """Called by the first line: what follows belongs to it."""
        self.claim_lists = (
            self.adjustments, self.references, self.dates, self.amounts, self.quantities, self.remarks, self.kept
        )  # fmt: skip

    def keep(self, segment: RawSegment) -> None:
        if self.claim is None:
            super().keep(segment)
        else:
            self.kept.append(segment)

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
        if self.line is not None:
            self.finish_line()
            (
                self.adjustments,
                self.references,
                self.dates,
                self.amounts,
                self.quantities,
                self.remarks,
                self.kept,
            ) = self.claim_lists
        (_, number, status, charge, paid, responsibility, filing, control, facility, frequency, patient_status, drg,
         weight, fraction, *_) = claim  # fmt: skip
        self.claim_count += 1
        session = self.session
        record = ClaimPayment(
            self.claim_count,
            self.group_number,
            number,
            status,
            AMOUNTS[charge],
            AMOUNTS[paid],
            AMOUNTS[responsibility] if responsibility else None,
            filing,
            control,
            facility,
            frequency,
            patient_status,
            drg,
            optional(weight),
            optional(fraction),
            tuple(self.adjustments),
            tuple(self.parties),
            self.inpatient,
            self.outpatient,
            remark_codes(self) if self.inpatient or self.outpatient else (),
            tuple(self.references),
            tuple(self.dates),
            tuple(self.amounts),
            tuple(self.quantities),
            tuple(self.contacts),
            tuple(self.lines),
            tuple(self.summaries),
            tuple(self.kept),
            Position(session.interchange, session.group, session.transaction, self.claim_segment),
        )
        self.claim = None
        self.summaries = []
        self.charge_total += record.charge_amount
        self.paid_total += record.paid_amount
        self.adjustment_count += len(record.adjustments)
        if session.is_checked:
            self.is_balanced &= balance.check_claim(record, session.findings)
        session.ready.append(record)

    def finish_line(self) -> None:
        _, paid_procedure, charge, paid, revenue, units, original, original_units, *_ = self.line or BLANKS
        session = self.session
        self.line_count += 1
        self.adjustment_count += len(self.adjustments)
        component = self.component
        self.lines.append(
            ServiceLine(
                len(self.lines) + 1,
                procedure(paid_procedure, component),
                AMOUNTS[charge],
                AMOUNTS[paid] if paid else ZERO,
                revenue,
                AMOUNTS[units] if units else _ONE,
                procedure(original, component) if original else None,
                AMOUNTS[original_units] if original_units else None,
                tuple(self.adjustments),
                tuple(self.dates),
                tuple(self.references),
                tuple(self.amounts),
                tuple(self.quantities),
                tuple(self.remarks),
                tuple(self.kept),
                Position(session.interchange, session.group, session.transaction, self.line_segment),
            )
        )

    def finish(
        self, *, ordinal: int, segment_count: int, stated: int | None, is_complete: bool, digest: str
    ) -> RemittanceEnd:
        self.finish_claim()
        self.start()
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
    b.payment_amount = AMOUNTS[bpr[2] or "0"] * sign
    return RemittanceStart(
        envelope=b.envelope,
        position=b.position(b.first_segment),
        handling_code=bpr[1],
        payment_amount=AMOUNTS[bpr[2] or "0"],
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


def remark_codes(b: RemittanceBuilder) -> tuple[str, ...]:
    codes = []
    if b.inpatient is not None:
        elements = b.inpatient.elements
        codes += [elements[at] for at in (5, 20, 21, 22, 23) if at < len(elements)]
    if b.outpatient is not None:
        codes += b.outpatient.elements[3:8]
    return tuple(code for code in codes if code)


# -- acts: what each segment does --------------------------------------------------------------------------------


def header_segment(b: RemittanceBuilder, e: list[str], n: int) -> None:
    """BPR, TRN, CUR or DTM of the header. A second one is kept, never taken for the first."""
    if e[0] == "BPR":
        AMOUNTS[e[2]]
    if e[0] in b.header or b.has_started:
        b.keep(RawSegment("HEADER", tuple(e), n))
        return
    b.header[e[0]] = e


def header_reference(b: RemittanceBuilder, e: list[str], n: int) -> None:
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
    if party is None or len(party.references) > MOST_REFERENCES or len(party.contacts) > MOST_REFERENCES:
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
    b.summaries.append(RawSegment("2000", tuple(e), n))


def claim(b: RemittanceBuilder, e: list[str], n: int) -> None:
    padded = (e + BLANKS)[:15]
    for at in (3, 4):
        AMOUNTS[padded[at]]
    for at in (5, 12, 13):
        if padded[at]:
            AMOUNTS[padded[at]]
    b.finish_claim()
    if not b.has_started:
        b.start()
    b.begin_lists()
    b.claim = padded
    b.claim_segment = n
    b.line = None
    b.begin_claim_lists()
    if len(e) > 14:
        b.kept.append(RawSegment("2100", tuple(e), n))


def service_line(b: RemittanceBuilder, e: list[str], n: int) -> None:
    padded = (e + BLANKS)[:8]
    AMOUNTS[padded[2]]
    for at in (3, 5, 7):
        if padded[at]:
            AMOUNTS[padded[at]]
    if b.line is not None:
        b.finish_line()
    else:
        b.put_claim_aside()
    b.begin_lists()
    b.line = padded
    b.line_segment = n
    if len(e) > 8:
        b.kept.append(RawSegment("2110", tuple(e), n))


def adjustment(b: RemittanceBuilder, e: list[str], n: int) -> None:
    if len(e) == 4:
        b.adjustments.append(Adjustment(e[1], e[2], AMOUNTS[e[3]], None, n, 2))
    else:
        b.adjustments.extend(adjustments(e, n))


def claim_party(b: RemittanceBuilder, e: list[str], n: int) -> None:
    b.parties.append(name(e, n))


def inpatient(b: RemittanceBuilder, e: list[str], n: int) -> None:
    if b.inpatient is None:
        b.inpatient = RawSegment("2100", tuple(e), n)
    else:
        b.keep(RawSegment("2100", tuple(e), n))


def outpatient(b: RemittanceBuilder, e: list[str], n: int) -> None:
    if b.outpatient is None:
        b.outpatient = RawSegment("2100", tuple(e), n)
    else:
        b.keep(RawSegment("2100", tuple(e), n))


def any_reference(b: RemittanceBuilder, e: list[str], n: int) -> None:
    b.references.append(Reference(e[1], e[2], n) if len(e) == 3 else reference(e, n))


def any_date(b: RemittanceBuilder, e: list[str], n: int) -> None:
    if len(e) == 3:
        b.dates.append(DateValue(e[1], e[2], n))
    elif len(e) > 6:
        b.dates.append(DateValue(e[1], e[6], n, e[5]))
    else:
        b.dates.append(DateValue(e[1], e[2], n))
        b.keep(RawSegment("", tuple(e), n))


def any_amount(b: RemittanceBuilder, e: list[str], n: int) -> None:
    b.amounts.append(AmountValue(e[1], AMOUNTS[e[2]], n))


def any_quantity(b: RemittanceBuilder, e: list[str], n: int) -> None:
    b.quantities.append(QuantityValue(e[1], AMOUNTS[e[2]], n))


def any_remark(b: RemittanceBuilder, e: list[str], n: int) -> None:
    b.remarks.append(Remark(e[1], e[2], n))


def claim_contact(b: RemittanceBuilder, e: list[str], n: int) -> None:
    b.contacts.append(contact(e, n))


def provider_adjustment(b: RemittanceBuilder, e: list[str], n: int) -> None:
    found = []
    padded = e + BLANKS[:2]
    for at in range(3, len(e), 2):
        if not e[at] and not padded[at + 1]:
            continue
        reason, _, reference_number = e[at].partition(b.component)
        amount = AMOUNTS[padded[at + 1]]
        found.append(ProviderAdjustment(e[1], e[2], reason, reference_number, amount, n, at))
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

ACTIONS = Actions(acts=ACTS, envelope=ENVELOPE_ACTS, keep=keeper, report=reporter)


class StreamedRemittance(RemittanceBuilder):
    table: Table = tables(t835.TRANSACTION, ACTIONS)
