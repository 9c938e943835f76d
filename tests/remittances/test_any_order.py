"""Files come in any order, twice, are un-posted and posted again, detached and matched: the books end the same."""

import datetime

import pytest
from django.db import transaction
from django.db.models import Value
from django.db.models.functions import Concat
from django.utils import timezone
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from claims.models import Claim
from denials.models import Denial
from denials.services import take_facts
from ledger.models import AccountBalance
from ledger.selectors import balance_differences, unbalanced_entries
from patients.models import Coverage
from remittances.choices import RemittanceState
from remittances.models import PayerReceivable, ReceivableTie, RemitClaim, Remittance
from remittances.services import (
    detach_payment,
    hold_again,
    let_stand_beside,
    look_again,
    match_payment,
    post_if_ready,
    post_remittance,
    release_payment,
    tie_receivable,
    unpost_remittance,
    untie_receivable,
)
from tests.factories.era import DAY, Era, claim, ingest, payer, post, replacement
from workbench.models import WorkItem

SECOND = ("SECOND HEALTH", "EX002")
PAID = "100.00 80.00 CO-45=10.00 PR-2=10.00"
BACK = "-100.00 -80.00 CO-45=-10.00 PR-2=-10.00"
LESS = "100.00 50.00 CO-45=40.00 PR-2=10.00"
LESS_BACK = "-100.00 -50.00 CO-45=-40.00 PR-2=-10.00"
DENIED = "100.00 0 CO-197=100.00"


def on(days: int) -> datetime.date:
    return DAY + datetime.timedelta(days=days)


FILES = [
    Era("E1", day=on(10)).paid("A", PAID, icn="A1"),
    # taken back and corrected, the money asked for later
    Era("E2", day=on(20)).paid("A", BACK, status="22", icn="A1").paid("A", LESS, icn="A2", original="A1")
    .adjusted("WO", "A1", "-30.00"),
    Era("E3", day=on(30)).paid("B", "300.00 200.00 CO-45=100.00", icn="B1").adjusted("WO", "A1", "30.00")
    .adjusted("L6", "B1", "-1.00"),
    # taken back with nothing to set it against: carried forward, taken later
    Era("E4", day=on(40)).paid("B", "-300.00 -200.00 CO-45=-100.00", status="22", icn="B1")
    .adjusted("FB", "", "-200.00"),
    Era("E5", day=on(50)).paid("B", "300.00 200.00 CO-45=100.00", icn="B2").adjusted("FB", "", "200.00"),
    # corrected a second time, and a denial taken back
    Era("E6", day=on(60)).paid("A", LESS_BACK, status="22", icn="A2").paid("A", DENIED, icn="A3", original="A2"),
    # the second payer, who may well come first, and one who pays too much
    Era("E7", day=on(70), payer=SECOND).paid("C", "100.00 10.00 OA-23=90.00", status="2", icn="C2"),
    Era("E8", day=on(80)).paid("C", PAID, icn="C1"),
    Era("E9", day=on(90)).whole("D", "150.00", "150.00", icn="D1").adjusted("J1", "", "5.00"),
    Era("EA", day=on(95)).paid("D", "100.00 60.00 CO-45=40.00", "50.00 50.00", icn="D2"),
    # a payer that pays too much, asks for it back by letter, and takes it: a person ties it
    Era("EB", day=on(96)).paid("F", "100.00 130.00 CO-45=-30.00", icn="F1"),
    Era("EC", day=on(97)).paid("B", "300.00 0 CO-16=300.00", icn="B3").adjusted("WO", "LETTER", "30.00")
    .adjusted("FB", "", "-30.00"),
    Era("ED", day=on(98)).adjusted("FB", "", "30.00").paid("G", "40.00 30.00 CO-45=10.00", icn="G1"),
    # a second payer that only restates, after or before the first
    Era("EE", day=on(99), payer=SECOND).paid("H", "100.00 0 OA-23=100.00", status="2", icn="H2"),
    Era("EF", day=on(100)).paid("H", PAID, icn="H1"),
    # a charge that is not ours waits for a person, is taken back and corrected
    Era("EG", day=on(101)).paid("J", "60.00 30.00 CO-45=10.00 CO-197=20.00", icn="J1").paid("G", "40.00 0 CO-18=40.00"),
    Era("EH", day=on(102)).paid("J", "-60.00 -30.00 CO-45=-10.00 CO-197=-20.00", status="22", icn="J1")
    .paid("J", "80.00 50.00 CO-45=30.00", icn="J2", original="J1"),
    # refused, sent again with another charge in its place, answered
    Era("EI", day=on(103)).paid("K", "60.00 0 CO-4=60.00", "40.00 0 CO-4=40.00", icn="K1"),
    Era("EJ", day=on(104)).paid("K", "70.00 0 CO-50=70.00", "40.00 35.00 CO-45=5.00", icn="K2", original="K1",
                                frequency="7"),
    # the second payer refuses without saying that it is the second; a priced estimate that claims to pay
    Era("EK", day=on(105), payer=SECOND).paid("L", "100.00 0 OA-23=90.00 CO-31=10.00", status="4", icn="L2"),
    Era("EL", day=on(106)).paid("L", PAID, icn="L1").paid("A", "100.00 5.00 CO-45=95.00", status="25", icn="A9"),
]  # fmt: skip


