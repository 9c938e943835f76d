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
    "15": "member_number", "43": "provider", "44": "provider", "45": "provider", "46": "provider", "47": "provider",
    "51": "provider", "53": "service_type", "55": "service_type", "56": "service_on", "57": "service_on",
    "58": "birth_date", "60": "birth_date", "61": "service_on", "62": "service_on", "63": "service_on",
    "64": "member_number", "65": "last_name", "66": "sex", "67": "member_number", "68": "birth_date",
    "71": "birth_date", "72": "member_number", "73": "last_name", "74": "sex", "75": "member_number",
    "76": "birth_date", "77": "relationship", "78": "group_number", "79": "payer", "97": "provider",
    "AG": "service_type", "T4": "payer",
}  # fmt: skip
"""The field of the form that mends a rejection."""
AGAIN = frozenset({"", "P", "R"})
"""AAA04 under which the same question may be put once more."""
PAUSES = {"W": 30, "X": 10}
"""AAA04: days to wait before the question is put again."""
LATER = "Y"
"""AAA04: not to be put again, the payer answers by itself."""


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
        may_retry=rejection.reason in UNAVAILABLE and rejection.follow_up in AGAIN,
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
