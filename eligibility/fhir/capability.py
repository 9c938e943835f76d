"""The CapabilityStatement: which resources are offered, how they are read and what they are searched by."""

from __future__ import annotations

from eligibility.fhir import systems
from eligibility.fhir.faces import Face
from eligibility.fhir.parts import Json

SINCE = "2026-11-23"
SEARCHES = {
    "CoverageEligibilityRequest": {
        "_id": "token", "_lastUpdated": "date", "patient": "reference", "created": "date", "identifier": "token",
        "status": "token",
    },
    "CoverageEligibilityResponse": {
        "_id": "token", "_lastUpdated": "date", "patient": "reference", "request": "reference", "created": "date",
        "identifier": "token", "status": "token", "outcome": "token",
    },
}  # fmt: skip
RECORDS = ("Patient", "Coverage", "Organization")
LIFT = f"{systems.OURS}:lift"
LINKED = "CoverageEligibilityResponse:request"
"""What can be included: an answer's question, and a question's answers."""


def statement(face: Face, address: str) -> Json:
    return {
        "resourceType": "CapabilityStatement",
        "status": "active",
        "date": SINCE,
        "kind": "instance",
        "software": {"name": "RCM Workbench"},
        "implementation": {"description": "Eligibility of one practice's patients", "url": address},
        "fhirVersion": face.edition.version,
        "format": ["json", "application/fhir+json"],
        "rest": [
            {
                "mode": "server",
                "security": {
                    "description": "A program sends its token (Authorization: Bearer); it opens one practice."
                },
                "resource": [
                    *(_searched(kind, names) for kind, names in SEARCHES.items()),
                    *({"type": kind, "interaction": [{"code": "read"}]} for kind in RECORDS),
                ],
            }
        ],
    }


def _searched(kind: str, names: dict[str, str]) -> Json:
    is_answer = kind == "CoverageEligibilityResponse"
    side = "searchInclude" if is_answer else "searchRevInclude"
    return {
        "type": kind,
        "interaction": [{"code": "read"}, {"code": "search-type"}],
        "versioning": "versioned",
        side: [LINKED],
        "searchParam": [{"name": name, "type": kind_of} for name, kind_of in names.items()],
        **({"operation": [{"name": "lift", "definition": LIFT}]} if is_answer else {}),
    }
