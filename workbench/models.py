from datetime import date
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Case, F, Q, Value, When
from django.db.models.functions import Coalesce, Now

from tenancy.models import TenantForeignKey, TenantManager, TenantModel
from workbench.choices import (
    CLOSED_STATES,
    OPEN_STATES,
    WORKABLE_STATES,
    BulkAction,
    CloseOutcome,
    ItemState,
    LineOutcome,
    NoteKind,
    RunState,
    SnoozeReason,
    Stage,
    Visibility,
    WaitingOn,
)
from workbench.querysets import Narrowing, WorkItemQuerySet

NO_DATE = date(9999, 12, 31)  # sorts an item without a date behind every dated one

WorkItemManager = TenantManager.from_queryset(WorkItemQuerySet)


class WorkQueue(TenantModel):
    """A team's list. `code` is an owner team of the code maps or the practice's own."""

    code = models.CharField(max_length=40)
    name = models.CharField(max_length=80)
    is_active = models.BooleanField(default=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["organization", "code"], name="workqueue_code_once"),
        ]

    def __str__(self) -> str:
        return self.name


def _dated(column: str) -> models.GeneratedField:
    return models.GeneratedField(
        expression=Coalesce(F(column), Value(NO_DATE)), output_field=models.DateField(), db_persist=True
    )


