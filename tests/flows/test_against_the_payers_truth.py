"""What the payers know they decided, against our books and our denials."""

import pytest
from django.utils import timezone

from claims.models import Claim, ClaimLine
from denials.models import Denial
from ledger.selectors import claim_balances
from rcm_site.demo import profiles, story
from remittances.choices import RemittanceState
from remittances.models import Remittance
from remittances.services import post_remittance
from tenancy.scope import organization_scope


@pytest.fixture
def truth(practice):
    """Four months of one practice, everything in balance posted."""
    story.know_payers(practice, profiles.PAYERS, profiles.PAYER_KINDS)
    until = timezone.now().date()
    told = story.tell(
        practice, profiles.RIVERSIDE, profiles.PAYERS, claims=160, until=until, seed=23, months=4
    )
    with organization_scope(practice.pk):
        for one in Remittance.objects.filter(state=RemittanceState.READY).order_by("payment_on", "id"):
            post_remittance(remittance_id=one.pk, at=timezone.now())
    story.finish_jobs()
    return told


def balances_by_number():
    numbers = dict(Claim.objects.values_list("id", "patient_control_number"))
    charges: dict = {claim_id: set() for claim_id in numbers}
    for claim_id, charge_id in ClaimLine.objects.values_list("claim_id", "charge_id"):
        charges[claim_id].add(charge_id)
    found = claim_balances({claim_id: sorted(ids) for claim_id, ids in charges.items()})
    return {numbers[claim_id]: balance for claim_id, balance in found.items()}


def test_our_books_say_to_the_cent_what_the_payers_decided(practice, truth):
    with organization_scope(practice.pk):
        ours = balances_by_number()

    assert len(ours) == len(truth.claims)
    for number, theirs in truth.claims.items():
        balance = ours[number]
        assert balance.charged_cents == theirs["charge_cents"], number
        if theirs["matched"]:
            denied = sum(one["cents"] for one in theirs["denials"])
            assert balance.paid_cents == theirs["paid_cents"], number
            assert balance.contractual_cents == theirs["contractual_cents"], number
            assert balance.adjusted_cents == theirs["reduction_cents"], number
            assert balance.patient_cents == theirs["patient_cents"], number
            assert balance.insurance_cents == denied, number
        else:
            assert balance.insurance_cents == theirs["charge_cents"], number


def test_our_denials_are_the_lines_the_payers_refused_in_the_category_they_meant(practice, truth):
    with organization_scope(practice.pk):
        numbers = dict(Claim.objects.values_list("id", "patient_control_number"))
        ours = sorted(
            (numbers[one.claim_id], one.denied_cents, one.category)
            for one in Denial.objects.exclude(state__in=("CANCELLED", "RECOVERED"))
        )

    theirs = sorted(
        (number, one["cents"], one["category"])
        for number, claim in truth.claims.items()
        if claim["matched"]
        for one in claim["denials"]
    )
    assert ours == theirs
