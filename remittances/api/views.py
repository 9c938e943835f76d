from collections.abc import Callable
from typing import Any, ClassVar
from uuid import UUID

from django.db.models import QuerySet
from django_filters import rest_framework as filters
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.mixins import ListModelMixin
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from audit import services as audit
from claims.choices import Frequency
from claims.selectors import claim_for, claims_visible_to
from clearinghouse.choices import Source
from clearinghouse.selectors import file_for
from remittances import selectors, services
from remittances.api import serializers
from remittances.choices import Booking, LineResult, MatchState, ReceivableState, RemittanceState
from tenancy.api import ScopedViewSet, moment_of, scope_of


def refused(refusal: services.Refusal) -> Response:
    return Response({"detail": str(refusal)}, status=status.HTTP_409_CONFLICT)


class RecordedList(ListModelMixin, ScopedViewSet):
    """A list whose reading is recorded."""

    kind: ClassVar[str]

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        answer = super().list(request, *args, **kwargs)
        query = {"by": sorted(request.query_params)}
        audit.record_search(kind=self.kind, count=len(answer.data["results"]), query=query)
        return answer


class RemittanceFilter(filters.FilterSet):
    state = filters.ChoiceFilter(choices=RemittanceState.choices)
    trace_number = filters.CharFilter()
    payer = filters.UUIDFilter(field_name="payer_id")
    paid_from = filters.DateFilter(field_name="payment_on", lookup_expr="gte")
    paid_to = filters.DateFilter(field_name="payment_on", lookup_expr="lte")


@extend_schema(tags=["remittances"])
class RemittanceViewSet(RecordedList):
    """Remittances; one comes with its findings and provider adjustments. `post` and `unpost` take its version."""

    kind = "remittances.remittance"
    required_permissions: ClassVar[dict[str, str]] = {
        "list": "remittances.view_remittance",
        "retrieve": "remittances.view_remittance",
        "post_remittance": "remittances.post_remittance",
        "unpost_remittance": "remittances.unpost_remittance",
    }
    serializer_class = serializers.RemittanceSerializer
    filterset_class = RemittanceFilter

    def rows(self) -> QuerySet[Any]:
        return selectors.remittances_visible_to(scope_of(self.request))

    @extend_schema(responses=serializers.RemittanceDetailSerializer)
    def retrieve(self, request: Request, pk: str) -> Response:
        found = selectors.remittance_for(scope_of(request), UUID(pk))
        audit.record_view(subject=found)
        return Response(serializers.RemittanceDetailSerializer(found).data)

    @extend_schema(request=serializers.SeenVersionSerializer, responses=serializers.RemittanceSerializer)
    @action(detail=True, methods=["post"], url_path="post")
    def post_remittance(self, request: Request, pk: str) -> Response:
        return self._move(request, pk, services.post_by_hand)

    @extend_schema(request=serializers.SeenVersionSerializer, responses=serializers.RemittanceSerializer)
    @action(detail=True, methods=["post"], url_path="unpost")
    def unpost_remittance(self, request: Request, pk: str) -> Response:
        return self._move(request, pk, services.unpost_remittance)

    def _move(self, request: Request, pk: str, verb: Callable[..., Any]) -> Response:
        found = selectors.remittance_for(scope_of(request), UUID(pk))
        sent = serializers.SeenVersionSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        try:
            verb(remittance_id=found.id, at=moment_of(request), version=sent.validated_data["version"])
        except services.Refusal as refusal:
            return refused(refusal)
        return Response(
            serializers.RemittanceSerializer(selectors.remittance_for(scope_of(request), found.id)).data
        )


class PaymentFilter(filters.FilterSet):
    remittance = filters.UUIDFilter(field_name="remittance_id")
    claim = filters.UUIDFilter(field_name="claim_id")
    match_state = filters.ChoiceFilter(choices=MatchState.choices)
    booking = filters.ChoiceFilter(choices=Booking.choices)
    result = filters.ChoiceFilter(choices=LineResult.choices)
    patient_control_number = filters.CharFilter()
    payer_control_number = filters.CharFilter()


