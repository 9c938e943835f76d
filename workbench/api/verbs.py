"""The verbs of a work item as API actions, shared by every viewset whose objects stand in a queue."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from django.db import transaction
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.response import Response
from rest_framework.serializers import Serializer

from tenancy.access import NotFound
from tenancy.api import ScopedViewSet
from tenancy.scope import Scope
from tenancy.selectors import colleagues
from workbench import selectors, services
from workbench.api import serializers
from workbench.kinds import kind_of
from workbench.models import WorkItem

ANSWERS = {200: serializers.WorkItemSerializer, 409: serializers.RefusalSerializer}
# What each takes, what it usually does, and what it says of itself; giving an item away looks the person up first.
USUAL: dict[str, tuple[type[Serializer], Callable[..., object], str]] = {
    "claim": (serializers.VersionSerializer, services.claim_item, "Take it oneself and begin to work it."),
    "release": (serializers.VersionSerializer, services.release_item, "Give it back to its queue."),
    "snooze": (serializers.SnoozeSerializer, services.snooze_item, "Put it away until a day, with a reason."),
    "block": (serializers.BlockSerializer, services.block_item, "It waits for somebody else."),
    "wake": (
        serializers.VersionSerializer,
        services.wake_item,
        "Bring it back before its day, or unblock it.",
    ),
    "note": (serializers.NoteSerializer, services.note_item, "Write a note or a call down."),
    "escalate": (serializers.ReasonSerializer, services.escalate_item, "Ask a supervisor to look at it."),
    "close": (serializers.CloseSerializer, services.close_item, "Close it with an outcome."),
    "reopen": (serializers.ReasonSerializer, services.reopen_item, "Open it again."),
}
VERBS = (*USUAL, "assign")


def verb(body: type[Serializer], *, address: str | None = None) -> Callable[[Callable[..., object]], Any]:
    """A method `act(self, item, *, at, **what the body says)` as one POST: finds the item, checks the body, acts,
    answers with the item as it is now; with 409, the item and the reason where it is refused.
    """

    def declare(act: Callable[..., object]) -> Any:
        def answer(self: "WorkVerbs", request: Any, pk: str) -> Response:
            item = self.item_for(UUID(pk))
            asked = body(data=request.data)
            asked.is_valid(raise_exception=True)
            try:
                with transaction.atomic():
                    act(self, item, at=request.now, **asked.validated_data)
            except services.Refusal as refusal:
                refused = {"detail": refusal.message, "item": _as_it_is(item)}
                return Response(refused, status=status.HTTP_409_CONFLICT)
            return Response(_as_it_is(item))

        answer.__name__, answer.__doc__ = act.__name__, act.__doc__
        described = extend_schema(request=body, responses=ANSWERS)
        return described(action(detail=True, methods=["post"], url_path=address or act.__name__)(answer))

    return declare


def _as_it_is(item: WorkItem) -> dict[str, Any]:
    now = WorkItem.objects.select_related("queue").get(id=item.id)
    return dict(serializers.WorkItemSerializer(now).data)


def _of_kind(name: str, body: type[Serializer], usual: Callable[..., object], words: str) -> Any:
    """A verb that does what the item's kind says in place of the usual."""

    def act(self: "WorkVerbs", item: WorkItem, **asked: Any) -> None:
        kind_of(item.kind).verbs.get(name, usual)(item=item, **asked)

    act.__name__, act.__doc__ = name, words
    return verb(body)(act)


class WorkVerbs(ScopedViewSet):
    """Needs `item_for(id)`: the work item behind the object, found within the scope or NotFound."""

    verbs: ClassVar[tuple[str, ...]] = VERBS

    @property
    def scope(self) -> Scope:
        found: Scope = self.request._request.scope  # type: ignore[attr-defined]
        return found

    def item_for(self, pk: UUID) -> WorkItem:
        raise NotImplementedError

    @verb(serializers.AssignSerializer)
    def assign(self, item: WorkItem, *, assignee_id: UUID | None, at: datetime, version: int | None) -> None:
        """Give it to somebody who may work it; null gives it to nobody."""
        kind = kind_of(item.kind)
        able = colleagues(self.scope.practice_id, at, kind.view_permission, kind.work_permission)
        if assignee_id and not able.filter(id=assignee_id).exists():
            raise NotFound
        do = kind.verbs.get("assign", services.assign_item)
        do(item=item, assignee_id=assignee_id, at=at, version=version)

    @extend_schema(responses=serializers.WorkNoteSerializer(many=True), filters=False)
    @action(detail=True, methods=["get"], pagination_class=None, filter_backends=[])
    def notes(self, request: Any, pk: str) -> Response:
        """The notes, newest first, at most two hundred."""
        found = selectors.notes_of(self.item_for(UUID(pk)))[:200]
        return Response(serializers.WorkNoteSerializer(found, many=True).data)


for _name, (_body, _usual, _words) in USUAL.items():
    setattr(WorkVerbs, _name, _of_kind(_name, _body, _usual, _words))
