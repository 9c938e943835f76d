"""A practice's own reading of a payer's denials, as the rules see it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from uuid import UUID

LONGEST_PATTERN = 120
# A repeated group that repeats inside takes exponential time on the wrong text.
_NESTED_REPEAT = re.compile(r"[+*}]\)?[+*{]|\([^()]*[+*}][^()]*\)[+*{]")


def pattern_problem(pattern: str) -> str:
    """Why a text pattern is refused, or nothing."""
    if len(pattern) > LONGEST_PATTERN:
        return f"A pattern may have {LONGEST_PATTERN} characters at most."
    if _NESTED_REPEAT.search(pattern):
        return "A repetition inside a repetition could take forever; write the pattern without it."
    if re.search(r"\\[1-9]|\(\?P=", pattern):
        return "References back to a group are not allowed."
    try:
        re.compile(pattern)
    except re.error as problem:
        return f"The pattern cannot be read: {problem}."
    return ""


@dataclass(frozen=True, slots=True)
class OverrideRule:
    """Conditions left empty fit anything; results left empty change nothing."""

    id: UUID
    payer_id: UUID | None = None
    group: str = ""
    carc: str = ""
    rarc: str = ""
    procedure_code: str = ""
    place_of_service: str = ""
    text_pattern: str = ""
    category: str = ""
    subcategory: str = ""
    root_cause: str = ""
    actions: tuple[str, ...] = ()
    owner_team: str = ""
    priority_boost: int = 0

    @property
    def specificity(self) -> int:
        texts = (
            self.group,
            self.carc,
            self.rarc,
            self.procedure_code,
            self.place_of_service,
            self.text_pattern,
        )
        return sum(map(bool, (self.payer_id, *texts)))

    @property
    def words(self) -> str:
        code = f"{self.group or 'any group'}-{self.carc or 'any code'}"
        more = [self.rarc, self.procedure_code and f"procedure {self.procedure_code}"]
        more.append(self.place_of_service and f"place {self.place_of_service}")
        more.append(self.text_pattern and f"text like “{self.text_pattern}”")
        return " with ".join((code, ", ".join(part for part in more if part))) if any(more) else code
