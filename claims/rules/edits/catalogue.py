"""The catalogue of rules: data, so that a practice can read, grade and scope them."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

RELEASE = "2026.1"
"""Which issue of the catalogue this is; it goes up with every change to the file."""
_FILE = Path(__file__).resolve().parents[2] / "data" / "edit_rules.csv"


@dataclass(frozen=True, slots=True)
class CatalogueRule:
    rule_id: str
    domain: str
    place: str
    check: str
    severity: str
    fails_as: str
    """How the fault would come back if the claim left: an acknowledgement, a status, a denial."""
    status_codes: str


def _read() -> dict[str, CatalogueRule]:
    with _FILE.open(encoding="utf-8", newline="") as file:
        return {
            row["rule_id"]: CatalogueRule(
                row["rule_id"],
                row["layer"],
                row["location"],
                row["check"],
                row["default_severity"],
                row["where_it_fails"],
                row["status_code_hint"],
            )
            for row in csv.DictReader(file)
        }


CATALOGUE = _read()
