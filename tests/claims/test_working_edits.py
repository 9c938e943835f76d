"""People answer for what the edits found, mend it, and do the same for many claims at once."""

import datetime

import pytest
from auditlog.models import LogEntry

from audit.models import AuditEvent
from claims.models import Claim, ClaimVersion, EditOverride, EditSetting
from claims.rules.edits import RELEASE
from claims.rules.states import Evidence
from claims.services import Said, move_claims
from claims.services.building import rebuild_claim, replace_claim
from claims.services.editing import run_edits_for
from patients.models import Encounter
from reference.models import Provider
from tenancy.scope import organization_scope
from tests.factories.billing import make_claim, make_providers
from workbench.models import BulkLine, WorkItem

AT = datetime.datetime(2026, 3, 10, 9, tzinfo=datetime.UTC)
KIND = "CLAIM_EDITS"


@pytest.fixture
def practice_scope(practice):
    with organization_scope(practice.pk):
        yield


@pytest.fixture
def providers(practice):
    with organization_scope(practice.pk):
        return make_providers()


@pytest.fixture
def twice(practice, providers) -> Claim:
    """The same service on the same day, billed before: held for a person (E067)."""
    with organization_scope(practice.pk):
        first, second = make_claim(providers), make_claim(providers, mrn="MRN2")
        Claim.objects.filter(id=second.id).update(patient_id=first.patient_id)
        run_edits_for(claim_ids=[second.id], at=AT)
        return second


@pytest.fixture
def boxed(practice, providers) -> list[Claim]:
    """Claims of somebody who gives a post box for a street (E022), corrected on file since."""
    with organization_scope(practice.pk):
        Provider.objects.filter(id=providers[0].id).update(address_line="PO Box 7")
        claims = [make_claim(providers, mrn=f"BOX{number}") for number in range(3)]
        run_edits_for(claim_ids=[one.id for one in claims], at=AT)
        Provider.objects.filter(id=providers[0].id).update(address_line="7 Lake Road")
        return claims


def state(claim: Claim) -> str:
    with organization_scope(claim.organization_id):
        return Claim.objects.get(id=claim.id).submission_state


def item_of(claim: Claim) -> WorkItem:
    with organization_scope(claim.organization_id):
        return WorkItem.objects.filter(kind=KIND, subject_id=claim.id).order_by("-opened_at", "-id")[0]


def ask(client, claim, verb, **values):
    return client.post(client.at(f"claims/{claim.id}/edits/{verb}/"), values)


class TestLettingPass:
    def test_a_biller_answers_for_a_hold_and_takes_it_back(self, biller, twice, practice):
        assert ask(biller, twice, "pass", rule="E067", reason="Seen twice that day").status_code == 302
        assert state(twice) == "READY"
        page = biller.get(biller.at(f"claims/{twice.id}/edits/")).content.decode()
        assert "let it pass" in page and "Seen twice that day" in page
        assert f", by catalogue {RELEASE}" in page
        assert ask(biller, twice, "take-back", rule="E067", reason="It was one visit").status_code == 302
        assert state(twice) == "HELD"
        with organization_scope(practice.pk):
            told = EditOverride.objects.order_by("made_at", "id").values_list("is_taken_back", flat=True)
            assert list(told) == [False, True]
            verbs = set(AuditEvent.objects.filter(subject_id=twice.id).values_list("verb", flat=True))
            assert {"claims.edit.let_pass", "claims.edit.taken_back"} <= verbs

    def test_without_a_reason_or_a_fault_nothing_passes(self, biller, twice):
        for values in ({"rule": "E067", "reason": " "}, {"rule": "E066", "reason": "Why not"}, {}):
            assert ask(biller, twice, "pass", **values).status_code == 409
        assert ask(biller, twice, "take-back", rule="E067", reason="Never was").status_code == 409
        assert state(twice) == "HELD"

    def test_readers_and_strangers_let_nothing_pass(self, reader, stranger, twice):
        for verb in ("pass", "take-back", "run", "rebuild"):
            assert ask(reader, twice, verb, rule="E067", reason="Please").status_code == 403
            path = f"/p/{twice.organization_id}/claims/{twice.id}/edits/{verb}/"
            assert stranger.post(path, {"rule": "E067", "reason": "Please"}).status_code == 404
        assert state(twice) == "HELD"

    def test_a_fault_of_form_is_never_let_pass(self, supervisor, boxed):
        answer = ask(supervisor, boxed[0], "pass", rule="E022", reason="It is late")
        assert (answer.status_code, "correct what it names" in answer.content.decode()) == (409, True)

    def test_what_the_practice_made_fatal_is_a_supervisors(self, biller, supervisor, twice, practice):
        with organization_scope(practice.pk):
            EditSetting(
                rule_id="E067", severity="fatal", starts_on=AT.date().replace(month=1), note="x"
            ).save()
            run_edits_for(claim_ids=[twice.id], at=AT)
        assert state(twice) == "EDITING_FAILED"
        assert ask(biller, twice, "pass", rule="E067", reason="Seen twice").status_code == 403
        assert ask(supervisor, twice, "pass", rule="E067", reason="Seen twice").status_code == 302
        assert state(twice) == "READY"

    def test_a_pass_for_a_hold_is_none_for_a_fatal_fault(self, biller, twice, practice):
        ask(biller, twice, "pass", rule="E067", reason="Seen twice that day")
        with organization_scope(practice.pk):
            EditSetting(
                rule_id="E067", severity="fatal", starts_on=AT.date().replace(month=1), note="x"
            ).save()
            run_edits_for(claim_ids=[twice.id], at=AT)
        assert state(twice) == "EDITING_FAILED"

    def test_the_api_does_the_same(self, biller, reader, twice):
        path = f"/api/v1/claims/{twice.id}/"
        (edits,) = biller.get(f"{path}edits/").json()
        assert (edits["blocked_by"], edits["results"][0]["rule_id"]) == (["E067"], "E067")
        assert edits["catalogue"] == RELEASE
        assert biller.post(f"{path}let-pass/", {"rule_id": "E067", "reason": ""}).status_code == 400
        assert reader.post(f"{path}let-pass/", {"rule_id": "E067", "reason": "Please"}).status_code == 403
        answer = biller.post(f"{path}let-pass/", {"rule_id": "E067", "reason": "Seen twice"})
        assert (answer.status_code, answer.json()["blocked_by"]) == (200, [])
        answer = biller.post(f"{path}take-back/", {"rule_id": "E067", "reason": "Seen once"})
        assert answer.json()["blocked_by"] == ["E067"]
        assert biller.post(f"{path}take-back/", {"rule_id": "E067", "reason": "Again"}).status_code == 409


