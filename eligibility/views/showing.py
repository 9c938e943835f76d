"""What every page with an answer on it needs."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from audit import services as audit
from eligibility import selectors
from eligibility.choices import InquiryReason, InquiryState
from eligibility.models import OPEN, EligibilityInquiry
from eligibility.services import is_awaited, last_attempt, next_attempt_at
from eligibility.showing import pause_words, shown
from patients.selectors import paid_on
from tenancy.access import Request

_DOLLARS = re.compile(r"\d{1,6}(\.\d{1,2})?")


def answer_context(request: Request, found: EligibilityInquiry) -> dict[str, Any]:
    """Of `_answer.html`; with an answer also what `shown` makes of it. Shown is seen: it goes to the trail."""
    audit.record_view(subject=found, patient_id=found.patient_id)
    response = selectors.newest_answer(found)
    context: dict[str, Any] = {
        "inquiry": found,
        "is_new": True,
        "is_open": found.state in OPEN,
        "attempts": found.attempts.count(),
        "is_awaited": is_awaited(found),
        "asked_again_at": next_attempt_at(found) if found.state == InquiryState.WAITING else None,
        "verification": selectors.verification_of(found) if found.reason == InquiryReason.BY_HAND else None,
        "may_ask": request.scope.may("eligibility.ask_payer"),
    }
    if context["asked_again_at"] and not context["is_awaited"]:
        context["pause"] = pause_words(last_attempt(found), response)
    if response is None:
        return context
    context |= shown(found, response, allowed_cents=_allowed_cents(request))
    may_register = request.scope.may("patients.edit_patient") and request.scope.may("patients.edit_coverage")
    context["is_to_register"] = may_register and selectors.is_to_register(found)
    if found.patient_id:
        context["paid_cents"] = paid_on(found.service_on, [found.patient_id]).get(found.patient_id)
    if request.scope.may("patients.edit_coverage"):
        context["applicable"] = selectors.applicable(request.scope, found, context["answer"])
    return context


def _allowed_cents(request: Request) -> int | None:
    """What a person says is allowed for the service; nothing where it cannot be read."""
    text = request.GET.get("allowed", "").strip().lstrip("$").replace(",", "")
    return round(Decimal(text) * 100) if _DOLLARS.fullmatch(text) else None
