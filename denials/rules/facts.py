"""A denial as the rules see it, and what they make of it: frozen, free of Django."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID

from reference.rules.codes import PayerFacts


class Resubmission(StrEnum):
    """In which form the service may be sent again."""

    REPLACEMENT = "REPLACEMENT"
    NEW_CLAIM = "NEW_CLAIM"
    VOID_THEN_NEW = "VOID_THEN_NEW"
    NOT_ALLOWED = "NOT_ALLOWED"


@dataclass(frozen=True, slots=True)
class DenialAdjustment:
    """One adjustment of the denied line. `is_denial` and `needs_review` are those of its classification."""

    group: str
    carc: str
    amount_cents: int
    is_denial: bool = True
    needs_review: bool = False


@dataclass(frozen=True, slots=True)
class EarlierDenial:
    """What the same line was refused for before; an upheld decision (CARC 193) carries it on."""

    category: str
    subcategory: str = ""
    root_cause: str = "unknown"
    owner_team: str = ""


@dataclass(frozen=True, slots=True)
class DenialFacts:
    """`remark_codes` are the line's (LQ), `claim_remark_codes` the claim's (MIA, MOA); `text` is the payer's own."""

    adjustments: tuple[DenialAdjustment, ...]
    remark_codes: tuple[str, ...] = ()
    claim_remark_codes: tuple[str, ...] = ()
    payer_id: UUID | None = None
    payer: PayerFacts = field(default_factory=PayerFacts)
    procedure_code: str = ""
    place_of_service: str = ""
    text: str = ""
    is_qmb: bool = False
    earlier: EarlierDenial | None = None

    @property
    def all_remarks(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys((*self.remark_codes, *self.claim_remark_codes)))


@dataclass(frozen=True, slots=True)
class Explanation:
    """Which code or rule decided what, in words a biller can check."""

    what: str
    decided_by: str
    words: str


@dataclass(frozen=True, slots=True)
class BlockedAction:
    action: str
    because: str


@dataclass(frozen=True, slots=True)
class Resolution:
    """`actions` in the order to try them; `blocked` are those taken out, each with its reason."""

    primary: DenialAdjustment
    secondary: tuple[DenialAdjustment, ...]
    category: str
    subcategory: str
    root_cause: str
    actions: tuple[str, ...]
    owner_team: str
    is_preventable: bool
    is_appeal_allowed: bool
    is_patient_liable: bool
    is_unprocessable: bool
    resubmission: Resubmission
    needs_review: bool
    has_mixed_signals: bool
    core_scenario: str
    blocked: tuple[BlockedAction, ...]
    explanations: tuple[Explanation, ...]
    override_rule_id: UUID | None = None
    priority_boost: int = 0

    @property
    def denied_cents(self) -> int:
        return self.primary.amount_cents + sum(one.amount_cents for one in self.secondary)
