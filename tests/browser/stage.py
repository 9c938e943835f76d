"""A practice with a morning's work: claims of invented people, remittances that refuse them, the queue they make."""

from __future__ import annotations

import datetime
from typing import Any
from unittest import mock

from django.utils import timezone

from denials import services
from tenancy.scope import organization_scope
from tests.factories import era

PAYERS = (
    ("Blue Harbor PPO", "BH001"), ("Meridian HMO", "MH002"), ("Cascade Medicaid", "CM003"),
    ("Summit Health Plan", "SH004"), ("Union Mutual", "UM005"),
)  # fmt: skip
NAMES = (
    "ALVAREZ", "BROOKS", "CHEN", "DIAZ", "EVERETT", "FARAH", "GRANT", "HUANG", "IBRAHIM", "JENSEN", "LINDQVIST",
    "MOREAU", "NAKAMURA", "OKAFOR", "PATEL",
)  # fmt: skip
REFUSALS = (
    ("CO-197", ("N385",)), ("CO-16", ("N290",)), ("CO-29", ()), ("CO-50", ("N115",)), ("OA-18", ()), ("CO-97", ()),
    ("PR-27", ()), ("CO-22", ()), ("CO-4", ()), ("CO-11", ()), ("CO-252", ("N706",)),
)  # fmt: skip
AMOUNTS = ("184.50", "92.25", "1280.00", "456.10", "84.00", "330.25", "125.00", "648.00", "2140.75", "71.40")


def number_of(index: int) -> str:
    return f"RW{26000412 + index * 37}"


def morning(practice: Any, *, claims: int = 12) -> None:
    """Each claim refused for another reason, on another day of the last weeks; posted, and taken into the queue."""
    now = timezone.now()
    with organization_scope(practice.pk):
        for index in range(claims):
            refuse(index, now.date() - datetime.timedelta(days=3 + (index * 7) % 50))
        services.take_facts(on=now.date(), at=now)


def refuse(index: int, paid_on: datetime.date) -> None:
    number, amount, payer = number_of(index), AMOUNTS[index % len(AMOUNTS)], PAYERS[index % len(PAYERS)]
    code, remarks = REFUSALS[index % len(REFUSALS)]
    name = NAMES[index % len(NAMES)]
    with mock.patch.object(era, "DAY", paid_on - datetime.timedelta(days=21)):
        era.claim(number, amount, of=era.payer(*payer), last_name=name)
        sent = era.Era(trace=f"EFT{9000 + index}", day=paid_on, payer=payer)
        era.post(sent.paid(number, f"{amount} 0 {code}={amount}", remarks=remarks, last_name=name))
