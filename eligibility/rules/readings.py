"""What one payer means otherwise than the rest, from `eligibility/data/payer_readings.csv` by payer id."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

DATA = Path(__file__).resolve().parents[1] / "data" / "payer_readings.csv"


class PayerReading(Struct, frozen=True):
    sends_payer_share: bool = False
    """EB08 is what the payer pays, not the patient."""
    whole_plan: str = ""
    """EB03 under which it speaks of its whole plan, besides 30."""
    source: str = ""
    """Where its answers come from if not from its own system."""
    numbers: tuple[tuple[str, re.Pattern[str]], ...] = ()
    """What kind of number its messages hold, and where."""
    flags: tuple[tuple[str, re.Pattern[str]], ...] = ()
    """What its messages say in words."""


AS_SENT = PayerReading()


def reading_of(payer_id: str) -> PayerReading:
    """An id is an opaque string: 00036 is not 000036."""
    return _readings().get(payer_id, AS_SENT)


@cache
def _readings() -> Mapping[str, PayerReading]:
    found: dict[str, PayerReading] = {}
    with DATA.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            known = found.get(row["payer_id"], AS_SENT)
            found[row["payer_id"]] = _with(known, row["setting"], row["value"])
    return found


def _with(reading: PayerReading, setting: str, value: str) -> PayerReading:
    name, _, of = setting.partition(" ")
    if name == "number":
        return replace(reading, numbers=(*reading.numbers, (of, re.compile(value))))
    if name == "flag":
        return replace(reading, flags=(*reading.flags, (of, re.compile(value))))
    if name == "payer_share":
        return replace(reading, sends_payer_share=value == "yes")
    return replace(reading, **{name: value})
