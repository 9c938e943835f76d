"""An answer as people read it: what is owed today, what is left of the accumulators, what each service costs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.utils.timezone import localdate

from clearinghouse.choices import Trouble
from eligibility.models import EligibilityInquiry, EligibilityResponse, InquiryAttempt
from eligibility.rules.answers import WHOLE_PLAN, Answer, BenefitRow
from eligibility.rules.changes import Change
from eligibility.rules.codes import service_type_label
from eligibility.rules.next_steps import StepKind, next_steps
from eligibility.rules.owing import Owed, chain, owed_today
from eligibility.rules.telling import money_told
from eligibility.rules.words import BenefitKind, CoverageStatus, Level, Network, Outcome

STATUS_WORDS = {
    CoverageStatus.ACTIVE: ("Active", "done"),
    CoverageStatus.INACTIVE: ("Not active", "denied"),
    CoverageStatus.UNDETERMINED: ("Could not tell", "waiting"),
}
_DOWN = "Payer system down"
_PAUSES = {
    Trouble.UNREACHABLE: _DOWN,
    Trouble.TIMED_OUT: "The payer did not answer in time",
    Outcome.PAYER_UNAVAILABLE: _DOWN,
    Outcome.UNPARSEABLE: "The payer's answer cannot be read",
    Outcome.OTHER_QUESTION: "The payer answered another question",
}
_NETWORKS = {
    Network.IN: "in network",
    Network.OUT: "out of network",
    Network.BOTH: "any network",
    Network.UNKNOWN: "",
}
_PERIODS = {
    "6": "an hour", "7": "a day", "21": "years", "22": "a service year", "23": "a calendar year", "24": "year to date",
    "25": "the contract", "26": "an episode", "27": "a visit", "32": "a lifetime", "34": "a month", "35": "a week",
    "36": "an admission",
}  # fmt: skip
_UNITS = {
    "VS": "visits",
    "DY": "days",
    "HS": "hours",
    "MN": "months",
    "P6": "services",
    "YY": "years",
    "CA": "covered",
}
_FLAGS = {
    "medicare_advantage": "Medicare Advantage: bill the plan, not Medicare.",
    "qmb": "Qualified Medicare beneficiary: the patient owes nothing of what Medicare leaves.",
    "medicaid": "Medicaid: it pays after every other payer.",
    "facility_episode": "In the care of another facility or hospice: ask before billing.",
    "spend_down": "A spend-down has to be met first.",
}
_ORDER = tuple(BenefitKind)
MOST_APART = 5
"""Services of one segment that have a line each."""
_LIMITS = (BenefitKind.LIMIT_TOTAL, BenefitKind.LIMIT_REMAINING, BenefitKind.LIMIT_USED)


@dataclass(frozen=True, slots=True)
class Accumulator:
    """A deductible or out-of-pocket maximum: what is left of what."""

    label: str
    network: str
    total_cents: int | None
    remaining_cents: int | None
    is_derived: bool
    segments: tuple[int, ...]

    @property
    def used_cents(self) -> int | None:
        if self.total_cents is None or self.remaining_cents is None:
            return None
        return max(0, self.total_cents - self.remaining_cents)

    @property
    def used_share(self) -> int:
        """Per cent, for the bar."""
        return round(100 * self.used_cents / self.total_cents) if self.used_cents and self.total_cents else 0


@dataclass(frozen=True, slots=True)
class Line:
    """One benefit in words."""

    what: str
    value: str
    network: str
    notes: tuple[str, ...]
    segments: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Service:
    code: str
    label: str
    lines: tuple[Line, ...]
    is_only_covered: bool
    """The payer says so and nothing else."""
    members: tuple[str, ...] = ()
    """The services, where it stands for many."""


def as_row(inquiry: Any) -> Any:
    """With the words of a list: what was asked for, and how the newest answer reads."""
    status = inquiry.last_status
    inquiry.last_status_words, inquiry.last_status_tone = STATUS_WORDS[status] if status else ("", "")
    inquiry.asked_for = ", ".join(service_type_label(code) for code in inquiry.service_types[:1])
    return inquiry


def pause_words(attempt: InquiryAttempt | None, response: EligibilityResponse | None) -> str:
    """What came of the last attempt, where the payer is asked again."""
    if attempt is not None and attempt.trouble:
        trouble = Trouble(attempt.trouble)
        return _PAUSES.get(trouble, trouble.label)
    return _PAUSES.get(Outcome(response.outcome), _DOWN) if response else _DOWN


@dataclass(frozen=True, slots=True)
class PastCheck:
    """One check of a patient's history; without a response nobody answered it."""

    inquiry: EligibilityInquiry
    response: EligibilityResponse | None
    words: str
    tone: str
    asked_for: str
    changes: list[Change]


