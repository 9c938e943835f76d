"""837P and 837I segments to records. Each act below is named in ACTS for the loops it serves."""

from __future__ import annotations

from collections.abc import Iterator

from x12.findings import error, warning
from x12.grammar.placement import Act
from x12.money import ZERO, amount
from x12.parts import (
    BLANKS,
    MOST_REFERENCES,
    SHORT,
    adjustments,
    birth,
    contact,
    name,
    optional,
    procedure,
    reference,
    split,
    street,
    town,
)
from x12.records import (
    AmountValue,
    DateValue,
    Envelope,
    Party,
    Position,
    QuantityValue,
    RawSegment,
    Reference,
    parse_date,
)
from x12.session import MOST_KEPT, Builder, Session
from x12.submission import (
    ClaimBatchEnd,
    ClaimBatchStart,
    CoverageInformation,
    HealthCode,
    LineAdjudication,
    Note,
    OtherCoverage,
    SubmittedClaim,
    SubmittedLine,
)

BILLING, SUBSCRIBER, DEPENDENT = range(3)
"""Levels above a claim."""


class ClaimBatchBuilder(Builder):
    """What has been read of the set. `target` is the claim or line that segments now belong to, `party` the person or
    organization last named."""

    kind = ""

    def __init__(self, session: Session, envelope: Envelope, ordinal: int) -> None:
        super().__init__(session, envelope, ordinal)
        self.header: list[str] = BLANKS
        self.has_started = False
        self.submitter: Party | None = None
        self.receiver: Party | None = None
        self.billing_taxonomy = ""
        self.billing_provider: Party | None = None
        self.pay_to: Party | None = None
        self.pay_to_plan: Party | None = None
        self.coverage: CoverageInformation | None = None
        self.subscriber: Party | None = None
        self.payer: Party | None = None
        self.relationship = ""
        self.dependent: Party | None = None
        self.level_kept: tuple[RawSegment, ...] = ()
        self.billing_specialty: RawSegment | None = None
        self.patient_information: RawSegment | None = None
        self.claimed_up_to = 0
        """Segment of the last CLM: what stands above claims and came later has no claim yet."""
        self.unclaimed: list[Party | CoverageInformation | RawSegment] = []
        self.claim_count = self.line_count = 0
        self.charge_total = ZERO
        self.is_balanced = True
        self.claim: SubmittedClaim | None = None
        self.party: Party | None = None
        self.target: SubmittedClaim | SubmittedLine
        self.line_number: str | None = None
        """LX01 whose service segment has not come yet."""
        self.line_segment = 0
        self.other: OtherCoverage
        self.adjudication: LineAdjudication

    def keep(self, segment: RawSegment) -> None:
        """With the claim, line or other coverage it stands in; above a claim, with the next claim."""
        level = segment.loop[:3]
        if self.line_number is not None:
            self.settle("")
        if self.claim is None:
            if self.has_started and len(self.level_kept) < MOST_REFERENCES:
                self.level_kept += (segment,)
            else:
                super().keep(segment)
        else:
            owner: SubmittedClaim | SubmittedLine | LineAdjudication | OtherCoverage = self.target
            if level == "243":
                owner = self.adjudication
            elif level in ("232", "233"):
                owner = self.other
            if len(owner.unmapped) > MOST_REFERENCES:
                super().keep(segment)
            else:
                owner.unmapped += (segment,)

    def begin_level(self, level: int) -> None:
        """What waits at this level or below will have no claim any more."""
        if self.claim is not None:
            self.finish_claim()
        if not self.has_started:
            self.start()
        self.party = None
        if self.billing_specialty is not None and level == BILLING:
            self.keep(self.billing_specialty)
            self.billing_specialty = None
        left = [one for one in self._standing(level) if one is not None and one.segment > self.claimed_up_to]
        if not left:
            return
        self.unclaimed += left[: MOST_KEPT - len(self.unclaimed)]
        place = self.position(left[0].segment)
        message = "A billing provider, subscriber or patient stands here without a claim; check whether one was lost."
        self.report(warning("level.without_claim", place, message, segment="HL"))

    def _standing(self, level: int) -> Iterator[Party | CoverageInformation | RawSegment | None]:
        """Everything at that level and below."""
        if level == BILLING:
            yield from (self.billing_provider, self.pay_to, self.pay_to_plan)
        if level <= SUBSCRIBER:
            yield from (self.coverage, self.subscriber, self.payer)
        yield from (self.patient_information, self.dependent)

    def start(self) -> None:
        """Hands out the header once the first level or the end shows that it is whole."""
        if self.has_started:
            return
        self.has_started = True
        bht = self.header + BLANKS[:6]
        self.session.ready.append(
            ClaimBatchStart(
                envelope=self.envelope,
                position=self.position(self.first_segment),
                kind=self.kind,
                structure_code=bht[1],
                purpose_code=bht[2],
                batch_reference=bht[3],
                created_on=parse_date(bht[4]),
                created_time=bht[5],
                claim_or_encounter=bht[6],
                submitter=self.submitter,
                receiver=self.receiver,
                unmapped=tuple(self.unmapped),
            )
        )
        self.unmapped = []

    def settle(self, tag: str) -> bool:
        """A line number without its service segment: the line is kept, empty, and reported."""
        if self.line_number is None or self.claim is None or tag in ("SV1", "SV2"):
            return False
        number, self.line_number = self.line_number, None
        line = SubmittedLine(number, self.position(self.line_segment))
        self.claim.lines += (line,)
        self.target = line
        message = (
            f"Line {number[:6]} has no service segment (SV1 or SV2) behind its number; it was read as empty."
        )
        self.report(error("line.empty", line.position, message, loop="2400", segment="LX"))
        return True

    def finish_claim(self) -> None:
        claim = self.claim
        if claim is None:
            return
        if self.line_number is not None:
            self.settle("")
        self.claim = None
        self.charge_total += claim.charge_amount
        self.line_count += len(claim.lines)
        if self.session.is_checked:
            self.check_balance(claim)
        self.session.ready.append(claim)

    def check_balance(self, claim: SubmittedClaim) -> None:
        charged = ZERO
        for line in claim.lines:
            charged += line.charge_amount
        if charged != claim.charge_amount:
            self.is_balanced = False
            message = (
                f"Claim {claim.ordinal} charges {claim.charge_amount}, but its lines charge {charged} together, a "
                f"difference of {claim.charge_amount - charged}. Correct the claim and send it again."
            )
            self.report(
                error("balance.claim", claim.position, message, loop="2300", segment="CLM", element=2)
            )

    def finish(
        self, *, ordinal: int, segment_count: int, stated: int | None, is_complete: bool, digest: str
    ) -> ClaimBatchEnd:
        self.begin_level(BILLING)
        return ClaimBatchEnd(
            position=self.position(ordinal),
            claim_count=self.claim_count,
            line_count=self.line_count,
            charge_total=self.charge_total,
            segment_count=segment_count,
            stated_segment_count=stated,
            balanced=self.is_balanced if self.session.is_checked and is_complete else None,
            is_complete=is_complete,
            content_hash=digest,
            findings=(),
            unmapped=(*self.unmapped, *self.level_kept),
            unclaimed=tuple(self.unclaimed),
        )


