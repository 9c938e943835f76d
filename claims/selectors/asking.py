"""Which claims payers are due to be asked about, what was asked, and which question an answer belongs to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import Exists, F, OuterRef, Q
from django.utils.timezone import localdate

from claims.choices import QuestionState
from claims.models import Claim, StatusQuestion
from claims.rules.asking import ANSWERED_WITHIN, next_question_on
from claims.rules.states import MOVES, Evidence, State
from claims.selectors.silence import claims_waiting, usual_times
from clearinghouse.choices import InterchangeAnswer, InterchangeState, Transaction
from clearinghouse.models import EnvelopeAnswer
from clearinghouse.selectors import Way, way_to
from tenancy.scope import Scope
from x12 import Outcome

ASKABLE = (*MOVES[Evidence.NO_ANSWER], State.STUCK)
"""Sent, and no payer has decided: what a payer can be asked about."""


def claims_to_ask(*, at: datetime) -> list[Claim]:
    """The claims whose payers are due to be asked, the longest silent first."""
    today, times = localdate(at), usual_times()
    waiting = claims_waiting(
        ASKABLE, heard_by=today - timedelta(days=max(1, times.shortest - ANSWERED_WITHIN))
    )
    asked = _asked_on([one.claim.id for one in waiting])
    return [
        one.claim
        for one in waiting
        if next_question_on(
            heard_on=one.heard_on,
            usual=times[one.claim.payer_id, one.claim.kind],
            asked_on=asked.get(one.claim.id, ()),
        )
        <= today
    ]


def _asked_on(claim_ids: Collection[UUID]) -> dict[UUID, list[date]]:
    """By claim: the days on which was asked about its present version."""
    found: dict[UUID, list[date]] = defaultdict(list)
    rows = StatusQuestion.objects.filter(claim__in=claim_ids, version__number=F("claim__current_version"))
    for claim_id, asked_at in rows.values_list("claim_id", "asked_at"):
        found[claim_id].append(localdate(asked_at))
    return found


def without_open_question(claim_ids: Iterable[UUID]) -> list[Claim]:
    """The claims of these that can be asked about now; nobody else asks until this transaction ends."""
    claims = (
        Claim.objects.select_for_update(skip_locked=True, of=("self",))
        .filter(id__in=list(claim_ids), submission_state__in=list(ASKABLE))
        .order_by("id")
    )
    found = list(claims)
    standing = StatusQuestion.objects.filter(claim__in=found, state=QuestionState.ASKED)
    taken = set(standing.values_list("claim_id", flat=True))
    return [one for one in found if one.id not in taken]


def way_to_ask(claim: Claim) -> Way:
    return way_to(
        payer_id=claim.payer_id, provider_id=claim.billing_provider_id, transaction=Transaction.STATUS
    )


def questions_of(claim: Claim) -> list[StatusQuestion]:
    """The newest first."""
    rows = StatusQuestion.objects.select_related("interchange__partner", "version", "answer")
    return list(rows.defer("version__snapshot").filter(claim=claim).order_by("-asked_at", "-id"))


def questions_by_trace(traces: Iterable[str]) -> dict[str, StatusQuestion]:
    """By TRN02 as it came back."""
    ids = {trace: found for trace in traces if (found := _id(trace))}
    rows = StatusQuestion.objects.select_related("claim", "version").defer("version__snapshot")
    known = rows.in_bulk(ids.values())
    return {trace: known[found] for trace, found in ids.items() if found in known}


def _id(trace: str) -> UUID | None:
    try:
        return UUID(hex=trace.strip())
    except ValueError:
        return None


def questions_failed() -> list[StatusQuestion]:
    """Open questions that did not reach the payer: not delivered, or refused by the partner."""
    refused = EnvelopeAnswer.objects.filter(set=OuterRef("set"), outcome=Outcome.REJECTED)
    rows = StatusQuestion.objects.select_related("interchange").filter(state=QuestionState.ASKED)
    return list(
        rows.annotate(is_refused=Exists(refused)).filter(
            Q(interchange__state=InterchangeState.FAILED)
            | Q(interchange__answer=InterchangeAnswer.REJECTED)
            | Q(is_refused=True)
        )
    )


def claims_asked_in(scope: Scope, interchange_id: UUID) -> list[StatusQuestion]:
    """The questions of an interchange about claims that the scope may see."""
    visible = Claim.objects.visible_to(scope).values("id")
    rows = StatusQuestion.objects.select_related("claim__patient", "claim__payer", "answer")
    return list(
        rows.filter(set__interchange=interchange_id, claim__in=visible).order_by("-asked_at", "id")[:200]
    )
