"""The kinds of work this app puts before people."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.timezone import localdate

from claims import selectors
from claims.choices import AckStatus, RejectionKind, SilenceStage, TicketReason
from claims.rules.edits import LAYER_WORDS
from claims.rules.filing import WARNED
from claims.rules.states import REJECTED, UNSENT, State
from claims.selectors.asking import ASKABLE
from claims.selectors.edit_items import KIND as EDITS_KIND
from claims.selectors.filing import KIND as FILING_KIND
from claims.selectors.finding import items_not_to_tell
from claims.selectors.findings import edits_context
from claims.selectors.sending import group_of
from claims.selectors.tickets import KIND as TICKETS_KIND
from claims.selectors.tickets import is_lost, side_of
from claims.services import asking, batching, conflicts, following_up, mending, rejections, tickets
from clearinghouse.choices import Obstacle
from clearinghouse.selectors import ways_to
from reference.rules.deadlines import written_day
from tenancy.scope import Scope
from tenancy.urls import practice_url
from workbench.kinds import WorkKind
from workbench.models import WorkItem

TAKEN_IN = (AckStatus.ACCEPTED, AckStatus.DECIDED)


def subject_address(item: WorkItem) -> str:
    """The claim on file whose number was used again, or the file."""
    if item.subject_type == "claims.claim":
        return practice_url("claims:claim", item.subject_id)
    return practice_url("clearinghouse:file", item.subject_id)


def ticket_address(item: WorkItem) -> str:
    if item.subject_type == "clearinghouse.interchange":
        return practice_url("clearinghouse:interchange", item.subject_id)
    return practice_url("claims:tab", item.subject_id, "answers")


def ticket_panel(scope: Scope, item: WorkItem, at: datetime) -> dict[str, Any]:
    side = side_of(item)
    other = SilenceStage.BILLING if side == SilenceStage.SUPPORT else SilenceStage.SUPPORT
    context = {
        "side": side.label,
        "other": other.name.lower(),
        "waited": (localdate(at) - item.occurred_on).days,
        "days": {stage.name.lower(): days for stage, days in tickets.SERVICE_DAYS.items()},
        "claim": None,
    }
    if item.subject_type != "claims.claim" or item.subject_id is None:
        return context
    claim = selectors.claim_for(scope, item.subject_id)
    return context | {
        "claim": claim,
        "time": selectors.usual_time(claim),
        "told": selectors.acknowledgements_of(claim)[:1],
        "proof": selectors.filing_proofs([claim.id]).get(claim.id),
        "may_ask": scope.may("claims.ask_payer") and claim.submission_state in ASKABLE,
        "may_resend": scope.may("claims.send_claim") and is_lost(claim),
    }


def advice_on_sending(item: WorkItem) -> str:
    """What stands in the way now, and whose it is to remove."""
    if item.category == batching.CANNOT_WRITE:
        return "Correct what the file cannot hold, and build the claim anew."
    claim = selectors.claims_by_id([item.subject_id])[item.subject_id] if item.subject_id else None
    if claim is None:
        return ""
    (way,) = ways_to([group_of(claim)]).values()
    return (
        f"{way.obstacle or 'Nothing stands in the way any more.'} It leaves by itself once the way is open."
    )


TO_FILE: dict[str, str] = {
    **dict.fromkeys(UNSENT, "It has not left: mend what stops it, and send it."),
    **dict.fromkeys(REJECTED, "It was rejected and counts as never filed: correct it, and send it again."),
    State.SEND_FAILED: "It could not be sent: bring its file by hand, or have the connection mended.",
}


def advice_on_filing(item: WorkItem) -> str:
    """How the limit is reckoned, and what is missing."""
    claim = selectors.claims_by_id([item.subject_id]).get(item.subject_id) if item.subject_id else None
    if claim is None:
        return ""
    limit = selectors.filing_limit_of(claim)
    missing = TO_FILE.get(
        claim.submission_state,
        "It was sent and nobody has taken it in: ask the payer, and keep what it says.",
    )
    if limit is None:
        return missing
    unsure = " The rule is an example nobody has confirmed." if limit.is_example else ""
    return f"{missing} The payer must have it by {written_day(limit.due_on)}: {limit.words}.{unsure}"


def rejection_address(item: WorkItem) -> str:
    if item.subject_type == "clearinghouse.interchange":
        return practice_url("clearinghouse:interchange", item.subject_id)
    return practice_url("claims:tab", item.subject_id, "answers")


def rejection_panel(scope: Scope, item: WorkItem, at: datetime) -> dict[str, Any]:
    """What was said, the newest first, and whether it can go again from here."""
    if item.subject_type != "claims.claim" or item.subject_id is None:
        return {"claim": None, "told": [], "may_resend": scope.may("claims.send_claim")}
    claim = selectors.claim_for(scope, item.subject_id)
    told = [one for one in selectors.acknowledgements_of(claim) if one.row.status not in TAKEN_IN]
    return {
        "claim": claim,
        "told": told,
        "sent": selectors.newest_submission(claim),
        "may_see_file": scope.may("clearinghouse.view_file"),
        "may_resend": scope.may("claims.send_claim") and claim.submission_state in REJECTED,
    }


def edits_panel(scope: Scope, item: WorkItem, at: datetime) -> dict[str, Any]:
    assert item.subject_id is not None
    context = edits_context(scope, selectors.claim_for(scope, item.subject_id))
    if context["may_build"] and context["stopping"]:
        (context["mending"],) = mending.mendings([context["claim"]], at=at)
    return context


EDITS = WorkKind(
    key=EDITS_KIND,
    label="claim stopped by its edits",
    plural="Edits",
    slug="edits",
    icon="list-check",
    view_permission="claims.view_claim",
    facets=("category", "code", "due", "state", "payer", "owner"),
    panel_template="claims/_edits_panel.html",
    panel_context=edits_panel,
    category_labels={layer.name: words for layer, words in LAYER_WORDS.items()},
    verbs={"fix": mending.fix_item},
    subject_address=subject_address,
    kept_here=items_not_to_tell,
    empty_words="Every claim that was built passes its edits.",
)
FILING = WorkKind(
    key=FILING_KIND,
    label="filing limit",
    plural="Filing limits",
    slug="filing-limits",
    icon="stopwatch",
    view_permission="claims.view_claim",
    category_labels={str(days): f"Warned {days} days before" for days in WARNED},
    subject_address=subject_address,
    kept_here=items_not_to_tell,
    advice=advice_on_filing,
    empty_words="No claim that waits to be taken in is near its payer's filing limit.",
)
CONFLICT = WorkKind(
    key=conflicts.KIND,
    label="claim conflict",
    plural="Claim conflicts",
    slug="claim-conflicts",
    icon="people",
    view_permission="claims.view_claim",
    subject_address=subject_address,
    kept_here=items_not_to_tell,
    empty_words="No claim waits for a decision about its patient.",
)
NO_RESPONSE = WorkKind(
    key=TICKETS_KIND,
    label="claim without an answer",
    plural="No response",
    slug="no-response",
    icon="hourglass-split",
    view_permission="claims.view_claim",
    facets=("category", "queue", "due", "state", "payer", "owner"),
    panel_template="claims/_no_response_panel.html",
    panel_context=ticket_panel,
    category_labels={one.value: str(one.label) for one in TicketReason},
    verbs={"fix": asking.ask_item, "close": tickets.resolve},
    fix_label="Ask the payer",
    fix_permission="claims.ask_payer",
    subject_address=ticket_address,
    kept_here=items_not_to_tell,
    empty_words="Every claim left, and was heard of within the time its payer usually takes.",
)
CANNOT_SEND = WorkKind(
    key=batching.KIND,
    label="claim that cannot be sent",
    plural="Cannot be sent",
    slug="cannot-send",
    icon="slash-circle",
    view_permission="claims.view_claim",
    advice=advice_on_sending,
    category_labels={
        **{one.value: one.label for one in Obstacle},
        batching.CANNOT_WRITE: "Cannot be written",
    },
    subject_address=subject_address,
    kept_here=items_not_to_tell,
    empty_words="Every claim that is ready has an open way to its payer.",
)
FOLLOW_UP = WorkKind(
    key=following_up.KIND,
    label="claim to follow up",
    plural="Claims to follow up",
    slug="claims-to-follow-up",
    icon="calendar-check",
    view_permission="claims.view_claim",
    subject_address=subject_address,
    kept_here=items_not_to_tell,
    empty_words="Nobody put a claim here to come back to. Tick claims in their list and choose Follow up.",
)
REJECTION = WorkKind(
    key=rejections.KIND,
    label="rejection",
    plural="Rejections",
    slug="rejections",
    icon="x-octagon",
    view_permission="claims.view_claim",
    panel_template="claims/_rejection_panel.html",
    panel_context=rejection_panel,
    category_labels={one.value: str(one.label) for one in RejectionKind},
    verbs={"fix": rejections.resend_item},
    fix_label="Send again",
    fix_permission="claims.send_claim",
    subject_address=rejection_address,
    kept_here=items_not_to_tell,
    empty_words="Every claim that was sent was taken in.",
)
