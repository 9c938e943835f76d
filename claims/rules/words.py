"""The codes of acknowledgements, and of the parts of a claim, in our own words."""

from __future__ import annotations

from collections.abc import Mapping

CATEGORIES: Mapping[str, str] = {
    "A0": "Forwarded to the payer",
    "A1": "Received",
    "A2": "Accepted for adjudication",
    "A3": "Returned: cannot be processed",
    "A4": "Not found",
    "A5": "Split",
    "A6": "Rejected: information is missing",
    "A7": "Rejected: information is invalid",
    "A8": "Rejected: two values do not fit each other",
    "D0": "Not found",
    "E0": "The receiver's system could not answer",
    "E1": "The receiver's system could not answer",
    "E2": "The receiver does not know this connection",
    "E3": "The receiver could not correct the request",
    "E4": "The partner is not on file",
    "F0": "Finished",
    "F1": "Finished: paid",
    "F2": "Finished: denied",
    "F3": "Finished: revised",
    "F4": "Finished: no payment",
}
FAMILIES: Mapping[str, str] = {"P": "Pending", "R": "The payer asks for information", "F": "Finished"}
ENTITIES: Mapping[str, str] = {
    "40": "receiver",
    "41": "submitter",
    "71": "attending provider",
    "72": "operating physician",
    "77": "service facility",
    "82": "rendering provider",
    "85": "billing provider",
    "87": "pay-to provider",
    "DK": "ordering provider",
    "DN": "referring provider",
    "DQ": "supervising provider",
    "GB": "other insured",
    "IL": "subscriber",
    "PR": "payer",
    "QC": "patient",
}
SEGMENT_ERRORS: Mapping[str, str] = {
    "1": "is not known here",
    "2": "stands where it may not stand",
    "3": "is missing",
    "5": "comes too often",
    "8": "has errors",
    "I4": "may not be used",
    "I6": "is missing, and another value asks for it",
    "I7": "comes too seldom",
    "I8": "comes too seldom",
    "I9": "is missing, and another segment asks for it",
}
ELEMENT_ERRORS: Mapping[str, str] = {
    "1": "is missing",
    "3": "is one too many",
    "4": "is too short",
    "5": "is too long",
    "6": "has a character that is not allowed",
    "7": "has a code that is not valid",
    "8": "is no valid date",
    "9": "is no valid time",
    "10": "excludes another element",
    "I6": "has a code that may not be used here",
    "I9": "is missing, and another value asks for it",
    "I10": "may not be used",
    "I12": "does not have the form it must have",
    "I13": "has a value that may not be used here",
}
SET_REASONS: Mapping[str, str] = {
    "1": "this transaction is not supported",
    "2": "its end is missing",
    "3": "its numbers differ",
    "4": "its count of segments is wrong",
    "5": "segments of it have errors",
}
INTERCHANGE_REASONS: Mapping[str, str] = {
    "000": "no error",
    "001": "its control numbers differ",
    "021": "its count of groups is wrong",
    "023": "its end is missing",
    "024": "its content is invalid",
    "025": "the partner has had it before",
}


def category(code: str) -> str:
    return CATEGORIES.get(code) or FAMILIES.get(code[:1], "") or f"Category {code}"


def status(codes: tuple[str, str, str], meanings: Mapping[str, str]) -> str:
    """A7:562:85 in words. `meanings` are those of the status codes on file."""
    of_category, code, entity = codes
    told = [category(of_category)]
    if code:
        told.append(meanings.get(code) or f"status {code}")
    words = ": ".join(told)
    return f"{words} ({ENTITIES.get(entity, f'entity {entity}')})" if entity else words


KINDS: Mapping[str, Mapping[str, str]] = {
    "parties": ENTITIES,
    "codes": {
        "ABK": "principal diagnosis",
        "BK": "principal diagnosis (ICD-9)",
        "ABF": "other diagnoses",
        "BF": "other diagnoses (ICD-9)",
        "ABJ": "admitting diagnosis",
        "APR": "reasons for the visit",
        "ABN": "external causes",
        "DR": "DRG",
        "BBR": "principal procedure",
        "BBQ": "other procedures",
        "BI": "occurrence spans",
        "BH": "occurrence codes",
        "BE": "value codes",
        "BG": "condition codes",
    },
    "references": {
        "F8": "payer's number",
        "G1": "authorization",
        "9F": "referral",
        "EA": "record number",
        "X4": "CLIA number",
        "6R": "control number",
        "D9": "clearinghouse's number",
        "EI": "tax number",
    },
    "dates": {
        "472": "day of service",
        "434": "statement from and to",
        "435": "admission",
        "096": "discharge hour",
        "431": "onset",
        "439": "day of the accident",
        "573": "decided on",
    },
    "amounts": {"F5": "paid by the patient", "D": "paid by the payer"},
}
"""By field of the claim, what the qualifiers of its values mean."""
