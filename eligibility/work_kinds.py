"""The kinds of work this app puts before people, and what is to be done about each."""

from __future__ import annotations

import datetime
from collections.abc import Mapping

from eligibility.choices import InquiryState
from eligibility.models import EligibilityInquiry
from eligibility.rules.answers import Answer
from eligibility.rules.next_steps import Step, StepKind, next_steps

ERROR = "ELIGIBILITY_ERROR"
RECHECK = "RECHECK"
KINDS = (ERROR, RECHECK)
GIVEN_UP = Step(StepKind.CALL, "It was asked several times: check again later, or call the payer.")
NO_WAY = Step(StepKind.SET_UP, "Say how this payer is reached (Files, Partners), then check again.")
STEP_LABELS: Mapping[str, str] = {
    StepKind.WAIT: "The payer's to move",
    StepKind.ASK_LATER: "Ask again later",
    StepKind.MEND: "Correct and ask again",
    StepKind.ENROL: "The provider at the payer",
    StepKind.SET_UP: "No way to ask",
    StepKind.CALL: "Call the payer",
    StepKind.FIND_COVERAGE: "Find the coverage",
    StepKind.ASK_OTHER: "Another payer",
    StepKind.REFERRAL: "Referral",
    StepKind.AUTHORIZATION: "Authorization",
    StepKind.NOTE: "Look at it",
}
ALERT_LABELS: Mapping[str, str] = {
    "STANDING": "Not covered",
    "OTHER_PAYER": "Another payer",
    "AUTHORIZATION": "Authorization needed",
    "COPAY": "Copay changed",
}
ALERT_ADVICE: Mapping[str, str] = {
    "STANDING": "Ask the patient for another coverage before the visit, or agree on paying.",
    "OTHER_PAYER": "Ask the patient which payer comes first, and record it.",
    "AUTHORIZATION": "Ask the payer for the authorization before the visit.",
    "COPAY": "Tell the patient what is to be paid.",
}


def failed_step(inquiry: EligibilityInquiry, answer: Answer | None, *, on: datetime.date) -> Step:
    """What to do about a check that came to nothing: of what the payer wants, the first."""
    if answer is None or inquiry.state == InquiryState.FAILED:
        return GIVEN_UP
    return next(iter(next_steps(answer, on=on)), GIVEN_UP)
