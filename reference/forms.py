import re
from typing import Any

from django import forms
from django.db.models import QuerySet

from reference.choices import Action, AliasKind, CodeSet, Confidence, PayerQuirk, ProviderKind
from reference.models import DeadlineRule, Payer, PayerRule, Provider
from reference.rules.npi import is_valid_npi
from reference.rules.overrides import pattern_problem
from tenancy.models import Location

_BETWEEN = re.compile(r"[\s,;]+")
_PROCEDURE = re.compile(r"\d{4}[0-9A-Z]|[A-Z]\d{4}")
BAD_NPI = "This is not an NPI: ten digits whose last one checks the others."


ACTIONS = [("", "as the codes say"), *Action.choices]
ACTION_FIELDS = ("first_action", "second_action", "third_action")


def clean_npi(form: forms.ModelForm) -> str:
    """A wrong number already on file may stay until somebody knows the right one."""
    npi: str = form.cleaned_data.get("npi", "").strip()
    if npi and npi != form.initial.get("npi") and not is_valid_npi(npi):
        raise forms.ValidationError(BAD_NPI)
    return npi


class CodesField(forms.CharField):
    """Procedure codes in one box, separated by commas or blanks; each is kept once, in order."""

    widget = forms.Textarea(attrs={"rows": 3, "spellcheck": "false"})

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(value) if isinstance(value, list) else value

    def clean(self, value: Any) -> list[str]:
        codes = sorted(set(_BETWEEN.split(super().clean(value).upper())) - {""})
        wrong = [one for one in codes if not _PROCEDURE.fullmatch(one)]
        if wrong:
            named = ", ".join(wrong[:5]) + (" …" if len(wrong) > 5 else "")
            raise forms.ValidationError(f"Not a procedure code such as 70551 or J1100: {named}.")
        return codes


