from datetime import datetime
from uuid import UUID

from django.utils.timezone import localdate

from audit import services as audit
from tenancy import jobs
from tenancy.choices import MessageState
from tenancy.models import OutboxMessage
from tenancy.scope import current_scope
from workbench.kinds import kind_of_job
from workbench.models import WorkItem
from workbench.services.items import ItemDraft, close_item, open_items
from workbench.services.refusals import Refusal

FAILED_JOB = "FAILED_JOB"
MESSAGE = OutboxMessage._meta.label_lower
AT_A_TIME = 200


def take_failed_jobs(*, at: datetime) -> int:
    """Every job that gave up becomes an item for a person, once."""
    waiting = OutboxMessage.objects.filter(
        organization_id=current_scope().practice_id,
        state=MessageState.NEEDS_HUMAN,
        handed_over_at__isnull=True,
    ).order_by("created_at", "id")
    messages = list(waiting.select_for_update(skip_locked=True)[:AT_A_TIME])
    open_items(_draft(message, at) for message in messages)
    OutboxMessage.objects.filter(id__in=[message.id for message in messages]).update(handed_over_at=at)
    return len(messages)


def _draft(message: OutboxMessage, at: datetime) -> ItemDraft:
    room = kind_of_job(message.name)
    return ItemDraft(
        kind=room.key if room else FAILED_JOB,
        cause_key=f"job:{message.id}",
        title=f"{message.name} failed {message.attempts} times: {message.error}"[:200],
        occurred_on=localdate(message.created_at),
        subject_type=MESSAGE,
        subject_id=message.id,
        queue="operations",
        priority=60,
        category=room.job_category if room else message.name,
        due_on=localdate(at),
    )


def retry_job(*, item: WorkItem, at: datetime) -> str:
    """Let the job run again with fresh attempts, and close its item. Once: the second person is told."""
    message_id: UUID | None = item.subject_id
    if item.subject_type != MESSAGE or message_id is None or not jobs.retry(message_id):
        raise Refusal("This job is not waiting for a person any more.")
    close_item(item=item, outcome="RESOLVED", at=at, reason="Let the job run again.")
    audit.record(verb="workbench.job.retried", subject=item, data={"message_id": str(message_id)})
    return "It runs again."
