from typing import Any, ClassVar

from django import forms
from django.db.models import QuerySet

from clearinghouse.choices import Transaction, Transport
from clearinghouse.models import Connection, TradingPartner
from clearinghouse.transports.https import trust
from reference.models import Payer, Provider

NEEDED = {
    Transport.SFTP: ("address", "user_name", "secret_name", "host_key"),
    Transport.HTTPS: ("address", "secret_name", "certificate"),
}
MOST_CLAIMS_IN_A_SET = 5000


class PartnerForm(forms.ModelForm):
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    class Meta:
        model = TradingPartner
        fields = (
            "name",
            "receiver_qualifier",
            "receiver_id",
            "application_receiver",
            "receiver_identifier",
            "sender_qualifier",
            "sender_id",
            "application_sender",
            "sender_identifier",
            "contact_name",
            "contact_phone",
            "claims_per_set",
            "opens_at",
            "closes_at",
            "is_closed_on_weekends",
            "minutes_between",
            "answers_within_hours",
            "is_production",
            "is_active",
        )
        widgets = {
            name: forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
            for name in ("opens_at", "closes_at")
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["version"].initial = self.instance.version

    def clean(self) -> dict[str, Any]:
        """The characters that end elements of a file can be in none of them."""
        cleaned: dict[str, Any] = super().clean() or {}
        for name, value in list(cleaned.items()):
            if isinstance(value, str) and set(value) & set("*^:~"):
                self.add_error(name, "The characters * ^ : ~ have a meaning of their own in X12.")
        phone = cleaned.get("contact_phone", "")
        digits = "".join(one for one in phone if one.isdigit())
        if phone and len(digits) != 10:
            self.add_error("contact_phone", "Ten digits, area code first.")
        cleaned["contact_phone"] = digits
        if (cleaned.get("opens_at") is None) is not (cleaned.get("closes_at") is None):
            self.add_error("closes_at", "A window has two ends, or none.")
        if not 1 <= cleaned.get("claims_per_set", 1) <= MOST_CLAIMS_IN_A_SET:
            self.add_error("claims_per_set", f"From 1 to {MOST_CLAIMS_IN_A_SET:,}.")
        return cleaned


class ConnectionForm(forms.ModelForm):
    class Meta:
        model = Connection
        fields = (
            "transport",
            "address",
            "port",
            "user_name",
            "secret_name",
            "host_key",
            "certificate",
            "outgoing_folder",
            "incoming_folder",
            "question_path",
            "removes_fetched",
            "timeout_seconds",
        )
        help_texts: ClassVar[dict[str, str]] = {"incoming_folder": "Empty: nothing is fetched"}

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        transport = cleaned.get("transport", "")
        for name in NEEDED.get(transport, ()):
            if not cleaned.get(name) and name not in self.errors:
                self.add_error(name, f"{transport} needs this.")
        if cleaned.get("timeout_seconds") == 0:
            self.add_error("timeout_seconds", "At least one second.")
        return cleaned

    def clean_certificate(self) -> str:
        text: str = self.cleaned_data["certificate"].strip()
        if "PRIVATE KEY" in text:
            raise forms.ValidationError(
                "This holds a private key, which nobody should have sent. Ask for the certificate."
            )
        if text:
            try:
                trust(text)
            except ValueError:
                raise forms.ValidationError("This is no certificate as PEM files hold them.") from None
        return text


class RouteForm(forms.Form):
    transaction_kind = forms.ChoiceField(choices=Transaction.choices, label="Transaction")
    payer_identifier = forms.CharField(max_length=80, label="Payer's id there")
    needs_enrolment = forms.BooleanField(required=False, label="Takes enrolled providers only")

    def __init__(self, *args: Any, payers: QuerySet[Payer], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields = {"payer": forms.ModelChoiceField(payers), **self.fields}


class EnrolmentForm(forms.Form):
    transaction_kind = forms.ChoiceField(choices=Transaction.choices, label="Transaction")
    enrolled_name = forms.CharField(
        max_length=120,
        required=False,
        label="Enrolled as",
        help_text="The provider's name as the payer has it; claims under another name are warned of",
    )

    def __init__(
        self, *args: Any, payers: QuerySet[Payer], providers: QuerySet[Provider], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields = {
            "provider": forms.ModelChoiceField(providers, empty_label="Choose …"),
            "payer": forms.ModelChoiceField(payers, empty_label="Choose …"),
            **self.fields,
        }
