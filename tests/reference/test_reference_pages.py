import re

import pytest

from reference.choices import AliasKind, CodeSet, Confidence, DeadlineBasis, DeadlineKind
from reference.models import DeadlineRule, Payer, PayerAlias, Provider
from reference.services import create_location, create_payer, create_provider
from tenancy.models import Location
from tenancy.scope import organization_scope

NEW_PAYER = {
    "name": "Evergreen Health",
    "payer_identifier": "EVG01",
    "kind": "commercial_par_generic",
    "is_active": "on",
}


@pytest.fixture
def payer(practice):
    with organization_scope(practice.pk):
        return create_payer(name="Aetna", payer_identifier="60054")


def stored(person, model, **filters):
    with organization_scope(person.practice.pk):
        return list(model.objects.filter(**filters))


def test_the_lists_show_what_is_on_file(reader, payer, practice):
    with organization_scope(practice.pk):
        create_provider(kind="PERSON", npi="1234567893", last_name="Okafor", first_name="Ada")
        create_location(practice_id=practice.pk, name="Main Street")
    for address, words in (
        ("reference/", "Aetna"),
        ("reference/?q=600", "Aetna"),
        ("reference/providers/?q=okaf", "Okafor, Ada"),
        ("reference/providers/?q=12345", "Okafor, Ada"),
        ("reference/locations/", "Main Street"),
        ("reference/codes/?q=197", "Authorization or notification missing"),
        (f"reference/codes/?code_set={CodeSet.REMARK}&q=MA130", "Unprocessable"),
        (f"reference/codes/?code_set={CodeSet.PROVIDER_ADJUSTMENT}&q=WO", "Overpayment recovery"),
        (f"reference/codes/?code_set={CodeSet.CLAIM_STATUS}", "Adjudicated"),
        (f"reference/payers/{payer.pk}/", "Examples for this kind of payer"),
    ):
        page = reader.get(reader.at(address))
        assert page.status_code == 200, address
        assert words in page.content.decode(), address
    assert "Aetna" not in reader.get(reader.at("reference/?q=cigna")).content.decode()
    assert "Add a payer" not in reader.get(reader.at("reference/")).content.decode()


def test_only_who_may_edit_adds_a_payer(admin_person, reader, stranger):
    address = admin_person.at("reference/payers/new/")
    for who, status in ((stranger, 404), (reader, 403), (admin_person, 302)):
        assert who.post(address, NEW_PAYER).status_code == status
    [payer] = stored(admin_person, Payer)
    assert (payer.name, payer.payer_identifier, payer.is_active) == ("Evergreen Health", "EVG01", True)


def test_a_strangers_payer_is_not_there(stranger, admin_person, payer):
    for address in (f"reference/payers/{payer.pk}/", f"reference/payers/{payer.pk}/edit/"):
        assert stranger.get(admin_person.at(address)).status_code == 404
        assert stranger.get(stranger.at(address)).status_code in {403, 404}
    own = stranger.get(stranger.at("reference/"))
    assert "Aetna" not in own.content.decode()


def test_two_editors_and_the_second_is_told(admin_person, payer):
    address = admin_person.at(f"reference/payers/{payer.pk}/edit/")
    values = {**NEW_PAYER, "payer_identifier": "60054", "version": payer.version}
    assert admin_person.post(address, {**values, "name": "Aetna Health"}).status_code == 302
    lost = admin_person.post(address, {**values, "name": "Aetna Life"})
    assert lost.status_code == 409
    page = lost.content.decode()
    assert "Aetna Health" in page
    assert "Aetna Life" in page
    assert stored(admin_person, Payer)[0].name == "Aetna Health"


def test_a_form_is_saved_as_the_page_filled_it(admin_person, payer, practice):
    with organization_scope(practice.pk):
        provider = create_provider(kind="PERSON", npi="1234567893", last_name="Okafor")
    person = {"kind": "PERSON", "npi": "1234567893", "last_name": "Okafor-Smith"}
    for address, values in (
        (f"reference/payers/{payer.pk}/edit/", {**NEW_PAYER, "payer_identifier": "60054"}),
        (f"reference/providers/{provider.pk}/", person),
    ):
        for _ in range(2):
            page = admin_person.get(admin_person.at(address)).content.decode()
            [version] = re.findall(r'name="version" value="(\d+)"', page)
            saved = admin_person.post(admin_person.at(address), {**values, "version": version})
            assert saved.status_code == 302, address


