"""Migrating an empty database without building Django's picture of all models once per table.

Every change of that picture makes Django build all related models again, and all of ours are related: it is nine
tenths of the time. So what is added in a row is put into the picture together, and other people's
migrations run first, while the picture is small.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

from django.apps import apps
from django.db.migrations import Migration
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.operations import AddConstraint, AddField, AddIndex, CreateModel
from django.db.migrations.operations.base import Operation

from rcm_site.engines.places import PROJECT


class AtOnce(Operation):
    """Operations in a row that only add. What each does to the database depends on nothing the later ones bring."""

    def __init__(self, operations: Sequence[Operation]) -> None:
        self.operations = operations

    def state_forwards(self, app_label: str, state: Any) -> None:
        # Built anew when next asked for, instead of once per operation.
        state.__dict__.pop("apps", None)
        for operation in self.operations:
            operation.state_forwards(app_label, state)

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        for operation in self.operations:
            operation.database_forwards(app_label, schema_editor, from_state, to_state)


def together(operations: Sequence[Operation]) -> list[Operation]:
    """A new table is made with all its model names, so what is added to it afterwards is pictured afterwards."""
    found: list[Operation] = []
    for kind, run in groupby(operations, key=_kind):
        found += [AtOnce(list(run))] if kind else list(run)  # noqa: B031 (asked once)
    return found


def _kind(operation: Operation) -> str:
    if type(operation) is CreateModel:
        return "tables"
    return "additions" if type(operation) in {AddField, AddIndex, AddConstraint} else ""


class QuickExecutor(MigrationExecutor):
    def migration_plan(self, targets: Any, clean_start: bool = False) -> list[tuple[Migration, bool]]:
        return super().migration_plan(
            sorted(targets, key=lambda target: (is_ours(target[0]), target)), clean_start
        )

    def apply_migration(self, state: Any, migration: Migration, *args: Any, **options: Any) -> Any:
        migration.operations = together(migration.operations)  # type: ignore[misc]
        return super().apply_migration(state, migration, *args, **options)


def is_ours(app_label: str) -> bool:
    found = apps.app_configs.get(app_label)
    return found is not None and Path(found.path).parent == PROJECT
