"""Who has seen a patient's data, asked by name."""

import pytest

from tests.access.test_admin_pages import patient_of


@pytest.fixture
def patient(practice):
    return patient_of(practice, "OURSTOKEN")


def test_one_patient_leads_to_their_trail(auditor, biller, stranger, patient):
    address = auditor.at("audit-patient/")
    for who, status in ((stranger, 404), (biller, 403), (auditor, 302)):
        answer = who.post(address, {"words": "oursto"})
        assert answer.status_code == status
    assert answer["Location"].endswith(f"?patient={patient.pk}")
    assert "OURSTOKEN" not in answer["Location"]


def test_several_are_offered_and_none_is_said(auditor, patient, practice, other_practice):
    patient_of(practice, "OURSOTHER")
    patient_of(other_practice, "OURSFOREIGN")
    page = auditor.post(auditor.at("audit-patient/"), {"words": "ours"}).content.decode()
    assert "OURSTOKEN" in page
    assert "OURSOTHER" in page
    assert "OURSFOREIGN" not in page
    assert "Nobody found" in auditor.post(auditor.at("audit-patient/"), {"words": "zzz"}).content.decode()
