"""Forms of giving and ending access."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet

from rcm_site.access.authority import PRACTICE_ROLES, Authority
from rcm_site.access.selectors import billing_companies
from reference.models import Payer
from tenancy.choices import Role
from tenancy.models import Location, Organization
from tenancy.roles import PERMISSIONS, ROLE_PERMISSIONS

LONGEST_TOKEN = timedelta(days=366)


def _day() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class GrantForm(forms.Form):
    """One role: where, for which payers, from when to when, and why. What may be chosen is the giver's own right."""

    role = forms.ChoiceField()
    locations = forms.MultipleChoiceField(
        required=False, help_text="None chosen: all", widget=forms.CheckboxSelectMultiple
    )
    payers = forms.MultipleChoiceField(
        required=False, help_text="None chosen: all", widget=forms.CheckboxSelectMultiple
    )
    part2 = forms.BooleanField(required=False, label="May see substance-use records (42 CFR Part 2)")
    write_off_limit = forms.DecimalField(
        required=False, min_value=0, decimal_places=2, max_digits=9, label="Write-off limit in dollars",
        help_text="Empty: what the role carries. The practice's own administrators may give more.",
    )  # fmt: skip
    starts_on = forms.DateField(label="From", widget=_day())
    ends_on = forms.DateField(required=False, label="Last day", widget=_day())
    reason = forms.CharField(max_length=200, min_length=5)

    def __init__(self, *args: Any, authority: Authority, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.authority = authority
        choose(self.fields["role"], [(role, Role(role).label) for role in authority.roles])
        places = Location.objects.filter(organization_id=authority.practice_id, is_active=True).order_by(
            "name"
        )
        choose(self.fields["locations"], _own(places, authority.location_ids))
        choose(self.fields["payers"], _own(Payer.objects.order_by("name", "id"), authority.payer_ids))

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        starts_on, ends_on = data.get("starts_on"), data.get("ends_on")
        if starts_on and ends_on and ends_on < starts_on:
            self.add_error("ends_on", "The last day is before the first.")
        return data

    def terms(self) -> dict[str, Any]:
        """As services.give_role takes them."""
        data = self.cleaned_data
        limit = data["write_off_limit"]
        return {
            "role": data["role"],
            "location_ids": [UUID(key) for key in data["locations"]],
            "payer_ids": [UUID(key) for key in data["payers"]],
            "part2": data["part2"],
            "write_off_limit_cents": None if limit is None else int(limit * 100),
            "starts_on": data["starts_on"],
            "ends_on": data["ends_on"],
            "reason": data["reason"],
        }


class InviteForm(GrantForm):
    email = forms.EmailField(max_length=254)
    name = forms.CharField(max_length=120)

    field_order = ("email", "name", "role", "starts_on", "ends_on", "write_off_limit", "reason")


class ReasonForm(forms.Form):
    reason = forms.CharField(max_length=200, min_length=5)


class EngagementForm(forms.Form):
    billing_company: forms.ModelChoiceField[Organization] = forms.ModelChoiceField(queryset=None)
    agreement_reference = forms.CharField(max_length=60, label="Business associate agreement")
    ceiling_roles = forms.MultipleChoiceField(
        label="Highest roles its people may hold", widget=forms.CheckboxSelectMultiple
    )
    starts_on = forms.DateField(label="From", widget=_day())
    ends_on = forms.DateField(required=False, label="Last day", widget=_day())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["billing_company"].queryset = billing_companies()  # type: ignore[attr-defined]
        roles = [role for role in PRACTICE_ROLES if role != Role.PRACTICE_ADMIN]
        choose(self.fields["ceiling_roles"], [(str(role), role.label) for role in roles])

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("starts_on") and data.get("ends_on") and data["ends_on"] < data["starts_on"]:
            self.add_error("ends_on", "The last day is before the first.")
        return data


class TokenForm(forms.Form):
    name = forms.CharField(max_length=80, help_text="Which program uses it")
    permissions = forms.MultipleChoiceField(label="Scopes", widget=forms.CheckboxSelectMultiple)
    expires_on = forms.DateField(label="Last day", widget=_day())

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        allowed = ROLE_PERMISSIONS[Role.API_CLIENT]
        choose(
            self.fields["permissions"], [(key, words) for key, words in PERMISSIONS.items() if key in allowed]
        )

    def clean_expires_on(self) -> date:
        day: date = self.cleaned_data["expires_on"]
        if not self.today <= day <= self.today + LONGEST_TOKEN:
            raise ValidationError("Between today and a year from now.")
        return day


class BreakGlassForm(forms.Form):
    practice = forms.SlugField(label="Practice (its short name)")
    reason = forms.CharField(max_length=200, min_length=10)
    minutes = forms.IntegerField(min_value=5, max_value=60, initial=30)


def choose(field: forms.Field, choices: list[tuple[str, str]]) -> None:
    field.choices = choices  # type: ignore[attr-defined]


def _own(rows: QuerySet[Any], allowed: frozenset[UUID] | None) -> list[tuple[str, str]]:
    return [(str(row.pk), row.name) for row in rows if allowed is None or row.pk in allowed]
