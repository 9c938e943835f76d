"""The migration operation that lets the database itself write down what happens to a table's rows."""

from collections.abc import Sequence
from typing import Any

from django.db.migrations.operations.base import Operation
from django.db.models import Model

TRIGGERS = (
    ("INSERT", "NEW TABLE AS new_rows", "rcm_security.watch_insert"),
    ("UPDATE", "OLD TABLE AS old_rows NEW TABLE AS new_rows", "rcm_security.watch_update"),
    ("DELETE", "OLD TABLE AS old_rows", "rcm_security.watch_delete"),
)


class WatchRows(Operation):
    """Write a RowChange for every insert (one a statement), update and deletion (one a row) of these models' tables.

    The triggers see what Python cannot: bulk updates, raw SQL and an administrator's own hand. Use it after
    SecureTables in a migration that depends on ("audit", "0001_initial"). Columns in `ignore` never count as a
    change; name there what is derived or moves without meaning, such as a lease.
    """

    reversible = True
    reduces_to_sql = True

    def __init__(self, models: Sequence[str], *, ignore: Sequence[str] = ()) -> None:
        self.models = list(models)
        self.ignore = list(ignore)

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return self.__class__.__qualname__, [self.models], {"ignore": self.ignore} if self.ignore else {}

    def state_forwards(self, app_label: str, state: Any) -> None:
        pass

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        for name in self.models:
            model = to_state.apps.get_model(app_label, name)
            arguments = f"'{','.join(self.ignore)}', '{patient_column(model)}'"
            for operation, rows, function in TRIGGERS:
                schema_editor.execute(
                    f"CREATE TRIGGER watch_{operation.lower()} AFTER {operation} ON {model._meta.db_table}"
                    f" REFERENCING {rows} FOR EACH STATEMENT EXECUTE FUNCTION {function}({arguments})"
                )

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        for name in self.models:
            table = from_state.apps.get_model(app_label, name)._meta.db_table
            for operation, _rows, _function in TRIGGERS:
                schema_editor.execute(f"DROP TRIGGER IF EXISTS watch_{operation.lower()} ON {table}")

    def describe(self) -> str:
        return f"Watch the rows of {', '.join(self.models)}"

    @property
    def migration_name_fragment(self) -> str:
        return "watch_" + "_".join(name.lower() for name in self.models)


def patient_column(model: type[Model]) -> str:
    if model._meta.label_lower == "patients.patient":
        return "id"
    columns = {field.column for field in model._meta.local_fields}
    return "patient_id" if "patient_id" in columns else ""
