"""Whoever of several payers has decided a claim is sent it again, corrected or void, under that payer's own number."""

import datetime

import pytest

from claims.models import Claim, ClaimVersion
from claims.rules.snapshot import claim_of
from claims.services import Said, move_claims, resend_claim
from patients.models import Encounter, Patient
from tenancy.scope import organization_scope
from tests.factories.billing import AT, make_claim, make_providers
from tests.factories.era import Era, post
from tests.factories.patients import make_coverage, make_payer
from tests.remittances.test_next_payer import PRIMARY, SECONDARY, SENT

FIRST = "200.00 94.08 CO-45=80.00 PR-2=24.00 CO-253=1.92"
SECOND = "200.00 24.00 OA-23=176.00"


@pytest.fixture
def claim(practice):
    with organization_scope(practice.pk):
        made = make_claim(make_providers(), code="99211", cents=200_00, on=datetime.date(2026, 3, 10))
        make_coverage(Patient.objects.get(), make_payer(*SECONDARY), member_id="S2", rank=2)
        move_claims([Said(made.id, one, AT) for one in SENT])
        return made


def answered(practice, claim, payer, line, *, icn, day, status, member="M1001"):
    with organization_scope(practice.pk):
        era = Era(f"T{icn}", payer=payer, day=datetime.date(2026, *day))
        who = {"icn": icn, "member": member, "last_name": "RIVERA"}
        post(era.paid(claim.patient_control_number, line, status=status, **who))


@pytest.fixture
def both(practice, claim, biller):
    """Both payers have decided."""
    answered(practice, claim, PRIMARY, FIRST, icn="ICN1", day=(3, 20), status="1")
    assert biller.post(biller.at(f"remittances/next-payer/{claim.pk}/")).status_code == 302
    with organization_scope(practice.pk):
        move_claims([Said(claim.id, one, AT) for one in SENT])
    answered(practice, claim, SECONDARY, SECOND, icn="ICN2", day=(4, 10), status="2", member="S2")
    return claim


def newest(practice, claim):
    with organization_scope(practice.pk):
        version = ClaimVersion.objects.filter(claim=claim).latest("number")
        return version, claim_of(version.snapshot)


def change_visit(practice, claim, **values):
    with organization_scope(practice.pk):
        Encounter.objects.filter(id=claim.encounter_id).update(**values)


def test_the_second_payer_is_sent_a_corrected_claim_with_what_the_first_decided(practice, both, biller):
    start = biller.get(biller.at(f"claims/{both.pk}/correct/"))
    path = biller.at(f"remittances/of-claim/{both.pk}/correct/")
    assert start.url == path
    assert "Nothing has changed since the claim was sent" in biller.get(path).content.decode()
    change_visit(practice, both, referral_number="R7")
    page = biller.get(path).content.decode()
    assert 'aria-current="page" data-key="g c"' in page and 'aria-current="page" data-key="g r"' not in page
    for told in ("REF*F8*ICN2", "REF*9F*R7", "SVD*GP001*94.08", "SBR*S*18", "SECOND HEALTH", "GREAT PLAINS"):
        assert told in page
    assert biller.post(path, {"reason": "", "version": 2}).status_code == 422
    assert biller.post(path, {"reason": "Late", "version": 1}).status_code == 409
    assert biller.post(path, {"reason": "The referral came late", "version": 2}).status_code == 302
    versions = biller.get(biller.at(f"claims/{both.pk}/versions/")).content.decode()
    assert "SECOND HEALTH · secondary" in versions
    version, content = newest(practice, both)
    assert (version.frequency, version.payer_rank, version.prior_payer_control_number) == ("7", 2, "ICN2")
    assert version.reason == "The referral came late"
    assert content.coverage.responsibility_code == "S"