@extend_schema(tags=["remittances"])
class PaymentViewSet(RecordedList):
    """What payers decided about single claims. The verbs take the payment's version: `match` and `detach`, and for an
    answer that waits because an earlier one stands, `beside` (apply both); for one that waits for a person, `release`
    (its `hold` says why); `hold` undoes either. `correct` takes over what the payer says of the insured.
    """

    kind = "remittances.remitclaim"
    required_permissions: ClassVar[dict[str, str]] = {
        "list": "remittances.view_remittance",
        "retrieve": "remittances.view_remittance",
        "match": "remittances.match_remittance",
        "detach": "remittances.match_remittance",
        "beside": "remittances.match_remittance",
        "release": "remittances.post_remittance",
        "hold": "remittances.match_remittance",
        "correct": "patients.edit_patient",
    }
    serializer_class = serializers.PaymentSerializer
    filterset_class = PaymentFilter

    def rows(self) -> QuerySet[Any]:
        return selectors.payments_visible_to(scope_of(self.request))

    @extend_schema(responses=serializers.PaymentDetailSerializer)
    def retrieve(self, request: Request, pk: str) -> Response:
        found = selectors.payment_for(scope_of(request), UUID(pk))
        audit.record_view(subject=found, patient_id=found.claim.patient_id if found.claim else None)
        return Response(serializers.PaymentDetailSerializer(found).data)

    @extend_schema(request=serializers.MatchSerializer, responses=serializers.PaymentSerializer)
    @action(detail=True, methods=["post"])
    def match(self, request: Request, pk: str) -> Response:
        found = selectors.payment_for(scope_of(request), UUID(pk))
        sent = serializers.MatchSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        claim = claim_for(scope_of(request), sent.validated_data["claim"])
        return self._move(request, found, services.match_payment, sent.validated_data["version"], claim=claim)

    @extend_schema(request=serializers.SeenVersionSerializer, responses=serializers.PaymentSerializer)
    @action(detail=True, methods=["post"])
    def detach(self, request: Request, pk: str) -> Response:
        return self._decide(request, pk, services.detach_payment)

    @extend_schema(request=serializers.SeenVersionSerializer, responses=serializers.PaymentSerializer)
    @action(detail=True, methods=["post"])
    def beside(self, request: Request, pk: str) -> Response:
        return self._decide(request, pk, services.let_stand_beside)

    @extend_schema(request=serializers.SeenVersionSerializer, responses=serializers.PaymentSerializer)
    @action(detail=True, methods=["post"])
    def release(self, request: Request, pk: str) -> Response:
        return self._decide(request, pk, services.release_payment)

    @extend_schema(request=serializers.SeenVersionSerializer, responses=serializers.PaymentSerializer)
    @action(detail=True, methods=["post"])
    def hold(self, request: Request, pk: str) -> Response:
        return self._decide(request, pk, services.hold_again)

    @extend_schema(request=serializers.SeenVersionSerializer, responses=serializers.PaymentSerializer)
    @action(detail=True, methods=["post"])
    def correct(self, request: Request, pk: str) -> Response:
        return self._decide(request, pk, services.take_correction)

    def _decide(self, request: Request, pk: str, verb: Callable[..., Any]) -> Response:
        found = selectors.payment_for(scope_of(request), UUID(pk))
        sent = serializers.SeenVersionSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        return self._move(request, found, verb, sent.validated_data["version"])

    def _move(
        self, request: Request, found: Any, verb: Callable[..., Any], version: int, **arguments: Any
    ) -> Response:
        try:
            moved = verb(remit_claim=found, at=moment_of(request), version=version, **arguments)
        except services.Refusal as refusal:
            return refused(refusal)
        return Response(serializers.PaymentSerializer(moved).data)


class ReceivableFilter(filters.FilterSet):
    state = filters.ChoiceFilter(choices=ReceivableState.choices)
    payer = filters.UUIDFilter(field_name="payer_id")
    reference = filters.CharFilter()


@extend_schema(tags=["remittances"])
class ReceivableViewSet(RecordedList):
    """What stands between us and payers: below zero we owe it, above zero they took it without saying for what.

    `tie` says for which claim, up to what is open; `untie` undoes one tie. Both take the version.
    """

    kind = "remittances.payerreceivable"
    required_permissions: ClassVar[dict[str, str]] = {
        "list": "remittances.view_remittance",
        "retrieve": "remittances.view_remittance",
        "tie": "remittances.match_remittance",
        "untie": "remittances.match_remittance",
    }
    serializer_class = serializers.ReceivableSerializer
    filterset_class = ReceivableFilter

    def rows(self) -> QuerySet[Any]:
        return selectors.receivables(scope_of(self.request))

    @extend_schema(responses=serializers.ReceivableDetailSerializer)
    def retrieve(self, request: Request, pk: str) -> Response:
        found = selectors.receivable_for(scope_of(request), UUID(pk))
        audit.record_view(subject=found)
        return Response(serializers.ReceivableDetailSerializer(found).data)

    @extend_schema(request=serializers.TieRequestSerializer, responses=serializers.ReceivableDetailSerializer)
    @action(detail=True, methods=["post"])
    def tie(self, request: Request, pk: str) -> Response:
        found = selectors.receivable_for(scope_of(request), UUID(pk))
        sent = serializers.TieRequestSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        asked = sent.validated_data
        claim = claim_for(scope_of(request), asked["claim"])
        return self._move(
            request, found, services.tie_receivable, asked["version"], claim=claim, cents=asked["cents"]
        )

    @extend_schema(request=serializers.UntieSerializer, responses=serializers.ReceivableDetailSerializer)
    @action(detail=True, methods=["post"])
    def untie(self, request: Request, pk: str) -> Response:
        found = selectors.receivable_for(scope_of(request), UUID(pk))
        sent = serializers.UntieSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        asked = sent.validated_data
        return self._move(request, found, services.untie_receivable, asked["version"], tie_id=asked["tie"])

    def _move(
        self, request: Request, found: Any, verb: Callable[..., Any], version: int, **arguments: Any
    ) -> Response:
        try:
            moved = verb(receivable=found, at=moment_of(request), version=version, **arguments)
        except services.Refusal as refusal:
            return refused(refusal)
        return Response(serializers.ReceivableDetailSerializer(moved).data)