def test_what_lists_of_the_two_editors_say_is_told_in_words(admin_person, payer):
    address = admin_person.at(f"reference/payers/{payer.pk}/edit/")
    values = {**NEW_PAYER, "payer_identifier": "60054", "authorized_services": "70551 J1100", "version": 0}
    page = admin_person.post(address, {**values, "quirks": ["NO_GROUP_NUMBER"], "usual_response_days": "20"})
    told = page.content.decode()
    assert page.status_code == 409
    assert "<ins>—</ins></td><td><del>70551, J1100</del>" in told
    assert "<ins>—</ins></td><td><del>No group number</del>" in told
    assert "<ins>—</ins></td><td><del>20</del>" in told


def test_a_deadline_without_a_length_is_refused_in_words(admin_person, payer):
    page = admin_person.post(
        admin_person.at(f"reference/payers/{payer.pk}/deadlines/new/"), {"kind": "appeal_1"}
    )
    assert page.status_code == 422
    assert "Give days, or months, or a fixed date" in page.content.decode()
    assert "Constraint" not in page.content.decode()


def test_an_identifier_of_another_payer_is_refused_in_words(admin_person, payer):
    page = admin_person.post(
        admin_person.at("reference/payers/new/"), {**NEW_PAYER, "payer_identifier": "60054"}
    )
    assert page.status_code == 422
    assert "has this name or number already" in page.content.decode()
    assert len(stored(admin_person, Payer)) == 1


def test_another_name_is_remembered_once_and_for_one_payer(admin_person, payer, practice):
    with organization_scope(practice.pk):
        other = create_payer(name="Cigna")
    name = {"kind": AliasKind.NAME, "written_as": "Aetna Life Ins."}
    for _ in range(2):
        assert (
            admin_person.post(admin_person.at(f"reference/payers/{payer.pk}/names/"), name).status_code == 302
        )
    [alias] = stored(admin_person, PayerAlias)
    assert alias.value == "AETNA LIFE INS"
    refused = admin_person.post(admin_person.at(f"reference/payers/{other.pk}/names/"), name)
    assert refused.status_code == 422
    assert "already means Aetna" in refused.content.decode()
    removed = admin_person.at(f"reference/payers/{other.pk}/names/{alias.pk}/remove/")
    assert admin_person.post(removed).status_code == 404
    assert admin_person.post(removed.replace(str(other.pk), str(payer.pk))).status_code == 302
    assert stored(admin_person, PayerAlias) == []


RULE = {
    "kind": DeadlineKind.APPEAL_1, "days": "90", "basis": DeadlineBasis.REMITTANCE, "day_type": "CALENDAR",
    "cutoff": "RECEIVED", "grace_days": "0", "safety_days": "7", "source_note": "Contract 4.2",
    "confidence": Confidence.CONTRACT,
}  # fmt: skip


def test_deadlines_are_added_changed_confirmed_and_removed(admin_person, payer):
    base = f"reference/payers/{payer.pk}/deadlines/"
    assert len(stored(admin_person, DeadlineRule, payer=payer)) == 3
    assert admin_person.post(admin_person.at(f"{base}new/"), RULE).status_code == 302
    [ours] = stored(admin_person, DeadlineRule, source_note="Contract 4.2")
    changed = admin_person.post(admin_person.at(f"{base}{ours.pk}/"), {**RULE, "days": "", "months": "6"})
    assert changed.status_code == 302
    [ours] = stored(admin_person, DeadlineRule, source_note="Contract 4.2")
    assert (ours.days, ours.months, ours.version, ours.is_example) == (None, 6, 2, False)
    for wrong in (
        {"months": "6"},
        {"days": ""},
        {"days": "-1"},
        {"starts_on": "2026-02-01", "stops_on": "2026-01-01"},
    ):
        assert admin_person.post(admin_person.at(f"{base}new/"), {**RULE, **wrong}).status_code == 422, wrong
    assert admin_person.post(admin_person.at(f"{base}confirm/")).status_code == 302
    assert not any(one.is_example for one in stored(admin_person, DeadlineRule, payer=payer))
    assert admin_person.post(admin_person.at(f"{base}{ours.pk}/remove/")).status_code == 302
    assert len(stored(admin_person, DeadlineRule, payer=payer)) == 3


