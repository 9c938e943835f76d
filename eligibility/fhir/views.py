"""Reads and searches of the eligibility resources, and of the records they can be lifted into."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce, Greatest
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.http import http_date
from rest_framework.decorators import action
from rest_framework.exceptions import PermissionDenied, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from audit import services as audit
from eligibility import selectors
from eligibility.fhir import manners, search, stored
from eligibility.fhir.bundles import references, searchset
from eligibility.fhir.capability import LINKED, statement
from eligibility.fhir.faces import FACES, Face
from eligibility.fhir.parts import Json
from eligibility.models import EligibilityInquiry, EligibilityResponse
from eligibility.services.lifting import CannotLift, lift
from patients import selectors as patients
from reference import selectors as reference
from tenancy.access import PUBLIC, NotFound, requires
from tenancy.api import ScopedViewSet, moment_of, scope_of
from tenancy.programs import FHIR_JSON, operation_outcome, refusal


class FhirViewSet(ScopedViewSet):
    """One kind of resource in the shape the address names. FHIR's own statement describes it, not OpenAPI."""

    schema = None
    renderer_classes = manners.RENDERERS
    parser_classes = manners.PARSERS
    pagination_class = None  # type: ignore[assignment]
    filter_backends = ()

    @property
    def face(self) -> Face:
        return FACES[self.kwargs["face"]]

    @property
    def base(self) -> str:
        return self.request.build_absolute_uri(f"/fhir/{self.face.name}")

    def get_exception_handler(self) -> Callable[..., Response | None]:
        return manners.as_outcome

    def one(self, resource: Json, changed_at: datetime | None = None) -> Response:
        manners.parameters_of(self.request)
        headers = {}
        if changed_at is not None:
            headers = {
                "ETag": f'W/"{resource["meta"]["versionId"]}"',
                "Last-Modified": http_date(changed_at.timestamp()),
            }
        return Response(resource, headers=headers)


class EligibilityViewSet(FhirViewSet):
    """What questions and answers have in common: reads, and searches with pages."""

    kind: ClassVar[str]
    moment: ClassVar[str]
    filters: ClassVar[Mapping[str, search.Filter]]
    required_permissions: ClassVar[dict[str, str]] = {
        "list": "eligibility.view_inquiry",
        "search": "eligibility.view_inquiry",
        "retrieve": "eligibility.view_inquiry",
    }

    def shown(self, row: Any) -> Json:
        raise NotImplementedError

    def included(self, rows: Sequence[Any]) -> Iterable[Json]:
        raise NotImplementedError

    def list(self, request: Request, face: str) -> Response:
        return self._found(manners.parameters_of(request))

    @action(detail=False, methods=["post"], url_path="_search")
    def search(self, request: Request, face: str) -> Response:
        """The same with the parameters in a form: an address is written into logs."""
        return self._found(manners.parameters_of(request))

    def _found(self, asked: manners.Parameters) -> Response:
        try:
            page = search.read_page(asked, frozenset({LINKED}))
            rows = search.filtered(self.rows(), asked, self.filters)
            shown, after = search.page_of(rows, page, self.moment) if page.wants_rows else ([], None)
        except search.BadSearch as reason:
            raise ValidationError({"detail": str(reason)}) from reason
        audit.record_search(kind="eligibility.inquiries", count=len(shown), query={"by": sorted(asked)})
        bundle = searchset(
            f"{self.base}/{self.kind}",
            asked,
            [self.shown(one) for one in shown],
            base=self.base,
            included=self.included(shown) if page.included else (),
            next_after=after,
            total=rows.count() if page.wants_total else None,
        )
        return Response(bundle)


class CoverageEligibilityRequestViewSet(EligibilityViewSet):
    """Questions put to payers about coverage."""

    kind = "CoverageEligibilityRequest"
    moment = "asked_at"
    filters: ClassVar[Mapping[str, search.Filter]] = {
        "_id": search.by_id("id"),
        "_lastUpdated": search.by_moment("changed_at"),
        "patient": search.by_reference("patient_id", "Patient"),
        "created": search.by_moment("asked_at"),
        "identifier": search.by_identifier("trace_number"),
        "status": search.by_status,
    }

    def rows(self) -> QuerySet[Any]:
        rows = selectors.inquiries(scope_of(self.request)).defer(None)
        return rows.annotate(changed_at=Coalesce("filed_at", "asked_at"))

    def shown(self, row: EligibilityInquiry) -> Json:
        return self.face.request(row)

    def included(self, rows: Sequence[Any]) -> Iterable[Json]:
        answers = selectors.answers(scope_of(self.request)).filter(inquiry__in=[one.id for one in rows])
        return [self.face.response(one) for one in answers.order_by("-received_at", "-id")]

    def retrieve(self, request: Request, pk: str, face: str) -> Response:
        found = self.rows().filter(id=UUID(pk)).first()
        if found is None:
            raise NotFound
        audit.record_view(subject=found, patient_id=found.patient_id, data={"as": face})
        return self.one(self.face.request(found), found.changed_at)


