"""What the endpoints of patients share: where values come from, one-time keys, and refusals."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from drf_spectacular.utils import OpenApiParameter
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from patients.choices import Source
from patients.services import ChangedMeanwhile, KeyUsedOtherwise, PatientRefusal, once
from patients.services.history import Origin, as_text
from tenancy.api import moment_of
from tenancy.ids import uuid7

KEY_HEADER = "Idempotency-Key"
KEY_PARAMETER = OpenApiParameter(
    KEY_HEADER, str, OpenApiParameter.HEADER, description="The same key and body: one act"
)
REFUSALS = (KeyUsedOtherwise, PatientRefusal, ChangedMeanwhile)


def by_program(request: Request) -> Origin:
    return Origin(Source.API, moment_of(request))


def make_once(
    request: Request, endpoint: str, body: Any, make: Callable[[], tuple[UUID, dict[str, Any]]]
) -> tuple[UUID, dict[str, Any]]:
    key = request.headers.get(KEY_HEADER, "")[:100] or str(uuid7())
    made, answer, _ = once(endpoint=endpoint, key=key, body=body, make=make)
    return made, answer


def refused(refusal: Exception) -> Response:
    if isinstance(refusal, KeyUsedOtherwise):
        detail = "This key was used for another body. Use a new key for a new call."
        return Response({"detail": detail}, status=status.HTTP_422_UNPROCESSABLE_ENTITY)
    said: dict[str, Any] = {"detail": str(refusal)}
    if isinstance(refusal, ChangedMeanwhile):
        said = {
            "detail": "Somebody changed this just now. Read it again and decide.",
            "version": refusal.current.version,
            "differing": {
                name: [as_text(there), as_text(sent)] for name, (there, sent) in refusal.differing.items()
            },
        }
    elif isinstance(refusal, PatientRefusal) and refusal.fields:
        said["fields"] = refusal.fields
    return Response(said, status=status.HTTP_409_CONFLICT)
