"""Many rows in one statement: `INSERT … SELECT unnest(...)`, which row security allows where it refuses COPY."""

import datetime
import json
import uuid
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal
from enum import Enum
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import connection, models
from django.db.models.expressions import DatabaseDefault, RawSQL

from tenancy.models import TenantModel
from tenancy.scope import current_scope

_SENT_AS: dict[str, str] = {
    "UUIDField": "uuid",
    "SmallIntegerField": "bigint",
    "PositiveSmallIntegerField": "bigint",
    "IntegerField": "bigint",
    "PositiveIntegerField": "bigint",
    "BigIntegerField": "bigint",
    "BooleanField": "boolean",
    "DateField": "date",
    "DateTimeField": "timestamptz",
    "DecimalField": "numeric",
}


def array_literal(values: Iterable[Any]) -> str:
    """A PostgreSQL array as text: the driver quotes one string many times faster than a list of values."""
    column = list(values)
    types = set(map(type, column))
    kinds = types - {type(None)}
    if types == {str} and (literal := _unescaped(column)):
        return literal
    if kinds == {uuid.UUID}:
        parts = list(_hexadecimal(column))
    elif kinds <= _PLAIN:
        parts = ["NULL" if value is None else str(value) for value in column]
    else:
        parts = ["NULL" if value is None else _quoted(str(value)) for value in column]
    return "{" + ",".join(parts) + "}"


def _hexadecimal(column: Sequence[uuid.UUID | None]) -> Iterator[str]:
    """Rows that belong together repeat the id of what they belong to: it is written out once."""
    last, text = None, "NULL"
    for value in column:
        if value is not last:
            last, text = value, "NULL" if value is None else f"{value.int:032x}"
        yield text


def among(ids: Iterable[uuid.UUID]) -> RawSQL:
    """For `filter(id__in=among(ids))`: one parameter for all of them, where each would be bound by itself."""
    return RawSQL("SELECT unnest(%s::uuid[])", [array_literal(set(ids))])  # noqa: S611 - constant text


def rows_among(
    model: type[TenantModel],
    columns: Sequence[str],
    *,
    key: str,
    ids: Iterable[uuid.UUID],
    where: str = "true",
    order: str = "",
) -> list[tuple[Any, ...]]:
    """`columns` of the practice's rows whose `key` is one of `ids`; the rows of one id stand in `order`.

    Each id is looked up in an index by itself. A join's plan would follow the statistics, which know nothing of what
    a transaction has just written, and may read the whole practice for every chunk. `where` and `order` are SQL
    written by the caller, never data.
    """
    wanted = set(ids)
    if not wanted:
        return []
    # OFFSET 0 keeps the planner from making a join of it after all. What stands outside of it (row security stands
    # inside too) cannot lure it to an index of the organisation alone, as good as any while there are no statistics.
    statement = " ".join(
        [
            f"SELECT {', '.join(f'found.{column}' for column in columns)}",
            "FROM unnest(%s::uuid[]) AS wanted(key) CROSS JOIN LATERAL",
            f"(SELECT * FROM {model._meta.db_table} WHERE {key} = wanted.key",  # noqa: S608 - names, never data
            f"{f'ORDER BY {order}' if order else ''} OFFSET 0) AS found",
            f"WHERE found.organization_id = %s AND {where}",
        ]
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [array_literal(wanted), current_scope().practice_id])
        return cursor.fetchall()


_PLAIN = {int, bool, Decimal, datetime.date}


def _unescaped(column: Sequence[str]) -> str:
    """The literal of texts in which nothing needs an escape, looked at all at once; else nothing."""
    joined = '","'.join(column)
    if "\\" in joined or joined.count('"') != 2 * (len(column) - 1):
        return ""
    return f'{{"{joined}"}}'


def _quoted(text: str) -> str:
    if "\\" in text or '"' in text:
        text = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{text}"'


def _sent_as(field: models.Field) -> str:
    target = field.target_field if isinstance(field, models.ForeignKey) else field
    return _SENT_AS.get(target.get_internal_type(), "text")


