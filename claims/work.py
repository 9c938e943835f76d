"""The kind of work this app puts before people."""

from __future__ import annotations

from claims.services.conflicts import KIND
from tenancy.urls import practice_url
from workbench.kinds import WorkKind
from workbench.models import WorkItem


def subject_address(item: WorkItem) -> str:
    """The claim on file whose number was used again, or the file."""
    if item.subject_type == "claims.claim":
        return practice_url("claims:claim", item.subject_id)
    return practice_url("clearinghouse:file", item.subject_id)


CONFLICT = WorkKind(
    key=KIND,
    label="claim conflict",
    plural="Claim conflicts",
    slug="claim-conflicts",
    icon="people",
    view_permission="claims.view_claim",
    subject_address=subject_address,
    empty_words="No claim waits for a decision about its patient.",
)
