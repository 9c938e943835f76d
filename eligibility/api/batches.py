"""Many questions at once, as programs order them."""

from __future__ import annotations

import hashlib
import json
from typing import Any, ClassVar
from uuid import UUID

from django.db.models import QuerySet
from django.utils.timezone import localdate
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.mixins import ListModelMixin
from rest_framework.request import Request
from rest_framework.response import Response

from audit import services as audit
from eligibility import batch_reading as reading
from eligibility import services
from eligibility.api.serializers import CheckSerializer
from eligibility.api.views import about_of
from eligibility.choices import BatchKind, RowState
from eligibility.models import BatchRow, EligibilityBatch
from eligibility.rules.asking import CannotAsk
from eligibility.rules.tables import MOST_LINES
from eligibility.schedule import lines_of, visits_of_day
from tenancy.access import NotFound
from tenancy.api import ScopedViewSet, moment_of, scope_of


class BatchOrderSerializer(serializers.Serializer):
    """Either `checks`, each as for one check, or a `day` whose planned visits are checked where no answer is fresh.

    A `reference` makes the order yours: the same again is the same batch. Without one the same checks on one day are.
    """

    reference = serializers.CharField(max_length=60, required=False)
    day = serializers.DateField(required=False)
    testMode = serializers.BooleanField(default=False)  # noqa: N815 - the callers' spelling
    checks = serializers.ListField(
        child=serializers.DictField(), min_length=1, max_length=MOST_LINES, required=False
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("day" in attrs) == ("checks" in attrs):
            raise serializers.ValidationError("Send either checks or a day.")
        return attrs


class BatchRowSerializer(serializers.ModelSerializer):
    state = serializers.ChoiceField(choices=RowState.choices, read_only=True)
    check_id = serializers.UUIDField(source="inquiry_id", read_only=True, allow_null=True)

    class Meta:
        model = BatchRow
        fields: ClassVar[list[str]] = [
            "line_number", "state", "fault", "reason", "check_id", "encounter_id", "coverage_id",
        ]  # fmt: skip
        read_only_fields = fields


class BatchSerializer(serializers.ModelSerializer):
    """`counts` by state; nothing is asked any more once it `is_final`."""

    counts = serializers.DictField(child=serializers.IntegerField(), read_only=True)
    is_final = serializers.BooleanField(read_only=True)

    class Meta:
        model = EligibilityBatch
        fields: ClassVar[list[str]] = [
            "id", "kind", "day", "name", "is_test", "ordered_at", "counts", "is_final",
        ]  # fmt: skip
        read_only_fields = fields

    def to_representation(self, batch: EligibilityBatch) -> dict[str, Any]:
        progress = reading.progress_of(batch)
        batch.counts = {state.value: count for state, count in progress.counts.items()}  # type: ignore[attr-defined]
        batch.is_final = progress.is_final  # type: ignore[attr-defined]
        told: dict[str, Any] = super().to_representation(batch)
        return told


class BatchDetailSerializer(BatchSerializer):
    rows = serializers.SerializerMethodField()

    class Meta(BatchSerializer.Meta):
        fields: ClassVar[list[str]] = [*BatchSerializer.Meta.fields, "rows"]

    def get_rows(self, batch: EligibilityBatch) -> list[dict[str, Any]]:
        rows = reading.rows_of(self.context["scope"], batch)
        return list(BatchRowSerializer(rows, many=True).data)


@extend_schema(tags=["eligibility"])
class BatchViewSet(ListModelMixin, ScopedViewSet):
    """Orders of many checks. Each line is asked or refused by itself."""

    required_permissions: ClassVar[dict[str, str]] = {
        "list": "eligibility.view_inquiry",
        "retrieve": "eligibility.view_inquiry",
        "create": "eligibility.ask_payer",
    }
    serializer_class = BatchSerializer

    def rows(self) -> QuerySet[Any]:
        return reading.batches(scope_of(self.request))

    @extend_schema(responses=BatchDetailSerializer)
    def retrieve(self, request: Request, pk: str) -> Response:
        found = reading.batch_for(scope_of(request), UUID(pk))
        audit.record_view(subject=found)
        return Response(BatchDetailSerializer(found, context={"scope": scope_of(request)}).data)

    @extend_schema(
        request=BatchOrderSerializer, responses={201: BatchDetailSerializer, 200: BatchDetailSerializer}
    )
    def create(self, request: Request) -> Response:
        """Order checks; they are asked by jobs. The same order again is answered with the batch it is: 200."""
        body = BatchOrderSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        said = body.validated_data
        batch, is_new = _of_day(request, said) if "day" in said else _of_checks(request, said)
        content = BatchDetailSerializer(batch, context={"scope": scope_of(request)}).data
        return Response(content, status=status.HTTP_201_CREATED if is_new else status.HTTP_200_OK)


def _of_day(request: Request, said: dict[str, Any]) -> tuple[EligibilityBatch, bool]:
    at = moment_of(request)
    lines = lines_of(list(visits_of_day(scope_of(request), said["day"])), at=at)
    chosen = [
        (line.visit, line.coverage)
        for line in lines
        if line.coverage is not None and line.may_check and not line.is_fresh
    ]
    return services.check_visits(day=said["day"], visits=chosen, at=at)


def _of_checks(request: Request, said: dict[str, Any]) -> tuple[EligibilityBatch, bool]:
    order = said.get("reference") or [localdate(moment_of(request)), said["checks"]]
    given = json.dumps([order, said["testMode"]], sort_keys=True, default=str)
    drafts = [
        _draft(request, one, number, is_test=said["testMode"]) for number, one in enumerate(said["checks"], 1)
    ]
    return services.order_batch(
        kind=BatchKind.FILE,
        key=f"program:{hashlib.sha256(given.encode()).hexdigest()}",
        rows=drafts,
        at=moment_of(request),
        name=said.get("reference", ""),
        is_test=said["testMode"],
    )


def _draft(request: Request, given: dict[str, Any], number: int, *, is_test: bool) -> services.RowDraft:
    check = CheckSerializer(data=given)
    if not check.is_valid():
        return services.RowDraft(fault=_told(check.errors), line_number=number)
    said = check.validated_data | {"testMode": is_test}
    try:
        about = about_of(request, said)
    except CannotAsk as refusal:
        return services.RowDraft(fault=f"payerId: {refusal}", line_number=number)
    except NotFound:
        return services.RowDraft(fault="coverageId: There is none of this id here.", line_number=number)
    name = about.payer.name if about.payer else "Test payer"
    question = check.question(payer_name=name, today=localdate(moment_of(request)))
    return services.RowDraft(question, about.coverage, about.payer, about.provider, line_number=number)


def _told(errors: Any, place: str = "") -> str:
    """Every fault with the field it is about: `provider.npi: This field is required.`"""
    if isinstance(errors, dict):
        return " ".join(_told(one, f"{place}.{name}".strip(".")) for name, one in errors.items())
    return f"{place}: {' '.join(map(str, errors))}"
