"""What a person enters about a visit. Its lines are in `charge_forms`, the rules of both kinds in `rules/visits`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from django import forms

from patients.choices import RANKS, AccidentCause, ClaimKind
from patients.forms import CodeField, VersionedForm
from patients.rules.coding import (
    MOST_DIAGNOSES,
    MOST_HOSPITAL_DIAGNOSES,
    bare_code,
    fault_of_diagnoses,
    parts_of,
)
from patients.rules.hospital import CannotRead, HospitalCodes, read_conditions, read_dated, read_priced
from patients.rules.visits import (
    AUTHORIZED,
    INSTITUTIONAL,
    LARGEST,
    MOST_UNITS,
    PROFESSIONAL,
    VISIT_FIELDS_OF,
    faults_of_visit,
    hour,
    other_kind,
)
from patients.selectors import faults_of_diagnoses
from reference.models import Provider
from workbench.forms import DayField

PROVIDERS = (
    "rendering_provider",
    "billing_provider",
    "referring_provider",
    "supervising_provider",
    "operating_provider",
)
DAYS = ("service_from_on", "service_to_on")
DIAGNOSES = ("diagnoses", "admitting_diagnosis", "visit_reasons", "external_causes")
# Fields of the form that are kept under other names.
_WRITTEN = frozenset({*DIAGNOSES, "owed_by"})
HOSPITAL_LISTS = ("condition_codes", "occurrence_codes", "value_codes", "procedures")
_LISTED_OF: Mapping[str, tuple[str, ...]] = {
    PROFESSIONAL: (),
    INSTITUTIONAL: ("admitting_diagnosis", "visit_reasons", "external_causes", *HOSPITAL_LISTS),
}


def _provider_field(label: str) -> forms.ModelChoiceField:
    return forms.ModelChoiceField(label=label, queryset=None, required=False, empty_label="Not given")


def _codes_field(label: str, help_text: str) -> forms.CharField:
    widget = forms.TextInput(attrs={"autocapitalize": "characters", "spellcheck": "false"})
    return forms.CharField(label=label, required=False, help_text=help_text, widget=widget)


class EncounterForm(VersionedForm):
    claim_kind = forms.ChoiceField(label="Billed as", choices=ClaimKind.choices, required=False)
    service_from_on = DayField(label="From")
    service_to_on = DayField(label="To", required=False, help_text="Empty: the same day.")
    location: forms.ModelChoiceField = forms.ModelChoiceField(
        queryset=None, required=False, empty_label="Not given"
    )
    rendering_provider = _provider_field("Rendering or attending")
    billing_provider = _provider_field("Billing")
    referring_provider = _provider_field("Referring")
    supervising_provider = _provider_field("Supervising")
    operating_provider = _provider_field("Operating")
    external_id = forms.CharField(label="Visit number", max_length=50, required=False)
    place_of_service = forms.CharField(max_length=2, required=False, initial="11")
    type_of_bill = forms.CharField(
        max_length=2, required=False, help_text="Without the frequency: 11 inpatient, 13 outpatient."
    )
    authorization_number = forms.CharField(max_length=50, required=False)
    authorization_from_on = DayField(label="Authorized from", required=False, help_text="")
    authorization_to_on = DayField(label="Authorized to", required=False, help_text="")
    authorization_units = forms.IntegerField(
        label="Authorized units", min_value=1, max_value=MOST_UNITS, required=False
    )
    referral_number = forms.CharField(max_length=50, required=False)
    diagnoses = _codes_field("Diagnoses", "ICD-10 codes in their order, the principal one first: E11.9, I10")
    admitting_diagnosis = CodeField(max_length=10, required=False)
    visit_reasons = _codes_field("Patient's reasons for the visit", "Up to three codes, outpatient.")
    external_causes = _codes_field("External causes", "Codes of what caused the injury.")
    owed_by = forms.ChoiceField(
        label="Charges go to", choices=(*((str(rank), words) for rank, words in RANKS), ("0", "The patient"))
    )
    admitted_on = DayField(label="Admitted", required=False)
    admission_hour = forms.CharField(max_length=5, required=False, help_text="As in 14 or 1430.")
    admission_type = forms.CharField(
        max_length=1, required=False, help_text="1 emergency, 2 urgent, 3 elective."
    )
    admission_source = forms.CharField(max_length=1, required=False)
    discharge_hour = forms.CharField(max_length=5, required=False)
    patient_status = forms.CharField(
        max_length=2, required=False, help_text="At the end: 01 home, 30 still a patient."
    )
    drg = forms.CharField(label="DRG", max_length=4, required=False)
    condition_codes = _codes_field("Condition codes", "09, 77")
    occurrence_codes = _codes_field("Occurrence codes", "Each with its day: 11 03/02/2026, A1 03/04/2026")
    value_codes = _codes_field("Value codes", "Each with its amount: 80 3, A1 125.00")
    procedures = _codes_field(
        "Procedures (ICD-10-PCS)", "The principal one first, each with its day: 02HV33Z 03/02/2026"
    )
    onset_on = DayField(label="Onset of the illness", required=False)
    accident_cause = forms.ChoiceField(
        label="Accident", choices=[("", "None"), *AccidentCause.choices], required=False
    )
    accident_on = DayField(label="Day of the accident", required=False)
    accident_state = CodeField(label="State of the accident", max_length=2, required=False)
    laboratory_number = CodeField(label="CLIA number", max_length=10, required=False)
    patient_paid = forms.DecimalField(
        label="Paid by the patient $",
        max_digits=9,
        decimal_places=2,
        min_value=0,
        max_value=LARGEST,
        required=False,
    )
    claim_note = forms.CharField(label="Note to the payer", max_length=80, required=False)

    def __init__(
        self, *arguments: Any, locations: Any, on: date, born: date | None = None, **options: Any
    ) -> None:
        super().__init__(*arguments, **options)
        self.on, self.born = on, born
        self.fields["location"].queryset = locations  # type: ignore[attr-defined]
        providers = Provider.objects.filter(is_active=True).order_by("search_name", "id")
        for name in PROVIDERS:
            self.fields[name].queryset = providers  # type: ignore[attr-defined]
        for kind in (PROFESSIONAL, INSTITUTIONAL):
            for name in fields_of(kind):
                self.fields[name].of_kind = kind  # type: ignore[attr-defined]

    SECTIONS = (
        (
            "Visit",
            (
                "claim_kind", "service_from_on", "service_to_on", "location", "place_of_service", "type_of_bill",
                "rendering_provider", "billing_provider", "referring_provider", "supervising_provider",
                "operating_provider", "external_id", "authorization_number", *AUTHORIZED, "referral_number", "owed_by",
            ),
        ),
        ("Diagnoses", ("diagnoses", "admitting_diagnosis", "visit_reasons", "external_causes")),
        (
            "Admission",
            (
                "admitted_on", "admission_hour", "admission_type", "admission_source", "discharge_hour",
                "patient_status", "drg", "condition_codes", "occurrence_codes", "value_codes", "procedures",
            ),
        ),
        (
            "More for the claim",
            (
                "onset_on", "accident_cause", "accident_on", "accident_state", "laboratory_number", "patient_paid",
                "claim_note",
            ),
        ),
    )  # fmt: skip

    @property
    def sections(self) -> list[tuple[str, list[Any]]]:
        return [(title, [self[name] for name in names]) for title, names in self.SECTIONS]

    def clean_claim_kind(self) -> str:
        return self.cleaned_data["claim_kind"] or PROFESSIONAL

    def clean_diagnoses(self) -> tuple[str, ...]:
        is_hospital = self.cleaned_data.get("claim_kind") == INSTITUTIONAL
        return self._diagnoses("diagnoses", MOST_HOSPITAL_DIAGNOSES if is_hospital else MOST_DIAGNOSES)

    def clean_admitting_diagnosis(self) -> str:
        return next(iter(self._diagnoses("admitting_diagnosis", 1)), "")

    def clean_visit_reasons(self) -> tuple[str, ...]:
        return self._diagnoses("visit_reasons", 3)

    def clean_external_causes(self) -> tuple[str, ...]:
        return self._diagnoses("external_causes", MOST_DIAGNOSES)

    def clean_condition_codes(self) -> tuple[str, ...]:
        return self._listed("condition_codes", read_conditions)

    def clean_occurrence_codes(self) -> tuple[Any, ...]:
        return self._listed("occurrence_codes", read_dated)

    def clean_value_codes(self) -> tuple[Any, ...]:
        return self._listed("value_codes", read_priced)

    def clean_procedures(self) -> tuple[Any, ...]:
        return self._listed("procedures", lambda text: read_dated(text, are_procedures=True))

    def clean_admission_hour(self) -> str:
        return hour(self.cleaned_data["admission_hour"])

    def clean_discharge_hour(self) -> str:
        return hour(self.cleaned_data["discharge_hour"])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for name in fields_of(other_kind(self.kind)):
            # What the other kind of claim has a place for is hidden, and not kept.
            self.errors.pop(name, None)
            cleaned[name] = None
        if "service_to_on" not in self.errors:
            cleaned["service_to_on"] = cleaned.get("service_to_on") or cleaned.get("service_from_on")
        faults = faults_of_visit(self.kind, cleaned, on=self.on, born=self.born)
        for name, fault in (faults | self._faults_of_codes(cleaned)).items():
            if name not in self.errors:
                self.add_error(name, fault)
        return cleaned

    def _faults_of_codes(self, cleaned: Mapping[str, Any]) -> dict[str, str]:
        """Diagnoses that are none on the day by which the claim is judged."""
        begins, ends = cleaned.get("service_from_on"), cleaned.get("service_to_on")
        if begins is None or ends is None:
            return {}
        told = {name: cleaned.get(name) or () for name in DIAGNOSES}
        told["admitting_diagnosis"] = tuple(filter(None, [cleaned.get("admitting_diagnosis")]))
        return faults_of_diagnoses(self.kind, told, begins, ends)

    @property
    def kind(self) -> str:
        return str(self.cleaned_data.get("claim_kind") or PROFESSIONAL)

    def encounter_values(self) -> dict[str, Any]:
        cleaned = self.cleaned_data
        related = ("location", *PROVIDERS)
        values = {f"{name}_id": cleaned[name].id if cleaned[name] else None for name in related}
        apart = {*related, *_WRITTEN, *HOSPITAL_LISTS, "patient_paid", *DAYS}
        values |= {name: value for name, value in self.values().items() if name not in apart}
        values["patient_paid_cents"] = int((cleaned["patient_paid"] or 0) * 100)
        listed = (tuple(cleaned[name] or ()) for name in HOSPITAL_LISTS)
        values["hospital_codes"] = HospitalCodes(*listed).stored()
        return {**values, **VISIT_FIELDS_OF[other_kind(self.kind)]}

    def _diagnoses(self, name: str, most: int) -> tuple[str, ...]:
        codes = tuple(bare_code(one) for one in parts_of(self.cleaned_data[name]))
        if fault := fault_of_diagnoses(codes, most):
            raise forms.ValidationError(fault)
        return codes

    def _listed(self, name: str, read: Callable[[str], tuple[Any, ...]]) -> tuple[Any, ...]:
        try:
            return read(self.cleaned_data[name])
        except CannotRead as fault:
            raise forms.ValidationError(str(fault)) from fault


def fields_of(kind: str) -> tuple[str, ...]:
    """Fields of the form that only this kind of claim has a place for."""
    names = {"patient_paid_cents": "patient_paid"}
    columns = (name.removesuffix("_id") for name in VISIT_FIELDS_OF[kind] if name != "hospital_codes")
    return (*(names.get(name, name) for name in columns), *_LISTED_OF[kind])
