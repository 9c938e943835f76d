"""276, 277 and 277CA segments to records. Each act below is named in ACTS for the loop it serves."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar

from x12.grammar.placement import Act
from x12.money import ZERO, amount
from x12.parts import BLANKS, MOST_REFERENCES, birth, contact, name, optional, reference
from x12.records import AmountValue, DateValue, Party, QuantityValue, RawSegment, parse_date
from x12.session import Builder
from x12.status import ClaimStatus, LevelStatus, LineStatus, Status, StatusCode, StatusEnd, StatusStart

PATIENT = 3
"""Depth of the levels that claims stand at."""
_DEPTHS = {"20": 0, "21": 1, "19": 2, "22": PATIENT, "PT": PATIENT, "23": PATIENT + 1}


def _depth(level: LevelStatus) -> int:
    return _DEPTHS.get(level.level_code, PATIENT)


@dataclass(slots=True, eq=False)
class StatusBuilder(Builder):
    """What has been read of the set: the levels that stand, the claim and line that segments now belong to."""

    kind: ClassVar[str] = ""

    claim: ClaimStatus | None = None
    line: LineStatus | None = None
    header: list[str] | None = None
    has_started: bool = False
    standing: tuple[LevelStatus, ...] = ()
    """The level read last and those above it."""
    waiting: tuple[LevelStatus, ...] = ()
    """Of those the ones not yet handed out, the level being read last; a patient is handed out with its claims."""
    birth_date: RawSegment | None = None
    """DMG, which a request puts before the name."""
    claim_count: int = 0
    line_count: int = 0
    charge_total: Decimal = ZERO

    def keep(self, segment: RawSegment) -> None:
        owner = self.line or self.claim or (self.waiting[-1] if self.waiting else None)
        if owner is None or len(owner.unmapped) > MOST_REFERENCES:
            Builder.keep(self, segment)
        else:
            owner.unmapped += (segment,)

    def start(self) -> None:
        """Hands out the header once the first level or the end shows that it is whole."""
        if self.has_started:
            return
        self.has_started = True
        bht = (self.header or []) + BLANKS[:7]
        self.session.ready.append(
            StatusStart(
                envelope=self.envelope,
                position=self.position(self.first_segment),
                kind=self.kind,
                structure_code=bht[1],
                purpose_code=bht[2],
                reference=bht[3],
                created_on=parse_date(bht[4]),
                created_time=bht[5],
                report_code=bht[6],
                unmapped=tuple(self.unmapped),
            )
        )
        self.unmapped = []

    def finish_claim(self) -> None:
        claim, self.claim, self.line = self.claim, None, None
        if claim is not None:
            self.line_count += len(claim.lines)
            self.charge_total += claim.charge_amount or ZERO
            self.session.ready.append(claim)

    def close_levels(self, depth: int) -> None:
        """Hands out what waits above the patients, and patients at that depth or below for whom no claim came."""
        self.finish_claim()
        self.start()
        if self.birth_date is not None:
            self.keep(self.birth_date)
            self.birth_date = None
        ended = [one for one in self.waiting if _depth(one) < PATIENT or _depth(one) >= depth]
        self.session.ready += ended
        self.waiting = tuple(one for one in self.waiting if one not in ended)
        self.standing = tuple(one for one in self.standing if _depth(one) < depth)

    def begin_claim(self, claim: ClaimStatus) -> None:
        self.finish_claim()
        self.claim_count += 1
        for level in self.standing:
            for party in level.parties:
                _place_party(claim, level, party)
        for level in self.waiting:
            if level.trace_number or level.statuses:
                self.session.ready.append(level)
            else:
                claim.unmapped += level.unmapped
        self.waiting = ()
        self.claim = claim

    def finish(
        self, *, ordinal: int, segment_count: int, stated: int | None, is_complete: bool, digest: str
    ) -> StatusEnd:
        self.close_levels(0)
        return StatusEnd(
            position=self.position(ordinal),
            claim_count=self.claim_count,
            line_count=self.line_count,
            charge_total=self.charge_total,
            segment_count=segment_count,
            stated_segment_count=stated,
            is_complete=is_complete,
            content_hash=digest,
            unmapped=tuple(self.unmapped),
        )


def _place_party(claim: ClaimStatus, level: LevelStatus, party: Party) -> None:
    if level.level_code == "20":
        claim.source = claim.source or party
    elif level.level_code == "21":
        claim.receiver = claim.receiver or party
    elif level.level_code == "19":
        claim.providers += (party,)
    elif level.level_code == "23":
        claim.dependent = party
    else:
        claim.subscriber = party


class RequestBuilder(StatusBuilder):
    __slots__ = ()
    kind = "REQUEST"


class ResponseBuilder(StatusBuilder):
    __slots__ = ()
    kind = "RESPONSE"


class ClaimAcknowledgementBuilder(StatusBuilder):
    __slots__ = ()
    kind = "ACKNOWLEDGEMENT"


# -- levels ------------------------------------------------------------------------------------------------------


def report_header(b: StatusBuilder, e: list[str], n: int) -> None:
    is_first = b.header is None and not b.has_started
    if is_first:
        b.header = e
    if not is_first or len(e) > 7 or (len(e) > 4 and not parse_date(e[4])):
        b.keep(RawSegment("HEADER", tuple(e), n))


def level(b: StatusBuilder, e: list[str], n: int) -> None:
    begun = LevelStatus(e[3], b.position(n), e[4] if len(e) > 4 else "")
    b.close_levels(_depth(begun))
    b.standing += (begun,)
    b.waiting += (begun,)
    if len(e) > 5:
        b.keep(RawSegment("", tuple(e), n))


def party_name(b: StatusBuilder, e: list[str], n: int) -> None:
    standing = b.waiting[-1]
    if _depth(standing) >= PATIENT and standing.parties:
        b.keep(RawSegment("", tuple(e), n))
        return
    party = name(e, n)
    standing.parties += (party,)
    if len(e) > 10:
        b.keep(RawSegment("", tuple(e), n))
    if b.birth_date is not None:
        segment, b.birth_date = b.birth_date, None
        _set_birth(b, party, segment)


def party_birth(b: StatusBuilder, e: list[str], n: int) -> None:
    segment = RawSegment("", tuple(e), n)
    parties = b.waiting[-1].parties
    if parties:
        _set_birth(b, parties[-1], segment)
    elif b.birth_date is None:
        b.birth_date = segment
    else:
        b.keep(segment)


def _set_birth(b: StatusBuilder, party: Party, segment: RawSegment) -> None:
    is_known = party.birth_date is not None
    if not is_known and len(segment.elements) > 2:
        birth(party, list(segment.elements))
    if is_known or party.birth_date is None or len(segment.elements) > 4:
        b.keep(segment)


def party_contact(b: StatusBuilder, e: list[str], n: int) -> None:
    parties = b.waiting[-1].parties
    if parties and len(parties[-1].contacts) <= MOST_REFERENCES:
        parties[-1].contacts += (contact(e, n),)
    else:
        b.keep(RawSegment("", tuple(e), n))


# -- a level, claim or line ----------------------------------------------------------------------------------------


def level_trace(b: StatusBuilder, e: list[str], n: int) -> None:
    standing = b.waiting[-1]
    if standing.trace_number or len(e) > 3:
        b.keep(RawSegment("", tuple(e), n))
    if not standing.trace_number:
        standing.trace_type, standing.trace_number = e[1], e[2]


def claim_trace(b: StatusBuilder, e: list[str], n: int) -> None:
    b.begin_claim(ClaimStatus(b.claim_count + 1, e[2], b.position(n), e[1]))
    if len(e) > 3:
        b.keep(RawSegment("", tuple(e), n))


def service(b: StatusBuilder, e: list[str], n: int) -> None:
    assert b.claim is not None
    _, code, charge, paid, revenue, _, _, units = (e + BLANKS[:7])[:8]
    line = LineStatus(
        len(b.claim.lines) + 1, b.procedures[code], amount(charge), b.position(n), optional(paid), revenue,
        optional(units),
    )  # fmt: skip
    b.claim.lines += (line,)
    b.line = line
    if len(e) > 8 or any(e[5:7]):
        b.keep(RawSegment("", tuple(e), n))


def _status(b: StatusBuilder, e: list[str], n: int) -> Status:
    padded = e + BLANKS[:12]
    composites = [padded[at].split(b.component) for at in (1, 10, 11) if padded[at]]
    codes = tuple(StatusCode(*parts[:4]) for parts in composites)
    found = Status(
        codes, n, padded[2], padded[3], optional(padded[4]), optional(padded[5]), padded[6], padded[7], padded[8],
        padded[9], padded[12],
    )  # fmt: skip
    if len(e) > 13 or any(len(parts) > 4 for parts in composites):
        b.keep(RawSegment("", tuple(e), n))
    return found


Owner = LevelStatus | ClaimStatus | LineStatus


def _acts(ids: Iterable[str], attribute: str) -> dict[str, Act]:
    """The acts of loops whose segments belong to the builder's level, claim or line."""

    def owner(b: StatusBuilder) -> Owner:
        found: Owner | None = b.waiting[-1] if attribute == "level" else getattr(b, attribute)
        if found is None:
            raise IndexError
        return found

    def status(b: StatusBuilder, e: list[str], n: int) -> None:
        owner(b).statuses += (_status(b, e, n),)

    def number(b: StatusBuilder, e: list[str], n: int) -> None:
        owner(b).references += (reference(e, n),)
        if len(e) > 4:
            b.keep(RawSegment("", tuple(e), n))

    def date(b: StatusBuilder, e: list[str], n: int) -> None:
        owner(b).dates += (DateValue(e[1], e[3], n, e[2]),)

    def money(b: StatusBuilder, e: list[str], n: int) -> None:
        owner(b).amounts += (AmountValue(e[1], amount(e[2]), n),)  # type: ignore[union-attr]

    def quantity(b: StatusBuilder, e: list[str], n: int) -> None:
        owner(b).quantities += (QuantityValue(e[1], amount(e[2]), n),)  # type: ignore[union-attr]

    acts = {"STC": status, "REF": number, "DTP": date, "AMT": money, "QTY": quantity}
    return {f"{loop}/{tag}": act for loop in ids for tag, act in acts.items()}


ACTS: dict[str, Act] = {
    "BHT": report_header,
    "HL": level,
    "NM1": party_name,
    "DMG": party_birth,
    "PER": party_contact,
    **{f"2200{letter}/TRN": level_trace for letter in "ABC"},
    **{f"2200{letter}/TRN": claim_trace for letter in "DE"},
    "SVC": service,
    **_acts(("2200A", "2200B", "2200C"), "level"),
    **_acts(("2200D", "2200E"), "claim"),
    **_acts(("2210D", "2210E", "2220D", "2220E"), "line"),
}
