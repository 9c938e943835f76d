"""Encounters with their diagnoses and charges."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from itertools import chain, repeat
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.timezone import localdate

from audit import services as audit
from patients import selectors
from patients.choices import (
    BillingState,
    ChargeState,
    DiagnosisQualifier,
    EncounterState,
    HistoryAction,
    PriceSource,
    Source,
    SubjectType,
)
from patients.models import Charge, Diagnosis, Encounter
from patients.rules.coding import code_and_flag, written
from patients.services.billing import mark_changed
from patients.services.charges import SELF_PAY, capture_charges, void_charges
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
    "start_time",
    "place_of_service",
    "authorization_number",
    "authorization_from_on",
    "authorization_to_on",
    "authorization_units",
    "state",
    "claim_kind",
    "supervising_provider_id",
    "operating_provider_id",
    "referral_number",
    "laboratory_number",
    "claim_note",
    "accident_cause",
    "accident_on",
    "accident_state",
    "onset_on",
    "patient_paid_cents",
    "type_of_bill",
    "admission_type",
    "admission_source",
    "patient_status",
    "admitted_on",
    "admission_hour",
    "discharge_hour",
    "drg",
    "hospital_codes",
)
CHARGE_FIELDS = (
    "procedure_code",
    "modifiers",
    "revenue_code",
    "units",
    "amount_cents",
    "service_date",
    "diagnosis_pointers",
    "service_to_on",
    "unit_code",
    "place_of_service",
    "authorization_number",
    "authorization_from_on",
    "authorization_to_on",
    "authorization_units",
    "description",
    "drug_code",
    "drug_units",
    "drug_unit_code",
)


class VisitKnown(PatientRefusal):
    def __init__(self) -> None:
        message = "Another encounter has this visit number. Open that one, or give another number."
        super().__init__(message, fields={"external_id": message})


class YetToCome(PatientRefusal):
    def __init__(self) -> None:
        super().__init__("This visit is yet to come: what was done is entered when it has taken place.")


class HasTakenPlace(PatientRefusal):
    def __init__(self) -> None:
        super().__init__("This visit has taken place and is planned no more.")


class VisitCancelled(PatientRefusal):
    def __init__(self) -> None:
        super().__init__("This visit is cancelled. Record another one.")


@dataclass(frozen=True, slots=True)
class DiagnosisDraft:
    code: str
    qualifier: str = DiagnosisQualifier.OTHER
    present_on_admission: str = ""

    @property
    def written(self) -> str:
        return written(self.code, self.present_on_admission)


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
    service_to_on: date | None = None
    unit_code: str = "UN"
    place_of_service: str = ""
    authorization_number: str = ""
    authorization_from_on: date | None = None
    authorization_to_on: date | None = None
    authorization_units: int | None = None
    description: str = ""
    drug_code: str = ""
    drug_units: Decimal | None = None
    drug_unit_code: str = ""
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
    billing_state: str = BillingState.OPEN
    encounter_id: UUID = field(default_factory=uuid7)


def diagnoses_in_order(
    codes: Sequence[str], *, admitting: str = "", reasons: Sequence[str] = (), causes: Sequence[str] = ()
) -> tuple[DiagnosisDraft, ...]:
    """The first is the principal one; `E119/Y` was present on admission. Those of a hospital stand last."""
    listed = (
        *zip(codes, chain([DiagnosisQualifier.PRINCIPAL], repeat(DiagnosisQualifier.OTHER)), strict=False),
        *((code, DiagnosisQualifier.ADMITTING) for code in (admitting,) if code),
        *((code, DiagnosisQualifier.REASON_FOR_VISIT) for code in reasons),
        *((code, DiagnosisQualifier.EXTERNAL_CAUSE) for code in causes),
    )
    drafts = []
    for one, qualifier in listed:
        code, flag = code_and_flag(one)
        drafts.append(DiagnosisDraft(code, qualifier, flag))
    return tuple(drafts)


def draft_of(encounter: Encounter) -> EncounterDraft:
    """A visit entered here as it stands, to be written again with something changed."""
    rank = selectors.rank_owed(encounter)
    return EncounterDraft(
        patient_id=encounter.patient_id,
        service_from_on=encounter.service_from_on,
        service_to_on=encounter.service_to_on,
        diagnoses=tuple(
            DiagnosisDraft(one.code, one.qualifier, one.present_on_admission)
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
            billing_state=draft.billing_state,
            **only(draft.values, ENCOUNTER_FIELDS),
        )
        for draft in drafts
    ]
    insert_models(encounters)
    insert_models(row for draft in drafts for row in _diagnoses(draft.encounter_id, draft.diagnoses))
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
        payer_rank=rank,
        price_source=price_source,
        **{name: getattr(draft, name) for name in CHARGE_FIELDS},
    )


@transaction.atomic
def record_encounter(*, draft: EncounterDraft, origin: Origin) -> Encounter:
    """One encounter entered by hand."""
    try:
        with transaction.atomic():
            record_encounters([draft], origin=origin, price_source=_price_source(origin))
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
    """Write the encounter as `draft` has it. A changed charge is voided and captured anew; returns what changed.

    A planned visit has taken place once it has charges.
    """
    if objection := refusal_to_change(encounter):
        raise objection
    values = dict(draft.values) | {
        "service_from_on": draft.service_from_on,
        "service_to_on": draft.service_to_on,
    }
    if encounter.state != EncounterState.PLANNED and values.get("state") == EncounterState.PLANNED:
        raise HasTakenPlace
    if encounter.state == EncounterState.PLANNED and draft.charges:
        if draft.service_from_on > localdate(origin.at):
            raise YetToCome
        values["state"] = EncounterState.FINISHED
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
    if _replace_charges(encounter, draft, origin):
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
        mark_changed(encounter_id=encounter.id)
    return tuple(told)


def cancel_encounter(*, encounter: Encounter, version: int, origin: Origin) -> None:
    """The visit did not happen: its charges leave the books."""
    draft = replace(draft_of(encounter), charges=(), values={"state": EncounterState.CANCELLED})
    update_encounter(encounter=encounter, version=version, draft=draft, origin=origin)


def owe_to_patient(*, encounter: Encounter, origin: Origin) -> None:
    """The patient owes what plans were to pay: the charges are captured anew."""
    draft = replace(draft_of(encounter), payer_id=None, payer_rank=SELF_PAY)
    update_encounter(encounter=encounter, version=encounter.version, draft=draft, origin=origin)


def _replace_diagnoses(encounter: Encounter, wanted: Sequence[DiagnosisDraft]) -> bool:
    there = Diagnosis.objects.filter(encounter=encounter).order_by("ordinal")
    if [DiagnosisDraft(one.code, one.qualifier, one.present_on_admission) for one in there] == list(wanted):
        return False
    there.delete()
    insert_models(_diagnoses(encounter.id, wanted))
    return True


def _diagnoses(encounter_id: UUID, drafts: Sequence[DiagnosisDraft]) -> Iterable[Diagnosis]:
    for ordinal, one in enumerate(drafts, start=1):
        yield Diagnosis(
            encounter_id=encounter_id,
            ordinal=ordinal,
            code=one.code,
            qualifier=one.qualifier,
            present_on_admission=one.present_on_admission,
        )


def _price_source(origin: Origin) -> str:
    return PriceSource.API if origin.source == Source.API else PriceSource.MANUAL


def _replace_charges(encounter: Encounter, draft: EncounterDraft, origin: Origin) -> bool:
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
    void_charges(gone, on=localdate(origin.at), reason="changed by hand")
    capture_charges(
        [
            new_charge(
                one,
                encounter.id,
                rank=draft.payer_rank,
                price_source=_kept_price_source(there.get(one.line_number), one) or _price_source(origin),
            )
            for one in new
        ],
        patients={encounter.id: encounter.patient_id},
        payers={encounter.id: draft.payer_id},
    )
    return bool(gone or new)


def _kept_price_source(before: Charge | None, now: ChargeDraft) -> str:
    """A price that stays comes from where it came."""
    if before is None or before.amount_cents != now.amount_cents:
        return ""
    return before.price_source


def _same(charge: Charge, draft: ChargeDraft, *, rank: int) -> bool:
    return charge.payer_rank == rank and all(
        getattr(charge, name) == getattr(draft, name) for name in CHARGE_FIELDS
    )


def _named(error: IntegrityError) -> Exception:
    return VisitKnown() if "encounter_once_per_visit_number" in str(error) else error