class WorkItem(TenantModel):
    """Something a person has to look at.

    The columns after `state` repeat what the subject knows, so that a page of a queue, its filters and its
    counts read this table alone. `*_order` columns turn every sort into an ascending one: one row comparison
    against one index makes a keyset page. The title carries no patient data.
    """

    kind = models.CharField(max_length=24)
    subject_type = models.CharField(max_length=60, blank=True)
    subject_id = models.UUIDField(null=True)
    cause_key = models.CharField(max_length=120)
    title = models.CharField(max_length=200)
    state = models.CharField(max_length=24, choices=ItemState, default=ItemState.UNASSIGNED)

    queue = TenantForeignKey(
        "workbench.WorkQueue", on_delete=models.PROTECT, related_name="+", null=True, db_index=False
    )
    assignee = models.ForeignKey(
        "tenancy.Person", on_delete=models.PROTECT, related_name="+", null=True, db_index=False
    )
    payer = TenantForeignKey(
        "reference.Payer", on_delete=models.PROTECT, related_name="+", null=True, db_index=False
    )
    location = models.ForeignKey(
        "tenancy.Location", on_delete=models.PROTECT, related_name="+", null=True, db_index=False
    )
    patient_id = models.UUIDField(null=True)
    category = models.CharField(max_length=40, blank=True)
    code = models.CharField(max_length=24, blank=True)
    reference = models.CharField(max_length=60, blank=True)
    amount_cents = models.BigIntegerField(default=0)
    occurred_on = models.DateField()
    due_on = models.DateField(null=True)
    follow_up_on = models.DateField(null=True)
    priority = models.SmallIntegerField(default=0)
    priority_parts = models.JSONField(default=dict)
    is_escalated = models.BooleanField(default=False)

    snoozed_until = models.DateField(null=True)
    snooze_reason = models.CharField(max_length=24, choices=SnoozeReason, blank=True)
    waiting_on = models.CharField(max_length=24, choices=WaitingOn, blank=True)
    outcome = models.CharField(max_length=24, choices=CloseOutcome, blank=True)
    closed_at = models.DateTimeField(null=True)
    lease_person = models.ForeignKey(
        "tenancy.Person", on_delete=models.PROTECT, related_name="+", null=True, db_index=False
    )
    lease_until = models.DateTimeField(null=True)
    version = models.IntegerField(default=1)
    changed_by = models.ForeignKey(
        "tenancy.Person", on_delete=models.PROTECT, related_name="+", null=True, db_index=False
    )
    changed_at = models.DateTimeField(null=True)
    opened_at = models.DateTimeField(db_default=Now())

    is_open = models.GeneratedField(
        expression=Case(When(state__in=OPEN_STATES, then=Value(True)), default=Value(False)),
        output_field=models.BooleanField(),
        db_persist=True,
    )
    stage = models.GeneratedField(
        expression=Case(
            When(state__in=WORKABLE_STATES, then=Value(Stage.TO_WORK.value)),
            When(state__in=CLOSED_STATES, then=Value(Stage.CLOSED.value)),
            default=Value(Stage.WAITING.value),
        ),
        output_field=models.CharField(max_length=8),
        db_persist=True,
    )
    priority_order = models.GeneratedField(
        expression=Value(0) - F("priority"), output_field=models.IntegerField(), db_persist=True
    )
    amount_order = models.GeneratedField(
        expression=Value(0) - F("amount_cents"), output_field=models.BigIntegerField(), db_persist=True
    )
    due_order = _dated("due_on")
    follow_up_order = _dated("follow_up_on")

    objects = WorkItemManager()

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "kind", "cause_key"],
                condition=Q(is_open=True),
                name="workitem_one_open_per_cause",
            ),
            models.CheckConstraint(
                condition=~Q(state=ItemState.SNOOZED) | Q(snoozed_until__isnull=False),
                name="workitem_snooze_ends",
            ),
            models.CheckConstraint(condition=Q(priority__range=(0, 100)), name="workitem_priority_0_to_100"),
        ]
        indexes = [
            models.Index(
                fields=["organization", "kind", "stage", "priority_order", "due_order", "id"],
                name="workitem_by_priority",
            ),
            models.Index(
                fields=["organization", "kind", "stage", "due_order", "priority_order", "id"],
                name="workitem_by_due",
            ),
            models.Index(
                fields=["organization", "kind", "stage", "amount_order", "id"], name="workitem_by_amount"
            ),
            models.Index(
                fields=["organization", "kind", "stage", "occurred_on", "id"], name="workitem_by_age"
            ),
            models.Index(
                fields=["organization", "kind", "stage", "follow_up_order", "id"],
                name="workitem_by_follow_up",
            ),
            models.Index(
                fields=["organization", "assignee", "stage", "due_order", "id"], name="workitem_by_assignee"
            ),
            models.Index(fields=["organization", "reference"], name="workitem_by_reference"),
            models.Index(fields=["organization", "subject_id"], name="workitem_by_subject"),
            models.Index(
                fields=["organization", "snoozed_until"],
                name="workitem_snoozed",
                condition=Q(state=ItemState.SNOOZED),
            ),
            models.Index(
                fields=["organization", "kind", "stage", "category"],
                include=["payer", "assignee", "queue", "code", "state", "amount_cents", "due_on", "location"],
                name="workitem_counts",
            ),
        ]

    def __str__(self) -> str:
        return self.title


