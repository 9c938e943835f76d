"""The fields of a person. Public: whoever registers somebody asks for the same."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from django import forms

from patients.choices import Sex
from patients.rules.demographics import (
    fault_of_birth_date,
    fault_of_phone,
    fault_of_postal_code,
    fault_of_state,
)
from patients.rules.signs import faults_of_signs
from workbench.forms import DayField


class WrittenForm(forms.Form):
    """What is written can be sent on."""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for name, fault in faults_of_signs(cleaned).items():
            self.add_error(name, fault)
        return cleaned


class AddressedForm(WrittenForm):
    """Whoever can be called and written to."""

    def clean_phone(self) -> str:
        return _faultless(self.cleaned_data["phone"], fault_of_phone)

    def clean_state(self) -> str:
        return _faultless(self.cleaned_data["state"], fault_of_state).upper()

    def clean_postal_code(self) -> str:
        return _faultless(self.cleaned_data["postal_code"], fault_of_postal_code).upper()


def _faultless(value: str, fault_of: Callable[[str], str]) -> str:
    value = value.strip()
    if value and (fault := fault_of(value)):
        raise forms.ValidationError(fault)
    return value


class PersonForm(AddressedForm):
    last_name = forms.CharField(max_length=60)
    first_name = forms.CharField(max_length=35, required=False)
    middle_name = forms.CharField(max_length=25, required=False)
    birth_date = DayField(required=False)
    sex = forms.ChoiceField(choices=Sex.choices, initial=Sex.UNKNOWN)
    mrn = forms.CharField(label="Record number", max_length=50, required=False)
    phone = forms.CharField(label="Telephone", max_length=40, required=False)
    email = forms.EmailField(label="E-mail", max_length=254, required=False)
    address_line = forms.CharField(label="Street", max_length=55, required=False)
    address_line_2 = forms.CharField(label="Street, second line", max_length=55, required=False)
    city = forms.CharField(max_length=30, required=False)
    state = forms.CharField(max_length=2, required=False)
    postal_code = forms.CharField(label="ZIP code", max_length=15, required=False)

    def __init__(self, *arguments: Any, on: date, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.on = on

    def clean_birth_date(self) -> date | None:
        born: date | None = self.cleaned_data["birth_date"]
        if born and (fault := fault_of_birth_date(born, self.on)):
            raise forms.ValidationError(fault)
        return born
