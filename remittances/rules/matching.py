"""Which of our claims a remitted claim is, which version of it, and which line is which.

005010X221A1 says CLP01 echoes CLM01; receivers need keep only its first 20 characters (X12 RFI 525), and a
replacement may come back under its original's number (RFI 1945). Automatic are: the number exactly, the payer's
number, the number once cleaned, and member, dates, charge and provider together where only one claim has them.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import IntEnum
from heapq import nsmallest
from uuid import UUID

from claims.rules.facts import ClaimFacts, VersionFacts
from remittances.rules.facts import RemitClaimFacts
from remittances.rules.line_matching import match_lines

TOP_CANDIDATES = 5
MOST_RESEMBLING = 20
SHORTEST_TRUNCATED = 12
STORED_LENGTH = 20
SUFFIX_MARKS = "-_./ "


class MatchRule(IntEnum):
    CONTROL_NUMBER = 1
    PAYER_CONTROL_NUMBER = 2
    CLEANED_CONTROL_NUMBER = 3
    MEMBER_DATES_CHARGE_PROVIDER = 4
    NAME_DATES_CHARGE = 5
    RESEMBLANCE = 6


SCORES = {
    MatchRule.CONTROL_NUMBER: 95,
    MatchRule.PAYER_CONTROL_NUMBER: 90,
    MatchRule.CLEANED_CONTROL_NUMBER: 85,
    MatchRule.MEMBER_DATES_CHARGE_PROVIDER: 80,
    MatchRule.NAME_DATES_CHARGE: 60,
}
RULE_REASONS = {
    MatchRule.CONTROL_NUMBER: "Same patient control number",
    MatchRule.PAYER_CONTROL_NUMBER: "The payer's control number is on file for this claim",
    MatchRule.CLEANED_CONTROL_NUMBER: "Same patient control number once padding, case and suffix are set aside",
    MatchRule.MEMBER_DATES_CHARGE_PROVIDER: "Same member, service dates, charge and rendering provider",
    MatchRule.NAME_DATES_CHARGE: "Same patient name, service dates and charge",
    MatchRule.RESEMBLANCE: "Resembles the remitted claim",
}
# What agrees by the rule's own words is not told again beside it.
SAID_BY_RULE = {
    MatchRule.MEMBER_DATES_CHARGE_PROVIDER: frozenset({"member", "dates", "charge", "provider"}),
    MatchRule.NAME_DATES_CHARGE: frozenset({"name", "dates", "charge"}),
}


@dataclass(frozen=True, slots=True)
class LookupKeys:
    """What to fetch claims by, for a whole chunk of remitted claims at once. All keys are upper case."""

    control_numbers: frozenset[str]
    control_number_prefixes: frozenset[str]
    payer_control_numbers: frozenset[str]
    member_ids: frozenset[str]
    last_names: frozenset[str]


@dataclass(frozen=True, slots=True)
class Candidate:
    claim_id: UUID
    rule: MatchRule
    score: int
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ClaimMatch:
    """`claim` is set only where the match may stand without a person; `candidates` are the best five either way."""

    claim: ClaimFacts | None
    version: VersionFacts | None
    rule: MatchRule | None
    score: int
    reasons: tuple[str, ...]
    candidates: tuple[Candidate, ...] = ()

    @property
    def is_automatic(self) -> bool:
        return self.claim is not None


def lookup_keys(claims: Iterable[RemitClaimFacts]) -> LookupKeys:
    control: set[str] = set()
    prefixes: set[str] = set()
    payer: set[str] = set()
    members: set[str] = set()
    names: set[str] = set()
    for claim in claims:
        control.update(control_number_forms(claim.patient_control_number))
        if len(claim.patient_control_number) >= SHORTEST_TRUNCATED:
            prefixes.add(claim.patient_control_number.strip().upper())
        payer.update(_payer_numbers(claim))
        members.add(_key(claim.member_id))
        names.add(_key(claim.patient_last_name))
    return LookupKeys(
        frozenset(control),
        frozenset(prefixes),
        frozenset(payer),
        frozenset(members - {""}),
        frozenset(names - {""}),
    )


def control_number_forms(control_number: str) -> tuple[str, ...]:
    """The number itself, then what it may have been before it was padded, lengthened or suffixed."""
    number = control_number.strip().upper()
    if not number.strip("0"):
        return ()
    forms = [number, number.lstrip("0"), number[:STORED_LENGTH]]
    for mark in SUFFIX_MARKS:
        head, found, _ = number.rpartition(mark)
        if found and len(head) >= 4:
            forms.extend((head, head.lstrip("0")))
    return tuple(dict.fromkeys(form for form in forms if form))


class ClaimIndex:
    """The claims fetched for a chunk, findable by each kind of key."""

    def __init__(self, claims: Iterable[ClaimFacts]) -> None:
        self.claims = {claim.id: claim for claim in claims}
        self.by_exact: dict[str, list[ClaimFacts]] = defaultdict(list)
        self.by_form: dict[str, list[ClaimFacts]] = defaultdict(list)
        self.by_payer_number: dict[str, list[ClaimFacts]] = defaultdict(list)
        self.by_member: dict[str, list[ClaimFacts]] = defaultdict(list)
        self.by_name: dict[tuple[str, str], list[ClaimFacts]] = defaultdict(list)
        self.by_name_and_day: dict[tuple[tuple[str, str], date | None], list[ClaimFacts]] = defaultdict(list)
        for claim in self.claims.values():
            self._add(claim)
        numbers = ((claim.patient_control_number.upper(), claim.id) for claim in self.claims.values())
        self.sorted_numbers = sorted(numbers, key=lambda one: (one[0], one[1].int))

    def _add(self, claim: ClaimFacts) -> None:
        number = claim.patient_control_number.strip()
        self.by_exact[number].append(claim)
        for form in {number.upper(), number.upper().lstrip("0"), number.upper()[:STORED_LENGTH]}:
            self.by_form[form].append(claim)
        for payer_number in claim.payer_control_numbers:
            self.by_payer_number[_key(payer_number)].append(claim)
        if claim.member_id:
            self.by_member[_key(claim.member_id)].append(claim)
        name = _name_key(claim.patient_last_name, claim.patient_first_name)
        self.by_name[name].append(claim)
        self.by_name_and_day[name, claim.service_from_on].append(claim)

    def truncations_of(self, control_number: str) -> list[ClaimFacts]:
        """Claims whose number the payer cut off at the end."""
        prefix = control_number.strip().upper()
        if len(prefix) < SHORTEST_TRUNCATED:
            return []
        found = []
        first = bisect_left(self.sorted_numbers, prefix, key=lambda one: one[0])
        for position in range(first, len(self.sorted_numbers)):
            number, claim_id = self.sorted_numbers[position]
            if not number.startswith(prefix):
                break
            found.append(self.claims[claim_id])
        return found


def match_claim(
    remitted: RemitClaimFacts, index: ClaimIndex, *, through: MatchRule = MatchRule.NAME_DATES_CHARGE
) -> ClaimMatch:
    """The first rule that finds one claim decides; what it may not decide alone goes to a person with its score.

    A rule needs every claim it could find in the index, or the only one it sees is not the only one there is:
    an index of claims fetched by their numbers alone serves `through` PAYER_CONTROL_NUMBER and no further.
    """
    held: list[Candidate] = []
    for rule, found in _by_rule(remitted, index):
        if rule > through:
            break
        agreed: dict[str, str] = {}
        for claim in found:
            agreed = _agreements(remitted, claim)
            held.append(_candidate(remitted, claim, rule, agreed))
        if len(found) == 1 and rule <= MatchRule.MEMBER_DATES_CHARGE_PROVIDER:
            claim = found[0]
            if _may_stand_alone(remitted, claim, rule, agreed):
                winner = held[-1]
                version = choose_version(remitted, claim)
                return ClaimMatch(claim, version, rule, winner.score, winner.reasons, _best(held))
    for claim in _resembling(remitted, index):
        held.append(_candidate(remitted, claim, MatchRule.RESEMBLANCE, _agreements(remitted, claim)))
    best = _best(held)
    return ClaimMatch(None, None, None, best[0].score if best else 0, best[0].reasons if best else (), best)


def candidate_for(remitted: RemitClaimFacts, claim: ClaimFacts) -> Candidate:
    """One claim a person chose, scored and explained by the best rule that finds it."""
    for rule, found in _by_rule(remitted, ClaimIndex((claim,))):
        if found:
            return _candidate(remitted, claim, rule, _agreements(remitted, claim))
    return _candidate(remitted, claim, MatchRule.RESEMBLANCE, _agreements(remitted, claim))


def choose_version(remitted: RemitClaimFacts, claim: ClaimFacts) -> VersionFacts | None:
    """The version with this payer number; else those of this frequency; among several the latest whose lines fit."""
    numbers = _payer_numbers(remitted)
    known = [version for version in claim.versions if _key(version.payer_control_number) in numbers]
    if known:
        exact = [
            one for one in known if _key(one.payer_control_number) == _key(remitted.payer_control_number)
        ]
        return (exact or known)[-1]
    versions: Sequence[VersionFacts] = claim.versions
    same_frequency = [version for version in versions if version.frequency == remitted.frequency]
    for pool in (same_frequency, versions):
        if len(pool) == 1:
            return pool[0]
        for version in reversed(pool):
            if match_lines(remitted, version.lines).is_complete:
                return version
        if pool:
            return pool[-1]
    return None


def _by_rule(remitted: RemitClaimFacts, index: ClaimIndex) -> Iterable[tuple[MatchRule, list[ClaimFacts]]]:
    number = remitted.patient_control_number.strip()
    forms = control_number_forms(number)
    yield MatchRule.CONTROL_NUMBER, list(index.by_exact.get(number, ())) if forms else []
    by_payer = {
        claim.id: claim
        for key in sorted(_payer_numbers(remitted))
        for claim in index.by_payer_number.get(key, ())
    }
    yield MatchRule.PAYER_CONTROL_NUMBER, list(by_payer.values())
    cleaned = {claim.id: claim for form in forms for claim in index.by_form.get(form, ())}
    if not cleaned and forms:
        cleaned = {claim.id: claim for claim in index.truncations_of(number)}
    yield MatchRule.CLEANED_CONTROL_NUMBER, list(cleaned.values())
    members = index.by_member.get(_key(remitted.member_id), ()) if remitted.member_id else ()
    yield (
        MatchRule.MEMBER_DATES_CHARGE_PROVIDER,
        [
            claim
            for claim in members
            if _same_dates(remitted, claim)
            and _same_charge(remitted, claim)
            and _same_provider(remitted, claim)
        ],
    )
    days = _remitted_dates(remitted)
    name = _name_key(remitted.patient_last_name, remitted.patient_first_name)
    names = index.by_name_and_day.get((name, days[0]), ()) if days and name[0] else ()
    yield (
        MatchRule.NAME_DATES_CHARGE,
        [claim for claim in names if _same_dates(remitted, claim) and _same_charge(remitted, claim)],
    )


def _may_stand_alone(
    remitted: RemitClaimFacts, claim: ClaimFacts, rule: MatchRule, agreed: Mapping[str, str]
) -> bool:
    """A number may be somebody else's (a former system counted the same way): one fact of the claim must agree."""
    if rule is MatchRule.MEMBER_DATES_CHARGE_PROVIDER:
        return True
    if len(_contradictions(remitted, claim, agreed)) > 1:
        return False
    if rule is MatchRule.CLEANED_CONTROL_NUMBER:
        return "charge" in agreed or "dates" in agreed
    return bool(agreed) or not _comparable(remitted, claim)


