"""What an AAA asks of whom (domain: 4.4)."""

from __future__ import annotations

from collections.abc import Iterable

import x12
from eligibility.rules.answers import Refusal
from eligibility.rules.codes import rejection_reasons
from eligibility.rules.words import Outcome

NOT_FOUND = frozenset({"67", "75", "77"})
UNAVAILABLE = frozenset({"42", "80"})
BENEFIT_LOOPS = ("2110",)
FIELDS = {
    "43": "provider", "44": "provider", "45": "provider", "46": "provider", "47": "provider", "51": "provider",
    "97": "provider", "56": "service_on", "57": "service_on", "62": "service_on", "63": "service_on",
    "58": "birth_date", "60": "birth_date", "71": "birth_date", "64": "member_number", "72": "member_number",
    "68": "birth_date", "76": "birth_date", "65": "last_name", "73": "last_name", "66": "sex", "74": "sex",
    "67": "member_number", "75": "member_number", "77": "relationship", "78": "group_number", "53": "service_type",
    "55": "service_type", "79": "payer", "T4": "payer",
}  # fmt: skip
"""The field of the form that mends a rejection."""


def refusal(rejection: x12.Rejection) -> Refusal:
    known = rejection_reasons().get(rejection.reason)
    return Refusal(
        loop=rejection.loop,
        reason=rejection.reason,
        follow_up=rejection.follow_up,
        meaning=known.meaning if known else f"Reason {rejection.reason}, which no list explains",
        advice=known.advice if known else "Call the payer",
        handling=known.handling if known else "user_fix",
        field=FIELDS.get(rejection.reason, ""),
        may_retry=rejection.reason in UNAVAILABLE and rejection.follow_up not in ("N", "S"),
        segment=rejection.segment,
    )


def outcome_of(refusals: Iterable[Refusal]) -> Outcome:
    """Of those that block the whole answer; without any it is ANSWERED."""
    blocking = [one for one in refusals if not one.loop.startswith(BENEFIT_LOOPS)]
    if not blocking:
        return Outcome.ANSWERED
    reasons = {one.reason for one in blocking}
    if reasons <= UNAVAILABLE:
        return Outcome.PAYER_UNAVAILABLE
    return Outcome.PERSON_NOT_FOUND if reasons & NOT_FOUND else Outcome.REJECTED
