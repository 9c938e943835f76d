"""What a person enters about the charges of a visit, a form for each line."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.forms import BaseFormSet, formset_factory

from patients.choices import UNIT_WORDS
from patients.forms import CodeField
from patients.rules.coding import fault_of_modifiers, fault_of_pointers, parts_of
from patients.rules.visits import (
    AUTHORIZED,
    DRUG_UNITS,
    LARGEST,
    LINE_FIELDS_OF,
    MOST_UNITS,
    PROFESSIONAL,
    UNITS_OF,
    drug_number,
    fault_of_line_count,
    faults_in_visit,
    faults_of_line,
    other_kind,
)
from workbench.forms import DayField

FIRST_DIAGNOSIS = "1"
UNIT_CODES = tuple((code, words.capitalize()) for code, words in UNIT_WORDS.items())


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
    authorization_from_on = DayField(label="Authorized from", required=False, help_text="")
    authorization_to_on = DayField(label="Authorized to", required=False, help_text="")
    authorization_units = forms.IntegerField(
        label="Authorized units", min_value=1, max_value=MOST_UNITS, required=False
    )
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
        "service_to_on", "unit_code", "place_of_service", "authorization_number", *AUTHORIZED, "description",
        "drug_code", "drug_units", "drug_unit_code",
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
