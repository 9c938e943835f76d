"""A request gets one transaction and one scope, or is told nothing."""

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import Client
from django.utils import timezone

from tenancy.models import Location
from tenancy.scope import organization_scope
from tenancy.services import grant_role

pytestmark = pytest.mark.urls("tests.tenancy.middleware_urls")


def grant_in(practice, person, role, **grant):
    with organization_scope(practice.pk):
        today = timezone.now().date()
        grant_role(person=person, practice=practice, role=role, starts_on=today, reason="test", **grant)


def test_what_a_view_writes_is_kept_when_it_answers(biller):
    assert biller.get(biller.at("x/writes/")).status_code == 200

    assert Location.objects.filter(name="kept").exists()


@pytest.mark.parametrize("page", ["x/fails/", "x/503/"])
def test_what_a_failing_view_wrote_is_gone(biller, page):
    biller.raise_request_exception = False

    assert biller.get(biller.at(page)).status_code >= 500

    assert not Location.objects.filter(name="lost").exists()


def test_a_late_template_is_rendered_inside_the_scope(biller, settings, tmp_path):
    (tmp_path / "late.html").write_text("{{ ask_scope }}")
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": [tmp_path, *settings.TEMPLATES[0]["DIRS"]]}]

    assert biller.get(biller.at("x/late/")).content.decode() == str(biller.practice.pk)


def test_only_the_permitted_come_in_and_the_stranger_learns_nothing(biller, supervisor, stranger, practice):
    address = f"/p/{practice.pk}/x/supervisors/"

    assert supervisor.get(address).content.decode() == str(practice.pk)
    assert biller.get(address).status_code == 403
    assert stranger.get(address).status_code == 404
    assert Client().get(address).status_code == 302


def test_foreign_and_missing_are_the_same_answer(stranger, practice):
    foreign = stranger.get(f"/p/{practice.pk}/x/writes/")
    missing = stranger.get("/p/00000000-0000-7000-8000-000000000000/x/writes/")

    assert foreign.status_code == missing.status_code == 404
    assert foreign.content == missing.content


def test_a_view_that_declares_nothing_is_never_called(biller):
    with pytest.raises(ImproperlyConfigured):
        biller.get(biller.at("x/undeclared/"))


def test_pages_with_patient_data_are_not_stored_by_the_browser(biller):
    assert "no-store" in biller.get(biller.at("x/writes/"))["Cache-Control"]


def test_an_expired_session_sends_htmx_to_the_sign_in_page(practice):
    response = Client().get(f"/p/{practice.pk}/x/writes/", headers={"HX-Request": "true"})

    assert (response.status_code, response["HX-Redirect"]) == (401, "/accounts/login/")


def test_a_portfolio_reads_every_practice_that_grants_it_whole(biller, practice, other_practice):
    grant_in(other_practice, biller.person, "READER")

    served = biller.get("/portfolio/x/").content.decode().split(",")

    assert served == sorted([str(practice.pk), str(other_practice.pk)])


def test_a_grant_narrowed_to_a_payer_keeps_its_practice_out_of_the_portfolio(
    biller, practice, other_practice
):
    grant_in(other_practice, biller.person, "READER", payer_ids=["01900000-0000-7000-8000-000000000001"])

    assert biller.get("/portfolio/x/").content.decode() == str(practice.pk)
