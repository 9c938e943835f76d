from django.db.models import TextChoices

LONGEST_SNOOZE_DAYS = 366


class ItemState(TextChoices):
    UNASSIGNED = "UNASSIGNED", "Unassigned"
    ASSIGNED = "ASSIGNED", "Assigned"
    IN_PROGRESS = "IN_PROGRESS", "In progress"
    SNOOZED = "SNOOZED", "Snoozed"
    BLOCKED = "BLOCKED", "Waiting on others"
    REVIEW = "REVIEW", "Second person's review"
    DONE = "DONE", "Done"
    CANCELLED = "CANCELLED", "Cancelled"


class Stage(TextChoices):
    """What a state means to a person looking for work; a generated column of the item."""

    TO_WORK = "TO_WORK", "To work"
    WAITING = "WAITING", "Waiting"
    CLOSED = "CLOSED", "Closed"


WORKABLE_STATES = (ItemState.UNASSIGNED, ItemState.ASSIGNED, ItemState.IN_PROGRESS)
WAITING_STATES = (ItemState.SNOOZED, ItemState.BLOCKED, ItemState.REVIEW)
CLOSED_STATES = (ItemState.DONE, ItemState.CANCELLED)
OPEN_STATES = WORKABLE_STATES + WAITING_STATES

# Which verb may start from which states; a conditional update enforces it (workbench.services.items).
ALLOWED_FROM: dict[str, tuple[ItemState, ...]] = {
    "assign": OPEN_STATES,
    "claim": WORKABLE_STATES + (ItemState.SNOOZED, ItemState.BLOCKED),
    "release": (ItemState.ASSIGNED, ItemState.IN_PROGRESS),
    "snooze": WORKABLE_STATES + (ItemState.SNOOZED, ItemState.BLOCKED),
    "wake": (ItemState.SNOOZED, ItemState.BLOCKED),
    "block": WORKABLE_STATES + (ItemState.SNOOZED,),
    "review": WORKABLE_STATES + (ItemState.SNOOZED, ItemState.BLOCKED),
    "end_review": (ItemState.REVIEW,),
    "escalate": OPEN_STATES,
    "close": OPEN_STATES,
    "cancel": OPEN_STATES,
    "reopen": CLOSED_STATES,
}


class SnoozeReason(TextChoices):
    PENDING_APPEAL = "PENDING_APPEAL", "Appeal pending"
    PAYER_RESPONSE = "PAYER_RESPONSE", "Waiting for the payer's answer"
    REPROCESSING = "REPROCESSING", "Payer is reprocessing"
    PAYMENT_POSTING = "PAYMENT_POSTING", "Payment to be posted"
    MEDICAL_RECORDS = "MEDICAL_RECORDS", "Medical records in review"
    DOCUMENTATION = "DOCUMENTATION", "Documentation being updated"
    PATIENT_RESPONSE = "PATIENT_RESPONSE", "Waiting for the patient's answer"
    CREDENTIALING = "CREDENTIALING", "Credentialing or contracting"
    REFUND_OR_RECOUPMENT = "REFUND_OR_RECOUPMENT", "Refund or recoupment under way"
    OTHER = "OTHER", "Other"


class WaitingOn(TextChoices):
    PAYER = "PAYER", "Payer"
    PATIENT = "PATIENT", "Patient"
    PROVIDER = "PROVIDER", "Provider"
    CODER = "CODER", "Coder"
    TECHNICAL = "TECHNICAL", "Technical team"


class CloseOutcome(TextChoices):
    RESOLVED = "RESOLVED", "Resolved"
    NO_ACTION_NEEDED = "NO_ACTION_NEEDED", "No action needed"
    DUPLICATE = "DUPLICATE", "Duplicate of another item"
    HANDED_OVER = "HANDED_OVER", "Handed over outside this system"
    NOT_COLLECTIBLE = "NOT_COLLECTIBLE", "Not collectible"
    CAUSE_GONE = "CAUSE_GONE", "The cause is gone"


class NoteKind(TextChoices):
    NOTE = "NOTE", "Note"
    CALL = "CALL", "Call"
    SYSTEM = "SYSTEM", "System"
    SKIP = "SKIP", "Skipped"
    ESCALATION = "ESCALATION", "Escalation"


class Visibility(TextChoices):
    PRIVATE = "PRIVATE", "Only me"
    TEAM = "TEAM", "Everybody in the practice"


class BulkAction(TextChoices):
    ASSIGN = "ASSIGN", "Assign"
    SNOOZE = "SNOOZE", "Snooze"
    NOTE = "NOTE", "Add a note"
    CLOSE = "CLOSE", "Close"
    FIX = "FIX", "Fix"


class RunState(TextChoices):
    QUEUED = "QUEUED", "Waiting to start"
    RUNNING = "RUNNING", "Running"
    DONE = "DONE", "Done"
    FAILED = "FAILED", "Failed"


class LineOutcome(TextChoices):
    CHANGED = "CHANGED", "Changed"
    SKIPPED = "SKIPPED", "Skipped"
    FAILED = "FAILED", "Failed"


class Team(TextChoices):
    """The first queues of a practice; the values are the owner teams of the code maps."""

    FRONT_DESK = "front_desk", "Front desk"
    BILLING = "billing", "Billing"
    CODING = "coding", "Coding"
    CLINICAL_APPEALS = "clinical_appeals", "Clinical appeals"
    AUTHORIZATIONS = "auth_team", "Authorizations"
    CREDENTIALING = "credentialing", "Credentialing"
    CONTRACTING = "contracting", "Contracting"
    PAYMENT_POSTING = "payment_posting", "Payment posting"
    PATIENT_ACCOUNTS = "patient_ar", "Patient accounts"
    COMPLIANCE = "compliance", "Compliance"
    MANAGERS = "managers", "Managers"
    OPERATIONS = "operations", "Operations"
