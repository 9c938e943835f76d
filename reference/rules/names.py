"""How payers and providers are recognised however they are written."""

from __future__ import annotations

import re

LEGAL_FORMS = frozenset({"INC", "LLC", "LLP", "CORP", "CORPORATION", "CO", "COMPANY", "LTD", "THE"})
KIND_WORDS = (
    ("MEDICARE ADVANTAGE", "medicare_advantage_contracted"),
    ("MEDICAID", "medicaid_ffs"),
    ("MEDICARE", "medicare_ffs"),
    ("TRICARE", "tricare"),
    ("VETERANS", "va_community_care"),
    ("FEDERAL EMPLOYEE", "fehb_bcbs_federal"),
    ("AETNA", "aetna_commercial"),
    ("CIGNA", "cigna_commercial"),
    ("UNITEDHEALTHCARE", "uhc_commercial"),
    ("UNITED HEALTHCARE", "uhc_commercial"),
    ("UHC", "uhc_commercial"),
    ("HUMANA", "humana_commercial"),
    ("BLUE CROSS", "bcbs_generic"),
    ("BLUE SHIELD", "bcbs_generic"),
    ("BCBS", "bcbs_generic"),
    ("ANTHEM", "bcbs_generic"),
    ("WORKERS COMP", "workers_comp"),
)


def normalized_name(name: str) -> str:
    """Upper case, no punctuation, no legal form: "The Aetna Co., Inc." and "AETNA" are one name."""
    words = re.sub(r"[^A-Z0-9 ]+", " ", name.upper().replace("'", "").replace("&", " AND ")).split()
    kept = [word for word in words if word not in LEGAL_FORMS]
    return " ".join(kept or words)


def normalized_identifier(identifier: str) -> str:
    return "".join(identifier.upper().split())


def normalized_tax_id(tax_id: str) -> str:
    """Nine digits; TRN03 writes a 1 before them."""
    digits = "".join(character for character in tax_id if character.isdigit())
    if len(digits) == 10 and digits.startswith("1"):
        digits = digits[1:]
    return digits if len(digits) == 9 else ""


def guessed_payer_kind(name: str) -> str:
    """A first guess from the name, for a person to confirm; most payers are commercial."""
    normalized = normalized_name(name)
    return next((kind for words, kind in KIND_WORDS if words in normalized), "commercial_par_generic")
