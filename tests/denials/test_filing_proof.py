"""A refusal for late filing against what others say of the claim's arrival; payer's words for the practice's rules."""

import pytest
from django.utils import timezone

from claims.services import read_statuses
from clearinghouse.services import bring_in
from denials.services import expire_and_rescore
from reference.services import add_payer_rule, set_deadline_rule
from tenancy.scope import organization_scope
from tests.denials.conftest import NOW, TODAY
from tests.factories import answers, era
from tests.factories.claims import SentClaim, file_837


@pytest.fixture
def limit(in_practice):
    set_deadline_rule(
        payer=era.payer(),
        values={"kind": "INITIAL_CLAIM", "basis": "SERVICE_FROM", "days": 90},
    )


def test_the_payers_own_received_date_proves_it(denied, limit):
    denial = denied(codes="CO-29", more=("DTM*050*20260312",))
    assert (denial.category, denial.root_cause, denial.root_cause_source) == (
        "timely_filing",
        "payer_processing",
        "EVIDENCE",
    )
    assert "DTM*050" in denial.evidence[-1]["words"]
    assert denial.next_action == "appeal"
    assert denial.work_item.priority_parts["chance"] == 0.6


def test_an_acceptance_on_file_proves_it(practice, take, limit):
    with organization_scope(practice.pk):
        era.claim("CLM00001", "150.00")
        said = answers.status_report(
            file_837(SentClaim("CLM00001")), {"CLM00001": [("A2", "20")]}, source="PR", on="20260315"
        )
        now = timezone.now()
        read_statuses(file_id=bring_in(name="a.277", content=said, source="API", at=now).id, at=now)
        era.post(era.Era().paid("CLM00001", "150.00 0 CO-29=150.00"))
        take()
        from denials.models import Denial

        denial = Denial.objects.get()
    assert denial.root_cause == "payer_processing"
    assert "Mar 15, 2026" in denial.evidence[-1]["words"]


def test_received_after_the_limit_was_late(denied, limit):
    denial = denied(codes="CO-29", more=("DTM*050*20260801",))
    assert (denial.root_cause, denial.root_cause_source) == ("billing_late", "EVIDENCE")


def test_a_practices_rule_reads_the_payers_own_words(denied, in_practice):
    add_payer_rule(
        values={
            "reason_code": "197",
            "text_pattern": "CE GOLD",
            "owner_team": "contracting",
            "priority_boost": 15,
            "source_note": "as agreed",
        }
    )
    plain = denied("CLM1", trace="T1")
    told = denied("CLM2", trace="T2", more=("REF*CE*GOLD PPO",))
    assert (plain.owner_team, told.owner_team) == ("auth_team", "contracting")
    assert told.priority_boost == 15
    assert told.work_item.priority > plain.work_item.priority


def test_a_fresh_denial_is_scored_on_the_practices_own_scale(practice, denied, take):
    with organization_scope(practice.pk):
        batch = era.Era("T0")
        for number in range(24):
            era.claim(f"N{number}", f"{100 + number}.00")
            batch.paid(f"N{number}", f"{100 + number}.00 0 CO-197={100 + number}.00")
        era.post(batch)
        take()
        expire_and_rescore(on=TODAY, at=NOW)
    fresh = denied("CLM1", amount="112.00", trace="T1")
    with organization_scope(practice.pk):
        born = fresh.work_item.priority
        expire_and_rescore(on=TODAY, at=timezone.now())
        fresh.work_item.refresh_from_db()
        assert abs(fresh.work_item.priority - born) <= 5