class TestTheQueue:
    def test_a_stopped_claim_is_work_until_it_passes(self, biller, boxed, practice):
        item = item_of(boxed[0])
        assert (item.is_open, item.category, item.code) == (True, "PROVIDER", "E022")
        page = biller.get(biller.at("work/edits/?code=E022")).content.decode()
        assert boxed[0].patient_control_number in page
        panel = biller.get(biller.at(f"work/item/{item.id}/")).content.decode()
        for words in (
            "2010AA N301",
            "Stops the claim",
            "7 LAKE ROAD",
            "Then nothing would stop it",
            "Open the visit",
        ):
            assert words in panel
        assert ask(biller, boxed[0], "rebuild", item=item.id).status_code == 302
        assert (state(boxed[0]), item_of(boxed[0]).outcome) == ("READY", "CAUSE_GONE")

    def test_the_item_says_what_is_to_be_mended_now(self, boxed, practice):
        claim = boxed[0]
        with organization_scope(practice.pk):
            Encounter.objects.filter(id=claim.encounter_id).update(is_sensitive=True)
            rebuild_claim(claim_id=claim.id, at=AT)
            run_edits_for(claim_ids=[claim.id], at=AT)
        assert (item_of(claim).code, item_of(claim).category, item_of(claim).is_open) == (
            "E121",
            "RELEASE",
            True,
        )

    def test_running_again_takes_in_what_is_decided_elsewhere(self, biller, twice, practice):
        with organization_scope(practice.pk):
            EditSetting(rule_id="E067", severity="off", starts_on=AT.date().replace(month=1), note="x").save()
        assert ask(biller, twice, "run").status_code == 302
        assert state(twice) == "READY"

    def test_an_item_of_another_claim_is_not_there(self, biller, boxed):
        assert ask(biller, boxed[0], "run", item=item_of(boxed[1]).id).status_code == 404