@extend_schema(tags=["remittances"])
class RemittanceFileViewSet(ScopedViewSet):
    """835 files: send one, then ask by its id what became of each transaction set."""

    required_permissions: ClassVar[dict[str, str]] = {
        "create": "remittances.ingest_remittance",
        "retrieve": "remittances.view_remittance",
    }
    parser_classes = (MultiPartParser,)
    serializer_class = serializers.FileSerializer

    @extend_schema(
        request=serializers.UploadRemittancesSerializer, responses={202: serializers.ReceivedSerializer}
    )
    def create(self, request: Request) -> Response:
        sent = serializers.UploadRemittancesSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        upload = sent.validated_data["file"]
        file, is_new = services.receive_file(
            name=upload.name,
            content=upload.file,
            source=Source.API,
            post=sent.validated_data["post"] and scope_of(request).may("remittances.post_remittance"),
            at=moment_of(request),
        )
        content = {"file_id": file.id, "is_new": is_new, "state": file.state, "message": file.message}
        return Response(serializers.ReceivedSerializer(content).data, status=status.HTTP_202_ACCEPTED)

    def retrieve(self, request: Request, pk: str) -> Response:
        file = file_for(scope_of(request), UUID(pk))
        audit.record_view(subject=file)
        results = list(selectors.results_of_file(file.id))
        return Response(serializers.FileSerializer(file, context={"results": results}).data)


@extend_schema(tags=["claims"])
class NextPayerViewSet(ScopedViewSet):
    """A claim to one of several payers: to the next, or again to one that has decided."""

    required_permissions: ClassVar[dict[str, str]] = {
        "bill_next_payer": "claims.build_claim",
        "replace_at_payer": "claims.build_claim",
    }
    serializer_class = serializers.BilledNextSerializer

    def rows(self) -> QuerySet[Any]:
        return claims_visible_to(scope_of(self.request))

    @extend_schema(
        request=serializers.BillNextSerializer,
        responses={
            201: serializers.BilledNextSerializer,
            409: OpenApiResponse(description="Nothing is billed; the answer says why"),
        },
    )
    @action(detail=True, methods=["post"], url_path="bill-next-payer")
    def bill_next_payer(self, request: Request, pk: str) -> Response:
        """A version for the next payer with what the earlier ones decided; it leaves once its edits pass."""
        claim = claim_for(scope_of(request), UUID(pk))
        asked = serializers.BillNextSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        try:
            version = services.bill_next(claim=claim, at=moment_of(request), **asked.validated_data)
        except services.CannotBillNext as refusal:
            return refused(refusal)
        services.close_billed(claim, at=moment_of(request))
        return Response(serializers.BilledNextSerializer(version).data, status=status.HTTP_201_CREATED)

    @extend_schema(
        request=serializers.ReplaceAtPayerSerializer,
        responses={
            201: serializers.BilledNextSerializer,
            409: OpenApiResponse(description="Nothing is sent; the answer says why"),
        },
    )
    @action(detail=True, methods=["post"], url_path="replace-at-payer")
    def replace_at_payer(self, request: Request, pk: str) -> Response:
        """A corrected claim (7) or a void (8) to a payer that has decided, with what those before it decided."""
        claim = claim_for(scope_of(request), UUID(pk))
        asked = serializers.ReplaceAtPayerSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        values = asked.validated_data
        if values["version"] != claim.current_version:
            words = "Another version was made meanwhile. Read the claim again."
            return Response({"detail": words}, status=status.HTTP_409_CONFLICT)
        try:
            version = services.replace_at_payer(
                claim=claim,
                rank=values["payer_rank"],
                frequency=Frequency(values["frequency"]),
                reason=values["reason"],
                at=moment_of(request),
            )
        except services.CannotBillNext as refusal:
            return refused(refusal)
        return Response(serializers.BilledNextSerializer(version).data, status=status.HTTP_201_CREATED)
