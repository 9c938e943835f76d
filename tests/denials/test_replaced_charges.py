"""A replacement that was answered ends what was refused of the charges it no longer carries, in any order of files."""

import datetime

import pytest
from django.db import transaction
from django.utils import timezone

from denials.models import Denial
from ledger.selectors import balance_differences, trial_balance
from remittances.models import RemitClaim, Remittance
from remittances.services import unpost_remittance
from tests.factories import era
from tests.factories.era import DAY, Era
from workbench.models import WorkItem


def on(days: int) -> datetime.date:
    return DAY + datetime.timedelta(days=days)


REFUSED = Era("T1", day=on(10)).paid("CLM1", "60.00 0 CO-4=60.00", "40.00 0 CO-4=40.00", icn="A1")
PAID = ("70.00 70.00", "40.00 40.00")
LEFT = ("70.00 0 CO-50=70.00", "40.00 40.00")


def answer(*lines, trace="T2", status="1", days=40):
    """What the payer says of the replacement: its first line is the new charge, its second the kept one."""
    one = Era(trace, day=on(days)).paid("CLM1", *lines, status=status, icn="A2", original="A1", frequency="7")
    one.body = [line.replace("HC:99211", "HC:99213") for line in one.body]
    return one


@pytest.fixture
def sent_again(in_practice):
    one = era.claim("CLM1", "60.00", "40.00")
    era.replacement(one, "99213:70.00", "2")
    yield one
    assert balance_differences() == []


def states():
    rows = Denial.objects.order_by("line_key").values_list("procedure_code", "state", "denied_cents")
    return sorted(rows)


@pytest.mark.parametrize("order", [(0, 1), (1, 0)], ids=["in order", "answer first"])
@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (PAID, [("99211", "CANCELLED", 6000), ("99212", "RECOVERED", 4000)]),
        (LEFT, [("99211", "CANCELLED", 6000), ("99212", "RECOVERED", 4000), ("99213", "TRIAGED", 7000)]),
    ],
    ids=["paid", "refused again"],
)
def test_the_replaced_charges_denial_ends_with_its_reason_and_moves_no_money(
    sent_again, take, order, lines, expected
):
    files = [REFUSED, answer(*lines)]
    for index in order:
        era.post(files[index])
        take()
    assert RemitClaim.objects.get(payer_control_number="A2").claim_version_number == 2
    assert states() == expected
    replaced = Denial.objects.get(procedure_code="99211")
    assert replaced.transitions.get(to_state="CANCELLED").reason == (
        "Superseded: the payer answered the replacement (version 2)"
    )
    assert not WorkItem.objects.filter(subject_id=replaced.id, is_open=True).exists()
    kept = {account: cents for account, _, cents in trial_balance()}
    assert kept["ERA_CLEARING"] == sum(int(float(line.split()[1]) * 100) for line in lines)
    assert "WRITEOFF_INS" not in kept


@pytest.mark.parametrize("answer_first", [False, True], ids=["in order", "answer first"])
@pytest.mark.parametrize("lines", [PAID, LEFT], ids=["paid", "refused again"])
def test_the_answer_taken_back_opens_it_again(sent_again, take, answer_first, lines):
    for file in [answer(*lines), REFUSED] if answer_first else [REFUSED, answer(*lines)]:
        era.post(file)
        take()
    with transaction.atomic():
        unpost_remittance(remittance_id=Remittance.objects.get(trace_number="T2").id, at=timezone.now())
        take()
        assert [row for row in states() if row[1] == "TRIAGED"] == [
            ("99211", "TRIAGED", 6000),
            ("99212", "TRIAGED", 4000),
        ]
        transaction.set_rollback(True)
    back = [" ".join(_turned(word) for word in line.split()) for line in lines]
    era.post(
        answer(*back, trace="T3", status="22", days=50).adjusted(
            "FB", "", "-110.00" if lines is PAID else "-40.00"
        )
    )
    take()
    assert [row for row in states() if row[1] == "TRIAGED"] == [
        ("99211", "TRIAGED", 6000),
        ("99212", "TRIAGED", 4000),
    ]


def _turned(word: str) -> str:
    code, sign, amount = word.rpartition("=")
    return f"{code}{sign}{amount if amount == '0' else '-' + amount}"


def test_what_a_person_gave_up_stays_given_up(sent_again, take):
    era.post(REFUSED)
    take()
    Denial.objects.filter(procedure_code="99211").update(
        state="WRITTEN_OFF", written_off_cents=6000, closed_on=DAY
    )
    era.post(answer(*PAID))
    take()
    assert states()[0] == ("99211", "WRITTEN_OFF", 6000)
