"""Claims move on what payers decided, and only on that."""

import datetime

from audit.models import DomainEvent
from claims.models import Claim
from claims.services import Adjudicated, record_adjudication
from ledger.selectors import charge_balances
from patients.models import Charge
from tenancy.scope import organization_scope
from tests.factories.claims import Line, SentClaim, import_claims, make_claim

DAY = datetime.date(2026, 4, 1)


def test_a_decision_moves_all_three_axes(in_practice):
    claim = make_claim()
    change = Adjudicated(claim.id, "DENIED", "ICN1", "INSURANCE_PRIMARY", DAY)
    assert record_adjudication([change]) == [claim.id]
    assert record_adjudication([change]) == []
    claim.refresh_from_db()
    assert (claim.submission_state, claim.adjudication_state) == ("ADJUDICATED", "DENIED")
    assert (claim.payer_control_number, claim.adjudicated_on) == ("ICN1", DAY)
    assert DomainEvent.objects.filter(name="claim.adjudicated", subject_id=claim.id).count() == 1


def test_what_is_not_said_is_left(in_practice):
    claim = make_claim()
    record_adjudication([Adjudicated(claim.id, "PAID", "ICN1", "PATIENT", DAY)])
    record_adjudication([Adjudicated(claim.id, "REVERSED")])
    claim.refresh_from_db()
    assert (claim.payer_control_number, claim.responsibility) == ("ICN1", "PATIENT")


def test_a_void_is_confirmed_by_the_payers_reversal_and_leaves_the_books(in_practice):
    claim = make_claim()
    import_claims(SentClaim(frequency="8", prior_number="ICN1"))
    record_adjudication([Adjudicated(claim.id, "REVERSED", adjudicated_on=DAY)])
    claim.refresh_from_db()
    assert claim.submission_state == "VOIDED"
    assert set(Charge.objects.values_list("state", flat=True)) == {"VOIDED"}
    balances = charge_balances(Charge.objects.values_list("id", flat=True))
    assert sum(balance.outstanding_cents for balance in balances.values()) == 0


def test_charges_a_replacement_took_out_wait_for_the_payer(in_practice):
    claim = make_claim()
    record_adjudication([Adjudicated(claim.id, "DENIED", "ICN1", adjudicated_on=DAY)])
    import_claims(SentClaim(frequency="7", prior_number="ICN1", lines=(Line(cents=99_00),)))
    assert Charge.objects.filter(state="VOIDED").count() == 0
    record_adjudication([Adjudicated(claim.id, "PAID", "ICN2", adjudicated_on=DAY)])
    assert Charge.objects.filter(state="VOIDED").count() == 2
    assert Charge.objects.get(state="BILLABLE").amount_cents == 99_00


def test_a_claim_of_another_practice_does_not_move(practice, other_practice):
    with organization_scope(practice.pk):
        claim = make_claim()
    with organization_scope(other_practice.pk):
        assert record_adjudication([Adjudicated(claim.id, "PAID")]) == []
    with organization_scope(practice.pk):
        assert Claim.objects.get().adjudication_state == "NONE"
