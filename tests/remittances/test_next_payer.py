"""The secondary is told to the cent what the primary decided (worked example 7), unless the primary forwards it."""

import datetime
import re
from decimal import Decimal

import pytest
from django.utils import timezone

from claims.models import ClaimVersion
from claims.rules.snapshot import claim_of
from claims.rules.states import Evidence
from claims.services import Said, move_claims
from claims.services.editing import run_edits_for
from ledger.selectors import charge_balances
from patients.models import Charge, Patient
from reference.models import DeadlineRule, Payer
from tenancy.scope import organization_scope
from tests.factories.billing import AT, make_claim, make_providers
from tests.factories.era import Era, post
from tests.factories.patients import make_coverage, make_payer

PRIMARY, SECONDARY = ("Great Plains Health", "GP001"), ("Second Health", "SH002")
WHO = {"icn": "ICN1", "member": "M1001", "last_name": "RIVERA"}
LAST_DAY = datetime.datetime(2026, 6, 18, 15, tzinfo=datetime.UTC)
SENT = (Evidence.EDITS_PASSED, Evidence.BATCHED, Evidence.STORED, Evidence.PAYER_ACCEPTED)


@pytest.fixture
def claim(practice):
    with organization_scope(practice.pk):
        made = make_claim(make_providers(), code="99211", cents=200_00, on=datetime.date(2026, 3, 10))
        make_coverage(Patient.objects.get(), make_payer(*SECONDARY), member_id="S2", rank=2)
        move_claims([Said(made.id, one, AT) for one in SENT])
        return made


def decided(practice, claim, *, status="1", day=None, **payment):
    line = "200.00 94.08 CO-45=80.00 PR-2=24.00 CO-253=1.92"
    era = Era(payer=PRIMARY, day=day or datetime.date(2026, 3, 20))
    with organization_scope(practice.pk):
        post(era.paid(claim.patient_control_number, line, status=status, **WHO, **payment))


def test_7_the_secondary_pays_what_the_primary_left(biller, practice, claim):
    path = biller.at(f"remittances/next-payer/{claim.pk}/")
    assert "No payer has decided" in biller.get(path).content.decode()
    assert biller.post(path).status_code == 409
    decided(practice, claim)
    page = biller.get(path).content.decode()
    for told in ("SVD*GP001*94.08", "CAS*CO*253*1.92**45*80", "CAS*PR*2*24", "REF*F8*ICN1", "SBR*S*18"):
        assert told in page
    assert re.search(r"dates 573 \d\d/\d\d/\d{4},", page)
    assert biller.post(path).status_code == 302
    again = biller.post(path)
    assert again.status_code == 409
    assert "This payer has been billed, and nothing has changed since." in again.content.decode()
    with organization_scope(practice.pk):
        version = ClaimVersion.objects.filter(claim=claim).latest("number")
        (line,) = claim_of(version.snapshot).lines
        (told,) = line.adjudications
        assert told.paid_amount == Decimal("94.08")
        assert told.paid_amount + sum(one.amount for one in told.adjustments) == line.charge_amount == 200
        claim.refresh_from_db()
        assert (version.payer_rank, claim.payer_rank, claim.payer.name) == (2, 2, SECONDARY[0])
        second = Era("T2", payer=SECONDARY, day=datetime.date(2026, 4, 10))
        second.paid(
            claim.patient_control_number,
            "200.00 24.00 OA-23=176.00",
            status="2",
            member="S2",
            last_name="RIVERA",
        )
        post(second)
        charge = Charge.objects.get()
        assert charge_balances([charge.id])[charge.id].outstanding_cents == 0


def test_what_comes_too_late_for_the_secondary_waits_for_a_person(biller, practice, claim):
    with organization_scope(practice.pk):
        Payer.objects.filter(name=SECONDARY[0]).update(filing_indicator="CI")
    decided(practice, claim, day=datetime.date(2026, 3, 20))
    biller.post(biller.at(f"remittances/next-payer/{claim.pk}/"))
    with organization_scope(practice.pk):
        limit = DeadlineRule.objects.create(
            payer=make_payer(*SECONDARY),
            kind="SECONDARY_CLAIM",
            basis="PRIMARY_REMITTANCE",
            days=90,
            confidence="CONFIRMED",
            source_note="Contract",
        )
        in_time = run_edits_for(claim_ids=[claim.id], at=LAST_DAY)[0]
        assert (in_time.blocked_by, "E114" in in_time.unchecked) == ([], False)
        late = run_edits_for(claim_ids=[claim.id], at=LAST_DAY + datetime.timedelta(1))[0]
        claim.refresh_from_db()
        assert (late.blocked_by, claim.submission_state) == (["E114"], "HELD")
        assert late.results[0]["message"].endswith("decided before was 06/18/2026.")
        limit.delete()
        (unknown,) = run_edits_for(claim_ids=[claim.id], at=LAST_DAY + datetime.timedelta(1))
        assert (unknown.is_clean, "E114" in unknown.unchecked) == (True, True)


@pytest.mark.parametrize(
    "how",
    [
        {"status": "19"},
        {"claim_remarks": "MA18"},
        {"more": ("NM1*TT*2*SECOND HEALTH*****PI*SH002",)},
    ],
    ids=["CLP02", "MA18", "NM1-TT"],
)
def test_what_the_primary_forwards_is_not_billed_twice(biller, practice, claim, how):
    decided(practice, claim, day=timezone.localdate(), **how)
    path = biller.at(f"remittances/next-payer/{claim.pk}/")
    assert "has forwarded the claim" in biller.get(path).content.decode()
    assert biller.post(path).status_code == 409
    assert biller.post(path, {"reason": " "}).status_code == 422
    assert biller.post(path, {"reason": "It never arrived there"}).status_code == 302
    with organization_scope(practice.pk):
        version = ClaimVersion.objects.filter(claim=claim).latest("number")
        assert (version.payer_rank, version.reason) == (2, "It never arrived there")


def test_only_who_may_build_bills_the_next(practice, claim, biller, reader, stranger):
    path = f"remittances/next-payer/{claim.pk}/"
    assert reader.post(reader.at(path)).status_code == 403
    assert stranger.post(biller.at(path)).status_code == 404
    assert stranger.post(stranger.at(path)).status_code == 404
