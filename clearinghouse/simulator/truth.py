"""The simulator's own books: what it decided last about each claim. Written to a file a test can judge us by."""

import dataclasses
import json
from pathlib import Path
from typing import Any

from clearinghouse.simulator.adjudication import ClaimDecision


@dataclasses.dataclass(slots=True)
class Truth:
    """Cents throughout. A later decision on a claim replaces the earlier one."""

    claims: dict[str, dict[str, Any]] = dataclasses.field(default_factory=dict)
    payments_cents: int = 0
    interest_cents: int = 0
    carried_cents: int = 0

    def decided(self, decision: ClaimDecision, *, matched: bool) -> None:
        self.claims[decision.claim.patient_control_number] = {
            "payer": decision.payer.identifier,
            "outcome": str(decision.outcome),
            "matched": matched,
            "charge_cents": decision.charge_cents,
            "paid_cents": decision.paid_cents,
            "contractual_cents": sum(line.cents_of("CO", "45") for line in decision.lines),
            "reduction_cents": sum(line.cents_of("CO", "253") for line in decision.lines),
            "patient_cents": sum(line.cents_of("PR", "1", "2", "3") for line in decision.lines),
            "denials": [
                {
                    "line": ordinal,
                    "cents": line.denied_cents,
                    "category": line.denial.category,
                    "reason": line.denial.reason,
                    "remarks": list(line.denial.remarks),
                }
                for ordinal, line in enumerate(decision.lines, start=1)
                if line.denial
            ],
        }

    def silent(self, decision: ClaimDecision) -> None:
        self.claims[decision.claim.patient_control_number] = {
            "payer": decision.payer.identifier,
            "outcome": "SILENT",
            "matched": False,
            "charge_cents": decision.charge_cents,
            "paid_cents": 0,
            "contractual_cents": 0,
            "reduction_cents": 0,
            "patient_cents": 0,
            "denials": [],
        }

    def write(self, path: Path) -> None:
        path.write_text(json.dumps(dataclasses.asdict(self), indent=1, sort_keys=True), encoding="utf-8")
