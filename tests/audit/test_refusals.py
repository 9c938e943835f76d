"""Refusals are written after the request, whichever way it ended, and never become an answer themselves."""

import pytest
from django.db import DatabaseError
from django.test import Client

from audit import middleware, verbs
from audit.models import AuditEvent
from tenancy.scope import organization_scope


def refusals(practice):
    with organization_scope(practice.pk):
        return list(AuditEvent.objects.filter(verb__startswith="access.request").order_by("recorded_at"))


def test_a_form_without_its_token_is_refused_and_recorded(auditor, practice):
    careful = Client(enforce_csrf_checks=True)
    careful.cookies = auditor.cookies
    assert careful.post(auditor.at("audit/verify/")).status_code == 403
    [event] = refusals(practice)
    assert (event.outcome, event.data["page"]) == ("REFUSED", "audit:verify")
    assert event.actor_id == auditor.person.pk


def test_a_trail_that_cannot_be_written_changes_no_answer(reader, monkeypatch, caplog):
    def fail(*_):
        raise DatabaseError("disk full")

    monkeypatch.setattr(middleware, "record_refusal", fail)
    assert reader.get(reader.at("audit/")).status_code == 403
    assert "refusal_not_recorded" in caplog.text


def test_addresses_outside_practices_are_not_the_trails_business(reader, practice):
    assert reader.get("/nowhere/").status_code == 404
    assert refusals(practice) == []


def test_an_address_that_leads_nowhere_inside_a_practice_is_recorded_without_one(reader, practice):
    assert reader.get(reader.at("nowhere/")).status_code == 404
    assert refusals(practice) == []


@pytest.mark.parametrize("verb", ["denied", "Denials.denial.claimed", "denials.denial"])
def test_a_verb_has_its_form(verb):
    with pytest.raises(ValueError, match="reads"):
        verbs.register({verb: "did something"})


def test_a_verb_has_one_meaning():
    with pytest.raises(ValueError, match="two meanings"):
        verbs.register({"access.session.opened": "something else"})
