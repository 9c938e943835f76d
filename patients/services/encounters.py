"""Encounters with their diagnoses and charges."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.timezone import localdate

from audit import services as audit
from patients import selectors
from patients.choices import (
    ChargeState,
    DiagnosisQualifier,
    EncounterState,
    HistoryAction,
    PriceSource,
    SubjectType,
)
from patients.models import Charge, Diagnosis, Encounter
from patients.services.charges import capture_charges, void_charges
from patients.services.history import Change, Origin, creation, keep
from patients.services.refusals import PatientRefusal
from patients.services.versions import only, write
from tenancy.bulk import insert_models
from tenancy.ids import uuid7

ENCOUNTER_FIELDS = (
    "location_id",
    "rendering_provider_id",
    "billing_provider_id",
    "referring_provider_id",
    "external_id",
    "service_from_on",
    "service_to_on",
    "place_of_service",
    "authorization_number",
    "state",
)
CHARGE_FIELDS = (
    "procedure_code",
    "modifiers",
    "revenue_code",
    "units",
    "amount_cents",
    "service_date",
    "diagnosis_pointers",
)


class VisitKnown(PatientRefusal):
    def __init__(self) -> None:
        message = "Another encounter has this visit number. Open that one, or give another number."
        super().__init__(message, fields={"external_id": message})


class CameWithClaim(PatientRefusal):
    def __init__(self) -> None:
        super().__init__("This visit came with a claim file. Correct or void the claim where it was made.")


class VisitCancelled(PatientRefusal):
    def __init__(self) -> None:
        super().__init__("This visit is cancelled. Record another one.")


@dataclass(frozen=True, slots=True)
class DiagnosisDraft:
    code: str
    qualifier: str = DiagnosisQualifier.OTHER


@dataclass(frozen=True, slots=True)
class ChargeDraft:
    line_number: int
    procedure_code: str
    units: Decimal
    amount_cents: int
    service_date: date
    modifiers: str = ""
    revenue_code: str = ""
    diagnosis_pointers: str = ""
    charge_id: UUID = field(default_factory=uuid7)


@dataclass(frozen=True, slots=True)
class EncounterDraft:
    """`payer_id` and `payer_rank` say who owes the charges; rank 0 is the patient."""

    patient_id: UUID
    service_from_on: date
    service_to_on: date
    diagnoses: tuple[DiagnosisDraft, ...] = ()
    charges: tuple[ChargeDraft, ...] = ()
    payer_id: UUID | None = None
    payer_rank: int = 1
    values: Mapping[str, Any] = field(default_factory=dict)
    encounter_id: UUID = field(default_factory=uuid7)


def diagnoses_in_order(codes: Sequence[str]) -> tuple[DiagnosisDraft, ...]:
    """The first is the principal one."""
    return tuple(
        DiagnosisDraft(code, DiagnosisQualifier.OTHER if place else DiagnosisQualifier.PRINCIPAL)
        for place, code in enumerate(codes)
    )


def draft_of(encounter: Encounter) -> EncounterDraft:
    """A visit entered here as it stands, to be written again with something changed."""
    rank = selectors.rank_owed(encounter)
    return EncounterDraft(
        patient_id=encounter.patient_id,
        service_from_on=encounter.service_from_on,
        service_to_on=encounter.service_to_on,
        diagnoses=tuple(
            DiagnosisDraft(one.code, one.qualifier)
            for one in Diagnosis.objects.filter(encounter=encounter).order_by("ordinal")
        ),
        charges=tuple(
            ChargeDraft(
                line_number=charge.line_number, **{name: getattr(charge, name) for name in CHARGE_FIELDS}
            )
            for charge in selectors.live_charges(encounter)
        ),
        payer_id=selectors.payer_of_rank(encounter.patient, rank, on=encounter.service_from_on),
        payer_rank=rank,
    )


def refusal_to_change(encounter: Encounter) -> PatientRefusal | None:
    if selectors.is_from_claim_file(encounter):
        return CameWithClaim()
    return VisitCancelled() if encounter.state == EncounterState.CANCELLED else None


def record_encounters(
    drafts: Sequence[EncounterDraft], *, origin: Origin, price_source: str = PriceSource.MANUAL
) -> None:
    """Encounters, their diagnoses and captured charges: three inserts and the ledger's, whatever the number."""
    encounters = [
        Encounter(
            id=draft.encounter_id,
            patient_id=draft.patient_id,
            service_from_on=draft.service_from_on,
            service_to_on=draft.service_to_on,
            **only(draft.values, ENCOUNTER_FIELDS),
        )
        for draft in drafts
    ]
    insert_models(encounters)
    insert_models(
        Diagnosis(
            encounter_id=draft.encounter_id,
            ordinal=ordinal,
            code=diagnosis.code,
            qualifier=diagnosis.qualifier,
        )
        for draft in drafts
        for ordinal, diagnosis in enumerate(draft.diagnoses, start=1)
    )
    capture_charges(
        [
            new_charge(one, draft.encounter_id, rank=draft.payer_rank, price_source=price_source)
            for draft in drafts
            for one in draft.charges
        ],
        patients={draft.encounter_id: draft.patient_id for draft in drafts},
        payers={draft.encounter_id: draft.payer_id for draft in drafts},
    )
    audit.record_many(
        audit.Entry(
            verb="patients.encounter.created",
            subject_type="patients.encounter",
            subject_id=draft.encounter_id,
            patient_id=draft.patient_id,
            data={"source": origin.source},
        )
        for draft in drafts
    )
    audit.emit_many(
        audit.Happening(
            name="encounter.charges_ready",
            subject_type="patients.encounter",
            subject_id=draft.encounter_id,
            data={"charges": len(draft.charges)},
        )
        for draft in drafts
        if draft.charges
    )


