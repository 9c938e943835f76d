"""How far a visit is on its way to a claim: ready, held and why, and the consent that lets a protected one go."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.timezone import localdate

from audit import services as audit
from patients.choices import BillingState, ChargeState, ConsentState, EncounterState, HoldReason
from patients.models import Charge, Consent, Encounter, EncounterHold
from patients.selectors import consents_in_force
from patients.services.refusals import PatientRefusal
from tenancy.scope import current_scope

HAS_CLAIM = (BillingState.BILLED, BillingState.CHANGED)
BILLED = "The visit has been billed: correct or void its claim."


@transaction.atomic
def mark_ready(*, encounter_id: UUID) -> None:
    """Everything is entered: the visit may become a claim."""
    encounter = _taken(encounter_id)
    if encounter.billing_state == BillingState.HELD:
        raise PatientRefusal("The visit is on hold. Release it first.")
    charges = Charge.objects.filter(encounter=encounter, state=ChargeState.BILLABLE)
    if not charges.exists():
        raise PatientRefusal("The visit has no charge to bill.")
    if not charges.filter(payer_rank__gte=1).exists():
        raise PatientRefusal("The patient pays for this visit: no plan is billed.")
    _move(encounter, BillingState.READY, "patients.encounter.ready")


def mark_billed(*, encounter_id: UUID) -> None:
    """The claim says what the visit says."""
    waiting = Encounter.objects.filter(id=encounter_id).exclude(billing_state=BillingState.BILLED)
    waiting.update(billing_state=BillingState.BILLED)


def mark_unbilled(*, encounter_id: UUID) -> None:
    """Its claim was withdrawn: the visit may be billed again, unless something holds it."""
    encounter = Encounter.objects.select_for_update(of=("self",)).get(id=encounter_id)
    if encounter.billing_state not in HAS_CLAIM:
        return
    is_held = EncounterHold.objects.filter(encounter=encounter, released_at__isnull=True).exists()
    _move(encounter, BillingState.HELD if is_held else BillingState.OPEN, "patients.encounter.unbilled")


def mark_changed(*, encounter_id: UUID) -> None:
    """A visit that has been billed says something else than its claim: a corrected claim is due."""
    billed = Encounter.objects.filter(id=encounter_id, billing_state=BillingState.BILLED)
    for encounter in billed:
        _move(encounter, BillingState.CHANGED, "patients.encounter.changed_after_billing")


@transaction.atomic
def place_hold(
    *, encounter_id: UUID, reason: str, at: datetime, note: str = "", until_on: date | None = None
) -> EncounterHold:
    encounter = _taken(encounter_id)
    if _is_held(encounter, reason):
        raise PatientRefusal("The visit is already held for this reason.", fields={"reason": "Held already."})
    hold = EncounterHold(
        encounter=encounter,
        reason=reason,
        note=note,
        until_on=until_on,
        placed_by_id=current_scope().person_id,
        placed_at=at,
    )
    hold.save(force_insert=True)
    _move(encounter, BillingState.HELD, "patients.encounter.held", reason=reason)
    return hold


@transaction.atomic
def release_hold(*, hold: EncounterHold, at: datetime) -> None:
    """The last hold released leaves the visit to be said ready again."""
    if hold.reason == HoldReason.SENSITIVE:
        raise PatientRefusal("Only a consent on file, or taking the flag away, releases this hold.")
    if hold.reason == HoldReason.SELF_PAY and hold.encounter.pays_privately:
        raise PatientRefusal("The patient asked that the plan be told nothing. Take that request back first.")
    _release(hold.encounter_id, hold.reason, at)


@transaction.atomic
def flag_sensitive(*, encounter_id: UUID, is_sensitive: bool, at: datetime) -> None:
    """42 CFR Part 2: without a consent in force a flagged visit waits."""
    encounter = _taken(encounter_id, or_billed=True)
    if encounter.is_sensitive == is_sensitive:
        return
    Encounter.objects.filter(id=encounter.id).update(is_sensitive=is_sensitive)
    audit.record(
        "patients.encounter.flagged",
        subject=encounter,
        patient_id=encounter.patient_id,
        data={"is_sensitive": is_sensitive},
    )
    if not is_sensitive or consents_in_force(encounter.patient_id, on=localdate(at)):
        _release(encounter.id, HoldReason.SENSITIVE, at)
    elif encounter.billing_state not in HAS_CLAIM:
        place_hold(encounter_id=encounter.id, reason=HoldReason.SENSITIVE, at=at)


@transaction.atomic
def flag_private(*, encounter_id: UUID, pays_privately: bool, at: datetime) -> None:
    """45 CFR 164.522(a)(1)(vi): the patient pays in full and the plan is told nothing. No consent changes that."""
    encounter = _taken(encounter_id, or_billed=True)
    if encounter.pays_privately == pays_privately:
        return
    Encounter.objects.filter(id=encounter.id).update(pays_privately=pays_privately)
    audit.record(
        "patients.encounter.flagged",
        subject=encounter,
        patient_id=encounter.patient_id,
        data={"pays_privately": pays_privately},
    )
    if not pays_privately:
        _release(encounter.id, HoldReason.SELF_PAY, at)
    elif encounter.billing_state not in HAS_CLAIM and not _is_held(encounter, HoldReason.SELF_PAY):
        place_hold(encounter_id=encounter.id, reason=HoldReason.SELF_PAY, at=at)


@transaction.atomic
def record_consent(*, patient_id: UUID, values: Mapping[str, Any], at: datetime) -> Consent:
    """The patient's word; one in force today releases what waits for it."""
    consent = Consent(
        patient_id=patient_id, captured_by_id=current_scope().person_id, captured_at=at, **values
    )
    consent.save(force_insert=True)
    audit.record("patients.consent.recorded", subject=consent, patient_id=patient_id)
    audit.emit("consent.granted", subject=consent)
    if consents_in_force(patient_id, on=localdate(at)):
        for hold in _waiting_for_consent(patient_id):
            _release(hold.encounter_id, hold.reason, at)
    return consent