# -- above the claim ---------------------------------------------------------------------------------------------


def batch_header(b: ClaimBatchBuilder, e: list[str], n: int) -> None:
    is_first = b.header is BLANKS and not b.has_started
    if is_first:
        b.header = e
    if not is_first or (len(e) > 4 and not parse_date(e[4])):
        b.keep(RawSegment("HEADER", tuple(e), n))


def billing_level(b: ClaimBatchBuilder, e: list[str], n: int) -> None:
    b.begin_level(BILLING)
    b.billing_provider = b.pay_to = b.pay_to_plan = b.subscriber = b.payer = b.dependent = None
    b.coverage = b.patient_information = None
    b.billing_taxonomy = b.relationship = ""


def subscriber_level(b: ClaimBatchBuilder, e: list[str], n: int) -> None:
    b.begin_level(SUBSCRIBER)
    b.subscriber = b.payer = b.dependent = None
    b.coverage = b.patient_information = None
    b.relationship = ""


def patient_level(b: ClaimBatchBuilder, e: list[str], n: int) -> None:
    b.begin_level(DEPENDENT)
    b.dependent = b.patient_information = None


def billing_specialty(b: ClaimBatchBuilder, e: list[str], n: int) -> None:
    segment = RawSegment("2000A", tuple(e), n)
    if b.billing_taxonomy:
        b.keep(segment)
        return
    b.billing_taxonomy = e[3]
    b.billing_specialty = segment


def _coverage(e: list[str], n: int) -> CoverageInformation:
    padded = e + SHORT[10 - len(e)] if len(e) <= 10 else e
    return CoverageInformation(padded[1], padded[2], padded[3], padded[4], padded[5], padded[9], n)


def coverage(b: ClaimBatchBuilder, e: list[str], n: int) -> None:
    if b.coverage is not None:
        b.keep(RawSegment("2000B", tuple(e), n))
        return
    b.coverage = _coverage(e, n)
    b.relationship = b.coverage.relationship_code


