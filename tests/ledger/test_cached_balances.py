"""The cache proves against the fold, and a difference is printed."""

import uuid

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledger.choices import Account, EntryKind
from ledger.models import AccountBalance
from ledger.selectors import balance_differences, charge_balances, unbalanced_entries
from ledger.services import EntryDraft, Leg, post_entries, reverse_entries
from tests.ledger.test_post_entries import DAY, charge_draft

CHARGES = [uuid.UUID(int=number) for number in range(1, 4)]
moves = st.tuples(
    st.sampled_from([Account.AR_PT, Account.ADJ_CONTRACTUAL, Account.WRITEOFF_INS, Account.CREDIT_BALANCE]),
    st.integers(0, 2),
    st.integers(-5_000, 5_000).filter(bool),
)


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.tuples(moves, st.sampled_from(["post", "again", "mirror"])), max_size=12))
def test_whatever_is_posted_the_cache_is_the_fold(in_practice, steps):
    posted = []
    expected = {charge: charge_balances(CHARGES)[charge].insurance_cents for charge in CHARGES}
    for (account, which, cents), what in steps:
        charge = CHARGES[which]
        if what == "post" or not posted:
            draft = EntryDraft(
                kind=EntryKind.TRANSFER, effective_on=DAY, idempotency_key=str(uuid.uuid4()), source_type="t",
                source_id=charge,
                legs=(Leg(account, cents, charge_id=charge), Leg(Account.AR_INS, -cents, charge_id=charge, rank=1)),
            )  # fmt: skip
            post_entries([draft])
            posted.append((draft, charge, cents))
            expected[charge] -= cents
        elif what == "again":
            assert post_entries([posted[-1][0]]) == []
        elif reverse_entries([posted[-1][0].entry_id], effective_on=DAY):
            expected[posted[-1][1]] += posted[-1][2]
    found = charge_balances(CHARGES)
    assert {charge: found[charge].insurance_cents for charge in CHARGES} == expected
    assert balance_differences() == []
    assert unbalanced_entries() == []


@pytest.mark.django_db
def test_a_cache_that_differs_is_found(in_practice):
    post_entries([charge_draft(uuid.uuid4(), 100)])
    AccountBalance.objects.filter(account="AR_INS").update(balance_cents=99)
    found = [(one.cached_cents, one.posted_cents) for one in balance_differences()]
    assert found == [(99, 100)]