@transaction.atomic
def revoke_consent(*, consent: Consent, at: datetime) -> None:
    """Taken back; what has not been billed waits again."""
    revoked = Consent.objects.filter(id=consent.id, state=ConsentState.ACTIVE).update(
        state=ConsentState.REVOKED, revoked_at=at
    )
    if not revoked:
        return
    audit.record("patients.consent.revoked", subject=consent, patient_id=consent.patient_id)
    audit.emit("consent.revoked", subject=consent)
    if consents_in_force(consent.patient_id, on=localdate(at)):
        return
    held = {one.encounter_id for one in _waiting_for_consent(consent.patient_id)}
    unbilled = Encounter.objects.filter(patient_id=consent.patient_id, is_sensitive=True)
    unbilled = unbilled.exclude(billing_state__in=HAS_CLAIM).exclude(state=EncounterState.CANCELLED)
    for encounter_id in unbilled.exclude(id__in=held).values_list("id", flat=True):
        place_hold(encounter_id=encounter_id, reason=HoldReason.SENSITIVE, at=at)


# -- how ---------------------------------------------------------------------------------------------------------


def _taken(encounter_id: UUID, *, or_billed: bool = False) -> Encounter:
    encounter = Encounter.objects.select_for_update(of=("self",)).get(id=encounter_id)
    if encounter.state == EncounterState.CANCELLED:
        raise PatientRefusal("The visit was cancelled.")
    if encounter.billing_state in HAS_CLAIM and not or_billed:
        raise PatientRefusal(BILLED)
    return encounter


def _is_held(encounter: Encounter, reason: str) -> bool:
    held = EncounterHold.objects.filter(encounter=encounter, reason=reason, released_at__isnull=True)
    return bool(held.exists())


def _waiting_for_consent(patient_id: UUID) -> list[EncounterHold]:
    return list(
        EncounterHold.objects.filter(
            encounter__patient_id=patient_id, reason=HoldReason.SENSITIVE, released_at__isnull=True
        )
    )


def _release(encounter_id: UUID, reason: str, at: datetime) -> None:
    encounter = Encounter.objects.select_for_update(of=("self",)).get(id=encounter_id)
    standing = EncounterHold.objects.filter(encounter=encounter, released_at__isnull=True)
    released = standing.filter(reason=reason).update(released_at=at, released_by_id=current_scope().person_id)
    if not released:
        return
    left = BillingState.HELD if standing.exists() else BillingState.OPEN
    _move(encounter, left, "patients.encounter.released", reason=reason)


def _move(encounter: Encounter, to: BillingState, verb: str, **data: str) -> None:
    Encounter.objects.filter(id=encounter.id).update(billing_state=to)
    audit.record(
        verb, subject=encounter, patient_id=encounter.patient_id, fields=("billing_state",), data=data
    )
