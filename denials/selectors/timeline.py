"""What happened to a claim and its denial, from the visit to now, each entry with the segments that
prove it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from uuid import UUID

from django.utils import timezone

from claims.models import ClaimVersion
from claims.selectors import beginnings_of
from denials.choices import AppealState, DenialState, WriteOffState
from denials.models import Appeal, Denial, DenialTransition, WriteOff
from reference.rules.deadlines import written_day
from remittances.models import RemitClaim
from workbench.models import WorkNote

MOST_NOTES = 100
TONES = {
    DenialState.RECOVERED: "done",
    DenialState.RECOVERED_PARTIAL: "done",
    DenialState.LOST: "denied",
    DenialState.WRITTEN_OFF: "denied",
    DenialState.EXPIRED: "denied",
}


@dataclass(frozen=True)
class Entry:
    """One line of a timeline. `file` and `first` to `last` name the raw segments that prove it."""

    at: date | datetime
    icon: str
    title: str
    text: str = ""
    who: str = ""
    tone: str = ""
    file_id: UUID | None = None
    first: int = 0
    last: int = 0


def timeline(denial: Denial) -> list[Entry]:
    """Newest first. Eight queries, whatever the length."""
    entries = [
        *_began(denial),
        *_sent(denial),
        *_decided(denial),
        *_moved(denial),
        *_noted(denial),
        *_appealed(denial),
        *_written_off(denial),
    ]
    return sorted(entries, key=lambda entry: _moment(entry.at), reverse=True)


def _moment(at: date | datetime) -> datetime:
    if isinstance(at, datetime):
        return at
    return timezone.make_aware(datetime.combine(at, time.min))


def _began(denial: Denial) -> Iterator[Entry]:
    for one in reversed(beginnings_of(denial.claim)):
        yield Entry(at=one.at, icon=one.icon, title=one.title, text=one.text)


def _sent(denial: Denial) -> Iterator[Entry]:
    words = {"1": "Claim sent", "7": "Replacement sent", "8": "Void sent"}
    versions = ClaimVersion.objects.filter(claim_id=denial.claim_id).order_by("number")
    for version in versions.defer("snapshot"):
        yield Entry(
            at=version.submitted_on or version.recorded_at,
            icon="send",
            title=f"{words.get(version.frequency, 'Claim sent')} (version {version.number})",
            file_id=version.source_file_id,
            first=version.source_position or 0,
            last=version.source_end_position or version.source_position or 0,
        )


def _decided(denial: Denial) -> Iterator[Entry]:
    rows = RemitClaim.objects.filter(claim_id=denial.claim_id).select_related("remittance").order_by("id")
    for row in rows:
        title = (
            "Decision taken back" if row.is_reversal else f"Payer decided: {row.get_result_display().lower()}"
        )
        yield Entry(
            at=row.remittance.payment_on,
            icon="receipt",
            title=title,
            text=f"Paid {_dollars(row.paid_cents)} of {_dollars(row.charge_cents)}, {row.remittance.trace_number}",
            tone="denied" if row.denied_cents else "",
            file_id=row.remittance.file_id,
            first=row.first_segment,
            last=row.last_segment,
        )


def _moved(denial: Denial) -> Iterator[Entry]:
    rows = DenialTransition.objects.filter(denial=denial).select_related("by").order_by("at", "id")
    for row in rows:
        yield Entry(
            at=row.at,
            icon="arrow-right",
            title=row.get_to_state_display(),
            text=row.reason,
            who=row.by.name if row.by else "",
            tone=TONES.get(DenialState(row.to_state), ""),
        )


def _noted(denial: Denial) -> Iterator[Entry]:
    rows = WorkNote.objects.filter(item_id=denial.work_item_id).select_related("author")
    for row in rows.order_by("-written_at", "-id")[:MOST_NOTES]:
        about = [row.contact, row.contact_reference and f"ref. {row.contact_reference}"]
        title = " · ".join([row.get_kind_display(), *(part for part in about if part)])
        yield Entry(
            at=row.written_at,
            icon="chat-left-text",
            title=title,
            text=row.body,
            who=row.author.name if row.author else "",
        )


def _appealed(denial: Denial) -> Iterator[Entry]:
    for row in Appeal.objects.filter(denial=denial).select_related("recorded_by").order_by("level"):
        due = f", decision due {written_day(row.decision_due_on)}" if row.decision_due_on else ""
        yield Entry(
            at=row.sent_on,
            icon="envelope",
            title=f"Level {row.level} appeal sent by {row.get_method_display().lower()}",
            text=f"{row.reference}{due}".strip(", "),
            who=row.recorded_by.name,
        )
        if row.state == AppealState.DECIDED and row.decided_on:
            yield Entry(
                at=row.decided_on, icon="bank", title=f"Appeal decided: {row.get_outcome_display().lower()}"
            )


def _written_off(denial: Denial) -> Iterator[Entry]:
    for row in WriteOff.objects.filter(denial=denial).select_related("requested_by", "decided_by"):
        amount = _dollars(row.amount_cents)
        yield Entry(
            at=row.requested_at,
            icon="pencil",
            title=f"Write-off of {amount} asked for" if row.needs_approval else f"{amount} written off",
            text=row.get_reason_display(),
            who=row.requested_by.name,
        )
        if row.decided_at and row.state in (WriteOffState.POSTED, WriteOffState.REFUSED):
            yield Entry(
                at=row.decided_at,
                icon="pencil",
                title=f"Write-off of {amount} {row.get_state_display().lower()}",
                text=row.decision_note,
                who=row.decided_by.name if row.decided_by else "",
            )


def _dollars(cents: int) -> str:
    return f"{'−' if cents < 0 else ''}${abs(cents) / 100:,.2f}"
