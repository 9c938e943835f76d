"""Partners, routes and enrolments in the browser, and a file that a person brings to a portal."""

import datetime

import pytest

import x12
from audit.models import AuditEvent
from clearinghouse.models import Enrolment, Interchange, PayerRoute, TradingPartner
from clearinghouse.selectors import content_of, way_to
from clearinghouse.services import seal
from reference.services import create_payer, create_provider
from tenancy.scope import organization_scope
from tests.factories.partners import claims_to_send, make_partner

AT = datetime.datetime(2026, 3, 11, 14, 5, tzinfo=datetime.UTC)
NEW = {
    "name": "Prairie Clearinghouse", "receiver_qualifier": "ZZ", "receiver_id": "PRAIRIE", "sender_qualifier": "ZZ",
    "sender_id": "RIVERSIDE", "contact_name": "Billing", "contact_phone": "(217) 555-0100", "claims_per_set": "50",
    "minutes_between": "15", "answers_within_hours": "24", "is_active": "on",
}  # fmt: skip


@pytest.fixture
def stage(practice):
    with organization_scope(practice.pk):
        return (
            make_partner(),
            create_payer(name="Acme Health", payer_identifier="60054"),
            create_provider(kind="PERSON", npi="1234567893", last_name="Okafor", first_name="Ada"),
        )


def test_only_who_may_edit_adds_a_partner(admin_person, biller, stranger):
    address = admin_person.at("files/partners/new/")
    for who, status in ((stranger, 404), (biller, 403), (admin_person, 302)):
        assert who.post(address, NEW).status_code == status
    with organization_scope(admin_person.practice.pk):
        partner = TradingPartner.objects.get()
        assert (partner.contact_phone, partner.is_production) == ("2175550100", False)
    assert "Prairie Clearinghouse" in biller.get(biller.at("files/partners/")).content.decode()
    assert "Another partner has this name" in admin_person.post(address, NEW).content.decode()


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("receiver_id", "PRA*RIE", "meaning of their own"),
        ("contact_phone", "12345", "Ten digits"),
        ("receiver_id", "X" * 16, "at most 15"),
        ("claims_per_set", "0", "From 1 to 5,000."),
    ],
)
def test_what_no_envelope_can_hold_is_said_at_its_field(admin_person, field, value, words):
    page = admin_person.post(admin_person.at("files/partners/new/"), {**NEW, field: value})
    assert page.status_code == 422
    assert words in page.content.decode()
    assert "Constraint" not in page.content.decode()


def test_a_line_without_patience_is_refused_at_its_field(admin_person, stage):
    address = admin_person.at(f"files/partners/{stage[0].pk}/connection/")
    page = admin_person.post(address, {"transport": "MANUAL", "port": "22", "timeout_seconds": "0"})
    assert page.status_code == 422
    assert "At least one second." in page.content.decode()
    assert "Constraint" not in page.content.decode()


def test_two_editors_and_the_second_is_told(admin_person, stage):
    address = admin_person.at(f"files/partners/{stage[0].pk}/edit/")
    values = {**NEW, "version": stage[0].version}
    assert f'name="version" value="{stage[0].version}"' in admin_person.get(address).content.decode()
    assert admin_person.post(address, {**values, "contact_name": "One"}).status_code == 302
    assert admin_person.post(address, {**values, "contact_name": "Two"}).status_code == 409