class TestMending:
    def test_nothing_is_built_where_nothing_has_changed(self, biller, boxed, practice):
        assert ask(biller, boxed[0], "rebuild").status_code == 302
        with organization_scope(practice.pk):
            Provider.objects.update(address_line="7 Lake Road")
        answer = ask(biller, boxed[0], "rebuild")
        assert (answer.status_code, "Nothing on file has changed" in answer.content.decode()) == (409, True)

    def test_a_replacement_that_is_stopped_stays_a_replacement(self, practice_scope, providers):
        claim = make_claim(providers)
        sent = (Evidence.EDITS_PASSED, Evidence.BATCHED, Evidence.STORED, Evidence.ADJUDICATED)
        move_claims([Said(claim.id, one, AT) for one in sent])
        Claim.objects.filter(id=claim.id).update(payer_control_number="ICN1")
        Encounter.objects.filter(id=claim.encounter_id).update(authorization_number="AUTH7")
        replace_claim(claim_id=claim.id, frequency="7", at=AT)
        Encounter.objects.filter(id=claim.encounter_id).update(authorization_number="AUTH8")
        version = rebuild_claim(claim_id=claim.id, at=AT)
        assert (version.frequency, version.prior_payer_control_number) == ("7", "ICN1")

    def test_the_same_fix_goes_over_all_claims_of_a_rule(self, biller, reader, boxed, practice, run_jobs):
        address = biller.at("claims/edits/like/E022/")
        page = biller.get(address).content.decode()
        assert "3 claims are stopped by this rule" in page and "7 LAKE ROAD" in page
        assert reader.get(reader.at("claims/edits/like/E022/")).status_code == 403
        assert biller.get(biller.at("claims/edits/like/nothing/")).status_code == 404
        with organization_scope(practice.pk):
            rebuild_claim(claim_id=boxed[2].id, at=AT)
        assert biller.post(address, {"seen": "3"}).url == address
        answer = biller.post(address, {"seen": "2"})
        run_jobs()
        assert [state(one) for one in boxed] == ["READY"] * 3
        with organization_scope(practice.pk):
            lines = list(BulkLine.objects.order_by("position").values_list("outcome", "message"))
            assert ClaimVersion.objects.filter(claim=boxed[0]).count() == 2
        assert lines == [("CHANGED", ""), ("CHANGED", "")]
        assert "Why" in biller.get(answer.url).content.decode()


def test_an_item_the_law_protects_stands_in_no_file(biller, boxed, practice, run_jobs):
    with organization_scope(practice.pk):
        Encounter.objects.filter(id=boxed[0].encounter_id).update(is_sensitive=True)
    where = biller.post(biller.at("work/edits/export/"), {}).headers["Location"]
    run_jobs()
    text = biller.get(where + "file/").content.decode("utf-8-sig")
    assert [one.patient_control_number in text for one in boxed] == [False, True, True]


class TestGrading:
    FORM = {"severity": "warn", "starts_on": "2026-01-01", "note": "Our payers take it", "version": "1"}  # noqa: RUF012

    def test_an_administrator_grades_a_rule(self, admin_person, biller, stranger, boxed, practice, run_jobs):
        listed = admin_person.get(admin_person.at("claims/edits/rules/")).content.decode()
        assert "E022" in listed and "catalogue 2026.1" in listed
        address = admin_person.at("claims/edits/rules/E022/")
        assert admin_person.post(address, self.FORM).status_code == 302
        run_jobs()
        assert [state(one) for one in boxed] == ["READY"] * 3
        with organization_scope(practice.pk):
            setting = EditSetting.objects.get()
        own = f"claims/edits/settings/{setting.id}/"
        assert admin_person.post(address, self.FORM).status_code in (409, 422)
        changed = self.FORM | {"stops_on": "2026-01-31"}
        assert admin_person.post(admin_person.at(own), changed).status_code == 302
        assert admin_person.post(admin_person.at(own), changed).status_code == 409
        assert LogEntry.objects.filter(object_pk=str(setting.id)).count() == 2
        for who, status in ((biller, 403), (stranger, 404)):
            assert who.post(f"/p/{practice.pk}/{own}remove/").status_code == status
        assert admin_person.post(admin_person.at(f"{own}remove/")).status_code == 302
        with organization_scope(practice.pk):
            assert not EditSetting.objects.exists()

    def test_a_setting_that_cannot_be_is_refused_at_its_field(self, admin_person, practice):
        address = admin_person.at("claims/edits/rules/E022/")
        answer = admin_person.post(address, self.FORM | {"stops_on": "2025-12-31"})
        assert (answer.status_code, "cannot end before" in answer.content.decode()) == (422, True)
        assert admin_person.get(admin_person.at("claims/edits/rules/nothing/")).status_code == 404

    @pytest.mark.parametrize("rule", ["E121", "E124"])
    def test_what_the_law_decides_is_not_made_lighter(self, admin_person, practice, rule):
        address = admin_person.at(f"claims/edits/rules/{rule}/")
        for severity in ("off", "info", "warn"):
            answer = admin_person.post(address, self.FORM | {"severity": severity})
            assert (answer.status_code, "The law decides" in answer.content.decode()) == (422, True)
        assert admin_person.post(address, self.FORM | {"severity": "fatal"}).status_code == 302
