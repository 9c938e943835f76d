"""Reads of one visit: its charges, what keeps it from being billed, its codes."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.db.models.functions import Now, TruncDate

from ledger.selectors import Balance, charge_balances
from patients.choices import (
    BillingState,
    ChargeState,
    ClaimKind,
    ConsentState,
    DiagnosisQualifier,
    PriceSource,
)
from patients.models import Charge, Consent, Coverage, Diagnosis, Encounter, EncounterHold, Patient
from patients.rules.coding import code_and_flag
from patients.rules.hospital import read_stored, write_dated, write_priced
from reference.selectors import CodeTable, diagnosis_table

FIELD_OF_QUALIFIER: dict[str, str] = {
    DiagnosisQualifier.ADMITTING: "admitting_diagnosis",
    DiagnosisQualifier.REASON_FOR_VISIT: "visit_reasons",
    DiagnosisQualifier.EXTERNAL_CAUSE: "external_causes",
}
DIAGNOSIS_WORDS = {
    "diagnoses": "Diagnoses",
    "admitting_diagnosis": "Admitting diagnosis",
    "visit_reasons": "Reasons for the visit",
    "external_causes": "External causes",
}
PROVIDER_WORDS = {
    "rendering_provider": "Rendering or attending",
    "billing_provider": "Billing",
    "referring_provider": "Referring",
    "supervising_provider": "Supervising",
    "operating_provider": "Operating",
}


def consents_in_force(patient_id: UUID, *, on: date) -> list[Consent]:
    return list(_in_force(on).filter(patient_id=patient_id))


def patients_with_consent(patient_ids: Collection[UUID], *, on: date) -> set[UUID]:
    return set(_in_force(on).filter(patient_id__in=patient_ids).values_list("patient_id", flat=True))


def visits_not_to_tell() -> QuerySet[Encounter]:
    """Visits under 42 CFR Part 2 of patients without a consent in force today: nothing of them leaves the practice."""
    agreed = _in_force(TruncDate(Now()))
    return Encounter.objects.filter(is_sensitive=True).exclude(patient__in=agreed.values("patient"))


def _in_force(on: date | TruncDate) -> QuerySet[Consent]:
    rows = Consent.objects.filter(state=ConsentState.ACTIVE, starts_on__lte=on)
    return rows.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=on))


def payer_of_rank(patient: Patient, rank: int, *, on: date) -> UUID | None:
    """Who pays in that order on that day."""
    coverage = (
        Coverage.objects.filter(patient=patient, rank=rank)
        .filter(Q(starts_on__isnull=True) | Q(starts_on__lte=on))
        .filter(Q(ends_on__isnull=True) | Q(ends_on__gte=on))
        .first()
    )
    return coverage.payer_id if coverage else None


def faults_of_diagnoses(
    kind: str, told: Mapping[str, Sequence[str]], begins: date, ends: date
) -> dict[str, str]:
    """By field, the codes that are no diagnoses on the day by which the claim is judged. Without a table: none."""
    on = ends if kind == ClaimKind.INSTITUTIONAL else begins
    codes = {name: [code_and_flag(one)[0] for one in written] for name, written in told.items()}
    table = diagnosis_table({code for listed in codes.values() for code in listed})
    if table is None:
        return {}
    faults = {}
    for name, listed in codes.items():
        words = [fault for code in listed if (fault := _fault_of_diagnosis(code, table, on))]
        if words:
            faults[name] = " ".join(words)
    return faults


def _fault_of_diagnosis(code: str, table: CodeTable, on: date) -> str:
    periods = table.rows.get(code)
    if periods is None:
        return f"{code} is no diagnosis code (ICD-10-CM)." if table.is_whole else ""
    current = [one for one in periods if (one.from_on or on) <= on <= (one.to_on or on)]
    if not current:
        return f"{code} was not in force on {on:%m/%d/%Y}."
    if not any(one.is_billable for one in current):
        return f"{code} is a heading: a claim needs a code with more digits."
    return ""


def live_charges(encounter: Encounter) -> list[Charge]:
    return [charge for charge in encounter.charges.all() if charge.state != ChargeState.VOIDED]


def rank_owed(encounter: Encounter) -> int:
    """Who owes the charges of a visit entered here: all of them go to the same."""
    return next((charge.payer_rank for charge in live_charges(encounter)), 1)


def is_owed_by_patient(encounter: Encounter) -> bool:
    """The patient pays what was done: no plan is billed."""
    return rank_owed(encounter) == 0


def is_from_claim_file(encounter: Encounter) -> bool:
    return any(charge.price_source == PriceSource.CLAIM_FILE for charge in encounter.charges.all())


@dataclass(frozen=True, slots=True)
class LineShown:
    charge: Charge
    balance: Balance | None
    told: tuple[str, ...]
    """What only some lines say, in words."""


def encounter_context(encounter: Encounter) -> dict[str, Any]:
    """Charges with what stands on them in the books, and what the visit says for its claim."""
    charges = list(encounter.charges.all())
    balances = charge_balances([charge.id for charge in charges])
    live = [charge for charge in charges if charge.state != ChargeState.VOIDED]
    return {
        "lines": [LineShown(one, balances.get(one.id), _told_by_line(one)) for one in charges],
        "total_cents": sum(charge.amount_cents for charge in live),
        "facts": [(label, value) for label, value in _facts(encounter) if value],
        "is_from_claim_file": is_from_claim_file(encounter),
        "is_owed_by_patient": is_owed_by_patient(encounter),
    }


def _told_by_line(charge: Charge) -> tuple[str, ...]:
    drug = f"NDC {charge.drug_code}, {written_units(charge.drug_units)} {charge.drug_unit_code}"
    told = (
        charge.description,
        charge.place_of_service and f"place {charge.place_of_service}",
        charge.authorization_number and f"authorization {_authorization(charge)}",
        charge.drug_code and drug,
    )
    return tuple(words for words in told if words)


def written_units(units: Decimal | None) -> str:
    return "" if units is None else f"{units.normalize():f}"


def _facts(encounter: Encounter) -> Iterator[tuple[str, str]]:
    """Everything the visit says beside its charges, in the order of its form."""
    diagnoses = diagnoses_by_use(encounter)
    yield "Time", f"{encounter.start_time:%H:%M}" if encounter.start_time else ""
    yield "Billed as", encounter.get_claim_kind_display()
    yield "Type of bill", encounter.type_of_bill and f"{encounter.type_of_bill}x"
    yield "Location", encounter.location.name if encounter.location else ""
    yield "Place of service", encounter.place_of_service
    for name, label in PROVIDER_WORDS.items():
        provider = getattr(encounter, name)
        yield label, provider.display_name if provider else ""
    yield "Visit number", encounter.external_id
    yield "Authorization", _authorization(encounter)
    yield "Referral", encounter.referral_number
    for use, label in DIAGNOSIS_WORDS.items():
        yield label, ", ".join(f"{one.ordinal}: {one.written}" for one in diagnoses[use])
    yield from _facts_of_stay(encounter)
    yield "Onset", _day(encounter.onset_on)
    accident = (encounter.get_accident_cause_display(), _day(encounter.accident_on), encounter.accident_state)
    yield "Accident", ", ".join(filter(None, accident))
    yield "CLIA number", encounter.laboratory_number
    paid = encounter.patient_paid_cents
    yield "Paid by the patient", f"${paid / 100:,.2f}" if paid else ""
    yield "Note to the payer", encounter.claim_note


def _facts_of_stay(encounter: Encounter) -> Iterator[tuple[str, str]]:
    codes = read_stored(encounter.hospital_codes)
    yield "Admitted", " ".join(filter(None, (_day(encounter.admitted_on), encounter.admission_hour)))
    yield (
        "Admission type, source",
        ", ".join(filter(None, (encounter.admission_type, encounter.admission_source))),
    )
    yield "Discharge hour", encounter.discharge_hour
    yield "Patient status", encounter.patient_status
    yield "DRG", encounter.drg
    yield "Condition codes", ", ".join(codes.conditions)
    yield "Occurrence codes", write_dated(codes.occurrences)
    yield "Value codes", write_priced(codes.values)
    yield "Procedures", write_dated(codes.procedures)


def _authorization(told: Encounter | Charge) -> str:
    """The number with what it covers."""
    begins, ends = _day(told.authorization_from_on), _day(told.authorization_to_on)
    span = f"{begins or '…'} to {ends or '…'}" if begins or ends else ""
    units = told.authorization_units
    counted = f"{units} unit{'' if units == 1 else 's'}" if units is not None else ""
    return ", ".join(filter(None, (told.authorization_number, span, counted)))


def _day(on: date | None) -> str:
    return f"{on:%m/%d/%Y}" if on else ""


def diagnoses_by_use(encounter: Encounter) -> dict[str, list[Diagnosis]]:
    """By field of the form: the listed ones, and those only a hospital's claim tells apart."""
    uses: dict[str, list[Diagnosis]] = {use: [] for use in DIAGNOSIS_WORDS}
    for one in encounter.diagnoses.all():
        uses[FIELD_OF_QUALIFIER.get(one.qualifier, "diagnoses")].append(one)
    return uses


def standing_holds(encounter: Encounter) -> QuerySet[EncounterHold]:
    holds = EncounterHold.objects.select_related("placed_by").filter(encounter=encounter)
    return holds.filter(released_at__isnull=True).order_by("placed_at", "id")


def billing_context(encounter: Encounter, *, on: date) -> dict[str, Any]:
    """What keeps the visit from being billed."""
    in_force = consents_in_force(encounter.patient_id, on=on)
    return {
        "holds": list(standing_holds(encounter)),
        "consents": list(
            Consent.objects.select_related("captured_by")
            .filter(patient_id=encounter.patient_id)
            .order_by("-captured_at", "-id")
        ),
        "in_force": {one.id for one in in_force},
        "can_hold": encounter.billing_state not in (BillingState.BILLED, BillingState.CHANGED),
        "can_say_ready": encounter.billing_state == BillingState.OPEN
        and bool(live_charges(encounter))
        and not is_owed_by_patient(encounter),
    }
