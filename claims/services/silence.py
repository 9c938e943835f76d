"""Claims of which nothing was heard for longer than their payer usually takes: found once, and given to people."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection
from django.utils.timezone import localdate

from claims.choices import SilenceStage
from claims.models import Claim
from claims.rules.states import MOVES, Evidence, State, Verdict
from claims.rules.usual import Usual
from claims.selectors.silence import Waiting, claims_waiting, usual_times
from claims.services.moving import Said, move_claims
from tenancy.scope import current_scope
from workbench.models import WorkItem
from workbench.services import ItemDraft, cancel_items, hand_over_item, open_items

KIND = "NO_RESPONSE"
# Days each side has, and the team that has them.
SERVICE_DAYS = {SilenceStage.BILLING: 3, SilenceStage.SUPPORT: 5}
TEAMS = {SilenceStage.BILLING: "billing", SilenceStage.SUPPORT: "support"}
LOOKED_BACK = timedelta(days=365)
AT_A_TIME = 500


def measure_timing(*, at: datetime) -> int:
    """Measure every payer's answers of the last year afresh; returns how many payers and kinds have some."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO claims_payertiming AS timing
                   (id, organization_id, payer_id, kind, days, sample_size, measured_at)
            SELECT gen_random_uuid(), claim.organization_id, claim.payer_id, claim.kind,
                   percentile_disc(0.9) WITHIN GROUP (ORDER BY claim.adjudicated_on - sent.day),
                   count(*), %(at)s
              FROM claims_claim AS claim
             CROSS JOIN LATERAL (
                   SELECT coalesce(version.submitted_on, (
                          SELECT min(ours.made_at)::date FROM claims_submission AS ours
                           WHERE ours.organization_id = version.organization_id
                             AND ours.version_id = version.id)) AS day
                     FROM claims_claimversion AS version
                    WHERE version.organization_id = claim.organization_id AND version.claim_id = claim.id
                      AND version.number = 1) AS sent
             WHERE claim.organization_id = %(practice)s AND claim.adjudicated_on >= sent.day
               AND claim.adjudicated_on >= %(since)s
             GROUP BY claim.organization_id, claim.payer_id, claim.kind
            ON CONFLICT (organization_id, payer_id, kind) DO UPDATE
               SET days = EXCLUDED.days, sample_size = EXCLUDED.sample_size, measured_at = EXCLUDED.measured_at
            """,
            {"at": at, "practice": current_scope().practice_id, "since": localdate(at) - LOOKED_BACK},
        )
        return cursor.rowcount


def find_silent_claims(*, at: datetime) -> int:
    """Flag claims that wait for longer than usual, each once; returns how many. Safe to repeat."""
    today, times = localdate(at), usual_times()
    silent = [
        one
        for one in claims_waiting(tuple(MOVES[Evidence.NO_ANSWER]), heard_by=today)
        if times[one.claim.payer_id, one.claim.kind].is_exceeded(one.heard_on, today)
    ]
    found = 0
    for first in range(0, len(silent), AT_A_TIME):
        chunk = silent[first : first + AT_A_TIME]
        moved = move_claims([Said(one.claim.id, Evidence.NO_ANSWER, at) for one in chunk])
        stuck = {one.said.claim_id for one in moved if one.verdict is Verdict.MOVED}
        open_items(_ticket(one, times, at) for one in chunk if one.claim.id in stuck)
        found += len(stuck)
    return found


def _ticket(waiting: Waiting, times: Mapping[tuple[UUID, str], Usual], at: datetime) -> ItemDraft:
    claim = waiting.claim
    beyond = (localdate(at) - waiting.heard_on).days - times[claim.payer_id, claim.kind].days
    return ItemDraft(
        kind=KIND,
        cause_key=str(claim.id),
        title=f"Claim {claim.patient_control_number}: no answer",
        occurred_on=waiting.heard_on,
        subject_type="claims.claim",
        subject_id=claim.id,
        queue=TEAMS[SilenceStage.BILLING],
        category=SilenceStage.BILLING,
        due_on=localdate(at) + timedelta(days=SERVICE_DAYS[SilenceStage.BILLING]),
        payer_id=claim.payer_id,
        location_id=claim.location_id,
        patient_id=claim.patient_id,
        amount_cents=claim.total_cents,
        # The filing limit runs on: the longer beyond the usual, the more pressing.
        priority=min(90, 40 + beyond),
        reference=claim.patient_control_number,
    )


def close_answered(*, at: datetime) -> int:
    """A claim that was heard of again needs nobody to ask; returns how many tickets went. Safe to repeat."""
    waiting = WorkItem.objects.filter(kind=KIND, is_open=True).values_list("subject_id", "cause_key")
    causes = {claim_id: cause for claim_id, cause in waiting if claim_id}
    heard = Claim.objects.filter(id__in=causes).exclude(submission_state=State.STUCK)
    gone = [causes[claim_id] for claim_id in heard.values_list("id", flat=True)]
    return cancel_items(kind=KIND, cause_keys=gone, at=at) if gone else 0


def hand_to(*, item: WorkItem, stage: str, reason: str, at: datetime, version: int | None = None) -> WorkItem:
    """Give the ticket to the other side, with a due date of its own."""
    side = SilenceStage(stage)
    return hand_over_item(
        item=item,
        queue=TEAMS[side],
        category=side,
        due_on=localdate(at) + timedelta(days=SERVICE_DAYS[side]),
        reason=reason,
        at=at,
        version=version,
    )
