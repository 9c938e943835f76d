"""From a real 835 to a denial: the file is read, balanced, matched and posted, and its facts are taken."""

import pytest

from audit.models import DomainEvent
from denials import services
from denials.choices import DenialState
from denials.models import Denial, DenialOccurrence
from tenancy.scope import organization_scope
from tests.denials.conftest import NOW, TODAY
from tests.factories import era
from tests.factories.era import Era
from workbench.models import WorkItem


def only_denial():
    return Denial.objects.select_related("work_item").get()


def test_a_refused_line_becomes_a_denial_in_the_queue(denied, in_practice):
    denial = denied(codes="CO-197", remarks=("N385",))

    assert (denial.code, denial.category, denial.root_cause) == ("CO-197", "authorization", "auth_late")
    assert (denial.denied_cents, denial.state, denial.sequence) == (15000, DenialState.TRIAGED, 1)
    assert denial.suggested_actions[0] == "appeal"
    item = denial.work_item
    assert (item.kind, item.reference, item.amount_cents, item.code) == (
        "DENIAL",
        "CLM00001",
        15000,
        "CO-197",
    )
    assert 0 <= item.priority <= 100
    assert item.priority_parts["expected_cents"] == denial.expected_cents


def test_facts_are_taken_once_however_often_the_job_runs(denied, take, in_practice):
    denied()

    assert take() == 0
    assert Denial.objects.count() == DenialOccurrence.objects.count() == WorkItem.objects.count() == 1


def test_what_is_no_denial_makes_none(take, in_practice):
    era.claim("CLM1", "150.00")
    era.claim("CLM2", "90.00")
    era.post(
        Era(trace="T1")
        .paid("CLM1", "150.00 0 CO-45=50.00 PR-1=100.00")
        .paid("CLM2", "90.00 60.00 CO-45=30.00")
    )
    take()

    assert not Denial.objects.exists()


def test_several_codes_on_a_line_are_one_denial(take, in_practice):
    era.claim("CLM1", "300.00")
    era.post(Era().paid("CLM1", "300.00 0 CO-197=200.00 CO-50=100.00"))
    take()

    denial = only_denial()
    assert denial.code == "CO-197"
    assert denial.secondary_reasons == [{"group": "CO", "code": "50", "cents": 10000}]
    assert denial.has_mixed_signals
    assert denial.denied_cents == 30000


def test_a_partial_denial_is_worth_what_was_refused(take, in_practice):
    era.claim("CLM1", "300.00")
    era.post(Era().paid("CLM1", "300.00 112.00 CO-45=90.00 CO-151=70.00 PR-2=28.00"))
    take()

    assert (only_denial().denied_cents, only_denial().code) == (7000, "CO-151")


def test_a_refusal_again_is_the_same_denial_and_not_initial(take, in_practice):
    """Worked example B: 70.00 refused, taken back, decided again with 140.00 refused."""
    era.claim("CLM1", "300.00")
    era.post(Era(trace="T1").paid("CLM1", "300.00 112.00 CO-45=90.00 CO-151=70.00 PR-2=28.00", icn="A1"))
    take()
    first = only_denial()
    era.post(
        Era(trace="T2")
        .paid("CLM1", "-300.00 -112.00 CO-45=-90.00 CO-151=-70.00 PR-2=-28.00", status="22", icn="A1")
        .paid("CLM1", "300.00 56.00 CO-45=90.00 CO-151=140.00 PR-2=14.00", icn="A2")
        .adjusted("WO", "A1", "-56.00")
    )
    take()

    again = only_denial()
    assert again.pk == first.pk
    assert (again.denied_cents, again.sequence, again.is_initial) == (14000, 2, False)
    assert again.work_item_id == first.work_item_id
    assert again.work_item.amount_cents == 14000
    assert again.state not in (DenialState.CANCELLED, DenialState.RECOVERED)


def test_a_reversal_alone_cancels_the_denial_and_its_item(take, in_practice):
    era.claim("CLM1", "150.00")
    era.post(Era(trace="T1").paid("CLM1", "150.00 0 CO-197=150.00", icn="A1"))
    take()
    era.post(Era(trace="T2").paid("CLM1", "-150.00 0 CO-197=-150.00", status="22", icn="A1"))
    take()

    denial = only_denial()
    assert denial.state == DenialState.CANCELLED
    assert denial.work_item.state == "CANCELLED"


