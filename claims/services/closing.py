"""Claims on which nobody owes and nobody works any more."""

from datetime import datetime

from django.db.models import Exists, OuterRef
from django.utils.timezone import localdate

from audit import services as audit
from claims.models import Claim
from workbench.models import WorkItem

AT_A_TIME = 1000


def close_settled(*, at: datetime) -> int:
    """Close what is settled: decided, nothing open with payers or patient, and no work open under its number.

    Returns how many. Safe to repeat: a closed claim is closed again only after money was open on it once more.
    """
    work = WorkItem.objects.filter(is_open=True, reference=OuterRef("patient_control_number"))
    settled = list(
        Claim.objects.settled_unclosed()
        .filter(~Exists(work))
        .order_by("id")
        .select_for_update(skip_locked=True)
        .only("id", "organization_id", "patient_id", "payer_id", "adjudication_state")[:AT_A_TIME]
    )
    Claim.objects.filter(id__in=[claim.id for claim in settled]).update(closed_on=localdate(at))
    audit.record_many(
        audit.Entry(
            verb="claims.claim.closed",
            subject_type="claims.claim",
            subject_id=claim.id,
            patient_id=claim.patient_id,
            fields=("closed_on",),
        )
        for claim in settled
    )
    audit.emit_many(
        audit.Happening(
            name="claim.closed",
            subject_type="claims.claim",
            subject_id=claim.id,
            occurred_at=at,
            data={"state": claim.adjudication_state, "payer_id": str(claim.payer_id)},
        )
        for claim in settled
    )
    return len(settled)
