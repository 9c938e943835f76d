"""Sign-ins in the audit trail. No scope exists yet, so the actor is told; an unknown address is kept as a digest."""

import hashlib
import uuid
from typing import Any

from django.http import HttpRequest

from audit import services as audit
from audit.choices import Outcome
from tenancy.ids import uuid7
from tenancy.models import Person

SESSION_MARK = "audit_id"


def record(verb: str, request: HttpRequest | None, person: Person | None, **facts: Any) -> None:
    session = getattr(request, "session", {}) or {}
    audit.record(
        verb,
        subject=person,
        actor=audit.Actor(
            person_id=person.pk if person else None,
            session_id=session.get(SESSION_MARK, ""),
            purpose=session.get("purpose", ""),
            request_id=uuid7(),
        ),
        **facts,
    )


def sign_in_failed(request: HttpRequest, email: str, *, locked: bool) -> None:
    """`actor` is the person whose account was tried, if there is one: whoever tried is unknown."""
    address = email.strip().lower()
    person = Person.objects.filter(email=address).first()
    data = {"address": request.META.get("REMOTE_ADDR", "")}
    if person is None:
        data["unknown"] = hashlib.sha256(address.encode()).hexdigest()[:16]
    verb = "access.sign_in.locked" if locked else "access.sign_in.failed"
    record(verb, request, person, data=data, outcome=Outcome.REFUSED)


def new_session_mark() -> str:
    return uuid.uuid4().hex
