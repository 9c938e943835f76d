"""Visits as another program sends them: recorded once by the sender's number, and brought up to what it says now."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from uuid import UUID

from django.db import transaction

from patients.choices import ReceivedAs
from patients.models import Encounter
from patients.services.encounters import (
    ChargeDraft,
    EncounterDraft,
    draft_of,
    record_encounter,
    refusal_to_change,
    update_encounter,
)
from patients.services.history import Origin
from patients.services.once import take_turn
from patients.services.refusals import PatientRefusal
from patients.services.versions import differences

OURS = UUID(int=0)
"""Stands for ids of charges, which are no part of what was sent."""


class OtherPatient(PatientRefusal):
    def __init__(self) -> None:
        message = "The visit of this number belongs to another patient."
        super().__init__(message, fields={"external_id": message})


@transaction.atomic
def receive_visit(
    *,
    number: str,
    patient_id: UUID,
    drafted: Callable[[Encounter | None], EncounterDraft],
    origin: Origin,
) -> tuple[Encounter, ReceivedAs]:
    """The visit, and what became of it. `drafted` writes it, from the one on file where there is one.

    The same again changes nothing, not even the version.
    """
    take_turn(f"visit:{number}")
    there = Encounter.objects.select_for_update(of=("self",)).filter(external_id=number).first()
    if there is None:
        return record_encounter(draft=drafted(None), origin=origin), ReceivedAs.CREATED
    if there.patient_id != patient_id:
        raise OtherPatient
    if objection := refusal_to_change(there):
        raise objection
    draft = drafted(there)
    if _says_the_same(there, draft):
        return there, ReceivedAs.UNCHANGED
    update_encounter(encounter=there, version=there.version, draft=draft, origin=origin)
    return there, ReceivedAs.UPDATED


def _says_the_same(there: Encounter, draft: EncounterDraft) -> bool:
    known = draft_of(there)
    days = {"service_from_on": draft.service_from_on, "service_to_on": draft.service_to_on}
    return (
        not differences(there, {**draft.values, **days})
        and known.diagnoses == draft.diagnoses
        and _lines(known) == _lines(draft)
        and known.payer_rank == draft.payer_rank
    )


def _lines(draft: EncounterDraft) -> dict[int, ChargeDraft]:
    return {one.line_number: replace(one, charge_id=OURS) for one in draft.charges}
