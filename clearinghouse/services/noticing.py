"""The first time a partner sends what no guide names, a person hears of it."""

from __future__ import annotations

from datetime import datetime
from itertools import islice
from uuid import UUID

from django.db import transaction

from clearinghouse.choices import ExchangeProblem
from clearinghouse.models import ExchangeFile, TradingPartner, UnknownThing
from clearinghouse.selectors.answers import partners_of_file
from clearinghouse.selectors.files import open_file
from clearinghouse.services.problems import open_problem
from reference.choices import CodeSet
from reference.selectors import meanings
from x12 import NotX12, segments, unknown_things

MOST_OF_A_FILE = 50
"""A damaged file is full of them; its readers say what is wrong with it."""


@transaction.atomic
def notice_unknown_things(*, file_id: UUID, at: datetime) -> int:
    """Note what the file's partner never sent before, once for each; one item for all of them."""
    file = ExchangeFile.objects.get(id=file_id)
    partner = _partner_of(file)
    if partner is None:
        return 0
    reasons = meanings(CodeSet.ADJUSTMENT_REASON).keys()
    with open_file(file) as source:
        found = [
            UnknownThing(
                partner=partner,
                kind=one.kind.value,
                transaction=one.transaction,
                label=one.label,
                code=one.code,
                file=file,
                segment=one.segment,
                seen_at=at,
            )
            for one in islice(unknown_things(source, reasons=reasons), MOST_OF_A_FILE)
        ]
    UnknownThing.objects.bulk_create(found, ignore_conflicts=True)
    fresh = list(UnknownThing.objects.filter(partner=partner, file=file).order_by("segment", "id"))
    if fresh:
        more = f" and {len(fresh) - 1} more" if len(fresh) > 1 else ""
        open_problem(
            ExchangeProblem.UNKNOWN_THINGS,
            subject=file,
            title=f"{partner} sends a {fresh[0]} for the first time{more}",
            at=at,
        )
    return len(fresh)


def _partner_of(file: ExchangeFile) -> TradingPartner | None:
    try:
        with open_file(file) as source:
            first = next(iter(segments(source)), None)
    except NotX12:
        return None
    sender = first.elements[6] if first and len(first.elements) > 6 else ""
    named = partners_of_file(file, sender)
    return TradingPartner.objects.filter(id__in=named).first() if len(set(named)) == 1 else None