def patient_information(b: ClaimBatchBuilder, e: list[str], n: int) -> None:
    """PAT. Weight, pregnancy and death are kept whole for the claim that follows."""
    segment = RawSegment("2000C", tuple(e), n)
    if e[1] and b.dependent is None:
        b.relationship = e[1]
        b.patient_information = segment
    if len(e) > 2 or b.dependent is not None:
        b.keep(segment)


def _role(attribute: str, code: str) -> Act:
    """The act for a name that stands once per level: a second one, or another code, is kept whole."""
    is_of_header = attribute in ("submitter", "receiver")

    def set_party(b: ClaimBatchBuilder, e: list[str], n: int) -> None:
        if e[1] != code or (is_of_header and b.has_started) or getattr(b, attribute) is not None:
            b.party = None
            b.keep(RawSegment("", tuple(e), n))
            return
        b.party = name(e, n)
        if code == "85":
            b.party.taxonomy_code = b.billing_taxonomy
            b.billing_specialty = None
        setattr(b, attribute, b.party)

    return set_party


# -- a person or organization ------------------------------------------------------------------------------------


def party_street(b: ClaimBatchBuilder, e: list[str], n: int) -> None:
    party = b.party
    if party is None or party.address_line:
        b.keep(RawSegment("", tuple(e), n))
    elif len(e) == 2:
        party.address_line = e[1]
    else:
        street(party, e)


def party_town(b: ClaimBatchBuilder, e: list[str], n: int) -> None:
    party = b.party
    if party is None or party.city or party.postal_code:
        b.keep(RawSegment("", tuple(e), n))
    elif len(e) == 4:
        _, party.city, party.state, party.postal_code = e
    else:
        town(party, e)


def party_birth(b: ClaimBatchBuilder, e: list[str], n: int) -> None:
    party = b.party
    if party is None or party.birth_date is not None:
        b.keep(RawSegment("", tuple(e), n))
        return
    birth(party, e)
    if party.birth_date is None:
        b.keep(RawSegment("", tuple(e), n))


def party_specialty(b: ClaimBatchBuilder, e: list[str], n: int) -> None:
    if b.party is None or b.party.taxonomy_code:
        b.keep(RawSegment("", tuple(e), n))
    else:
        b.party.taxonomy_code = e[3]


def party_reference(b: ClaimBatchBuilder, e: list[str], n: int) -> None:
    if b.party is None or len(b.party.references) > MOST_REFERENCES:
        b.keep(RawSegment("", tuple(e), n))
    else:
        b.party.references += (reference(e, n),)
        if len(e) > 4:
            b.keep(RawSegment("", tuple(e), n))


def party_contact(b: ClaimBatchBuilder, e: list[str], n: int) -> None:
    if b.party is None or len(b.party.contacts) > MOST_REFERENCES:
        b.keep(RawSegment("", tuple(e), n))
    else:
        b.party.contacts += (contact(e, n),)


# -- the claim ---------------------------------------------------------------------------------------------------


def claim(b: ClaimBatchBuilder, e: list[str], n: int) -> None:
    padded = e + SHORT[21 - len(e)] if len(e) <= 21 else e
    session = b.session
    place = padded[5].split(b.component)
    record = SubmittedClaim(
        b.claim_count + 1,
        b.kind,
        padded[1],
        amount(padded[2]),
        Position(session.interchange, session.group, session.transaction, n),
        place[0],
        place[1] if len(place) > 1 else "",
        place[2] if len(place) > 2 else "",
        padded[6],
        padded[7],
        padded[8],
        padded[9],
        padded[10],
        tuple(padded[11].split(b.component)) if padded[11] else (),
        padded[12],
        padded[20],
        b.billing_provider,
        b.pay_to,
        b.pay_to_plan,
        b.coverage,
        b.subscriber,
        b.payer,
        b.relationship,
        b.dependent,
    )
    if b.claim is not None:
        b.finish_claim()
    if not b.has_started:
        b.start()
    b.claim_count += 1
    b.claim = b.target = record
    b.party = None
    b.claimed_up_to = n
    if b.billing_specialty is not None:
        b.level_kept += (b.billing_specialty,)
        b.billing_specialty = None
    if b.level_kept:
        record.unmapped = b.level_kept
        b.level_kept = ()


def admission(b: ClaimBatchBuilder, e: list[str], n: int) -> None:
    """CL1."""
    record = b.claim
    assert record is not None
    if record.patient_status_code:
        b.keep(RawSegment("2300", tuple(e), n))
        return
    _, record.admission_type_code, record.admission_source_code, record.patient_status_code, *_ = (
        e + BLANKS[:3]
    )


