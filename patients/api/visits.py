"""Visits with their charges, as another program sends them."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from rest_framework import serializers

from patients import selectors
from patients.api.serializers import StrictSerializer, refuse
from patients.choices import RANKS, UNIT_WORDS, AccidentCause, ClaimKind, EncounterState
from patients.models import Encounter
from patients.rules.coding import (
    MOST_DIAGNOSES,
    MOST_HOSPITAL_DIAGNOSES,
    bare_code,
    fault_of_diagnoses,
    fault_of_modifiers,
    fault_of_pointers,
)
from patients.rules.hospital import HospitalCodes, fault_of_codes, read_stored
from patients.rules.visits import (
    AUTHORIZED,
    DRUG_UNITS,
    INSTITUTIONAL,
    LARGEST,
    LINE_FIELDS_OF,
    MOST_UNITS,
    PROFESSIONAL,
    VISIT_FIELDS_OF,
    drug_number,
    fault_of_line_count,
    faults_in_visit,
    faults_of_kind,
    faults_of_line,
    faults_of_visit,
    hour,
)
from patients.services.encounters import CHARGE_FIELDS
from patients.visit_forms import DIAGNOSES, HOSPITAL_LISTS, PROVIDERS
from reference.models import Provider
from tenancy.selectors import locations_of

OWED_BY = (*RANKS, (0, "The patient"))
MOST_CENTS = int(LARGEST * 100)
SENT_STATES = [(one.value, one.label) for one in (EncounterState.PLANNED, EncounterState.FINISHED)]
PROVIDER_FIELDS = tuple(f"{name}_id" for name in PROVIDERS)
# As a program names them and as the visit keeps them; what is listed elsewhere comes with it.
VISIT_FIELDS = (
    "claim_kind", "location_id", *PROVIDER_FIELDS, "external_id", "place_of_service", "type_of_bill",
    "authorization_number", *AUTHORIZED, "referral_number", "laboratory_number", "claim_note", "accident_cause",
    "accident_on", "accident_state", "onset_on", "patient_paid_cents", "admission_type", "admission_source",
    "patient_status", "admitted_on", "admission_hour", "discharge_hour", "drg", "start_time",
)  # fmt: skip


class DatedCodeSerializer(StrictSerializer):
    code = serializers.CharField(max_length=7)
    on = serializers.DateField()


class ValueCodeSerializer(StrictSerializer):
    code = serializers.CharField(max_length=2)
    amount_cents = serializers.IntegerField(min_value=0, max_value=MOST_CENTS)


class SentChargeSerializer(StrictSerializer):
    """One line. Modifiers and the places of diagnoses in the visit's list are lists: `["25"]`, `[1, 2]`.

    A line of a professional visit names its procedure, one of an institutional visit its revenue code.
    """

    procedure_code = serializers.CharField(max_length=8, required=False, allow_blank=True, default="")
    revenue_code = serializers.CharField(max_length=4, required=False, allow_blank=True, default="")
    amount_cents = serializers.IntegerField(min_value=0, max_value=MOST_CENTS)
    units = serializers.DecimalField(
        max_digits=9, decimal_places=3, min_value=Decimal("0.001"), required=False, default=Decimal(1)
    )
    unit_code = serializers.ChoiceField(choices=list(UNIT_WORDS.items()), required=False, default="UN")
    modifiers = serializers.ListField(child=serializers.CharField(max_length=4), required=False, default=list)
    service_date = serializers.DateField(required=False, help_text="Without it the visit's first day.")
    service_to_on = serializers.DateField(required=False, allow_null=True, default=None)
    diagnosis_pointers = serializers.ListField(child=serializers.IntegerField(), required=False, default=list)
    place_of_service = serializers.CharField(max_length=2, required=False, allow_blank=True, default="")
    authorization_number = serializers.CharField(max_length=50, required=False, allow_blank=True, default="")
    authorization_from_on = serializers.DateField(required=False, allow_null=True, default=None)
    authorization_to_on = serializers.DateField(required=False, allow_null=True, default=None)
    authorization_units = serializers.IntegerField(
        min_value=1, max_value=MOST_UNITS, required=False, allow_null=True, default=None
    )
    description = serializers.CharField(max_length=80, required=False, allow_blank=True, default="")
    drug_code = serializers.CharField(max_length=14, required=False, allow_blank=True, default="")
    drug_units = serializers.DecimalField(
        max_digits=9,
        decimal_places=3,
        min_value=Decimal("0.001"),
        required=False,
        allow_null=True,
        default=None,
    )
    drug_unit_code = serializers.ChoiceField(
        choices=[(one, one) for one in DRUG_UNITS], required=False, allow_blank=True, default=""
    )

    def validate_procedure_code(self, value: str) -> str:
        return bare_code(value)

    def validate_drug_code(self, value: str) -> str:
        return drug_number(value)

    def validate_modifiers(self, value: list[str]) -> str:
        modifiers = [one.upper() for one in value]
        refuse(fault_of_modifiers(modifiers))
        return ":".join(modifiers)

    def validate_diagnosis_pointers(self, value: list[int]) -> str:
        pointers = [str(one) for one in value]
        refuse(fault_of_pointers(pointers))
        return ":".join(pointers)


class SeenVisitSerializer(StrictSerializer):
    """The version of the visit one has read: who comes second is told."""

    version = serializers.IntegerField(min_value=1)


class AddedChargeSerializer(SeenVisitSerializer, SentChargeSerializer):
    """Judged by the visit it stands in."""

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        there: Encounter = self.context["encounter"]
        told = {"service_date": there.service_from_on, **attrs}
        faults = _faults_of_line(told, there.claim_kind, there.service_from_on, there.service_to_on)
        listed = len(selectors.diagnoses_by_use(there)["diagnoses"])
        _refuse_all(faults | faults_in_visit(told, there.service_from_on, there.service_to_on, listed))
        return attrs


class VisitFieldsSerializer(StrictSerializer):
    """What is left out is left alone. `owed_by` is the order of the coverage the charges go to; 0 is the patient.

    `E11.9/Y` says that the diagnosis was present on admission. Fields of the other kind of claim are refused.
    """

    service_from_on = serializers.DateField(required=False)
    service_to_on = serializers.DateField(required=False)
    claim_kind = serializers.ChoiceField(choices=ClaimKind.choices, required=False)
    location_id = serializers.UUIDField(required=False, allow_null=True)
    rendering_provider_id = serializers.UUIDField(required=False, allow_null=True)
    billing_provider_id = serializers.UUIDField(required=False, allow_null=True)
    referring_provider_id = serializers.UUIDField(required=False, allow_null=True)
    supervising_provider_id = serializers.UUIDField(required=False, allow_null=True)
    operating_provider_id = serializers.UUIDField(required=False, allow_null=True)
    external_id = serializers.CharField(max_length=50, required=False, allow_blank=True)
    place_of_service = serializers.CharField(max_length=2, required=False, allow_blank=True)
    type_of_bill = serializers.CharField(max_length=2, required=False, allow_blank=True)
    authorization_number = serializers.CharField(max_length=50, required=False, allow_blank=True)
    authorization_from_on = serializers.DateField(required=False, allow_null=True)
    authorization_to_on = serializers.DateField(required=False, allow_null=True)
    authorization_units = serializers.IntegerField(
        min_value=1, max_value=MOST_UNITS, required=False, allow_null=True
    )
    referral_number = serializers.CharField(max_length=50, required=False, allow_blank=True)
    laboratory_number = serializers.CharField(max_length=10, required=False, allow_blank=True)
    claim_note = serializers.CharField(max_length=80, required=False, allow_blank=True)
    accident_cause = serializers.ChoiceField(choices=AccidentCause.choices, required=False, allow_blank=True)
    accident_on = serializers.DateField(required=False, allow_null=True)
    accident_state = serializers.CharField(max_length=2, required=False, allow_blank=True)
    onset_on = serializers.DateField(required=False, allow_null=True)
    patient_paid_cents = serializers.IntegerField(min_value=0, max_value=MOST_CENTS, required=False)
    admission_type = serializers.CharField(max_length=1, required=False, allow_blank=True)
    admission_source = serializers.CharField(max_length=1, required=False, allow_blank=True)
    patient_status = serializers.CharField(max_length=2, required=False, allow_blank=True)
    admitted_on = serializers.DateField(required=False, allow_null=True)
    admission_hour = serializers.CharField(max_length=5, required=False, allow_blank=True)
    discharge_hour = serializers.CharField(max_length=5, required=False, allow_blank=True)
    drg = serializers.CharField(max_length=4, required=False, allow_blank=True)
    start_time = serializers.TimeField(required=False, allow_null=True)
    diagnoses = serializers.ListField(child=serializers.CharField(max_length=12), required=False)
    admitting_diagnosis = serializers.CharField(max_length=12, required=False, allow_blank=True)
    visit_reasons = serializers.ListField(child=serializers.CharField(max_length=12), required=False)
    external_causes = serializers.ListField(child=serializers.CharField(max_length=12), required=False)
    condition_codes = serializers.ListField(child=serializers.CharField(max_length=2), required=False)
    occurrence_codes = DatedCodeSerializer(many=True, required=False)
    value_codes = ValueCodeSerializer(many=True, required=False)
    procedures = DatedCodeSerializer(many=True, required=False)
    owed_by = serializers.ChoiceField(choices=OWED_BY, required=False)

    def validate_location_id(self, value: UUID | None) -> UUID | None:
        scope = self.context["scope"]
        places = locations_of(scope.practice_id)
        if scope.location_ids is not None:
            places = places.filter(id__in=scope.location_ids)
        return _known(value, places)

    def validate_rendering_provider_id(self, value: UUID | None) -> UUID | None:
        return _known(value, Provider.objects.filter(is_active=True))

    validate_billing_provider_id = validate_rendering_provider_id
    validate_referring_provider_id = validate_rendering_provider_id
    validate_supervising_provider_id = validate_rendering_provider_id
    validate_operating_provider_id = validate_rendering_provider_id

    def validate_diagnoses(self, value: list[str]) -> tuple[str, ...]:
        return _codes(value, MOST_HOSPITAL_DIAGNOSES)

    def validate_admitting_diagnosis(self, value: str) -> tuple[str, ...]:
        return _codes([value] if value else [], 1)

    def validate_visit_reasons(self, value: list[str]) -> tuple[str, ...]:
        return _codes(value, 3)

    def validate_external_causes(self, value: list[str]) -> tuple[str, ...]:
        return _codes(value, MOST_DIAGNOSES)

    def validate_admission_hour(self, value: str) -> str:
        return hour(value)

    validate_discharge_hour = validate_admission_hour

    def validate_condition_codes(self, value: list[str]) -> tuple[str, ...]:
        refuse(fault_of_codes(value))
        return tuple(value)

    def validate_occurrence_codes(self, value: list[dict[str, Any]]) -> tuple[tuple[str, date], ...]:
        refuse(fault_of_codes([one["code"] for one in value]))
        return tuple((one["code"], one["on"]) for one in value)

    def validate_value_codes(self, value: list[dict[str, Any]]) -> tuple[tuple[str, int], ...]:
        refuse(fault_of_codes([one["code"] for one in value]))
        return tuple((one["code"], one["amount_cents"]) for one in value)

    def validate_procedures(self, value: list[dict[str, Any]]) -> tuple[tuple[str, date], ...]:
        refuse(fault_of_codes([one["code"] for one in value], are_procedures=True))
        return tuple((one["code"], one["on"]) for one in value)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Judged as the visit would be with it; what it leaves out stands as it is on file."""
        there: Encounter | None = self.context.get("encounter")
        visit = _as_it_would_be(there, attrs)
        kind, begins, ends = visit["claim_kind"], visit["service_from_on"], visit["service_to_on"]
        faults = faults_of_kind(kind, attrs, VISIT_FIELDS_OF) | _misplaced_lists(kind, attrs)
        is_planned = visit.get("state") == EncounterState.PLANNED
        latest = date.max if is_planned else self.context["on"]
        faults |= faults_of_visit(kind, visit, on=latest, born=self.birth_date(attrs))
        told = {name: attrs.get(name) or () for name in DIAGNOSES}
        faults |= selectors.faults_of_diagnoses(kind, told, begins, ends)
        if kind == PROFESSIONAL and (fault := fault_of_diagnoses(told["diagnoses"])):
            faults["diagnoses"] = fault
        if there is not None and not faults:
            faults |= _faults_of_lines_there(there, kind, begins, ends)
        _refuse_all(faults)
        if "claim_kind" in attrs:
            # What the kind before had a place for, and this one has not, is not kept.
            attrs |= VISIT_FIELDS_OF[PROFESSIONAL if kind == INSTITUTIONAL else INSTITUTIONAL]
        return attrs

    def birth_date(self, attrs: dict[str, Any]) -> date | None:
        born: date | None = self.context["encounter"].patient.birth_date
        return born


