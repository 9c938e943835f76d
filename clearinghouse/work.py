"""The kind of work this app puts before people."""

from __future__ import annotations

from clearinghouse.choices import ExchangeProblem
from clearinghouse.services import problems
from tenancy.urls import practice_url
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
}


def subject_address(item: WorkItem) -> str:
    return practice_url(PAGES[item.subject_type], item.subject_id)


def advice(item: WorkItem) -> str:
    return ADVICE[ExchangeProblem(item.category)]


EXCHANGE = WorkKind(
    key=problems.KIND,
    label="exchange problem",
    plural="Exchange problems",
    slug="exchange",
    icon="arrow-left-right",
    view_permission="clearinghouse.view_partner",
    category_labels={one.value: one.label for one in ExchangeProblem},
    subject_address=subject_address,
    advice=advice,
    has_money=False,
    empty_words="Every partner is reached, and every file it should have answered is answered.",
)
