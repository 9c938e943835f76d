"""Giving and ending access in the browser; what ends, ends with the next request."""

import datetime
import re

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from audit.models import AuditEvent, DomainEvent
from tenancy.models import ApiToken, Engagement, Grant, Person
from tenancy.scope import organization_scope
from tenancy.services import create_organization, create_person, start_engagement
from tests.conftest import SignedIn

TODAY = timezone.now().date()


@pytest.fixture(autouse=True)
def letters(settings):
    cache.clear()
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"


@pytest.fixture
def company(db):
    return create_organization(kind="BILLING_COMPANY", name="Northwind Billing", slug="northwind")


@pytest.fixture
def engagement(company, practice):
    return start(practice, company)


def start(practice, company):
    with organization_scope(practice.pk):
        return start_engagement(
            practice=practice,
            billing_company=company,
            agreement_reference="BAA-1",
            ceiling_roles=["MSO_ADMIN", "BILLER", "READER"],
            starts_on=TODAY - datetime.timedelta(days=10),
        )


@pytest.fixture
def mso_admin(engagement, company, practice):
    return outsider("MSO_ADMIN", company, practice)


def outsider(role, company, practice):
    from tenancy.services import grant_role

    person = create_person(
        email=f"{role.lower()}@northwind.test",
        name=f"{role} of Northwind",
        organization=company,
        password="x",
    )
    with organization_scope(practice.pk):
        grant_role(person=person, practice=practice, role=role, starts_on=TODAY, reason="set up for a test")
    person.refresh_from_db()
    return SignedIn(person, practice)


def role_form(role="BILLER", **changes):
    return {"role": role, "starts_on": TODAY.isoformat(), "reason": "new colleague", **changes}


def invite(who, email="dana@example.test", **changes):
    form = role_form(**{"email": email, "name": "Dana Lee", **changes})
    return who.post(who.at("access/invite/"), form)


def verbs(practice):
    with organization_scope(practice.pk):
        return list(AuditEvent.objects.order_by("recorded_at").values_list("verb", flat=True))


def test_who_may_look_and_who_may_manage(admin_person, auditor, biller, stranger):
    address = admin_person.at("access/")
    for who, status in ((stranger, 404), (biller, 403), (auditor, 200), (admin_person, 200)):
        assert who.get(address).status_code == status
    for who, status in ((stranger, 404), (auditor, 403), (admin_person, 200)):
        assert who.get(admin_person.at("access/invite/")).status_code == status


