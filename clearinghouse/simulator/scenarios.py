"""What the simulated payers decide, and how often. The categories are the truth our classification is judged by."""

import dataclasses
import random
from enum import StrEnum


class Outcome(StrEnum):
    PAID = "PAID"
    DEDUCTIBLE = "DEDUCTIBLE"
    COINSURANCE = "COINSURANCE"
    COPAY = "COPAY"
    PARTLY_DENIED = "PARTLY_DENIED"
    DENIED = "DENIED"
    CORRECTED_LATER = "CORRECTED_LATER"
    SPLIT = "SPLIT"
    UNKNOWN_NUMBER = "UNKNOWN_NUMBER"
    BUNDLED = "BUNDLED"
    """The last line is paid as part of the first (SVC06)."""
    UNDERPAID = "UNDERPAID"
    CROSSED_OVER = "CROSSED_OVER"
    """Paid, and passed on to the next payer (CLP02 19)."""
    SILENT = "SILENT"


OUTCOME_WEIGHTS: dict[Outcome, int] = {
    Outcome.PAID: 34,
    Outcome.COINSURANCE: 18,
    Outcome.COPAY: 12,
    Outcome.DEDUCTIBLE: 7,
    Outcome.DENIED: 14,
    Outcome.PARTLY_DENIED: 6,
    Outcome.CORRECTED_LATER: 4,
    Outcome.SILENT: 3,
    Outcome.SPLIT: 1,
    Outcome.UNKNOWN_NUMBER: 1,
}


OUTCOME_BY_PAYER: dict[str, Outcome] = {
    "SIMPAID": Outcome.PAID,
    "SIMDEDUC": Outcome.DEDUCTIBLE,
    "SIMCOINS": Outcome.COINSURANCE,
    "SIMCOPAY": Outcome.COPAY,
    "SIMPART": Outcome.PARTLY_DENIED,
    "SIMDENY": Outcome.DENIED,
    "SIMSPLIT": Outcome.SPLIT,
    "SIMZERO": Outcome.UNKNOWN_NUMBER,
    "SIMBUNDL": Outcome.BUNDLED,
    "SIMUNDER": Outcome.UNDERPAID,
    "SIMCROSS": Outcome.CROSSED_OVER,
    "SIMBACK": Outcome.CORRECTED_LATER,
    "SIMFIRST": Outcome.CORRECTED_LATER,
    "SIMNOPAY": Outcome.SILENT,
}
"""Payers that always decide the same way; of the others the dice choose."""
OF_SEVERAL_LINES = frozenset({Outcome.SPLIT, Outcome.BUNDLED})


class Answer(StrEnum):
    """What a payer says when it is asked again about lines it refused."""

    PAYS = "PAYS"
    REFUSES = "REFUSES"
    SILENT = "SILENT"


APPEAL_WEIGHTS: dict[Answer, int] = {Answer.PAYS: 52, Answer.REFUSES: 38, Answer.SILENT: 10}
REPLACEMENT_WEIGHTS: dict[Answer, int] = {Answer.PAYS: 74, Answer.REFUSES: 14, Answer.SILENT: 12}


@dataclasses.dataclass(frozen=True, slots=True)
class DenialScenario:
    """How one kind of denial looks in an 835. `category` is one of the thirteen consolidated denial categories."""

    category: str
    group: str
    reason: str
    remarks: tuple[str, ...] = ()


DENIALS: tuple[DenialScenario, ...] = (
    DenialScenario("authorization", "CO", "197"),
    DenialScenario("authorization", "CO", "197", ("N385",)),
    DenialScenario("eligibility", "PR", "27"),
    DenialScenario("eligibility", "CO", "16", ("N382",)),
    DenialScenario("medical_necessity", "CO", "50", ("N115",)),
    DenialScenario("medical_necessity", "CO", "151", ("N362",)),
    DenialScenario("coding", "CO", "4"),
    DenialScenario("coding", "CO", "11"),
    DenialScenario("coding", "CO", "16", ("M51",)),
    DenialScenario("billing_error", "CO", "16", ("N290",)),
    DenialScenario("billing_error", "CO", "252", ("M127",)),
    DenialScenario("timely_filing", "CO", "29"),
    DenialScenario("duplicate", "OA", "18", ("N522",)),
    DenialScenario("cob", "CO", "22", ("MA04",)),
    DenialScenario("cob", "CO", "109", ("N418",)),
    DenialScenario("contractual_bundling", "CO", "97", ("M15",)),
    DenialScenario("noncovered_benefit_max", "PR", "204", ("N130",)),
    DenialScenario("noncovered_benefit_max", "CO", "119"),
    DenialScenario("credentialing_network", "CO", "B7", ("N570",)),
)
DENYING = "SIMDENY"
"""Denies by the last two digits of the first procedure, so that every kind of denial can be asked for."""
BUNDLING = DenialScenario("contractual_bundling", "CO", "97", ("M15",))
# The one a payer uses when it pays part of a line's units.
UNITS_CUT = DenialScenario("medical_necessity", "CO", "151", ("N362",))


def choose_outcome(dice: random.Random, payer_id: str) -> Outcome:
    named = OUTCOME_BY_PAYER.get(payer_id)
    if named is not None:
        return named
    return dice.choices(list(OUTCOME_WEIGHTS), list(OUTCOME_WEIGHTS.values()))[0]


def choose_answer(dice: random.Random, weights: dict[Answer, int]) -> Answer:
    return dice.choices(list(weights), list(weights.values()))[0]


def choose_denial(dice: random.Random, payer_id: str = "", procedure: str = "") -> DenialScenario:
    if payer_id == DENYING and procedure[-2:].isdecimal():
        return DENIALS[int(procedure[-2:]) % len(DENIALS)]
    return dice.choice(DENIALS)
