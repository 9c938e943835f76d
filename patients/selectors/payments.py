"""Reads of what patients paid."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Sum

from ledger.choices import Account
from ledger.selectors import account_cents
from patients.models import Patient, PatientPayment
from patients.selectors.patients import patients_visible_to
from tenancy.access import NotFound
from tenancy.scope import Scope

SHOWN = 10


def payment_for(scope: Scope, payment_id: UUID) -> PatientPayment:
    found = PatientPayment.objects.select_related("patient", "received_by", "voided_by").filter(
        id=payment_id, patient__in=patients_visible_to(scope)
    )
    payment = found.first()
    if payment is None:
        raise NotFound
    return payment


def paid_on(day: date, patient_ids: Collection[UUID]) -> dict[UUID, int]:
    """What each gave at the desk that day, in cents, as far as it was not voided; who gave nothing is not there."""
    payments = PatientPayment.objects.filter(
        patient__in=patient_ids, received_on=day, voided_at__isnull=True
    ).order_by()
    sums = payments.values("patient_id").annotate(cents=Sum("amount_cents"))
    return dict(sums.values_list("patient_id", "cents"))


def payments_context(patient: Patient) -> dict[str, Any]:
    """What the patient's page shows: the latest payments, and what of them no bill has taken."""
    return {
        "payments": list(PatientPayment.objects.filter(patient=patient).order_by("-id")[:SHOWN]),
        "unapplied_cents": -account_cents(Account.UNAPPLIED_PT, patient.id),
    }