class VersionedForm(forms.ModelForm):
    """It carries the version of the record the person saw."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["version"].initial = self.instance.version


class PayerForm(VersionedForm):
    quirks = forms.MultipleChoiceField(
        label="Wants on its claims",
        choices=PayerQuirk.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    authorized_services = CodesField(
        label="Services that need authorization",
        required=False,
        help_text="Procedure codes, separated by commas or blanks; a claim with one of them and no authorization"
        " waits",
    )

    class Meta:
        model = Payer
        fields = (
            "name",
            "payer_identifier",
            "tax_id",
            "kind",
            "is_capitated",
            "treats_pi_45_as_contractual",
            "filing_indicator",
            "accepts_replacement",
            "quirks",
            "authorized_services",
            "usual_response_days",
            "is_active",
        )


class AliasForm(forms.Form):
    kind = forms.ChoiceField(choices=AliasKind.choices)
    written_as = forms.CharField(max_length=120, label="As files write it")


class CredentialingForm(forms.Form):
    starts_on = forms.DateField(label="From day of service", widget=forms.DateInput(attrs={"type": "date"}))
    stops_on = forms.DateField(label="Until", required=False, widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, *args: Any, providers: QuerySet[Provider], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields = {
            "provider": forms.ModelChoiceField(providers, empty_label="Choose …"),
            **self.fields,
        }


class DeadlineRuleForm(forms.ModelForm):
    class Meta:
        model = DeadlineRule
        fields = (
            "kind",
            "days",
            "months",
            "fixed_date",
            "basis",
            "day_type",
            "cutoff",
            "grace_days",
            "safety_days",
            "starts_on",
            "stops_on",
            "source_note",
            "confidence",
        )
        labels = {
            "kind": "For",
            "basis": "Counted from",
            "day_type": "Days are",
            "cutoff": "Must be",
            "starts_on": "In force from",
            "stops_on": "In force until",
            "source_note": "Where this is written",
        }
        widgets = {
            "starts_on": forms.DateInput(attrs={"type": "date"}),
            "stops_on": forms.DateInput(attrs={"type": "date"}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        confirmed = (Confidence.CONTRACT, Confidence.CONFIRMED)
        self.fields["confidence"] = forms.ChoiceField(
            choices=[(one.value, one.label) for one in confirmed], label="How sure"
        )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        lengths = [cleaned.get("days") is not None, cleaned.get("months") is not None]
        lengths.append(bool(cleaned.get("fixed_date")))
        if sum(lengths) != 1:
            self.add_error("days", "Give days, or months, or a fixed date: one of them.")
        starts_on, stops_on = cleaned.get("starts_on"), cleaned.get("stops_on")
        if starts_on and stops_on and stops_on < starts_on:
            self.add_error("stops_on", "This is before it comes into force.")
        for name in ("days", "months", "grace_days", "safety_days"):
            if (cleaned.get(name) or 0) < 0:
                self.add_error(name, "This cannot be less than nothing.")
        return cleaned


LARGEST_BOOST = 30


class PayerRuleForm(VersionedForm):
    """Any payer, or one of those the person may see."""

    group_code = forms.ChoiceField(
        choices=[("", "any"), ("CO", "CO"), ("PR", "PR"), ("OA", "OA"), ("PI", "PI")],
        required=False,
        label="Group",
    )
    first_action = forms.ChoiceField(choices=ACTIONS, required=False, label="Try first")
    second_action = forms.ChoiceField(choices=ACTIONS, required=False, label="Then")
    third_action = forms.ChoiceField(choices=ACTIONS, required=False, label="And then")

    class Meta:
        model = PayerRule
        fields = (
            "group_code",
            "reason_code",
            "remark_code",
            "procedure_code",
            "place_of_service",
            "text_pattern",
            "category",
            "root_cause",
            "owner_team",
            "priority_boost",
            "source_note",
            "is_active",
        )
        labels = {"source_note": "Why we read it so", "owner_team": "Team"}

    def __init__(self, *args: Any, payers: QuerySet[Payer], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Not of the model's own making: that asks for all payers while the module is read, outside any scope.
        field = forms.ModelChoiceField(
            payers, required=False, empty_label="any payer", initial=self.instance.payer_id
        )
        self.fields = {"payer": field, **self.fields}
        self.order_fields(["payer", *self.Meta.fields[:-2], *ACTION_FIELDS])
        for name, action in zip(ACTION_FIELDS, self.instance.actions, strict=False):
            self.initial.setdefault(name, action)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        for name in ("reason_code", "remark_code", "procedure_code", "place_of_service"):
            cleaned[name] = cleaned.get(name, "").strip().upper()
        cleaned["actions"] = list(filter(None, (cleaned.pop(name, "") for name in ACTION_FIELDS)))
        boost = cleaned["priority_boost"] = cleaned.get("priority_boost") or 0
        if boost > LARGEST_BOOST:
            self.add_error(
                "priority_boost", f"At most {LARGEST_BOOST}: the deadline and the money must still count."
            )
        if problem := pattern_problem(cleaned.get("text_pattern", "")):
            self.add_error("text_pattern", problem)
        if not (cleaned["reason_code"] or cleaned["remark_code"] or cleaned["procedure_code"]):
            self.add_error("reason_code", "Name at least a CARC, a RARC or a procedure.")
        if not any(cleaned.get(name) for name in ("category", "root_cause", "owner_team", "actions")):
            raise forms.ValidationError("Say what changes: category, cause, team or actions.")
        return cleaned


class ProviderForm(VersionedForm):
    class Meta:
        model = Provider
        fields = (
            "kind",
            "npi",
            "last_name",
            "first_name",
            "middle_name",
            "organization_name",
            "taxonomy_code",
            "tax_id",
            "bills",
            "address_line",
            "address_line_2",
            "city",
            "state",
            "postal_code",
            "phone",
            "pay_to_line",
            "pay_to_city",
            "pay_to_state",
            "pay_to_postal_code",
            "is_active",
        )

    clean_npi = clean_npi

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        needed = "organization_name" if cleaned.get("kind") == ProviderKind.ORGANIZATION else "last_name"
        if not cleaned.get(needed):
            self.add_error(needed, "A name is needed.")
        return cleaned


class LocationForm(forms.ModelForm):
    class Meta:
        model = Location
        fields = (
            "name",
            "npi",
            "address_line",
            "city",
            "state",
            "postal_code",
            "place_of_service",
            "is_active",
        )

    clean_npi = clean_npi


class CodeLookupForm(forms.Form):
    code_set = forms.ChoiceField(choices=CodeSet.choices, required=False, label="Code list")
    q = forms.CharField(max_length=80, required=False, label="Code or words")
