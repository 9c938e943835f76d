"""What partners answered, and what they have not."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import DurationField, ExpressionWrapper, F, Q, QuerySet, Value

from clearinghouse.choices import ExchangeProblem, InterchangeAnswer, InterchangeState
from clearinghouse.models import (
    EnvelopeAnswer,
    ExchangeFile,
    FetchedFile,
    Interchange,
    InterchangeSet,
    TradingPartner,
)
from clearinghouse.rules.batches import numbers_of
from clearinghouse.selectors.problems import put_aside


def partners_of_file(file: ExchangeFile, sender: str) -> list[UUID]:
    """Whose file it is: by the folder it was fetched from, else by the sender its envelope names (ISA06)."""
    fetched = FetchedFile.objects.filter(file=file).values_list("connection__partner_id", flat=True)
    named = TradingPartner.objects.filter(receiver_id=sender.strip()).values_list("id", flat=True)
    return list(fetched) or list(named)


def set_of_batch(file: ExchangeFile, sender: str, reference: str) -> InterchangeSet | None:
    """The set that a partner names by the reference we gave it (BHT03)."""
    numbers = numbers_of(reference)
    if numbers is None:
        return None
    return (
        InterchangeSet.objects.select_related("interchange")
        .filter(
            interchange__partner__in=partners_of_file(file, sender),
            interchange__control_number=numbers[0],
            control_number=numbers[1],
        )
        .first()
    )


def sets_answered(interchange: Interchange, answers: Iterable[EnvelopeAnswer]) -> list[list[str]]:
    """The outcomes said of each set, sets without any among them."""
    said = defaultdict(list)
    for one in answers:
        if one.set_id is not None:
            said[one.set_id].append(one.outcome)
    return [said[set_id] for set_id in interchange.sets.values_list("id", flat=True)]


def answers_untaken(limit: int) -> list[EnvelopeAnswer]:
    """Answers to what was sent by which nobody has moved yet, as they came."""
    return list(
        EnvelopeAnswer.objects.select_related("interchange", "set")
        .filter(taken_at__isnull=True, interchange__isnull=False)
        .order_by("received_at", "file", "segment")[:limit]
    )


def answers_to(interchange: Interchange) -> QuerySet[EnvelopeAnswer]:
    return interchange.answers.select_related("set", "file").order_by("received_at", "segment", "id")


def sets_with_answers(interchange: Interchange) -> list[tuple[InterchangeSet, EnvelopeAnswer | None]]:
    """What left, set by set, each with the last word on it."""
    said = {one.set_id: one for one in answers_to(interchange) if one.set_id}
    return [(one, said.get(one.id)) for one in interchange.sets.order_by("control_number")]


def unanswered(*, at: datetime) -> QuerySet[Interchange]:
    """Sent longer ago than their partner takes, not answered set by set, and not put aside; the oldest first."""
    patience = ExpressionWrapper(
        F("partner__answers_within_hours") * Value(timedelta(hours=1)), output_field=DurationField()
    )
    return (
        Interchange.objects.select_related("partner")
        .filter(
            state=InterchangeState.SENT,
            answer__in=(InterchangeAnswer.WAITING, InterchangeAnswer.RECEIVED),
        )
        .exclude(id__in=put_aside(ExchangeProblem.UNANSWERED))
        .annotate(due_at=F("sent_at") + patience)
        .filter(due_at__lte=at)
        .order_by("sent_at", "id")
    )


PAGE = 50


def sent_page(*, after: str = "") -> tuple[list[Interchange], str]:
    """The newest interchanges and where the next page begins, empty at the end."""
    rows = Interchange.objects.select_related("partner").order_by("-sealed_at", "-id")
    moment, _, last = after.partition("_")
    try:
        begin, last_id = datetime.fromisoformat(moment), UUID(last)
        rows = rows.filter(Q(sealed_at__lt=begin) | Q(sealed_at=begin, id__lt=last_id))
    except ValueError:
        pass
    page = list(rows[: PAGE + 1])
    more = f"{page[PAGE - 1].sealed_at.isoformat()}_{page[PAGE - 1].id}" if len(page) > PAGE else ""
    return page[:PAGE], more
