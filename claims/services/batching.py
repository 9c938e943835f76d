"""Claims that are ready get their place in an interchange: partner by partner, each with the bytes of its version."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.timezone import localdate
from msgspec.structs import replace

from audit import services as audit
from claims.models import Claim, ClaimVersion, Submission
from claims.rules.snapshot import claim_of
from claims.rules.states import Evidence, State
from claims.selectors.sending import (
    Group,
    claims_ready,
    current_versions,
    deliveries_untaken,
    group_of,
    ready_groups,
    transaction_of,
    without_item,
)
from claims.selectors.visits import not_protected
from claims.services.moving import Said, move_claims
from claims.services.rejections import close_rejections
from claims.services.tickets import close_tickets, open_unsent
from clearinghouse.choices import InterchangeState
from clearinghouse.models import ExchangeFile
from clearinghouse.selectors import Way, open_file, partners_taking, ways_to
from clearinghouse.services import CannotSeal, Sealed, seal
from tenancy.bulk import insert_models
from tenancy.jobs import enqueue
from workbench.models import WorkItem
from workbench.services import ItemDraft, cancel_items, open_items
from x12 import ClaimBatchStart, SubmittedClaim, read_837

KIND = "CANNOT_SEND"
QUEUE = "billing"
CANNOT_WRITE = "CANNOT_WRITE"
AT_A_TIME = 2000


@dataclass(frozen=True, slots=True)
class Batched:
    """What became of the claims that were ready."""

    interchange_ids: tuple[UUID, ...] = ()
    sent: int = 0
    """Claims that have their place in one of these interchanges."""
    kept: int = 0
    """Claims whose way is not open, or that cannot be written."""


@dataclass(frozen=True, slots=True)
class _Parcel:
    claim: Claim
    version: ClaimVersion
    content: SubmittedClaim


@transaction.atomic
def send_ready(
    *, at: datetime, claim_ids: Collection[UUID] | None = None, is_urgent: bool = False
) -> Batched:
    """Seal what is ready for the partners that take files now; an urgent call does not wait for their windows.

    A claim whose way is not open stays ready, with an item that says why. Safe to repeat: a claim is taken once.
    """
    _close_mended(at)
    ways = ways_to(ready_groups(claim_ids))
    kept = _tell_of_closed_ways(ways, claim_ids, at)
    partners = {way.partner_id for way in ways.values() if way.partner_id is not None}
    taking = partners if is_urgent else partners_taking(partners, at=at)
    wanted = claims_ready([group for group, way in ways.items() if way.partner_id in taking], claim_ids)
    claims = list(wanted.select_for_update(skip_locked=True, of=("self",))[:AT_A_TIME])
    free = not_protected([claim.encounter for claim in claims], on=localdate(at))
    leaving = [claim for claim in claims if claim.encounter_id in free]
    interchanges, sent = [], 0
    for (partner_id, kind), parcels in _sorted_out(leaving, ways).items():
        sealed, refused = _seal(partner_id, kind, parcels, at)
        kept += refused
        if sealed is not None:
            interchanges.append(sealed.interchange_id)
            sent += len(parcels) - refused
    if len(claims) == AT_A_TIME:
        enqueue("claims.send_ready", once_key="more", is_urgent=is_urgent)
    return Batched(tuple(interchanges), sent, kept)


@transaction.atomic
def send_now(*, at: datetime, claim_ids: Collection[UUID] | None = None) -> Batched:
    """A person does not wait for the partners' windows."""
    batched = send_ready(at=at, claim_ids=claim_ids, is_urgent=True)
    audit.record("claims.claims.ordered", data={"claims": batched.sent, "kept": batched.kept})
    return batched


@transaction.atomic
def take_deliveries(*, at: datetime) -> int:
    """Move the claims of interchanges that their partner holds, or that could not be brought. Safe to repeat."""
    arrived = deliveries_untaken(InterchangeState.SENT, (State.BATCHED, State.SEND_FAILED))
    failed = deliveries_untaken(InterchangeState.FAILED, (State.BATCHED,))
    moved = move_claims(
        [
            *(_said(one, Evidence.STORED, one.interchange.sent_at or at) for one in arrived),
            *(_said(one, Evidence.SENDING_FAILED, at) for one in failed),
        ]
    )
    open_unsent({one.interchange_id: one.interchange for one in failed}.values(), at=at)
    if arrived:
        close_tickets(at=at)
    return len(moved)


# -- how ---------------------------------------------------------------------------------------------------------


def _said(submission: Submission, evidence: Evidence, at: datetime) -> Said:
    data = {
        "interchange_id": str(submission.interchange_id),
        "file_id": str(submission.interchange.file_id),
        "segment": submission.position,
    }
    return Said(submission.claim_id, evidence, at, data)


