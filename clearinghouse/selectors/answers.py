"""What partners answered, and what they have not."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import DurationField, ExpressionWrapper, F, QuerySet, Value

from clearinghouse.choices import InterchangeAnswer, InterchangeState
from clearinghouse.models import EnvelopeAnswer, ExchangeFile, FetchedFile, Interchange, TradingPartner


def partners_of_file(file: ExchangeFile, sender: str) -> list[UUID]:
    """Whose file it is: by the folder it was fetched from, else by the sender its envelope names (ISA06)."""
    fetched = FetchedFile.objects.filter(file=file).values_list("connection__partner_id", flat=True)
    named = TradingPartner.objects.filter(receiver_id=sender.strip()).values_list("id", flat=True)
    return list(fetched) or list(named)


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


def unanswered(*, at: datetime) -> list[Interchange]:
    """Sent longer ago than their partner takes, and not answered set by set."""
    patience = ExpressionWrapper(
        F("partner__answers_within_hours") * Value(timedelta(hours=1)), output_field=DurationField()
    )
    return list(
        Interchange.objects.select_related("partner")
        .filter(
            state=InterchangeState.SENT,
            answer__in=(InterchangeAnswer.WAITING, InterchangeAnswer.RECEIVED),
        )
        .annotate(due_at=F("sent_at") + patience)
        .filter(due_at__lte=at)
        .order_by("sent_at", "id")
    )
