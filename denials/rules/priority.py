"""Which denial to work first, and what to try first on it. Every part of a score can be shown."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from denials.rules.deadlines import DenialDeadlines
from denials.rules.facts import BlockedAction, Resolution
from reference.rules.deadlines import Deadline, written_day

PRIOR_STRENGTH = 20
DEFAULT_COST_CENTS = 500
MINUTES_AT_FULL_EFFORT = 15
DEFAULT_MINUTES = 20
STARTING_CHANCE = {
    "billing_error": 0.75,
    "coding": 0.65,
    "eligibility": 0.35,
    "cob": 0.60,
    "authorization": 0.40,
    "medical_necessity": 0.50,
    "duplicate": 0.15,
    "timely_filing": 0.15,
    "noncovered_benefit_max": 0.10,
    "credentialing_network": 0.40,
    "contractual_bundling": 0.30,
}
UNKNOWN_CHANCE = 0.30
MOST_APPEAL_LEVELS = 5
DOCUMENTATION_CHANCE = 0.70
MISMATCHED_AUTHORIZATION_CHANCE = 0.60
PROVEN_TIMELY_CHANCE = 0.60
MINUTES_BY_ACTION = {
    "post_only": 5,
    "wait_payer": 5,
    "write_off": 5,
    "bill_patient": 5,
    "bill_secondary": 10,
    "check_original": 10,
    "verify_eligibility": 10,
    "bill_other_payer": 15,
    "rebill_new": 15,
    "correct_resubmit_7": 15,
    "void_then_new": 20,
    "split_rebill": 20,
    "combine_claims": 20,
    "attach_records": 20,
    "review_pricing": 20,
    "verify_cob": 20,
    "contact_patient": 20,
    "call_payer": 25,
    "add_auth": 30,
    "peer_to_peer": 45,
    "appeal": 45,
    "appeal_prior_payer": 45,
    "fix_enrollment": 60,
    "open_negotiation": 60,
}
# Scores of a practice that has not yet measured its own, in cents: percentile 0, 5, 10 … 95.
DEFAULT_TABLE = (
    0, 300, 700, 1_200, 1_800, 2_500, 3_300, 4_200, 5_300, 6_600, 8_200, 10_200, 12_800, 16_000, 20_500, 27_000,
    37_000, 54_000, 90_000, 200_000,
)  # fmt: skip
CORRECTIONS = frozenset({"correct_resubmit_7", "void_then_new"})
NEW_CLAIMS = frozenset({"rebill_new", "split_rebill", "combine_claims"})
APPEALS = frozenset({"appeal", "peer_to_peer"})
LAST_RESORTS = frozenset({"write_off", "post_only"})


@dataclass(frozen=True, slots=True)
class Record:
    """How many of how many decided denials were won."""

    wins: int = 0
    decided: int = 0


@dataclass(frozen=True, slots=True)
class WinHistory:
    """A practice's own outcomes: by category, by CARC, and by payer with CARC."""

    by_category: Mapping[str, Record] = field(default_factory=dict)
    by_carc: Mapping[str, Record] = field(default_factory=dict)
    by_payer_and_carc: Mapping[tuple[str, str], Record] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Chance:
    """A chance of recovery, and whose record it rests on."""

    value: float
    basis: str
    decided: int


@dataclass(frozen=True, slots=True)
class PriorityFacts:
    expected_cents: int
    expected_basis: str
    category: str
    subcategory: str = ""
    carc: str = ""
    payer_key: str = ""
    action: str = ""
    due_on: date | None = None
    has_filing_proof: bool = False
    boost: int = 0


@dataclass(frozen=True, slots=True)
class Priority:
    """`score` is 0 to 100; the other fields are its parts, in the order they are multiplied."""

    score: int
    expected_cents: int
    expected_basis: str
    chance: Chance
    expected_recovery_cents: int
    days_left: int | None
    urgency: float
    minutes: int
    effort_factor: float
    cost_cents: int
    raw_cents: int
    boost: int
    is_below_cost: bool
    is_expired: bool

    def parts(self) -> dict[str, object]:
        return {
            "expected_cents": self.expected_cents,
            "expected_basis": self.expected_basis,
            "chance": self.chance.value,
            "chance_basis": self.chance.basis,
            "chance_decided": self.chance.decided,
            "expected_recovery_cents": self.expected_recovery_cents,
            "days_left": self.days_left,
            "urgency": self.urgency,
            "minutes": self.minutes,
            "effort_factor": self.effort_factor,
            "cost_cents": self.cost_cents,
            "raw_cents": self.raw_cents,
            "boost": self.boost,
            "is_below_cost": self.is_below_cost,
            "is_expired": self.is_expired,
        }


