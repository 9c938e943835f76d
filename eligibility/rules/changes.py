"""What is different from the answer before, in plain words. Where one of the two says nothing, nothing has changed."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from enum import StrEnum

from msgspec import Struct

from eligibility.rules.answers import WHOLE_PLAN, Answer, BenefitKey, BenefitRow, Entity, Member
from eligibility.rules.codes import service_type_label
from eligibility.rules.telling import day_told, money_told
from eligibility.rules.words import BenefitKind, CoverageStatus, Level, Network, Outcome


class ChangeKind(StrEnum):
    STATUS = "STATUS"
    ENDED = "ENDED"
    """It was active and is not any more, and the payer says since when."""
    END = "END"
    """It is active and has an end, another one than before or one that was not named before."""
    DEDUCTIBLE_MET = "DEDUCTIBLE_MET"
    OUT_OF_POCKET_MET = "OUT_OF_POCKET_MET"
    REMAINING = "REMAINING"
    TOTAL = "TOTAL"
    COPAY = "COPAY"
    COINSURANCE = "COINSURANCE"
    COVERED = "COVERED"
    """A service is covered no more, or now."""
    AUTHORIZATION = "AUTHORIZATION"
    OTHER_PAYER = "OTHER_PAYER"
    PRIMARY_CARE = "PRIMARY_CARE"
    PLAN = "PLAN"
    MEMBER = "MEMBER"
    NOT_SAID = "NOT_SAID"
    """No change: this time the payer could not say what it said before."""


NEWS = (ChangeKind.END, ChangeKind.AUTHORIZATION, ChangeKind.OTHER_PAYER)
"""These may be something the payer names for the first time; `before` is empty then, and the words say so."""


class Change(Struct, frozen=True):
    kind: ChangeKind
    words: str
    before: str = ""
    after: str = ""
    service_types: tuple[str, ...] = ()
    """Empty where it concerns the whole plan."""
    segments: tuple[int, ...] = ()
    """Of the newer answer."""


def changes(before: Answer, after: Answer, *, on: datetime.date) -> tuple[Change, ...]:
    """From an earlier answer about a person to a later one, asked for the day `on`; what matters most first."""
    if before.outcome is not Outcome.ANSWERED:
        return ()
    if after.outcome is not Outcome.ANSWERED:
        return (Change(ChangeKind.NOT_SAID, after.why),)
    found = [
        *_status(before, after, on),
        *_end(before, after),
        *_other_payers(before, after),
        *_authorizations(before, after),
        *_covered(before, after),
        *_values(before, after),
        *_named(before, after),
        *_member(before.member, after.member),
    ]
    return tuple(sorted(found, key=lambda one: _RANK[one.kind]))


_RANK = {kind: rank for rank, kind in enumerate((
    ChangeKind.ENDED, ChangeKind.STATUS, ChangeKind.NOT_SAID, ChangeKind.OTHER_PAYER, ChangeKind.AUTHORIZATION,
    ChangeKind.COVERED, ChangeKind.END, ChangeKind.COPAY, ChangeKind.COINSURANCE, ChangeKind.DEDUCTIBLE_MET,
    ChangeKind.OUT_OF_POCKET_MET, ChangeKind.REMAINING, ChangeKind.TOTAL, ChangeKind.PLAN, ChangeKind.PRIMARY_CARE,
    ChangeKind.MEMBER,
))}  # fmt: skip


# -- the plan ------------------------------------------------------------------------------------------------------


def last_day(answer: Answer) -> datetime.date | None:
    """Of coverage as the payer dates it; None where one of the plans that count has no end."""
    active = [one for one in answer.plans if one.status is CoverageStatus.ACTIVE]
    ends = [one.period.ends_on for one in active or answer.plans]
    known = [one for one in ends if one is not None]
    return max(known) if known and len(known) == len(ends) else None


def _status(before: Answer, after: Answer, on: datetime.date) -> Iterator[Change]:
    was, now = before.status, after.status
    if was is now or was is CoverageStatus.UNDETERMINED:
        return
    if now is CoverageStatus.UNDETERMINED:
        yield Change(ChangeKind.NOT_SAID, f"{after.why} Before, it said {_word(was)}.", before=_word(was))
    elif now is CoverageStatus.ACTIVE:
        yield Change(
            ChangeKind.STATUS, "Coverage is active; before, it was not.", _word(was), _word(now), segments=_proof(after)
        )  # fmt: skip
    else:
        ended = last_day(after)
        kind = ChangeKind.ENDED if ended and ended < on else ChangeKind.STATUS
        yield Change(
            kind, f"{after.why} Before, it was active.", _word(was), _word(now), segments=_proof(after)
        )


def _word(status: CoverageStatus) -> str:
    return "active" if status is CoverageStatus.ACTIVE else "not active"


def _proof(answer: Answer) -> tuple[int, ...]:
    return tuple(one.segment for one in answer.plans)


def _end(before: Answer, after: Answer) -> Iterator[Change]:
    if before.status is not CoverageStatus.ACTIVE or after.status is not CoverageStatus.ACTIVE:
        return
    was, now = last_day(before), last_day(after)
    if now is None or now == was:
        return
    said = f"Coverage ends on {day_told(now)}"
    tail = f"before, on {day_told(was)}." if was else "before, the payer named no end."
    yield Change(
        ChangeKind.END, f"{said}; {tail}", day_told(was) if was else "", day_told(now), segments=_proof(after)
    )


def _named(before: Answer, after: Answer) -> Iterator[Change]:
    """The plan's name and who looks after the patient."""
    was, now = _plan(before), _plan(after)
    if was and now and _folded(was) != _folded(now):
        yield Change(ChangeKind.PLAN, f"The plan is {now}; before, {was}.", was, now, segments=_proof(after))
    old, new = before.primary_care, after.primary_care
    if old and new and old.name and new.name and not _same(old, new):
        words = f"Primary care is with {new.name}; before, with {old.name}."
        yield Change(ChangeKind.PRIMARY_CARE, words, old.name, new.name, segments=(new.segment,))


