"""Forms of sign-in."""

from typing import Any

from allauth.account.forms import LoginForm
from django import forms
from django.http import HttpRequest, HttpResponse

from tenancy.choices import Purpose

PURPOSES = [(value, label) for value, label in Purpose.choices if value != Purpose.BREAK_GLASS]


class SignInForm(LoginForm):
    """Address, password, and why patients' data will be opened in this session."""

    purpose = forms.ChoiceField(choices=PURPOSES, initial=Purpose.PAYMENT, label="Purpose of use")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.order_fields(["login", "password", "purpose"])

    def login(self, request: HttpRequest, redirect_url: str | None = None) -> HttpResponse:
        request.session["purpose"] = self.cleaned_data["purpose"]
        return super().login(request, redirect_url)