def health_codes(b: ClaimBatchBuilder, e: list[str], n: int) -> None:
    record = b.claim
    assert record is not None
    record.codes += tuple([_health_code(text, b.component, n) for text in e[1:] if text])


def _health_code(text: str, component: str, n: int) -> HealthCode:
    qualifier, _, code = text.partition(component)
    if component not in code:
        return HealthCode(qualifier, code, "", "", None, "", n)
    parts = text.split(component)
    parts += SHORT[max(0, 9 - len(parts))]
    value = optional(parts[4])
    if value is not None and not value.is_finite():
        value = None
    return HealthCode(parts[0], parts[1], parts[2], parts[3], value, parts[8], n)


def claim_party(b: ClaimBatchBuilder, e: list[str], n: int) -> None:
    assert b.claim is not None
    b.party = name(e, n)
    b.claim.parties += (b.party,)


def any_reference(b: ClaimBatchBuilder, e: list[str], n: int) -> None:
    b.target.references += (Reference(e[1], e[2], n) if len(e) == 3 else reference(e, n),)
    if len(e) > 4:
        b.keep(RawSegment("", tuple(e), n))


def any_date(b: ClaimBatchBuilder, e: list[str], n: int) -> None:
    b.target.dates += (DateValue(e[1], e[3], n, e[2]),)


def any_amount(b: ClaimBatchBuilder, e: list[str], n: int) -> None:
    b.target.amounts += (AmountValue(e[1], amount(e[2]), n),)


def any_quantity(b: ClaimBatchBuilder, e: list[str], n: int) -> None:
    b.target.quantities += (QuantityValue(e[1], amount(e[2]), n),)


def any_note(b: ClaimBatchBuilder, e: list[str], n: int) -> None:
    b.target.notes += (Note(e[1], e[2], n),)


# -- other coverage ----------------------------------------------------------------------------------------------


def other_coverage(b: ClaimBatchBuilder, e: list[str], n: int) -> None:
    assert b.claim is not None
    b.other = OtherCoverage(_coverage(e, n), n)
    b.claim.other_coverages += (b.other,)
    b.party = None


def other_adjustment(b: ClaimBatchBuilder, e: list[str], n: int) -> None:
    b.other.adjustments += adjustments(e, n)


def other_amount(b: ClaimBatchBuilder, e: list[str], n: int) -> None:
    b.other.amounts += (AmountValue(e[1], amount(e[2]), n),)


def other_insurance(b: ClaimBatchBuilder, e: list[str], n: int) -> None:
    padded = e + BLANKS[:7]
    if b.other.release_code:
        b.keep(RawSegment("2320", tuple(e), n))
        return
    b.other.benefits_assigned, b.other.patient_signature_code, b.other.release_code = (
        padded[3],
        padded[4],
        padded[6],
    )


def other_date(b: ClaimBatchBuilder, e: list[str], n: int) -> None:
    b.other.dates += (DateValue(e[1], e[3], n, e[2]),)


def other_party(b: ClaimBatchBuilder, e: list[str], n: int) -> None:
    b.party = name(e, n)
    b.other.parties += (b.party,)


# -- the line ----------------------------------------------------------------------------------------------------


def line_number(b: ClaimBatchBuilder, e: list[str], n: int) -> None:
    """Only remembered: the service segment right behind it makes the line. Until then nothing has a target, so that
    anything else that comes first lands in `settle` and not in the line before."""
    if b.line_number is not None:
        b.settle("")
    b.line_number = e[1]
    b.line_segment = n
    b.party = None
    del b.target


def professional_service(b: ClaimBatchBuilder, e: list[str], n: int) -> None:
    number = b.line_number
    if number is None:
        raise IndexError
    _, code, charge, unit_code, units, place, _, pointers, _, emergency = (
        e + SHORT[10 - len(e)] if len(e) <= 10 else e[:10]
    )
    _add_line(
        b,
        SubmittedLine(
            number,
            Position(b.session.interchange, b.session.group, b.session.transaction, b.line_segment),
            procedure(code, b.component),
            amount(charge),
            unit_code,
            amount(units) if units else ZERO,
            "",
            place,
            split(pointers, b.component) if pointers else (),
            emergency,
        ),
    )
    if len(e) > 10:
        b.keep(RawSegment("2400", tuple(e), n))


