from collections.abc import Iterable
from uuid import UUID

from workbench.choices import Team
from workbench.models import WorkQueue


def ensure_queues(codes: Iterable[str]) -> dict[str, UUID]:
    """The ids of these queues; a team's queue comes into being when the first item is sent there."""
    wanted = {code for code in codes if code}
    known = dict(WorkQueue.objects.filter(code__in=wanted).values_list("code", "id"))
    missing = wanted - known.keys()
    if missing:
        names = dict(Team.choices)
        WorkQueue.objects.bulk_create(
            [
                WorkQueue(code=code, name=names.get(code, code.replace("_", " ").capitalize()))
                for code in missing
            ],
            ignore_conflicts=True,
        )
        known = dict(WorkQueue.objects.filter(code__in=wanted).values_list("code", "id"))
    return known
