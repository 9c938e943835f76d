"""What a person does with a problem: try again (the same bytes, file, question or job), or put it aside and say why."""

from __future__ import annotations

from datetime import datetime

from clearinghouse.choices import ExchangeProblem
from clearinghouse.models import ExchangeFile, Interchange, TradingPartner
from clearinghouse.services.fetching import fetch_now, read_again
from clearinghouse.services.partners import ExchangeRefused, send_again
from workbench.models import WorkItem
from workbench.services import Refusal, close_item, retry_job

NOT_PUT_ASIDE = {
    ExchangeProblem.NOT_SENT: "has not reached its partner: send it, or bring it by hand and confirm that",
    ExchangeProblem.UNREACHABLE: "ends by itself once the partner lets us in",
    ExchangeProblem.AWAY: "ends by itself once the partner answers",
}
NOT_REPLAYED = {
    ExchangeProblem.UNANSWERED: "was sent: only its partner can say what became of it",
    ExchangeProblem.UNKNOWN_THINGS: "was read already: reading it again tells nothing new",
    ExchangeProblem.QUESTIONS_REFUSED: "its questions are asked again at their time",
}


def replay(*, item: WorkItem, at: datetime) -> str:
    """Safe to repeat: nothing is sent twice or read twice. The item closes when its cause is gone."""
    if objection := objection_to_replay(item):
        raise _refusal(objection)
    try:
        if item.category == ExchangeProblem.JOB_FAILED:
            return retry_job(item=item, at=at)
        if item.category == ExchangeProblem.NOT_SENT:
            send_again(interchange=Interchange.objects.get(id=item.subject_id))
            return "The same bytes are on their way."
        if item.category in (ExchangeProblem.UNREADABLE, ExchangeProblem.UNKNOWN_ANSWER):
            read_again(file=ExchangeFile.objects.get(id=item.subject_id), at=at)
            return "The file is read again."
        fetch_now(partner=TradingPartner.objects.get(id=item.subject_id))
        return "The partner is asked now."
    except ExchangeRefused as refusal:
        raise Refusal(str(refusal)) from refusal


def objection_to_replay(item: WorkItem) -> str:
    return NOT_REPLAYED.get(ExchangeProblem(item.category), "")


def put_aside(
    *, item: WorkItem, outcome: str, reason: str, at: datetime, version: int | None = None
) -> WorkItem:
    """A person answers for it that nothing more is to be done; nobody is told of it again."""
    if objection := objection_to_putting_aside(item):
        raise _refusal(objection)
    if not reason.strip():
        raise Refusal("Write down why nothing more is to be done.")
    return close_item(item=item, outcome=outcome, reason=reason, at=at, version=version)


def objection_to_putting_aside(item: WorkItem) -> str:
    return NOT_PUT_ASIDE.get(ExchangeProblem(item.category), "")


def _refusal(objection: str) -> Refusal:
    return Refusal(f"{objection[0].upper()}{objection[1:]}.")
