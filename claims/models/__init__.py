"""The tables of claims, a module for each part of a claim's life."""

from claims.models.acknowledgements import ClaimAcknowledgement
from claims.models.billing_runs import BillingLine, BillingRun
from claims.models.claims import Claim, ClaimLine, ClaimManager, ClaimVersion
from claims.models.days import ClaimDay
from claims.models.edits import EditOverride, EditRun, EditSetting
from claims.models.imports import ClaimImport
from claims.models.numbers import ClaimNumberSeries
from claims.models.questions import StatusQuestion
from claims.models.submissions import Submission
from claims.models.timing import PayerTiming

__all__ = [
    "BillingLine",
    "BillingRun",
    "Claim",
    "ClaimAcknowledgement",
    "ClaimDay",
    "ClaimImport",
    "ClaimLine",
    "ClaimManager",
    "ClaimNumberSeries",
    "ClaimVersion",
    "EditOverride",
    "EditRun",
    "EditSetting",
    "PayerTiming",
    "StatusQuestion",
    "Submission",
]
