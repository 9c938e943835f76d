from typing import Any, ClassVar
from uuid import UUID

from django.db.models import QuerySet
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework.mixins import ListModelMixin
from rest_framework.response import Response

from audit import services as audit
from denials import selectors, services
from denials.api import serializers
from denials.choices import CLOSED_STATES, DenialState
from denials.models import Appeal, Denial, WriteOff
from tenancy.access import NotFound
from workbench.api.verbs import VERBS, WorkVerbs, verb
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
        **dict.fromkeys((*VERBS, "appeal", "answer_appeal", "decide_appeal"), WORK),
        "write_off": "denials.write_off",
        "withdraw_write_off": "denials.write_off",
        "take_back_write_off": "denials.write_off",
        **dict.fromkeys(("approve_write_off", "refuse_write_off"), "denials.approve_write_off"),
    }
    serializer_class = serializers.DenialSerializer
    filterset_class = DenialFilter

    def rows(self) -> QuerySet[Any]:
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

    def appeal_of(self, item: WorkItem, appeal_id: UUID) -> Appeal:
        appeal = selectors.appeal_for(self.scope, appeal_id)
        if appeal.denial_id != item.subject_id:
            raise NotFound
        return appeal

    def write_off_of(self, item: WorkItem, write_off_id: UUID) -> WriteOff:
        found = selectors.write_off_for(self.scope, write_off_id)
        if found.denial_id != item.subject_id:
            raise NotFound
        return found

    def denial_of(self, item: WorkItem) -> Denial:
        if item.subject_id is None:
            raise NotFound
        return selectors.denial_for(self.scope, item.subject_id)

    @verb(serializers.RecordAppealSerializer)
    def appeal(self, item: WorkItem, **asked: Any) -> None:
        """Record an appeal that was sent."""
        services.record_appeal(denial=self.denial_of(item), item=item, **asked)

    @verb(serializers.AnswerAppealSerializer, address="appeal-answer")
    def answer_appeal(self, item: WorkItem, *, appeal_id: UUID, **asked: Any) -> None:
        """Record that the payer acknowledged an appeal or asks for more."""
        services.advance_appeal(appeal=self.appeal_of(item, appeal_id), item=item, **asked)

    @verb(serializers.DecideAppealSerializer, address="appeal-decision")
    def decide_appeal(self, item: WorkItem, *, appeal_id: UUID, **asked: Any) -> None:
        """Record what the payer decided on an appeal."""
        services.decide_appeal(appeal=self.appeal_of(item, appeal_id), item=item, **asked)

    @verb(serializers.RequestWriteOffSerializer, address="write-off")
    def write_off(self, item: WorkItem, **asked: Any) -> None:
        """Write off within the caller's limit; above it the amount waits for a second person."""
        services.request_write_off(denial=self.denial_of(item), item=item, **asked)

    @verb(serializers.ApproveWriteOffSerializer, address="write-off-approval")
    def approve_write_off(self, item: WorkItem, *, write_off_id: UUID, **asked: Any) -> None:
        """The second person's yes; never the requester's own."""
        services.approve_write_off(write_off=self.write_off_of(item, write_off_id), item=item, **asked)

    @verb(serializers.RefuseWriteOffSerializer, address="write-off-refusal")
    def refuse_write_off(self, item: WorkItem, *, write_off_id: UUID, **asked: Any) -> None:
        """The second person's no, with the reason; the denial goes back to work."""
        services.refuse_write_off(write_off=self.write_off_of(item, write_off_id), item=item, **asked)

    @verb(serializers.WithdrawWriteOffSerializer, address="write-off-withdrawal")
    def withdraw_write_off(self, item: WorkItem, *, write_off_id: UUID, **asked: Any) -> None:
        """The requester takes it back."""
        services.withdraw_write_off(write_off=self.write_off_of(item, write_off_id), item=item, **asked)

    @verb(serializers.TakeBackWriteOffSerializer, address="write-off-taken-back")
    def take_back_write_off(self, item: WorkItem, *, write_off_id: UUID, **asked: Any) -> None:
        """Undo a posted write-off: its mirror is posted and the denial is worked again."""
        services.take_back_write_off(write_off=self.write_off_of(item, write_off_id), item=item, **asked)
