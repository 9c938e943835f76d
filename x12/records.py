"""Values shared by every transaction. All of them remember the segment they came from.

`segment` is the ordinal of the segment in the file, counted from 1 over every segment that is not blank, so that
`x12.segments` can show it again. Money is `Decimal` exactly as written; codes are kept as they came, known or not.
"""

from __future__ import annotations

import datetime
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache

from msgspec import Struct


class Severity(StrEnum):
    ERROR = "ERROR"
    WARNING = "WARNING"
    INFO = "INFO"


class Position(Struct, frozen=True, gc=False):
    """Where something stands: ordinals counted from 1 over the whole file; 0 means outside of any."""

    interchange: int
    group: int
    transaction: int
    segment: int


class Finding(Struct, frozen=True):
    """One thing wrong, odd or worth knowing, in plain words that name place and remedy. No patient data."""

    severity: Severity
    code: str
    loop: str
    segment: str
    element: int
    """Element number within the segment, 0 when the segment as a whole is meant."""
    position: Position
    message: str


class Delimiters(Struct, frozen=True):
    element: str
    repetition: str
    component: str
    terminator: str


class Envelope(Struct, frozen=True):
    """ISA, GS and ST as sent, padding removed."""

    delimiters: Delimiters
    sender_qualifier: str = ""
    sender: str = ""
    receiver_qualifier: str = ""
    receiver: str = ""
    interchange_date: str = ""
    interchange_time: str = ""
    interchange_version: str = ""
    interchange_control_number: str = ""
    acknowledgement_requested: str = ""
    usage_indicator: str = ""
    functional_code: str = ""
    application_sender: str = ""
    application_receiver: str = ""
    group_date: str = ""
    group_time: str = ""
    group_control_number: str = ""
    version: str = ""
    """ST03, or GS08 where ST has none, as in every 835: 005010X221A1, 005010X222A1, 005010X223A2 ..."""
    transaction_code: str = ""
    transaction_control_number: str = ""


class RawSegment(Struct, frozen=True, gc=False):
    """A segment no typed value holds, kept whole. `loop` is where the grammar placed it, empty if nowhere."""

    loop: str
    elements: tuple[str, ...]
    segment: int


class Reference(Struct, frozen=True, gc=False):
    """REF: a number and what kind of number it is."""

    qualifier: str
    value: str
    segment: int
    description: str = ""


class DateValue(Struct, frozen=True, gc=False):
    """DTM or DTP. `text` is as sent; `date` and `end_date` are None when it is not a calendar date."""

    qualifier: str
    text: str
    segment: int
    format: str = "D8"

    @property
    def date(self) -> datetime.date | None:
        return parse_date(self.text[:8])

    @property
    def end_date(self) -> datetime.date | None:
        """The last day of a range (RD8), otherwise the day itself."""
        return parse_date(self.text[9:17]) if self.format == "RD8" else self.date


class AmountValue(Struct, frozen=True, gc=False):
    """AMT."""

    qualifier: str
    amount: Decimal
    segment: int


class QuantityValue(Struct, frozen=True, gc=False):
    """QTY."""

    qualifier: str
    quantity: Decimal
    segment: int


class Adjustment(Struct, frozen=True, gc=False):
    """One triple of a CAS. A positive amount lowers the payment."""

    group: str
    reason: str
    amount: Decimal
    quantity: Decimal | None
    segment: int
    element: int
    """Element number of the reason within its CAS: 2, 5, 8, 11, 14 or 17."""


class Remark(Struct, frozen=True, gc=False):
    """LQ: a remark code; qualifier HE for a RARC, RX for an NCPDP reject code."""

    qualifier: str
    code: str
    segment: int


class Procedure(Struct, frozen=True, gc=False):
    """A procedure composite: qualifier (HC, HP, N4, NU, ER, IV, AD ...), code, up to four modifiers."""

    qualifier: str
    code: str
    modifiers: tuple[str, ...] = ()
    description: str = ""


class Contact(Struct, frozen=True, gc=False):
    """PER. `numbers` are pairs of kind (TE, FX, EM, EX, UR) and number."""

    function_code: str
    name: str
    numbers: tuple[tuple[str, str], ...]
    segment: int


class Party(Struct, gc=False):
    """A person or organization: NM1 or N1 with what follows it (N3, N4, DMG, PRV, REF, PER)."""

    entity_code: str
    entity_type: str
    """1 for a person, 2 for an organization, empty where the segment does not say."""
    name: str
    """Last name of a person, or the name of an organization."""
    first_name: str
    middle_name: str
    suffix: str
    identifier_qualifier: str
    """MI member id, XX NPI, FI employer number, PI or XV payer id, C corrected id ..."""
    identifier: str
    segment: int
    prefix: str = ""
    address_line: str = ""
    address_line_2: str = ""
    city: str = ""
    state: str = ""
    postal_code: str = ""
    country: str = ""
    birth_date: datetime.date | None = None
    sex: str = ""
    taxonomy_code: str = ""
    references: tuple[Reference, ...] = ()
    contacts: tuple[Contact, ...] = ()
    unmapped: tuple[RawSegment, ...] = ()

    def reference(self, qualifier: str) -> str:
        return first_reference(self.references, qualifier)


@lru_cache(maxsize=4096)
def parse_date(text: str) -> datetime.date | None:
    """CCYYMMDD or YYMMDD to a date, None when it is neither or no such day exists."""
    if not text.isdecimal() or len(text) not in (6, 8):
        return None
    if len(text) == 6:
        text = ("19" if text >= "70" else "20") + text
    try:
        return datetime.date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        return None


def first_reference(references: tuple[Reference, ...], qualifier: str) -> str:
    """The first number of that kind, or an empty string."""
    return next((one.value for one in references if one.qualifier == qualifier), "")


def first_date(dates: tuple[DateValue, ...], *qualifiers: str) -> datetime.date | None:
    """The first readable date of the given kinds, in the order the kinds are given."""
    for qualifier in qualifiers:
        for one in dates:
            if one.qualifier == qualifier and one.date is not None:
                return one.date
    return None


def first_amount(amounts: tuple[AmountValue, ...], qualifier: str) -> Decimal | None:
    return next((one.amount for one in amounts if one.qualifier == qualifier), None)
