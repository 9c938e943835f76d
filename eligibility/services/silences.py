"""What stands on file for a check that nobody answered: that there is no answer yet, or that none will come."""

from __future__ import annotations

import hashlib
from datetime import datetime

from eligibility.choices import AWAITED, InquiryState
from eligibility.models import BY_PAYER, EligibilityInquiry, EligibilityResponse, stored
from eligibility.rules.answers import Answer
from eligibility.rules.words import CoverageStatus, Outcome

OUTCOMES = {InquiryState.WAITING: Outcome.QUEUED, InquiryState.FAILED: Outcome.NO_ANSWER}


def keep_silence(inquiry: EligibilityInquiry, *, at: datetime) -> None:
    """Once each, and only where nothing came that says it better. What was kept stays beside a later answer."""
    outcome = OUTCOMES.get(InquiryState(inquiry.state))
    if outcome is None or inquiry.responses.filter(BY_PAYER).exists():
        return
    answer = Answer(outcome, CoverageStatus.UNDETERMINED, _why(inquiry, outcome))
    EligibilityResponse.objects.get_or_create(
        inquiry=inquiry,
        sha256=hashlib.sha256(outcome.encode()).hexdigest(),
        defaults={
            "content": b"",
            "received_at": at,
            "outcome": outcome.value,
            "status": answer.status.value,
            "answer": stored(answer),
        },
    )


def _why(inquiry: EligibilityInquiry, outcome: Outcome) -> str:
    if outcome is Outcome.NO_ANSWER:
        return "The payer did not answer. This says nothing about coverage."
    if inquiry.attempts.filter(trouble=AWAITED).exists():
        return "The payer has taken the question and answers later. This says nothing about coverage."
    return "The payer could not be asked yet and is asked again. This says nothing about coverage."
