"""What a person says of a denial. Parsed here, decided in the services."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django import forms

from denials.choices import AppealMethod, AppealOutcome, AppealState, WriteOffReason
from reference.models import Payer
from workbench.choices import Team
from workbench.forms import DayInput, OnceForm, VersionedForm


class AppealForm(OnceForm, VersionedForm):
    method = forms.ChoiceField(label="How it was sent", choices=AppealMethod.choices)
    sent_on = forms.DateField(label="Sent on", widget=DayInput)
    reference = forms.CharField(
        label="Reference",
        required=False,
        max_length=80,
        help_text="Fax confirmation, portal or tracking number",
    )
    decision_due_on = forms.DateField(label="Decision due on", required=False, widget=DayInput)
    note = forms.CharField(
        label="Grounds", required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 3})
    )


class AppealAnswerForm(VersionedForm):
    state = forms.ChoiceField(
        label="The payer",
        choices=[
            (AppealState.ACKNOWLEDGED, "acknowledged the appeal"),
            (AppealState.INFO_REQUESTED, "asks for more information"),
        ],
    )


class DecisionForm(VersionedForm):
    outcome = forms.ChoiceField(label="Decision", choices=[("", "Choose…"), *AppealOutcome.choices])
    decided_on = forms.DateField(label="Decided on", widget=DayInput)
    note = forms.CharField(
        label="Note", required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 2})
    )


class WriteOffForm(OnceForm, VersionedForm):
    amount = forms.DecimalField(label="Amount", min_value=Decimal("0.01"), max_digits=11, decimal_places=2)
    reason = forms.ChoiceField(label="Why", choices=[("", "Choose…"), *WriteOffReason.choices])
    note = forms.CharField(
        label="Note", required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 2})
    )

    @property
    def amount_cents(self) -> int:
        return int(self.cleaned_data["amount"] * 100)


class DecideWriteOffForm(VersionedForm):
    note = forms.CharField(
        label="Note", required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 2})
    )


class TakeBackForm(VersionedForm):
    note = forms.CharField(label="Why", max_length=400, widget=forms.Textarea(attrs={"rows": 2}))


class RefuseWriteOffForm(VersionedForm):
    note = forms.CharField(
        label="Why not, and what instead", max_length=500, widget=forms.Textarea(attrs={"rows": 2})
    )


class RoutingForm(forms.Form):
    payer = forms.ChoiceField(label="Payer", required=False)
    category = forms.ChoiceField(label="Category", required=False)
    team = forms.ChoiceField(label="Goes to", choices=Team.choices)
    note = forms.CharField(label="Why", required=False, max_length=200)
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(
        self,
        *arguments: Any,
        payers: Iterable[Payer] = (),
        categories: Iterable[tuple[str, str]] = (),
        **options: Any,
    ) -> None:
        super().__init__(*arguments, **options)
        self.fields["payer"].choices = [("", "Any payer"), *((str(one.id), one.name) for one in payers)]  # type: ignore[attr-defined]
        self.fields["category"].choices = [("", "Any category"), *categories]  # type: ignore[attr-defined]

    @property
    def payer_id(self) -> UUID | None:
        chosen = self.cleaned_data["payer"]
        return UUID(chosen) if chosen else None


def initial_dates(on: date) -> dict[str, str]:
    return {"sent_on": on.isoformat(), "decided_on": on.isoformat()}
