"""What the stored rows of a refused line mean, by the pure rules: category, cause, deadline, worth."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from denials.models import Denial
from denials.rules.facts import DenialAdjustment, DenialFacts, EarlierDenial, Resolution
from denials.rules.resolution import resolve
from reference import selectors as reference
from reference.rules.codes import PayerFacts
from remittances.choices import AdjustmentClass
from remittances.models import RemitAdjustment, RemitClaim, RemitLine

DENIAL_CLASSES = (AdjustmentClass.DENIAL, AdjustmentClass.UNKNOWN)


@dataclass(frozen=True)
class Decision:
    """One refusal as the remittance stores it: the payment, the line (None: the whole claim), its
    adjustments.
    """

    remit_claim: RemitClaim
    remit_line: RemitLine | None
    adjustments: Sequence[RemitAdjustment]

    @property
    def remark_codes(self) -> list[str]:
        own = self.remit_line.remark_codes if self.remit_line else []
        return list(dict.fromkeys([*own, *self.remit_claim.remark_codes]))

    @property
    def payer_text(self) -> str:
        """What the payer says beside codes: its references, and the policy it decided by."""
        policy = self.remit_line.policy_identifier if self.remit_line else ""
        return "; ".join(dict.fromkeys(part for part in (policy, self.remit_claim.payer_text) if part))

    @property
    def charge_cents(self) -> int:
        return int((self.remit_line or self.remit_claim).charge_cents)

    @property
    def paid_cents(self) -> int:
        return int((self.remit_line or self.remit_claim).paid_cents)


class Judge:
    """The code tables and payers' peculiarities, read once for many lines."""

    def __init__(self, payer_ids: Iterable[UUID]) -> None:
        self.carcs = reference.carc_rules()
        self.rarcs = reference.rarc_rules()
        payer_ids = list(payer_ids)
        self.payers: Mapping[UUID, PayerFacts] = reference.payer_facts(payer_ids)
        self.overrides = reference.override_rules(payer_ids)

    def judge(
        self, decision: Decision, *, payer_id: UUID, earlier: Denial | None = None
    ) -> Resolution | None:
        """None where nothing on the line is a denial by the rules."""
        line = decision.remit_line
        facts = DenialFacts(
            adjustments=tuple(
                DenialAdjustment(
                    group=row.group_code,
                    carc=row.reason_code,
                    amount_cents=row.amount_cents,
                    is_denial=row.classification in DENIAL_CLASSES,
                    needs_review=row.classification == AdjustmentClass.UNKNOWN,
                )
                for row in decision.adjustments
            ),
            remark_codes=tuple(line.remark_codes) if line else (),
            claim_remark_codes=tuple(decision.remit_claim.remark_codes),
            payer_id=payer_id,
            payer=self.payers.get(payer_id, PayerFacts()),
            procedure_code=(line.submitted_procedure_code or line.procedure_code) if line else "",
            place_of_service=decision.remit_claim.facility_code,
            text=decision.payer_text,
            earlier=_earlier(earlier),
        )
        return resolve(facts, carcs=self.carcs, rarcs=self.rarcs, overrides=self.overrides)


def _earlier(denial: Denial | None) -> EarlierDenial | None:
    if denial is None:
        return None
    return EarlierDenial(
        category=denial.category,
        subcategory=denial.subcategory,
        root_cause=denial.root_cause,
        owner_team=denial.owner_team,
    )


def columns_of(found: Resolution) -> dict[str, Any]:
    """The resolution as the denial's columns."""
    return {
        "group_code": found.primary.group,
        "reason_code": found.primary.carc,
        "secondary_reasons": [
            {"group": one.group, "code": one.carc, "cents": one.amount_cents} for one in found.secondary
        ],
        "category": found.category,
        "subcategory": found.subcategory,
        "root_cause": found.root_cause,
        "is_preventable": found.is_preventable,
        "has_mixed_signals": found.has_mixed_signals,
        "needs_review": found.needs_review,
        "priority_boost": found.priority_boost,
        "is_appealable": found.is_appeal_allowed,
        "is_patient_liable": found.is_patient_liable,
        "is_unprocessable": found.is_unprocessable,
        "resubmission": found.resubmission.value,
        "core_scenario": found.core_scenario,
        "forbidden_actions": [asdict(one) for one in found.blocked],
        "suggested_actions": list(found.actions),
        "explanations": [asdict(one) for one in found.explanations],
        "owner_team": found.owner_team,
    }
