"""Charges enter the books when they are captured and leave them by their mirror."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from uuid import UUID

from audit import services as audit
from ledger.choices import Account, EntryKind
from ledger.models import JournalEntry
from ledger.selectors import charge_balances
from ledger.services import EntryDraft, Leg, post_entries, reverse_entries
from patients.choices import ChargeState
from patients.models import Charge
from tenancy.bulk import insert_models

SELF_PAY = 0


def capture_charges(
    charges: Sequence[Charge], *, patients: Mapping[UUID, UUID], payers: Mapping[UUID, UUID | None]
) -> None:
    """Save new charges and post them. `patients` and `payers` are by encounter id."""
    insert_models(charges)
    post_entries(
        _entry(charge, patients[charge.encounter_id], payers.get(charge.encounter_id))
        for charge in charges
        if charge.amount_cents and charge.state == ChargeState.BILLABLE
    )
    audit.record_many(
        audit.Entry(
            verb="patients.charge.captured",
            subject_type="patients.charge",
            subject_id=charge.id,
            patient_id=patients[charge.encounter_id],
        )
        for charge in charges
    )
    audit.emit_many(
        audit.Happening(
            name="charge.captured",
            subject_type="patients.charge",
            subject_id=charge.id,
            data={"encounter_id": str(charge.encounter_id), "amount_cents": charge.amount_cents},
            idempotency_key=f"charge.captured:{charge.id}",
        )
        for charge in charges
    )


def void_charges(charges: Collection[Charge], *, on: date, reason: str) -> list[UUID]:
    """Take charges out of the books by the mirror of their entries; returns the ids of those voided now."""
    ids = [charge.id for charge in charges]
    taken = list(
        Charge.objects.select_for_update()
        .filter(id__in=ids)
        .exclude(state=ChargeState.VOIDED)
        .values_list("id", "encounter__patient_id")
    )
    voided = [charge_id for charge_id, _ in taken]
    Charge.objects.filter(id__in=voided).update(state=ChargeState.VOIDED)
    entries = JournalEntry.objects.filter(idempotency_key__in=[charge_key(one) for one in voided])
    reverse_entries(list(entries.values_list("id", flat=True)), effective_on=on, memo=reason)
    audit.record_many(
        audit.Entry(
            verb="patients.charge.voided",
            subject_type="patients.charge",
            subject_id=charge_id,
            patient_id=patient_id,
            data={"reason": reason},
        )
        for charge_id, patient_id in taken
    )
    audit.emit_many(
        audit.Happening(
            name="charge.voided",
            subject_type="patients.charge",
            subject_id=charge_id,
            data={"reason": reason},
            idempotency_key=f"charge.voided:{charge_id}",
        )
        for charge_id in voided
    )
    return voided


def void_untouched_charges(charge_ids: Collection[UUID], *, on: date, reason: str) -> list[UUID]:
    """Void those of the charges on which nothing stands: no payment, adjustment or patient's share."""
    if not charge_ids:
        return []
    balances = charge_balances(charge_ids)
    charges = Charge.objects.filter(id__in=charge_ids, state=ChargeState.BILLABLE)
    untouched = [
        charge
        for charge in charges
        if (balance := balances.get(charge.id)) is None or balance.insurance_cents == charge.amount_cents
    ]
    return void_charges(untouched, on=on, reason=reason) if untouched else []


def charge_key(charge_id: UUID) -> str:
    return f"charge:{charge_id}"


def _entry(charge: Charge, patient_id: UUID, payer_id: UUID | None) -> EntryDraft:
    if charge.payer_rank == SELF_PAY:
        owed = Leg(Account.AR_PT, charge.amount_cents, charge_id=charge.id, patient_id=patient_id)
    else:
        owed = Leg(
            Account.AR_INS,
            charge.amount_cents,
            charge_id=charge.id,
            patient_id=patient_id,
            payer_id=payer_id,
            rank=charge.payer_rank,
        )
    return EntryDraft(
        kind=EntryKind.CHARGE,
        effective_on=charge.service_date,
        idempotency_key=charge_key(charge.id),
        source_type="patients.charge",
        source_id=charge.id,
        legs=(owed, Leg(Account.REVENUE, -charge.amount_cents, charge_id=charge.id, patient_id=patient_id)),
    )
