"""From decisions to the records an 835 is written from."""

import datetime
import hashlib
from collections.abc import Iterable, Sequence
from typing import Any

from msgspec.structs import replace

from clearinghouse.simulator.adjudication import ClaimDecision, LineDecision, PayerProfile, to_dollars
from clearinghouse.simulator.scenarios import Outcome
from x12 import (
    Adjustment,
    AmountValue,
    ClaimPayment,
    Contact,
    DateValue,
    Delimiters,
    Envelope,
    Party,
    Position,
    Procedure,
    ProviderAdjustment,
    Reference,
    Remark,
    RemittanceEnd,
    RemittanceStart,
    ServiceLine,
    SubmittedLine,
)

REVERSED, FORWARDED = "22", "19"
PROCESSED_BY_RANK = {"S": "2", "T": "3"}
"""CLP02 by SBR01."""
NOWHERE = Position(interchange=0, group=0, transaction=0, segment=0)
DELIMITERS = Delimiters(element="*", repetition="^", component=":", terminator="~")


def person(code: str, source: Party | None, *, qualifier: str = "MI") -> Party | None:
    if source is None:
        return None
    return Party(
        entity_code=code,
        entity_type="1",
        name=source.name,
        first_name=source.first_name,
        middle_name=source.middle_name,
        suffix="",
        identifier_qualifier=qualifier if source.identifier else "",
        identifier=source.identifier,
        segment=0,
    )


def contact(code: str, name: str, phone: str) -> Contact:
    return Contact(function_code=code, name=name, numbers=(("TE", phone),), segment=0)


def organization(
    code: str,
    name: str,
    qualifier: str,
    identifier: str,
    *,
    contacts: tuple[Contact, ...] = (),
    **address: Any,
) -> Party:
    return Party(
        entity_code=code,
        entity_type="2",
        name=name,
        first_name="",
        middle_name="",
        suffix="",
        identifier_qualifier=qualifier,
        identifier=identifier,
        segment=0,
        contacts=contacts,
        **address,
    )


NEXT_PAYER = organization("TT", "SIMULATED SUPPLEMENT", "PI", "SIMSUPP")
"""To whom a payer passes claims on."""


def start_of(
    payer: PayerProfile,
    payee: Party,
    *,
    paid_on: datetime.date,
    trace: str,
    amount_cents: int,
    control_number: int,
    receiver: str,
) -> RemittanceStart:
    """BPR, TRN, N1*PR and N1*PE of one payment; without money its method is NON."""
    return RemittanceStart(
        envelope=_envelope(payer, receiver, paid_on, control_number),
        position=NOWHERE,
        handling_code="I" if amount_cents else "H",
        payment_amount=to_dollars(amount_cents),
        credit_or_debit="C",
        payment_method="ACH" if amount_cents else "NON",
        payment_on=paid_on,
        trace_number=trace,
        payer_trace_identifier="1" + payer.tax_identifier,
        production_on=paid_on,
        payer=_payer(payer),
        payee=_payee(payee),
        **(_bank_details(payer) if amount_cents else {}),
    )


def _envelope(payer: PayerProfile, receiver: str, on: datetime.date, control_number: int) -> Envelope:
    stamp = on.strftime("%Y%m%d")
    return Envelope(
        delimiters=DELIMITERS,
        sender_qualifier="ZZ",
        sender=payer.identifier,
        receiver_qualifier="ZZ",
        receiver=receiver,
        interchange_date=stamp[2:],
        interchange_time="0600",
        interchange_version="00501",
        interchange_control_number=f"{control_number:09d}",
        acknowledgement_requested="0",
        usage_indicator="P",
        functional_code="HP",
        application_sender=payer.identifier,
        application_receiver=receiver,
        group_date=stamp,
        group_time="0600",
        group_control_number=str(control_number),
        version="005010X221A1",
        transaction_code="835",
        transaction_control_number="0001",
    )


def _bank_details(payer: PayerProfile) -> dict[str, Any]:
    return {
        "payment_format": "CCP",
        "sender_bank_qualifier": "01",
        "sender_bank": "999999992",
        "sender_account_qualifier": "DA",
        "sender_account": "123456",
        "originating_company": "1" + payer.tax_identifier,
        "receiver_bank_qualifier": "01",
        "receiver_bank": "999988880",
        "receiver_account_qualifier": "DA",
        "receiver_account": "98765",
    }


def _payer(payer: PayerProfile) -> Party:
    return organization(
        "PR",
        payer.name,
        "XV",
        payer.identifier,
        address_line="100 Sample Plaza",
        city="Springfield",
        state="IL",
        postal_code="62701",
        contacts=(contact("BL", "EDI SUPPORT", "8005550102"),),
    )


def _payee(payee: Party) -> Party:
    tax_identifier = payee.reference("EI") or payee.reference("TJ")
    references = (Reference(qualifier="TJ", value=tax_identifier, segment=0),) if tax_identifier else ()
    return organization("PE", payee.name, "XX", payee.identifier, references=references)


def end_of(adjustments: Sequence[ProviderAdjustment]) -> RemittanceEnd:
    """The writer counts and sums by itself; only the provider adjustments are ours to say."""
    return RemittanceEnd(position=NOWHERE, provider_adjustments=tuple(adjustments))


