"""What cannot be true of a person, found before it reaches a claim. Each function answers "" or what is wrong."""

import re
from datetime import date

OLDEST_YEARS = 130
# The postal services' codes: states, territories, the military, and Canada's provinces.
STATES = frozenset(
    re.findall(
        "[A-Z]{2}",
        "AL AK AZ AR CA CO CT DE FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NY NC ND OH OK"
        " OR PA RI SC SD TN TX UT VT VA WA WV WI WY DC AS GU MP PR VI FM MH PW AA AE AP"
        " AB BC MB NB NL NS NT NU ON PE QC SK YT",
    )
)
_POSTAL_CODE = re.compile(r"\d{5}(?:-?\d{4})?|[A-Z]\d[A-Z] ?\d[A-Z]\d")


def fault_of_birth_date(born: date, on: date) -> str:
    if born > on:
        return "This day is yet to come."
    if on.year - born.year > OLDEST_YEARS:
        return "Nobody is that old. Check the year."
    return ""


def fault_of_state(state: str) -> str:
    return (
        ""
        if state.upper() in STATES
        else "Two letters of a state, as in IL. Leave it empty for other countries."
    )


def fault_of_postal_code(code: str) -> str:
    return "" if _POSTAL_CODE.fullmatch(code.upper()) else "Five or nine digits, as in 60614 or 60614-1234."


def fault_of_phone(phone: str) -> str:
    return "" if any(letter.isdigit() for letter in phone) else "A telephone number has digits."