def build():
    payer()
    payer(*SECOND)
    claim("A", "100.00")
    claim("B", "300.00")
    claim("C", "100.00", secondary=True)
    claim("D", "100.00", "50.00")
    claim("F", "100.00")
    claim("G", "40.00")
    claim("H", "100.00", secondary=True)
    claim("J", "80.00")
    replacement(claim("K", "60.00", "40.00"), "99211:70.00", "2")
    claim("L", "100.00", secondary=True)


def picture():
    """The end: every balance, where claims stand, what is owed, what people have to do."""
    traces = dict(Remittance.objects.values_list("id", "trace_number"))
    balances = {
        (one.account, one.rank, traces.get(one.subject_id, one.subject_id), one.reference): one.balance_cents
        for one in AccountBalance.objects.exclude(balance_cents=0)
    }
    claims = set(Claim.objects.values_list("patient_control_number", "adjudication_state", "responsibility",
                                           "payer_control_number"))  # fmt: skip
    owed = set(PayerReceivable.objects.values_list("reference", "open_cents", "state"))
    kinds = ("UNMATCHED_REMITTANCE", "UNBALANCED_REMITTANCE", "REMITTANCE_EXCEPTION")
    while take_facts(on=DAY, at=timezone.now()):
        pass
    refused = sorted(
        Denial.objects.values_list(
            "claim__patient_control_number", "procedure_code", "payer__name", "state", "denied_cents",
            "recovered_cents", "sequence", "denied_on",
        )
    )  # fmt: skip
    work = sorted(
        WorkItem.objects.filter(is_open=True, kind__in=kinds).values_list("kind", "category", "amount_cents")
    )
    return balances, claims, owed, refused, work


def tie():
    """Where a person finds the payer's letter: what was taken belongs to claim F."""
    found = PayerReceivable.objects.filter(reference="LETTER", open_cents__gt=0).first()
    if found is not None:
        tie_receivable(
            receivable=found,
            claim=Claim.objects.get(patient_control_number="F"),
            cents=3_000,
            at=timezone.now(),
        )


def untie_and_tie(index: int) -> None:
    for one in ReceivableTie.objects.filter(undone_at=None).select_related("receivable"):
        untie_receivable(receivable=one.receivable, tie_id=one.id, at=timezone.now())
    tie()


def let_pass_and_hold(index: int) -> None:
    for payment in list(RemitClaim.objects.filter(booking="HELD", is_reversal=False)):
        decide = release_payment if payment.waits else let_stand_beside
        decide(remit_claim=payment, at=timezone.now())
        hold_again(remit_claim=payment, at=timezone.now())


def release_all() -> None:
    for payment in [one for one in RemitClaim.objects.exclude(hold="").order_by("id") if one.waits]:
        release_payment(remit_claim=payment, at=timezone.now())


