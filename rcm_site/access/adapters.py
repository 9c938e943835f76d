"""What allauth asks of us: nobody signs up by themselves, guessing is slowed down and recorded, secrets are kept."""

import base64
import hashlib
import time
from functools import cache
from typing import Any, ClassVar

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.fernet import Fernet
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from rcm_site.access import trail

FRESH_SECONDS = 300


class AccountAdapter(DefaultAccountAdapter):
    error_messages: ClassVar[dict[str, Any]] = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": "Address and password do not fit. Check the address, type the password again.",
        "incorrect_password": "This is not your password.",
        "enter_current_password": "This is not your password until now.",
        "too_many_login_attempts": "Too many wrong passwords. It opens again by itself within 15 minutes.",
        "rate_limited": "Too many tries in a row. Wait a minute.",
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """People are invited by an administrator."""
        return False

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """The same answer for a known and an unknown address, and the lock lifts by itself."""
        try:
            super().pre_authenticate(request, **credentials)
        except ValidationError:
            trail.sign_in_failed(request, credentials.get("email", ""), locked=True)
            raise

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        trail.sign_in_failed(request, credentials.get("email", ""), locked=False)

    def is_reauthentication_required(self, *, app: str) -> bool:
        """Who has just signed in need not type the password again to set up the second factor they owe."""
        session = context.request.session if context.request else {}
        just_now = time.time() - session.get("began", 0) < FRESH_SECONDS
        return not just_now and super().is_reauthentication_required(app=app)


class SecondFactorAdapter(DefaultMFAAdapter):
    """Seeds of codes are kept encrypted: a copy of the table alone signs nobody in."""

    error_messages: ClassVar[dict[str, Any]] = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": "This code does not fit. Wait for the next one, or check the phone's clock.",
    }

    def encrypt(self, text: str) -> str:
        return _cipher().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return _cipher().decrypt(encrypted_text.encode()).decode()

    def get_totp_label(self, user: AbstractBaseUser) -> str:
        return user.email  # type: ignore[attr-defined]


@cache
def _cipher() -> Fernet:
    digest = hashlib.sha256(b"second factor" + settings.SECRET_KEY.encode()).digest()
    return Fernet(base64.urlsafe_b64encode(digest))
