"""The one way a denial's state changes: conditional, written down, and told to others."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db.models import F
from django.utils.timezone import localdate

from audit import services as audit
from denials.choices import ALLOWED_FROM, CLOSED_STATES, DenialState
from denials.models import Denial, DenialTransition
from tenancy.scope import current_scope
from workbench.own_kinds import MANAGER
from workbench.services import Refusal, cancel_items

# The domain event that tells of reaching a state.
EVENT_OF: dict[str, str] = {
    DenialState.DETECTED: "denial.detected",
    DenialState.TRIAGED: "denial.categorized",
    DenialState.IN_WORK: "denial.taken_up",
    DenialState.INFO_NEEDED: "denial.info_requested",
    DenialState.CORRECTED_SUBMITTED: "denial.corrected",
    DenialState.APPEAL_SUBMITTED: "denial.appealed",
    DenialState.APPEAL_ACKNOWLEDGED: "appeal.acknowledged",
    DenialState.APPEAL_INFO_REQUESTED: "denial.info_requested",
    DenialState.DECIDED: "denial.decided",
    DenialState.RECOVERED: "denial.recovered",
    DenialState.RECOVERED_PARTIAL: "denial.recovered",
    DenialState.LOST: "denial.lost",
    DenialState.TRANSFERRED_PATIENT: "denial.transferred",
    DenialState.WRITTEN_OFF: "denial.written_off",
    DenialState.ACCEPTED_CONTRACTUAL: "denial.accepted",
    DenialState.EXPIRED: "denial.expired",
    DenialState.CANCELLED: "denial.cancelled",
}


class DenialCannotMove(Refusal):
    """The denial is in a state from which this step does not start."""

    def __init__(self, denial: Denial, to: str) -> None:
        wanted = DenialState(to).label.lower()
        super().__init__(f"This denial is {denial.get_state_display().lower()}; it cannot become {wanted}.")
        self.denial = denial


def move(
    denial: Denial,
    to: DenialState,
    *,
    at: datetime,
    reason: str = "",
    data: Mapping[str, Any] | None = None,
    **columns: Any,
) -> Denial:
    """Move a denial, or say why not. `columns` are written in the same update."""
    before = denial.state
    closed_on = localdate(at) if to in CLOSED_STATES else None
    changed = Denial.objects.filter(id=denial.id, state=before, state__in=ALLOWED_FROM[to]).update(
        state=to, closed_on=closed_on, version=F("version") + 1, **columns
    )
    if not changed:
        raise DenialCannotMove(Denial.objects.get(id=denial.id), to)
    write_down([(denial, before, to, reason)], at=at, data=data)
    if closed_on is not None:
        cancel_items(kind=MANAGER, cause_keys=[f"deadline:{denial.id}"], at=at)
    return Denial.objects.select_related("patient", "claim", "payer").get(id=denial.id)


def write_down(
    moves: Sequence[tuple[Denial, str, str, str]], *, at: datetime, data: Mapping[str, Any] | None = None
) -> None:
    """The history and the events of many moves, in two statements; a microsecond apart, so that they keep
    their order.
    """
    person_id = current_scope().person_id
    timed = [(*one, at + timedelta(microseconds=place)) for place, one in enumerate(moves)]
    DenialTransition.objects.bulk_create(
        DenialTransition(
            denial=denial, from_state=before, to_state=to, reason=reason[:200], by_id=person_id, at=moment
        )
        for denial, before, to, reason, moment in timed
    )
    audit.emit_many(
        audit.Happening(
            name=EVENT_OF[to],
            subject_type="denials.denial",
            subject_id=denial.id,
            occurred_at=moment,
            data={
                "claim_id": str(denial.claim_id),
                "payer_id": str(denial.payer_id),
                "code": denial.code,
                "category": denial.category,
                "denied_cents": denial.denied_cents,
                "from": before,
                "to": to,
                **(data or {}),
            },
        )
        for denial, before, to, reason, moment in timed
    )
