"""A claim whose payer has decided, and whose next payer was not billed, is work until it is: one, or many at once."""

import datetime

import pytest
from django.utils import timezone

from claims.models import Claim, ClaimVersion
from claims.services import Said, move_claims
from patients.models import Patient
from remittances.services import find_next_due
from tenancy.ids import uuid7
from tenancy.scope import organization_scope
from tests.factories.billing import AT, make_claim, make_providers
from tests.factories.era import Era, post
from tests.factories.patients import make_coverage, make_payer
from tests.remittances.test_next_payer import PRIMARY, SECONDARY, SENT
from workbench.models import WorkItem

DAY = datetime.timedelta(days=1)
NOW = timezone.now()
LINE = "200.00 94.08 CO-45=80.00 PR-2=24.00 CO-253=1.92"


@pytest.fixture
def claims(practice):
    """Two claims of patients with a second plan, and one of a patient without."""
    with organization_scope(practice.pk):
        providers, made = make_providers(), []
        for number in range(3):
            claim = make_claim(
                providers, mrn=f"R{number}", code="99211", cents=200_00, on=datetime.date(2026, 3, 10)
            )
            if number < 2:
                patient = Patient.objects.get(mrn=f"R{number}")
                make_coverage(patient, make_payer(*SECONDARY), member_id=f"S{number}", rank=2)
            move_claims([Said(claim.id, one, AT) for one in SENT])
            made.append(claim)
        return made


def decided(practice, claims, *, status="1", day=None, **more):
    with organization_scope(practice.pk):
        for number, claim in enumerate(claims):
            era = Era(f"T{number}{status}", payer=PRIMARY, day=day or datetime.date(2026, 3, 20))
            who = {"icn": f"ICN{number}", "member": "M1001", "last_name": "RIVERA"}
            post(era.paid(claim.patient_control_number, LINE, status=status, **who, **more))


def find(practice, at=NOW):
    with organization_scope(practice.pk):
        count = find_next_due(at=at)
        items = WorkItem.objects.filter(kind="NEXT_PAYER", is_open=True).order_by("reference")
        return count, [(one.reference, one.category, one.amount_cents) for one in items]


def test_who_has_a_second_plan_is_due_once_the_first_has_decided(practice, claims, biller):
    assert find(practice) == (0, [])
    decided(practice, claims)
    due = [("C000001", "DUE", 24_00), ("C000002", "DUE", 24_00)]
    assert (find(practice), find(practice)) == ((2, due), (0, due))
    page = biller.get(biller.at("work/secondary-due/")).content.decode()
    assert "C000001" in page
    assert "Bill next payer" in page
    assert "Secondary due" in biller.get(biller.at()).content.decode()
    with organization_scope(practice.pk):
        item = WorkItem.objects.get(kind="NEXT_PAYER", reference="C000001")
    panel = biller.get(biller.at(f"work/item/{item.id}/")).content.decode()
    assert "SECOND HEALTH" in panel
    assert "See and bill" in panel
    assert biller.post(biller.at(f"remittances/next-payer/{claims[0].id}/")).status_code == 302
    assert find(practice) == (0, due[1:])


def order(client, practice, **values):
    with organization_scope(practice.pk):
        ids = list(WorkItem.objects.filter(kind="NEXT_PAYER").values_list("id", flat=True))
    values = {"action": "FIX", "item": ids, "form_key": uuid7(), **values}
    return client.post(client.at("work/secondary-due/bulk/run/"), values)


def test_many_are_billed_at_once_with_a_line_for_each(practice, claims, biller, reader, sign_in, run_jobs):
    decided(practice, claims)
    find(practice)
    assert order(reader, practice).status_code == 403
    assert order(sign_in("POSTER"), practice).status_code == 404
    answer = order(biller, practice)
    assert answer.status_code == 302
    run_jobs()
    page = biller.get(answer.url).content.decode()
    assert "Bill next payer: 2 secondary due" in page
    with organization_scope(practice.pk):
        ranks = Claim.objects.order_by("patient_control_number").values_list("payer_rank", flat=True)
        assert list(ranks) == [2, 2, 1]
        assert not WorkItem.objects.filter(kind="NEXT_PAYER", is_open=True).exists()


def test_what_the_payer_forwarded_waits_until_that_answer_is_late(practice, claims, biller):
    today = timezone.localdate()
    decided(practice, claims[:1], status="19", day=today)
    assert find(practice) == (1, [("C000001", "FORWARDED", 24_00)])
    with organization_scope(practice.pk):
        item = WorkItem.objects.get(kind="NEXT_PAYER")
    assert item.follow_up_on == today + 30 * DAY
    panel = biller.get(biller.at(f"work/item/{item.id}/")).content.decode()
    assert "has forwarded the claim" in panel
    assert "See and bill" not in panel
    assert "Bill it all the same" in panel
    assert find(practice, NOW + 31 * DAY) == (0, [("C000001", "DUE", 24_00)])


def test_a_program_bills_the_next_payer(practice, claims, supervisor, reader):
    address = f"/api/v1/claims/{claims[0].id}/bill-next-payer/"
    of = {"X-Organization": str(practice.pk)}
    assert supervisor.post(address, headers=of).status_code == 409
    decided(practice, claims)
    find(practice)
    assert reader.post(address, headers=of).status_code == 403
    made = supervisor.post(address, headers=of)
    assert (made.status_code, made.json()["payer_rank"]) == (201, 2)
    with organization_scope(practice.pk):
        assert ClaimVersion.objects.filter(claim=claims[0]).count() == 2
    assert find(practice)[1] == [("C000002", "DUE", 24_00)]
    assert supervisor.post(address, headers=of).status_code == 409