def test_another_kind_brings_its_own_examples_until_they_are_confirmed(admin_person, payer):
    address = admin_person.at(f"reference/payers/{payer.pk}/edit/")
    values = {**NEW_PAYER, "name": "Medicare", "kind": "medicare_ffs", "version": 1}
    assert admin_person.post(address, values).status_code == 302
    assert len(stored(admin_person, DeadlineRule, payer=payer)) == 6
    admin_person.post(admin_person.at(f"reference/payers/{payer.pk}/deadlines/confirm/"))
    again = {**values, "kind": "tricare", "version": 3}
    assert admin_person.post(address, again).status_code == 302
    assert len(stored(admin_person, DeadlineRule, payer=payer)) == 6


def test_a_provider_needs_a_number_that_checks(admin_person):
    values = {
        "kind": "PERSON",
        "npi": "1234567890",
        "last_name": "Okafor",
        "first_name": "Ada",
        "is_active": "on",
    }
    address = admin_person.at("reference/providers/new/")
    wrong = admin_person.post(address, values)
    assert wrong.status_code == 422
    assert "not an NPI" in wrong.content.decode()
    assert admin_person.post(address, {**values, "npi": "1234567893"}).status_code == 302
    [provider] = stored(admin_person, Provider)
    assert provider.search_name == "OKAFOR ADA"
    edit = admin_person.at(f"reference/providers/{provider.pk}/")
    changed = {**values, "npi": "1234567893", "last_name": "Okafor-Smith", "version": 1}
    assert admin_person.post(edit, changed).status_code == 302
    assert stored(admin_person, Provider)[0].search_name == "OKAFOR SMITH ADA"
    assert admin_person.post(edit, changed | {"last_name": "X"}).status_code == 409
    nameless = {**values, "kind": "ORGANIZATION", "npi": ""}
    assert admin_person.post(address, nameless).status_code == 422


def test_locations_belong_to_the_practice_of_the_address(admin_person, other_practice):
    with organization_scope(other_practice.pk):
        foreign = create_location(practice_id=other_practice.pk, name="Hill Street")
    created = admin_person.post(
        admin_person.at("reference/locations/new/"), {"name": "Main Street", "is_active": "on"}
    )
    assert created.status_code == 302
    place = Location.objects.get(name="Main Street")
    assert place.organization_id == admin_person.practice.pk
    edit = admin_person.at(f"reference/locations/{place.pk}/")
    assert admin_person.post(edit, {"name": "Main Street", "npi": "1"}).status_code == 422
    assert admin_person.post(edit, {"name": "Main Street West", "city": "Springfield"}).status_code == 302
    assert Location.objects.get(pk=place.pk).is_active is False
    assert admin_person.get(admin_person.at(f"reference/locations/{foreign.pk}/")).status_code == 404


def test_a_biller_narrowed_to_one_payer_sees_no_other(sign_in, payer, practice):
    with organization_scope(practice.pk):
        other = create_payer(name="Cigna")
    narrow = sign_in("BILLER", payer_ids=[payer.pk])
    page = narrow.get(narrow.at("reference/")).content.decode()
    assert "Aetna" in page
    assert "Cigna" not in page
    assert narrow.get(narrow.at(f"reference/payers/{other.pk}/")).status_code == 404


def test_every_change_is_in_the_audit_trail(admin_person, payer):
    from audit.models import AuditEvent

    admin_person.post(admin_person.at("reference/payers/new/"), NEW_PAYER)
    admin_person.post(
        admin_person.at(f"reference/payers/{payer.pk}/edit/"),
        {**NEW_PAYER, "payer_identifier": "60054", "version": 1},
    )
    with organization_scope(admin_person.practice.pk):
        verbs = set(AuditEvent.objects.filter(actor_id=admin_person.person.pk).values_list("verb", flat=True))
    assert {"reference.payer.created", "reference.payer.edited"} <= verbs
