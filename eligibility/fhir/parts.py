"""Data types of FHIR, from ours. What is not known is left out, never empty and never zero."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from eligibility.rules.answers import Period

Json = dict[str, Any]


def present(**members: Any) -> Json:
    """The members that are known. A name ends in _ where Python has the word for itself."""
    read = {name.rstrip("_"): text(one) if isinstance(one, str) else one for name, one in members.items()}
    return {name: value for name, value in read.items() if value not in (None, "", [], {})}


def text(said: str) -> str:
    """Without the signs that FHIR allows in no string, and without blanks around it."""
    return "".join(sign for sign in said if sign.isprintable() or sign in "\r\n\t").strip()


def coding(system: str, code: str, display: str = "") -> Json:
    """Nothing where the code is blank."""
    code = " ".join(text(code).split())
    return present(system=system, code=code, display=display) if code else {}


def concept(*codings: Json, text: str = "") -> Json:
    return present(coding=[one for one in codings if one], text=text)


def hl7(system: str, code: str | None) -> Json:
    """One of HL7's codes; nothing where it has none for it."""
    return coding(f"http://terminology.hl7.org/CodeSystem/{system}", code) if code else {}


def identifier(system: str, value: str) -> Json:
    return {"system": system, "value": text(value)}


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
    """Nothing where the value is blank."""
    known = present(**value)
    return {"url": url, **known} if known else {}


def told(extensions: Iterable[Json]) -> list[Json]:
    return [one for one in extensions if one]
