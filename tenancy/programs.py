"""How programs are told that something is not to be had: in JSON, and at FHIR's addresses as an OperationOutcome."""

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse

API = "/api/"
FHIR = "/fhir/"
ADDRESSES = (API, FHIR)
FHIR_JSON = "application/fhir+json"
ISSUES = {
    202: "informational",
    400: "invalid",
    401: "login",
    403: "forbidden",
    404: "not-found",
    405: "not-supported",
    406: "not-supported",
    409: "conflict",
    410: "deleted",
    415: "not-supported",
    422: "business-rule",
    429: "throttled",
}
"""FHIR's issue types by status."""


def is_for_programs(request: HttpRequest) -> bool:
    return request.path_info.startswith(ADDRESSES)


def refusal(request: HttpRequest, status: int, text: str) -> HttpResponse:
    if request.path_info.startswith(FHIR):
        return JsonResponse(operation_outcome(status, text), status=status, content_type=FHIR_JSON)
    return JsonResponse({"detail": text}, status=status)


def operation_outcome(status: int, *texts: str, severity: str = "error") -> dict[str, Any]:
    """One issue for each text."""
    code = ISSUES.get(status, "exception" if status >= 500 else "processing")
    issues = [{"severity": severity, "code": code, "diagnostics": text} for text in texts]
    return {"resourceType": "OperationOutcome", "issue": issues}
