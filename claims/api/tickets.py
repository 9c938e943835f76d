"""Tickets for claims that went missing, for other programs."""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from django.db.models import QuerySet
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.mixins import ListModelMixin
from rest_framework.response import Response

from audit import services as audit
from claims import services
from claims.choices import SilenceStage, TicketReason
from claims.selectors.tickets import KIND, TEAMS, side_of
from claims.services.tickets import hand_to
from tenancy.access import NotFound
from workbench import selectors as work
from workbench.api.serializers import VersionSerializer, WorkItemSerializer
from workbench.api.verbs import VERBS, WorkVerbs, verb
from workbench.models import WorkItem
from workbench.services import Refusal
from workbench.worklist import scope_for


class TicketSerializer(WorkItemSerializer):
    """A work item with `side`: whose turn it is. `category` says why the claim is looked for."""

    side = serializers.SerializerMethodField()

    class Meta(WorkItemSerializer.Meta):
        fields: ClassVar[list[str]] = [*WorkItemSerializer.Meta.fields, "side"]
        read_only_fields = fields

    @extend_schema_field(serializers.ChoiceField(SilenceStage.choices))
    def get_side(self, item: WorkItem) -> str:
        return side_of(item).value


class HandOverSerializer(VersionSerializer):
    """`reason` is what the other side has to know."""

    reason = serializers.CharField(max_length=2000)


class TicketFilter(filters.FilterSet):
    is_open = filters.BooleanFilter()
    side = filters.ChoiceFilter(choices=SilenceStage.choices, method="of_side")
    category = filters.ChoiceFilter(choices=TicketReason.choices)
    claim = filters.UUIDFilter(field_name="subject_id")
    payer = filters.UUIDFilter(field_name="payer_id")
    due_before = filters.DateFilter(field_name="due_on", lookup_expr="lt")

    def of_side(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return rows.filter(queue__code=TEAMS[SilenceStage(value)])


@extend_schema(tags=["claims"])
class ClaimTicketViewSet(ListModelMixin, WorkVerbs):
    """Claims nobody answers for, that the payer does not know, that could not be sent: billing, then support, each with
    its own due date; `close` resolves one.
    """

    required_permissions: ClassVar[dict[str, str]] = {
        "list": "claims.view_claim",
        "retrieve": "claims.view_claim",
        "notes": "claims.view_claim",
        **dict.fromkeys((*VERBS, "hand_over"), "workbench.work_item"),
        "send_again": "claims.send_claim",
    }
    serializer_class = TicketSerializer
    filterset_class = TicketFilter

    def rows(self) -> QuerySet[Any]:
        return work.items_in(self.scope).of_kind(KIND).select_related("queue")

    def list(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        answer = super().list(request, *args, **kwargs)
        asked = sorted(request.query_params)
        audit.record_search(kind="claims.tickets", count=len(answer.data["results"]), query={"by": asked})
        return answer

    @extend_schema(responses=TicketSerializer, filters=False)
    def retrieve(self, request: Any, pk: str) -> Response:
        item = self.item_for(UUID(pk))
        audit.record_view(subject=item, patient_id=item.patient_id)
        return Response(self.get_serializer(item).data)

    def item_for(self, pk: UUID) -> WorkItem:
        item = work.work_item_for(self.scope, pk)
        needed = self.required_permissions[self.action]
        scope_for(self.request._request, "claims.view_claim", needed)  # type: ignore[arg-type]
        if item.kind != KIND:
            raise NotFound
        return item

    @verb(HandOverSerializer, address="hand-over")
    def hand_over(self, item: WorkItem, *, reason: str, at: datetime, version: int | None) -> None:
        """From billing to support, or back, with a due date of its own."""
        is_support = side_of(item) == SilenceStage.SUPPORT
        other = SilenceStage.BILLING if is_support else SilenceStage.SUPPORT
        hand_to(item=item, stage=other, reason=reason, at=at, version=version)

    @verb(VersionSerializer, address="send-again")
    def send_again(self, item: WorkItem, *, at: datetime, version: int | None) -> None:
        """Build the claim anew from what stands on file and send it; refused where the payer took it in."""
        if item.subject_type != "claims.claim" or item.subject_id is None:
            raise Refusal("This ticket is about a file: its delivery is tried again from the file.")
        try:
            services.resend_claim(claim_id=item.subject_id, at=at)
        except services.CannotResend as refusal:
            raise Refusal(str(refusal)) from refusal