class ChangedVisitSerializer(SeenVisitSerializer, VisitFieldsSerializer):
    pass


class SentVisitSerializer(VisitFieldsSerializer):
    """A visit to record. Without `owed_by` its charges go to the first coverage; without coverage to the patient.

    One that is `PLANNED` may be of a day to come, and has no charges yet; every other has one at least.
    """

    patient_id = serializers.UUIDField()
    service_from_on = serializers.DateField()
    state = serializers.ChoiceField(choices=SENT_STATES, required=False)
    charges = SentChargeSerializer(many=True, required=False, default=list)

    def validate_charges(self, value: list[dict[str, Any]]) -> list[dict[str, Any]]:
        is_planned = self.initial_data.get("state") == EncounterState.PLANNED
        if is_planned == bool(value):
            words = (
                "A planned visit has no charges yet." if is_planned else "A visit has one charge at least."
            )
            raise serializers.ValidationError(words)
        return value

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        attrs = super().validate(attrs)
        kind, begins = attrs.get("claim_kind", PROFESSIONAL), attrs["service_from_on"]
        ends = attrs.get("service_to_on", begins)
        refuse_lines(fault_of_line_count(kind, len(attrs["charges"])))
        listed = len(attrs.get("diagnoses") or ())
        faults: dict[str, Any] = {}
        for place, one in enumerate(attrs["charges"]):
            told = {"service_date": begins, **one}
            wrong = _faults_of_line(told, kind, begins, ends) | faults_in_visit(told, begins, ends, listed)
            if wrong:
                faults[str(place)] = _listed(wrong)
        if faults:
            raise serializers.ValidationError({"charges": faults})
        return attrs

    def birth_date(self, attrs: dict[str, Any]) -> date | None:
        return selectors.patient_for(self.context["scope"], attrs["patient_id"]).birth_date


