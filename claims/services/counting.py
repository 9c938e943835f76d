"""The days of the claims dashboard, counted behind the scenes: each query reads the rows of its days alone."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from django.db import connection, transaction
from django.utils.timezone import get_current_timezone_name, localdate, make_aware

from claims.models import ClaimDay
from tenancy.scope import current_scope

SETTLING = timedelta(days=14)
"""So long a day's answers still come in."""

# A first sending counts as accepted once its payer has it, or has decided it, and nobody rejected that version before.
_COUNT = """
    WITH sendings AS (
        SELECT version.claim_id, version.id AS version_id, version.submitted_on AS day
          FROM claims_claimversion AS version
         WHERE version.organization_id = %(practice)s AND version.number = 1
           AND version.submitted_on BETWEEN %(first)s AND %(last)s
         UNION ALL
        SELECT ours.claim_id, ours.version_id, (ours.made_at AT TIME ZONE %(zone)s)::date
          FROM claims_submission AS ours
         WHERE ours.organization_id = %(practice)s AND ours.made_at >= %(from)s AND ours.made_at < %(until)s
           AND NOT EXISTS (
               SELECT 1 FROM claims_submission AS earlier
                WHERE earlier.organization_id = ours.organization_id AND earlier.claim_id = ours.claim_id
                  AND (earlier.made_at, earlier.id) < (ours.made_at, ours.id))
           AND NOT EXISTS (
               SELECT 1 FROM claims_claimversion AS imported
                WHERE imported.organization_id = ours.organization_id AND imported.claim_id = ours.claim_id
                  AND imported.number = 1 AND imported.submitted_on IS NOT NULL)
    ), answered AS (
        SELECT sendings.day, claim.payer_id, claim.adjudication_state <> 'NONE' AS is_decided,
               coalesce(said.is_rejected, false) AS is_rejected, coalesce(said.is_accepted, false) AS is_accepted
          FROM sendings
          JOIN claims_claim AS claim
            ON claim.organization_id = %(practice)s AND claim.id = sendings.claim_id
          LEFT JOIN LATERAL (
               SELECT bool_or(word.evidence LIKE '%%\\_REJECTED') AS is_rejected,
                      bool_or(word.evidence IN ('PAYER_ACCEPTED', 'PENDING')) AS is_accepted
                 FROM claims_claimacknowledgement AS word
                WHERE word.organization_id = claim.organization_id AND word.version_id = sendings.version_id
                  AND word.verdict <> 'CONTRADICTED') AS said ON true
    ), runs AS (
        SELECT version.claim_id, run.is_clean, (run.ran_at AT TIME ZONE %(zone)s)::date AS day
          FROM claims_editrun AS run
          JOIN claims_claimversion AS version
            ON version.organization_id = run.organization_id AND version.id = run.version_id AND version.number = 1
         WHERE run.organization_id = %(practice)s AND run.ran_at >= %(from)s AND run.ran_at < %(until)s
           AND NOT EXISTS (
               SELECT 1 FROM claims_editrun AS earlier
                WHERE earlier.organization_id = run.organization_id AND earlier.version_id = run.version_id
                  AND (earlier.ran_at, earlier.id) < (run.ran_at, run.id))
    ), counted AS (
        SELECT day, payer_id, 0 AS edited, 0 AS passed, count(*) AS sent,
               count(*) FILTER (WHERE NOT is_rejected AND (is_accepted OR is_decided)) AS accepted,
               count(*) FILTER (WHERE is_rejected) AS rejected, 0 AS decided, 0 AS denied
          FROM answered GROUP BY day, payer_id
         UNION ALL
        SELECT runs.day, claim.payer_id, count(*), count(*) FILTER (WHERE runs.is_clean), 0, 0, 0, 0, 0
          FROM runs JOIN claims_claim AS claim ON claim.organization_id = %(practice)s AND claim.id = runs.claim_id
         GROUP BY runs.day, claim.payer_id
         UNION ALL
        SELECT adjudicated_on, payer_id, 0, 0, 0, 0, 0, count(*),
               count(*) FILTER (WHERE adjudication_state = 'DENIED')
          FROM claims_claim
         WHERE organization_id = %(practice)s AND adjudicated_on BETWEEN %(first)s AND %(last)s
           AND adjudication_state NOT IN ('NONE', 'REVERSED')
         GROUP BY adjudicated_on, payer_id
    )
    INSERT INTO claims_claimday
           (id, organization_id, day, payer_id, edited, passed, sent, accepted, rejected, decided, denied)
    SELECT gen_random_uuid(), %(practice)s, day, payer_id, sum(edited), sum(passed), sum(sent), sum(accepted),
           sum(rejected), sum(decided), sum(denied)
      FROM counted GROUP BY day, payer_id
"""


@transaction.atomic
def count_days(*, first: date, last: date) -> int:
    """Count these days afresh; returns how many days and payers have something. Safe to repeat."""
    ClaimDay.objects.filter(day__range=(first, last)).delete()
    with connection.cursor() as cursor:
        cursor.execute(
            _COUNT,
            {
                "practice": current_scope().practice_id,
                "zone": get_current_timezone_name(),
                "first": first,
                "last": last,
                "from": make_aware(datetime.combine(first, time.min)),
                "until": make_aware(datetime.combine(last + timedelta(days=1), time.min)),
            },
        )
        return cursor.rowcount


def count_settling(*, at: datetime) -> int:
    """The days that still settle."""
    today = localdate(at)
    return count_days(first=today - SETTLING, last=today)