def past_checks(
    inquiries: Iterable[EligibilityInquiry], answers: Mapping[UUID, EligibilityResponse]
) -> list[PastCheck]:
    found = []
    for inquiry in inquiries:
        response = answers.get(inquiry.id)
        words, tone = STATUS_WORDS[CoverageStatus(response.status)] if response else ("", "")
        changes = response.read_changes() if response else []
        asked_for = ", ".join(service_type_label(code) for code in inquiry.service_types[:1])
        found.append(PastCheck(inquiry, response, words, tone, asked_for, changes))
    return found


def shown(
    inquiry: EligibilityInquiry, response: EligibilityResponse, *, allowed_cents: int | None = None
) -> dict[str, Any]:
    """The context of an answer card. What is allowed for the service may be known to a person."""
    answer = response.read()
    words, tone = STATUS_WORDS[answer.status]
    asked = inquiry.service_types[0] if inquiry.service_types else WHOLE_PLAN
    services = list(services_of(answer, asked))
    owed = owed_today(answer, asked, allowed_cents=allowed_cents)
    return {
        "response": response,
        "answer": answer,
        "status_words": words,
        "status_tone": tone,
        "asked_label": service_type_label(asked),
        "owed": owed,
        "receipt_words": receipt_words(owed, asked, inquiry.service_on),
        "accumulators": list(accumulators(answer)),
        "said_besides": _unattached(answer),
        "limits": [_line(row) for row in answer.benefits if _is_limit(row, asked)],
        "others_named": [one for one in answer.entities if one not in answer.other_payers],
        "changes": response.read_changes(),
        "services": [one for one in services if one.lines],
        "also_covered": [one.label for one in services if one.is_only_covered],
        "flags": [_FLAGS[one] for one in answer.flags if one in _FLAGS and _matters(one, answer)],
        "steps": [
            one
            for one in next_steps(answer, on=localdate(response.received_at))
            if one.kind is not StepKind.AUTHORIZATION
        ],
        "is_refused": answer.outcome is not Outcome.ANSWERED,
        "is_changed": bool(answer.member and answer.member.is_changed_by_payer),
        "needs_authorization": _needs_authorization(answer, asked),
    }


def _matters(flag: str, answer: Answer) -> bool:
    """A spend-down of zero is none to be met."""
    downs = [row.value.cents for row in answer.benefits if row.key.kind is BenefitKind.SPEND_DOWN]
    return flag != "spend_down" or not downs or any(cents != 0 for cents in downs)


def receipt_words(owed: Owed, service_type: str, on: date) -> str:
    """What a payment of it is for, as the receipt says it."""
    service = "visit" if service_type == WHOLE_PLAN else service_type_label(service_type).lower()
    words = ", ".join(filter(None, (owed.what, service, f"{on:%b} {on.day}, {on.year}")))
    return words[:1].upper() + words[1:]


def _unattached(answer: Answer) -> list[str]:
    """What the payer says of none of the benefits."""
    attached = {message for row in answer.benefits for message in row.messages}
    return [message for message in answer.messages if message not in attached]


def _is_limit(row: BenefitRow, asked: str) -> bool:
    return row.key.kind in _LIMITS and row.key.service_type in chain(asked)


def accumulators(answer: Answer) -> Iterator[Accumulator]:
    """Of the whole plan, the person's before the family's, in network first."""
    for what, label in (("DEDUCTIBLE", "Deductible"), ("OUT_OF_POCKET", "Out of pocket")):
        for level, whose in ((Level.INDIVIDUAL, ""), (Level.FAMILY, ", family")):
            for network in Network:
                total = _plan_row(answer, f"{what}_TOTAL", level, network)
                remaining = _plan_row(answer, f"{what}_REMAINING", level, network)
                if total is None and remaining is None:
                    continue
                rows = [one for one in (total, remaining) if one is not None]
                yield Accumulator(
                    label + whose,
                    _NETWORKS[network],
                    total.value.cents if total else None,
                    remaining.value.cents if remaining else None,
                    any(one.is_derived for one in rows),
                    tuple(dict.fromkeys(segment for one in rows for segment in one.segments)),
                )