def new_charge(draft: ChargeDraft, encounter_id: UUID, *, rank: int, price_source: str) -> Charge:
    return Charge(
        id=draft.charge_id,
        encounter_id=encounter_id,
        line_number=draft.line_number,
        procedure_code=draft.procedure_code,
        modifiers=draft.modifiers,
        revenue_code=draft.revenue_code,
        units=draft.units,
        amount_cents=draft.amount_cents,
        service_date=draft.service_date,
        diagnosis_pointers=draft.diagnosis_pointers,
        payer_rank=rank,
        price_source=price_source,
    )


@transaction.atomic
def record_encounter(*, draft: EncounterDraft, origin: Origin) -> Encounter:
    """One encounter entered by hand."""
    try:
        with transaction.atomic():
            record_encounters([draft], origin=origin)
    except IntegrityError as refusal:
        raise _named(refusal) from refusal
    encounter = Encounter.objects.get(id=draft.encounter_id)
    change = creation(
        encounter, ENCOUNTER_FIELDS, patient_id=encounter.patient_id, subject_type=SubjectType.ENCOUNTER
    )
    keep([change], origin)
    return encounter


@transaction.atomic
def update_encounter(
    *,
    encounter: Encounter,
    version: int,
    draft: EncounterDraft,
    origin: Origin,
) -> tuple[str, ...]:
    """Write the encounter as `draft` has it. A changed charge is voided and captured anew; returns what changed."""
    if objection := refusal_to_change(encounter):
        raise objection
    values = dict(draft.values) | {
        "service_from_on": draft.service_from_on,
        "service_to_on": draft.service_to_on,
    }
    try:
        with transaction.atomic():
            change = write(
                encounter,
                only(values, ENCOUNTER_FIELDS),
                version=version,
                patient_id=encounter.patient_id,
                subject_type=SubjectType.ENCOUNTER,
                always=True,
            )
    except IntegrityError as refusal:
        raise _named(refusal) from refusal
    told: dict[str, Sequence[str]] = dict(change.changes) if change else {}
    if _replace_diagnoses(encounter, draft.diagnoses):
        told["diagnoses"] = ["", ", ".join(one.code for one in draft.diagnoses)]
    if _replace_charges(encounter, draft, at=origin.at):
        told["charges"] = ["", ", ".join(one.procedure_code or one.revenue_code for one in draft.charges)]
    if told:
        keep(
            [Change(encounter.patient_id, SubjectType.ENCOUNTER, encounter.id, HistoryAction.UPDATED, told)],
            origin,
        )
        audit.record(
            verb="patients.encounter.updated",
            subject=encounter,
            patient_id=encounter.patient_id,
            fields=tuple(told),
        )
    return tuple(told)


def cancel_encounter(*, encounter: Encounter, version: int, origin: Origin) -> None:
    """The visit did not happen: its charges leave the books."""
    draft = replace(draft_of(encounter), charges=(), values={"state": EncounterState.CANCELLED})
    update_encounter(encounter=encounter, version=version, draft=draft, origin=origin)


def _replace_diagnoses(encounter: Encounter, wanted: Sequence[DiagnosisDraft]) -> bool:
    there = Diagnosis.objects.filter(encounter=encounter).order_by("ordinal")
    if [(one.code, one.qualifier) for one in there] == [(one.code, one.qualifier) for one in wanted]:
        return False
    there.delete()
    insert_models(
        Diagnosis(encounter=encounter, ordinal=ordinal, code=one.code, qualifier=one.qualifier)
        for ordinal, one in enumerate(wanted, start=1)
    )
    return True


def _replace_charges(encounter: Encounter, draft: EncounterDraft, *, at: datetime) -> bool:
    there = {
        charge.line_number: charge
        for charge in Charge.objects.filter(encounter=encounter).exclude(state=ChargeState.VOIDED)
    }
    wanted = {one.line_number: one for one in draft.charges}
    gone = [
        charge
        for number, charge in there.items()
        if number not in wanted or not _same(charge, wanted[number], rank=draft.payer_rank)
    ]
    gone_numbers = {charge.line_number for charge in gone}
    new = [one for number, one in wanted.items() if number not in there or number in gone_numbers]
    void_charges(gone, on=localdate(at), reason="changed by hand")
    capture_charges(
        [
            new_charge(one, encounter.id, rank=draft.payer_rank, price_source=PriceSource.MANUAL)
            for one in new
        ],
        patients={encounter.id: encounter.patient_id},
        payers={encounter.id: draft.payer_id},
    )
    return bool(gone or new)


def _same(charge: Charge, draft: ChargeDraft, *, rank: int) -> bool:
    return charge.payer_rank == rank and all(
        getattr(charge, name) == getattr(draft, name) for name in CHARGE_FIELDS
    )


def _named(error: IntegrityError) -> Exception:
    return VisitKnown() if "encounter_once_per_visit_number" in str(error) else error
