"""Who has an item in hand. A lease is soft: it ends by itself, a heartbeat keeps it."""

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Exists, F, OuterRef, Q

from tenancy.scope import current_scope
from workbench.choices import ALLOWED_FROM, ItemState, NoteKind
from workbench.models import WorkItem, WorkNote
from workbench.querysets import WorkItemQuerySet
from workbench.services.items import note_item, recorded
from workbench.services.refusals import ChangedMeanwhile, HeldByAnother, NotPossible, Refusal

LEASE = timedelta(minutes=10)


def _free_for(person_id: UUID | None, at: datetime) -> Q:
    return Q(lease_until__isnull=True) | Q(lease_until__lt=at) | Q(lease_person_id=person_id)


def claim_item(*, item: WorkItem, at: datetime, version: int | None = None) -> WorkItem:
    """Take the item in hand: mine, in progress, leased. One of several claimants wins."""
    person_id = current_scope().person_id
    rows = WorkItem.objects.filter(_free_for(person_id, at), id=item.id, state__in=ALLOWED_FROM["claim"])
    if version is not None:
        rows = rows.filter(version=version)
    taken = rows.update(
        assignee_id=person_id,
        state=ItemState.IN_PROGRESS,
        lease_person_id=person_id,
        lease_until=at + LEASE,
        snoozed_until=None,
        snooze_reason="",
        waiting_on="",
        version=F("version") + 1,
        changed_by_id=person_id,
        changed_at=at,
    )
    now = WorkItem.objects.select_related("assignee", "queue", "changed_by", "lease_person").get(id=item.id)
    if taken:
        recorded(now, verb="claimed", event="workitem.claimed", fields=("assignee", "state"))
        return now
    if now.lease_until and now.lease_until >= at and now.lease_person_id != person_id:
        raise HeldByAnother(now)
    if version is not None and now.version != version:
        raise ChangedMeanwhile(now)
    raise NotPossible(now, "claim")


def keep_lease(*, item: WorkItem, at: datetime) -> bool:
    """The heartbeat of an open panel; False when the lease is somebody else's by now."""
    rows = WorkItem.objects.filter(id=item.id, lease_person_id=current_scope().person_id, is_open=True)
    return bool(rows.update(lease_until=at + LEASE))


def give_back(*, at: datetime) -> None:
    """End every lease this person holds; their items stay theirs."""
    WorkItem.objects.filter(lease_person_id=current_scope().person_id, lease_until__isnull=False).update(
        lease_person=None, lease_until=None
    )


def take_next(
    *,
    rows: WorkItemQuerySet,
    order: tuple[str, ...],
    at: datetime,
    claim: Callable[..., object] = claim_item,
) -> WorkItem | None:
    """The best item of a filtered queue that nobody holds and this person did not skip today, claimed for
    them.

    Rows locked by a colleague's request are passed over, so two people asking at once get two items.
    """
    person_id = current_scope().person_id
    if person_id is None:
        raise Refusal("Only a person can take the next item.")
    give_back(at=at)
    morning = at.replace(hour=0, minute=0, second=0, microsecond=0)
    skipped = WorkNote.objects.filter(
        item_id=OuterRef("id"), kind=NoteKind.SKIP, author_id=person_id, written_at__gte=morning
    )
    free = rows.filter(
        Q(assignee_id=person_id) | Q(assignee__isnull=True), _free_for(person_id, at), ~Exists(skipped)
    )
    item = free.order_by(*order).select_for_update(skip_locked=True, of=("self",)).first()
    if item is None:
        return None
    claim(item=item, at=at)
    return WorkItem.objects.get(id=item.id)


def skip_item(*, item: WorkItem, reason: str, at: datetime) -> None:
    """Pass the item on to others for today, saying why; unassigned again if it was only taken by the
    lease.
    """
    if not reason.strip():
        raise Refusal("Say why you skip this item.")
    person_id = current_scope().person_id
    note_item(item=item, body=reason, kind=NoteKind.SKIP, at=at)
    WorkItem.objects.filter(id=item.id, lease_person_id=person_id, state=ItemState.IN_PROGRESS).update(
        lease_person=None,
        lease_until=None,
        assignee=None,
        state=ItemState.UNASSIGNED,
        version=F("version") + 1,
    )
    recorded(item, verb="skipped")
