"""From what stands on file to the claim as it is sent: pure functions, the same input always the same claim."""

from claims.rules.building.claim import build_claim
from claims.rules.building.facts import (
    Accident,
    Address,
    BuildFacts,
    CoverageFacts,
    Decision,
    Hospital,
    LineDecision,
    LineFacts,
    Named,
    Taken,
)
from claims.rules.building.keeping import build_upon
from claims.rules.building.quirks import versioned, with_quirks
from claims.rules.building.sent import facts_told
from claims.rules.building.told import decisions_told, earlier_decided_on

__all__ = [
    "Accident",
    "Address",
    "BuildFacts",
    "CoverageFacts",
    "Decision",
    "Hospital",
    "LineDecision",
    "LineFacts",
    "Named",
    "Taken",
    "build_claim",
    "build_upon",
    "decisions_told",
    "earlier_decided_on",
    "facts_told",
    "versioned",
    "with_quirks",
]