def _arrays(fields: Sequence[models.Field], rows: Iterable[Sequence[Any]]) -> list[str]:
    """One array a column; what is an array or JSON itself travels as text."""
    arrays = []
    for field, column in zip(fields, zip(*rows, strict=True), strict=True):
        values: Iterable[Any] = column
        if isinstance(field, ArrayField):
            values = [None if one is None else array_literal(one) if one else "{}" for one in column]
        elif isinstance(field, models.JSONField):
            values = [None if one is None else json.dumps(one) for one in column]
        arrays.append(array_literal(values))
    return arrays


def insert_rows(
    model: type[TenantModel],
    columns: Sequence[str],
    rows: Sequence[Sequence[Any]],
    *,
    on_conflict: str = "",
    returning: str = "",
) -> list[tuple[Any, ...]]:
    """Insert `rows` into the practice of the scope. `columns` are column names (`claim_id`), `id` among them.

    `on_conflict` and `returning` are SQL written by the caller, never data. Not one row goes through `save()`:
    what the model fills by itself must be given.
    """
    if not rows:
        return []
    by_column = {field.column: field for field in model._meta.concrete_fields}
    fields = [by_column[column] for column in columns]
    names = ", ".join(f'"{column}"' for column in columns)
    sent = ", ".join(f"%s::{_sent_as(field)}[]" for field in fields)
    cast = ", ".join(f'sent."{field.column}"::{field.db_type(connection)}' for field in fields)
    statement = " ".join(
        [
            f"INSERT INTO {model._meta.db_table} (organization_id, {names})",
            f"SELECT %s, {cast} FROM unnest({sent}) AS sent({names})",  # noqa: S608 - names of columns, never data
            on_conflict,
            f"RETURNING {returning}" if returning else "",
        ]
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [current_scope().practice_id, *_arrays(fields, rows)])
        return cursor.fetchall() if returning else []


@contextmanager
def without_waiting() -> Iterator[None]:
    """Send statements and go on: the database writes one chunk while Python prepares the next.

    A statement that is read from waits for those before it. A refusal is raised there or at the end of the block, and
    what a statement would say by itself, such as the number of rows, must not be asked for inside.
    """
    connection.ensure_connection()
    with connection.wrap_database_errors, connection.connection.pipeline():
        yield


def prefer_indexes() -> None:
    """For the rest of this transaction, plan as if tables were large already.

    Plans of foreign keys and triggers are made once a session. Made while tables were nearly empty, they scan, and a
    bulk write whose rows no statistics know of yet becomes quadratic.
    """
    with connection.cursor() as cursor:
        cursor.execute("DISCARD PLANS; SET LOCAL enable_seqscan = off")


def insert_models(instances: Iterable[TenantModel]) -> None:
    """Insert unsaved instances of one model the same way. Several times cheaper than `bulk_create`."""
    objects = list(instances)
    if not objects:
        return
    model, first = type(objects[0]), objects[0]
    fields = [
        field
        for field in model._meta.concrete_fields
        if field.attname != "organization_id"
        and not field.generated
        and not isinstance(getattr(first, field.attname), DatabaseDefault)
    ]
    rows = [[_plain(getattr(one, field.attname)) for field in fields] for one in objects]
    insert_rows(model, [str(field.column) for field in fields], rows)


def update_models(instances: Iterable[TenantModel], names: Sequence[str]) -> None:
    """Write these fields of stored instances of one model in one statement, many times cheaper than `bulk_update`."""
    objects = list(instances)
    if not objects or not names:
        return
    meta = type(objects[0])._meta
    by_name = {field.name: field for field in meta.concrete_fields}
    fields = [by_name[name] for name in ("id", *names)]
    rows = [[_plain(getattr(one, field.attname)) for field in fields] for one in objects]
    columns = ", ".join(f'"{field.column}"' for field in fields)
    sent = ", ".join(f"%s::{_sent_as(field)}[]" for field in fields)
    changes = ", ".join(
        f'"{one.column}" = sent."{one.column}"::{one.db_type(connection)}' for one in fields[1:]
    )
    statement = (
        f"UPDATE {meta.db_table} AS kept SET {changes} FROM unnest({sent}) AS sent({columns})"  # noqa: S608 - names
        f' WHERE kept.organization_id = %s AND kept."{fields[0].column}" = sent."{fields[0].column}"'
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [*_arrays(fields, rows), current_scope().practice_id])


def _plain(value: Any) -> Any:
    return value.value if isinstance(value, Enum) else value