def test_an_invited_person_sets_a_password_and_works(
    admin_person, practice, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        assert invite(admin_person).status_code == 302
    [letter] = mail.outbox
    assert letter.to == ["dana@example.test"]
    client = Client()
    page = client.get(re.search(r"/accounts/password/reset/key/\S+", letter.body).group(), follow=True)
    password = "a-much-better-secret-phrase"
    client.post(page.request["PATH_INFO"], {"password1": password, "password2": password})
    answer = client.post(
        "/accounts/login/", {"login": "dana@example.test", "password": password, "purpose": "HPAYMT"}
    )
    assert answer.status_code == 302
    assert client.get(f"/p/{practice.pk}/").status_code == 200
    assert {"tenancy.person.invited", "tenancy.grant.given"} <= set(verbs(practice))


def test_a_refused_invitation_leaves_nobody_behind(admin_person, practice):
    grant = Grant.objects.get(person=admin_person.person)
    Grant.objects.filter(pk=grant.pk).update(ends_on=TODAY + datetime.timedelta(days=5))
    answer = invite(admin_person)
    assert answer.status_code == 409
    assert "must end by then" in answer.content.decode()
    assert not Person.objects.filter(email="dana@example.test").exists()


def test_the_table_says_who_has_what_and_why(admin_person, biller):
    page = admin_person.get(admin_person.at("access/")).content.decode()
    assert biller.person.name in page
    assert "of the practice" in page
    assert "set up for a test" in page
    assert "See claims" in page


def test_a_role_ends_with_the_next_request(admin_person, biller, practice):
    assert biller.get(biller.at()).status_code == 200
    grant = Grant.objects.get(person=biller.person)
    assert (
        admin_person.post(admin_person.at(f"access/roles/{grant.pk}/end/"), {"reason": ""}).status_code == 422
    )
    answer = admin_person.post(admin_person.at(f"access/roles/{grant.pk}/end/"), {"reason": "has left us"})
    assert answer.status_code == 302
    assert biller.get(biller.at()).status_code == 404
    assert verbs(practice).count("tenancy.grant.ended") == 1


def test_a_disabled_person_is_out_with_the_next_request(admin_person, biller):
    address = admin_person.at(f"access/people/{biller.person.pk}/disable/")
    assert admin_person.post(address, {"reason": "has left us"}).status_code == 302
    assert biller.get(biller.at()).status_code == 302
    enable = admin_person.at(f"access/people/{biller.person.pk}/enable/")
    assert admin_person.post(enable, {"reason": "came back"}).status_code == 302
    assert biller.get(biller.at()).status_code == 200


def test_only_colleagues_can_be_disabled(admin_person, biller, mso_admin):
    table = admin_person.get(admin_person.at("access/")).content.decode()
    offered = {
        one: f"/access/people/{one.person.pk}/disable/" in table for one in (admin_person, biller, mso_admin)
    }
    assert offered == {admin_person: False, biller: True, mso_admin: False}


def test_ending_an_engagement_says_who_is_out(admin_person, mso_admin, engagement):
    page = admin_person.get(admin_person.at(f"access/engagements/{engagement.pk}/end/")).content.decode()
    assert "1 person works here through it" in page


def test_an_ended_engagement_takes_every_right_with_it(admin_person, engagement, company, practice):
    helper = outsider("BILLER", company, practice)
    assert helper.get(helper.at()).status_code == 200
    address = admin_person.at(f"access/engagements/{engagement.pk}/end/")
    assert admin_person.post(address, {"reason": "contract over"}).status_code == 302
    assert helper.get(helper.at()).status_code == 404


def test_nobody_raises_themselves(admin_person):
    address = admin_person.at(f"access/people/{admin_person.person.pk}/give/")
    answer = admin_person.post(address, role_form("SUPERVISOR"))
    assert answer.status_code == 409
    assert "to themselves" in answer.content.decode()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"part2": "on"}, "substance-use"),
        ({"write_off_limit": "100000"}, "write-off limit"),
        ({"role": "MSO_ADMIN"}, "may not give the role"),
    ],
)
def test_nothing_beyond_the_role_and_ones_own_right(admin_person, biller, changes, words):
    answer = admin_person.post(
        admin_person.at(f"access/people/{biller.person.pk}/give/"), role_form(**{"role": "READER", **changes})
    )
    assert answer.status_code == 409
    assert words in answer.content.decode()


@pytest.mark.parametrize("role", ["SUPPORT", "API_CLIENT"])
def test_some_roles_are_never_given_by_hand(admin_person, biller, role):
    address = admin_person.at(f"access/people/{biller.person.pk}/give/")
    assert admin_person.post(address, role_form(role)).status_code == 422


def test_a_company_admin_stays_below_the_ceiling_and_among_own_people(mso_admin, biller, practice):
    assert invite(mso_admin, "sam@northwind.test").status_code == 302
    sam = Person.objects.get(email="sam@northwind.test")
    assert sam.organization_id == mso_admin.person.organization_id
    give = mso_admin.at(f"access/people/{sam.pk}/give/")
    assert mso_admin.post(give, role_form("SUPERVISOR")).status_code == 422
    assert mso_admin.post(give, role_form("READER")).status_code == 302
    other = mso_admin.post(mso_admin.at(f"access/people/{biller.person.pk}/give/"), role_form("READER"))
    assert other.status_code == 409
    grant = Grant.objects.get(person=biller.person)
    assert (
        mso_admin.post(mso_admin.at(f"access/roles/{grant.pk}/end/"), {"reason": "no reason"}).status_code
        == 409
    )
    page = mso_admin.get(mso_admin.at("access/")).content.decode()
    assert "Dana Lee" in page
    assert biller.person.email not in page