# -- how ---------------------------------------------------------------------------------------------------------


def refuse_lines(fault: str) -> None:
    _refuse_all({"charges": fault} if fault else {})


def hospital_codes(there: Encounter | None, asked: dict[str, Any]) -> list[list[Any]]:
    """The four lists as they are stored together; a list that is left out stands as it is on file."""
    before = read_stored(there.hospital_codes if there else [])
    known = (before.conditions, before.occurrences, before.values, before.procedures)
    return HospitalCodes(
        *(asked.get(name, listed) for name, listed in zip(HOSPITAL_LISTS, known, strict=True))
    ).stored()


def _as_it_would_be(there: Encounter | None, attrs: dict[str, Any]) -> dict[str, Any]:
    names = (*VISIT_FIELDS, "service_from_on", "service_to_on", "state")
    visit = {name: getattr(there, name) for name in names} if there else {"claim_kind": PROFESSIONAL}
    visit |= attrs
    visit.setdefault("service_to_on", visit["service_from_on"])
    return visit


def _misplaced_lists(kind: str, attrs: dict[str, Any]) -> dict[str, str]:
    names = ("admitting_diagnosis", "visit_reasons", "external_causes", *HOSPITAL_LISTS)
    told = (name for name in names if kind == PROFESSIONAL and attrs.get(name))
    return dict.fromkeys(told, "Only institutional claims have a place for this.")


