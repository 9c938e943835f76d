"""The verbs of a work item as API actions, shared by every viewset whose objects stand in a queue."""

from collections.abc import Callable
from typing import Any, ClassVar
from uuid import UUID

from django.db import transaction
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.response import Response

from tenancy.access import NotFound
from tenancy.api import ScopedViewSet
from tenancy.scope import Scope
from tenancy.selectors import colleagues
from workbench import selectors, services
from workbench.api import serializers
from workbench.kinds import kind_of
from workbench.models import WorkItem

ANSWERS = {200: serializers.WorkItemSerializer, 409: serializers.RefusalSerializer}
VERBS = ("claim", "release", "assign", "snooze", "block", "wake", "note", "escalate", "close", "reopen")


class WorkVerbs(ScopedViewSet):
    """Needs `item_for(id)`: the work item behind the object, found within the scope or NotFound."""

    verbs: ClassVar[tuple[str, ...]] = VERBS

    @property
    def scope(self) -> Scope:
        found: Scope = self.request._request.scope  # type: ignore[attr-defined]
        return found

    def item_for(self, pk: UUID) -> WorkItem:
        raise NotImplementedError

    def _do(
        self, pk: str, serializer: Any, act: Callable[[WorkItem, Any, dict[str, Any]], object]
    ) -> Response:
        """Find the item, check the body, act, answer with the item as it is now; 409 with it and the
        reason where refused.
        """
        item = self.item_for(UUID(pk))
        serializer.is_valid(raise_exception=True)
        try:
            with transaction.atomic():
                act(item, kind_of(item.kind), dict(serializer.validated_data))
        except services.Refusal as refusal:
            now = serializers.WorkItemSerializer(WorkItem.objects.select_related("queue").get(id=item.id))
            return Response({"detail": refusal.message, "item": now.data}, status=status.HTTP_409_CONFLICT)
        changed = WorkItem.objects.select_related("queue").get(id=item.id)
        return Response(serializers.WorkItemSerializer(changed).data)

    @extend_schema(request=serializers.VersionSerializer, responses=ANSWERS)
    @action(detail=True, methods=["post"])
    def claim(self, request: Any, pk: str) -> Response:
        def act(item: WorkItem, kind: Any, asked: dict[str, Any]) -> None:
            kind.verbs.get("claim", services.claim_item)(item=item, at=request.now, **asked)

        return self._do(pk, serializers.VersionSerializer(data=request.data), act)

    @extend_schema(request=serializers.VersionSerializer, responses=ANSWERS)
    @action(detail=True, methods=["post"])
    def release(self, request: Any, pk: str) -> Response:
        def act(item: WorkItem, kind: Any, asked: dict[str, Any]) -> None:
            services.release_item(item=item, at=request.now, **asked)

        return self._do(pk, serializers.VersionSerializer(data=request.data), act)

    @extend_schema(request=serializers.AssignSerializer, responses=ANSWERS)
    @action(detail=True, methods=["post"])
    def assign(self, request: Any, pk: str) -> Response:
        def act(item: WorkItem, kind: Any, asked: dict[str, Any]) -> None:
            able = colleagues(request.scope.practice_id, kind.work_permission, request.now)
            if asked["assignee_id"] and not able.filter(id=asked["assignee_id"]).exists():
                raise NotFound
            kind.verbs.get("assign", services.assign_item)(item=item, at=request.now, **asked)

        return self._do(pk, serializers.AssignSerializer(data=request.data), act)

    @extend_schema(request=serializers.SnoozeSerializer, responses=ANSWERS)
    @action(detail=True, methods=["post"])
    def snooze(self, request: Any, pk: str) -> Response:
        def act(item: WorkItem, kind: Any, asked: dict[str, Any]) -> None:
            kind.verbs.get("snooze", services.snooze_item)(item=item, at=request.now, **asked)

        return self._do(pk, serializers.SnoozeSerializer(data=request.data), act)

    @extend_schema(request=serializers.BlockSerializer, responses=ANSWERS)
    @action(detail=True, methods=["post"])
    def block(self, request: Any, pk: str) -> Response:
        def act(item: WorkItem, kind: Any, asked: dict[str, Any]) -> None:
            kind.verbs.get("block", services.block_item)(item=item, at=request.now, **asked)

        return self._do(pk, serializers.BlockSerializer(data=request.data), act)

    @extend_schema(request=serializers.VersionSerializer, responses=ANSWERS)
    @action(detail=True, methods=["post"])
    def wake(self, request: Any, pk: str) -> Response:
        def act(item: WorkItem, kind: Any, asked: dict[str, Any]) -> None:
            kind.verbs.get("wake", services.wake_item)(item=item, at=request.now, **asked)

        return self._do(pk, serializers.VersionSerializer(data=request.data), act)

    @extend_schema(request=serializers.NoteSerializer, responses=ANSWERS)
    @action(detail=True, methods=["post"])
    def note(self, request: Any, pk: str) -> Response:
        def act(item: WorkItem, kind: Any, asked: dict[str, Any]) -> None:
            services.note_item(item=item, at=request.now, **asked)

        return self._do(pk, serializers.NoteSerializer(data=request.data), act)

    @extend_schema(request=serializers.ReasonSerializer, responses=ANSWERS)
    @action(detail=True, methods=["post"])
    def escalate(self, request: Any, pk: str) -> Response:
        def act(item: WorkItem, kind: Any, asked: dict[str, Any]) -> None:
            services.escalate_item(item=item, at=request.now, **asked)

        return self._do(pk, serializers.ReasonSerializer(data=request.data), act)

    @extend_schema(request=serializers.CloseSerializer, responses=ANSWERS)
    @action(detail=True, methods=["post"])
    def close(self, request: Any, pk: str) -> Response:
        def act(item: WorkItem, kind: Any, asked: dict[str, Any]) -> None:
            kind.verbs.get("close", services.close_item)(item=item, at=request.now, **asked)

        return self._do(pk, serializers.CloseSerializer(data=request.data), act)

    @extend_schema(request=serializers.ReasonSerializer, responses=ANSWERS)
    @action(detail=True, methods=["post"])
    def reopen(self, request: Any, pk: str) -> Response:
        def act(item: WorkItem, kind: Any, asked: dict[str, Any]) -> None:
            kind.verbs.get("reopen", services.reopen_item)(item=item, at=request.now, **asked)

        return self._do(pk, serializers.ReasonSerializer(data=request.data), act)

    @extend_schema(responses=serializers.WorkNoteSerializer(many=True), filters=False)
    @action(detail=True, methods=["get"], pagination_class=None, filter_backends=[])
    def notes(self, request: Any, pk: str) -> Response:
        """The notes, newest first, at most two hundred."""
        found = selectors.notes_of(self.item_for(UUID(pk)))[:200]
        return Response(serializers.WorkNoteSerializer(found, many=True).data)