def test_a_company_admin_neither_engages_nor_issues(mso_admin, company):
    form = {"billing_company": company.pk, "agreement_reference": "x", "ceiling_roles": ["BILLER"],
            "starts_on": TODAY.isoformat()}  # fmt: skip
    assert mso_admin.post(mso_admin.at("access/engagements/start/"), form).status_code == 409
    token = {"name": "x", "permissions": ["claims.view_claim"], "expires_on": TODAY.isoformat()}
    assert mso_admin.post(mso_admin.at("access/tokens/issue/"), token).status_code == 409
    assert not Person.objects.filter(name="x").exists()


def test_a_practice_engages_a_company(admin_person, company, practice):
    form = {"billing_company": company.pk, "agreement_reference": "BAA-7", "ceiling_roles": ["BILLER", "POSTER"],
            "starts_on": TODAY.isoformat()}  # fmt: skip
    assert admin_person.post(admin_person.at("access/engagements/start/"), form).status_code == 302
    engagement = Engagement.objects.get(practice=practice)
    assert engagement.ceiling_roles == ["BILLER", "POSTER"]
    assert "tenancy.engagement.started" in verbs(practice)


def test_a_program_gets_a_token_and_loses_it(admin_person, practice):
    form = {"name": "Nightly loader", "permissions": ["claims.view_claim"],
            "expires_on": (TODAY + datetime.timedelta(days=30)).isoformat()}  # fmt: skip
    page = admin_person.post(admin_person.at("access/tokens/issue/"), form).content.decode()
    secret = re.search(r"rcm_[\w-]{20,}", page).group()
    token = ApiToken.objects.get()
    assert secret not in token.digest
    program = Client(headers={"Authorization": f"Bearer {secret}"})
    assert program.get("/api/v1/schema/").status_code == 200
    assert program.get(f"/p/{practice.pk}/").status_code == 404
    assert admin_person.post(admin_person.at(f"access/tokens/{token.pk}/withdraw/")).status_code == 302
    assert program.get("/api/v1/schema/").status_code == 401
    assert {"tenancy.token.issued", "tenancy.token.revoked"} <= set(verbs(practice))


def test_objects_of_other_practices_are_not_there(admin_person, stranger, other_practice):
    foreign = Grant.objects.get(person=stranger.person)
    for path in (f"roles/{foreign.pk}/end/", f"people/{stranger.person.pk}/give/",
                 f"people/{stranger.person.pk}/disable/"):  # fmt: skip
        assert admin_person.post(admin_person.at(f"access/{path}"), {"reason": "curious"}).status_code == 404


