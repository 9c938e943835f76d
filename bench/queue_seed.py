"""A million claims and a hundred and fifty thousand open denials over fifty practices, by COPY, seeded."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from bench.registry import progress

if TYPE_CHECKING:
    import psycopg

DAY = date(2026, 3, 10)
MOMENT = datetime(2026, 3, 10, 12, tzinfo=UTC)
PAYERS = 12
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


@dataclass
class Place:
    """One practice to be filled, with what its rows point to."""

    organization_id: UUID
    payers: list[UUID]
    queues: list[UUID]
    person_id: UUID
    claims: int


def fill(connection: psycopg.Connection[Any], places: list[Place], *, seed: int, name: str) -> None:
    """Write the rows with the checks of foreign keys off: only what a queue reads is there."""
    chosen = random.Random(seed)
    connection.execute("SET session_replication_role = replica")
    total = sum(place.claims for place in places)
    show = progress(name, total)
    for place in places:
        _fill_place(connection, place, chosen)
        show(place.claims)
    connection.execute("SET session_replication_role = DEFAULT")
    connection.commit()
    connection.autocommit = True
    connection.execute("VACUUM (ANALYZE)")


def _fill_place(connection: psycopg.Connection[Any], place: Place, chosen: random.Random) -> None:
    from claims.models import Claim
    from denials.models import Denial
    from patients.models import Patient
    from tenancy.ids import uuid7
    from workbench.models import WorkItem

    patients = [uuid7() for _ in range(max(1, place.claims // CLAIMS_A_PATIENT))]
    claims = [(uuid7(), chosen.choice(patients), chosen.choice(place.payers)) for _ in range(place.claims)]
    denied = claims[: place.claims * DENIED_PERCENT // 100]
    pairs = [
        (uuid7(), uuid7(), claim, chosen.choice(CODES), chosen.randint(2_000, 90_000)) for claim in denied
    ]
    _copy(connection, Patient, place, (_patient(one, number) for number, one in enumerate(patients)))
    _copy(connection, Claim, place, (_claim(one, number) for number, one in enumerate(claims)))
    _copy(connection, Denial, place, (_denial(*pair, chosen) for pair in pairs))
    _copy(
        connection,
        WorkItem,
        place,
        (_item(*pair, number, place, chosen) for number, pair in enumerate(pairs)),
    )


def _copy(
    connection: psycopg.Connection[Any], model: Any, place: Place, rows: Iterable[dict[str, Any]]
) -> None:
    """COPY dictionaries by column; what a row does not name takes the field's default."""
    fields = [field for field in model._meta.concrete_fields if not field.generated]
    columns = [field.column for field in fields]
    defaults = {field.column: _default(field) for field in fields}
    defaults["organization_id"] = place.organization_id
    listed = ", ".join(f'"{column}"' for column in columns)
    with (
        connection.cursor() as cursor,
        cursor.copy(f'COPY "{model._meta.db_table}" ({listed}) FROM STDIN') as copy,
    ):
        for row in rows:
            copy.write_row([row.get(column, defaults[column]) for column in columns])


def _default(field: Any) -> Any:
    from django.db import models

    if isinstance(field, models.JSONField):
        return "[]" if field.default is list else "{}"
    if field.has_default():
        value = field.get_default()
        return value if not isinstance(value, models.TextChoices) else str(value)
    if field.null:
        return None
    kinds = {
        models.DateField: DAY,
        models.DateTimeField: MOMENT,
        models.BooleanField: False,
        models.UUIDField: UUID(int=1),
    }
    for kind, value in kinds.items():
        if type(field) is kind:
            return value
    if isinstance(field, models.ForeignKey):
        return UUID(int=1)
    return 0 if isinstance(field, models.IntegerField) else ""


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


def sizes(claims: int, practices: int, largest: int) -> Iterator[int]:
    """One practice of `largest` claims, the rest shared among the others."""
    yield largest
    rest = claims - largest
    for number in range(practices - 1):
        yield rest // (practices - 1) + (1 if number < rest % (practices - 1) else 0)
