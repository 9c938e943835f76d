"""The work items of denials, opened, reopened, refreshed and ended as their denials go on."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from claims.models import Claim
from denials.choices import CLOSED_STATES
from denials.models import Denial
from denials.services.routing import Router, router
from denials.services.scoring import Scorer
from denials.services.work import assign
from tenancy.bulk import update_models
from workbench import services as worklist
from workbench.choices import ItemState
from workbench.models import WorkItem

DENIAL = "DENIAL"
Turn = tuple[UUID, UUID, int]
"""Claim, payer, and in which turn it speaks."""


def follow(
    denials: Sequence[Denial],
    *,
    restated: Sequence[Denial],
    claims: Mapping[UUID, Claim],
    scorer: Scorer,
    at: datetime,
) -> None:
    """Bring the items in line with their denials. Who worked one of the `restated`, which their payer refuses by
    another name now, goes on with what it refuses instead.
    """
    items = WorkItem.objects.in_bulk([denial.work_item_id for denial in denials if denial.work_item_id])
    workers = _workers(restated, items)
    ending = [_cause_key(one) for one in denials if one.state in CLOSED_STATES]
    worklist.cancel_items(kind=DENIAL, cause_keys=ending, at=at)
    going_on = [one for one in denials if one.state not in CLOSED_STATES]
    _awaken((items[one.work_item_id] for one in going_on if one.work_item_id in items), at=at)
    teams = router()
    opened = worklist.open_items([_draft(one, claims, teams, scorer) for one in going_on])
    moved = [
        (one, item_id) for one in going_on if one.work_item_id != (item_id := opened[DENIAL, _cause_key(one)])
    ]
    for denial, item_id in moved:
        denial.work_item_id = item_id
    update_models([denial for denial, _ in moved], ["work_item"])
    for denial, item_id in moved:
        if worker := workers.get(_turn_of(denial)):
            assign(item=WorkItem.objects.get(id=item_id), assignee_id=worker, at=at)
    worklist.reprioritize(
        {one.work_item_id: scorer.item_columns(one) for one in going_on if one.work_item_id}
    )


def _workers(restated: Sequence[Denial], items: Mapping[UUID, WorkItem]) -> dict[Turn, UUID]:
    found = {}
    for denial in restated:
        item = items.get(denial.work_item_id) if denial.work_item_id else None
        if item is not None and item.is_open and item.assignee_id:
            found[_turn_of(denial)] = item.assignee_id
    return found


def _awaken(items: Iterable[WorkItem], *, at: datetime) -> None:
    for item in items:
        if not item.is_open:
            worklist.reopen_item(item=item, reason="", at=at)
        elif item.state in (ItemState.SNOOZED, ItemState.BLOCKED):
            worklist.wake_item(item=item, at=at)


def _draft(denial: Denial, claims: Mapping[UUID, Claim], teams: Router, scorer: Scorer) -> worklist.ItemDraft:
    number = claims[denial.claim_id].patient_control_number
    return worklist.ItemDraft(
        kind=DENIAL,
        cause_key=_cause_key(denial),
        title=f"{denial.code} on claim {number}",
        occurred_on=denial.denied_on,
        subject_type="denials.denial",
        subject_id=denial.id,
        queue=teams.team_for(
            payer_id=denial.payer_id, category=denial.category, owner_team=denial.owner_team
        ),
        payer_id=denial.payer_id,
        location_id=denial.location_id,
        patient_id=denial.patient_id,
        reference=number,
        **scorer.item_columns(denial),
    )


def _turn_of(denial: Denial) -> Turn:
    return denial.claim_id, denial.payer_id, denial.responsibility_rank


def _cause_key(denial: Denial) -> str:
    return f"denial:{denial.id}"