def test_the_first_payer_is_corrected_and_the_second_told_of_its_new_decision(practice, both, biller):
    change_visit(practice, both, referral_number="R7")
    path = biller.at(f"remittances/of-claim/{both.pk}/correct/")
    page = biller.get(f"{path}?payer=1").content.decode()
    assert "REF*F8*ICN1" in page and "</span> SVD*" not in page
    assert biller.get(f"{path}?payer=3").status_code == 404
    assert biller.post(path, {"reason": "Late", "version": 2, "payer": 1}).status_code == 302
    version, _ = newest(practice, both)
    assert (version.frequency, version.payer_rank) == ("7", 1)
    with organization_scope(practice.pk):
        move_claims([Said(both.id, one, AT) for one in SENT])
        era = Era("T9", payer=PRIMARY, day=datetime.date(2026, 5, 1))
        who = {"member": "M1001", "last_name": "RIVERA"}
        number = both.patient_control_number
        era.paid(
            number, "-200.00 -94.08 CO-45=-80.00 PR-2=-24.00 CO-253=-1.92", status="22", icn="ICN1", **who
        )
        era.paid(number, "200.00 100.00 CO-45=76.00 PR-2=24.00", status="1", icn="ICN1R", **who)
        post(era)
    path = biller.at(f"remittances/next-payer/{both.pk}/")
    page = biller.get(path).content.decode()
    for told in ("REF*F8*ICN2", "SVD*GP001*100", "replaces its number ICN2"):
        assert told in page
    assert biller.post(path).status_code == 302
    version, _ = newest(practice, both)
    assert (version.frequency, version.payer_rank, version.prior_payer_control_number) == ("7", 2, "ICN2")


def test_a_void_goes_to_the_payer_that_is_named(practice, both, biller):
    path = biller.at(f"remittances/of-claim/{both.pk}/void/")
    assert "REF*F8*ICN2" in biller.get(path).content.decode()
    assert biller.post(path, {"reason": "Not its patient", "version": 2}).status_code == 302
    version, content = newest(practice, both)
    assert (version.frequency, version.payer_rank, content.payer_control_number) == ("8", 2, "ICN2")
    assert content.lines[0].adjudications


def test_a_claim_the_second_payer_rejected_goes_again_with_the_first_ones_decision(practice, claim, biller):
    answered(practice, claim, PRIMARY, FIRST, icn="ICN1", day=(3, 20), status="1")
    biller.post(biller.at(f"remittances/next-payer/{claim.pk}/"))
    before, sent = newest(practice, claim)
    with organization_scope(practice.pk):
        Claim.objects.filter(id=claim.id).update(submission_state="PAYER_REJECTED")
        assert resend_claim(claim_id=claim.id, at=AT) is False
        Claim.objects.filter(id=claim.id).update(submission_state="PAYER_REJECTED")
        Encounter.objects.filter(id=claim.encounter_id).update(referral_number="R7")
        assert resend_claim(claim_id=claim.id, at=AT) is True
    version, content = newest(practice, claim)
    assert (before.number, version.number, version.frequency, version.payer_rank) == (2, 3, "1", 2)
    assert content.lines[0].adjudications == sent.lines[0].adjudications
    assert content.other_coverages == sent.other_coverages


def test_programs_correct_and_void_at_a_payer(practice, both, supervisor, reader):
    address = f"/api/v1/claims/{both.id}/replace-at-payer/"
    of = {"X-Organization": str(practice.pk)}
    body = {"payer_rank": 2, "frequency": "8", "reason": "Not its patient", "version": 2}

    def send(who, **values):
        return who.post(address, body | values, content_type="application/json", headers=of)

    assert send(reader).status_code == 403
    assert send(supervisor, version=1).status_code == 409
    assert send(supervisor, frequency="1").status_code == 400
    assert "has not decided" in send(supervisor, payer_rank=3).json()["detail"]
    made = send(supervisor)
    assert (made.status_code, made.json()["payer_rank"]) == (201, 2)


def test_only_who_may_build_replaces(both, biller, reader, stranger):
    for rest in ("correct/", "void/"):
        path = f"remittances/of-claim/{both.pk}/{rest}"
        form = {"reason": "Because", "version": 2}
        assert reader.post(reader.at(path), form).status_code == 403
        assert stranger.post(biller.at(path), form).status_code == 404
        assert stranger.post(stranger.at(path), form).status_code == 404
