"""Codes of a visit as they are written. A `fault_of_…` answers "" or what is wrong."""

import re
from collections.abc import Sequence

MOST_DIAGNOSES = 12
MOST_HOSPITAL_DIAGNOSES = 25
_DIAGNOSIS = re.compile(r"[A-Z][0-9][0-9A-Z]{1,5}")
_PROCEDURE = re.compile(r"[A-Z0-9]{5}")
_MODIFIER = re.compile(r"[A-Z0-9]{2}")
_PRESENT_ON_ADMISSION = frozenset("YNUW")
_BETWEEN = re.compile(r"[,:;\s]+")


def bare_code(code: str) -> str:
    """A code in capitals, without dots and blanks."""
    return code.upper().replace(".", "").replace(" ", "")


def parts_of(text: str) -> list[str]:
    return [one for one in _BETWEEN.split(text.upper()) if one]


def fault_of_diagnoses(codes: Sequence[str], most: int = MOST_DIAGNOSES) -> str:
    """With /Y, /N, /U or /W a code says whether it was present on admission."""
    wrong = [code for code in codes if not _is_diagnosis(code)]
    if wrong:
        return f"Not an ICD-10 code: {', '.join(wrong)}. Write codes like E11.9."
    return f"A claim carries at most {most} diagnoses." if len(codes) > most else ""


def code_and_flag(code: str) -> tuple[str, str]:
    """A diagnosis and whether it was present on admission."""
    bare, _, flag = code.partition("/")
    return bare, flag


def written(code: str, flag: str) -> str:
    return f"{code}/{flag}" if flag else code


def _is_diagnosis(code: str) -> bool:
    bare, mark, flag = code.partition("/")
    return bool(_DIAGNOSIS.fullmatch(bare)) and (not mark or flag in _PRESENT_ON_ADMISSION)


def fault_of_procedure(code: str) -> str:
    return "" if _PROCEDURE.fullmatch(code) else "A procedure code has five characters."


def fault_of_modifiers(modifiers: Sequence[str]) -> str:
    fine = len(modifiers) <= 4 and all(_MODIFIER.fullmatch(one) for one in modifiers)
    return "" if fine else "Up to four modifiers of two characters: 25 59."


def fault_of_pointers(pointers: Sequence[str]) -> str:
    fine = len(pointers) <= 4 and all(one.isdecimal() and 1 <= int(one) <= MOST_DIAGNOSES for one in pointers)
    return "" if fine else "Up to four numbers of diagnoses: 1 2."
