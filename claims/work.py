"""The kinds of work this app puts before people."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.timezone import localdate

from claims import selectors
from claims.choices import SilenceStage
from claims.services import conflicts, silence
from tenancy.scope import Scope
from tenancy.urls import practice_url
from workbench.kinds import WorkKind
from workbench.models import WorkItem


def subject_address(item: WorkItem) -> str:
    """The claim on file whose number was used again, or the file."""
    if item.subject_type == "claims.claim":
        return practice_url("claims:claim", item.subject_id)
    return practice_url("clearinghouse:file", item.subject_id)


def no_response_panel(scope: Scope, item: WorkItem, at: datetime) -> dict[str, Any]:
    assert item.subject_id is not None
    claim = selectors.claim_for(scope, item.subject_id)
    other = SilenceStage.BILLING if item.category == SilenceStage.SUPPORT else SilenceStage.SUPPORT
    return {
        "claim": claim,
        "time": selectors.usual_time(claim),
        "heard_on": item.occurred_on,
        "waited": (localdate(at) - item.occurred_on).days,
        "other": other.name.lower(),
    }


CONFLICT = WorkKind(
    key=conflicts.KIND,
    label="claim conflict",
    plural="Claim conflicts",
    slug="claim-conflicts",
    icon="people",
    view_permission="claims.view_claim",
    subject_address=subject_address,
    empty_words="No claim waits for a decision about its patient.",
)
NO_RESPONSE = WorkKind(
    key=silence.KIND,
    label="claim without an answer",
    plural="No response",
    slug="no-response",
    icon="hourglass-split",
    view_permission="claims.view_claim",
    panel_template="claims/_no_response_panel.html",
    panel_context=no_response_panel,
    category_labels={stage.value: stage.label for stage in SilenceStage},
    subject_address=subject_address,
    empty_words="Every claim was heard of within the time its payer usually takes.",
)
