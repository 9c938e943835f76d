"""What a person says to a work item. Parsed here, decided in the services."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from django import forms

from tenancy.ids import uuid7
from tenancy.models import Person
from workbench.choices import LONGEST_SNOOZE_DAYS, CloseOutcome, NoteKind, SnoozeReason, Visibility, WaitingOn


class DayInput(forms.DateInput):
    input_type = "date"

    def __init__(self, **options: Any) -> None:
        super().__init__(format="%Y-%m-%d", **options)


class DayField(forms.DateField):
    widget = DayInput


class VersionedForm(forms.Form):
    """`version` is that of the item the person saw; the service refuses when it has moved on."""

    version = forms.IntegerField(widget=forms.HiddenInput)


class OnceForm(forms.Form):
    """`form_key` is drawn when the form is shown: sent twice, it acts once."""

    form_key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *arguments: Any, **options: Any) -> None:
        options["initial"] = {"form_key": uuid7(), **(options.get("initial") or {})}
        super().__init__(*arguments, **options)


class PersonField(forms.ChoiceField):
    def __init__(self, people: Iterable[Person], **options: Any) -> None:
        choices = [("", "Nobody"), *((str(person.id), person.name) for person in people)]
        super().__init__(choices=choices, required=False, **options)


class AssignForm(VersionedForm):
    def __init__(self, *arguments: Any, people: Iterable[Person] = (), **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.fields["assignee"] = PersonField(people, label="Give to")


class SnoozeForm(VersionedForm):
    until = forms.DateField(label="Until", widget=DayInput)
    reason = forms.ChoiceField(label="Why", choices=[("", "Choose…"), *SnoozeReason.choices])

    def __init__(self, *arguments: Any, on: date, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.fields["until"].initial = on + timedelta(days=14)
        self.fields["until"].widget.attrs["min"] = (on + timedelta(days=1)).isoformat()
        self.fields["until"].widget.attrs["max"] = (on + timedelta(days=LONGEST_SNOOZE_DAYS)).isoformat()
        self.on = on

    def clean_until(self) -> date:
        until: date = self.cleaned_data["until"]
        if until <= self.on:
            raise forms.ValidationError("Choose a day after today.")
        if (until - self.on).days > LONGEST_SNOOZE_DAYS:
            raise forms.ValidationError("Choose a day within a year.")
        return until


class BlockForm(VersionedForm):
    waiting_on = forms.ChoiceField(label="Waiting on", choices=WaitingOn.choices)


class NoteForm(OnceForm):
    body = forms.CharField(
        label="What happened",
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 4, "autofocus": True, "data-draft": "note"}),
    )
    kind = forms.ChoiceField(
        label="Kind", required=False, choices=[(NoteKind.NOTE, "Note"), (NoteKind.CALL, "Call")]
    )
    contact = forms.CharField(label="Spoke with", required=False, max_length=120)
    contact_reference = forms.CharField(label="Call reference", required=False, max_length=60)
    follow_up_on = forms.DateField(label="Follow up on", required=False, widget=DayInput)


class EscalateForm(VersionedForm):
    reason = forms.CharField(
        label="What a manager should decide",
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3, "data-draft": "escalate"}),
    )


class CloseForm(VersionedForm):
    outcome = forms.ChoiceField(label="Why is it done?")
    reason = forms.CharField(
        label="Note", required=False, max_length=1000, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, *arguments: Any, reasons: Iterable[tuple[str, str]] = (), **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.fields["outcome"].choices = [("", "Choose…"), *(list(reasons) or CloseOutcome.choices)]  # type: ignore[attr-defined]


class ReasonForm(VersionedForm):
    reason = forms.CharField(label="Why", max_length=500, widget=forms.Textarea(attrs={"rows": 2}))


class SavedViewForm(forms.Form):
    name = forms.CharField(label="Name", max_length=60)
    query = forms.CharField(required=False, max_length=1000, widget=forms.HiddenInput)
    visibility = forms.ChoiceField(label="Who sees it", choices=Visibility.choices)
    is_default = forms.BooleanField(label="Open this queue with it", required=False)


class BulkAssignForm(forms.Form):
    def __init__(self, *arguments: Any, people: Iterable[Person] = (), **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.fields["assignee_id"] = PersonField(people, label="Give to")


class BulkSnoozeForm(forms.Form):
    until = forms.DateField(label="Until", widget=DayInput)
    reason = forms.ChoiceField(label="Why", choices=[("", "Choose…"), *SnoozeReason.choices])


class BulkNoteForm(forms.Form):
    body = forms.CharField(label="Note", max_length=4000, widget=forms.Textarea(attrs={"rows": 3}))
    follow_up_on = forms.DateField(label="Follow up on", required=False, widget=DayInput)


class BulkCloseForm(forms.Form):
    outcome = forms.ChoiceField(label="Why are they done?")
    reason = forms.CharField(
        label="Note", required=False, max_length=1000, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, *arguments: Any, reasons: Iterable[tuple[str, str]] = (), **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.fields["outcome"].choices = [("", "Choose…"), *(list(reasons) or CloseOutcome.choices)]  # type: ignore[attr-defined]