def test_a_payment_recovers_the_denial(take, in_practice):
    era.claim("CLM1", "150.00")
    era.post(Era(trace="T1").paid("CLM1", "150.00 0 CO-16=150.00", icn="A1"))
    take()
    era.post(
        Era(trace="T2")
        .paid("CLM1", "-150.00 0 CO-16=-150.00", status="22", icn="A1")
        .paid("CLM1", "150.00 100.00 CO-45=50.00", icn="A2")
    )
    take()

    denial = only_denial()
    assert (denial.state, denial.recovered_cents) == (DenialState.RECOVERED, 10000)
    assert not denial.work_item.is_open


def test_a_recovered_denial_refused_again_comes_back_to_work(take, in_practice):
    era.claim("CLM1", "150.00")
    era.post(Era(trace="T1").paid("CLM1", "150.00 0 CO-16=150.00", icn="A1"))
    era.post(Era(trace="T2").paid("CLM1", "150.00 100.00 CO-45=50.00", icn="A2"))
    take()
    assert only_denial().state == DenialState.RECOVERED
    era.post(
        Era(trace="T3")
        .paid("CLM1", "-150.00 -100.00 CO-45=-50.00", status="22", icn="A2")
        .adjusted("WO", "A2", "-100.00")
    )
    take()

    denial = only_denial()
    assert denial.state == DenialState.TRIAGED
    assert denial.work_item.is_open


def test_every_move_has_its_event(denied, in_practice):
    denial = denied()
    names = list(
        DomainEvent.objects.filter(subject_id=denial.pk)
        .order_by("occurred_at")
        .values_list("name", flat=True)
    )

    assert names == ["denial.detected", "denial.categorized"]
    assert list(denial.transitions.order_by("at", "id").values_list("to_state", flat=True)) == [
        "DETECTED",
        "TRIAGED",
    ]


def test_coverage_that_had_ended_is_evidence(take, in_practice):
    from patients.models import Coverage

    claim = era.claim("CLM1", "150.00")
    Coverage.objects.filter(pk=claim.coverage_id).update(ends_on="2026-02-28")
    era.post(Era().paid("CLM1", "150.00 0 CO-27=150.00"))
    take()

    denial = only_denial()
    assert denial.root_cause_source == "EVIDENCE"
    assert "not in force" in denial.evidence[0]["words"]


def test_without_evidence_the_cause_is_from_the_code(denied, in_practice):
    assert denied(codes="CO-27").root_cause_source == "CODE"


def test_a_passed_deadline_scores_nothing_and_goes_to_a_manager(denied, in_practice):
    from reference.models import DeadlineRule

    DeadlineRule.objects.create(
        payer=era.payer(),
        kind="APPEAL_1",
        days=30,
        basis="REMITTANCE",
        source_note="contract",
        confidence="CONTRACT",
    )
    denial = denied()
    assert denial.appeal_due_on.isoformat() == "2026-04-19"
    assert denial.appeal_basis["rule_version"] == 1

    late = NOW.replace(month=5)
    services.expire_and_rescore(on=late.date(), at=late)
    services.expire_and_rescore(on=late.date(), at=late)

    denial = only_denial()
    assert (denial.state, denial.work_item.priority) == (DenialState.EXPIRED, 0)
    manager = WorkItem.objects.get(kind="MANAGER")
    assert (manager.subject_id, manager.category) == (denial.pk, "deadline_passed")


def test_the_first_queue_is_the_codes_team_unless_the_practice_says_otherwise(denied, in_practice):
    assert denied(codes="CO-197").work_item.queue.code == "auth_team"
    services.save_routing_rule(
        payer_id=era.payer().pk, category="authorization", team="billing", note="", version=None
    )

    assert denied("CLM00002", codes="CO-197", trace="T2").work_item.queue.code == "billing"


def test_two_practices_never_share_a_denial(denied, other_practice, practice):
    denied()
    with organization_scope(other_practice.pk):
        assert not Denial.objects.exists()


@pytest.mark.parametrize("size", [3, 40])
def test_taking_many_costs_as_few_statements_as_taking_few(
    in_practice, take, django_assert_max_num_queries, size
):
    batch = Era()
    for number in range(size):
        era.claim(f"CLM{number:04d}", "150.00")
        batch.paid(f"CLM{number:04d}", "150.00 0 CO-197=150.00")
    era.post(batch)

    with django_assert_max_num_queries(46):
        assert take() == size
    assert Denial.objects.count() == size
    assert TODAY
