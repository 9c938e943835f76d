"""Money at the desk: in the books once, with a receipt, taken back by an entry and never changed."""

import datetime

import pytest
from django.utils import timezone

from ledger.choices import Account
from ledger.models import JournalEntry
from ledger.selectors import account_cents, balance_differences, trial_balance, unbalanced_entries
from patients.models import PatientPayment
from remittances.services.proof import prove_ledger
from tenancy.scope import organization_scope
from tests.factories.patients import make_patient
from tests.patients.test_at_once import at_once


@pytest.fixture
def front_desk(sign_in):
    return sign_in("FRONT_DESK")


@pytest.fixture
def patient(practice):
    with organization_scope(practice.pk):
        return make_patient(mrn="R1")


def paid(**changes):
    return {
        "amount": "40.00", "method": "CARD", "reference": "4242", "received_on": timezone.now().date().isoformat(),
        "paid_for": "Copay", "once": "k1", **changes,
    }  # fmt: skip


def take(who, patient, **changes):
    return who.post(who.at(f"patients/{patient.pk}/payments/new/"), paid(**changes))


def in_books(practice, patient):
    with organization_scope(practice.pk):
        assert unbalanced_entries() == []
        assert balance_differences() == []
        assert sum(cents for _, _, cents in trial_balance()) == 0
        assert prove_ledger() == []
        return -account_cents(Account.UNAPPLIED_PT, patient.pk)


def test_a_copay_is_in_the_books_as_the_patients_and_has_a_receipt(front_desk, patient, practice):
    form = front_desk.get(front_desk.at(f"patients/{patient.pk}/payments/new/"))
    assert form.context["form"].initial["amount"] == ""
    answer = take(front_desk, patient)
    receipt = front_desk.get(answer.url).content.decode()

    assert answer.status_code == 302
    assert "R-000001" in receipt and "$40.00" in receipt and "Rivera, Ana" in receipt
    assert in_books(practice, patient) == 4000
    with organization_scope(practice.pk):
        entry = JournalEntry.objects.get()
        assert {(one.account, one.amount_cents) for one in entry.postings.all()} == {
            ("BANK", 4000),
            ("UNAPPLIED_PT", -4000),
        }
        assert PatientPayment.objects.get().entry_id == entry.pk
    page = front_desk.get(front_desk.at(f"patients/{patient.pk}/")).content.decode()
    assert "paid $40.00 not yet applied" in page and "R-000001" in page


def test_the_same_form_twice_takes_the_money_once(front_desk, patient, practice):
    first, second = take(front_desk, patient), take(front_desk, patient)
    other = take(front_desk, patient, amount="50.00")

    assert first.url == second.url
    assert other.status_code == 422 and "already sent with other values" in other.content.decode()
    assert in_books(practice, patient) == 4000


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"amount": "0"}, "greater than or equal to 0.01"),
        ({"amount": "-5"}, "greater than or equal to 0.01"),
        ({"amount": "forty"}, "Enter a number."),
        ({"amount": "1.005"}, "2 decimal places"),
        ({"amount": "100000.01"}, "at most $100,000"),
        ({"method": "BARTER"}, "not one of the available choices"),
        ({"received_on": "2199-01-01"}, "That day is yet to come."),
        ({"reference": "4111 1111 1111 1111"}, "looks like a card"),
        ({"reference": "visa 5500-0000-0000-0004"}, "looks like a card"),
    ],
    ids=["nothing", "negative", "a word", "half a cent", "too much", "method", "day", "card", "card with hyphens"],
)  # fmt: skip
def test_what_cannot_be_is_said_at_its_field(front_desk, patient, practice, changes, words):
    answer = take(front_desk, patient, **changes)

    assert answer.status_code in (409, 422)
    assert words in answer.content.decode()
    assert in_books(practice, patient) == 0


def test_a_long_check_number_is_no_card(front_desk, patient, practice):
    assert take(front_desk, patient, reference="100000000000001", method="CHECK").status_code == 302


def test_who_took_it_voids_it_by_a_mirror_on_the_same_day(front_desk, patient, practice):
    receipt = take(front_desk, patient).url
    assert front_desk.post(f"{receipt}void/", {"reason": ""}).status_code == 422
    assert front_desk.post(f"{receipt}void/", {"reason": "Wrong patient"}).status_code == 302
    again = front_desk.post(f"{receipt}void/", {"reason": "Wrong patient"})

    assert again.status_code == 409 and "voided already" in again.content.decode()
    assert in_books(practice, patient) == 0
    page = front_desk.get(receipt).content.decode()
    assert "R-000001" in page and "Wrong patient" in page
    with organization_scope(practice.pk):
        assert sorted(JournalEntry.objects.values_list("kind", flat=True)) == ["MIRROR", "PATIENT_PAYMENT"]
    assert take(front_desk, patient, once="k2").status_code == 302
    with organization_scope(practice.pk):
        assert list(PatientPayment.objects.order_by("id").values_list("receipt_number", flat=True)) == [1, 2]


def test_another_day_it_takes_a_supervisor(front_desk, supervisor, patient, practice):
    receipt = take(front_desk, patient).url
    with organization_scope(practice.pk):
        PatientPayment.objects.update(received_at=timezone.now() - datetime.timedelta(days=2))

    refused = front_desk.post(f"{receipt}void/", {"reason": "Wrong patient"})
    assert refused.status_code == 409 and "ask a supervisor" in refused.content.decode()
    assert "Void it" not in front_desk.get(receipt).content.decode()
    assert supervisor.post(f"{receipt}void/", {"reason": "Wrong patient"}).status_code == 302
    assert in_books(practice, patient) == 0


def test_readers_see_receipts_and_strangers_nothing(front_desk, reader, stranger, patient):
    receipt = take(front_desk, patient).url
    assert reader.get(receipt).status_code == 200
    assert take(reader, patient).status_code == 403
    assert reader.post(f"{receipt}void/", {"reason": "No"}).status_code == 403
    assert stranger.get(receipt).status_code == 404
    assert stranger.get(stranger.at(receipt.split("/", 3)[3])).status_code == 404
    assert take(stranger, patient).status_code == 404


@pytest.mark.django_db(transaction=True)
def test_many_at_once_get_numbers_without_gaps_and_one_void(front_desk, patient, practice):
    path = front_desk.at(f"patients/{patient.pk}/payments/new/")
    answers = at_once(front_desk, path, [paid(once=f"k{number}") for number in range(5)])
    assert [answer.status_code for answer in answers] == [302] * 5
    voids = at_once(front_desk, f"{answers[0].url}void/", [{"reason": "Twice"}] * 3)
    assert [answer.status_code for answer in voids] == [302, 409, 409]
    assert in_books(practice, patient) == 16000
    with organization_scope(practice.pk):
        numbers = sorted(PatientPayment.objects.values_list("receipt_number", flat=True))
    assert numbers == [1, 2, 3, 4, 5]
