"""The kinds of work the machine itself opens: failed jobs and what a manager has to decide."""

from typing import TYPE_CHECKING

from workbench.kinds import Column, WorkKind
from workbench.services.failed_jobs import FAILED_JOB, retry_job

if TYPE_CHECKING:
    from workbench.models import WorkItem

MANAGER = "MANAGER"

_COLUMNS = (
    Column("title", "What", css="long", width=250, is_fixed=True),
    Column("category", "Kind of trouble", css="drop-3", width=130),
    Column("amount", "Amount", sort="amount", css="money drop-2"),
    Column("age", "Age", sort="age", css="number", width=60),
    Column("due", "Due", sort="due"),
    Column("state", "Status", css="drop-3"),
    Column("owner", "Owner"),
    Column("follow_up", "Follow-up", sort="follow_up", css="drop-4"),
)


def _attention(item: "WorkItem") -> str:
    return "A job gave up after several attempts; look at it, then let it run again."


KINDS = (
    WorkKind(
        key=FAILED_JOB,
        label="Failed job",
        plural="Failed jobs",
        slug="failed-jobs",
        view_permission="clearinghouse.view_partner",  # whoever stands behind the desk
        columns=_COLUMNS,
        facets=("due", "state", "category", "owner"),
        panel_template="workbench/_failed_job.html",
        advice=_attention,
        verbs={"fix": retry_job},
        fix_label="Let it run again",
        only_when_open=True,
    ),
    WorkKind(
        key=MANAGER,
        label="Manager item",
        plural="Manager items",
        slug="manager",
        view_permission="denials.view_denial",
        columns=_COLUMNS,
        facets=("due", "state", "category", "payer", "owner"),
        category_labels={"deadline_passed": "Deadline passed", "write_off": "Write-off to approve"},
    ),
)