def test_a_payers_claims_go_one_way_and_only_for_the_enrolled(admin_person, stage):
    partner, payer, provider = stage
    to = {"payer_id": payer.id, "provider_id": provider.id, "transaction": "837P"}

    def way():
        with organization_scope(admin_person.practice.pk):
            return way_to(**to)

    assert "No trading partner" in way().obstacle
    route = {
        "payer": payer.id,
        "transaction_kind": "837P",
        "payer_identifier": "ACME",
        "needs_enrolment": "on",
    }
    address = admin_person.at(f"files/partners/{partner.pk}/routes/")
    assert admin_person.post(address, route).status_code == 302
    twice = admin_person.post(address, route)
    assert twice.status_code == 422
    assert "already" in twice.content.decode()
    assert "not enrolled" in way().obstacle

    enrolment = {"payer": payer.id, "provider": provider.id, "transaction_kind": "837P"}
    assert admin_person.post(admin_person.at("files/enrolments/add/"), enrolment).status_code == 302
    assert "not sent" in way().obstacle
    with organization_scope(admin_person.practice.pk):
        [added] = Enrolment.objects.all()
    for state in ("SUBMITTED", "PROVISIONING", "DRAFT", "LIVE"):
        admin_person.post(
            admin_person.at(f"files/enrolments/{added.pk}/move/"), {"to": state, "note": "by fax"}
        )
    page = admin_person.get(admin_person.at("files/enrolments/")).content.decode()
    assert "Live" in page
    assert "by fax" in page
    assert "cannot become not sent" in page
    named = admin_person.at(f"files/enrolments/{added.pk}/name/")
    assert admin_person.post(named, {"enrolled_name": " Lake Road LLC "}).status_code == 302
    page = admin_person.post(named, {"enrolled_name": "L" * 121}, follow=True).content.decode()
    assert "at most 120 characters" in page and 'value="Lake Road LLC"' in page
    assert (way().partner_id, way().payer_identifier) == (partner.id, "ACME")

    with organization_scope(admin_person.practice.pk):
        [kept] = PayerRoute.objects.all()
    admin_person.post(admin_person.at(f"files/partners/{partner.pk}/routes/{kept.pk}/remove/"))
    assert way().partner_id is None


def test_a_person_brings_a_file_and_its_confirmation_is_the_evidence(biller, reader, stranger, stage):
    with organization_scope(biller.practice.pk):
        sealed = seal(partner_id=stage[0].id, kind="837P", claims=claims_to_send(2), at=AT)
        sent = Interchange.objects.select_related("file").get(id=sealed.interchange_id)
        content = content_of(sent.file)
    page = f"files/sent/{sealed.interchange_id}/"
    assert "000000001" in reader.get(reader.at(page)).content.decode()
    assert stranger.get(biller.at(page)).status_code == 404
    assert reader.post(reader.at(page + "download/")).status_code == 403

    download = biller.post(biller.at(page + "download/"))
    assert download.content == content
    assert "837P_000000001.edi" in download["Content-Disposition"]
    assert sum(isinstance(one, x12.SubmittedClaim) for one in x12.read_837(download.content)) == 2

    empty = biller.post(biller.at(page + "confirm/"), {"confirmation": " "})
    assert empty.status_code == 409 and 'id="confirmation_error"' in empty.content.decode()
    done = biller.post(biller.at(page + "confirm/"), {"confirmation": "PCH-77"}, follow=True)
    assert "confirmation PCH-77." in done.content.decode()
    again = biller.post(biller.at(page + "confirm/"), {"confirmation": "PCH-78"})
    assert again.status_code == 409 and "has been sent already" in again.content.decode()
    with organization_scope(biller.practice.pk):
        sent.refresh_from_db()
        assert (sent.state, sent.confirmation) == ("SENT", "PCH-77")
        assert sent.sent_at is not None
        verbs = set(AuditEvent.objects.values_list("verb", flat=True))
        assert {"clearinghouse.exchangefile.downloaded", "clearinghouse.interchange.confirmed"} <= verbs
    shown = biller.get(biller.at(page)).content.decode()
    assert "PCH-77" in shown
    assert "Download" not in shown


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("trust me", "no certificate"),
        ("-----BEGIN PRIVATE KEY-----\nMIG\n-----END PRIVATE KEY-----", "holds a private key"),
        ("", "HTTPS needs this"),
    ],
    ids=["no certificate", "a private key", "nothing"],
)
def test_what_is_no_certificate_is_said_at_its_field(admin_person, stage, text, words):
    form = {"transport": "HTTPS", "address": "files.example", "secret_name": "token", "timeout_seconds": 30}
    page = admin_person.post(
        admin_person.at(f"files/partners/{stage[0].pk}/connection/"), {**form, "certificate": text}
    )
    assert page.status_code == 422
    assert words in page.content.decode()
