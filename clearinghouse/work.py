"""The kind of work this app puts before people."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from clearinghouse.choices import ExchangeProblem
from clearinghouse.selectors import problems as selectors
from clearinghouse.services import replaying
from tenancy.scope import Scope
from tenancy.urls import practice_url
from workbench.choices import BulkAction, CloseOutcome
from workbench.kinds import WorkKind
from workbench.models import WorkItem

PAGES = {
    "clearinghouse.exchangefile": "clearinghouse:file",
    "clearinghouse.interchange": "clearinghouse:interchange",
    "clearinghouse.tradingpartner": "clearinghouse:partner",
}
ADVICE = {
    ExchangeProblem.UNKNOWN_ANSWER: "Perhaps another system sends for this practice. The answer is kept.",
    ExchangeProblem.UNREADABLE: "The file is kept as it came. Ask the partner to send it again.",
    ExchangeProblem.NOT_SENT: "Mend what its last attempt names, then send the same bytes again or bring them by hand.",
    ExchangeProblem.UNANSWERED: "Ask the partner whether it holds the file; its name and number are on the page.",
    ExchangeProblem.QUESTIONS_REFUSED: "Its answer says what is wrong with them. They are asked again at their time.",
    ExchangeProblem.UNREACHABLE: "Nobody knocks again until the connection is mended and asked by hand.",
    ExchangeProblem.AWAY: "It is tried again by itself, a quarter of an hour apart at most; sealed files wait and then"
    " leave. Ask the partner what is wrong, and bring by hand what cannot wait.",
    ExchangeProblem.UNKNOWN_THINGS: "The file was read; what it adds is kept and not understood. See what it says, ask"
    " the partner for its companion guide, and tell your support if money or claims depend on it.",
    ExchangeProblem.JOB_FAILED: "It stopped with an error each time. Try again; if it stops again, tell your support.",
}


PAGE_OF_ARGUMENT = {
    "interchange_id": "clearinghouse:interchange",
    "file_id": "clearinghouse:file",
}
PUT_ASIDE = [
    (one.value, str(one.label))
    for one in (
        CloseOutcome.RESOLVED,
        CloseOutcome.NO_ACTION_NEEDED,
        CloseOutcome.DUPLICATE,
        CloseOutcome.HANDED_OVER,
    )
]


def subject_address(item: WorkItem) -> str:
    if item.subject_type in PAGES:
        return practice_url(PAGES[item.subject_type], item.subject_id)
    job = selectors.job_of(item)
    named = job.arguments if job else {}
    return next(
        (practice_url(page, named[name]) for name, page in PAGE_OF_ARGUMENT.items() if name in named), ""
    )


def advice(item: WorkItem) -> str:
    return ADVICE[ExchangeProblem(item.category)]


def panel(scope: Scope, item: WorkItem, at: datetime) -> dict[str, Any]:
    """How it came to this, and how many there are of its kind."""
    like = selectors.open_problems_like(item)
    return {
        "history": selectors.history_of(item),
        "file": selectors.file_of(item),
        "job": selectors.job_of(item),
        "things": selectors.unknown_things_in(item),
        "may_see_file": scope.may("clearinghouse.view_file"),
        "like": like,
        "like_url": f"{practice_url('workbench:queue', EXCHANGE.slug)}?category={item.category}",
        "obstacle": replaying.objection_to_replay(item),
    }


def objection(item: WorkItem, asked: Mapping[str, Any]) -> str:
    found = OBJECTIONS.get(asked["action"])
    return found(item) if found else ""


OBJECTIONS = {
    BulkAction.FIX: replaying.objection_to_replay,
    BulkAction.CLOSE: replaying.objection_to_putting_aside,
}


EXCHANGE = WorkKind(
    key=selectors.KIND,
    label="exchange problem",
    plural="Exchange problems",
    slug="exchange",
    icon="arrow-left-right",
    view_permission="clearinghouse.view_partner",
    category_labels={one.value: one.label for one in ExchangeProblem},
    subject_address=subject_address,
    advice=advice,
    panel_template="clearinghouse/_exchange_panel.html",
    panel_context=panel,
    verbs={"fix": replaying.replay, "close": replaying.put_aside},
    close_reasons=PUT_ASIDE,
    close_label="Put aside",
    jobs=("clearinghouse.",),
    job_category=ExchangeProblem.JOB_FAILED,
    fix_label="Try again",
    fix_permission="clearinghouse.send_file",
    objection=objection,
    has_money=False,
    empty_words="Every partner is reached, and every file it should have answered is answered.",
)
