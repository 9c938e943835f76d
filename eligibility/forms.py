"""What a person at the front desk asks. Parsed here, decided in the services."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.db.models import QuerySet

from eligibility.choices import STATUSES, VerifiedHow
from eligibility.rules.answers import WHOLE_PLAN, Member
from eligibility.rules.asking import Person, Question
from eligibility.rules.by_hand import Told
from eligibility.rules.codes import service_types
from eligibility.rules.words import CoverageStatus
from patients.person_form import PersonForm
from patients.rules.names import normalized_number
from reference.models import Payer, Provider
from tenancy.urls import practice_url
from workbench.forms import DayField

TEST_NPI = "1760854442"
"""Test payers know no provider of the practice."""
COMMON_SERVICES = ("98", "30", "UC", "86", "47", "48", "50", "MH", "33", "35", "AL", "88", "1")
"""What payers must answer for (domain: 4.5), the office visit first."""
SEXES = [("", "Not told"), ("F", "Female"), ("M", "Male")]
RELATIONSHIPS = [
    ("", "the subscriber"),
    ("01", "the spouse"),
    ("19", "a child"),
    ("G8", "somebody else of the family"),
]


class CheckForm(forms.Form):
    patient = forms.UUIDField(widget=forms.HiddenInput, required=False)
    coverage = forms.UUIDField(widget=forms.HiddenInput, required=False)
    payer = forms.ModelChoiceField(
        Payer.objects.none(), required=False, widget=forms.HiddenInput(attrs={"data-finder-value": True})
    )
    payer_words = forms.CharField(
        label="Payer",
        max_length=120,
        error_messages={"required": "Choose the payer to ask."},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    member_number = forms.CharField(
        label="Member id",
        min_length=2,
        max_length=80,
        required=False,
        help_text="Or else name and birth date",
    )
    last_name = forms.CharField(label="Subscriber's last name", max_length=60, required=False)
    first_name = forms.CharField(label="Subscriber's first name", max_length=35, required=False)
    birth_date = DayField(label="Subscriber's birth date", required=False)
    sex = forms.ChoiceField(label="Subscriber's sex", choices=SEXES, required=False)
    group_number = forms.CharField(max_length=50, required=False)
    relationship = forms.ChoiceField(label="The patient is", choices=RELATIONSHIPS, required=False)
    dependent_last_name = forms.CharField(label="Patient's last name", max_length=60, required=False)
    dependent_first_name = forms.CharField(label="Patient's first name", max_length=35, required=False)
    dependent_birth_date = DayField(label="Patient's birth date", required=False)
    dependent_sex = forms.ChoiceField(label="Patient's sex", choices=SEXES, required=False)
    provider = forms.ModelChoiceField(Provider.objects.none(), empty_label="Choose who will bill")
    service_on = DayField(label="Date of service")
    service_type = forms.ChoiceField(label="For")
    is_test = forms.BooleanField(
        label="Ask a test payer", required=False, help_text="Answered here; nothing leaves the practice"
    )
    test_payer = forms.CharField(label="Test payer id", max_length=80, required=False)

    def __init__(
        self, *arguments: Any, payers: Callable[[str], QuerySet[Payer]], providers: Any, **options: Any
    ) -> None:
        """`payers` finds those one may ask by words; all of them by none."""
        super().__init__(*arguments, **options)
        self.payers = payers
        self.fields["payer"].queryset = payers("")  # type: ignore[attr-defined]
        self.fields["payer_words"].widget.attrs |= {
            "data-finder-box": True,
            "placeholder": "Name or payer id",
            "hx-get": practice_url("eligibility:find-payers"),
            "hx-trigger": "input changed delay:200ms",
            "hx-target": "#payer-hits",
            "hx-swap": "innerHTML",
            "hx-sync": "this:replace",
        }
        self.fields["payer_words"].required = not self.data.get("is_test")
        self.fields["provider"].queryset = providers  # type: ignore[attr-defined]
        self.fields["service_type"].choices = _by_group()  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if not cleaned.get("is_test"):
            self._settle_payer(cleaned)
        elif not cleaned.get("test_payer"):
            self.add_error("test_payer", "Write the id of a test payer, such as 00001.")
        if not (cleaned.get("member_number") or "member_number" in self.errors) and not (
            cleaned.get("last_name") and cleaned.get("birth_date")
        ):
            self.add_error("member_number", "Write the member id, or else name and birth date.")
        if cleaned.get("relationship") and not cleaned.get("dependent_first_name"):
            self.add_error("dependent_first_name", "Write the patient's first name.")
        return cleaned

    def _settle_payer(self, cleaned: dict[str, Any]) -> None:
        """The one that was picked, else the only one the words fit."""
        if cleaned.get("payer") or "payer_words" in self.errors:
            return
        if "payer" in self.errors:
            self.add_error("payer_words", "Choose the payer to ask.")
            return
        words = (cleaned.get("payer_words") or "").strip()
        fitting = list(self.payers(words)[:2]) if words else []
        if len(fitting) == 1:
            cleaned["payer"] = fitting[0]
        elif fitting:
            self.add_error("payer_words", "Several payers fit. Choose one of those found.")
        else:
            self.add_error(
                "payer_words", "No payer is known by that." if words else "Choose the payer to ask."
            )

    def question(self) -> Question:
        """Under which id the payer is known is for the way to it to say; a test payer's is what was written."""
        said = self.cleaned_data
        payer: Payer | None = said["payer"]
        provider: Provider = said["provider"]
        dependent = None
        if said["relationship"]:
            last_name = said["dependent_last_name"] or said["last_name"]
            dependent = Person(
                last_name, said["dependent_first_name"], said["dependent_birth_date"], said["dependent_sex"]
            )
        named = not said["is_test"] and payer is not None
        return Question(
            payer_name=payer.name if payer and named else "Test payer",
            payer_identifier="" if named else said["test_payer"].strip(),
            provider_name=str(provider),
            provider_npi=provider.npi if named else TEST_NPI,
            subscriber=Person(
                said["last_name"], said["first_name"], said["birth_date"], said["sex"], said["member_number"].strip(),
                said["group_number"].strip(),
            ),
            dependent=dependent,
            relationship=said["relationship"],
            service_types=tuple(dict.fromkeys((said["service_type"], WHOLE_PLAN))),
            service_on=said["service_on"],
        )  # fmt: skip


