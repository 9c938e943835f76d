from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID

from django import forms

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
