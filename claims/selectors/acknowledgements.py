"""Whom acknowledgements speak of, and what they said."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.utils.timezone import localdate

from claims.choices import AckKind, AckSender, AckStatus
from claims.models import Claim, ClaimAcknowledgement, ClaimVersion, Submission
from claims.rules import words
from claims.rules.numbers import number_key
from clearinghouse.models import InterchangeSet
from reference.choices import CodeSet
from reference.selectors import meanings


@dataclass(frozen=True, slots=True)
class Named:
    """A version somebody speaks of; `is_newest` while nothing was sent or built after it."""

    claim: Claim
    version: ClaimVersion
    is_newest: bool


def named_in(
    *, interchange_id: UUID | None = None, set_id: UUID | None = None, billing_npi: str = ""
) -> list[Named]:
    """Whoever stands in an interchange, or in one of its sets; of one billing provider where its NPI is given."""
    wanted: dict[str, Any] = {"set": set_id} if set_id else {"interchange": interchange_id}
    if billing_npi:
        wanted["claim__billing_provider__npi"] = billing_npi
    return _named(list(_submissions().filter(**wanted).order_by("position")))


def named_by(control_numbers: Collection[str], *, of_set: InterchangeSet | None) -> dict[str, list[Named]]:
    """By number key: the claims of the set, or else of the practice, with the version they were sent in."""
    keys = {key for key in map(number_key, control_numbers) if key}
    found: dict[str, list[Named]] = defaultdict(list)
    if of_set is not None:
        rows = _submissions().filter(set=of_set, claim__control_number_key__in=keys)
        for one in _named(list(rows)):
            found[one.claim.control_number_key].append(one)
    claims = {one.id: one for one in Claim.objects.filter(control_number_key__in=keys - found.keys())}
    sent = dict(Submission.objects.filter(claim__in=claims).values_list("version_id", "claim_id"))
    ours = set(sent.values())
    for version in ClaimVersion.objects.defer("snapshot").filter(claim__in=claims).order_by("-number"):
        claim = claims[version.claim_id]
        if version.id in sent or claim.id not in ours:
            is_newest = version.number == claim.current_version
            found[claim.control_number_key].append(Named(claim, version, is_newest))
    return found


def _submissions() -> Any:
    return Submission.objects.select_related("claim", "version").defer("version__snapshot")


def _named(submissions: Sequence[Submission]) -> list[Named]:
    newest = _newest([one.claim for one in submissions])
    return [
        Named(
            one.claim,
            one.version,
            newest[one.claim_id] == one.id and one.version.number == one.claim.current_version,
        )
        for one in submissions
    ]


def _newest(claims: Collection[Claim]) -> dict[UUID, UUID]:
    rows = (
        Submission.objects.filter(claim__in=claims)
        .order_by("claim", "-made_at", "-id")
        .distinct("claim")
        .values_list("claim_id", "id")
    )
    return dict(rows)


# -- what they said ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Told:
    """An acknowledgement for a person's eye."""

    row: ClaimAcknowledgement
    words: tuple[str, ...]
    places: tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """Where something is wrong, and what."""

    where: str
    what: tuple[str, ...]
    segment: int | None = None
    """In the file we sent."""


def acknowledgements_of(claim: Claim) -> list[Told]:
    rows = list(
        ClaimAcknowledgement.objects.select_related("file", "version")
        .defer("version__snapshot")
        .filter(claim=claim)
        .order_by("-received_at", "-file", "-segment")
    )
    return told_of(rows)


def told_of(rows: Sequence[ClaimAcknowledgement]) -> list[Told]:
    of_codes = meanings(CodeSet.CLAIM_STATUS)
    return [
        Told(row, _words(row, of_codes), tuple(_place(one, of_codes) for one in row.places)) for row in rows
    ]


def _words(row: ClaimAcknowledgement, of_codes: Mapping[str, str]) -> tuple[str, ...]:
    if row.kind == AckKind.INTERCHANGE:
        return tuple(words.INTERCHANGE_REASONS.get(one, f"reason {one}") for one in row.codes[0][1:])
    if row.kind == AckKind.SET:
        return tuple(words.SET_REASONS.get(one, f"reason {one}") for one in row.codes[0][1:])
    return tuple(words.status((one[0], one[1], one[2]), of_codes) for one in row.codes)


def _place(place: Mapping[str, Any], of_codes: Mapping[str, str]) -> Place:
    if "line" in place:
        told = [words.status((one[0], one[1], one[2]), of_codes) for one in place["codes"]]
        return Place(f"Line {place['line']}, {place['procedure']}", (*told, place["message"]))
    loop = f"Loop {place['loop']}, " if place["loop"] else ""
    told = [
        f"{place['tag']}{one['element'].zfill(2)}{'-' if one['component'] else ''}{one['component']}"
        f" {words.ELEMENT_ERRORS.get(one['code'], 'error ' + one['code'])}"
        + (f": {one['value']}" if one["value"] else "")
        for one in place["elements"]
    ]
    if not told:
        told = [f"{place['tag']} {words.SEGMENT_ERRORS.get(place['code'], 'error ' + place['code'])}"]
    return Place(f"{loop}segment {place['tag']}", tuple(told), place.get("ours"))


# -- proof of filing ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class FilingProof:
    """The first acceptance of a claim: the payer's if there is one, else the clearinghouse's."""

    acknowledgement: ClaimAcknowledgement
    on: date


def filing_proofs(claim_ids: Collection[UUID]) -> dict[UUID, FilingProof]:
    rows = ClaimAcknowledgement.objects.filter(
        claim__in=claim_ids,
        sender__in=(AckSender.PAYER, AckSender.CLEARINGHOUSE),
        status__in=(AckStatus.ACCEPTED, AckStatus.ACCEPTED_WITH_ERRORS),
    )
    found: dict[UUID, FilingProof] = {}
    for row in rows:
        proof = FilingProof(row, row.effective_on or localdate(row.received_at))
        known = found.get(row.claim_id)
        if known is None or _rank(proof) < _rank(known):
            found[row.claim_id] = proof
    return found


def _rank(proof: FilingProof) -> tuple[bool, date]:
    return proof.acknowledgement.sender != AckSender.PAYER, proof.on
