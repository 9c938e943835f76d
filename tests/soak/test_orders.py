"""What comes of a sent claim comes in any order, some of it twice: the claim, the books and the proofs end the same.

The six are the partner's receipt, TA1, 999, the 277CA of the clearinghouse and of the payer, and the 835: 720 orders.
"""

import contextlib
import math

import pytest
from django.db import transaction
from django.utils import timezone

from claims.models import Claim, ClaimAcknowledgement
from claims.rules.states import MOVES, Evidence, State
from claims.tasks import send_ready, take_evidence
from clearinghouse.models import Interchange
from clearinghouse.selectors import content_of
from clearinghouse.services.fetching import bring_in
from clearinghouse.services.partners import ExchangeRefused, add_route, confirm_by_hand
from ledger.models import AccountBalance
from ledger.selectors import balance_differences, unbalanced_entries
from remittances.models import Remittance
from remittances.tasks import take_fetched
from tests.factories import answers
from tests.factories.billing import make_claim, make_providers
from tests.factories.era import DAY, Era
from tests.factories.partners import make_partner
from tests.factories.patients import make_payer
from workbench.models import WorkItem

NUMBER, PAYERS_NUMBER = "C000001", "ICN1"
EVENTS = ("receipt", "TA1", "999", "277CA of the clearinghouse", "277CA of the payer", "835")
PAID_FIRST = ("835", "277CA of the payer", "999", "receipt", "277CA of the clearinghouse", "TA1")
END = {
    "claim": ("ADJUDICATED", "PAID", PAYERS_NUMBER),
    "interchange": ("SENT", "ACCEPTED"),
    "words": [
        ("277CA", "CLEARINGHOUSE", "ACCEPTED"), ("277CA", "PAYER", "ACCEPTED"), ("999", "PARTNER", "ACCEPTED"),
        ("TA1", "PARTNER", "ACCEPTED"),
    ],
    "remittances": [("POSTED", 100_00)],
    "balances": [("ADJ_CONTRACTUAL", 25_00), ("ERA_CLEARING", 100_00), ("REVENUE", -125_00)],
    "wrong": [],
    "work": [],
}  # fmt: skip


@pytest.fixture
def told(in_practice, run_jobs):
    """A claim sealed for a partner that is served by hand, and what is heard of it."""
    partner = make_partner()
    add_route(
        partner=partner,
        payer=make_payer(),
        transaction_kind="837P",
        payer_identifier="P1",
        needs_enrolment=False,
    )
    make_claim(make_providers(), on=DAY, code="99211", at=timezone.now())
    run_jobs()
    send_ready(is_urgent=True)
    sent = content_of(Interchange.objects.select_related("file").get().file)
    paid = Era(payer=("Great Plains Health", "GP001")).paid(
        NUMBER, "125.00 100.00 CO-45=25.00", icn=PAYERS_NUMBER, member="M1001", last_name="RIVERA"
    )
    heard = {
        "TA1": answers.ta1_alone(sent),
        "999": answers.acknowledged(sent, ta1=False),
        "277CA of the clearinghouse": answers.status_report(sent, {NUMBER: [("A1", "19")]}),
        "277CA of the payer": answers.status_report(
            sent, {NUMBER: [("A2", "20")]}, source="PR", numbers={NUMBER: PAYERS_NUMBER}
        ),
        "835": paid.bytes(),
    }

    def hear(event):
        if event == "receipt":
            with contextlib.suppress(ExchangeRefused):
                confirm_by_hand(interchange=Interchange.objects.get(), confirmation="P-1", at=timezone.now())
        else:
            bring_in(name=f"{event}.edi", content=heard[event], source="PARTNER", at=timezone.now())
        take_evidence()
        take_fetched()
        run_jobs()

    return hear


def outcome():
    """All that must not depend on the order."""
    words = ClaimAcknowledgement.objects.values_list("kind", "sender", "status")
    claim = Claim.objects.get()
    return {
        "claim": (claim.submission_state, claim.adjudication_state, claim.payer_control_number),
        "interchange": Interchange.objects.values_list("state", "answer").get(),
        "words": sorted(words),
        "remittances": list(Remittance.objects.values_list("state", "payment_cents")),
        "balances": sorted(
            AccountBalance.objects.exclude(balance_cents=0).values_list("account", "balance_cents")
        ),
        "wrong": [*balance_differences(), *unbalanced_entries()],
        "work": sorted(WorkItem.objects.filter(is_open=True).values_list("kind", "category")),
    }


def wrong_after(hear, order):
    """What is otherwise than it must be after these, of which the first comes again at the end."""
    with transaction.atomic():
        for event in (*order, order[0]):
            hear(event)
        found = outcome()
        transaction.set_rollback(True)
    return {one: found[one] for one in END if found[one] != END[one]}


def wrong_orders(hear, order):
    """Every order that begins so and ends otherwise than it must. What two begin with alike is heard once."""
    left = [event for event in EVENTS if event not in order]
    if not left:
        wrong = wrong_after(hear, order[-1:])
        return [(order, wrong)] if wrong else []
    found = []
    for event in left:
        with transaction.atomic():
            hear(event)
            found += wrong_orders(hear, (*order, event))
            transaction.set_rollback(True)
    return found


def test_an_order_ends_the_same(told):
    assert wrong_after(told, PAID_FIRST) == {}


@pytest.mark.soak
@pytest.mark.parametrize("first", EVENTS)
def test_every_order_ends_the_same(told, figures, first):
    told(first)
    assert wrong_orders(told, (first,)) == []
    figures(f"orders that begin with {first}", heard=math.factorial(len(EVENTS) - 1))


def late_acceptance_moves_back(monkeypatch):
    back = dict.fromkeys(State, State.ACKED_RECEIPT)
    monkeypatch.setitem(MOVES, Evidence.SYNTAX_ACCEPTED, back)


def only_what_waits_is_paid(monkeypatch):
    """Evidence that comes before what it builds upon is dropped."""
    monkeypatch.setitem(MOVES, Evidence.ADJUDICATED, {State.PAYER_ACCEPTED: State.ADJUDICATED})


@pytest.mark.parametrize(
    "twin", [only_what_waits_is_paid, pytest.param(late_acceptance_moves_back, marks=pytest.mark.soak)]
)
def test_a_way_known_to_be_wrong_is_caught(told, monkeypatch, twin):
    twin(monkeypatch)
    assert "claim" in wrong_after(told, PAID_FIRST)
