"""The shapes a check is answered in, by what the caller accepts."""

from __future__ import annotations

from rest_framework.renderers import BaseRenderer

from eligibility.fhir.manners import FhirRenderer
from tenancy.programs import FHIR_JSON


class R4Renderer(FhirRenderer):
    face = "R4"


class R5Renderer(FhirRenderer):
    media_type = f"{FHIR_JSON}; fhirVersion=5.0"
    format = "fhir5"
    face = "R5"


class CompatibleRenderer(FhirRenderer):
    """As ZapEHR answers."""

    media_type = f"{FHIR_JSON}; profile=compat"
    format = "compat"
    face = "compat"


Renderers = list[BaseRenderer]
FHIR_RENDERERS = (R5Renderer, CompatibleRenderer, R4Renderer)
"""Those that ask for more come first: the last one takes whoever accepts FHIR at all."""
