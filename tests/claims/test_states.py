"""A claim's way to the payer: moved by evidence alone, in whatever order and however often it comes."""

import datetime
import itertools

import pytest

from audit.models import DomainEvent
from claims.models import Claim
from claims.rules.states import MOVES, REJECTED, Evidence, State, Verdict, move
from claims.services import Said, move_claims
from tenancy.scope import organization_scope
from tests.factories.claims import make_claim

NOON = datetime.datetime(2026, 4, 1, 12, tzinfo=datetime.UTC)
ACCEPTANCES = (
    Evidence.STORED,
    Evidence.SYNTAX_ACCEPTED,
    Evidence.CLEARINGHOUSE_ACCEPTED,
    Evidence.PAYER_ACCEPTED,
    Evidence.PENDING,
    Evidence.ADJUDICATED,
)


def test_any_order_of_six_events_ends_where_the_furthest_puts_it():
    for order in itertools.permutations(ACCEPTANCES):
        state = State.BATCHED
        for evidence in order:
            state = move(state, evidence).state
        assert state is State.ADJUDICATED, order


def test_evidence_twice_moves_once():
    for state, evidence in itertools.product(State, Evidence):
        once = move(state, evidence)
        assert once.verdict is not Verdict.MOVED or move(once.state, evidence).verdict is not Verdict.MOVED


@pytest.mark.parametrize("state", REJECTED)
def test_a_rejected_claim_is_not_accepted_by_the_same_level(state):
    assert move(state, Evidence.PAYER_ACCEPTED).verdict is Verdict.CONTRADICTED


def test_what_was_taken_in_by_the_payer_is_not_rejected_by_a_late_acknowledgement():
    assert move(State.PAYER_ACCEPTED, Evidence.SYNTAX_REJECTED).verdict is Verdict.CONTRADICTED
    assert move(State.CH_ACCEPTED, Evidence.PAYER_REJECTED).state is State.PAYER_REJECTED


def test_a_silent_claim_that_speaks_is_no_longer_stuck():
    assert move(State.STUCK, Evidence.PENDING).state is State.IN_REVIEW


def test_no_evidence_but_a_persons_brings_a_sent_claim_back():
    unsent = {State.DRAFT, State.EDITING_FAILED, State.READY, State.HELD}
    for evidence, moves in MOVES.items():
        for before, after in moves.items():
            assert after not in unsent or before in unsent or evidence is Evidence.REBUILT


def test_moves_are_stored_and_told(in_practice):
    claim = make_claim()
    answers = move_claims(
        [
            Said(claim.id, Evidence.CLEARINGHOUSE_ACCEPTED, NOON, {"status": "A1:19"}),
            Said(claim.id, Evidence.SYNTAX_ACCEPTED, NOON),
            Said(claim.id, Evidence.SYNTAX_REJECTED, NOON),
        ]
    )
    assert [one.verdict for one in answers] == [Verdict.MOVED, Verdict.IGNORED, Verdict.CONTRADICTED]
    assert Claim.objects.get(id=claim.id).submission_state == "CH_ACCEPTED"
    told = DomainEvent.objects.filter(subject_id=claim.id).exclude(name="claim.created")
    by_name = {event.name: event for event in told}
    assert set(by_name) == {"claim.accepted", "claim.event.ignored", "claim.event.contradicted"}
    assert by_name["claim.accepted"].data["status"] == "A1:19"


def test_a_claim_of_another_practice_does_not_move(practice, other_practice):
    with organization_scope(practice.pk):
        claim = make_claim()
    with organization_scope(other_practice.pk):
        assert move_claims([Said(claim.id, Evidence.SYNTAX_ACCEPTED, NOON)]) == []
    with organization_scope(practice.pk):
        assert Claim.objects.get(id=claim.id).submission_state == "TRANSMITTED"