def post_unseen(era: Era) -> None:
    """As the job does it: what a person must look at waits; a payment that waits whole is posted by a person."""
    for result in ingest(era):
        if result.remittance is None or result.remittance.state != RemittanceState.READY:
            continue
        if not post_if_ready(remittance_id=result.remittance.id, at=timezone.now()):
            post_remittance(remittance_id=result.remittance.id, at=timezone.now())


def denials():
    """Where each refusal stands, whatever way led there."""
    while take_facts(on=on(120), at=timezone.now()):
        pass
    rows = Denial.objects.exclude(state__in=["CANCELLED", "RECOVERED"])
    return set(rows.values_list("claim__patient_control_number", "reason_code", "denied_cents"))


@pytest.fixture
def in_order(in_practice):
    build()
    with transaction.atomic():
        for era in FILES:
            post(era)
        tie()
        expected = picture(), denials()
        transaction.set_rollback(True)
    return expected


def unpost_and_post(index: int) -> None:
    rows = Remittance.objects.filter(trace_number=FILES[index].trace, state=RemittanceState.POSTED)
    for remittance in rows:
        unpost_remittance(remittance_id=remittance.id, at=timezone.now())
        post_remittance(remittance_id=remittance.id, at=timezone.now())


def detach_and_match(index: int) -> None:
    for payment in RemitClaim.objects.filter(
        remittance__trace_number=FILES[index].trace, claim__isnull=False
    ):
        whose = payment.claim
        detach_payment(remit_claim=payment, at=timezone.now())
        match_payment(remit_claim=payment, claim=whose, at=timezone.now())


DISTURBANCES = {
    "again": lambda index: post(FILES[index]),
    "unpost": unpost_and_post,
    "detach": detach_and_match,
    "tie": untie_and_tie,
    "beside": let_pass_and_hold,
}
steps = st.tuples(st.sampled_from(sorted(DISTURBANCES)), st.integers(0, len(FILES) - 1))
plans = st.tuples(
    st.sampled_from([post, post_unseen]),
    st.permutations(range(len(FILES))),
    st.lists(st.tuples(st.integers(0, 8), steps), max_size=6),
)


PHASES = (Phase.explicit, Phase.generate)  # a failing plan is short enough to read as it is


def differing(found, expected):
    """What one has and the other has not, short enough to read."""
    (balances, *sets), refused = found
    (wanted, *wanted_sets), wanted_refused = expected
    changed = [
        (key, balances.get(key), wanted.get(key))
        for key in {*balances, *wanted}
        if balances.get(key) != wanted.get(key)
    ]
    return changed + [
        (set(one) - set(other), set(other) - set(one))
        for one, other in zip([*sets, refused], [*wanted_sets, wanted_refused], strict=True)
        if sorted(one) != sorted(other)
    ]


@settings(max_examples=4, phases=PHASES, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(plan=plans)
def test_any_order_and_repetition_ends_in_the_same_books(in_order, plan):
    bring_in, order, disturbances = plan
    with transaction.atomic():
        for position, index in enumerate(order):
            bring_in(FILES[index])
            for when, (what, which) in disturbances:
                if when == position:
                    DISTURBANCES[what](which)
                    denials()
        release_all()
        if not ReceivableTie.objects.filter(undone_at=None).exists():
            tie()
        assert balance_differences() == []
        assert unbalanced_entries() == []
        found = picture(), denials()
        transaction.set_rollback(True)
    assert differing(found, in_order) == []


def test_claims_that_come_after_their_payments(in_order, in_practice):
    hidden = Concat(Value("LATE"), "patient_control_number")
    Claim.objects.update(patient_control_number=hidden, control_number_key="X")
    Coverage.objects.update(member_id=Concat(Value("LATE"), "member_id"), member_id_normalized="X")
    for era in FILES:
        ingest(era)
    assert not RemitClaim.objects.filter(claim__isnull=False).exists()
    for remittance in Remittance.objects.order_by("trace_number"):
        post_remittance(remittance_id=remittance.id, at=timezone.now())
    for number in "ABCDFGHJKL":
        Claim.objects.filter(patient_control_number=f"LATE{number}").update(
            patient_control_number=number, control_number_key=number
        )
    assert look_again(at=timezone.now()) == RemitClaim.objects.count()
    release_all()
    tie()
    assert differing((picture(), denials()), in_order) == []
