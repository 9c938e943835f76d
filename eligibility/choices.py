"""What lists and forms choose from."""

from django.db.models import TextChoices

from eligibility.rules.words import CoverageStatus, Outcome

STATUSES = [
    (CoverageStatus.ACTIVE.value, "Active"),
    (CoverageStatus.INACTIVE.value, "Not active"),
    (CoverageStatus.UNDETERMINED.value, "Not known"),
]
OUTCOMES = [
    (Outcome.ANSWERED.value, "Answered"),
    (Outcome.REJECTED.value, "Refused by the payer"),
    (Outcome.PERSON_NOT_FOUND.value, "Person not found"),
    (Outcome.PAYER_UNAVAILABLE.value, "Payer cannot answer now"),
    (Outcome.UNPARSEABLE.value, "Answer cannot be read"),
    (Outcome.OTHER_QUESTION.value, "Answers another question"),
    (Outcome.QUEUED.value, "Not answered yet"),
    (Outcome.NO_ANSWER.value, "Not answered"),
]

RELATIONSHIPS = [
    ("spouse", "The subscriber's spouse"),
    ("child", "The subscriber's child"),
    ("other", "Another of the family"),
]
"""As programs name them."""


AWAITED = "AWAITED"
"""Stands as an attempt's trouble where the payer took the question and answers later by itself."""


class InquiryState(TextChoices):
    ASKING = "ASKING", "Being asked"
    WAITING = "WAITING", "Will be asked again"
    ANSWERED = "ANSWERED", "Answered"
    REFUSED = "REFUSED", "To be mended"
    FAILED = "FAILED", "No answer"


class InquiryReason(TextChoices):
    PERSON = "PERSON", "Asked by a person"
    API = "API", "Asked by a program"
    BY_HAND = "BY_HAND", "Verified by hand"
    SCHEDULE = "SCHEDULE", "Asked for the schedule"
    FILE = "FILE", "Asked for a file"
    RECHECK = "RECHECK", "Asked again before a visit"


class VerifiedHow(TextChoices):
    PHONE = "PHONE", "By telephone"
    PORTAL = "PORTAL", "In the payer's portal"


class BatchKind(TextChoices):
    SCHEDULE = "SCHEDULE", "A day's visits"
    FILE = "FILE", "A file"
    RECHECK = "RECHECK", "Checks by rule"


class RowState(TextChoices):
    """How far one line of a batch is."""

    BAD = "BAD", "Cannot be asked"
    WAITING = "WAITING", "Waiting"
    ASKING = "ASKING", "Being asked"
    ACTIVE = "ACTIVE", "Active"
    INACTIVE = "INACTIVE", "Not active"
    UNDETERMINED = "UNDETERMINED", "Could not tell"
    REFUSED = "REFUSED", "To be mended"
    FAILED = "FAILED", "No answer"


class RecheckTrigger(TextChoices):
    BEFORE_VISIT = "BEFORE_VISIT", "Before a visit"
    RECURRING = "RECURRING", "Monthly, for patients with a series of visits"
    MONTH_START = "MONTH_START", "When a month begins, for Medicaid"
    COVERAGE_ENDING = "COVERAGE_ENDING", "Where coverage ends about the visit"
    HIGH_RISK = "HIGH_RISK", "Shortly before the visit, for plans that change often"
