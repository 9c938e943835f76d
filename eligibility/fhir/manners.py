"""How FHIR is spoken over HTTP: its media types, its errors, and what a request asked for."""

from __future__ import annotations

from typing import Any

import msgspec
from django.http import QueryDict
from rest_framework.exceptions import APIException, ParseError
from rest_framework.parsers import FormParser, JSONParser
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from tenancy.api_errors import in_our_words
from tenancy.programs import FHIR_JSON, operation_outcome

JSON_FORMATS = ("json", "application/json", FHIR_JSON, FHIR_JSON.replace("+", " "))
Parameters = dict[str, list[str]]
_ENCODER = msgspec.json.Encoder(decimal_format="number")


class FhirRenderer(BaseRenderer):
    """Amounts are written as the numbers they are, never through a float."""

    media_type = FHIR_JSON
    format = "fhir"
    charset = None

    def render(
        self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None
    ) -> bytes:
        return b"" if data is None else _ENCODER.encode(data)


class PlainRenderer(FhirRenderer):
    """For whom plain JSON is all they take."""

    media_type = "application/json"
    format = "json"


class FhirParser(JSONParser):
    media_type = FHIR_JSON


RENDERERS = (FhirRenderer, PlainRenderer)
PARSERS = (FhirParser, JSONParser, FormParser)


class UnknownFormat(APIException):
    status_code = 406
    default_detail = "Resources are written in JSON (application/fhir+json) alone."


def as_outcome(error: Exception, context: dict[str, Any]) -> Response | None:
    """Every refusal as an OperationOutcome; what is not ours to word is left to fail."""
    answer = in_our_words(error, context)
    if answer is None:
        return None
    answer.data = operation_outcome(answer.status_code, *_texts(answer.data))
    return answer


def _texts(data: Any) -> list[str]:
    if isinstance(data, dict):
        return [
            text if name == "detail" else f"{name}: {text}"
            for name, one in data.items()
            for text in _texts(one)
        ]
    if isinstance(data, list):
        return [text for one in data for text in _texts(one)]
    return [str(data)]


def parameters_of(request: Request) -> Parameters:
    """Of the address, and of the form a search was posted with."""
    sent: list[QueryDict] = [request.query_params]
    if request.method == "POST":
        if not isinstance(request.data, QueryDict):
            raise ParseError("A search is posted as a form (application/x-www-form-urlencoded).")
        sent.append(request.data)
    asked: Parameters = {}
    for each in sent:
        for name, values in each.lists():
            asked.setdefault(name, []).extend(values)
    if asked.get("_format", ["json"])[-1] not in JSON_FORMATS:
        raise UnknownFormat
    return asked
