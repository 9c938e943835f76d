"""Claims built from visits: nothing is wrong with them, so that their edits let them go."""

import datetime
from decimal import Decimal

from claims.models import Claim
from claims.services.building import bill_visit
from patients.models import Encounter
from patients.services import ChargeDraft, DiagnosisDraft, EncounterDraft, record_encounter
from reference.models import Payer, Provider
from reference.services import create_provider
from tests.factories.patients import by_hand, make_coverage, make_patient, make_payer

DAY = datetime.date(2026, 3, 2)
AT = datetime.datetime(2026, 3, 10, 9, tzinfo=datetime.UTC)
STREET = {"address_line": "1 Lake Road", "city": "Toledo", "state": "OH", "postal_code": "436041234"}


def make_providers():
    """Who bills and who treats."""
    billing = create_provider(
        kind="ORGANIZATION", organization_name="Riverside Clinic", npi="1234567893", tax_id="990000001"
    )
    Provider.objects.filter(id=billing.id).update(phone="2175550100", taxonomy_code="207Q00000X", **STREET)
    return billing, create_provider(kind="PERSON", last_name="Okafor", first_name="Ngozi", npi="1760854442")


def make_claim(providers, *, at=AT, **values) -> Claim:
    return bill_visit(encounter_id=make_visit(providers, **values).id, at=at)


def make_visit(providers, *, mrn="MRN1", on=DAY, code="99213", cents=125_00, **values) -> Encounter:
    patient = make_patient(
        mrn=mrn,
        address_line="1 Main St",
        city="Toledo",
        state="OH",
        postal_code="43604",
        birth_date=datetime.date(1980, 2, 1),
        sex="F",
    )
    coverage = make_coverage(patient)
    Payer.objects.filter(id=coverage.payer_id).update(filing_indicator="CI")
    draft = EncounterDraft(
        patient.id,
        on,
        on,
        (DiagnosisDraft("E119", "ABK"), DiagnosisDraft("I10")),
        (ChargeDraft(1, code, Decimal(1), cents, on, diagnosis_pointers="1:2"),),
        payer_id=make_payer().id,
        values={
            "billing_provider_id": providers[0].id,
            "rendering_provider_id": providers[1].id,
            "place_of_service": "11",
            **values,
        },
    )
    return record_encounter(draft=draft, origin=by_hand())