class Dollars(forms.DecimalField):
    """An amount; None where nothing was said of it."""

    def __init__(self, label: str) -> None:
        super().__init__(
            label=label,
            required=False,
            min_value=0,
            max_digits=8,
            decimal_places=2,
            widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
        )

    def clean(self, value: Any) -> int | None:
        amount = super().clean(value)
        return None if amount is None else int(amount * 100)


class RegisterForm(PersonForm):
    """Somebody a payer was asked about, as the patient they become."""

    field_order = ("member_id",)
    member_id = forms.CharField(label="Member id", max_length=80)

    def clean_member_id(self) -> str:
        member_id: str = self.cleaned_data["member_id"]
        if not normalized_number(member_id):
            raise forms.ValidationError("A member id has letters or digits.")
        return member_id

    def values(self) -> dict[str, Any]:
        """Of the patient; the member id is the coverage's."""
        return {name: value for name, value in self.cleaned_data.items() if name != "member_id"}


class ByHandForm(forms.Form):
    """What a payer's portal shows, or somebody says on the telephone."""

    once = forms.CharField(widget=forms.HiddenInput, required=False, max_length=100)
    how = forms.ChoiceField(label="How", choices=VerifiedHow.choices)
    spoke_with = forms.CharField(
        label="Whom you spoke with", max_length=80, required=False, help_text="On the telephone"
    )
    reference_number = forms.CharField(label="Reference number", max_length=60, required=False)
    service_on = DayField(label="Date of service")
    service_type = forms.ChoiceField(label="For")
    status = forms.ChoiceField(label="The payer says", choices=STATUSES)
    plan_name = forms.CharField(label="Plan", max_length=80, required=False)
    begins_on = DayField(label="Plan begins", required=False)
    ends_on = DayField(label="Plan ends", required=False)
    copay_cents = Dollars("Copay")
    coinsurance = forms.DecimalField(
        label="Coinsurance, %", required=False, min_value=0, max_value=100, decimal_places=2, max_digits=5
    )
    deductible_cents = Dollars("Deductible")
    deductible_left_cents = Dollars("Left of the deductible")
    out_of_pocket_cents = Dollars("Out-of-pocket maximum")
    out_of_pocket_left_cents = Dollars("Left of the out-of-pocket maximum")
    needs_authorization = forms.NullBooleanField(
        label="Authorization",
        required=False,
        widget=forms.Select(choices=[("", "Not said"), ("true", "Needed"), ("false", "Not needed")]),
    )
    other_payer = forms.CharField(label="Other payer", max_length=60, required=False)
    note = forms.CharField(max_length=264, required=False, help_text="In the payer's words")
    evidence = forms.FileField(
        required=False, help_text="A picture or PDF of the portal's page, 4 MB at most"
    )

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.fields["service_type"].choices = _by_group()  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        begins, ends = cleaned.get("begins_on"), cleaned.get("ends_on")
        if begins and ends and ends < begins:
            self.add_error("ends_on", "The plan ends before it begins.")
        if cleaned.get("how") == VerifiedHow.PHONE and not cleaned.get("spoke_with"):
            self.add_error("spoke_with", "Write whom you spoke with.")
        for what in ("deductible", "out_of_pocket"):
            total, left = cleaned.get(f"{what}_cents"), cleaned.get(f"{what}_left_cents")
            if total is not None and left is not None and left > total:
                self.add_error(f"{what}_left_cents", "More is left than there is.")
        return cleaned

    def told(self, member: Member) -> Told:
        said = self.cleaned_data
        same = (
            "service_type", "plan_name", "begins_on", "ends_on", "copay_cents", "deductible_cents",
            "deductible_left_cents", "out_of_pocket_cents", "out_of_pocket_left_cents", "needs_authorization",
            "other_payer", "note",
        )  # fmt: skip
        share = said["coinsurance"]
        return Told(
            status=CoverageStatus(said["status"]),
            how=VerifiedHow(said["how"]).label.lower(),
            member=member,
            coinsurance_points=None if share is None else int(share * 100),
            **{name: said[name] for name in same},
        )

    def values(self) -> dict[str, Any]:
        """What the same form sent twice has in common; a file counts by its bytes."""
        return {name: value for name, value in self.cleaned_data.items() if name not in ("once", "evidence")}


def _by_group() -> list[tuple[str, list[tuple[str, str]]]]:
    """In words: the common ones, then all the others by what they belong to."""
    known = service_types()
    groups = {"Common": [(code, known[code].label) for code in COMMON_SERVICES]}
    for one in known.values():
        if one.code in COMMON_SERVICES:
            continue
        groups.setdefault(one.group.capitalize(), []).append((one.code, one.label))
    return list(groups.items())