def _plan(answer: Answer) -> str:
    """Empty where the payer names none or several."""
    names = {_folded(one.name): one.name for one in answer.plans if one.name}
    return next(iter(names.values())) if len(names) == 1 else ""


def _other_payers(before: Answer, after: Answer) -> Iterator[Change]:
    known = before.other_payers
    for one in after.other_payers:
        if one.name and not any(_same(one, each) for each in known):
            was = ", ".join(each.name for each in known)
            words = f"The payer now names another payer: {one.name}."
            yield Change(ChangeKind.OTHER_PAYER, words, was, one.name, segments=(one.segment,))
    if "medicare_advantage" in after.flags and "medicare_advantage" not in before.flags:
        words = "The payer now says Medicare Advantage: bill the plan, not Medicare."
        yield Change(ChangeKind.OTHER_PAYER, words, after="Medicare Advantage")


def _same(one: Entity, other: Entity) -> bool:
    if one.identifier and other.identifier:
        return one.identifier == other.identifier
    return _folded(one.name) == _folded(other.name)


def _member(before: Member | None, after: Member | None) -> Iterator[Change]:
    if before is None or after is None:
        return
    for name, label in (
        ("number", "Member id"),
        ("last_name", "Last name"),
        ("first_name", "First name"),
        ("birth_date", "Birth date"),
    ):
        was, now = getattr(before, name), getattr(after, name)
        if was and now and _folded(str(was)) != _folded(str(now)):
            old, new = (day_told(one) if name == "birth_date" else one for one in (was, now))
            words = f"{label} at the payer is {new}; before, {old}."
            yield Change(ChangeKind.MEMBER, words, old, new, segments=(after.segment,))


def _folded(text: str) -> str:
    return re.sub(r"[^A-Z0-9]", "", text.upper())


# -- benefits ------------------------------------------------------------------------------------------------------

Known = Mapping[BenefitKey, BenefitRow]


def _known(answer: Answer) -> Known:
    """Where the payer says two things for the same, it says neither."""
    return {row.key: row for row in answer.benefits if not row.is_contested}


def _values(before: Answer, after: Answer) -> Iterator[Change]:
    """One change for all services whose value moved from the same to the same: payers repeat the plan's at each."""
    old = _known(before)
    moved: dict[tuple[BenefitKind, Network, Level, str, str], list[BenefitRow]] = {}
    for key, row in _known(after).items():
        earlier = old.get(key)
        if key.kind not in _TOLD or earlier is None:
            continue
        was, now = _value(earlier), _value(row)
        if was and now and was != now:
            moved.setdefault((key.kind, key.network, key.level, was, now), []).append(row)
    for (kind, network, level, was, now), rows in moved.items():
        yield _moved(kind, _WHERE[network] + _WHOSE[level], was, now, rows)


def _moved(kind: BenefitKind, where: str, was: str, now: str, rows: list[BenefitRow]) -> Change:
    change, label = _TOLD[kind]
    types = _types(rows)
    of = f" for {_labels(types)}" if types else ""
    is_met = kind in _MET and not any(row.value.cents for row in rows)
    if is_met:
        change, met = _MET[kind]
        words = f"The {met}{where} is met{of}; before, {was} was left."
    else:
        words = f"{label}{where}{of}: {now}; before, {was}."
    return Change(change, words, was, now, types, tuple(one for row in rows for one in row.segments))


