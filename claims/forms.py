from collections.abc import Iterable
from datetime import date
from typing import Any, ClassVar
from uuid import UUID

from django import forms
from django.db.models import QuerySet

from claims.models import EditSetting
from claims.rules.edits import BLOCKING, NEVER_LET_PASS
from reference.models import Payer
from tenancy.models import Person
from workbench.forms import DayInput, PersonField


class HandOverForm(forms.Form):
    """`version` is that of the ticket the person saw."""

    reason = forms.CharField(label="What does the other team have to know?", max_length=2000)
    version = forms.IntegerField(widget=forms.HiddenInput)


class ReasonForm(forms.Form):
    """`version` is that of the claim the person saw."""

    reason = forms.CharField(label="Why is it sent again?", max_length=200)
    version = forms.IntegerField(widget=forms.HiddenInput)


class WithdrawalForm(ReasonForm):
    reason = forms.CharField(label="Why is it withdrawn?", max_length=200)


class FollowUpForm(forms.Form):
    body = forms.CharField(
        label="What is to be done",
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3, "autofocus": True, "data-draft": "follow-up"}),
    )
    follow_up_on = forms.DateField(label="Follow up on", widget=DayInput)

    def __init__(self, *arguments: Any, people: Iterable[Person], on: date, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.fields["assignee_id"] = PersonField(people, label="Give to")
        self.fields["follow_up_on"].widget.attrs["min"] = on.isoformat()
        self.on = on

    def clean_follow_up_on(self) -> date:
        day: date = self.cleaned_data["follow_up_on"]
        if day < self.on:
            raise forms.ValidationError("Choose today or a later day.")
        return day

    def clean_assignee_id(self) -> UUID | None:
        return UUID(self.cleaned_data["assignee_id"]) if self.cleaned_data["assignee_id"] else None


class EditSettingForm(forms.ModelForm):
    """`version` is that of the setting the person saw; empty parts of the scope mean any."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    class Meta:
        model = EditSetting
        fields = ("severity", "payer_kind", "claim_kind", "starts_on", "stops_on", "note")
        labels: ClassVar[dict[str, str]] = {
            "severity": "A fault",
            "payer_kind": "Kind of payer",
            "claim_kind": "Kind of claim",
            "starts_on": "From day of service",
            "stops_on": "Until",
            "note": "Why",
        }
        help_texts: ClassVar[dict[str, str]] = {"starts_on": ""}
        widgets: ClassVar[dict[str, type[forms.Widget]]] = {"starts_on": DayInput, "stops_on": DayInput}

    def __init__(self, *arguments: Any, payers: QuerySet[Payer], rule_id: str, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.instance.rule_id = rule_id
        payer = forms.ModelChoiceField(
            payers, required=False, empty_label="Any payer", initial=self.instance.payer_id
        )
        self.fields = {"severity": self.fields["severity"], "payer": payer, **self.fields}
        self.fields["version"].initial = self.instance.version

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        starts, stops = cleaned.get("starts_on"), cleaned.get("stops_on")
        if starts and stops and stops < starts:
            self.add_error("stops_on", "It cannot end before it begins.")
        severity = cleaned.get("severity")
        if severity and self.instance.rule_id in NEVER_LET_PASS and severity not in BLOCKING:
            self.add_error("severity", "The law decides this rule: its faults hold the claim.")
        return cleaned
