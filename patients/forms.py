"""What a person enters about a patient. Parsed here, decided in the services."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import forms

from patients.choices import HOLD_REASONS, RANKS, PaymentMethod, PlanType, Relationship, Sex
from patients.person_form import AddressedForm, PersonForm, WrittenForm
from patients.rules.coding import bare_code
from patients.rules.names import normalized_number
from patients.services import PaymentTaken
from reference.models import Payer
from workbench.forms import DayField


class RankField(forms.TypedChoiceField):
    def __init__(self, **options: Any) -> None:
        choices = [("", "Not settled"), *((str(rank), words) for rank, words in RANKS)]
        super().__init__(choices=choices, coerce=int, empty_value=None, required=False, **options)


class CodeField(forms.CharField):
    """A code in capitals, without dots and blanks."""

    def to_python(self, value: Any) -> str:
        return bare_code(super().to_python(value) or "")


class VersionedForm(WrittenForm):
    """`version` is that of the record the person saw; `once` makes a create sent twice make one."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    once = forms.CharField(widget=forms.HiddenInput, required=False, max_length=100)

    def values(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if name not in ("version", "once")}


class PatientForm(PersonForm, VersionedForm):
    pass


class GuarantorForm(AddressedForm, VersionedForm):
    relationship = forms.ChoiceField(
        label="The patient is the guarantor's", choices=Relationship.choices, initial=Relationship.SELF
    )
    last_name = forms.CharField(max_length=60)
    first_name = forms.CharField(max_length=35, required=False)
    phone = forms.CharField(label="Telephone", max_length=40, required=False)
    email = forms.EmailField(label="E-mail", max_length=254, required=False)
    address_line = forms.CharField(label="Street", max_length=55, required=False)
    address_line_2 = forms.CharField(label="Street, second line", max_length=55, required=False)
    city = forms.CharField(max_length=30, required=False)
    state = forms.CharField(max_length=2, required=False)
    postal_code = forms.CharField(label="ZIP code", max_length=15, required=False)


class CoverageForm(VersionedForm):
    plan_name = forms.CharField(label="Plan", max_length=80, required=False)
    plan_type = forms.ChoiceField(choices=PlanType.choices, initial=PlanType.UNKNOWN)
    group_number = forms.CharField(max_length=50, required=False)
    rank = RankField(label="Order", help_text="Who pays first on the days below.")
    starts_on = DayField(label="First day", required=False)
    ends_on = DayField(label="Last day", required=False)
    relationship = forms.ChoiceField(
        label="The patient is the subscriber's", choices=Relationship.choices, initial=Relationship.SELF
    )
    subscriber_last_name = forms.CharField(
        max_length=60, required=False, help_text="Empty where the patient is the subscriber."
    )
    subscriber_first_name = forms.CharField(max_length=35, required=False)
    subscriber_birth_date = DayField(required=False)
    subscriber_sex = forms.ChoiceField(choices=Sex.choices, initial=Sex.UNKNOWN)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        starts, ends = cleaned.get("starts_on"), cleaned.get("ends_on")
        if starts and ends and ends < starts:
            self.add_error("ends_on", "The last day lies before the first.")
        return cleaned


class NewCoverageForm(CoverageForm):
    """The payer and the member id are the coverage: they are asked once and not changed afterwards."""

    payer: forms.ModelChoiceField = forms.ModelChoiceField(queryset=None, empty_label="Choose…")
    member_id = forms.CharField(label="Member id", max_length=80)
    field_order = ("payer", "member_id")

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        payers = Payer.objects.filter(is_active=True).order_by("name_normalized", "id")
        self.fields["payer"].queryset = payers  # type: ignore[attr-defined]

    def clean_member_id(self) -> str:
        member_id = str(self.cleaned_data["member_id"]).strip()
        if not normalized_number(member_id):
            raise forms.ValidationError("A member id has letters or digits.")
        return member_id

    def values(self) -> dict[str, Any]:
        values = super().values()
        values["payer_id"] = values.pop("payer").id
        return values


class HoldForm(forms.Form):
    reason = forms.ChoiceField(choices=HOLD_REASONS)
    note = forms.CharField(max_length=200, required=False)
    until_on = DayField(label="Until", required=False)


class ConsentForm(forms.Form):
    recipients = forms.CharField(
        label="Who may receive it", max_length=200, initial="All payers of the patient"
    )
    purpose = forms.CharField(max_length=80, initial="Payment")
    starts_on = DayField(label="From")
    ends_on = DayField(label="Until", required=False, help_text="Empty: until it is revoked.")
    how = forms.CharField(label="How it was given", max_length=120, help_text="Signed on paper, kept where")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        begins, ends = cleaned.get("starts_on"), cleaned.get("ends_on")
        if begins and ends and ends < begins:
            self.add_error("ends_on", "It cannot end before it begins.")
        return cleaned


class PaymentForm(VersionedForm):
    amount = forms.DecimalField(
        min_value=Decimal("0.01"),
        max_digits=8,
        decimal_places=2,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )
    method = forms.ChoiceField(label="Paid by", choices=PaymentMethod.choices)
    reference = forms.CharField(
        max_length=60,
        required=False,
        help_text="Number of the check, last four digits of the card. Never the card's whole number.",
    )
    received_on = DayField(label="Day")
    paid_for = forms.CharField(label="For", max_length=80, required=False, help_text="As the receipt says it")

    def taken(self) -> PaymentTaken:
        said = self.cleaned_data
        return PaymentTaken(
            int(said["amount"] * 100),
            said["method"],
            said["received_on"],
            said["reference"],
            said["paid_for"],
        )


class VoidForm(forms.Form):
    reason = forms.CharField(label="Why", max_length=120)


class SearchForm(forms.Form):
    words = forms.CharField(label="Name, record number or member id", max_length=100)


def labels(form: forms.Form) -> Mapping[str, str]:
    return {name: str(form[name].label) for name in form.fields}
