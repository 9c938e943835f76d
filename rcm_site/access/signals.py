"""What Django and allauth tell us about sign-ins, written into the audit trail."""

import time
from typing import Any

from allauth.account.signals import password_changed, password_reset, password_set
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import (
    authentication_failed,
    authenticator_added,
    authenticator_removed,
    authenticator_reset,
)
from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.dispatch import receiver
from django.http import HttpRequest

from audit.choices import Outcome
from rcm_site.access import second_factor, trail
from tenancy.models import Person


@receiver(user_logged_in)
def signed_in(request: HttpRequest, user: Person, **_: Any) -> None:
    now = time.time()
    request.session.update({"began": now, "seen": now, trail.SESSION_MARK: trail.new_session_mark()})
    trail.record(
        "access.session.opened", request, user, data={"address": request.META.get("REMOTE_ADDR", "")}
    )


@receiver(user_logged_out)
def signed_out(request: HttpRequest | None, user: Person | None, **_: Any) -> None:
    if user is not None and not getattr(request, "session_expired", False):
        trail.record("access.session.closed", request, user)


@receiver(password_changed)
@receiver(password_set)
def changed_password(request: HttpRequest, user: Person, **_: Any) -> None:
    trail.record("access.password.changed", request, user)


@receiver(password_reset)
def reset_password(request: HttpRequest, user: Person, **_: Any) -> None:
    trail.record("access.password.reset", request, user)


@receiver(authenticator_added)
def added_factor(request: HttpRequest, user: Person, authenticator: Authenticator, **_: Any) -> None:
    second_factor.forget(user)
    _record_factor("access.second_factor.added", request, user, authenticator)


@receiver(authenticator_removed)
def removed_factor(request: HttpRequest, user: Person, authenticator: Authenticator, **_: Any) -> None:
    second_factor.forget(user)
    _record_factor("access.second_factor.removed", request, user, authenticator)


@receiver(authenticator_reset)
def new_recovery_codes(request: HttpRequest, user: Person, **_: Any) -> None:
    trail.record("access.recovery_codes.made", request, user)


@receiver(authentication_failed)
def failed_factor(request: HttpRequest, user: Person, **_: Any) -> None:
    trail.record("access.second_factor.failed", request, user, outcome=Outcome.REFUSED)


def _record_factor(verb: str, request: HttpRequest, user: Person, authenticator: Authenticator) -> None:
    if authenticator.type == Authenticator.Type.RECOVERY_CODES:
        verb = "access.recovery_codes.made"
    trail.record(verb, request, user, data={"kind": str(authenticator.type)})
