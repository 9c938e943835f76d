"""The books are proved against what payers said, by a command and every night."""

import uuid

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.utils import timezone

from ledger.choices import EntryKind
from ledger.services import EntryDraft, Leg, post_entries
from patients.models import Charge
from remittances.models import PayerReceivable, RemitClaim, Remittance
from remittances.services import prove_ledger, prove_nightly
from tests.factories import era
from tests.factories.era import DAY, Era, post
from tests.remittances.test_any_order import FILES, build
from workbench.models import WorkItem


@pytest.fixture
def posted(in_practice):
    build()
    for one in FILES:
        post(one)
    assert prove_ledger() == []


def entry(key, *legs):
    draft = EntryDraft(
        kind=EntryKind.TRANSFER,
        effective_on=DAY,
        idempotency_key=key,
        source_type="t",
        source_id=None,
        legs=legs,
    )
    post_entries([draft])


def numbers():
    return sorted({words[: words.index("]") + 1] for words in prove_ledger()})


def charge():
    return Charge.objects.order_by("id").first().id


def lose_a_payment():
    RemitClaim.objects.filter(patient_control_number="D", paid_cents__gt=0).update(paid_cents=1)


def take_a_claim_below_zero():
    entry(
        "t1",
        Leg("AR_INS", -900_00, charge_id=charge(), rank=1),
        Leg("CREDIT_BALANCE", 900_00, charge_id=charge()),
    )


def say_what_never_came():
    Remittance.objects.filter(trace_number="E1").update(payment_cents=1)
    PayerReceivable.objects.update(open_cents=7)


def owe_a_stranger():
    stranger = uuid.uuid4()
    entry("t1", Leg("AR_PT", 5, patient_id=stranger), Leg("CREDIT_BALANCE", -5, patient_id=stranger))


def test_every_wrong_of_the_books_is_found(posted):
    expected = {
        lose_a_payment: {"[2]"},
        take_a_claim_below_zero: {"[3]"},
        say_what_never_came: {"[5]", "[6]"},
        owe_a_stranger: {"[12]"},
    }
    for spoil, wrongs in expected.items():
        with transaction.atomic():
            spoil()
            assert set(numbers()) == wrongs, spoil
            transaction.set_rollback(True)
    assert numbers() == []


def test_the_command_prints_it_and_the_night_opens_one_item_until_it_proves(posted, capsys):
    call_command("verify_ledger", organization="riverside")
    assert "proves" in capsys.readouterr().out
    Remittance.objects.filter(trace_number="E1").update(payment_cents=1)
    with pytest.raises(CommandError):
        call_command("verify_ledger", organization="riverside")
    assert "remittance E1" in capsys.readouterr().out

    prove_nightly(at=timezone.now())
    prove_nightly(at=timezone.now())
    item = WorkItem.objects.get(category="BOOKS", is_open=True)
    assert "E1" in item.title
    Remittance.objects.filter(trace_number="E1").update(payment_cents=8000)
    prove_nightly(at=timezone.now())
    assert not WorkItem.objects.filter(category="BOOKS", is_open=True).exists()


def test_paid_and_refused_and_tied_prove_too(in_practice):
    era.claim("CLM1", "100.00")
    post(Era("T1").paid("CLM1", "100.00 80.00 CO-45=20.00").adjusted("WO", "X1", "10.00"))
    assert prove_ledger() == []
