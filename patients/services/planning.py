"""Visits that are yet to come: encounters without charges, in the state of that name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

from patients.choices import EncounterState, ReceivedAs
from patients.models import Encounter
from patients.services.encounters import EncounterDraft, draft_of, record_encounter, update_encounter
from patients.services.history import Origin
from patients.services.received_visits import receive_visit


def plan_visit(*, patient_id: UUID, on: date, values: Mapping[str, Any], origin: Origin) -> Encounter:
    """`values` are fields of the encounter: start_time, rendering_provider_id, location_id ..."""
    return record_encounter(draft=_draft(patient_id, on, values), origin=origin)


def move_visit(
    *, encounter: Encounter, version: int, on: date, values: Mapping[str, Any], origin: Origin
) -> tuple[str, ...]:
    """To another day, time or provider; returns what changed."""
    return update_encounter(
        encounter=encounter, version=version, draft=_moved(encounter, on, values), origin=origin
    )


def receive_planned_visit(
    *, number: str, patient_id: UUID, on: date, values: Mapping[str, Any], origin: Origin
) -> tuple[Encounter, ReceivedAs]:
    """By the sender's number: the same again changes nothing."""

    def drafted(there: Encounter | None) -> EncounterDraft:
        if there is None:
            return _draft(patient_id, on, {**values, "external_id": number})
        return _moved(there, on, values)

    return receive_visit(number=number, patient_id=patient_id, drafted=drafted, origin=origin)


def _draft(patient_id: UUID, on: date, values: Mapping[str, Any]) -> EncounterDraft:
    return EncounterDraft(patient_id, on, on, values={**values, "state": EncounterState.PLANNED})


def _moved(there: Encounter, on: date, values: Mapping[str, Any]) -> EncounterDraft:
    changed = {**values, "state": EncounterState.PLANNED}
    return replace(draft_of(there), service_from_on=on, service_to_on=on, values=changed)