def _comparable(remitted: RemitClaimFacts, claim: ClaimFacts) -> set[str]:
    """What both sides say of whom and when."""
    both = {
        "member": remitted.member_id and claim.member_id,
        "name": remitted.patient_last_name and claim.patient_last_name,
        "dates": _remitted_dates(remitted) and claim.service_from_on,
    }
    return {fact for fact, is_told in both.items() if is_told}


def _contradictions(remitted: RemitClaimFacts, claim: ClaimFacts, agreed: Collection[str]) -> set[str]:
    """One may be a typing error or a new card; with two of them it is somebody else's claim."""
    return _comparable(remitted, claim) - set(agreed)


def _agreements(remitted: RemitClaimFacts, claim: ClaimFacts) -> dict[str, str]:
    """Which facts of the claim agree, in words, in the order of their weight."""
    agreed: dict[str, str] = {}
    if remitted.member_id and _key(remitted.member_id) == _key(claim.member_id):
        agreed["member"] = "same member number"
    if _same_charge(remitted, claim):
        agreed["charge"] = "same charge"
    if _same_dates(remitted, claim):
        agreed["dates"] = "same service dates"
    if _same_name(remitted, claim):
        agreed["name"] = "same patient name"
    if remitted.rendering_npi and remitted.rendering_npi == claim.rendering_npi:
        agreed["provider"] = "same rendering provider"
    line_numbers = {line.line_control_number for line in remitted.lines if len(line.line_control_number) > 3}
    if line_numbers & {line.line_control_number for version in claim.versions for line in version.lines}:
        agreed["line"] = "a line control number of ours comes back"
    return agreed