def _close_mended(at: datetime) -> None:
    """What no longer waits to be sent needs nobody."""
    items = list(
        WorkItem.objects.filter(kind=KIND, is_open=True, subject_id__isnull=False).values_list(
            "subject_id", "category", "cause_key"
        )
    )
    if not items:
        return
    claims = Claim.objects.filter(id__in={claim_id for claim_id, _, _ in items})
    states = dict(claims.values_list("id", "submission_state"))
    gone = [
        cause
        for claim_id, category, cause in items
        if claim_id
        and states.get(claim_id) != (State.EDITING_FAILED if category == CANNOT_WRITE else State.READY)
    ]
    if gone:
        cancel_items(kind=KIND, cause_keys=gone, at=at)


def _tell_of_closed_ways(ways: Mapping[Group, Way], claim_ids: Collection[UUID] | None, at: datetime) -> int:
    """One item for each claim whose way is not open; returns how many claims stay."""
    closed = claims_ready([group for group, way in ways.items() if way.partner_id is None], claim_ids)
    fresh = without_item(closed, KIND)[:AT_A_TIME]
    open_items(_item(claim, ways[group_of(claim)].reason, at) for claim in fresh)
    return closed.count()


def _item(claim: Claim, category: str, at: datetime, words: str = "") -> ItemDraft:
    return ItemDraft(
        kind=KIND,
        cause_key=str(claim.id),
        title=f"Claim {claim.patient_control_number} cannot be sent{': ' if words else ''}{words}",
        occurred_on=localdate(at),
        subject_type="claims.claim",
        subject_id=claim.id,
        queue=QUEUE,
        category=category,
        payer_id=claim.payer_id,
        location_id=claim.location_id,
        patient_id=claim.patient_id,
        amount_cents=claim.total_cents,
        priority=50,
        reference=claim.patient_control_number,
    )


def _sorted_out(claims: Sequence[Claim], ways: Mapping[Group, Way]) -> dict[tuple[UUID, str], list[_Parcel]]:
    """By partner and transaction: each claim as its version says it, with the payer called as the partner calls it
    (2010BB NM109).
    """
    versions = current_versions(claims)
    parcels: dict[tuple[UUID, str], list[_Parcel]] = defaultdict(list)
    for claim in claims:
        way, version = ways[group_of(claim)], versions[claim.id]
        assert way.partner_id is not None
        content = claim_of(version.snapshot)
        if content.payer is not None:
            content = replace(content, payer=replace(content.payer, identifier=way.payer_identifier))
        parcels[way.partner_id, transaction_of(claim.kind)].append(_Parcel(claim, version, content))
    return parcels


def _seal(partner_id: UUID, kind: str, parcels: Sequence[_Parcel], at: datetime) -> tuple[Sealed | None, int]:
    """One interchange of those that can be written; the others go back to whom their edits belong."""
    left = {parcel.version.id: parcel for parcel in parcels}
    refused = 0
    while left:
        given = [(version_id, parcel.content) for version_id, parcel in left.items()]
        try:
            sealed = seal(partner_id=partner_id, kind=kind, claims=given, at=at)
        except CannotSeal as refusal:
            if refusal.subject_id is None:
                raise
            _send_back(left.pop(refusal.subject_id), str(refusal), at)
            refused += 1
        else:
            _record(sealed, left, at)
            return sealed, refused
    return None, refused


def _send_back(parcel: _Parcel, words: str, at: datetime) -> None:
    move_claims([Said(parcel.claim.id, Evidence.EDITS_FAILED, at, {"reason": words})])
    open_items([_item(parcel.claim, CANNOT_WRITE, at, words)])


def _record(sealed: Sealed, parcels: Mapping[UUID, _Parcel], at: datetime) -> None:
    """Who stands where in the sealed bytes, read from the bytes themselves."""
    file = ExchangeFile.objects.get(id=sealed.file_id)
    places = _places(file)
    submissions = []
    for one in sealed.sets:
        for version_id in one.subject_ids:
            set_position, position = next(places)
            submissions.append(
                Submission(
                    claim=parcels[version_id].claim,
                    version=parcels[version_id].version,
                    interchange_id=sealed.interchange_id,
                    set_id=one.id,
                    set_position=set_position,
                    position=position,
                    made_at=at,
                )
            )
    insert_models(submissions)
    close_rejections([one.claim_id for one in submissions], at=at)
    data = {"interchange_id": str(sealed.interchange_id), "file_id": str(sealed.file_id)}
    move_claims(
        [Said(one.claim_id, Evidence.BATCHED, at, {**data, "segment": one.position}) for one in submissions]
    )


def _places(file: ExchangeFile) -> Iterator[tuple[int, int]]:
    """The segments of ST and CLM of each claim, in the order of the file."""
    set_position = 0
    with open_file(file) as source:
        for record in read_837(source, checked=False):
            if isinstance(record, ClaimBatchStart):
                set_position = record.position.segment
            elif isinstance(record, SubmittedClaim):
                yield set_position, record.position.segment
