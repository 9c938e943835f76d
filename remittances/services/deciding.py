"""What a person decides of an answer that waits: it is applied after all, or waits again."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db.models import F

from audit import services as audit
from claims.models import Claim
from remittances.choices import Booking, RemittanceState
from remittances.models import RemitClaim
from remittances.services.answers import apply_answers
from remittances.services.books import INFORMATIONAL_STATUSES, lock_books
from remittances.services.exceptions import waiting_is_over
from remittances.services.refusals import CannotHold, ChangedMeanwhile
from remittances.services.settling import settle


def let_stand_beside(*, remit_claim: RemitClaim, at: datetime, version: int | None = None) -> RemitClaim:
    """A waiting second answer is applied beside the first: the payer paid more and took nothing back."""
    payment = _take(remit_claim, version)
    if payment.booking != Booking.HELD or payment.is_reversal or payment.waits:
        raise CannotHold("This answer does not wait for an earlier one.")
    return _decide(payment, {"is_additional": True}, "allowed", at=at)


def release_payment(*, remit_claim: RemitClaim, at: datetime, version: int | None = None) -> RemitClaim:
    """A person has looked at what the gate held, and applies it as the payer decided."""
    payment = _take(remit_claim, version)
    if not payment.waits:
        raise CannotHold("This payment does not wait for a person.")
    return _decide(payment, {"is_released": True}, "released", at=at)


def hold_again(*, remit_claim: RemitClaim, at: datetime, version: int | None = None) -> RemitClaim:
    """Undo `let_stand_beside` and `release_payment`: the answer waits again."""
    payment = _take(remit_claim, version)
    if not (payment.is_additional or payment.is_released):
        raise CannotHold("Nobody let this answer pass.")
    return _decide(payment, {"is_additional": False, "is_released": False}, "held", at=at)


def _take(remit_claim: RemitClaim, version: int | None) -> RemitClaim:
    lock_books()
    payment = (
        RemitClaim.objects.select_for_update(of=("self",)).select_related("remittance").get(id=remit_claim.id)
    )
    if version is not None and payment.version != version:
        raise ChangedMeanwhile(payment)
    return payment


def _decide(payment: RemitClaim, decision: dict[str, bool], verb: str, *, at: datetime) -> RemitClaim:
    changed = tuple(name for name, value in decision.items() if getattr(payment, name) != value)
    RemitClaim.objects.filter(id=payment.id).update(**decision, version=F("version") + 1)
    for name, value in decision.items():
        setattr(payment, name, value)
    if payment.remittance.state == RemittanceState.POSTED:
        _apply(payment, at=at)
    audit.record(
        f"remittances.remitclaim.{verb}",
        subject=payment,
        patient_id=_patient_of(payment.claim_id),
        fields=changed,
    )
    return RemitClaim.objects.select_related("remittance").get(id=payment.id)


def _apply(payment: RemitClaim, *, at: datetime) -> None:
    if payment.claim_id is not None and payment.status_code not in INFORMATIONAL_STATUSES:
        settle({payment.claim_id}, at=at)
        return
    apply_answers(payment.remittance, [payment], at=at)
    if not payment.waits:
        waiting_is_over([payment], at=at)


def _patient_of(claim_id: UUID | None) -> UUID | None:
    if claim_id is None:
        return None
    return Claim.objects.values_list("patient_id", flat=True).get(id=claim_id)