RESEMBLANCE_WEIGHTS = {"member": 20, "charge": 12, "dates": 12, "name": 8, "provider": 3, "line": 4}


def _candidate(
    remitted: RemitClaimFacts, claim: ClaimFacts, rule: MatchRule, agreed: Mapping[str, str]
) -> Candidate:
    if rule is MatchRule.RESEMBLANCE:
        score = min(
            SCORES[MatchRule.NAME_DATES_CHARGE] - 1, sum(RESEMBLANCE_WEIGHTS[fact] for fact in agreed)
        )
    else:
        score = SCORES[rule]
    if "line" in agreed and rule <= MatchRule.CLEANED_CONTROL_NUMBER:
        score = min(100, score + 5)
    said = SAID_BY_RULE.get(rule, frozenset())
    reasons = [RULE_REASONS[rule], *(words for fact, words in agreed.items() if fact not in said)]
    if remitted.charge_cents != claim.total_cents and not remitted.is_reversal:
        reasons.append(
            "charge differs" if remitted.charge_cents > claim.total_cents else "part of our charge"
        )
    return Candidate(claim.id, rule, score, tuple(reasons))


def _best(held: Iterable[Candidate]) -> tuple[Candidate, ...]:
    by_claim: dict[UUID, Candidate] = {}
    for candidate in held:
        known = by_claim.get(candidate.claim_id)
        if known is None or candidate.score > known.score:
            by_claim[candidate.claim_id] = candidate
    ranked = sorted(by_claim.values(), key=lambda one: (-one.score, one.rule, str(one.claim_id)))
    return tuple(ranked[:TOP_CANDIDATES])


