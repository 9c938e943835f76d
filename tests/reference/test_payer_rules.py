import pytest

from denials.rules.facts import DenialAdjustment, DenialFacts
from denials.rules.resolution import resolve
from reference import selectors
from reference.models import PayerRule
from reference.services import create_payer
from tenancy.scope import organization_scope


@pytest.fixture
def payer(practice):
    with organization_scope(practice.pk):
        return create_payer(name="Aetna")


def reading(payer, **fields):
    return {
        "payer": payer.pk, "group_code": "CO", "reason_code": "197", "procedure_code": "70551",
        "category": "eligibility", "root_cause": "reg_coverage", "first_action": "verify_eligibility",
        "second_action": "bill_patient",
        "source_note": "Portal says so", "is_active": "on", **fields,
    }  # fmt: skip


def stored(person):
    with organization_scope(person.practice.pk):
        return list(PayerRule.objects.order_by("id"))


def test_a_practices_reading_decides_its_denials_and_is_named(admin_person, payer):
    assert admin_person.post(admin_person.at("reference/readings/new/"), reading(payer)).status_code == 302
    [rule] = stored(admin_person)
    page = admin_person.get(admin_person.at("reference/readings/")).content.decode()
    assert "Check eligibility, then Bill the patient" in page
    with organization_scope(admin_person.practice.pk):
        overrides = selectors.override_rules([payer.pk])
    denied = DenialFacts((DenialAdjustment("CO", "197", 5000),), payer_id=payer.pk, procedure_code="70551")
    tables = {"carcs": selectors.carc_rules(), "rarcs": selectors.rarc_rules()}
    found = resolve(denied, **tables, overrides=overrides)
    assert (found.category, found.actions) == ("eligibility", ("verify_eligibility",))
    assert found.explanations[-1].decided_by == f"rule {rule.pk}"
    with organization_scope(admin_person.practice.pk):
        PayerRule.objects.update(is_active=False)
        assert selectors.override_rules([payer.pk]) == ()


def test_a_reading_names_a_code_and_changes_something(admin_person, payer):
    address = admin_person.at("reference/readings/new/")
    for wrong in (
        {"reason_code": "", "procedure_code": ""},
        {"category": "", "root_cause": "", "first_action": "", "second_action": ""},
        {"first_action": "pray"},
        {"source_note": ""},
    ):
        assert admin_person.post(address, reading(payer, **wrong)).status_code == 422, wrong
    assert stored(admin_person) == []


def test_only_who_may_edit_changes_a_reading_and_the_second_editor_is_told(
    admin_person, reader, stranger, payer
):
    admin_person.post(admin_person.at("reference/readings/new/"), reading(payer))
    [rule] = stored(admin_person)
    address = admin_person.at(f"reference/readings/{rule.pk}/")
    form = admin_person.get(address).content.decode()
    assert f'<option value="{payer.pk}" selected>Aetna</option>' in form
    assert 'name="version" value="1"' in form
    changed = reading(payer, owner_team="billing", version=1)
    for who, status in ((stranger, 404), (reader, 403), (admin_person, 302), (admin_person, 409)):
        values = {**changed, "owner_team": "coding"} if status == 409 else changed
        assert who.post(address, values).status_code == status
    [rule] = stored(admin_person)
    assert rule.actions == ["verify_eligibility", "bill_patient"]
    assert (rule.owner_team, rule.version) == ("billing", 2)


def test_a_reading_may_hold_for_any_payer(admin_person, payer):
    anyone = {**reading(payer), "payer": ""}
    assert admin_person.post(admin_person.at("reference/readings/new/"), anyone).status_code == 302
    with organization_scope(admin_person.practice.pk):
        assert [one.payer_id for one in selectors.override_rules([])] == [None]


def test_a_reading_may_change_the_actions_alone(admin_person, payer):
    alone = reading(payer, category="", root_cause="", second_action="", third_action="appeal")
    assert admin_person.post(admin_person.at("reference/readings/new/"), alone).status_code == 302
    assert stored(admin_person)[0].actions == ["verify_eligibility", "appeal"]


def test_a_foreign_payer_cannot_be_named(admin_person, other_practice):
    with organization_scope(other_practice.pk):
        foreign = create_payer(name="Foreign Mutual")
    refused = admin_person.post(admin_person.at("reference/readings/new/"), reading(foreign))
    assert refused.status_code == 422
    assert "Foreign Mutual" not in refused.content.decode()
