"""Whether a claim may be taken back before any payer has it, and what that does to the money."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, OuterRef, Q

from claims.choices import AckStatus, AdjudicationState
from claims.models import Claim, ClaimAcknowledgement, ClaimVersion
from claims.rules.states import REJECTED, UNSENT
from claims.selectors.building import billable_charges
from tenancy.scope import Scope

NOT_ALLOWED = "Its charges would become the patient's: somebody who may change charges has to withdraw it."
WITHDRAWABLE = (*UNSENT, *REJECTED)


def refusal_to_withdraw(claim: Claim) -> str:
    """Why not, in words for a person; empty where no payer has it, or will have it."""
    if claim.is_withdrawn:
        return "This claim was withdrawn already."
    if claim.adjudication_state != AdjudicationState.NONE or claim.payer_control_number:
        return "A payer has this claim: void it."
    if claim.submission_state not in WITHDRAWABLE or _is_out(claim):
        return "This claim has left. Void it once the payer has given it a number."
    return ""


def _is_out(claim: Claim) -> bool:
    """Whether a version has left and nobody has rejected it."""
    left = ClaimVersion.objects.filter(
        Q(submissions__isnull=False) | Q(source_file__isnull=False), claim=claim
    )
    if claim.submission_state in REJECTED:
        left = left.exclude(number=claim.current_version)
    rejected = ClaimAcknowledgement.objects.filter(version=OuterRef("pk"), status=AckStatus.REJECTED)
    return left.exclude(Exists(rejected)).exists()


def withdrawal_context(scope: Scope, claim: Claim) -> dict[str, Any]:
    """`moved_cents` are what plans were to pay and the patient owes from then on."""
    moved_cents = sum(one.amount_cents for one in billable_charges(claim.encounter_id))
    refusal = refusal_to_withdraw(claim)
    if moved_cents and not scope.may("patients.edit_charge"):
        refusal = refusal or NOT_ALLOWED
    return {"claim": claim, "refusal": refusal, "moved_cents": moved_cents}
