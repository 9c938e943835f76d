"""Small 835s written by hand, and the claims they pay. Amounts are dollars as text, the way a person reads them."""

import datetime
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.utils import timezone

from claims.models import Claim, ClaimLine, ClaimVersion
from claims.rules.numbers import number_key
from clearinghouse.services import store_inbound
from patients.models import Charge, Coverage, Encounter, Patient
from patients.rules.names import normalized_number, search_name
from patients.services.charges import capture_charges
from reference.models import Payer
from reference.services import PayerSeen, ensure_payers
from remittances.choices import ResultState
from remittances.models import Remittance, TransactionResult
from remittances.services import ingest_file, post_remittance

DAY = datetime.date(2026, 3, 10)
PAYEE_NPI = "1234567893"
PAYER = ("EXAMPLE HEALTH", "EX001")


def cents(dollars: str) -> int:
    return int(Decimal(dollars) * 100)


# -- claims ---------------------------------------------------------------------------------------------------------


def payer(name: str = PAYER[0], identifier: str = PAYER[1], **fields: Any) -> Payer:
    seen = PayerSeen(name, identifier)
    payer_id = ensure_payers([seen])[seen]
    if fields:
        Payer.objects.filter(id=payer_id).update(**fields)
    return Payer.objects.get(id=payer_id)


def claim(
    number: str, *charges: str, secondary: bool = False, of: Payer | None = None, last_name: str = "DOE"
) -> Claim:
    """A claim of one charge a line ("150.00" or "99213:150.00"), transmitted, its charges in the books."""
    owner = of or payer()
    coverage = _insured(number, owner, last_name)
    if secondary:
        second = payer("SECOND HEALTH", "EX002")
        Coverage.objects.create(
            patient=coverage.patient,
            payer=second,
            member_id=f"S{coverage.member_id}",
            member_id_normalized=f"S{coverage.member_id}",
            rank=2,
        )
    encounter = Encounter.objects.create(
        patient_id=coverage.patient_id, service_from_on=DAY, service_to_on=DAY
    )
    captured = _captured(encounter, charges, owner)
    made = Claim.objects.create(
        patient_control_number=number,
        control_number_key=number_key(number),
        kind="PROFESSIONAL",
        encounter=encounter,
        patient_id=coverage.patient_id,
        coverage=coverage,
        payer=owner,
        total_cents=sum(one.amount_cents for one in captured),
        service_from_on=DAY,
        service_to_on=DAY,
    )
    _version(made, captured)
    return made


def _insured(number: str, owner: Payer, last_name: str) -> Coverage:
    patient = Patient.objects.create(
        last_name=last_name, first_name="JANE", search_name=search_name(last_name, "JANE"), mrn=f"M{number}"
    )
    member = f"W{number.replace('-', '')}"
    return Coverage.objects.create(
        patient=patient, payer=owner, member_id=member, member_id_normalized=normalized_number(member), rank=1
    )


def _captured(encounter: Encounter, charges: Sequence[str], owner: Payer, *, after: int = 0) -> list[Charge]:
    rows = []
    for position, charge in enumerate(charges, start=after + 1):
        code, _, amount = charge.rpartition(":")
        rows.append(
            Charge(
                encounter=encounter,
                line_number=position,
                procedure_code=code or f"9921{position}",
                units=1,
                amount_cents=cents(amount),
                service_date=DAY,
            )
        )
    capture_charges(rows, patients={encounter.id: encounter.patient_id}, payers={encounter.id: owner.id})
    return rows


def replacement(made: Claim, *charges: str) -> ClaimVersion:
    """The claim goes out again, as a replacement (7): a line is a new charge "99213:70.00" or one kept, "2"."""
    kept = {line.line_number: line.charge for line in ClaimLine.objects.filter(claim=made, version__number=1)}
    fresh = iter(
        _captured(made.encounter, [one for one in charges if ":" in one], made.payer, after=len(kept))
    )
    lines = [next(fresh) if ":" in one else kept[int(one)] for one in charges]
    made.total_cents, made.current_version = sum(one.amount_cents for one in lines), 2
    made.save(update_fields=["total_cents", "current_version"])
    return _version(made, lines, number=2, frequency="7")


def _version(
    made: Claim, charges: Sequence[Charge], *, number: int = 1, frequency: str = "1"
) -> ClaimVersion:
    version = ClaimVersion.objects.create(
        claim=made,
        number=number,
        frequency=frequency,
        total_cents=made.total_cents,
        snapshot={},
        sha256=uuid.uuid4().hex,
    )
    ClaimLine.objects.bulk_create(
        ClaimLine(
            claim=made,
            version=version,
            charge=charge,
            line_number=charge.line_number,
            line_control_number=f"{made.patient_control_number}L{charge.line_number}"[:30],
            procedure_code=charge.procedure_code,
            units=1,
            amount_cents=charge.amount_cents,
            service_date=DAY,
        )
        for charge in charges
    )
    return version


# -- remittances ------------------------------------------------------------------------------------------------------


