"""Moments and transaction numbers the database writes itself, so that no application code can back-date a row."""

from typing import Any

from django.db import models
from django.db.models.expressions import RawSQL


class RecordedAtField(models.DateTimeField):
    """The database's real clock at the insert, not the transaction's start."""

    def __init__(self, *args: Any, **options: Any) -> None:
        options["db_default"] = RawSQL("clock_timestamp()", [])
        options["editable"] = False
        super().__init__(*args, **options)

    def deconstruct(self) -> tuple[str, str, Any, Any]:
        name, path, args, options = super().deconstruct()
        options.pop("db_default", None)
        options.pop("editable", None)
        return name, path, args, options


class TransactionIdField(models.BigIntegerField):
    """The 64-bit number of the transaction that wrote the row: the order in which the sealer takes rows."""

    def __init__(self, *args: Any, **options: Any) -> None:
        options["db_default"] = RawSQL("(pg_current_xact_id()::text)::bigint", [])
        options["editable"] = False
        super().__init__(*args, **options)

    def deconstruct(self) -> tuple[str, str, Any, Any]:
        name, path, args, options = super().deconstruct()
        options.pop("db_default", None)
        options.pop("editable", None)
        return name, path, args, options
