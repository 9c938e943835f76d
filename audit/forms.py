from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from audit import selectors
from audit.choices import LineKind, Outcome
from tenancy.choices import Purpose
from tenancy.scope import Scope


class TrailForm(forms.Form):
    """The search line of the audit screen. Only ids, codes and dates, so it may stand in the address."""

    person = forms.ChoiceField(required=False)
    verb = forms.ChoiceField(required=False, label="What")
    kind = forms.ChoiceField(required=False, choices=[("", "Everything"), *LineKind.choices], label="Kind")
    purpose = forms.ChoiceField(required=False, choices=[("", "Any"), *Purpose.choices])
    outcome = forms.ChoiceField(required=False, choices=[("", "Any"), *Outcome.choices])
    since = forms.DateField(
        required=False, label="From", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    until = forms.DateField(
        required=False, label="To", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    patient = forms.UUIDField(required=False, label="Patient id")
    subject = forms.UUIDField(required=False, label="Object id")

    def __init__(self, *args: Any, scope: Scope, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = [(str(person.pk), person.name) for person in selectors.people_in_trail(scope)]
        self.fields["person"].choices = [("", "Anybody"), *people]  # type: ignore[attr-defined]
        self.fields["verb"].choices = [("", "Anything"), *selectors.verbs_to_ask_for()]  # type: ignore[attr-defined]

    def criteria(self) -> selectors.Criteria:
        return selectors.Criteria.from_json(
            {key: str(value) for key, value in self.cleaned_data.items() if value}
        )


class ExportForm(forms.Form):
    reason = forms.CharField(max_length=200, min_length=5, label="Why is it needed?")

    def clean_reason(self) -> str:
        reason = self.cleaned_data["reason"].strip()
        if not reason:
            raise ValidationError("Say why: the reason becomes part of the trail.")
        return reason
