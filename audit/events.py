"""The names of domain events. Consumers rely on them: a name is never reused for something else."""

NAMES: dict[str, tuple[str, ...]] = {
    "patient": ("created", "updated", "merged"),
    "coverage": ("created", "updated", "terminated", "verified"),
    "eligibility.check": ("requested", "sent", "completed", "rejected", "failed", "unparseable"),
    "eligibility": ("changed", "recheck.scheduled"),
    "encounter": ("charges_ready",),
    "charge": ("captured", "changed", "voided"),
    "pa": (
        "requested",
        "submitted",
        "info_requested",
        "pended",
        "approved",
        "partially_approved",
        "modified",
        "denied",
        "cancelled",
        "expiring",
        "expired",
        "renewed",
    ),
    "attachment": ("requested", "added", "sent"),
    "claim": (
        "created",
        "edited",
        "scrubbed",
        "held",
        "released",
        "ready",
        "queued",
        "submitted",
        "acknowledged",
        "accepted",
        "rejected",
        "under_review",
        "adjudicated",
        "corrected",
        "voided",
        "closed",
        "stuck",
    ),
    "batch": ("opened", "sealed", "sent", "failed", "acked", "missing_ack"),
    "era": (
        "received",
        "duplicate",
        "parsed",
        "unbalanced",
        "matched",
        "unmatched",
        "applied",
        "reversed",
        "reassociated",
    ),
    "plb": ("recorded", "tied", "unknown"),
    "deposit": ("imported", "matched"),
    "denial": (
        "detected",
        "categorized",
        "assigned",
        "appealed",
        "decided",
        "recovered",
        "written_off",
        "expired",
    ),
    "appeal": ("drafted", "submitted", "acknowledged", "decided"),
    "underpayment": ("detected", "disputed", "recovered"),
    "workitem": ("created", "claimed", "snoozed", "woken", "reassigned", "escalated", "done", "cancelled"),
    "estimate": ("created", "presented", "reconciled"),
    "statement": ("issued", "delivered"),
    "payment": ("received", "allocated", "failed", "refunded"),
    "plan": ("created", "missed", "completed"),
    "ledger.entry": ("posted", "reversed"),
    "consent": ("granted", "revoked", "expired"),
    "disclosure": ("recorded",),
    "access.phi": ("viewed", "exported", "denied", "break_glass"),
    "rule": ("published",),
    "enrollment": ("status_changed",),
    "job": ("retried", "timed_out", "dead_lettered", "replayed"),
    "ticket": ("opened", "escalated", "resolved"),
    "breaker": ("opened", "closed"),
    "webhook": ("delivered", "failed", "disabled"),
}
KNOWN = frozenset(f"{noun}.{past}" for noun, pasts in NAMES.items() for past in pasts)


class UnknownEvent(LookupError):
    """The name is not in the list of domain events."""


def check(name: str) -> str:
    if name not in KNOWN:
        raise UnknownEvent(name)
    return name
