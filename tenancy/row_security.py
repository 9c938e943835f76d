"""The one migration helper that puts a tenant table behind row security and composite keys: the third lock."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from django.db.backends.ddl_references import Statement
from django.db.migrations.operations.base import Operation
from django.db.models import Model

RUNNING_ROLES = "rcm_app, rcm_worker"
FUNCTIONS_SQL = Path(__file__).with_name("row_security_functions.sql").read_text(encoding="utf-8")
READABLE = "organization_id = ANY ((SELECT rcm_security.readable())::uuid[])"
WRITABLE = "organization_id = (SELECT rcm_security.writable())"


class SecureTables(Operation):
    """Put tables behind row security, FORCEd, with `(organization_id, id)` keys.

    Every TenantForeignKey of the tables becomes a composite foreign key `(organization_id, x_id)`, so that no row can
    point into another practice. A table whose rows always have one needs no key to the organisations of its own.
    `append_only` names those of the tables whose rows may never change or go.
    Use it as the last operation of a migration, once per table.
    """

    reversible = False
    reduces_to_sql = True

    def __init__(self, models: Sequence[str], append_only: Sequence[str] = ()) -> None:
        self.models = list(models)
        self.append_only = list(append_only)

    def state_forwards(self, app_label: str, state: Any) -> None:
        pass

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        models = [to_state.apps.get_model(app_label, name) for name in self.models]
        for model in models:
            schema_editor.execute(
                f"ALTER TABLE {model._meta.db_table} ADD CONSTRAINT {model._meta.db_table}_in_organization"
                " UNIQUE (organization_id, id)"
            )
        for model in models:
            for statement in (*composite_keys(model), *policies(model)):
                schema_editor.execute(statement)
            if has_organization_of_another(model):
                leave_out_organization_key(model, schema_editor)
        for name in self.append_only:
            for statement in append_only(to_state.apps.get_model(app_label, name)._meta.db_table):
                schema_editor.execute(statement)

    def describe(self) -> str:
        return f"Put {', '.join(self.models)} behind row security"

    @property
    def migration_name_fragment(self) -> str:
        return "secure_" + "_".join(name.lower() for name in self.models)


class SecureKeys(Operation):
    """The composite keys of TenantForeignKeys that a later migration adds to a table behind row security."""

    reversible = False
    reduces_to_sql = True

    def __init__(self, model: str, fields: Sequence[str]) -> None:
        self.model = model
        self.fields = list(fields)

    def state_forwards(self, app_label: str, state: Any) -> None:
        pass

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        model = to_state.apps.get_model(app_label, self.model)
        for statement in composite_keys(model, self.fields):
            schema_editor.execute(statement)

    def describe(self) -> str:
        return f"Tie {', '.join(self.fields)} of {self.model} to the practice"

    @property
    def migration_name_fragment(self) -> str:
        return f"secure_{self.model.lower()}_" + "_".join(self.fields)


def composite_keys(model: type[Model], fields: Sequence[str] | None = None) -> Iterable[str]:
    """Of the named fields, or of all."""
    from tenancy.models import TenantForeignKey

    table = model._meta.db_table
    for field in model._meta.local_fields:
        if isinstance(field, TenantForeignKey) and (fields is None or field.name in fields):
            target = field.remote_field.model._meta.db_table
            name = f"{table}_{field.column}_key"[:63]
            yield (
                f"ALTER TABLE {table} ADD CONSTRAINT {name}"
                f" FOREIGN KEY (organization_id, {field.column}) REFERENCES {target} (organization_id, id)"
            )


def has_organization_of_another(model: type[Model]) -> bool:
    """Whether each row points to a row of another table by `(organization_id, x_id)`, and so into an organisation."""
    from tenancy.models import TenantForeignKey

    return any(
        isinstance(field, TenantForeignKey) and not field.null and field.remote_field.model is not model
        for field in model._meta.local_fields
    )


def leave_out_organization_key(model: type[Model], schema_editor: Any) -> None:
    """Drop the key to the organisations that Django has waiting, where a composite key says the same and more.

    It would be asked once more for every row, at the end of the transaction: a third of the keys of a remittance.
    """
    table = model._meta.db_table
    schema_editor.deferred_sql = [
        statement
        for statement in schema_editor.deferred_sql
        if not (
            isinstance(statement, Statement)
            and "to_table" in statement.parts
            and statement.references_column(table, "organization_id")
        )
    ]


def policies(model: type[Model]) -> Iterable[str]:
    table = model._meta.db_table
    yield f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY"
    yield f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY"
    yield f"CREATE POLICY tenant_select ON {table} FOR SELECT USING ({READABLE})"
    yield f"CREATE POLICY tenant_insert ON {table} FOR INSERT WITH CHECK ({WRITABLE})"
    yield f"CREATE POLICY tenant_update ON {table} FOR UPDATE USING ({WRITABLE}) WITH CHECK ({WRITABLE})"
    yield f"CREATE POLICY tenant_delete ON {table} FOR DELETE USING ({WRITABLE})"


def append_only(table: str) -> Iterable[str]:
    yield f"REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM {RUNNING_ROLES}"
    yield (
        f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON {table}"
        " FOR EACH ROW EXECUTE FUNCTION rcm_security.refuse_change()"
    )
    yield (
        f"CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON {table}"
        " FOR EACH STATEMENT EXECUTE FUNCTION rcm_security.refuse_change()"
    )
