"""What single payers want otherwise than the payer-neutral claim says it: small changes, each with its version.

Done twice, a change does no more than done once. One that comes to do something else gets the next version.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from msgspec.structs import replace

from x12 import Party, Reference, SubmittedClaim, SubmittedLine

PROFESSIONAL = "PROFESSIONAL"
Change = Callable[[SubmittedClaim], SubmittedClaim]


class Quirk(NamedTuple):
    version: int
    change: Change


def with_quirks(claim: SubmittedClaim, names: Iterable[str]) -> SubmittedClaim:
    """In the order of the table, however the payer lists them."""
    wanted = frozenset(names)
    for name, quirk in QUIRKS.items():
        if name in wanted:
            claim = quirk.change(claim)
    return claim


def versioned(names: Iterable[str]) -> list[str]:
    wanted = frozenset(names)
    return [f"{name}/{quirk.version}" for name, quirk in QUIRKS.items() if name in wanted]


def _authorization_on_lines(claim: SubmittedClaim) -> SubmittedClaim:
    """An institutional line has no place for it."""
    number = claim.authorization_number
    if not number or claim.kind != PROFESSIONAL:
        return claim
    return replace(claim, lines=tuple(_authorized(line, number) for line in claim.lines))


def _authorized(line: SubmittedLine, number: str) -> SubmittedLine:
    """A number of its own stays."""
    if any(one.qualifier == "G1" for one in line.references):
        return line
    return replace(line, references=(Reference("G1", number, 0), *line.references))


def _no_group_number(claim: SubmittedClaim) -> SubmittedClaim:
    if claim.coverage is None:
        return claim
    return replace(claim, coverage=replace(claim.coverage, group_number=""))


def _no_specialties(claim: SubmittedClaim) -> SubmittedClaim:
    def without(party: Party) -> Party:
        return replace(party, taxonomy_code="")

    billing = claim.billing_provider
    return replace(
        claim,
        billing_provider=without(billing) if billing else None,
        parties=tuple(without(one) for one in claim.parties),
        lines=tuple(
            replace(line, parties=tuple(without(one) for one in line.parties)) for line in claim.lines
        ),
    )


def _bare_member_id(claim: SubmittedClaim) -> SubmittedClaim:
    if claim.subscriber is None:
        return claim
    bare = claim.subscriber.identifier.replace("-", "")
    return replace(claim, subscriber=replace(claim.subscriber, identifier=bare))


QUIRKS: Mapping[str, Quirk] = {
    "AUTHORIZATION_ON_LINES": Quirk(1, _authorization_on_lines),
    "NO_GROUP_NUMBER": Quirk(1, _no_group_number),
    "NO_SPECIALTIES": Quirk(1, _no_specialties),
    "BARE_MEMBER_ID": Quirk(1, _bare_member_id),
}
