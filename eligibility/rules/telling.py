"""Days and money as sentences of the rules write them."""

from __future__ import annotations

import datetime


def day_told(day: datetime.date) -> str:
    return f"{day:%B} {day.day}, {day.year}"


def money_told(cents: int) -> str:
    return f"${cents // 100:,}.{cents % 100:02}"
