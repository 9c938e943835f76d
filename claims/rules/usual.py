"""How long a payer usually takes, and when silence has lasted longer than that."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

ENOUGH = 20  # answers a measured time rests on
FALLBACK_DAYS = 45


class Basis(StrEnum):
    MEASURED = "MEASURED"
    PAYER = "PAYER"
    """Entered on the payer's page."""
    FALLBACK = "FALLBACK"


@dataclass(frozen=True, slots=True)
class Usual:
    """Days within which nine of ten answers come, with the number of answers that says so."""

    days: int
    sample_size: int
    basis: Basis

    @property
    def words(self) -> str:
        seen = f"{self.sample_size} answer{'' if self.sample_size == 1 else 's'} seen"
        return {
            Basis.MEASURED: f"nine of ten answers within {self.days} days ({seen})",
            Basis.PAYER: f"{self.days} days, as entered for the payer ({seen}, too few to measure)",
            Basis.FALLBACK: f"{self.days} days, our guess for any payer ({seen}, too few to measure)",
        }[self.basis]

    def is_exceeded(self, since: date, today: date) -> bool:
        return today > since + timedelta(days=self.days)


def usual(*, measured_days: int | None, sample_size: int, of_payer: int | None) -> Usual:
    if measured_days is not None and sample_size >= ENOUGH:
        return Usual(measured_days, sample_size, Basis.MEASURED)
    if of_payer is not None:
        return Usual(of_payer, sample_size, Basis.PAYER)
    return Usual(FALLBACK_DAYS, sample_size, Basis.FALLBACK)