def _plan_row(answer: Answer, kind: str, level: Level, network: Network) -> BenefitRow | None:
    rows = [
        one
        for one in answer.benefits
        if (one.key.kind, one.key.level, one.key.network) == (kind, level, network)
        and one.key.service_type in (WHOLE_PLAN, "")
        and one.value.cents is not None
        and not one.is_contested
    ]
    return rows[0] if rows else None


def services_of(answer: Answer, asked: str) -> Iterator[Service]:
    """The service asked about first, then the whole plan, then the others as the payer put them; without lines those of
    which the payer says only that they are covered. What one segment says of many is told once, last."""
    by_code: dict[str, list[BenefitRow]] = {}
    alike: dict[tuple[tuple[int, ...], bool], list[BenefitRow]] = {}
    for row in answer.benefits:
        if _says_more(row) and row.key.service_type not in (asked, WHOLE_PLAN, ""):
            alike.setdefault((row.segments, row.is_contested), []).append(row)
    together = [rows for rows in alike.values() if len(rows) > MOST_APART]
    told_once = {id(row) for rows in together for row in rows}
    for row in answer.benefits:
        if id(row) not in told_once:
            by_code.setdefault(row.key.service_type, []).append(row)
    for code in dict.fromkeys((asked, WHOLE_PLAN, *by_code)):
        rows = by_code.get(code)
        if rows:
            label = service_type_label(code) if code else "By procedure"
            lines = tuple(_line(row) for row in _sorted(rows) if _says_more(row))
            is_covered = any(row.key.kind is BenefitKind.COVERED for row in rows)
            yield Service(code, label, lines, is_covered and not lines)
    for rows in together:
        members = tuple(service_type_label(row.key.service_type) for row in rows)
        yield Service("", f"{len(rows)} services", (_line(rows[0]),), False, members)


def _says_more(row: BenefitRow) -> bool:
    """More than that something is covered, or that somebody is named, which stands above."""
    has_value = row.key.kind not in (BenefitKind.COVERED, BenefitKind.NOTE)
    return has_value or bool(row.messages) or bool(row.needs_authorization)


def _sorted(rows: Iterable[BenefitRow]) -> list[BenefitRow]:
    return sorted(rows, key=lambda row: _ORDER.index(row.key.kind))


def _line(row: BenefitRow) -> Line:
    notes = [*row.messages]
    if row.needs_authorization:
        notes.insert(0, "Authorization needed")
    if row.is_contested:
        notes.insert(0, "The payer says more than one value")
    if row.is_derived:
        notes.insert(0, "Calculated: total less the other")
    if row.is_network_inferred:
        notes.append("Network inferred")
    if row.key.places:
        notes.append(f"Place of service {', '.join(row.key.places)}")
    if row.key.procedure:
        notes.append(row.key.procedure)
    network = _NETWORKS[row.key.network]
    return Line(_what(row), _value(row), network, tuple(notes), row.segments)


def _what(row: BenefitRow) -> str:
    words = row.key.kind.replace("_", " ").capitalize()
    if row.key.level is Level.FAMILY:
        words += ", family"
    elif row.key.level is Level.OTHER:
        words += f", {row.level_code}"
    return words


def _value(row: BenefitRow) -> str:
    value, period = row.value, _PERIODS.get(row.key.period, "")
    parts = []
    if value.cents is not None:
        parts.append(money_told(value.cents))
    if value.basis_points is not None:
        parts.append(f"{value.basis_points / 100:g} %")
    if value.quantity is not None:
        parts.append(f"{value.quantity} {_UNITS.get(value.unit, value.unit)}".strip())
    return " ".join([", ".join(parts), f"in {period}" if parts and period else period]).strip()


def _needs_authorization(answer: Answer, asked: str) -> bool:
    return any(
        row.needs_authorization and row.key.service_type in (asked, WHOLE_PLAN) for row in answer.benefits
    )
