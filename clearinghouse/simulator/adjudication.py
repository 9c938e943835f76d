"""How a simulated payer decides one claim: pure, in cents, the same for the same claim, payer and seed."""

import dataclasses
import random
from collections.abc import Sequence
from decimal import Decimal

from clearinghouse.simulator.scenarios import (
    BUNDLING,
    OF_SEVERAL_LINES,
    UNITS_CUT,
    Answer,
    DenialScenario,
    Outcome,
    choose_answer,
    choose_denial,
    choose_outcome,
)
from x12 import SubmittedClaim, SubmittedLine

UNDERPAID_BY = 15
"""Of a hundred."""


@dataclasses.dataclass(frozen=True, slots=True)
class PayerProfile:
    """One payer: who it is in an 835 and how it pays."""

    name: str
    identifier: str
    tax_identifier: str
    rate: float
    """Share of the charge it allows."""
    days_to_pay: int
    sequesters: bool = False
    """Takes Medicare's 2 % from what it pays."""


@dataclasses.dataclass(frozen=True, slots=True)
class LineDecision:
    """Adjustments are (group, reason, cents); what is left of the charge is paid."""

    line: SubmittedLine
    charge_cents: int
    adjustments: tuple[tuple[str, str, int], ...]
    remarks: tuple[str, ...] = ()
    allowed_cents: int | None = None
    denial: DenialScenario | None = None
    denied_cents: int = 0
    is_part_of: SubmittedLine | None = None
    """The line into which the payer bundles this one."""

    @property
    def paid_cents(self) -> int:
        return self.charge_cents - sum(cents for _, _, cents in self.adjustments)

    def cents_of(self, group: str, *reasons: str) -> int:
        return sum(
            cents
            for own, reason, cents in self.adjustments
            if own == group and (not reasons or reason in reasons)
        )


@dataclasses.dataclass(frozen=True, slots=True)
class ClaimDecision:
    claim: SubmittedClaim
    payer: PayerProfile
    outcome: Outcome
    control_number: str
    """CLP07."""
    lines: tuple[LineDecision, ...]

    @property
    def charge_cents(self) -> int:
        return sum(line.charge_cents for line in self.lines)

    @property
    def paid_cents(self) -> int:
        return sum(line.paid_cents for line in self.lines)

    @property
    def is_denied(self) -> bool:
        return all(line.denial and line.paid_cents == 0 for line in self.lines)


def to_cents(amount: Decimal) -> int:
    return int(amount * 100)


def to_dollars(cents: int) -> Decimal:
    return Decimal(cents).scaleb(-2)


def decide(claim: SubmittedClaim, payer: PayerProfile, *, seed: int) -> ClaimDecision:
    """The payer's first decision on a claim."""
    dice = random.Random(f"{seed}:{payer.identifier}:{claim.patient_control_number}")  # noqa: S311 - not a secret
    outcome = choose_outcome(dice, payer.identifier)
    if outcome in OF_SEVERAL_LINES and len(claim.lines) < 2:
        outcome = Outcome.PAID
    deciders = {
        Outcome.DENIED: _denied,
        Outcome.PARTLY_DENIED: _partly_denied,
        Outcome.BUNDLED: _bundled,
    }
    lines = deciders.get(outcome, _allowed)(claim.lines, payer, outcome, dice)
    return ClaimDecision(
        claim=claim,
        payer=payer,
        outcome=outcome,
        control_number=f"{payer.identifier[:4]}{dice.randrange(10**10):010d}",
        lines=lines,
    )


def correct(decision: ClaimDecision, *, seed: int) -> ClaimDecision:
    """The payer thinks again: one line is denied that was paid before, under a new control number."""
    dice = random.Random(f"{seed}:again:{decision.control_number}")  # noqa: S311 - not a secret
    first, *rest = decision.lines
    scenario = choose_denial(dice)
    return dataclasses.replace(
        decision,
        control_number=_next_number(decision.control_number),
        lines=(_deny(first.line, scenario), *rest),
    )


def answer_of(decision: ClaimDecision, weights: dict[Answer, int], *, seed: int) -> Answer:
    """What the payer makes of an appeal or a corrected claim against this decision."""
    dice = random.Random(f"{seed}:asked again:{decision.control_number}")  # noqa: S311 - not a secret
    return choose_answer(dice, weights)


def reconsider(decision: ClaimDecision, answer: Answer, *, seed: int) -> ClaimDecision:
    """The decision that follows, under a control number of its own: what was refused is allowed, or refused again."""
    dice = random.Random(f"{seed}:reconsidered:{decision.control_number}")  # noqa: S311 - not a secret
    lines = decision.lines
    if answer is Answer.PAYS:
        lines = tuple(
            _allow(line.line, decision.payer, Outcome.PAID, dice) if line.denial else line for line in lines
        )
    return dataclasses.replace(decision, control_number=_next_number(decision.control_number), lines=lines)