class TestBreakGlass:
    @pytest.fixture
    def support(self, practice):
        person = create_person(
            email="support@vendor.test", name="Vendor Support", organization=None, password="x"
        )
        Person.objects.filter(pk=person.pk).update(is_staff=True)
        person.refresh_from_db()
        return SignedIn(person, practice)

    def enter(self, support, minutes=30):
        form = {
            "practice": support.practice.slug,
            "reason": "ticket 4711: queue does not load",
            "minutes": minutes,
        }
        return support.post("/break-glass/", form)

    def test_support_has_nothing_until_it_breaks_glass(self, support, admin_person, practice,
                                                       django_capture_on_commit_callbacks):  # fmt: skip
        assert support.get(support.at()).status_code == 404
        with django_capture_on_commit_callbacks(execute=True):
            assert self.enter(support).status_code == 302
        assert support.get(support.at()).status_code == 200
        assert support.session["purpose"] == "BTG"
        assert [letter.to for letter in mail.outbox] == [[admin_person.person.email]]
        with organization_scope(practice.pk):
            event = AuditEvent.objects.get(verb="access.break_glass.opened")
            told = DomainEvent.objects.get(name="access.phi.break_glass")
        for one in (event, told):
            assert (one.actor_id, one.role, one.purpose) == (support.person.pk, "SUPPORT", "BTG")
        assert (told.subject_id, told.data) == (event.subject_id, {"minutes": 30})
        assert told.correlation_id == event.correlation_id

    def test_it_ends_by_itself(self, support):
        self.enter(support)
        Grant.objects.filter(person=support.person).update(
            expires_at=timezone.now() - datetime.timedelta(seconds=1)
        )
        cache.clear()
        assert support.get(support.at()).status_code == 404

    def test_never_longer_than_an_hour(self, support):
        assert self.enter(support, minutes=61).status_code == 422

    def test_only_support_finds_the_door(self, biller):
        assert biller.get("/break-glass/").status_code == 404

    def test_the_practice_reviews_it(self, support, admin_person, practice):
        self.enter(support)
        page = admin_person.get(admin_person.at("access/")).content.decode()
        assert "ticket 4711" in page
        grant = Grant.objects.get(person=support.person)
        address = admin_person.at(f"access/roles/{grant.pk}/review/")
        assert admin_person.post(address, {"reason": "was agreed by phone"}).status_code == 302
        page = admin_person.get(admin_person.at("access/")).content.decode()
        assert 'role="alert"' not in page
        assert "access.break_glass.reviewed" in verbs(practice)

    def test_administrators_see_it_before_they_look_for_it(self, support, admin_person, biller):
        def alarm(who):
            return 'id="count-access" hx-swap-oob="true">1<' in who.get(who.at("counts/")).content.decode()

        assert not alarm(admin_person)
        self.enter(support)
        page = admin_person.get(admin_person.at()).content.decode()
        assert "entered by break-glass" in page
        assert "Review it" in page
        assert "break-glass" not in biller.get(biller.at()).content.decode()
        assert alarm(admin_person)
        assert not alarm(biller)
        grant = Grant.objects.get(person=support.person)
        admin_person.post(admin_person.at(f"access/roles/{grant.pk}/review/"), {"reason": "agreed by phone"})
        assert not alarm(admin_person)
        assert "break-glass" not in admin_person.get(admin_person.at()).content.decode()


class TestSecondFactorTakenAway:
    @pytest.fixture
    def locked_out(self, biller):
        TOTP.activate(biller.person, generate_totp_secret())
        return biller.person

    def address(self, who, person):
        return who.at(f"access/people/{person.pk}/second-factor/")

    def test_for_whoever_lost_phone_and_codes(
        self, admin_person, locked_out, practice, django_capture_on_commit_callbacks
    ):
        with django_capture_on_commit_callbacks(execute=True):
            answer = admin_person.post(self.address(admin_person, locked_out), {"reason": "met at the desk"})
        assert answer.status_code == 302
        assert not Authenticator.objects.filter(user=locked_out).exists()
        assert mail.outbox[-1].to == [locked_out.email]
        assert "access.second_factor.reset" in verbs(practice)
        again = admin_person.post(self.address(admin_person, locked_out), {"reason": "met at the desk"})
        assert again.status_code == 409

    def test_never_ones_own_nor_another_employers(self, admin_person, engagement, company, practice):
        TOTP.activate(admin_person.person, generate_totp_secret())
        outsiders = outsider("BILLER", company, practice)
        TOTP.activate(outsiders.person, generate_totp_secret())
        for person in (admin_person.person, outsiders.person):
            answer = admin_person.post(self.address(admin_person, person), {"reason": "please do it"})
            assert answer.status_code == 409
            assert Authenticator.objects.filter(user=person).exists()

    def test_who_may(self, auditor, biller, stranger, locked_out):
        for who, status in ((auditor, 403), (stranger, 404)):
            assert (
                who.get(self.address(auditor if who is auditor else biller, locked_out)).status_code == status
            )


def test_the_same_role_is_not_given_twice(admin_person, biller):
    before = Grant.objects.filter(person=biller.person).count()
    address = admin_person.at(f"access/people/{biller.person.pk}/give/")
    terms = {"role": "READER", "starts_on": TODAY, "reason": "reads as well"}
    assert admin_person.post(address, terms).status_code == 302
    answer = admin_person.post(address, terms)
    assert answer.status_code == 409
    assert "has this role here already" in answer.content.decode()
    assert Grant.objects.filter(person=biller.person).count() == before + 1
