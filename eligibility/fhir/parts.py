"""Data types of FHIR, from ours. What is not known is left out, never empty and never zero."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any

from eligibility.rules.answers import Period

Json = dict[str, Any]


def present(**members: Any) -> Json:
    """The members that are known. A name ends in _ where Python has the word for itself."""
    return {name.rstrip("_"): value for name, value in members.items() if value not in (None, "", [], {})}


def coding(system: str, code: str, display: str = "") -> Json:
    return present(system=system, code=code, display=display)


def concept(*codings: Json, text: str = "") -> Json:
    return present(coding=[one for one in codings if one], text=text)


def hl7(system: str, code: str | None) -> Json:
    """One of HL7's codes; nothing where it has none for it."""
    return coding(f"http://terminology.hl7.org/CodeSystem/{system}", code) if code else {}


def identifier(system: str, value: str) -> Json:
    return {"system": system, "value": value}


def reference(to: str) -> Json:
    return {"reference": to}


def money(cents: int) -> Json:
    return {"value": Decimal(cents).scaleb(-2), "currency": "USD"}


def period(of: Period) -> Json:
    return present(start=day(of.begins_on), end=day(of.ends_on))


def day(date: datetime.date | None) -> str | None:
    return date.isoformat() if date else None


def instant(at: datetime.datetime) -> str:
    return at.astimezone(datetime.UTC).isoformat().replace("+00:00", "Z")


def extension(url: str, **value: Any) -> Json:
    return {"url": url, **value}
