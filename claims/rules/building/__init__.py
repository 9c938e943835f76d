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
from claims.rules.building.told import decisions_told

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
    "decisions_told",
]