def institutional_service(b: ClaimBatchBuilder, e: list[str], n: int) -> None:
    number = b.line_number
    if number is None:
        raise IndexError
    _, revenue_code, code, charge, unit_code, units, _, non_covered = (
        e + SHORT[8 - len(e)] if len(e) <= 8 else e[:8]
    )
    _add_line(
        b,
        SubmittedLine(
            number,
            Position(b.session.interchange, b.session.group, b.session.transaction, b.line_segment),
            procedure(code, b.component),
            amount(charge),
            unit_code,
            amount(units) if units else ZERO,
            revenue_code,
            non_covered_amount=optional(non_covered),
        ),
    )


def _add_line(b: ClaimBatchBuilder, line: SubmittedLine) -> None:
    b.line_number = None
    b.claim.lines += (line,)  # type: ignore[union-attr]
    b.target = line


def line_party(b: ClaimBatchBuilder, e: list[str], n: int) -> None:
    line = b.target
    assert isinstance(line, SubmittedLine)
    b.party = name(e, n)
    line.parties += (b.party,)


def line_adjudication(b: ClaimBatchBuilder, e: list[str], n: int) -> None:
    line = b.target
    assert isinstance(line, SubmittedLine)
    padded = e + SHORT[7 - len(e)] if len(e) <= 7 else e
    b.adjudication = LineAdjudication(
        padded[1],
        amount(padded[2]),
        procedure(padded[3], b.component),
        n,
        padded[4],
        amount(padded[5]) if padded[5] else ZERO,
        padded[6],
    )
    line.adjudications += (b.adjudication,)


def adjudication_adjustment(b: ClaimBatchBuilder, e: list[str], n: int) -> None:
    b.adjudication.adjustments += adjustments(e, n)


def adjudication_date(b: ClaimBatchBuilder, e: list[str], n: int) -> None:
    b.adjudication.dates += (DateValue(e[1], e[3], n, e[2]),)


def adjudication_amount(b: ClaimBatchBuilder, e: list[str], n: int) -> None:
    b.adjudication.amounts += (AmountValue(e[1], amount(e[2]), n),)


_PARTY_LOOPS = (
    *("1000A", "1000B", "2010AA", "2010AB", "2010AC", "2010BA", "2010BB", "2010CA"),
    *(f"2310{letter}" for letter in "ABCDEF"),
    *(f"2330{letter}" for letter in "ABCDEFGHI"),
    *(f"2420{letter}" for letter in "ABCDEFGH"),
)
_PARTY_ACTS = {
    "N3": party_street,
    "N4": party_town,
    "DMG": party_birth,
    "PRV": party_specialty,
    "REF": party_reference,
    "PER": party_contact,
}
_NAME_ACTS = {"231": claim_party, "233": other_party, "242": line_party}

ACTS = {
    "BHT": batch_header,
    "2000A/HL": billing_level,
    "2000B/HL": subscriber_level,
    "2000C/HL": patient_level,
    "2000A/PRV": billing_specialty,
    "2000B/SBR": coverage,
    "PAT": patient_information,
    "1000A/NM1": _role("submitter", "41"),
    "1000B/NM1": _role("receiver", "40"),
    "2010AA/NM1": _role("billing_provider", "85"),
    "2010AB/NM1": _role("pay_to", "87"),
    "2010AC/NM1": _role("pay_to_plan", "PE"),
    "2010BA/NM1": _role("subscriber", "IL"),
    "2010BB/NM1": _role("payer", "PR"),
    "2010CA/NM1": _role("dependent", "QC"),
    **{f"{loop}/{tag}": act for loop in _PARTY_LOOPS for tag, act in _PARTY_ACTS.items()},
    **{f"{loop}/NM1": _NAME_ACTS[loop[:3]] for loop in _PARTY_LOOPS if loop[:3] in _NAME_ACTS},
    "CLM": claim,
    "CL1": admission,
    "HI": health_codes,
    **{f"{loop}/REF": any_reference for loop in ("2300", "2400")},
    **{f"{loop}/DTP": any_date for loop in ("2300", "2400")},
    **{f"{loop}/AMT": any_amount for loop in ("2300", "2400")},
    "QTY": any_quantity,
    "NTE": any_note,
    "2320/SBR": other_coverage,
    "2320/CAS": other_adjustment,
    "2320/AMT": other_amount,
    "OI": other_insurance,
    "2330B/DTP": other_date,
    "LX": line_number,
    "SV1": professional_service,
    "SV2": institutional_service,
    "SVD": line_adjudication,
    "2430/CAS": adjudication_adjustment,
    "2430/DTP": adjudication_date,
    "2430/AMT": adjudication_amount,
}


class ProfessionalBuilder(ClaimBatchBuilder):
    kind = "PROFESSIONAL"


class InstitutionalBuilder(ClaimBatchBuilder):
    kind = "INSTITUTIONAL"
