"""What a person enters about a visit and its charges. The rules of both kinds of claim are in `rules/visits`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.forms import BaseFormSet, formset_factory

from patients.choices import RANKS, UNIT_WORDS, AccidentCause, ClaimKind
from patients.forms import CodeField, DayField, VersionedForm
from patients.rules.coding import (
    MOST_DIAGNOSES,
    MOST_HOSPITAL_DIAGNOSES,
    bare_code,
    fault_of_diagnoses,
    fault_of_modifiers,
    fault_of_pointers,
    parts_of,
)
from patients.rules.hospital import CannotRead, HospitalCodes, read_conditions, read_dated, read_priced
from patients.rules.visits import (
    DRUG_UNITS,
    INSTITUTIONAL,
    LINE_FIELDS_OF,
    PROFESSIONAL,
    UNITS_OF,
    VISIT_FIELDS_OF,
    drug_number,
    fault_of_line_count,
    faults_in_visit,
    faults_of_line,
    faults_of_visit,
    hour,
    other_kind,
)
from patients.selectors import faults_of_diagnoses
from reference.models import Provider

LARGEST = Decimal("9999999.99")
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
FIRST_DIAGNOSIS = "1"
UNIT_CODES = tuple((code, words.capitalize()) for code, words in UNIT_WORDS.items())


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
                "operating_provider", "external_id", "authorization_number", "referral_number", "owed_by",
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


class ChargeForm(forms.Form):
    """One line; a line left empty is no line."""

    line_number = forms.IntegerField(widget=forms.HiddenInput, required=False)
    revenue_code = CodeField(label="Revenue code", max_length=4, required=False)
    procedure_code = CodeField(label="Procedure", max_length=5, required=False)
    modifiers = forms.CharField(max_length=11, required=False)
    units = forms.DecimalField(
        label="Units", max_digits=9, decimal_places=3, min_value=Decimal("0.001"), required=False, initial=1
    )
    amount = forms.DecimalField(
        label="Charge $", max_digits=9, decimal_places=2, min_value=0, max_value=LARGEST, required=False
    )
    service_date = DayField(label="Date", required=False, help_text="")
    diagnosis_pointers = forms.CharField(
        label="Diagnoses", max_length=8, required=False, initial=FIRST_DIAGNOSIS
    )
    service_to_on = DayField(label="To, if several days", required=False)
    unit_code = forms.ChoiceField(label="Counted in", choices=UNIT_CODES, required=False)
    place_of_service = forms.CharField(label="Place, if another", max_length=2, required=False)
    authorization_number = forms.CharField(label="Its own authorization", max_length=50, required=False)
    description = forms.CharField(
        label="What was done", max_length=80, required=False, help_text="For codes that do not say it."
    )
    drug_code = forms.CharField(label="Drug (NDC)", max_length=14, required=False)
    drug_units = forms.DecimalField(
        label="Quantity", max_digits=9, decimal_places=3, min_value=Decimal("0.001"), required=False
    )
    drug_unit_code = forms.ChoiceField(
        label="Unit", choices=[("", "–"), *((one, one) for one in DRUG_UNITS)], required=False
    )

    MORE = (
        "service_to_on", "unit_code", "place_of_service", "authorization_number", "description", "drug_code",
        "drug_units", "drug_unit_code",
    )  # fmt: skip

    def __init__(self, *arguments: Any, kind: str = PROFESSIONAL, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.kind = kind
        # In a table the column says it to the eye alone.
        for bound in self.visible_fields():
            if bound.name not in self.MORE:
                bound.field.widget.attrs["aria-label"] = bound.label
        for of_kind, names in LINE_FIELDS_OF.items():
            for name in names:
                self.fields[name].of_kind = of_kind  # type: ignore[attr-defined]

    @property
    def more_fields(self) -> list[Any]:
        return [self[name] for name in self.MORE]

    @property
    def says_more(self) -> bool:
        """Something in it is told or wrong: it stands open."""
        told = (self[name].value() for name in self.MORE if name != "unit_code")
        return any(told) or self["unit_code"].value() not in (None, "", "UN") or any(self.more_errors)

    @property
    def more_errors(self) -> list[str]:
        return [name for name in self.MORE if self.is_bound and name in self.errors]

    def clean_modifiers(self) -> str:
        parts = parts_of(self.cleaned_data["modifiers"])
        if fault := fault_of_modifiers(parts):
            raise forms.ValidationError(fault)
        return ":".join(parts)

    def clean_diagnosis_pointers(self) -> str:
        parts = parts_of(self.cleaned_data["diagnosis_pointers"])
        if fault := fault_of_pointers(parts):
            raise forms.ValidationError(fault)
        return ":".join(parts)

    def clean_drug_code(self) -> str:
        return drug_number(self.cleaned_data["drug_code"])

    def clean_unit_code(self) -> str:
        return self.cleaned_data["unit_code"] or UNITS_OF[self.kind][0]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for name, blank in LINE_FIELDS_OF[other_kind(self.kind)].items():
            self.errors.pop(name, None)
            cleaned[name] = blank
        if not self._is_told(cleaned):
            return cleaned
        for name, fault in faults_of_line(self.kind, cleaned).items():
            if name not in self.errors:
                self.add_error(name, fault)
        if cleaned.get("amount") is None and "amount" not in self.errors:
            self.add_error("amount", "What does it cost?")
        return cleaned

    @staticmethod
    def _is_told(cleaned: Mapping[str, Any]) -> bool:
        named = any(cleaned.get(name) for name in ("procedure_code", "revenue_code", "drug_code"))
        return named or cleaned.get("amount") is not None

    @property
    def is_empty(self) -> bool:
        return not self._is_told(self.cleaned_data)


class BaseChargeFormSet(BaseFormSet):
    def clean(self) -> None:
        if any(self.errors):
            return
        lines = [form for form in self.forms if not form.is_empty]
        if not lines:
            raise forms.ValidationError("Enter at least one charge.")
        if fault := fault_of_line_count(lines[0].kind, len(lines)):
            raise forms.ValidationError(fault)

    @property
    def total_cents(self) -> int:
        """Of the amounts as they stand in the form, those that can be read."""
        total = Decimal(0)
        for form in self.forms:
            with suppress(InvalidOperation):
                total += Decimal(str(form["amount"].value() or 0))
        return int(total * 100) if total.is_finite() else 0

    def agrees_with(self, visit: Mapping[str, Any]) -> bool:
        """Lines stand within the days of their visit and point to its diagnoses; what does not is named."""
        listed = len(visit["diagnoses"])
        told = [form for form in self.forms if not form.is_empty]
        for form in told:
            if not listed and form.cleaned_data.get("diagnosis_pointers") == FIRST_DIAGNOSIS:
                form.cleaned_data["diagnosis_pointers"] = ""
            faults = faults_in_visit(
                form.cleaned_data, visit["service_from_on"], visit["service_to_on"], listed
            )
            for name, fault in faults.items():
                form.add_error(name, fault)
        return not any(form.errors for form in told)


MOST_FORMS = 1000
ChargeFormSet = formset_factory(
    ChargeForm, formset=BaseChargeFormSet, extra=3, max_num=MOST_FORMS, absolute_max=MOST_FORMS
)
