"""Facts without a mark for the denials app: what was denied, what was paid after all, what was taken back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from remittances.choices import Booking, FactKind
from remittances.models import AdjudicationFact, RemitClaim, RemitLine, Remittance
from remittances.rules.classes import DENIED_RESULTS
from tenancy.bulk import among, insert_rows, rows_among
from tenancy.ids import uuid7

COLUMNS = (
    "id",
    "claim_id",
    "remit_claim_id",
    "remit_line_id",
    "kind",
    "denied_cents",
    "paid_cents",
    "occurred_on",
    "recorded_at",
)
_DENIALS = (FactKind.DENIED, FactKind.PARTLY_DENIED)


class _Line(NamedTuple):
    id: UUID
    result: str
    denied_cents: int
    paid_cents: int


def leave_decided(remittance: Remittance, applied: Sequence[RemitClaim], *, at: datetime) -> None:
    """Facts of payments that were just applied to their claims."""
    denied = [one for one in applied if one.denied_cents or one.result in DENIED_RESULTS]
    kinds = ", ".join(f"'{kind}'" for kind in _DENIALS)
    before = {
        row[0]
        for row in rows_among(
            AdjudicationFact,
            ("claim_id",),
            key="claim_id",
            ids=(one.claim_id for one in applied if one.claim_id),
            where=f"kind IN ({kinds})",
        )
    }
    paid = [one for one in applied if one.paid_cents > 0 and one.claim_id in before]
    wanted = {one.id: one for one in (*denied, *paid)}
    if not wanted:
        return
    _leave(remittance, wanted, before, at=at)
    _tell_paid_before({one.claim_id for one in denied if one.claim_id} - before, wanted, at=at)


def _tell_paid_before(claim_ids: set[UUID], told: Collection[UUID], *, at: datetime) -> None:
    """Payments that came before the first refusal of a claim was here: of a later day, they answer it."""
    if not claim_ids:
        return
    standing = RemitClaim.objects.filter(
        claim_id__in=among(claim_ids), booking=Booking.APPLIED, paid_cents__gt=0
    ).exclude(id__in=among(told))
    for one in standing.select_related("remittance"):
        _leave(one.remittance, {one.id: one}, claim_ids, at=at)


def _leave(
    remittance: Remittance, wanted: Mapping[UUID, RemitClaim], before: Collection[UUID], *, at: datetime
) -> None:
    lines: dict[UUID, list[_Line]] = defaultdict(list)
    for remit_claim_id, *line in rows_among(
        RemitLine,
        ("remit_claim_id", "id", "result", "denied_cents", "paid_cents"),
        key="remit_claim_id",
        ids=wanted,
        order="ordinal",
    ):
        lines[remit_claim_id].append(_Line(*line))
    rows: list[tuple[Any, ...]] = []
    for one in wanted.values():
        rows += _facts_of(remittance, one, lines[one.id], one.claim_id in before, at)
    insert_rows(AdjudicationFact, COLUMNS, rows)


def _facts_of(
    remittance: Remittance, one: RemitClaim, lines: Sequence[_Line], was_denied: bool, at: datetime
) -> Iterable[tuple[Any, ...]]:
    day = remittance.payment_on
    at_lines = 0
    for line in lines:
        if line.denied_cents or line.result in DENIED_RESULTS:
            at_lines += line.denied_cents
            kind = FactKind.PARTLY_DENIED if line.paid_cents > 0 else FactKind.DENIED
            yield (uuid7(), one.claim_id, one.id, line.id, kind, line.denied_cents, line.paid_cents, day, at)
        elif was_denied and line.paid_cents > 0:
            yield (uuid7(), one.claim_id, one.id, line.id, FactKind.PAID, 0, line.paid_cents, day, at)
    at_claim = one.denied_cents - at_lines
    if at_claim > 0:
        kind = FactKind.PARTLY_DENIED if one.paid_cents > 0 else FactKind.DENIED
        yield (uuid7(), one.claim_id, one.id, None, kind, at_claim, one.paid_cents, day, at)
    elif was_denied and not lines and one.paid_cents > 0:
        yield (uuid7(), one.claim_id, one.id, None, FactKind.PAID, 0, one.paid_cents, day, at)


def leave_reversed(originals: Sequence[RemitClaim], *, at: datetime) -> None:
    """What these payments had decided is void: taken back by the payer, un-posted or detached."""
    rested = (
        AdjudicationFact.objects.filter(remit_claim_id__in=among(one.id for one in originals))
        .exclude(kind=FactKind.REVERSED)
        .values_list("remit_claim_id", "claim_id")
        .distinct()
    )
    insert_rows(
        AdjudicationFact,
        COLUMNS,
        [
            (uuid7(), claim_id, remit_claim_id, None, FactKind.REVERSED, 0, 0, at.date(), at)
            for remit_claim_id, claim_id in rested
        ],
    )
