from typing import Any, ClassVar
from uuid import UUID

from django.db.models import QuerySet
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework.mixins import ListModelMixin
from rest_framework.response import Response

from audit import services as audit
from tenancy.access import NotFound
from workbench import selectors
from workbench.api import serializers
from workbench.api.verbs import VERBS, WorkVerbs
from workbench.choices import ItemState, Stage
from workbench.kinds import kind_of
from workbench.models import WorkItem
from workbench.worklist import kinds_seen

# Kinds that are worked under a permission of their own have endpoints of their own.
WORK = "workbench.work_item"


class WorkItemFilter(filters.FilterSet):
    kind = filters.CharFilter()
    stage = filters.ChoiceFilter(choices=Stage.choices)
    state = filters.ChoiceFilter(choices=ItemState.choices)
    category = filters.CharFilter()
    code = filters.CharFilter()
    payer = filters.UUIDFilter(field_name="payer_id")
    queue = filters.CharFilter(field_name="queue__code")
    assignee = filters.UUIDFilter(field_name="assignee_id")
    unassigned = filters.BooleanFilter(field_name="assignee_id", lookup_expr="isnull")
    subject = filters.UUIDFilter(field_name="subject_id")
    due_before = filters.DateFilter(field_name="due_on", lookup_expr="lt")
    due_after = filters.DateFilter(field_name="due_on", lookup_expr="gt")
    follow_up_before = filters.DateFilter(field_name="follow_up_on", lookup_expr="lt")
    amount_from_cents = filters.NumberFilter(field_name="amount_cents", lookup_expr="gte")
    amount_to_cents = filters.NumberFilter(field_name="amount_cents", lookup_expr="lte")
    priority_from = filters.NumberFilter(field_name="priority", lookup_expr="gte")


@extend_schema(tags=["work"])
class WorkItemViewSet(ListModelMixin, WorkVerbs):
    """What a person has to look at. Denials are worked at `/denials/`; here they are read."""

    required_permissions: ClassVar[dict[str, str]] = {
        "list": "workbench.view_queue",
        "retrieve": "workbench.view_queue",
        "notes": "workbench.view_queue",
        **dict.fromkeys(VERBS, WORK),
    }
    serializer_class = serializers.WorkItemSerializer
    filterset_class = WorkItemFilter

    def rows(self) -> QuerySet[Any]:
        needed = self.required_permissions[self.action]
        seen = kinds_seen(self.request._request, needed)  # type: ignore[arg-type]
        return selectors.items_seen(seen).select_related("queue")

    def list(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        answer = super().list(request, *args, **kwargs)
        asked = sorted(request.query_params)
        audit.record_search(kind="workbench.items", count=len(answer.data["results"]), query={"by": asked})
        return answer

    @extend_schema(responses=serializers.WorkItemSerializer, filters=False)
    def retrieve(self, request: Any, pk: str) -> Response:
        item = self.item_for(UUID(pk))
        audit.record_view(subject=item, patient_id=item.patient_id)
        return Response(self.get_serializer(item).data)

    def item_for(self, pk: UUID) -> WorkItem:
        item = selectors.work_item_for(self.scope, pk)
        is_read = self.action in ("retrieve", "notes")
        if not self.rows().filter(id=pk).exists() or not (
            is_read or kind_of(item.kind).work_permission == WORK
        ):
            raise NotFound
        return item