@dataclass
class Era:
    """An 835 of one transaction set. `paid` adds a CLP with lines, `whole` one without."""

    trace: str = "T1"
    payment: str | None = None
    day: datetime.date = DAY + datetime.timedelta(days=10)
    payee: tuple[str, str] = ("XX", PAYEE_NPI)
    payer: tuple[str, str] = PAYER
    control: str = "000000001"
    separators: tuple[str, str, str] = ("*", ":", "~")
    version: str = "005010X221A1"
    body: list[str] = field(default_factory=list)
    plb: list[tuple[str, str, str]] = field(default_factory=list)
    total: Decimal = Decimal(0)

    def paid(
        self, number: str, *lines: str, status: str = "1", icn: str = "", original: str = "", member: str = "",
        code: str = "9921", remarks: tuple[str, ...] = (), claim_remarks: str = "", last_name: str = "DOE",
        more: tuple[str, ...] = (), frequency: str = "1",
    ) -> "Era":  # fmt: skip
        """Each line reads "charge paid GROUP-CODE=amount …", all in dollars. `more` are segments of the claim."""
        parsed = [line.split() for line in lines]
        charge = sum((Decimal(one[0]) for one in parsed), Decimal(0))
        amount = sum((Decimal(one[1]) for one in parsed), Decimal(0))
        self.total += amount
        self._claim(
            number, status, charge, amount, icn, original, member, last_name, claim_remarks, more=more,
            frequency=frequency,
        )  # fmt: skip
        for position, one in enumerate(parsed, start=1):
            self.body.append(f"SVC*HC:{code}{position}*{one[0]}*{one[1]}**1")
            self.body.append(f"DTM*472*{DAY:%Y%m%d}")
            self.body += [_cas(adjustment) for adjustment in one[2:]]
            self.body += [f"LQ*HE*{remark}" for remark in remarks]
        return self

    def whole(
        self, number: str, charge: str, amount: str, *adjustments: str, status: str = "1", icn: str = ""
    ) -> "Era":
        """A claim decided as a whole, without service lines."""
        self.total += Decimal(amount)
        self._claim(number, status, Decimal(charge), Decimal(amount), icn, "", "", "DOE", "", adjustments)
        return self

    def _claim(
        self, number: str, status: str, charge: Decimal, amount: Decimal, icn: str, original: str, member: str,
        last_name: str, claim_remarks: str, adjustments: tuple[str, ...] = (), more: tuple[str, ...] = (),
        frequency: str = "1",
    ) -> None:  # fmt: skip
        self.body.append(
            f"CLP*{number}*{status}*{charge}*{amount}**12*{icn or 'ICN' + number}*11*{frequency}"
        )
        self.body += [_cas(adjustment) for adjustment in adjustments]
        self.body.append(f"NM1*QC*1*{last_name}*JANE****MI*{member or 'W' + number.replace('-', '')}")
        self.body += [one for one in more if one.startswith("NM1")]
        if claim_remarks:
            self.body.append(f"MOA***{claim_remarks}")
        if original:
            self.body.append(f"REF*F8*{original}")
        self.body += [one for one in more if one.startswith("REF")]
        self.body.append(f"DTM*232*{DAY:%Y%m%d}")
        self.body += [one for one in more if one.startswith("DTM")]

    def adjusted(self, code: str, reference: str, amount: str) -> "Era":
        """A PLB amount, positive when it lowers the payment."""
        self.plb.append((code, reference, amount))
        self.total -= Decimal(amount)
        return self

    def text(self) -> str:
        element, component, terminator = self.separators
        amount = self.payment if self.payment is not None else str(self.total)
        method = "NON" if Decimal(amount) == 0 else "ACH"
        inner = [
            "ST*835*0001",
            f"BPR*I*{amount}*C*{method}************{self.day:%Y%m%d}",
            f"TRN*1*{self.trace}*1999999999",
            f"DTM*405*{self.day:%Y%m%d}",
            f"N1*PR*{self.payer[0]}*XV*{self.payer[1]}",
            "N3*1 MAIN ST",
            "N4*SPRINGFIELD*IL*62701",
            "PER*BL*HELP*TE*8005550100",
            f"N1*PE*RIVERSIDE*{self.payee[0]}*{self.payee[1]}",
            "LX*1",
            *self.body,
            *(f"PLB*{PAYEE_NPI}*20261231*{code}:{reference}*{value}" for code, reference, value in self.plb),
        ]
        inner.append(f"SE*{len(inner) + 1}*0001")
        segments = [
            f"ISA*00*{'':10}*00*{'':10}*ZZ*{'PAYER':15}*ZZ*{'RIVERSIDE':15}*260320*1200*^*00501*{self.control}*0*P*:",
            f"GS*HP*PAYER*RIVERSIDE*20260320*1200*1*X*{self.version}",
            *inner,
            "GE*1*1",
            f"IEA*1*{self.control}",
        ]
        swapped = (one.replace("*", "\0").replace(":", component).replace("\0", element) for one in segments)
        return terminator.join(swapped) + terminator

    def bytes(self) -> bytes:
        return self.text().encode()


def _cas(adjustment: str) -> str:
    code, _, amount = adjustment.partition("=")
    group, _, reason = code.partition("-")
    return f"CAS*{group}*{reason}*{amount}"


def ingest(era: Era | bytes | str, name: str = "era.835") -> list[TransactionResult]:
    content = era.bytes() if isinstance(era, Era) else era.encode() if isinstance(era, str) else era
    file, _ = store_inbound(name=name, content=content, source="COMMAND", at=timezone.now())
    return ingest_file(file_id=file.id, at=timezone.now())


def post(era: Era | bytes | str) -> Remittance:
    """Store, read and post a file of one payment; a known duplicate is left as it is."""
    [result] = ingest(era)
    assert result.remittance is not None, result.message
    if result.state == ResultState.READ and result.remittance.state == "READY":
        post_remittance(remittance_id=result.remittance.id, at=timezone.now())
    return Remittance.objects.get(id=result.remittance.id)
