"""The claims of all visits a filter showed: a job with a line for each visit. One that cannot be stops no other."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from audit import services as audit
from claims.models import BillingLine, BillingRun, Claim
from claims.services.building import CannotBuild, bill_visit
from patients.models import Encounter
from tenancy.jobs import enqueue
from tenancy.scope import current_scope

logger = logging.getLogger(__name__)

MOST = 5_000
VISITS_PER_JOB = 50


@transaction.atomic
def order_billing(*, visits: Sequence[Encounter], form_key: UUID, at: datetime) -> BillingRun:
    """The same form sent twice is one run."""
    again = BillingRun.objects.filter(form_key=form_key).first()
    if again is not None:
        return again
    run = BillingRun.objects.create(
        visit_ids=[one.id for one in visits],
        requested_by_id=current_scope().person_id,
        requested_at=at,
        form_key=form_key,
    )
    audit.record("claims.billing_run.requested", subject=run, data={"count": len(visits)})
    enqueue("claims.bill_visits", run_id=run.id)
    return run


def run_billing(*, run_id: UUID, at: datetime) -> bool:
    """Bill the next visits of a run; True while more remain. Safe to repeat: a visit has one line."""
    run = BillingRun.objects.select_for_update(of=("self",)).get(id=run_id)
    done = set(BillingLine.objects.filter(run=run).values_list("visit_id", flat=True))
    waiting = [one for one in run.visit_ids if one not in done]
    for position, visit_id in enumerate(waiting[:VISITS_PER_JOB], start=len(done) + 1):
        claim, refusal = _bill(visit_id, at)
        BillingLine.objects.create(
            run=run, visit_id=visit_id, claim=claim, position=position, refusal=refusal[:200]
        )
    remaining = len(waiting) > VISITS_PER_JOB
    if not remaining and run.finished_at is None:
        run.finished_at = at
        run.save(update_fields=["finished_at"])
    return remaining


def _bill(visit_id: UUID, at: datetime) -> tuple[Claim | None, str]:
    try:
        with transaction.atomic():
            return bill_visit(encounter_id=visit_id, at=at), ""
    except CannotBuild as refusal:
        return None, str(refusal)
    except Exception:
        logger.exception("claims.billing_failed visit=%s", visit_id)
        return None, "An error stopped this visit; it is unchanged."