@dataclass(frozen=True, slots=True)
class LastAppeal:
    """The last appeal of the refusal that stands, and how it was decided."""

    level: int
    outcome: str
    decided_on: date


@dataclass(frozen=True, slots=True)
class ActionFacts:
    """What decides whether an action can be taken today. None: nobody knows, so it stands in nobody's way."""

    on: date
    deadlines: DenialDeadlines = field(default_factory=DenialDeadlines)
    has_other_coverage: bool | None = None
    has_records: bool | None = None
    has_filing_proof: bool = False
    last_appeal: LastAppeal | None = None


@dataclass(frozen=True, slots=True)
class NextAction:
    """`action` is what to do now; `remaining` are the feasible others, `skipped` those that cannot be done, and why."""

    action: str
    remaining: tuple[str, ...]
    skipped: tuple[BlockedAction, ...]
    needs_manager: bool = False


def prioritise(
    facts: PriorityFacts,
    *,
    on: date,
    history: WinHistory | None = None,
    table: Sequence[int] = (),
    cost_cents: int = DEFAULT_COST_CENTS,
) -> Priority:
    """Expected recovery x urgency x effort, less the cost of touching it. A passed deadline scores 0."""
    chance = overturn_chance(facts, history or WinHistory())
    recovery = round(facts.expected_cents * chance.value)
    days_left = (facts.due_on - on).days if facts.due_on else None
    urgency = urgency_factor(days_left)
    minutes = MINUTES_BY_ACTION.get(facts.action, DEFAULT_MINUTES)
    effort = effort_factor(minutes)
    raw = round(recovery * urgency * effort) - cost_cents
    is_expired = days_left is not None and days_left < 0
    score = 0 if is_expired else min(100, max(0, scaled(raw, table or DEFAULT_TABLE) + facts.boost))
    return Priority(
        score=score,
        expected_cents=facts.expected_cents,
        expected_basis=facts.expected_basis,
        chance=chance,
        expected_recovery_cents=recovery,
        days_left=days_left,
        urgency=urgency,
        minutes=minutes,
        effort_factor=effort,
        cost_cents=cost_cents,
        raw_cents=0 if is_expired else raw,
        boost=facts.boost,
        is_below_cost=recovery < cost_cents,
        is_expired=is_expired,
    )


def overturn_chance(facts: PriorityFacts, history: WinHistory) -> Chance:
    """Payer with code leans on the code's record, that on the category's, that on a starting guess."""
    value, basis, decided = starting_chance(facts), "starting guess", 0
    levels = (
        ("category", history.by_category.get(facts.category)),
        ("code", history.by_carc.get(facts.carc)),
        ("payer and code", history.by_payer_and_carc.get((facts.payer_key, facts.carc))),
    )
    for name, record in levels:
        if record and record.decided:
            value = (record.wins + PRIOR_STRENGTH * value) / (record.decided + PRIOR_STRENGTH)
            basis, decided = name, record.decided
    return Chance(round(value, 4), basis, decided)


def starting_chance(facts: PriorityFacts) -> float:
    if facts.category == "timely_filing" and facts.has_filing_proof:
        return PROVEN_TIMELY_CHANCE
    if facts.category == "authorization" and facts.subcategory == "auth_mismatch":
        return MISMATCHED_AUTHORIZATION_CHANCE
    if facts.category == "billing_error" and facts.subcategory == "documentation":
        return DOCUMENTATION_CHANCE
    return STARTING_CHANCE.get(facts.category, UNKNOWN_CHANCE)


def urgency_factor(days_left: int | None) -> float:
    """3 on the last day, nearing 1 with a month to go; 0 once the day has passed; 1 where no day is known."""
    if days_left is None:
        return 1.0
    return 0.0 if days_left < 0 else round(1 + 2 * math.exp(-days_left / 10), 4)


def effort_factor(minutes: int) -> float:
    return round(min(1.0, MINUTES_AT_FULL_EFFORT / minutes), 4)


