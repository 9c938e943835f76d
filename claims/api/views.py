from collections.abc import Callable
from typing import Any, ClassVar
from uuid import UUID

from django.db.models import QuerySet
from django_filters import rest_framework as filters
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.exceptions import PermissionDenied
from rest_framework.mixins import ListModelMixin
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer

from audit import services as audit
from claims import selectors, services
from claims.api import serializers
from claims.choices import AdjudicationState, Frequency, Responsibility, SubmissionState
from claims.models import EditRun
from claims.rules.edits import PASS_HOLD, permission_to_pass
from claims.selectors.editing import latest_run
from claims.services import editing, receive_837, send_now
from clearinghouse.choices import Source
from clearinghouse.selectors import file_for
from patients.choices import Source as PatientSource
from patients.selectors import encounter_for
from patients.services.history import Origin
from tenancy.access import NotFound
from tenancy.api import ScopedViewSet, moment_of, scope_of


class ClaimFilter(filters.FilterSet):
    patient_control_number = filters.CharFilter()
    payer_control_number = filters.CharFilter()
    patient = filters.UUIDFilter(field_name="patient_id")
    payer = filters.UUIDFilter(field_name="payer_id")
    submission_state = filters.ChoiceFilter(choices=SubmissionState.choices)
    adjudication_state = filters.ChoiceFilter(choices=AdjudicationState.choices)
    responsibility = filters.ChoiceFilter(choices=Responsibility.choices)
    service_from = filters.DateFilter(field_name="service_from_on", lookup_expr="gte")
    service_to = filters.DateFilter(field_name="service_from_on", lookup_expr="lte")


