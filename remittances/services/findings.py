"""What is wrong or odd in an 835, as its page, the API and the command line say it: each once, with its place."""

from __future__ import annotations

from typing import Any

from remittances.rules.balance import BalanceWarning, Imbalance, Level, Place, WarningKind
from x12 import ClaimPayment, RemittanceEnd

MOST_FINDINGS = 100
Finding = dict[str, Any]
# What the reader says that our own proof says too, in the claim's words.
SAID_BY_OUR_PROOF = {
    "balance.line": f"{Level.LINE.value}_BALANCE",
    "balance.claim": f"{Level.CLAIM.value}_BALANCE",
    "balance.payment": f"{Level.PAYMENT.value}_BALANCE",
    "balance.patient": WarningKind.PATIENT_RESPONSIBILITY.value,
    "balance.charges": WarningKind.LINE_CHARGES.value,
}


def imbalance_finding(one: Imbalance, segment: int) -> Finding:
    return {
        "severity": "ERROR",
        "code": f"{one.level.value}_BALANCE",
        "segment": segment,
        "claim": one.place.claim,
        "line": one.place.line,
        "expected_cents": one.expected_cents,
        "stated_cents": one.stated_cents,
        "difference_cents": one.difference_cents,
        "message": str(one),
    }


def warning_finding(one: BalanceWarning, segment: int) -> Finding:
    message = one.message if one.place.claim is None else f"{one.place}: {one.message}"
    return {"severity": "WARNING", "code": one.kind.value, "segment": segment, "message": message}


def segment_of(place: Place, claim: ClaimPayment) -> int:
    """Where in the file a line or a claim stands."""
    part = claim if place.line is None else claim.service_lines[place.line - 1]
    return part.position.segment


def reader_findings(end: RemittanceEnd | None) -> list[Finding]:
    """What the reader said."""
    if end is None:
        return []
    return [
        {
            "severity": one.severity.value,
            "code": one.code,
            "segment": one.position.segment,
            "message": one.message,
        }
        for one in end.findings[:MOST_FINDINGS]
    ]


def not_said_already(found: list[Finding], ours: list[Finding]) -> list[Finding]:
    """What the reader alone says."""
    said = {one["code"] for one in ours}
    return [one for one in found if SAID_BY_OUR_PROOF.get(one["code"]) not in said]