def scaled(raw_cents: int, table: Sequence[int]) -> int:
    """The percentile of a score among `table`, scores in ascending order at even steps from 0 to 100."""
    return round(100 * bisect_right(table, raw_cents) / len(table))


def percentile_table(raw_scores: Iterable[int], steps: int = 20) -> tuple[int, ...]:
    """The cuts of a practice's own open denials; empty where there are too few to measure."""
    ordered = sorted(raw_scores)
    if len(ordered) < steps:
        return ()
    return tuple(ordered[len(ordered) * step // steps] for step in range(steps))


def expected_open_cents(
    *,
    denied_cents: int,
    contract_cents: int | None = None,
    historical_allowed_cents: int | None = None,
    allowed_percent: int | None = None,
) -> tuple[int, str]:
    """What the payer would owe at most, and how we know. Never more than was denied."""
    if contract_cents is not None:
        return min(denied_cents, contract_cents), "contract"
    if historical_allowed_cents is not None:
        return min(denied_cents, historical_allowed_cents), "what this payer allowed before"
    if allowed_percent is not None:
        return denied_cents * min(100, allowed_percent) // 100, "this payer's usual share of charges"
    return denied_cents, "denied amount"


def next_action(resolution: Resolution, facts: ActionFacts) -> NextAction:
    """The first of the suggested actions that can still be done; records must be found before they are sent."""
    last = facts.last_appeal
    actions = after_appeal(resolution, last) if last else _with_open_appeal(resolution, facts)
    reasons = {action: why_not(action, facts) for action in actions}
    skipped = [*resolution.blocked, *(BlockedAction(one, why) for one, why in reasons.items() if why)]
    feasible = [action for action in actions if not reasons[action]]
    if facts.has_records is False and "attach_records" in feasible:
        feasible.sort(key=lambda action: (action in LAST_RESORTS, action == "attach_records"))
    if not feasible:
        return NextAction("write_off", (), tuple(skipped), needs_manager=True)
    working = [action for action in feasible if action not in LAST_RESORTS]
    lost = not working and any(action not in LAST_RESORTS for action in resolution.actions)
    return NextAction(feasible[0], tuple(feasible[1:]), tuple(skipped), needs_manager=lost)


def after_appeal(resolution: Resolution, last: LastAppeal) -> tuple[str, ...]:
    """What is left once an appeal was decided: a yes is waited for; a no goes up a level, to the patient or away."""
    steps = ["appeal"] if resolution.is_appeal_allowed and last.level < MOST_APPEAL_LEVELS else []
    if "bill_patient" in resolution.actions:
        steps.append("bill_patient")
    steps.append("write_off")
    if last.outcome == "UPHELD":
        return tuple(steps)
    return ("wait_payer", "call_payer", *(steps if last.outcome == "PARTIAL" else ()))


def why_not(action: str, facts: ActionFacts) -> str:
    if action in CORRECTIONS and _passed(facts.deadlines.corrected_claim, facts):
        return f"The corrected-claim window closed on {_day(facts.deadlines.corrected_claim)}."
    if action in NEW_CLAIMS and _passed(facts.deadlines.first_claim, facts):
        return f"The filing window closed on {_day(facts.deadlines.first_claim)}."
    if action in APPEALS and _passed(facts.deadlines.appeal, facts):
        return f"The appeal window closed on {_day(facts.deadlines.appeal)}."
    if action == "bill_secondary" and facts.has_other_coverage is False:
        return "No other coverage is on file."
    return ""


def _with_open_appeal(resolution: Resolution, facts: ActionFacts) -> tuple[str, ...]:
    """A closed correction window turns to the appeal while that is open; so does proof of timely filing."""
    actions = resolution.actions
    if not resolution.is_appeal_allowed or _passed(facts.deadlines.appeal, facts):
        return actions
    corrections = CORRECTIONS & set(actions)
    turned = bool(corrections) and _passed(facts.deadlines.corrected_claim, facts)
    proven = resolution.category == "timely_filing" and facts.has_filing_proof
    if turned or proven:
        return ("appeal", *(action for action in actions if action != "appeal"))
    return actions


def _passed(deadline: Deadline | None, facts: ActionFacts) -> bool:
    """An example rule warns; it closes nothing."""
    return deadline is not None and not deadline.is_example and deadline.is_passed(on=facts.on)


def _day(deadline: Deadline | None) -> str:
    return written_day(deadline.due_on) if deadline else ""
