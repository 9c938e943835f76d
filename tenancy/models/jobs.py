from django.db import models

from tenancy.choices import MessageState
from tenancy.ids import uuid7


class OutboxMessage(models.Model):
    """A job to be done for one practice, written in the transaction that wants it. Arguments are ids and codes only.

    The row is the truth; Celery and Valkey only ring the bell. `handed_over_at` is the mark of the app that turns
    messages needing a person into work items.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(max_length=80)
    queue = models.CharField(max_length=40)
    organization = models.ForeignKey("tenancy.Organization", on_delete=models.PROTECT, related_name="+")
    arguments = models.JSONField(default=dict)
    state = models.CharField(max_length=12, choices=MessageState, default=MessageState.PENDING)
    attempts = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField()
    leased_until = models.DateTimeField(null=True)
    once_key = models.CharField(max_length=120, blank=True)
    error = models.CharField(max_length=200, blank=True)
    person_id = models.UUIDField(null=True)
    correlation_id = models.UUIDField()
    causation_id = models.UUIDField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True)
    handed_over_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "name", "once_key"],
                condition=models.Q(state=MessageState.PENDING) & ~models.Q(once_key=""),
                name="outbox_once_while_pending",
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_at"], condition=models.Q(state=MessageState.PENDING), name="outbox_due"
            ),
            models.Index(
                fields=["organization", "created_at"],
                condition=models.Q(state=MessageState.NEEDS_HUMAN),
                name="outbox_needs_human",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.id}"
