"""The names of domain events, each emitted by some code. Consumers rely on them: a name is never reused."""

NAMES: dict[str, tuple[str, ...]] = {
    "patient": ("created", "updated"),
    "coverage": ("created", "updated", "terminated", "verified"),
    "eligibility.check": ("requested", "sent", "completed", "rejected", "failed", "unparseable"),
    "eligibility": ("changed", "recheck.scheduled"),
    "encounter": ("charges_ready",),
    "charge": ("captured", "voided"),
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
        "withdrawn",
        "voided",
        "closed",
        "stuck",
        "send_failed",
        "asked",
        "filing_limit_near",
        "answered",
        "event.ignored",
        "event.contradicted",
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
    ),
    "plb": ("recorded", "tied", "unknown"),
    "denial": (
        "detected",
        "categorized",
        "assigned",
        "appealed",
        "decided",
        "recovered",
        "written_off",
        "expired",
        "info_requested",
        "corrected",
        "lost",
        "transferred",
        "accepted",
        "cancelled",
        "taken_up",
    ),
    "appeal": ("submitted", "acknowledged", "decided"),
    "workitem": ("created", "claimed", "snoozed", "woken", "reassigned", "escalated", "done", "cancelled"),
    "payment": ("received", "voided"),
    "ledger.entry": ("posted", "reversed"),
    "consent": ("granted", "revoked"),
    "access.phi": ("exported", "break_glass"),
    "rule": ("published",),
    "enrollment": ("status_changed",),
    "job": ("retried", "timed_out", "dead_lettered", "replayed"),
    "ticket": ("opened", "escalated", "resolved"),
    "breaker": ("opened", "closed"),
}
KNOWN = frozenset(f"{noun}.{past}" for noun, pasts in NAMES.items() for past in pasts)


class UnknownEvent(LookupError):
    """The name is not in the list of domain events."""


def check(name: str) -> str:
    if name not in KNOWN:
        raise UnknownEvent(name)
    return name
