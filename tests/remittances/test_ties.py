"""Money a payer moved without saying for which claim: a person says it, and takes it back, to the cent."""

import pytest
from django.utils import timezone

from ledger.selectors import balance_differences
from remittances.models import PayerReceivable, ReceivableTie
from remittances.services import post_remittance, unpost_remittance
from tenancy.scope import organization_scope
from tests.factories.era import Era, claim, post
from tests.remittances.test_worked_examples import books, stands

API = "/api/v1/remittances/receivables/"


@pytest.fixture
def taken(practice):
    """The payer paid 80.00 for T1 and takes 30.00 back under a letter's number, with no reversal."""
    with organization_scope(practice.pk):
        claim("T1", "100.00")
        claim("T2", "90.00")
        post(Era("A1").paid("T1", "100.00 80.00 CO-45=20.00"))
        post(Era("A2").paid("T2", "90.00 90.00").adjusted("WO", "LETTER7", "30.00"))
        found = PayerReceivable.objects.get(reference="LETTER7")
    yield found
    with organization_scope(practice.pk):
        assert balance_differences() == []


def tied(taken):
    return PayerReceivable.objects.get(id=taken.id)


def ours(number):
    from claims.models import Claim

    return Claim.objects.get(patient_control_number=number)


def test_tied_and_undone_in_the_browser(practice, poster, reader, sign_in, other_practice, taken):
    stranger = sign_in("POSTER", other_practice)
    address = f"remittances/receivables/{taken.pk}/"
    page = poster.get(poster.at(address)).content.decode()
    assert "From which claim was it taken?" in page
    assert "30.00" in page
    form = {"version": taken.version, "number": "T1", "amount": "30.00"}
    assert reader.post(reader.at(f"{address}tie/"), form).status_code == 403
    assert stranger.post(stranger.at(f"{address}tie/"), form).status_code == 404
    assert poster.post(poster.at(f"{address}tie/"), {**form, "number": "NONE"}).status_code == 422
    assert poster.post(poster.at(f"{address}tie/"), {**form, "amount": "30.01"}).status_code == 409
    assert poster.post(poster.at(f"{address}tie/"), form).status_code == 302
    assert poster.post(poster.at(f"{address}tie/"), form).status_code == 409
    with organization_scope(practice.pk):
        assert (tied(taken).open_cents, tied(taken).state) == (0, "CLEARED")
        assert stands(ours("T1")) == ({1: 3_000}, 0, 2_000, 0, 5_000)
        assert books("PAYER_RECOUP") == 0
        tie, version, claim_id = ReceivableTie.objects.get(), tied(taken).version, ours("T1").pk
    of_claim = poster.get(poster.at(f"remittances/of-claim/{claim_id}/")).content.decode()
    assert "LETTER7" in of_claim
    form = {"version": version, "tie": str(tie.pk)}
    assert poster.post(poster.at(f"{address}untie/"), form).status_code == 302
    with organization_scope(practice.pk):
        assert (tied(taken).open_cents, tied(taken).state) == (3_000, "OPEN")
        assert stands(ours("T1")) == ({}, 0, 2_000, 0, 8_000)


def test_tied_and_undone_by_a_program_in_parts(practice, poster, taken):
    with organization_scope(practice.pk):
        first, second = str(ours("T1").pk), str(ours("T2").pk)
    body = {"version": taken.version, "claim": first, "cents": 1_001}
    once = poster.post(f"{API}{taken.pk}/tie/", body)
    assert (once.status_code, once.json()["open_cents"]) == (200, 1_999)
    assert poster.post(f"{API}{taken.pk}/tie/", body).status_code == 409
    rest = poster.post(
        f"{API}{taken.pk}/tie/", {"version": once.json()["version"], "claim": second, "cents": 1_999}
    )
    assert (rest.json()["open_cents"], len(rest.json()["ties"])) == (0, 2)
    back = poster.post(
        f"{API}{taken.pk}/untie/",
        {"version": rest.json()["version"], "tie": once.json()["ties"][0]["id"]},
    )
    assert back.json()["open_cents"] == 1_001
    with organization_scope(practice.pk):
        assert stands(ours("T1"))[0] == {}
        assert stands(ours("T2"))[0] == {1: 1_999}


@pytest.mark.usefixtures("in_practice")
def test_a_credit_is_taken_back_by_the_tie():
    from remittances.services import tie_receivable

    one = claim("T1", "100.00", "50.00")
    post(Era("A1").paid("T1", "100.00 130.00 CO-45=-30.00", "50.00 40.00 CO-45=10.00"))
    claim("T2", "90.00")
    post(Era("A2").paid("T2", "90.00 90.00").adjusted("WO", "X1", "30.00"))
    found = PayerReceivable.objects.get()
    tie_receivable(receivable=found, claim=one, cents=3_000, at=timezone.now())
    assert (books("CREDIT_BALANCE"), books("PAYER_RECOUP")) == (0, 0)
    assert stands(one)[0] == {1: 3_000}
    assert balance_differences() == []


def test_a_tie_stands_only_on_money_that_is_in_the_books(practice, poster, taken):
    from remittances.models import Remittance
    from remittances.services import tie_receivable

    with organization_scope(practice.pk):
        tie_receivable(receivable=taken, claim=ours("T1"), cents=3_000, at=timezone.now())
        second = Remittance.objects.get(trace_number="A2")
        unpost_remittance(remittance_id=second.id, at=timezone.now())
        assert (stands(ours("T1"))[0], tied(taken).open_cents) == ({}, 0)
        post_remittance(remittance_id=second.id, at=timezone.now())
        assert (stands(ours("T1"))[0], tied(taken).open_cents) == ({1: 3_000}, 0)
        # the payer's own reversal and its delayed WO explain the money: the tie gives way
        post(
            Era("A3")
            .paid("T1", "-100.00 -80.00 CO-45=-20.00", status="22", icn="ICNT1")
            .paid("T1", "100.00 50.00 CO-45=50.00", icn="ICNT1X", original="ICNT1")
            .adjusted("WO", "LETTER7", "-30.00")
        )
        assert stands(ours("T1")) == ({}, 0, 5_000, 0, 5_000)
        assert (tied(taken).open_cents, books("PAYER_RECOUP")) == (0, 0)


@pytest.mark.usefixtures("in_practice")
def test_what_we_owe_a_payer_can_be_tied_too():
    from remittances.services import tie_receivable

    one = claim("T1", "100.00")
    post(Era("A1").paid("T1", "100.00 20.00 CO-45=30.00 CO-197=50.00").adjusted("72", "R9", "-50.00"))
    found = PayerReceivable.objects.get()
    assert found.open_cents == -5_000
    tie_receivable(receivable=found, claim=one, cents=5_000, at=timezone.now())
    assert stands(one) == ({}, 0, 3_000, 0, 7_000)
    assert books("PAYER_RECOUP") == 0