def _faults_of_line(values: dict[str, Any], kind: str, begins: date, ends: date) -> dict[str, str]:
    return faults_of_kind(kind, values, LINE_FIELDS_OF) | faults_of_line(kind, values)


def _faults_of_lines_there(there: Encounter, kind: str, begins: date, ends: date) -> dict[str, str]:
    """Charges on file that would not stand in the visit any more. Where they point is theirs to change afterwards."""
    for charge in selectors.live_charges(there):
        values = {name: getattr(charge, name) for name in CHARGE_FIELDS}
        faults = _faults_of_line(values, kind, begins, ends)
        faults |= faults_in_visit(values | {"diagnosis_pointers": ""}, begins, ends, 0)
        if faults:
            words = " ".join(dict.fromkeys(faults.values()))
            return {"charges": f"Line {charge.line_number} would not fit: {words}"}
    return {}


def _codes(value: list[str], most: int) -> tuple[str, ...]:
    codes = tuple(bare_code(one) for one in value)
    refuse(fault_of_diagnoses(codes, most))
    return codes


def _refuse_all(faults: dict[str, str]) -> None:
    if faults:
        raise serializers.ValidationError(_listed(faults))


def _listed(faults: dict[str, str]) -> dict[str, list[str]]:
    return {name: [fault] for name, fault in faults.items()}


def _known(value: UUID | None, among: QuerySet[Any]) -> UUID | None:
    if value is not None and not among.filter(id=value).exists():
        raise serializers.ValidationError("There is none of this id here.")
    return value
