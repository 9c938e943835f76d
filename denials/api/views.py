from typing import Any, ClassVar
from uuid import UUID

from django.db.models import QuerySet
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.mixins import ListModelMixin
from rest_framework.response import Response

from audit import services as audit
from denials import selectors, services
from denials.api import serializers
from denials.choices import CLOSED_STATES, DenialState
from tenancy.access import NotFound
from workbench.api.verbs import ANSWERS, VERBS, WorkVerbs
from workbench.models import WorkItem

WORK = "denials.work_denial"


class DenialFilter(filters.FilterSet):
    state = filters.MultipleChoiceFilter(choices=DenialState.choices)
    is_open = filters.BooleanFilter(method="only_open")
    category = filters.CharFilter()
    group_code = filters.CharFilter()
    reason_code = filters.CharFilter()
    payer = filters.UUIDFilter(field_name="payer_id")
    claim = filters.UUIDFilter(field_name="claim_id")
    patient = filters.UUIDFilter(field_name="patient_id")
    remit_claim = filters.UUIDFilter(field_name="remit_claim_id")
    appeal_due_before = filters.DateFilter(field_name="appeal_due_on", lookup_expr="lt")
    denied_after = filters.DateFilter(field_name="denied_on", lookup_expr="gt")
    denied_before = filters.DateFilter(field_name="denied_on", lookup_expr="lt")
    denied_from_cents = filters.NumberFilter(field_name="denied_cents", lookup_expr="gte")

    def only_open(self, rows: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:
        return rows.exclude(state__in=CLOSED_STATES) if value else rows.filter(state__in=CLOSED_STATES)


@extend_schema(tags=["denials"])
class DenialViewSet(ListModelMixin, WorkVerbs):
    """Denials and the verbs of working them; closing one takes an outcome of the resolutions."""

    required_permissions: ClassVar[dict[str, str]] = {
        "list": "denials.view_denial",
        "retrieve": "denials.view_denial",
        "notes": "denials.view_denial",
        **dict.fromkeys((*VERBS, "appeal", "decide_appeal"), WORK),
        "write_off": "denials.write_off",
        "approve_write_off": "denials.approve_write_off",
    }
    serializer_class = serializers.DenialSerializer
    filterset_class = DenialFilter

    def get_queryset(self) -> QuerySet[Any]:
        return selectors.denials_in(self.scope).select_related("claim")

    def list(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        answer = super().list(request, *args, **kwargs)
        asked = sorted(request.query_params)
        audit.record_search(kind="denials.denials", count=len(answer.data["results"]), query={"by": asked})
        return answer

    @extend_schema(responses=serializers.DenialDetailSerializer, filters=False)
    def retrieve(self, request: Any, pk: str) -> Response:
        denial = selectors.denial_for(request.scope, UUID(pk))
        audit.record_view(subject=denial, patient_id=denial.patient_id)
        detail = {
            "denial": denial,
            "item": selectors.item_of(denial) if denial.work_item_id else None,
            "occurrences": denial.occurrences.order_by("sequence"),
            "transitions": denial.transitions.order_by("at"),
            "appeals": denial.appeals.order_by("level"),
            "write_offs": denial.write_offs.order_by("requested_at"),
        }
        return Response(serializers.DenialDetailSerializer(detail).data)

    def item_for(self, pk: UUID) -> WorkItem:
        denial = selectors.denial_for(self.scope, pk)
        if denial.work_item_id is None:
            raise NotFound
        return selectors.item_of(denial)

    @extend_schema(request=serializers.RecordAppealSerializer, responses=ANSWERS)
    @action(detail=True, methods=["post"])
    def appeal(self, request: Any, pk: str) -> Response:
        """Record an appeal that was sent."""

        def act(item: WorkItem, kind: Any, asked: dict[str, Any]) -> None:
            denial = selectors.denial_for(request.scope, UUID(pk))
            services.record_appeal(denial=denial, item=item, at=request.now, **asked)

        return self._do(pk, serializers.RecordAppealSerializer(data=request.data), act)

    @extend_schema(request=serializers.DecideAppealSerializer, responses=ANSWERS)
    @action(detail=True, methods=["post"], url_path="appeal-decision")
    def decide_appeal(self, request: Any, pk: str) -> Response:
        """Record what the payer decided on an appeal."""

        def act(item: WorkItem, kind: Any, asked: dict[str, Any]) -> None:
            appeal = selectors.appeal_for(request.scope, asked.pop("appeal_id"))
            if appeal.denial_id != UUID(pk):
                raise NotFound
            services.decide_appeal(appeal=appeal, item=item, at=request.now, **asked)

        return self._do(pk, serializers.DecideAppealSerializer(data=request.data), act)

    @extend_schema(request=serializers.RequestWriteOffSerializer, responses=ANSWERS)
    @action(detail=True, methods=["post"], url_path="write-off")
    def write_off(self, request: Any, pk: str) -> Response:
        """Write off within the caller's limit; above it the amount waits for a second person."""

        def act(item: WorkItem, kind: Any, asked: dict[str, Any]) -> None:
            denial = selectors.denial_for(request.scope, UUID(pk))
            services.request_write_off(denial=denial, item=item, at=request.now, **asked)

        return self._do(pk, serializers.RequestWriteOffSerializer(data=request.data), act)

    @extend_schema(request=serializers.ApproveWriteOffSerializer, responses=ANSWERS)
    @action(detail=True, methods=["post"], url_path="write-off-approval")
    def approve_write_off(self, request: Any, pk: str) -> Response:
        """The second person's yes; never the requester's own."""

        def act(item: WorkItem, kind: Any, asked: dict[str, Any]) -> None:
            asked_for = selectors.write_off_for(request.scope, asked.pop("write_off_id"))
            if asked_for.denial_id != UUID(pk):
                raise NotFound
            services.approve_write_off(write_off=asked_for, item=item, at=request.now, **asked)

        return self._do(pk, serializers.ApproveWriteOffSerializer(data=request.data), act)
