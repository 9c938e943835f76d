"""What a payer decides later decides the denial, whichever file came first and whoever else paid."""

import datetime
import itertools

import pytest
from django.db import transaction
from django.utils import timezone

from claims.models import Claim
from denials.choices import DenialState
from denials.models import Denial
from ledger.selectors import trial_balance
from remittances.models import Remittance
from remittances.services import post_remittance, unpost_remittance
from tests.factories import era
from tests.factories.era import DAY, Era
from workbench.models import WorkItem

SECOND = ("SECOND HEALTH", "EX002")


def on(days: int) -> datetime.date:
    return DAY + datetime.timedelta(days=days)


def books():
    return {account: cents for account, _, cents in trial_balance()}


def state_of(number: str) -> str:
    return Claim.objects.get(patient_control_number=number).adjudication_state


def denials():
    return sorted(
        Denial.objects.values_list(
            "line_key",
            "payer__name",
            "responsibility_rank",
            "state",
            "denied_cents",
            "recovered_cents",
            "sequence",
        )
    )


def test_all_to_the_patient_ends_the_refusal(take, in_practice):
    era.claim("CLM1", "100.00")
    era.post(Era(trace="T1").paid("CLM1", "100.00 0 CO-197=100.00", icn="A1"))
    take()
    era.post(Era(trace="T2", day=on(30)).paid("CLM1", "100.00 0 PR-1=100.00", icn="A2"))
    take()

    denial = Denial.objects.get()
    assert (denial.state, denial.sequence) == (DenialState.TRANSFERRED_PATIENT, 1)
    assert not WorkItem.objects.filter(is_open=True).exists()
    assert state_of("CLM1") == "PATIENT_RESP_ONLY"
    assert books()["AR_PT"] == 10000
    assert "AR_INS" not in books()


def test_a_price_cut_in_place_of_a_refusal_ends_it(take, in_practice):
    era.claim("CLM1", "100.00", "50.00")
    era.post(Era(trace="T1").paid("CLM1", "100.00 0 CO-197=100.00", "50.00 50.00", icn="A1"))
    era.post(
        Era(trace="T2", day=on(30)).paid(
            "CLM1", "100.00 0 CO-45=60.00 PR-1=40.00", "50.00 0 OA-23=50.00", icn="A2"
        )
    )
    take()

    assert Denial.objects.get().state == DenialState.TRANSFERRED_PATIENT


FILES = {
    "refused": Era("T1", day=on(10)).paid("CLM1", "60.00 0 CO-16=60.00", "40.00 0 CO-16=40.00", icn="A1"),
    "paid": Era("T2", day=on(40)).paid("CLM1", "60.00 60.00", "40.00 40.00", icn="A2"),
    "second": Era("T3", day=on(50), payer=SECOND).paid(
        "CLM2", "60.00 5.00 OA-23=55.00", status="2", icn="S1"
    ),
    "first": Era("T4", day=on(20)).paid("CLM2", "60.00 0 CO-197=60.00", icn="B1"),
    "again": Era("T5", day=on(30)).paid("CLM2", "60.00 0 CO-50=60.00", icn="B2"),
    "taken back": Era("T6", day=on(60)).paid("CLM2", "-60.00 0 CO-50=-60.00", status="22", icn="B2"),
}


@pytest.fixture
def built(in_practice):
    era.payer()
    era.payer(*SECOND)
    era.claim("CLM1", "60.00", "40.00")
    era.claim("CLM2", "60.00", secondary=True)


def end(order, take):
    with transaction.atomic():
        for name in order:
            era.post(FILES[name])
            take()
        found = denials(), state_of("CLM1"), state_of("CLM2"), WorkItem.objects.filter(is_open=True).count()
        transaction.set_rollback(True)
    return found


def test_denials_are_the_same_in_any_order_of_files(built, take):
    expected = end(FILES, take)

    rows, first, second, _ = expected
    assert [row[3] for row in rows] == ["RECOVERED", "RECOVERED", "TRIAGED"] or {row[3] for row in rows} == {
        "RECOVERED",
        "TRIAGED",
    }
    assert (first, second) == ("PAID", "PAID_PARTIAL")
    for order in itertools.islice(itertools.permutations(FILES), 0, None, 73):
        assert end(order, take) == expected, order


def test_another_payers_money_leaves_the_first_ones_refusal_open(built, take):
    era.post(FILES["first"])
    era.post(FILES["second"])
    take()

    denial = Denial.objects.get()
    assert (denial.state, denial.recovered_cents) == (DenialState.TRIAGED, 0)
    assert denial.work_item.is_open


def test_unposting_and_posting_again_is_no_second_refusal(denied, take, in_practice):
    denied()
    remittance = Remittance.objects.get()
    unpost_remittance(remittance_id=remittance.id, at=timezone.now())
    take()
    assert Denial.objects.get().state == DenialState.CANCELLED
    post_remittance(remittance_id=remittance.id, at=timezone.now())
    take()

    denial = Denial.objects.get()
    assert (denial.sequence, denial.state) == (1, DenialState.TRIAGED)
    assert denial.work_item.is_open


def test_codes_nobody_knows_are_read_by_a_person_and_the_claim_is_not_paid(take, in_practice):
    era.claim("CLM1", "100.00")
    era.post(Era().paid("CLM1", "100.00 0 OA-ZZ9=60.00 PR-ZZ8=40.00"))
    take()

    denial = Denial.objects.get()
    assert (denial.denied_cents, denial.needs_review, denial.state) == (10000, True, DenialState.TRIAGED)
    assert state_of("CLM1") == "DENIED"
    assert books()["AR_INS"] == 10000


def test_an_unknown_part_of_a_paid_line_stays_open_for_a_person(take, in_practice):
    era.claim("CLM1", "100.00")
    era.post(Era().paid("CLM1", "100.00 70.00 OA-ZZ9=30.00"))
    take()

    assert Denial.objects.get().denied_cents == 3000
    assert state_of("CLM1") == "PAID_PARTIAL"


def test_nothing_paid_is_not_paid(take, in_practice):
    era.payer(is_capitated=True)
    era.claim("CLM1", "100.00")
    era.post(Era().paid("CLM1", "100.00 0 CO-24=100.00"))
    take()

    assert state_of("CLM1") == "NOTHING_PAID"


def test_an_example_rule_warns_and_ends_nothing(denied, in_practice):
    from denials import services
    from reference.models import DeadlineRule
    from tests.denials.conftest import NOW

    DeadlineRule.objects.create(
        payer=era.payer(), kind="APPEAL_1", days=30, basis="REMITTANCE", source_note="x", confidence="GENERAL"
    )
    denial = denied(remarks=("N385",))
    assert denial.appeal_basis["is_example"]
    late = NOW.replace(month=9)
    services.expire_and_rescore(on=late.date(), at=late)

    denial = Denial.objects.select_related("work_item").get()
    assert (denial.state, denial.next_action) == (DenialState.TRIAGED, "appeal")
    assert denial.work_item.priority > 0
    assert not WorkItem.objects.filter(kind="MANAGER").exists()


@pytest.mark.parametrize(("secondary", "action"), [(False, "bill_patient"), (True, "bill_secondary")])
def test_another_payer_is_billed_only_where_there_is_one(take, in_practice, secondary, action):
    era.claim("CLM1", "100.00", secondary=secondary)
    era.post(Era().paid("CLM1", "100.00 0 PR-204=100.00"))
    take()

    assert Denial.objects.get().next_action == action