_TOLD: dict[BenefitKind, tuple[ChangeKind, str]] = {
    BenefitKind.COPAY: (ChangeKind.COPAY, "Copay"),
    BenefitKind.COINSURANCE: (ChangeKind.COINSURANCE, "Coinsurance"),
    BenefitKind.DEDUCTIBLE_REMAINING: (ChangeKind.REMAINING, "Left of the deductible"),
    BenefitKind.OUT_OF_POCKET_REMAINING: (ChangeKind.REMAINING, "Left of the out-of-pocket maximum"),
    BenefitKind.LIMIT_REMAINING: (ChangeKind.REMAINING, "Left of the limit"),
    BenefitKind.DEDUCTIBLE_TOTAL: (ChangeKind.TOTAL, "Deductible"),
    BenefitKind.OUT_OF_POCKET_TOTAL: (ChangeKind.TOTAL, "Out-of-pocket maximum"),
    BenefitKind.LIMIT_TOTAL: (ChangeKind.TOTAL, "Limit"),
}
_MET = {
    BenefitKind.DEDUCTIBLE_REMAINING: (ChangeKind.DEDUCTIBLE_MET, "deductible"),
    BenefitKind.OUT_OF_POCKET_REMAINING: (ChangeKind.OUT_OF_POCKET_MET, "out-of-pocket maximum"),
}
_WHERE = {
    Network.IN: " in network",
    Network.OUT: " out of network",
    Network.BOTH: "",
    Network.UNKNOWN: "",
}
_WHOSE = {Level.INDIVIDUAL: "", Level.FAMILY: " of the family", Level.OTHER: " of others insured"}
_UNITS = {"VS": "visits", "DY": "days", "HS": "hours", "MN": "months", "P6": "services", "YY": "years"}


def _value(row: BenefitRow) -> str:
    """Empty where the payer names no value."""
    value = row.value
    if value.cents is not None:
        return money_told(value.cents)
    if value.basis_points is not None:
        return f"{value.basis_points / 100:g} %"
    if value.quantity is not None:
        return f"{value.quantity} {_UNITS.get(value.unit, value.unit)}".strip()
    return ""


def _covered(before: Answer, after: Answer) -> Iterator[Change]:
    was, now = _by_service(before, _says_covered), _by_service(after, _says_covered)
    for is_covered, words in ((False, "not covered any more"), (True, "covered now; before, it was not")):
        moved = [row for code, row in now.items() if _differs(was.get(code), row, _says_covered, is_covered)]
        if moved:
            types = _types(moved)
            told = {True: "covered", False: "not covered"}
            yield Change(
                ChangeKind.COVERED, f"{_labels(types)}: {words}.", told[not is_covered], told[is_covered], types,
                tuple(one for row in moved for one in row.segments),
            )  # fmt: skip


def _authorizations(before: Answer, after: Answer) -> Iterator[Change]:
    was, now = _by_service(before, _says_needed), _by_service(after, _says_needed)
    for earlier, tail in ((True, "before, it was not"), (False, "before, the payer did not say")):
        moved = [
            row
            for code, row in now.items()
            if row.needs_authorization
            and (_differs(was.get(code), row, _says_needed, True) if earlier else code not in was)
        ]
        if moved:
            types = _types(moved)
            of = f" for {_labels(types)}" if types else ""
            yield Change(
                ChangeKind.AUTHORIZATION, f"Authorization is needed{of}; {tail}.", "not needed" if earlier else "",
                "needed", types, tuple(dict.fromkeys(one for row in moved for one in row.segments)),
            )  # fmt: skip


Says = Callable[[BenefitRow], bool | None]


def _says_covered(row: BenefitRow) -> bool | None:
    """None too for the whole plan: that is the status, told above."""
    if row.key.service_type in ("", WHOLE_PLAN) or row.key.procedure:
        return None
    return {BenefitKind.COVERED: True, BenefitKind.NOT_COVERED: False}.get(row.key.kind)


def _says_needed(row: BenefitRow) -> bool | None:
    return None if row.key.procedure else row.needs_authorization


def _by_service(answer: Answer, says: Says) -> dict[str, BenefitRow]:
    """A row of each service type of which the payer says one thing and not the other too."""
    rows: dict[str, list[BenefitRow]] = {}
    for row in answer.benefits:
        if says(row) is not None:
            rows.setdefault(row.key.service_type, []).append(row)
    return {code: each[0] for code, each in rows.items() if len({says(row) for row in each}) == 1}


def _differs(was: BenefitRow | None, now: BenefitRow, says: Says, value: bool) -> bool:
    return was is not None and says(now) is value and says(was) is not value


def _types(rows: Iterable[BenefitRow]) -> tuple[str, ...]:
    """Empty where one of the rows is the whole plan's."""
    types = tuple(dict.fromkeys(row.key.service_type for row in rows))
    return () if set(types) & {"", WHOLE_PLAN} else types


def _labels(types: tuple[str, ...]) -> str:
    named = ", ".join(service_type_label(code) for code in types[:3])
    return f"{named} and {len(types) - 3} more" if len(types) > 3 else named
