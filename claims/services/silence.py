"""Claims of which nothing was heard for longer than their payer usually takes: found once, and given to people."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import connection
from django.utils.timezone import localdate

from claims.choices import TicketReason
from claims.rules.states import MOVES, Evidence, Verdict
from claims.selectors.silence import UsualTimes, Waiting, claims_waiting, usual_times
from claims.selectors.tickets import accepted_by_payer, decided_without_remittance, drafts_unedited
from claims.services.moving import Said, move_claims
from claims.services.tickets import Missing, open_tickets
from tenancy.scope import current_scope

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
    waiting = claims_waiting(
        tuple(MOVES[Evidence.NO_ANSWER]), heard_by=today - timedelta(days=times.shortest)
    )
    silent = [
        one for one in waiting if times[one.claim.payer_id, one.claim.kind].is_exceeded(one.heard_on, today)
    ]
    found = 0
    for first in range(0, len(silent), AT_A_TIME):
        chunk = silent[first : first + AT_A_TIME]
        moved = move_claims([Said(one.claim.id, Evidence.NO_ANSWER, at) for one in chunk])
        stuck = {one.said.claim_id for one in moved if one.verdict is Verdict.MOVED}
        accepted = accepted_by_payer(stuck)
        tickets = [
            _missing(one, times, today, is_accepted=one.claim.id in accepted)
            for one in chunk
            if one.claim.id in stuck
        ]
        open_tickets(tickets, at=at)
        found += len(stuck)
    return found


def find_missing_claims(*, at: datetime) -> int:
    """Tickets for decided claims without remittance and for versions whose edits did not run. Safe to repeat."""
    decided = [
        Missing(claim, TicketReason.DECIDED, since) for claim, since in decided_without_remittance(at=at)
    ]
    unedited = [Missing(claim, TicketReason.NOT_EDITED, since) for claim, since in drafts_unedited(at=at)]
    return open_tickets([*decided, *unedited], at=at)


def _missing(waiting: Waiting, times: UsualTimes, today: date, *, is_accepted: bool) -> Missing:
    beyond = (today - waiting.heard_on).days - times[waiting.claim.payer_id, waiting.claim.kind].days
    reason = TicketReason.NO_REMITTANCE if is_accepted else TicketReason.SILENT
    return Missing(waiting.claim, reason, waiting.heard_on, beyond)
