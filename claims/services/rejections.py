"""What was not taken in: put before people, mended and sent again."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils.timezone import localdate

from claims.choices import RejectionKind
from claims.models import Claim, ClaimAcknowledgement, Submission
from claims.rules.states import REJECTED, Evidence, State
from claims.selectors.tickets import is_lost
from claims.services.building import CannotBuild, rebuild_claim
from claims.services.moving import Said, move_claims
from claims.services.tickets import end_tickets
from clearinghouse.models import Interchange, InterchangeSet
from tenancy.jobs import enqueue
from workbench.models import WorkItem
from workbench.services import ItemDraft, Refusal, cancel_items, open_items

KIND = "REJECTION"
QUEUE = "billing"
SERVICE_DAYS = 3


class CannotResend(Exception):
    """Why nothing can go again, in words for who asked."""


def open_rejections(
    told: Iterable[tuple[RejectionKind, Claim, ClaimAcknowledgement]], *, at: datetime
) -> None:
    """One open item for a claim and what is wrong with it, however often it is said."""
    open_items(_draft(kind, claim, said, at) for kind, claim, said in told)


def open_envelope_rejection(
    *, interchange: Interchange, of_set: InterchangeSet | None, claims: Collection[Claim], at: datetime
) -> None:
    """A file or set that nobody took in, and no claim of it is named: one item for all its claims."""
    what = f"Set {of_set} of interchange {interchange}" if of_set else f"Interchange {interchange}"
    open_items(
        [
            ItemDraft(
                kind=KIND,
                cause_key=_set_cause(of_set.id) if of_set else _interchange_cause(interchange.id),
                title=f"{what} was rejected with {len(claims)} claims",
                occurred_on=localdate(at),
                subject_type="clearinghouse.interchange",
                subject_id=interchange.id,
                queue=QUEUE,
                category=RejectionKind.ENVELOPE,
                priority=80,
                due_on=localdate(at) + timedelta(days=SERVICE_DAYS),
                amount_cents=sum(claim.total_cents for claim in claims),
                reference=str(interchange),
            )
        ]
    )


def close_rejections(claim_ids: Collection[UUID], *, at: datetime) -> None:
    """Claims that have gone again are rejected no more."""
    if claim_ids:
        cancel_items(kind=KIND, cause_keys=[_cause(claim_id) for claim_id in claim_ids], at=at)


@transaction.atomic
def resend_claim(*, claim_id: UUID, at: datetime) -> bool:
    """A rejected or lost claim once more, built anew from what stands on file; true if it says something else now.

    What has not changed goes as it was: what was wrong may have been at the other end. Edits and batching follow.
    """
    claim = Claim.objects.select_for_update(of=("self",)).get(id=claim_id)
    if claim.submission_state not in REJECTED and not is_lost(claim):
        raise CannotResend(
            "This claim was neither rejected nor lost on its way to the payer, so it is not sent again."
        )
    try:
        version = rebuild_claim(claim_id=claim.id, at=at)
    except CannotBuild as refusal:
        raise CannotResend(str(refusal)) from refusal
    if version is None:
        release_again([claim.id], at=at)
    close_rejections([claim.id], at=at)
    end_tickets([str(claim.id)], at=at)
    return version is not None


def resend_item(*, item: WorkItem, at: datetime) -> str:
    """The same for an item, as one of many."""
    if item.subject_type != "claims.claim" or item.subject_id is None:
        raise Refusal("A whole file is sent again from its own item.")
    try:
        is_new = resend_claim(claim_id=item.subject_id, at=at)
    except CannotResend as refusal:
        raise Refusal(str(refusal)) from refusal
    return "" if is_new else "It goes as it was."


@transaction.atomic
def resend_interchange(*, interchange: Interchange, at: datetime) -> int:
    """Every claim of the file that was rejected with it, as it is; returns how many."""
    claim_ids = set(
        Submission.objects.filter(
            interchange=interchange, claim__submission_state=State.SYNTAX_REJECTED
        ).values_list("claim_id", flat=True)
    )
    if not claim_ids:
        raise CannotResend("No claim of this file is rejected any more.")
    release_again(claim_ids, at=at)
    causes = [
        _interchange_cause(interchange.id),
        *map(_set_cause, interchange.sets.values_list("id", flat=True)),
    ]
    cancel_items(kind=KIND, cause_keys=causes, at=at)
    return len(claim_ids)


def release_again(claim_ids: Collection[UUID], *, at: datetime) -> None:
    """The same versions back to their edits, and from there into the next batch."""
    move_claims([Said(claim_id, Evidence.REBUILT, at) for claim_id in claim_ids])
    enqueue("claims.run_edits", claim_ids=[str(claim_id) for claim_id in claim_ids])


def _interchange_cause(interchange_id: UUID) -> str:
    return f"interchange:{interchange_id}"


def _set_cause(set_id: UUID) -> str:
    return f"set:{set_id}"


def _cause(claim_id: UUID, kind: RejectionKind | None = None) -> str:
    """A rejection goes when the claim has gone again; other questions have a cause of their own."""
    return str(claim_id) if kind in (None, *MENDED_BY_SENDING) else f"{claim_id}:{kind}"


MENDED_BY_SENDING = (RejectionKind.SYNTAX, RejectionKind.CLEARINGHOUSE, RejectionKind.PAYER)
TITLES = {
    RejectionKind.SYNTAX: "rejected by its form",
    RejectionKind.CLEARINGHOUSE: "rejected by the clearinghouse",
    RejectionKind.PAYER: "rejected by the payer",
    RejectionKind.CONTRADICTION: "contradictory acknowledgements",
    RejectionKind.INFORMATION: "the payer asks for information",
    RejectionKind.UNKNOWN: "an answer nobody understands",
}


def _draft(kind: RejectionKind, claim: Claim, said: ClaimAcknowledgement, at: datetime) -> ItemDraft:
    return ItemDraft(
        kind=KIND,
        cause_key=_cause(claim.id, kind),
        title=f"Claim {claim.patient_control_number}: {TITLES[kind]}",
        occurred_on=localdate(at),
        subject_type="claims.claim",
        subject_id=claim.id,
        queue=QUEUE,
        category=kind,
        code=":".join(said.codes[0][:2]) if said.codes else "",
        priority=70,
        due_on=localdate(at) + timedelta(days=SERVICE_DAYS),
        payer_id=claim.payer_id,
        location_id=claim.location_id,
        patient_id=claim.patient_id,
        amount_cents=claim.total_cents,
        reference=claim.patient_control_number,
    )
