"""Many rows at once for benchmarks: by COPY, for places that were made through the services."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

if TYPE_CHECKING:
    import psycopg

DAY = date(2026, 3, 10)
MOMENT = datetime(2026, 3, 10, 12, tzinfo=UTC)
PAYERS = 12


@dataclass
class Place:
    """One practice to be filled, with what its rows point to."""

    organization_id: UUID
    payers: list[UUID]
    queues: list[UUID]
    person_id: UUID
    rows: int


def make_place(number: int, rows: int) -> Place:
    from reference.models import Payer
    from tenancy.scope import organization_scope
    from tenancy.services import create_organization, create_person
    from workbench.services import ensure_queues

    practice = create_organization(
        kind="PRACTICE", name=f"Practice {number}", slug=f"practice-{number}", require_second_factor=False
    )
    person = create_person(
        email=f"biller-{number}@example.test", name=f"Biller {number}", organization=practice
    )
    with organization_scope(practice.pk):
        names = [f"Payer {payer}" for payer in range(PAYERS)]
        payers = [Payer.objects.create(name=name, name_normalized=name.upper()) for name in names]
        queues = ensure_queues(["billing", "coding", "front_desk", "auth_team"])
    return Place(practice.pk, [payer.pk for payer in payers], list(queues.values()), person.pk, rows)


@contextmanager
def loading(connection: psycopg.Connection[Any]) -> Iterator[None]:
    """The checks of foreign keys are off; what was loaded is counted for the planner."""
    connection.execute("SET session_replication_role = replica")
    yield
    connection.execute("SET session_replication_role = DEFAULT")
    connection.commit()
    connection.autocommit = True
    connection.execute("VACUUM (ANALYZE)")


def copy_rows(
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


def sizes(rows: int, practices: int, largest: int) -> Iterator[int]:
    """One practice of `largest` rows, the rest shared among the others."""
    yield largest
    rest = rows - largest
    for number in range(practices - 1):
        yield rest // (practices - 1) + (1 if number < rest % (practices - 1) else 0)
