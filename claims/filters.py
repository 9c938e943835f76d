"""What the address of the list may ask for."""

from __future__ import annotations

from typing import Any

from django import forms

from claims.choices import AdjudicationState, Responsibility, SubmissionState
from claims.selectors import ClaimFilters
from reference.models import Payer


class DayInput(forms.DateInput):
    input_type = "date"


class ClaimFilterForm(forms.Form):
    number = forms.CharField(label="Claim number, ours or the payer's", max_length=50, required=False)
    payer: forms.ModelChoiceField = forms.ModelChoiceField(
        queryset=None, required=False, empty_label="All payers"
    )
    adjudication = forms.ChoiceField(
        label="Decision", required=False, choices=[("", "Any decision"), *AdjudicationState.choices]
    )
    submission = forms.ChoiceField(
        label="Submission", required=False, choices=[("", "Any submission"), *SubmissionState.choices]
    )
    responsibility = forms.ChoiceField(
        label="Whose turn", required=False, choices=[("", "Anybody's turn"), *Responsibility.choices]
    )
    from_on = forms.DateField(label="Service from", required=False, widget=DayInput(format="%Y-%m-%d"))
    to_on = forms.DateField(label="Service to", required=False, widget=DayInput(format="%Y-%m-%d"))
    patient = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        for field in self.fields.values():
            kind = "form-select-sm" if isinstance(field, forms.ChoiceField) else "form-control-sm"
            field.widget.attrs["class"] = f"{kind} w-auto"
        payers = Payer.objects.order_by("name_normalized", "id")
        self.fields["payer"].queryset = payers  # type: ignore[attr-defined]

    def asked(self) -> ClaimFilters:
        """What cannot be read is left out, and said beside its field."""
        self.is_valid()
        told = {name: value for name, value in self.cleaned_data.items() if value}
        if payer := told.pop("payer", None):
            told["payer"] = payer.id
        return ClaimFilters(**told)