class CoverageEligibilityResponseViewSet(EligibilityViewSet):
    """What payers answered."""

    required_permissions: ClassVar[dict[str, str]] = {
        **EligibilityViewSet.required_permissions,
        "lift": "patients.edit_patient",
    }
    kind = "CoverageEligibilityResponse"
    moment = "received_at"
    filters: ClassVar[Mapping[str, search.Filter]] = {
        "_id": search.by_id("id"),
        "_lastUpdated": search.by_moment("changed_at"),
        "patient": search.by_reference("inquiry__patient_id", "Patient"),
        "request": search.by_reference("inquiry_id", "CoverageEligibilityRequest"),
        "created": search.by_moment("received_at"),
        "identifier": search.by_identifier("inquiry__trace_number"),
        "status": search.by_status,
        "outcome": search.by_code(
            {
                "complete": Q(outcome="ANSWERED", answer__refusals=[]),
                "partial": Q(outcome="ANSWERED") & ~Q(answer__refusals=[]),
                "error": ~Q(outcome__in=("ANSWERED", "QUEUED")),
                "queued": Q(outcome="QUEUED"),
            }
        ),
    }

    def rows(self) -> QuerySet[Any]:
        rows = selectors.answers(scope_of(self.request))
        return rows.annotate(changed_at=Greatest("received_at", "inquiry__filed_at"))

    def shown(self, row: EligibilityResponse) -> Json:
        return self.face.response(row)

    def included(self, rows: Sequence[Any]) -> Iterable[Json]:
        return [self.face.request(one) for one in {row.inquiry_id: row.inquiry for row in rows}.values()]

    def retrieve(self, request: Request, pk: str, face: str) -> Response:
        found = self.rows().filter(id=UUID(pk)).first()
        if found is None:
            raise NotFound
        audit.record_view(
            subject=found.inquiry, patient_id=found.inquiry.patient_id, data={"as": face, "answer": pk}
        )
        return self.one(self.face.response(found), found.changed_at)

    @action(detail=True, methods=["post"], url_path=r"\$lift")
    def lift(self, request: Request, pk: str, face: str) -> Response:
        """Stores the contained Patient and Coverage, or finds them, and answers with references to what is stored."""
        needed = ("patients.edit_coverage", "eligibility.view_inquiry")
        if not all(scope_of(request).may(one) for one in needed):
            raise PermissionDenied("Your role does not allow this.")
        found = selectors.answer_for(scope_of(request), UUID(pk))
        try:
            lifted = lift(response=found, at=moment_of(request))
        except CannotLift as reason:
            return Response(operation_outcome(422, str(reason)), status=422)
        return Response(references(lifted))


# -- records -------------------------------------------------------------------------------------------------------


class PatientViewSet(FhirViewSet):
    required_permissions: ClassVar[dict[str, str]] = {"retrieve": "patients.view_patient"}

    def retrieve(self, request: Request, pk: str, face: str) -> Response:
        found = patients.patient_for(scope_of(request), UUID(pk))
        audit.record_view(subject=found, patient_id=found.id, data={"as": face})
        changed = patients.last_change(found.id)
        changed_at = changed.at if changed else found.created_at
        return self.one(stored.patient(found, changed_at), changed_at)


class CoverageViewSet(FhirViewSet):
    required_permissions: ClassVar[dict[str, str]] = {"retrieve": "patients.view_patient"}

    def retrieve(self, request: Request, pk: str, face: str) -> Response:
        found = patients.coverage_for(scope_of(request), UUID(pk))
        audit.record_view(subject=found, patient_id=found.patient_id, data={"as": face})
        changed = patients.last_change(found.id)
        changed_at = changed.at if changed else found.source_at
        return self.one(stored.coverage(self.face.edition, found, changed_at), changed_at)


class PayerOrganizationViewSet(FhirViewSet):
    """Payers, and the organizations among the providers."""

    required_permissions: ClassVar[dict[str, str]] = {"retrieve": "reference.view_reference"}

    def retrieve(self, request: Request, pk: str, face: str) -> Response:
        scope = scope_of(request)
        payer = reference.payers(scope).filter(id=UUID(pk)).first()
        if payer is not None:
            return self.one(stored.payer(payer))
        provider = reference.providers(scope).filter(id=UUID(pk), kind="ORGANIZATION").first()
        if provider is None:
            raise NotFound
        return self.one(stored.provider(provider))


@requires(PUBLIC)
def metadata(request: HttpRequest, face: str) -> HttpResponse:
    """What is offered here. It names nobody and wants no sign-in."""
    if request.method not in ("GET", "HEAD"):
        return refusal(request, 405, f'Method "{request.method}" not allowed.')
    said = statement(FACES[face], request.build_absolute_uri(f"/fhir/{face}"))
    return JsonResponse(said, content_type=FHIR_JSON)
