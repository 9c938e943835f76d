"""What goes wrong on purpose: by the payer's id where it is one of these, else by dice that always fall the same."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum


class Behaviour(StrEnum):
    CLEAN = "CLEAN"
    SYNTAX_REFUSED = "SYNTAX_REFUSED"
    """The 999 rejects the set and names the claim."""
    CLEARINGHOUSE_REFUSED = "CLEARINGHOUSE_REFUSED"
    PAYER_REFUSED = "PAYER_REFUSED"
    SILENT = "SILENT"
    """The payer never says a word."""
    ENVELOPE_REFUSED = "ENVELOPE_REFUSED"
    """The TA1 rejects the file, once."""
    LATE = "LATE"
    TWICE = "TWICE"
    DISORDERED = "DISORDERED"
    """The last answer comes first."""
    MANGLED = "MANGLED"
    """The numbers that answers name are not quite ours."""
    LINE_LOST = "LINE_LOST"
    """The line breaks in the middle of the file, once."""
    SLOW = "SLOW"
    """A question is answered when nobody listens any more, once; the answer lies in the folder, too."""
    ANSWER_LOST = "ANSWER_LOST"
    """The file is here, and the line breaks before we say so, once."""


BY_PAYER: Mapping[str, Behaviour] = {
    "SIM999": Behaviour.SYNTAX_REFUSED,
    "SIMCLEAR": Behaviour.CLEARINGHOUSE_REFUSED,
    "SIMPAYER": Behaviour.PAYER_REFUSED,
    "SIMNOONE": Behaviour.PAYER_REFUSED,
    "SIMNEEDS": Behaviour.PAYER_REFUSED,
    "SIMMUTE": Behaviour.SILENT,
    "SIMTA1": Behaviour.ENVELOPE_REFUSED,
    "SIMLATE": Behaviour.LATE,
    "SIMTWICE": Behaviour.TWICE,
    "SIMORDER": Behaviour.DISORDERED,
    "SIMMANGLE": Behaviour.MANGLED,
    "SIMDROP": Behaviour.LINE_LOST,
    "SIMLOST": Behaviour.ANSWER_LOST,
}
OF_QUESTIONS: Mapping[str, Behaviour] = {
    "SIMSLOW": Behaviour.SLOW,
    "SIMDROP": Behaviour.LINE_LOST,
    "SIMLATE": Behaviour.LATE,
    "SIMTWICE": Behaviour.TWICE,
    "SIMMANGLE": Behaviour.MANGLED,
}
"""Of questions about coverage. LATE is taken and answered by a file; TWICE is answered at once and by a file."""
OF_CLAIMS: Mapping[Behaviour, int] = {
    Behaviour.SYNTAX_REFUSED: 10,
    Behaviour.CLEARINGHOUSE_REFUSED: 35,
    Behaviour.PAYER_REFUSED: 35,
    Behaviour.SILENT: 20,
}
OF_FILES: Mapping[Behaviour, int] = {
    Behaviour.ENVELOPE_REFUSED: 10,
    Behaviour.LATE: 20,
    Behaviour.TWICE: 20,
    Behaviour.DISORDERED: 20,
    Behaviour.MANGLED: 10,
    Behaviour.LINE_LOST: 10,
    Behaviour.ANSWER_LOST: 10,
}


@dataclass(frozen=True, slots=True)
class Temper:
    """How many of a hundred claims, and of a hundred files, meet trouble."""

    seed: int = 7
    claims: int = 0
    files: int = 0

    def of_claim(self, payer_id: str, number: str) -> Behaviour:
        return _chosen([payer_id], OF_CLAIMS, self.claims, f"{self.seed}:{payer_id}:{number}")

    def of_file(self, payer_ids: Iterable[str], number: str) -> Behaviour:
        """`number` tells one file from another: its sender and ISA13."""
        return _chosen(payer_ids, OF_FILES, self.files, f"{self.seed}:{number}")


def _chosen(payer_ids: Iterable[str], table: Mapping[Behaviour, int], share: int, throw: str) -> Behaviour:
    for payer_id in payer_ids:
        named = BY_PAYER.get(payer_id)
        if named is not None and named in table:
            return named
    dice = random.Random(throw)  # noqa: S311 - not a secret
    if dice.randrange(100) >= share:
        return Behaviour.CLEAN
    return dice.choices(list(table), list(table.values()))[0]
