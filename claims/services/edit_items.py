"""Claims that their edits stop are work: one open item a claim, that says what to mend first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.utils.timezone import localdate

from claims.models import EditRun
from claims.rules.edits import CATALOGUE, Edit, Severity
from claims.selectors.edit_items import KIND
from claims.selectors.editing import ClaimToEdit
from workbench.services import ItemDraft, cancel_items, open_items, reprioritize

QUEUE = "billing"
KEPT_CURRENT = ("title", "category", "code", "priority", "amount_cents", "due_on")


def sync_items(stopped: Mapping[UUID, Sequence[Edit]], judged: Sequence[ClaimToEdit], at: datetime) -> None:
    """Open or bring up to date the items of claims that are stopped; end those of claims that are not."""
    drafts = {
        one.claim.id: _draft(one, stopped[one.claim.id], at) for one in judged if stopped.get(one.claim.id)
    }
    ids = open_items(drafts.values())
    by_item = {item_id: drafts[UUID(cause)] for (_, cause), item_id in ids.items()}
    reprioritize(
        {item_id: {name: getattr(one, name) for name in KEPT_CURRENT} for item_id, one in by_item.items()}
    )
    free = [str(one.claim.id) for one in judged if one.claim.id not in drafts]
    cancel_items(kind=KIND, cause_keys=free, at=at)


def _draft(one: ClaimToEdit, edits: Sequence[Edit], at: datetime) -> ItemDraft:
    claim = one.claim
    is_fatal = any(edit.severity is Severity.FATAL for edit in edits)
    first = min(edits, key=lambda edit: (edit.severity is not Severity.FATAL, edit.layer, edit.rule_id))
    more = len({edit.rule_id for edit in edits}) - 1
    words = f"Claim {claim.patient_control_number}: {CATALOGUE[first.rule_id].check}"
    payer = one.context.payer
    due_on = (payer.filing_limit_on or payer.later_limit_on) if payer else None
    return ItemDraft(
        kind=KIND,
        cause_key=str(claim.id),
        title=f"{words[:180]}{f' (+{more})' if more else ''}",
        occurred_on=localdate(at),
        subject_type="claims.claim",
        subject_id=claim.id,
        queue=QUEUE,
        category=first.layer.name,
        code=first.rule_id,
        due_on=due_on,
        payer_id=claim.payer_id,
        location_id=claim.location_id,
        patient_id=claim.patient_id,
        amount_cents=claim.total_cents,
        priority=_priority(is_fatal, (due_on - localdate(at)).days if due_on else None),
        reference=claim.patient_control_number,
    )


def _priority(is_fatal: bool, days_left: int | None) -> int:
    """What nobody could read comes before what a person may answer for; the filing limit before both."""
    base = 60 if is_fatal else 50
    return base if days_left is None else max(base, min(95, 95 - days_left))


def outcome(run: EditRun | None) -> str:
    """What became of it, in words for the person who asked."""
    if run is None:
        return "A person holds this claim or it has left; the edits did not run."
    if run.is_clean:
        return "The edits pass: the claim is ready to leave."
    return f"Still stopped by {', '.join(run.blocked_by)}."
