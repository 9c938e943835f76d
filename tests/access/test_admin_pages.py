"""The Django admin is one more page of the practice: its scope, its permissions, its trail."""

import datetime

import pytest
from django.apps import apps
from django.contrib import admin
from django.core.cache import cache
from django.test import Client

from audit.models import AuditEvent
from patients.models import Patient
from tenancy.admin import ScopedModelAdmin
from tenancy.models import Location, Organization, Person, TenantModel
from tenancy.scope import organization_scope
from tenancy.services import create_location
from tests.conftest import SignedIn, make_person


@pytest.fixture(autouse=True)
def fresh():
    cache.clear()


def patient_of(practice, last_name):
    with organization_scope(practice.pk):
        return Patient.objects.create(
            mrn=f"M-{last_name}"[:20],
            last_name=last_name,
            first_name="Ann",
            birth_date=datetime.date(1980, 1, 2),
            search_name=f"{last_name} ANN",
        )


@pytest.fixture
def patient(practice):
    return patient_of(practice, "OURSTOKEN")


@pytest.fixture
def foreign(other_practice):
    return patient_of(other_practice, "FOREIGNTOKEN")


LIST = "/admin/patients/patient/"


def test_only_our_own_pages_are_registered():
    assert admin.site._registry
    assert all(isinstance(page, ScopedModelAdmin) for page in admin.site._registry.values())


def test_every_app_has_its_pages():
    ours = {model._meta.app_label for model in apps.get_models() if issubclass(model, TenantModel)}
    assert "eligibility" in ours
    assert ours <= {model._meta.app_label for model in admin.site._registry}


def test_a_biller_reads_the_practices_patients_and_it_is_recorded(biller, patient, foreign, practice):
    page = biller.get(LIST).content.decode()
    assert "OURSTOKEN" in page
    assert "FOREIGNTOKEN" not in page
    assert biller.get(f"{LIST}{patient.pk}/change/").status_code == 200
    with organization_scope(practice.pk):
        seen = dict(AuditEvent.objects.filter(verb__startswith="patients.").values_list("verb", "patient_id"))
    assert seen == {"patients.patient.searched": None, "patients.patient.viewed": patient.pk}


def test_a_foreign_patient_is_not_there(biller, foreign):
    answer = biller.get(f"{LIST}{foreign.pk}/change/")
    assert answer.status_code in (302, 404)
    assert b"FOREIGNTOKEN" not in answer.content


@pytest.mark.parametrize("path", ["add/", "{id}/delete/"])
def test_nothing_is_added_or_deleted(biller, patient, path):
    assert biller.get(LIST + path.format(id=patient.pk)).status_code == 403


def test_nothing_is_changed(biller, patient):
    answer = biller.post(f"{LIST}{patient.pk}/change/", {"last_name": "CHANGED"})
    assert answer.status_code == 403
    with organization_scope(patient.organization_id):
        assert Patient.objects.get(pk=patient.pk).last_name == "OURSTOKEN"


def test_without_the_permission_nothing_is_listed(admin_person, patient):
    assert admin_person.get(LIST).status_code == 403
    assert b"patients/patient" not in admin_person.get("/admin/").content


def test_a_narrowed_right_does_not_open_the_whole_list(sign_in, practice, patient):
    place = create_location(practice=practice, name="North office")
    desk = sign_in("FRONT_DESK", location_ids=[place.pk])
    assert desk.get(LIST).status_code == 403


def test_a_superuser_has_no_right_by_that(db, practice, patient):
    person = Person.objects.create_superuser("root@example.test", "x", name="Root")
    client = SignedIn(person, practice)
    assert client.get(LIST).status_code == 404
    assert client.get("/admin/").status_code in (302, 403, 404)


def test_nobody_comes_in_unsigned(db):
    assert Client().get("/admin/")["Location"].startswith("/accounts/login/")


def test_settings_of_the_practice_are_edited_and_their_history_is_kept(admin_person, practice):
    address = f"/admin/tenancy/organization/{practice.pk}/"
    form = {"name": "Riverside Renamed", "npi": "1234567893", "tax_id": "990000009",
            "time_zone": "America/Chicago"}  # fmt: skip
    assert admin_person.post(f"{address}change/", form).status_code == 302
    assert Organization.objects.get(pk=practice.pk).name == "Riverside Renamed"
    history = admin_person.get(f"{address}history/").content.decode()
    assert "Riverside Renamed" in history
    assert "990000009" not in history
    with organization_scope(practice.pk):
        event = AuditEvent.objects.get(verb="tenancy.configuration.changed")
    assert "name" in [name.lower() for name in event.field_names]


def test_only_own_locations_and_people_are_listed(admin_person, practice, other_practice):
    create_location(practice=other_practice, name="Elsewhere clinic")
    stranger = make_person(other_practice, "BILLER")
    assert b"Elsewhere" not in admin_person.get("/admin/tenancy/location/").content
    page = admin_person.get("/admin/tenancy/person/").content.decode()
    assert admin_person.person.email in page
    assert stranger.email not in page
    other = Location.objects.get(name="Elsewhere clinic")
    assert admin_person.get(f"/admin/tenancy/location/{other.pk}/change/").status_code in (302, 404)


@pytest.mark.parametrize("model", sorted(admin.site._registry, key=lambda model: model._meta.label), ids=str)
def test_every_page_opens(model, sign_in, practice):
    auditor = sign_in("AUDITOR")
    address = f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
    assert auditor.get(address).status_code == 200


@pytest.mark.parametrize(
    "lookup",
    ["password__startswith", "password__regex", "is_superuser", "organization__name", "grants__role"],
)
def test_what_is_not_shown_cannot_be_asked_for(admin_person, lookup):
    """A list that can be filtered by a hidden column tells it, letter by letter."""
    assert admin_person.get(f"/admin/tenancy/person/?{lookup}=m").status_code == 400


def test_what_is_shown_can_be_asked_for(admin_person):
    page = admin_person.get(f"/admin/tenancy/person/?email={admin_person.person.email}")
    assert page.status_code == 200
    assert admin_person.person.email in page.content.decode()


def test_every_page_says_whose_records_these_are(biller, practice):
    page = biller.get("/admin/").content.decode()
    assert f"RCM Workbench · {practice.name}" in page
    assert "Recent actions" not in page


@pytest.mark.parametrize(
    ("address", "way"),
    [("logout/", "/accounts/logout/"), ("password_change/", "/accounts/password/change/")],
)
def test_there_is_one_way_out_and_one_to_another_password(biller, address, way):
    assert biller.post(f"/admin/{address}")["Location"] == way
