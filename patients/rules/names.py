"""How names and numbers are compared: one spelling for searching and matching, never shown."""

import re
import unicodedata

_NOT_WORD = re.compile(r"[^A-Z0-9 ]+")
_NOT_NUMBER = re.compile(r"[^A-Z0-9]+")


def normalized(text: str) -> str:
    """Upper case, without accents and punctuation, single spaces: "O'Brien-Núñez" and "OBRIEN NUNEZ" agree."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().upper()
    plain = plain.replace("'", "").replace("-", " ").replace(".", " ").replace(",", " ")
    return " ".join(_NOT_WORD.sub("", plain).split())


def search_name(last_name: str, first_name: str) -> str:
    return f"{normalized(last_name)} {normalized(first_name)}".strip()


def normalized_number(text: str) -> str:
    """Member ids and telephone numbers: letters and digits only. Leading zeros stay: they mean something."""
    return _NOT_NUMBER.sub("", text.upper())
