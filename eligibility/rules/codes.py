"""Service types, benefit codes and rejection reasons, from the tables of `eligibility/data`."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_DATA = Path(__file__).resolve().parents[1] / "data"


@dataclass(frozen=True, slots=True)
class ServiceType:
    """EB03 or EQ01. `group` is what services are shown under."""

    code: str
    label: str
    group: str
    is_owed: bool = False
    """An answer about the whole plan has to name it where it is covered."""


@dataclass(frozen=True, slots=True)
class RetiredCode:
    """A value later guides dropped, and what took its place if anything did."""

    meaning: str
    successor: str


@dataclass(frozen=True, slots=True)
class RejectionReason:
    """AAA03. `handling` says who mends it: user_fix, provider, enrolment, retry, system, network, referral, auth ..."""

    code: str
    meaning: str
    handling: str
    advice: str


def _rows(name: str) -> list[dict[str, str]]:
    with (_DATA / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@cache
def service_types() -> Mapping[str, ServiceType]:
    return {
        row["code"]: ServiceType(
            row["code"], row["label"], row["group"], bool({"ig", "core"} & set(row["required_by"].split(",")))
        )
        for row in _rows("service_types")
    }


@cache
def owed_types() -> tuple[str, ...]:
    """What an answer about the whole plan has to name."""
    return tuple(one.code for one in service_types().values() if one.is_owed)


@cache
def benefit_kinds() -> Mapping[str, str]:
    """EB01 to the kind of thing it says."""
    return {row["code"]: row["normalized_kind"] for row in _rows("benefit_codes")}


@cache
def benefit_meanings() -> Mapping[str, str]:
    """EB01 in our words."""
    return {row["code"]: row["meaning"] for row in _rows("benefit_codes")}


@cache
def rejection_reasons() -> Mapping[str, RejectionReason]:
    return {
        row["code"]: RejectionReason(
            row["code"], row["meaning"], row["handling"], row["user_message_or_action"]
        )
        for row in _rows("rejection_codes")
    }


@cache
def number_kinds() -> Mapping[str, str]:
    """REF01 to what the number is of."""
    return {row["code"]: row["label"] for row in _rows("number_kinds")}


@cache
def date_kinds() -> Mapping[str, str]:
    """DTP01 to what the date is of."""
    return {row["code"]: row["label"] for row in _rows("date_kinds")}


@cache
def retired_codes() -> Mapping[tuple[str, str], RetiredCode]:
    """By where it stands and what it is; * is whatever stands there."""
    return {
        (row["place"], row["code"]): RetiredCode(row["meaning"], row["successor"])
        for row in _rows("retired_codes")
    }


def service_type_label(code: str) -> str:
    """In words; a code nobody lists as it came."""
    known = service_types().get(code)
    return known.label if known else f"Service type {code}"
