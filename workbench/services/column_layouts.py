from collections.abc import Sequence

from audit import services as audit
from tenancy.scope import current_scope
from workbench.columns import Column
from workbench.models import ColumnLayout
from workbench.services.refusals import Refusal


def choose_columns(*, kind: str, columns: Sequence[Column], chosen: Sequence[str]) -> ColumnLayout:
    """Keep what one person wants to see of a list; without a choice, all of it as it was made."""
    person_id = current_scope().person_id
    if person_id is None:
        raise Refusal("Only a person can choose columns.")
    known = {column.key for column in columns}
    layout, _ = ColumnLayout.objects.update_or_create(
        owner_id=person_id,
        kind=kind,
        defaults={"columns": [key for key in dict.fromkeys(chosen) if key in known]},
    )
    audit.record(verb="workbench.columns.chosen", subject=layout, fields=("columns",))
    return layout