def settle_after_others(decision: ClaimDecision) -> ClaimDecision:
    """The next payer pays what the earlier ones left to the patient, and says what they took off (OA-23)."""
    return dataclasses.replace(
        decision, outcome=Outcome.PAID, lines=tuple(_after_others(one) for one in decision.lines)
    )


def _after_others(decision: LineDecision) -> LineDecision:
    told = [one for said in decision.line.adjudications for one in said.adjustments]
    left = sum(to_cents(one.amount) for one in told if one.group == "PR")
    taken = decision.charge_cents - left
    return LineDecision(
        line=decision.line,
        charge_cents=decision.charge_cents,
        adjustments=(("OA", "23", taken),) if taken else (),
        allowed_cents=decision.allowed_cents,
    )


def _next_number(control_number: str) -> str:
    """The same number with a letter that counts the payer's decisions on the claim."""
    last = control_number[-1]
    return control_number[:-1] + ("R" if last.isdigit() else chr(ord(last) + 1))


def _allowed(
    lines: Sequence[SubmittedLine], payer: PayerProfile, outcome: Outcome, dice: random.Random
) -> tuple[LineDecision, ...]:
    return tuple(
        _allow(line, payer, outcome if ordinal == 0 else _following(outcome), dice)
        for ordinal, line in enumerate(lines)
    )


def _following(outcome: Outcome) -> Outcome:
    """A copay is asked once a claim; a deductible or coinsurance on every line."""
    return Outcome.PAID if outcome is Outcome.COPAY else outcome


def _denied(
    lines: Sequence[SubmittedLine], payer: PayerProfile, outcome: Outcome, dice: random.Random
) -> tuple[LineDecision, ...]:
    scenario = choose_denial(dice, payer.identifier, lines[0].procedure.code)
    return tuple(_deny(line, scenario) for line in lines)


def _bundled(
    lines: Sequence[SubmittedLine], payer: PayerProfile, outcome: Outcome, dice: random.Random
) -> tuple[LineDecision, ...]:
    paid = _allowed(lines[:-1], payer, Outcome.PAID, dice)
    return (*paid, dataclasses.replace(_deny(lines[-1], BUNDLING), is_part_of=lines[0]))


def _partly_denied(
    lines: Sequence[SubmittedLine], payer: PayerProfile, outcome: Outcome, dice: random.Random
) -> tuple[LineDecision, ...]:
    """The last line is denied whole; a claim of one line has part of its units cut."""
    if len(lines) > 1:
        paid = _allowed(lines[:-1], payer, Outcome.PAID, dice)
        return (*paid, _deny(lines[-1], choose_denial(dice)))
    decision = _allow(lines[0], payer, Outcome.PAID, dice)
    cut = decision.paid_cents // 3
    return (
        dataclasses.replace(
            decision,
            adjustments=(*decision.adjustments, (UNITS_CUT.group, UNITS_CUT.reason, cut)),
            remarks=UNITS_CUT.remarks,
            denial=UNITS_CUT,
            denied_cents=cut,
        ),
    )


def _deny(line: SubmittedLine, scenario: DenialScenario) -> LineDecision:
    charge = to_cents(line.charge_amount)
    return LineDecision(
        line=line,
        charge_cents=charge,
        adjustments=((scenario.group, scenario.reason, charge),),
        remarks=scenario.remarks,
        allowed_cents=0,
        denial=scenario,
        denied_cents=charge,
    )


def _allow(line: SubmittedLine, payer: PayerProfile, outcome: Outcome, dice: random.Random) -> LineDecision:
    charge = to_cents(line.charge_amount)
    allowed = int(charge * payer.rate * dice.uniform(0.96, 1.0))
    if outcome is Outcome.UNDERPAID:
        allowed -= allowed * UNDERPAID_BY // 100
    adjustments = [("CO", "45", charge - allowed)]
    share = 0
    if outcome is Outcome.DEDUCTIBLE:
        share = allowed if dice.random() < 0.5 else allowed // 2
        adjustments.append(("PR", "1", share))
    elif outcome is Outcome.COINSURANCE:
        share = allowed // 5
        adjustments.append(("PR", "2", share))
    elif outcome is Outcome.COPAY:
        share = min(allowed, 25_00)
        adjustments.append(("PR", "3", share))
    if payer.sequesters and allowed > share:
        adjustments.append(("CO", "253", round((allowed - share) * 0.02)))
    return LineDecision(
        line=line,
        charge_cents=charge,
        adjustments=tuple(one for one in adjustments if one[2]),
        allowed_cents=allowed,
    )
