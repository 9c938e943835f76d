"""Facts without a mark for the denials app: what was denied, what was paid after all, what was taken back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.utils.timezone import localdate

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
    """Facts of payments that were just applied to their claims: all that is said of a claim refused before or now."""
    denied = {one.claim_id for one in applied if one.claim_id and _refuses(one)}
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
    wanted = [one for one in applied if one.claim_id in denied or one.claim_id in before]
    first = denied - before
    _leave(remittance, wanted, refusals_only=first, at=at)
    if first:
        _tell_others(first, [one.id for one in wanted], at=at)


def _refuses(one: RemitClaim | _Line) -> bool:
    return bool(one.denied_cents) or one.result in DENIED_RESULTS


def _tell_others(claim_ids: set[UUID], told: Sequence[UUID], *, at: datetime) -> None:
    """What stood on a claim before its first refusal came in: some of it may be of a later day."""
    rows = rows_among(
        RemitClaim, ("id",), key="claim_id", ids=claim_ids, where=f"booking = '{Booking.APPLIED.value}'"
    )
    others = {row[0] for row in rows}.difference(told)
    if not others:
        return
    standing = RemitClaim.objects.filter(id__in=among(others)).select_related("remittance")
    for one in standing.order_by("id"):
        _leave(one.remittance, [one], at=at)


def _leave(
    remittance: Remittance,
    wanted: Sequence[RemitClaim],
    *,
    at: datetime,
    refusals_only: Collection[UUID | None] = (),
) -> None:
    if not wanted:
        return
    lines: dict[UUID, list[_Line]] = defaultdict(list)
    for remit_claim_id, *line in rows_among(
        RemitLine,
        ("remit_claim_id", "id", "result", "denied_cents", "paid_cents"),
        key="remit_claim_id",
        ids=(one.id for one in wanted),
        order="ordinal",
    ):
        lines[remit_claim_id].append(_Line(*line))
    insert_rows(
        AdjudicationFact,
        COLUMNS,
        [
            row
            for one in wanted
            for row in _facts_of(remittance, one, lines[one.id], at)
            if row[4] in _DENIALS or one.claim_id not in refusals_only
        ],
    )


def _facts_of(
    remittance: Remittance, one: RemitClaim, lines: Sequence[_Line], at: datetime
) -> Iterable[tuple[Any, ...]]:
    day = remittance.payment_on
    whole = one.denied_cents - sum(line.denied_cents for line in lines)
    for line in lines:
        kind = _kind(_refuses(line), line.paid_cents)
        yield (uuid7(), one.claim_id, one.id, line.id, kind, line.denied_cents, line.paid_cents, day, at)
    if whole > 0 or not lines:
        kind = _kind(whole > 0, one.paid_cents)
        yield (uuid7(), one.claim_id, one.id, None, kind, max(whole, 0), one.paid_cents, day, at)


def _kind(is_refused: bool, paid_cents: int) -> str:
    if is_refused:
        return FactKind.PARTLY_DENIED if paid_cents > 0 else FactKind.DENIED
    return FactKind.PAID if paid_cents > 0 else FactKind.DECIDED


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
            (uuid7(), claim_id, remit_claim_id, None, FactKind.REVERSED, 0, 0, localdate(at), at)
            for remit_claim_id, claim_id in rested
        ],
    )
