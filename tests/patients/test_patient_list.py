"""The list of patients: filters, counts, pages, views and files, and never a name in an address."""

import re

import pytest

from patients.models import Coverage, Patient
from tenancy.scope import organization_scope
from tests.factories.claims import Person, SentClaim, import_claims
from tests.factories.patients import make_patient
from workbench.models import ExportFile


@pytest.fixture
def people(practice):
    with organization_scope(practice.pk):
        import_claims(
            SentClaim("A1", person=Person("RIVERA", "ANA", "M1", mrn="R1")),
            SentClaim("A2", person=Person("OSTROWSKI", "JAN", "M2", mrn="R2"), payer=("CEDAR", "C1")),
        )
        make_patient(mrn="R3", last_name="Abel", first_name="Bo")


def payer_of(practice, mrn):
    with organization_scope(practice.pk):
        return Coverage.objects.get(patient=Patient.objects.get(mrn=mrn)).payer_id


def test_a_payer_and_a_missing_coverage_narrow_the_list(people, practice, biller):
    cedar = payer_of(practice, "R2")
    for query, shown in (
        ({}, {"R1", "R2", "R3"}), ({"payer": str(cedar)}, {"R2"}), ({"coverage": "none"}, {"R3"}),
        ({"coverage": "unsettled"}, set()),
    ):  # fmt: skip
        page = biller.get(biller.at("patients/"), query).content.decode()
        assert {mrn for mrn in ("R1", "R2", "R3") if re.search(rf">\s*{mrn}\s*<", page)} == shown, query
    counts = biller.get(biller.at("work/patients/counts/")).content.decode()
    assert "<b>3</b> items" in counts
    assert "$" not in counts
    assert "CEDAR" in counts


def test_pages_lead_on_and_back_by_ids(practice, biller, monkeypatch):
    monkeypatch.setattr("workbench.keysets.PAGE_SIZE", 2)
    with organization_scope(practice.pk):
        for number in range(5):
            make_patient(mrn=f"N{number}", last_name=f"Name{number}")
    first = biller.get(biller.at("patients/")).context
    second = biller.get(biller.at("patients/"), {"after": first["page"].after}).context
    back = biller.get(biller.at("patients/"), {"before": second["page"].before}).context
    assert [row.id for row in back["rows"]] == [row.id for row in first["rows"]]
    assert not {row.id for row in second["rows"]} & {row.id for row in first["rows"]}
    assert "name" not in first["page"].after.lower()


def test_the_file_keeps_to_the_filter_and_the_view_opens_it(people, practice, biller, run_jobs):
    cedar = payer_of(practice, "R2")
    biller.post(biller.at("work/patients/export/"), {"filter": f"payer={cedar}"})
    run_jobs()
    with organization_scope(practice.pk):
        text = bytes(ExportFile.objects.get().content).decode("utf-8-sig")
    assert "OSTROWSKI" in text.upper()
    assert "RIVERA" not in text.upper()
    biller.post(
        biller.at("work/patients/views/"),
        {"view-name": "Cedar", "view-query": f"payer={cedar}&words=RIVERA", "view-visibility": "PRIVATE"},
    )
    page = biller.get(biller.at("patients/")).content.decode()
    assert f"?payer={cedar}" in page
    assert "words=RIVERA" not in page


def test_the_front_desk_lists_and_searches(people, sign_in):
    clerk = sign_in("FRONT_DESK")
    page = clerk.get(clerk.at("patients/")).content.decode()
    assert "OSTROWSKI" in page.upper()
    found = clerk.post(
        clerk.at("patients/"), {"words": "ostro"}, headers={"HX-Request": "true", "HX-Target": "rows"}
    )
    assert "OSTROWSKI" in found.content.decode().upper()
    assert "<html" not in found.content.decode()
