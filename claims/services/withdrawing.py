"""Claims that no payer is to have: taken back before one has them, and their visits billed otherwise."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.timezone import localdate

from audit import services as audit
from claims.choices import Responsibility
from claims.models import Claim
from claims.rules.states import MOVES, Evidence, State
from claims.selectors.building import billable_charges
from claims.selectors.edit_items import KIND as EDITS_KIND
from claims.selectors.filing import KIND as FILING_KIND
from claims.selectors.withdrawing import NOT_ALLOWED, refusal_to_withdraw
from claims.services.batching import KIND as SENDING_KIND
from claims.services.moving import Said, move_claims
from claims.services.rejections import close_rejections
from claims.services.tickets import end_tickets
from patients.services import mark_unbilled, owe_to_patient
from patients.services.history import Origin
from tenancy.scope import current_scope
from workbench.services import cancel_items

NO_PLAN_PAYS = "Its visit has no charge left that a plan is to pay."


class CannotWithdraw(Exception):
    """Why the claim stays, in words for who asked."""


@transaction.atomic
def withdraw_claim(*, claim_id: UUID, version: int, reason: str, origin: Origin) -> None:
    """Take a claim back that no payer has. What plans were to pay of its visit, the patient owes from now on.

    The visit may be billed again, which takes the claim up again under its number. `version` is the one the caller saw.
    """
    claim = _withdrawable(claim_id)
    if claim.current_version != version:
        raise CannotWithdraw("Another version was made meanwhile. Look at the claim again.")
    if billable_charges(claim.encounter_id):
        if not current_scope().may("patients.edit_charge"):
            raise CannotWithdraw(NOT_ALLOWED)
        owe_to_patient(encounter=claim.encounter, origin=origin)
    _withdraw(claim, reason, origin.at)


@transaction.atomic
def withdraw_unbillable(*, claim_id: UUID, at: datetime) -> None:
    """The same for the claim of a visit that no plan is to pay any more."""
    _withdraw(_withdrawable(claim_id), NO_PLAN_PAYS, at)


def _withdrawable(claim_id: UUID) -> Claim:
    claim = Claim.objects.select_for_update(of=("self",)).select_related("encounter").get(id=claim_id)
    if refusal := refusal_to_withdraw(claim):
        raise CannotWithdraw(refusal)
    return claim


def _withdraw(claim: Claim, reason: str, at: datetime) -> None:
    if State(claim.submission_state) in MOVES[Evidence.HOLD_PLACED]:
        move_claims([Said(claim.id, Evidence.HOLD_PLACED, at, {"reason": "withdrawn"})])
    Claim.objects.filter(id=claim.id).update(
        withdrawal_reason=reason, closed_on=localdate(at), responsibility=Responsibility.NONE
    )
    mark_unbilled(encounter_id=claim.encounter_id)
    _end_work(claim, at)
    audit.record(
        "claims.claim.withdrawn",
        subject=claim,
        patient_id=claim.patient_id,
        fields=("withdrawal_reason", "closed_on", "responsibility"),
    )
    audit.emit("claim.withdrawn", subject=claim, data={"version": claim.current_version})


def _end_work(claim: Claim, at: datetime) -> None:
    cause = str(claim.id)
    for kind in (EDITS_KIND, FILING_KIND, SENDING_KIND):
        cancel_items(kind=kind, cause_keys=[cause], at=at)
    close_rejections([claim.id], at=at)
    end_tickets([cause], at=at)