def _resembling(remitted: RemitClaimFacts, index: ClaimIndex) -> Iterable[ClaimFacts]:
    """The claims of the member and of the name that lie nearest in time; more would help nobody choose."""
    near = list(index.by_member.get(_key(remitted.member_id), ())) if remitted.member_id else []
    name = _name_key(remitted.patient_last_name, remitted.patient_first_name)
    if name[0]:
        near.extend(index.by_name.get(name, ()))
    days = _remitted_dates(remitted)

    def distance(claim: ClaimFacts) -> tuple[int, int]:
        apart = abs((claim.service_from_on - days[0]).days) if days and claim.service_from_on else 0
        return (apart, claim.id.int)

    return nsmallest(MOST_RESEMBLING, near, key=distance)


def _payer_numbers(remitted: RemitClaimFacts) -> frozenset[str]:
    numbers = {_key(remitted.payer_control_number), _key(remitted.original_payer_control_number)}
    return frozenset(number for number in numbers if number.strip("0"))


def _same_charge(remitted: RemitClaimFacts, claim: ClaimFacts) -> bool:
    return abs(remitted.charge_cents) == claim.total_cents


def _same_name(remitted: RemitClaimFacts, claim: ClaimFacts) -> bool:
    name = _name_key(remitted.patient_last_name, remitted.patient_first_name)
    return bool(name[0]) and name == _name_key(claim.patient_last_name, claim.patient_first_name)


def _same_dates(remitted: RemitClaimFacts, claim: ClaimFacts) -> bool:
    dates = _remitted_dates(remitted)
    if not dates or claim.service_from_on is None:
        return False
    last = claim.service_to_on or claim.service_from_on
    return claim.service_from_on == dates[0] and dates[-1] <= last


def _remitted_dates(remitted: RemitClaimFacts) -> list[date]:
    dates = [one for one in (remitted.service_from_on, remitted.service_to_on) if one]
    return sorted(dates) or sorted(line.service_date for line in remitted.lines if line.service_date)


def _same_provider(remitted: RemitClaimFacts, claim: ClaimFacts) -> bool:
    """A payer that names no rendering provider contradicts none."""
    return not remitted.rendering_npi or remitted.rendering_npi == claim.rendering_npi


def _name_key(last_name: str, first_name: str) -> tuple[str, str]:
    """Payers cut and abbreviate first names."""
    return (_key(last_name), _key(first_name)[:3])


def _key(text: str) -> str:
    return "".join(text.upper().split())
