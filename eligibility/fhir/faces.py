"""The shapes a question and its answer are shown in: two editions of FHIR, and what ZapEHR's programs expect."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from eligibility.fhir import compat, resources
from eligibility.fhir.editions import R4, R5, Edition
from eligibility.fhir.parts import Json
from eligibility.models import EligibilityInquiry, EligibilityResponse


@dataclass(frozen=True, slots=True)
class Face:
    name: str
    edition: Edition
    request: Callable[[EligibilityInquiry], Json]
    response: Callable[[EligibilityResponse], Json]


FACES = {
    "R4": Face("R4", R4, partial(resources.request, R4), partial(resources.response, R4)),
    "R5": Face("R5", R5, partial(resources.request, R5), partial(resources.response, R5)),
    "compat": Face("compat", R4, compat.request, compat.response),
}