def provider_adjustment(
    npi: str, on: datetime.date, reason: str, reference: str, cents: int
) -> ProviderAdjustment:
    return ProviderAdjustment(
        provider_identifier=npi,
        fiscal_period=f"{on.year}1231",
        reason_code=reason,
        reference=reference,
        amount=to_dollars(cents),
        segment=0,
        element=0,
    )


def first_payments(decision: ClaimDecision) -> list[ClaimPayment]:
    """The CLPs that tell a decision the first time, in the way its outcome asks for."""
    if decision.outcome is Outcome.SPLIT:
        return [
            claim_payment(decision, lines=lines, control_number=decision.control_number + part)
            for part, lines in zip("AB", (decision.lines[:1], decision.lines[1:]), strict=True)
        ]
    if decision.outcome is Outcome.UNKNOWN_NUMBER:
        own_number = f"X{decision.control_number}"
        return [claim_payment(decision, patient_control_number="0", member_id=own_number)]
    return [claim_payment(decision)]


def claim_payment(
    decision: ClaimDecision,
    *,
    patient_control_number: str = "",
    member_id: str = "",
    replaces: str = "",
    lines: Sequence[LineDecision] | None = None,
    control_number: str = "",
    sign: int = 1,
) -> ClaimPayment:
    """One CLP. `patient_control_number` and `member_id` put the payer's own numbers in the place of ours.

    `sign` -1 makes it the reversal: every amount negated, no CLP05, the original group codes.
    """
    claim = decision.claim
    shown = decision.lines if lines is None else tuple(lines)
    patient = person("QC", claim.patient)
    if patient is not None and member_id:
        patient = replace(patient, identifier=member_id)
    share = sum(line.cents_of("PR") for line in shown)
    rank = claim.coverage.responsibility_code if claim.coverage else ""
    status = REVERSED if sign < 0 else PROCESSED_BY_RANK.get(rank, "1")
    crossover = None
    if decision.outcome is Outcome.CROSSED_OVER and status == "1":
        status, crossover = FORWARDED, NEXT_PAYER
    return ClaimPayment(
        ordinal=0,
        group_number="1",
        patient_control_number=patient_control_number or claim.patient_control_number,
        status_code=status,
        charge_amount=to_dollars(sign * sum(line.charge_cents for line in shown)),
        paid_amount=to_dollars(sign * sum(line.paid_cents for line in shown)),
        patient_responsibility_amount=to_dollars(share) if share and sign > 0 else None,
        filing_indicator="MB" if decision.payer.sequesters else "12",
        payer_control_number=control_number or decision.control_number,
        facility_code=claim.facility_code,
        frequency_code=claim.frequency_code,
        parties=tuple(
            party
            for party in (patient, person("82", claim.rendering, qualifier="XX"), crossover)
            if party is not None
        ),
        references=(Reference(qualifier="F8", value=replaces, segment=0),) if replaces else (),
        dates=_claim_dates(claim.service_from_on, claim.service_to_on),
        service_lines=tuple(_service_line(number, line, sign) for number, line in enumerate(shown, start=1)),
        position=NOWHERE,
    )


def _claim_dates(first: datetime.date | None, last: datetime.date | None) -> tuple[DateValue, ...]:
    pairs = (("232", first), ("233", last or first))
    return tuple(
        DateValue(qualifier=qualifier, text=day.strftime("%Y%m%d"), segment=0)
        for qualifier, day in pairs
        if day
    )


def _service_line(ordinal: int, decision: LineDecision, sign: int) -> ServiceLine:
    line = decision.line
    service_on = line.service_from_on
    allowed = decision.allowed_cents
    return ServiceLine(
        ordinal=ordinal,
        procedure=_procedure(decision.is_part_of or line),
        original_procedure=_procedure(line) if decision.is_part_of else None,
        charge_amount=to_dollars(sign * decision.charge_cents),
        paid_amount=to_dollars(sign * decision.paid_cents),
        revenue_code=line.revenue_code,
        units=line.units,
        adjustments=tuple(_adjustments(decision.adjustments, sign)),
        dates=(DateValue(qualifier="472", text=service_on.strftime("%Y%m%d"), segment=0),)
        if service_on
        else (),
        references=(Reference(qualifier="6R", value=line.line_control_number, segment=0),)
        if line.line_control_number
        else (),
        amounts=(AmountValue(qualifier="B6", amount=to_dollars(allowed), segment=0),)
        if allowed and sign > 0
        else (),
        remarks=tuple(Remark(qualifier="HE", code=code, segment=0) for code in decision.remarks),
        position=NOWHERE,
    )


def _procedure(line: SubmittedLine) -> Procedure:
    """What was charged: of an institutional line without a procedure its revenue code."""
    if not line.procedure.code:
        return Procedure("NU", line.revenue_code)
    return Procedure(line.procedure.qualifier or "HC", line.procedure.code, line.procedure.modifiers)


def _adjustments(triples: Iterable[tuple[str, str, int]], sign: int) -> Iterable[Adjustment]:
    for group, reason, cents in triples:
        yield Adjustment(
            group=group, reason=reason, amount=to_dollars(sign * cents), quantity=None, segment=0, element=0
        )


def trace_number(payer: PayerProfile, payee_npi: str, on: datetime.date) -> str:
    digest = hashlib.sha256(f"{payer.identifier}:{payee_npi}:{on}".encode()).hexdigest()
    return f"{payer.identifier[:4]}{int(digest[:10], 16) % 10**9:09d}"
