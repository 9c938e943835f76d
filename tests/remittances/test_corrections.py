"""The payer knows the insured otherwise (NM1*74): work for registration, taken over with its source."""

import pytest

from patients.models import Coverage, Patient, PatientHistory
from remittances.models import RemitClaim
from tenancy.scope import organization_scope
from tests.factories.era import Era, claim, post
from workbench.models import WorkItem

CORRECTS = {"kind": "REMITTANCE_EXCEPTION", "category": "CORRECTED_PERSON", "is_open": True}
PAID = "150.00 100.00 CO-45=50.00"


def corrects(words, number="C1", trace="T1"):
    return Era(trace).paid(number, PAID, more=(words,))


@pytest.mark.usefixtures("in_practice")
def test_what_is_on_file_in_other_letters_is_no_work():
    claim("C1", "150.00")
    post(corrects("NM1*74*1*Doe*Jane****C*w-c1"))
    assert not WorkItem.objects.filter(**CORRECTS).exists()


def test_a_name_and_a_number_are_taken_over_with_their_source(practice, biller, poster, stranger):
    with organization_scope(practice.pk):
        one = claim("C1", "150.00")
        post(corrects("NM1*74*1*DOUGH*JANE****C*W999"))
        payment = RemitClaim.objects.get()
        item = WorkItem.objects.get(**CORRECTS)
        assert (item.subject_id, item.patient_id, item.queue.code) == (
            payment.pk,
            one.patient_id,
            "registration",
        )
    page = biller.get(biller.at(f"remittances/payments/{payment.pk}/")).content.decode()
    assert "DOUGH" in page
    assert "W999" in page
    address = f"remittances/payments/{payment.pk}/correct/"
    form = {"version": payment.version}
    assert poster.post(poster.at(address), form).status_code == 403
    assert stranger.post(stranger.at(address), form).status_code == 404
    assert biller.post(biller.at(address), {"version": 99}).status_code == 409
    assert biller.post(biller.at(address), form).status_code == 302
    assert biller.post(biller.at(address), form).status_code == 409
    with organization_scope(practice.pk):
        patient = Patient.objects.get(id=one.patient_id)
        assert (patient.last_name, patient.first_name) == ("DOUGH", "JANE")
        ranks = dict(Coverage.objects.filter(patient=patient).values_list("member_id", "rank"))
        assert ranks == {"WC1": None, "W999": 1}
        told = PatientHistory.objects.filter(patient=patient, source="REMITTANCE")
        assert {"last_name"} <= {name for row in told for name in row.changes}
        assert all("T1" in row.source_reference for row in told)
        assert not WorkItem.objects.filter(**CORRECTS).exists()
        one.refresh_from_db()
        assert one.coverage.member_id == "WC1", "the claim says what was sent"


def test_by_a_program(practice, biller):
    with organization_scope(practice.pk):
        claim("C1", "150.00")
        post(corrects("NM1*74*1*DOUGH"))
        payment = RemitClaim.objects.get()
    done = biller.post(f"/api/v1/remittances/payments/{payment.pk}/correct/", {"version": payment.version})
    assert (done.status_code, done.json()["corrected_last_name"]) == (200, "DOUGH")
    with organization_scope(practice.pk):
        assert Patient.objects.get().last_name == "DOUGH"


@pytest.mark.usefixtures("in_practice")
def test_the_subscriber_of_a_dependent_is_corrected_not_the_patient():
    from django.utils import timezone

    from remittances.services import take_correction

    claim("C1", "150.00")
    Coverage.objects.update(relationship="CHILD", subscriber_last_name="DOE", subscriber_first_name="JOHN")
    post(corrects("NM1*74*1*DOUGH*JOHN****C*WC1"))
    take_correction(remit_claim=RemitClaim.objects.get(), at=timezone.now())
    assert Patient.objects.get().last_name == "DOE"
    assert Coverage.objects.get().subscriber_last_name == "DOUGH"


@pytest.mark.usefixtures("in_practice")
def test_the_work_comes_with_the_match_and_goes_with_it():
    from django.utils import timezone

    from remittances.services import detach_payment, match_payment

    one = claim("C1", "150.00", last_name="ROE")
    post(corrects("NM1*74*1*DOUGH*JANE", number="UNKNOWN9"))
    payment = RemitClaim.objects.get()
    assert not WorkItem.objects.filter(**CORRECTS).exists()
    match_payment(remit_claim=payment, claim=one, at=timezone.now())
    assert WorkItem.objects.filter(**CORRECTS).exists()
    detach_payment(remit_claim=payment, at=timezone.now())
    assert not WorkItem.objects.filter(**CORRECTS).exists()
