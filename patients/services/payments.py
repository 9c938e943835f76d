"""Money patients give at the desk: in the books at once, as theirs and not yet applied to a bill."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Max
from django.utils.timezone import localdate

from audit import services as audit
from ledger.choices import Account, EntryKind
from ledger.services import EntryDraft, Leg, post_entries, reverse_entries
from patients.models import Patient, PatientPayment
from patients.rules.payments import faults_of_payment
from patients.services.once import take_turn
from patients.services.refusals import PatientRefusal
from tenancy.ids import uuid7
from tenancy.scope import Scope, current_scope


class CannotTakePayment(PatientRefusal):
    """What was written about the payment cannot be."""


class CannotVoidPayment(PatientRefusal):
    """It was voided already, or is for somebody else to void."""


@dataclass(frozen=True, slots=True)
class PaymentTaken:
    """What a person says of the money in hand."""

    amount_cents: int
    method: str
    received_on: date
    reference: str = ""
    paid_for: str = ""


@transaction.atomic
def take_payment(*, patient: Patient, taken: PaymentTaken, at: datetime) -> PatientPayment:
    """One number, one payment, one entry; the caller sees to it that the same form does so once."""
    faults = faults_of_payment(
        cents=taken.amount_cents,
        reference=taken.reference,
        received_on=taken.received_on,
        today=localdate(at),
    )
    if faults:
        raise CannotTakePayment(next(iter(faults.values())), fields=faults)
    payment_id = uuid7()
    (entry_id,) = post_entries([_entry(payment_id, patient.id, taken)])
    take_turn("patients.receipt_number")
    last = PatientPayment.objects.aggregate(last=Max("receipt_number"))["last"] or 0
    payment = PatientPayment.objects.create(
        id=payment_id,
        patient=patient,
        receipt_number=last + 1,
        amount_cents=taken.amount_cents,
        method=taken.method,
        reference=taken.reference,
        paid_for=taken.paid_for,
        received_on=taken.received_on,
        received_by_id=current_scope().person_id,
        received_at=at,
        entry_id=entry_id,
    )
    audit.record("patients.payment.taken", subject=payment, patient_id=patient.id)
    audit.emit(
        "payment.received", subject=payment, data={"cents": taken.amount_cents, "method": taken.method}
    )
    return payment


def may_void(scope: Scope, payment: PatientPayment, *, on: date) -> bool:
    """Any with the right to any; else one's own, on the day it was taken."""
    if payment.voided_at is not None:
        return False
    is_own = payment.received_by_id == scope.person_id and localdate(payment.received_at) == on
    return scope.may("patients.void_payment") or (is_own and scope.may("patients.take_payment"))


@transaction.atomic
def void_payment(*, payment: PatientPayment, scope: Scope, reason: str, at: datetime) -> None:
    """The entry is taken back by its mirror; the receipt keeps its number and says VOID."""
    if not may_void(scope, payment, on=localdate(at)):
        is_void = payment.voided_at is not None
        raise CannotVoidPayment(
            "This payment was voided already."
            if is_void
            else "Only who took it may void it, on the same day; ask a supervisor."
        )
    voided = PatientPayment.objects.filter(id=payment.id, voided_at__isnull=True).update(
        voided_at=at, voided_by_id=scope.person_id, void_reason=reason
    )
    if not voided:
        raise CannotVoidPayment("Somebody voided this payment a moment ago.")
    reverse_entries([payment.entry_id], effective_on=localdate(at), memo=f"{payment.receipt} voided")
    audit.record("patients.payment.voided", subject=payment, patient_id=payment.patient_id)
    audit.emit("payment.voided", subject=payment, data={"cents": payment.amount_cents})


def _entry(payment_id: UUID, patient_id: UUID, taken: PaymentTaken) -> EntryDraft:
    return EntryDraft(
        kind=EntryKind.PATIENT_PAYMENT,
        effective_on=taken.received_on,
        idempotency_key=f"patient-payment:{payment_id}",
        source_type=PatientPayment._meta.label_lower,
        source_id=payment_id,
        legs=(
            Leg(Account.BANK, taken.amount_cents, patient_id=patient_id),
            Leg(Account.UNAPPLIED_PT, -taken.amount_cents, patient_id=patient_id),
        ),
    )
