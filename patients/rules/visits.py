"""What a professional and an institutional visit say, and what of it cannot be. Faults are by field."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from patients.rules.coding import fault_of_procedure
from patients.rules.signs import fault_of_number, fault_of_text

PROFESSIONAL, INSTITUTIONAL = "PROFESSIONAL", "INSTITUTIONAL"
AUTHORIZED = ("authorization_from_on", "authorization_to_on", "authorization_units")
"""What the payer authorized under a number."""
MOST_UNITS = 999_999
# What only one of the two claims has a place for; the rest stands on both.
VISIT_FIELDS_OF: Mapping[str, Mapping[str, Any]] = {
    PROFESSIONAL: {
        "place_of_service": "",
        "supervising_provider_id": None,
        "laboratory_number": "",
        "accident_cause": "",
        "accident_on": None,
        "accident_state": "",
        "onset_on": None,
        "patient_paid_cents": 0,
    },
    INSTITUTIONAL: {
        "operating_provider_id": None,
        "type_of_bill": "",
        "admission_type": "",
        "admission_source": "",
        "patient_status": "",
        "admission_hour": "",
        "discharge_hour": "",
        "drg": "",
        "hospital_codes": [],
    },
}
LINE_FIELDS_OF: Mapping[str, Mapping[str, Any]] = {
    PROFESSIONAL: {
        "diagnosis_pointers": "",
        "place_of_service": "",
        "authorization_number": "",
        **dict.fromkeys(AUTHORIZED),
    },
    INSTITUTIONAL: {"revenue_code": ""},
}
UNITS_OF = {PROFESSIONAL: ("UN", "MJ"), INSTITUTIONAL: ("UN", "DA")}
DRUG_UNITS = ("F2", "GR", "ME", "ML", "UN")
_HOUR = re.compile(r"([01]\d|2[0-3])[0-5]\d")
_FORMS: Mapping[str, tuple[re.Pattern[str], str]] = {
    "place_of_service": (re.compile(r"\d{2}"), "Two digits, as in 11 for an office."),
    "type_of_bill": (
        re.compile(r"[1-8]\d"),
        "The two digits before the frequency: 11 inpatient, 13 outpatient.",
    ),
    "admission_type": (re.compile(r"[1-59]"), "One digit: 1 emergency, 2 urgent, 3 elective, 4 newborn."),
    "admission_source": (re.compile(r"[0-9A-Z]"), "One digit or letter."),
    "patient_status": (re.compile(r"\d{2}"), "Two digits, as in 01 for discharged home, 30 for still here."),
    "admission_hour": (_HOUR, "An hour as in 14 or 1430."),
    "discharge_hour": (_HOUR, "An hour as in 14 or 1430."),
    "drg": (re.compile(r"\d{3,4}"), "Three digits."),
    "laboratory_number": (re.compile(r"\d{2}D\d{7}"), "Ten characters, as in 36D0654321."),
    "accident_state": (re.compile(r"[A-Z]{2}"), "Two letters of a state."),
    "revenue_code": (re.compile(r"\d{4}"), "Four digits, as in 0450."),
    "drug_code": (re.compile(r"\d{11}"), "Eleven digits, in groups of 5-4-2: 00409-1234-01."),
}


_NUMBERS = ("authorization_number", "referral_number")
_TEXTS = ("claim_note", "description")
LARGEST = Decimal("9999999.99")
"""Dollars of one line."""
MOST_LINES = {PROFESSIONAL: 50, INSTITUTIONAL: 999}


def fault_of_line_count(kind: str, count: int) -> str:
    most = MOST_LINES[kind]
    if count <= most:
        return ""
    return f"A claim carries at most {most} lines, and here are {count}: make a second visit of the rest."


def other_kind(kind: str) -> str:
    return INSTITUTIONAL if kind == PROFESSIONAL else PROFESSIONAL


def hour(text: str) -> str:
    """14 is 1400."""
    digits = text.replace(":", "").strip()
    return f"{digits:0>2}00" if len(digits) <= 2 and digits else digits


def drug_number(text: str) -> str:
    """The NDC without the hyphens of its label, where the groups have the lengths a claim wants."""
    groups = text.strip().split("-")
    return "".join(groups) if [len(one) for one in groups] == [5, 4, 2] else text.strip()


def faults_of_visit(
    kind: str, values: Mapping[str, Any], *, on: date, born: date | None = None
) -> dict[str, str]:
    """Only what is told is judged, but for the bill type: without it there is no institutional claim."""
    faults = _faults_of_form(values) | _faults_of_days(values, on, born)
    if kind == INSTITUTIONAL and not values.get("type_of_bill"):
        faults["type_of_bill"] = "Which type of bill? 11 inpatient, 13 outpatient."
    cause = values.get("accident_cause")
    if cause and not values.get("accident_on"):
        faults["accident_on"] = "On which day was the accident?"
    if cause == "AA" and not values.get("accident_state"):
        faults["accident_state"] = "In which state was the automobile accident?"
    if not cause and (values.get("accident_on") or values.get("accident_state")):
        faults["accident_cause"] = "What kind of accident?"
    if values.get("admission_hour") and not values.get("admitted_on"):
        faults["admitted_on"] = "An hour needs its day."
    return faults


def _faults_of_days(values: Mapping[str, Any], on: date, born: date | None) -> dict[str, str]:
    begins, ends = values.get("service_from_on"), values.get("service_to_on")
    faults = {}
    if begins and begins > on:
        faults["service_from_on"] = "This day is yet to come."
    elif begins and born and begins < born:
        faults["service_from_on"] = "This is before the patient was born."
    if begins and ends and ends < begins:
        faults["service_to_on"] = "The visit cannot end before it began."
    elif ends and ends > on and not faults:
        faults["service_to_on"] = "This day is yet to come."
    admitted = values.get("admitted_on")
    if admitted and ends and admitted > ends:
        faults["admitted_on"] = "Nobody is admitted after the visit has ended."
    for name in ("accident_on", "onset_on"):
        if values.get(name) and ends and values[name] > ends:
            faults[name] = "This day is after the visit."
    return faults


def faults_of_line(kind: str, values: Mapping[str, Any]) -> dict[str, str]:
    faults = _faults_of_form(values)
    code = values.get("procedure_code")
    if code and (fault := fault_of_procedure(code)):
        faults["procedure_code"] = fault
    if kind == PROFESSIONAL and not code:
        faults.setdefault("procedure_code", "Which procedure?")
    if kind == INSTITUTIONAL and not values.get("revenue_code"):
        faults["revenue_code"] = "Which revenue code?"
    if values.get("unit_code", "UN") not in UNITS_OF[kind]:
        faults["unit_code"] = f"One of {', '.join(UNITS_OF[kind])}."
    begins, ends = values.get("service_date"), values.get("service_to_on")
    if begins and ends and ends < begins:
        faults["service_to_on"] = "It cannot end before it began."
    return faults | _faults_of_drug(values)


def faults_in_visit(values: Mapping[str, Any], begins: date, ends: date, diagnoses: int) -> dict[str, str]:
    """What of a line cannot be in this visit: its days, and places beyond the listed diagnoses."""
    days = f"The visit is from {begins:%m/%d/%Y} to {ends:%m/%d/%Y}."
    told = ((name, values.get(name)) for name in ("service_date", "service_to_on"))
    faults = {name: days for name, day in told if day and not begins <= day <= ends}
    places = [int(one) for one in (values.get("diagnosis_pointers") or "").split(":") if one]
    if any(place > diagnoses for place in places):
        faults["diagnosis_pointers"] = f"The visit lists {diagnoses or 'no'} diagnoses."
    return faults


def faults_of_kind(
    kind: str, values: Mapping[str, Any], fields: Mapping[str, Mapping[str, Any]]
) -> dict[str, str]:
    """What is told and has no place on this kind of claim."""
    other = other_kind(kind)
    return {
        name: f"Only {other.lower()} claims have a place for this."
        for name, blank in fields[other].items()
        if values.get(name, blank) != blank
    }


def _faults_of_form(values: Mapping[str, Any]) -> dict[str, str]:
    told = ((name, values.get(name)) for name in _FORMS)
    faults = {name: _FORMS[name][1] for name, value in told if value and not _FORMS[name][0].fullmatch(value)}
    for names, fault_of in ((_NUMBERS, fault_of_number), (_TEXTS, fault_of_text)):
        faults |= {name: fault for name in names if (fault := fault_of(values.get(name) or ""))}
    return _faults_of_authorization(values) | faults


def _faults_of_authorization(values: Mapping[str, Any]) -> dict[str, str]:
    begins, ends, units = (values.get(name) for name in AUTHORIZED)
    faults = {}
    if not values.get("authorization_number") and (begins or ends or units is not None):
        faults["authorization_number"] = "Under which number was this authorized?"
    if begins and ends and ends < begins:
        faults["authorization_to_on"] = "It cannot end before it began."
    return faults


def _faults_of_drug(values: Mapping[str, Any]) -> dict[str, str]:
    code, units, unit = (values.get(name) for name in ("drug_code", "drug_units", "drug_unit_code"))
    if not code:
        return {"drug_code": "Which drug?"} if units or unit else {}
    faults = {}
    if not units:
        faults["drug_units"] = "How much of the drug?"
    if unit not in DRUG_UNITS:
        faults["drug_unit_code"] = f"In which unit? One of {', '.join(DRUG_UNITS)}."
    return faults