@extend_schema(tags=["claims"])
class ClaimViewSet(ListModelMixin, ScopedViewSet):
    """Claims; one claim comes with its lines, versions and what stands in the books."""

    required_permissions: ClassVar[dict[str, str]] = {
        "list": "claims.view_claim",
        "retrieve": "claims.view_claim",
        "acknowledgements": "claims.view_claim",
        "standing": "claims.view_claim",
        "questions": "claims.view_claim",
        "ask": "claims.ask_payer",
        "send": "claims.send_claim",
        "create": "claims.build_claim",
        "rebuild": "claims.build_claim",
        "correct": "claims.build_claim",
        "void": "claims.build_claim",
        "withdraw": "claims.build_claim",
        "edits": "claims.view_claim",
        "run_edits": "claims.build_claim",
        "let_pass": PASS_HOLD,
        "take_back": PASS_HOLD,
    }
    serializer_class = serializers.ClaimSerializer
    filterset_class = ClaimFilter

    def rows(self) -> QuerySet[Any]:
        return selectors.claims_visible_to(scope_of(self.request)).select_related("payer")

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        answer = super().list(request, *args, **kwargs)
        audit.record_search(
            kind="claims.claims",
            count=len(answer.data["results"]),
            query={"by": sorted(request.query_params)},
        )
        return answer

    @extend_schema(responses=serializers.ClaimDetailSerializer)
    def retrieve(self, request: Request, pk: str) -> Response:
        claim = selectors.claim_for(scope_of(request), UUID(pk))
        audit.record_view(subject=claim, patient_id=claim.patient_id)
        return Response(
            serializers.ClaimDetailSerializer(selectors.claim_content(scope_of(request), claim)).data
        )

    @extend_schema(responses=serializers.StandingSerializer)
    @action(detail=True, methods=["get"], url_path="status", pagination_class=None, filterset_class=None)
    def standing(self, request: Request, pk: str) -> Response:
        """Where the claim stands: its states, the last word on it, its payer's usual time, whether it is stuck."""
        claim = selectors.claim_for(scope_of(request), UUID(pk))
        audit.record_view(subject=claim, patient_id=claim.patient_id, data={"part": "status"})
        return Response(serializers.StandingSerializer(selectors.standing_of(claim)).data)

    @extend_schema(responses=serializers.AcknowledgementSerializer(many=True))
    @action(detail=True, methods=["get"], pagination_class=None, filterset_class=None)
    def acknowledgements(self, request: Request, pk: str) -> Response:
        """What partners, clearinghouse and payer said of the claim, the newest first."""
        claim = selectors.claim_for(scope_of(request), UUID(pk))
        audit.record_view(subject=claim, patient_id=claim.patient_id, data={"tab": "answers"})
        rows = [one.row for one in selectors.acknowledgements_of(claim)]
        return Response(serializers.AcknowledgementSerializer(rows, many=True).data)

    @extend_schema(responses=serializers.QuestionSerializer(many=True))
    @action(detail=True, methods=["get"], pagination_class=None, filterset_class=None)
    def questions(self, request: Request, pk: str) -> Response:
        """What the payer was asked about the claim and what became of it, the newest first."""
        claim = selectors.claim_for(scope_of(request), UUID(pk))
        audit.record_view(subject=claim, patient_id=claim.patient_id, data={"tab": "answers"})
        return Response(serializers.QuestionSerializer(selectors.questions_of(claim), many=True).data)

    @extend_schema(
        request=None,
        responses={
            201: serializers.QuestionSerializer,
            409: OpenApiResponse(description="Nothing is asked; the answer says why"),
        },
    )
    @action(detail=True, methods=["post"])
    def ask(self, request: Request, pk: str) -> Response:
        """Ask the payer where the claim stands, whatever was asked before; one question is open at a time."""
        claim = selectors.claim_for(scope_of(request), UUID(pk))
        try:
            asked = services.ask_now(claim=claim, at=moment_of(request))
        except services.CannotAsk as refusal:
            return Response({"detail": str(refusal)}, status=status.HTTP_409_CONFLICT)
        return Response(serializers.QuestionSerializer(asked).data, status=status.HTTP_201_CREATED)

    @extend_schema(
        request=serializers.AssembleSerializer,
        responses={
            201: serializers.AssembledSerializer,
            200: serializers.AssembledSerializer,
            409: OpenApiResponse(description="No claim can be made; the answer says why"),
        },
    )
    def create(self, request: Request) -> Response:
        """The claim of a visit, from its charges and coverage. Sent again: the same claim, as the visit now is."""
        asked = serializers.AssembleSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        visit = encounter_for(scope_of(request), asked.validated_data["encounter_id"])
        is_new = not self.rows().filter(encounter_id=visit.id).exists()

        def act() -> UUID:
            return services.bill_visit(encounter_id=visit.id, at=moment_of(request)).id

        return self._assembled(request, act, asked, is_new=is_new)

    @extend_schema(request=None, responses=serializers.AssembledSerializer)
    @action(detail=True, methods=["post"])
    def rebuild(self, request: Request, pk: str) -> Response:
        """Anew from what stands on file, while no payer has taken it in."""
        claim = selectors.claim_for(scope_of(request), UUID(pk))

        def act() -> UUID:
            services.rebuild_claim(claim_id=claim.id, at=moment_of(request))
            return claim.id

        return self._assembled(request, act)

    @extend_schema(request=serializers.ReplacementSerializer, responses=serializers.AssembledSerializer)
    @action(detail=True, methods=["post"])
    def correct(self, request: Request, pk: str) -> Response:
        """A replacement (7) of what the payer has decided."""
        return self._replaced(request, pk, Frequency.REPLACEMENT)

    @extend_schema(request=serializers.ReplacementSerializer, responses=serializers.AssembledSerializer)
    @action(detail=True, methods=["post"])
    def void(self, request: Request, pk: str) -> Response:
        """A void (8) of what was sent last."""
        return self._replaced(request, pk, Frequency.VOID)

    @extend_schema(
        request=serializers.WithdrawalSerializer,
        responses={
            200: serializers.ClaimDetailSerializer,
            409: OpenApiResponse(description="It stays; the answer says why"),
        },
    )
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, pk: str) -> Response:
        """Before any payer has it. What plans were to pay of its visit, the patient owes from then on."""
        claim = selectors.claim_for(scope_of(request), UUID(pk))
        asked = serializers.WithdrawalSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        origin = Origin(PatientSource.API, moment_of(request))
        try:
            services.withdraw_claim(claim_id=claim.id, origin=origin, **asked.validated_data)
        except services.CannotWithdraw as refusal:
            return Response({"detail": str(refusal)}, status=status.HTTP_409_CONFLICT)
        return self.retrieve(request, pk)

    def _replaced(self, request: Request, pk: str, frequency: Frequency) -> Response:
        claim = selectors.claim_for(scope_of(request), UUID(pk))
        asked = serializers.ReplacementSerializer(data=request.data)
        asked.is_valid(raise_exception=True)

        def act() -> UUID:
            if asked.validated_data["version"] != claim.current_version:
                raise services.CannotBuild("Another version was made meanwhile. Read the claim again.")
            reason = asked.validated_data["reason"]
            services.replace_claim(
                claim_id=claim.id, frequency=frequency, reason=reason, at=moment_of(request)
            )
            return claim.id

        return self._assembled(request, act, asked)

    def _assembled(
        self,
        request: Request,
        act: Callable[[], UUID],
        asked: BaseSerializer | None = None,
        *,
        is_new: bool = False,
    ) -> Response:
        try:
            claim = selectors.claim_for(scope_of(request), act())
        except services.CannotBuild as refusal:
            return Response({"detail": str(refusal)}, status=status.HTTP_409_CONFLICT)
        answer = dict(
            serializers.ClaimDetailSerializer(selectors.claim_content(scope_of(request), claim)).data
        )
        if asked is not None and asked.validated_data["with_x12"]:
            answer["x12"] = selectors.x12_text(claim)
        return Response(answer, status=status.HTTP_201_CREATED if is_new else status.HTTP_200_OK)

    @extend_schema(request=serializers.OrderSerializer, responses=serializers.BatchedSerializer)
    @action(detail=False, methods=["post"])
    def send(self, request: Request) -> Response:
        """Seal ready claims for their partners now, whatever the partners' windows. Sending again sends the rest."""
        asked = serializers.OrderSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        batched = send_now(at=moment_of(request), **asked.validated_data)
        return Response(serializers.BatchedSerializer(batched).data)

    @extend_schema(responses=serializers.EditRunSerializer(many=True))
    @action(detail=True, methods=["get"], pagination_class=None, filterset_class=None)
    def edits(self, request: Request, pk: str) -> Response:
        """What the edits last said of the claim as it is now; nothing until they have looked at it."""
        claim = selectors.claim_for(scope_of(request), UUID(pk))
        audit.record_view(subject=claim, patient_id=claim.patient_id, data={"part": "edits"})
        run = latest_run(claim)
        return Response(serializers.EditRunSerializer([run] if run else [], many=True).data)

    @extend_schema(request=None, responses=serializers.EditRunSerializer)
    @action(detail=True, methods=["post"], url_path="run-edits")
    def run_edits(self, request: Request, pk: str) -> Response:
        """Run the edits again over a claim that has not left."""
        claim = selectors.claim_for(scope_of(request), UUID(pk))
        runs = editing.run_edits_for(claim_ids=[claim.id], at=moment_of(request))
        if not runs:
            words = "A person holds this claim or it has left; the edits did not run."
            return Response({"detail": words}, status=status.HTTP_409_CONFLICT)
        return Response(serializers.EditRunSerializer(runs[0]).data)

    @extend_schema(request=serializers.PassSerializer, responses=serializers.EditRunSerializer)
    @action(detail=True, methods=["post"], url_path="let-pass")
    def let_pass(self, request: Request, pk: str) -> Response:
        """Answer for what a rule found, with a reason. Faults of form are never let pass."""
        return self._answer(request, pk, editing.let_pass)

    @extend_schema(request=serializers.PassSerializer, responses=serializers.EditRunSerializer)
    @action(detail=True, methods=["post"], url_path="take-back")
    def take_back(self, request: Request, pk: str) -> Response:
        """What was let pass stops the claim again, for as long as it has not left."""
        return self._answer(request, pk, editing.take_back)

    def _answer(self, request: Request, pk: str, verb: Callable[..., EditRun]) -> Response:
        claim = selectors.claim_for(scope_of(request), UUID(pk))
        asked = serializers.PassSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        rule_id = asked.validated_data["rule_id"]
        needed = permission_to_pass(rule_id, editing.findings_of(claim, rule_id))
        if needed and not scope_of(request).may(needed):
            raise PermissionDenied
        try:
            run = verb(claim_id=claim.id, at=moment_of(request), **asked.validated_data)
        except editing.CannotLetPass as refusal:
            return Response({"detail": str(refusal)}, status=status.HTTP_409_CONFLICT)
        return Response(serializers.EditRunSerializer(run).data)


@extend_schema(tags=["claims"])
class ClaimImportViewSet(ScopedViewSet):
    """Files of claims: send one, then ask by the file's id what came of it."""

    required_permissions: ClassVar[dict[str, str]] = {
        "create": "claims.import_claim",
        "retrieve": "claims.import_claim",
    }
    parser_classes = (MultiPartParser,)
    serializer_class = serializers.ImportSerializer

    @extend_schema(
        request=serializers.UploadClaimsSerializer, responses={202: serializers.ReceivedFileSerializer}
    )
    def create(self, request: Request) -> Response:
        sent = serializers.UploadClaimsSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        upload = sent.validated_data["file"]
        file, is_new = receive_837(
            name=upload.name, content=upload.file, source=Source.API, at=moment_of(request)
        )
        content = {"file_id": file.id, "is_new": is_new, "state": file.state, "message": file.message}
        return Response(serializers.ReceivedFileSerializer(content).data, status=status.HTTP_202_ACCEPTED)

    @extend_schema(responses=serializers.ImportSerializer)
    def retrieve(self, request: Request, pk: str) -> Response:
        record = selectors.import_of(file_for(scope_of(request), UUID(pk)))
        if record is None:
            raise NotFound
        return Response(serializers.ImportSerializer(record).data)
