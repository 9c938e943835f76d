"""allauth's forms in our words: a label says what a field wants, so nothing stands in the field itself."""

from __future__ import annotations

from typing import Any

from allauth.account import forms as account
from allauth.mfa.base import forms as mfa
from allauth.mfa.totp import forms as totp
from django import forms
from django.http import HttpRequest, HttpResponse

from tenancy.choices import Purpose

PURPOSES = [(value, label) for value, label in Purpose.choices if value != Purpose.BREAK_GLASS]
LABELS = {
    "login": "E-mail address",
    "email": "E-mail address",
    "oldpassword": "Password until now",
    "password1": "New password",
    "password2": "The new password again",
    "code": "Code",
}


class _InOurWords(forms.Form):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.label = LABELS.get(name, field.label)
            field.widget.attrs.pop("placeholder", None)
        next(iter(self.fields.values())).widget.attrs["autofocus"] = True


class SignInForm(_InOurWords, account.LoginForm):
    """Address, password, and why patients' data will be opened in this session."""

    purpose = forms.ChoiceField(choices=PURPOSES, initial=Purpose.PAYMENT, label="Purpose of use")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.order_fields(["login", "password", "purpose"])
        if self.data.get("login"):
            del self.fields["login"].widget.attrs["autofocus"]
            self.fields["password"].widget.attrs["autofocus"] = True

    def login(self, request: HttpRequest, redirect_url: str | None = None) -> HttpResponse:
        request.session["purpose"] = self.cleaned_data["purpose"]
        return super().login(request, redirect_url)


class ForgottenPasswordForm(_InOurWords, account.ResetPasswordForm):
    pass


class NewPasswordForm(_InOurWords, account.ResetPasswordKeyForm):
    pass


class ChangePasswordForm(_InOurWords, account.ChangePasswordForm):
    pass


class OncePasswordForm(_InOurWords, account.ReauthenticateForm):
    pass


class CodeForm(_InOurWords, mfa.AuthenticateForm):
    pass


class OnceCodeForm(_InOurWords, mfa.ReauthenticateForm):
    pass


class NewFactorForm(_InOurWords, totp.ActivateTOTPForm):
    pass