class WorkNote(TenantModel):
    """What somebody said about an item; never changed, an error is answered by a further note."""

    item = TenantForeignKey(
        "workbench.WorkItem", on_delete=models.PROTECT, related_name="notes", db_index=False
    )
    author = models.ForeignKey(
        "tenancy.Person", on_delete=models.PROTECT, related_name="+", null=True, db_index=False
    )
    kind = models.CharField(max_length=24, choices=NoteKind, default=NoteKind.NOTE)
    body = models.TextField(max_length=4000)
    contact = models.CharField(max_length=120, blank=True)
    contact_reference = models.CharField(max_length=60, blank=True)
    follow_up_on = models.DateField(null=True)
    written_at = models.DateTimeField()
    form_key = models.UUIDField(null=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "item", "form_key"],
                condition=Q(form_key__isnull=False),
                name="worknote_once_per_form",
            ),
        ]
        indexes = [
            models.Index(fields=["organization", "item", "-written_at"], name="worknote_by_item"),
            models.Index(
                fields=["organization", "author", "written_at"],
                name="worknote_skipped",
                condition=Q(kind=NoteKind.SKIP),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.written_at:%Y-%m-%d %H:%M}"


class SavedView(TenantModel):
    """A name for a queue's query string."""

    kind = models.CharField(max_length=24)
    name = models.CharField(max_length=60)
    query = models.CharField(max_length=1000, blank=True)
    visibility = models.CharField(max_length=24, choices=Visibility, default=Visibility.PRIVATE)
    owner = models.ForeignKey("tenancy.Person", on_delete=models.PROTECT, related_name="+", db_index=False)
    is_default = models.BooleanField(default=False)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "owner", "kind", "name"], name="savedview_name_once"
            ),
            models.UniqueConstraint(
                fields=["organization", "owner", "kind"],
                condition=Q(is_default=True),
                name="savedview_one_default",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ColumnLayout(TenantModel):
    """The columns one person wants of one list, in their order."""

    kind = models.CharField(max_length=24)
    owner = models.ForeignKey("tenancy.Person", on_delete=models.PROTECT, related_name="+", db_index=False)
    columns = ArrayField(models.CharField(max_length=24))

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["organization", "owner", "kind"], name="columnlayout_once"),
        ]

    def __str__(self) -> str:
        return f"{self.kind}: {', '.join(self.columns)}"


class BulkRun(TenantModel):
    """One verb for many items, as a job: what was asked, for how many, and how it ended."""

    kind = models.CharField(max_length=24)
    action = models.CharField(max_length=24, choices=BulkAction)
    parameters = models.JSONField(default=dict)
    item_ids = ArrayField(models.UUIDField())
    state = models.CharField(max_length=24, choices=RunState, default=RunState.QUEUED)
    requested_by = models.ForeignKey(
        "tenancy.Person", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    requested_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    form_key = models.UUIDField()

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["organization", "form_key"], name="bulkrun_once_per_form"),
        ]

    def __str__(self) -> str:
        return f"{self.get_action_display()} ({len(self.item_ids)})"


class BulkLine(TenantModel):
    """What a bulk run did with one item."""

    run = TenantForeignKey(
        "workbench.BulkRun", on_delete=models.PROTECT, related_name="lines", db_index=False
    )
    item = TenantForeignKey("workbench.WorkItem", on_delete=models.PROTECT, related_name="+", db_index=False)
    position = models.IntegerField()
    outcome = models.CharField(max_length=24, choices=LineOutcome)
    message = models.CharField(max_length=200, blank=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["organization", "run", "item"], name="bulkline_once"),
        ]

    def __str__(self) -> str:
        return f"{self.position}: {self.get_outcome_display()}"


class ExportFile(TenantModel):
    """A queue written to CSV for the person who asked; the content is kept so that the export can be
    proved.
    """

    kind = models.CharField(max_length=24)
    query = models.CharField(max_length=1000, blank=True)
    narrowed_to = models.JSONField(default=dict)
    state = models.CharField(max_length=24, choices=RunState, default=RunState.QUEUED)
    name = models.CharField(max_length=120)
    content = models.BinaryField(default=b"")
    row_count = models.IntegerField(default=0)
    amount_cents = models.BigIntegerField(default=0)
    requested_by = models.ForeignKey(
        "tenancy.Person", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    requested_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    message = models.CharField(max_length=200, blank=True)

    class Meta(TenantModel.Meta):
        indexes = [
            models.Index(
                fields=["organization", "requested_by", "-requested_at"], name="exportfile_by_person"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def narrowing(self) -> Narrowing:
        """The locations and payers the requester's grant allowed when the file was ordered."""
        return Narrowing(
            locations=_ids(self.narrowed_to.get("locations")), payers=_ids(self.narrowed_to.get("payers"))
        )


def _ids(texts: list[str] | None) -> frozenset[UUID] | None:
    return None if texts is None else frozenset(UUID(text) for text in texts)
