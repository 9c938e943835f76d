"""What the front desk enters about a visit to come, and when checks are repeated."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.db.models import QuerySet

from eligibility.choices import RecheckTrigger
from eligibility.rules.rechecks import Rule
from patients.models import Patient
from reference.models import Provider
from workbench.forms import DayField

TimeInput = forms.TimeInput(format="%H:%M", attrs={"type": "time"})


class PlanForm(forms.Form):
    """`patients` are those that may be seen; without a patient at hand one is named by record number."""

    once = forms.CharField(widget=forms.HiddenInput, required=False)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    mrn = forms.CharField(label="Record number (MRN)", max_length=50)
    day = DayField(label="Day")
    start_time = forms.TimeField(label="Time", required=False, widget=TimeInput)
    provider = forms.ModelChoiceField(
        Provider.objects.none(), label="Sees", required=False, empty_label="Not given"
    )
    location: forms.ModelChoiceField = forms.ModelChoiceField(None, required=False, empty_label="Not given")

    def __init__(
        self, *arguments: Any, patients: QuerySet[Patient], patient: Patient | None, locations: Any, today: date,
        **options: Any,
    ) -> None:  # fmt: skip
        super().__init__(*arguments, **options)
        self.patients, self.patient, self.today = patients, patient, today
        if patient is not None:
            del self.fields["mrn"]
        people = Provider.objects.filter(is_active=True, kind="PERSON").order_by("search_name", "id")
        self.fields["provider"].queryset = people  # type: ignore[attr-defined]
        self.fields["location"].queryset = locations  # type: ignore[attr-defined]

    def clean_mrn(self) -> str:
        mrn = str(self.cleaned_data["mrn"]).strip()
        self.patient = self.patients.filter(mrn=mrn).first()
        if self.patient is None:
            raise forms.ValidationError(
                "No patient has this record number. Register the patient first, or plan from the patient's page."
            )
        return mrn

    def clean_day(self) -> date:
        day: date = self.cleaned_data["day"]
        if day < self.today:
            raise forms.ValidationError("This day is over.")
        return day

    def values(self) -> dict[str, Any]:
        said = self.cleaned_data
        return {
            "start_time": said["start_time"],
            "rendering_provider_id": said["provider"].id if said["provider"] else None,
            "location_id": said["location"].id if said["location"] else None,
        }


class RecheckForm(forms.Form):
    """One rule of a practice."""

    trigger = forms.ChoiceField(choices=RecheckTrigger.choices, widget=forms.HiddenInput)
    version = forms.IntegerField(widget=forms.HiddenInput)
    is_active = forms.BooleanField(label="On", required=False)
    days = forms.IntegerField(label="Days", min_value=0, max_value=60)
    budget = forms.IntegerField(label="At most, a payer a day", min_value=1, max_value=10_000)

    @classmethod
    def of(cls, rule: Rule, version: int) -> RecheckForm:
        return cls(
            initial={
                "trigger": rule.trigger, "version": version, "is_active": rule.is_active, "days": rule.days,
                "budget": rule.budget,
            },
            auto_id=f"id_{rule.trigger.lower()}_%s",
        )  # fmt: skip
