"""Migrating an empty database without building Django's picture of all models once per table.

Every change of that picture makes Django build all related models again, and all of ours are related: it is nine
tenths of the time. So new tables that follow each other are put into the picture together, and other people's
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
from django.db.migrations.operations import CreateModel
from django.db.migrations.operations.base import Operation

from rcm_site.engines.places import PROJECT


class CreateModels(Operation):
    """New tables in a row. What each makes in the database depends on nothing but its own model."""

    def __init__(self, models: Sequence[CreateModel]) -> None:
        self.models = models

    def state_forwards(self, app_label: str, state: Any) -> None:
        # Built anew when next asked for, instead of once per model.
        state.__dict__.pop("apps", None)
        for model in self.models:
            model.state_forwards(app_label, state)

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        for model in self.models:
            model.database_forwards(app_label, schema_editor, from_state, to_state)

    def describe(self) -> str:
        return f"Create {len(self.models)} models"


def together(operations: Sequence[Operation]) -> list[Operation]:
    found: list[Operation] = []
    for are_new, run in groupby(operations, key=lambda operation: type(operation) is CreateModel):
        found += [CreateModels(list(run))] if are_new else run
    return found


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
