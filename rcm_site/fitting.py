"""Whether a database was made by this state of the code, asked before anything is migrated or served."""

from __future__ import annotations

from typing import Any

from django.core.management import CommandError
from django.db.migrations.exceptions import InconsistentMigrationHistory, NodeNotFoundError
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import ModelState

from rcm_site.engines.addresses import is_external
from rcm_site.engines.places import home
from rcm_site.migrating import is_ours


def refuse_what_does_not_fit(connection: Any) -> None:
    """One sentence with the remedy, instead of a migration that fails midway or pages without their columns."""
    try:
        MigrationLoader(None)
    except NodeNotFoundError as trouble:
        raise CommandError(
            f"A migration is here whose parent is not: {trouble} Remove what an earlier state of the code left; "
            "`git status` shows it."
        ) from None
    found = _misfit(connection)
    if not found:
        return
    remedy = (
        "Run the version of the code that made it, or restore a backup of yours."
        if is_external()
        else f"`make clean` forgets the private data in {home()}, and the next start makes them anew."
    )
    raise CommandError(f"The database was made by another state of the code: {found}. {remedy}")


def _misfit(connection: Any) -> str:
    loader = MigrationLoader(connection)
    applied = [key for key in loader.applied_migrations if is_ours(key[0])]
    strange = sorted(key for key in applied if key not in loader.disk_migrations)
    if strange:
        return f"it went through {_listed(['.'.join(key) for key in strange])}, unknown here"
    try:
        loader.check_consistent_history(connection)
    except InconsistentMigrationHistory as trouble:
        return str(trouble).rstrip(".")
    missing = sorted(_columns_of(loader, applied) - _columns_in(connection))
    return f"it has no {_listed(['.'.join(column) for column in missing])}" if missing else ""


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{names[0]} and {len(names) - 1} more"


def _columns_of(loader: MigrationLoader, applied: list[tuple[str, str]]) -> set[tuple[str, str]]:
    """Table and column of everything that the migrations it says it went through make."""
    state = loader.project_state([key for key in applied if key in loader.graph.nodes])
    return {
        (table, column)
        for model in state.models.values()
        if is_ours(model.app_label) and _has_table(model)
        for table in [model.options.get("db_table") or f"{model.app_label}_{model.name_lower}"]
        for column in _own_columns(model)
    }


def _has_table(model: ModelState) -> bool:
    return model.options.get("managed", True) and not model.options.get("proxy")


def _own_columns(model: ModelState) -> list[str]:
    columns = []
    for name, field in model.fields.items():
        bound = field.clone()
        bound.set_attributes_from_name(name)
        if bound.column and not bound.many_to_many:
            columns.append(bound.column)
    return columns


def _columns_in(connection: Any) -> set[tuple[str, str]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public'"
        )
        return set(cursor.fetchall())
