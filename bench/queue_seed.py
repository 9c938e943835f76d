"""A million claims and a hundred and fifty thousand open denials over fifty practices, by COPY, seeded."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from bench.registry import progress
from bench.seeding import DAY, Place, copy_rows, loading

if TYPE_CHECKING:
    import psycopg

CLAIMS_A_PATIENT = 4
DENIED_PERCENT = 15
STATES = ("UNASSIGNED", "ASSIGNED", "IN_PROGRESS")
CODES = (
    ("CO", "16", "billing_error"),
    ("CO", "197", "authorization"),
    ("CO", "50", "medical_necessity"),
    ("CO", "27", "eligibility"),
    ("CO", "22", "cob"),
    ("CO", "97", "contractual_bundling"),
    ("PR", "204", "noncovered_benefit_max"),
    ("CO", "29", "timely_filing"),
    ("OA", "18", "duplicate"),
    ("CO", "4", "coding"),
)


def fill(connection: psycopg.Connection[Any], places: list[Place], *, seed: int, name: str) -> None:
    """Only what a queue reads is there."""
    chosen = random.Random(seed)
    show = progress(name, sum(place.rows for place in places))
    with loading(connection):
        for place in places:
            _fill_place(connection, place, chosen)
            show(place.rows)


def _fill_place(connection: psycopg.Connection[Any], place: Place, chosen: random.Random) -> None:
    from claims.models import Claim
    from denials.models import Denial
    from patients.models import Patient
    from tenancy.ids import uuid7
    from workbench.models import WorkItem

    patients = [uuid7() for _ in range(max(1, place.rows // CLAIMS_A_PATIENT))]
    claims = [(uuid7(), chosen.choice(patients), chosen.choice(place.payers)) for _ in range(place.rows)]
    denied = claims[: place.rows * DENIED_PERCENT // 100]
    pairs = [
        (uuid7(), uuid7(), claim, chosen.choice(CODES), chosen.randint(2_000, 90_000)) for claim in denied
    ]
    copy_rows(connection, Patient, place, (_patient(one, number) for number, one in enumerate(patients)))
    copy_rows(connection, Claim, place, (_claim(one, number) for number, one in enumerate(claims)))
    copy_rows(connection, Denial, place, (_denial(*pair, chosen) for pair in pairs))
    copy_rows(
        connection,
        WorkItem,
        place,
        (_item(*pair, number, place, chosen) for number, pair in enumerate(pairs)),
    )


def _patient(patient_id: UUID, number: int) -> dict[str, Any]:
    last, first = f"Patient{number}", "Sample"
    return {
        "id": patient_id,
        "last_name": last,
        "first_name": first,
        "search_name": f"{last} {first}".upper(),
        "mrn": f"M{number:07d}",
        "mrn_normalized": f"M{number:07d}",
    }


def _claim(claim: tuple[UUID, UUID, UUID], number: int) -> dict[str, Any]:
    claim_id, patient_id, payer_id = claim
    return {
        "id": claim_id,
        "patient_id": patient_id,
        "payer_id": payer_id,
        "patient_control_number": f"BENCH{number:07d}",
        "control_number_key": f"BENCH{number:07d}",
        "kind": "PROFESSIONAL",
        "total_cents": 15_000,
        "service_from_on": DAY,
        "service_to_on": DAY,
    }


def _denial(
    denial_id: UUID, item_id: UUID, claim: tuple[UUID, UUID, UUID], code: tuple[str, str, str], cents: int,
    chosen: random.Random,
) -> dict[str, Any]:  # fmt: skip
    return {
        "id": denial_id,
        "work_item_id": item_id,
        "claim_id": claim[0],
        "patient_id": claim[1],
        "payer_id": claim[2],
        "line_key": f"line:{denial_id}",
        "level": "LINE",
        "billed_cents": cents,
        "denied_cents": cents,
        "expected_cents": cents // 2,
        "group_code": code[0],
        "reason_code": code[1],
        "category": code[2],
        "next_action": "appeal",
        "state": "TRIAGED",
        "denied_on": DAY - timedelta(days=chosen.randint(0, 300)),
        "received_on": DAY,
        "remark_codes": [],
        "suggested_actions": ["appeal"],
    }


def _item(
    denial_id: UUID, item_id: UUID, claim: tuple[UUID, UUID, UUID], code: tuple[str, str, str], cents: int,
    number: int, place: Place, chosen: random.Random,
) -> dict[str, Any]:  # fmt: skip
    state = chosen.choice(STATES)
    return {
        "id": item_id,
        "kind": "DENIAL",
        "subject_type": "denials.denial",
        "subject_id": denial_id,
        "cause_key": f"denial:{denial_id}",
        "title": f"{code[0]}-{code[1]} on claim BENCH{number:07d}",
        "state": state,
        "assignee_id": place.person_id if state != "UNASSIGNED" else None,
        "queue_id": chosen.choice(place.queues),
        "payer_id": claim[2],
        "patient_id": claim[1],
        "category": code[2],
        "code": f"{code[0]}-{code[1]}",
        "reference": f"BENCH{number:07d}",
        "amount_cents": cents,
        "occurred_on": DAY - timedelta(days=chosen.randint(0, 300)),
        "due_on": DAY + timedelta(days=chosen.randint(-20, 170)),
        "priority": chosen.randint(0, 100),
    }
