"""What differs between the editions of FHIR: how a coverage names its payer and numbers, and how one is reached."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from eligibility.fhir.parts import Json, concept, hl7, reference


@dataclass(frozen=True, slots=True)
class Edition:
    name: str
    version: str
    insured: Callable[[str, str], Json]
    """The members of a coverage that name the insurer and the subscriber's number."""
    class_value: Callable[[str], Any]
    called_at: Callable[[str], Json]
    """The members of an organization that give its telephone number."""


def _insured_r4(insurer: str, number: str) -> Json:
    return {"payor": [reference(insurer)]} | ({"subscriberId": number} if number else {})


def _insured_r5(insurer: str, number: str) -> Json:
    known = {"kind": "insurance", "insurer": reference(insurer)}
    return known | ({"subscriberId": [_identified(number)]} if number else {})


def _phone(number: str) -> Json:
    return {"telecom": [{"system": "phone", "value": number}]}


def _identified(number: str) -> Json:
    return {"type": concept(hl7("v2-0203", "MB")), "value": number}


R4 = Edition("R4", "4.0.1", _insured_r4, lambda value: value, _phone)
R5 = Edition(
    "R5", "5.0.0", _insured_r5, lambda value: {"value": value}, lambda number: {"contact": [_phone(number)]}
)
