"""What people decide about refused money stands in the books, once, and comes back when the payer answers."""

import re
import uuid

import pytest
from django.utils.timezone import localdate

from audit.models import DomainEvent
from claims.models import Claim
from claims.services import close_settled
from denials import services
from denials.choices import DenialState
from denials.models import Denial, WriteOff
from ledger.selectors import balance_differences, trial_balance
from tenancy.scope import organization_scope
from tests.denials.conftest import NOW
from tests.factories import era
from tests.factories.era import Era
from tests.remittances.test_any_order import on
from workbench.models import WorkItem

SECOND = ("SECOND HEALTH", "EX002")


def books(practice):
    with organization_scope(practice.pk):
        assert balance_differences() == []
        return {account: cents for account, _, cents in trial_balance()}


def post(who, denial, rest, **data):
    data.setdefault("version", fresh(denial).work_item.version)
    where = who.at(f"denials/{rest}") if rest.count("/") > 1 else who.at(f"denials/{denial.pk}/{rest}")
    return who.post(where, data)


def write_off(who, denial, amount, key=None):
    data = {"amount": amount, "reason": "OTHER", "note": "x", "form_key": key or str(uuid.uuid4())}
    return post(who, denial, "write-off/", **data)


def close(who, denial, outcome):
    with organization_scope(denial.organization_id):
        item = WorkItem.objects.get(kind="DENIAL", subject_id=denial.pk)
    data = {"outcome": outcome, "reason": "", "version": item.version, "form_key": str(uuid.uuid4())}
    return who.post(who.at(f"work/item/{item.pk}/close/"), data)


def fresh(denial):
    with organization_scope(denial.organization_id):
        return Denial.objects.select_related("work_item").get(pk=denial.pk)


class TestResolutions:
    def test_moved_to_the_patient_moves_it_in_the_books(self, denied, biller, practice):
        denial = denied(codes="PR-204")
        assert close(biller, denial, "BILLED_PATIENT").status_code in (200, 302)

        assert fresh(denial).state == DenialState.TRANSFERRED_PATIENT
        found = books(practice)
        assert (found.get("AR_INS", 0), found["AR_PT"]) == (0, 15000)

    def test_correct_under_the_contract_is_a_contractual_adjustment(self, denied, biller, practice):
        denial = denied()
        close(biller, denial, "CONTRACTUAL")

        found = books(practice)
        assert (found.get("AR_INS", 0), found["ADJ_CONTRACTUAL"]) == (0, 15000)

    def test_a_claim_is_closed_once_nobody_owes_or_works_and_again_after_it_was_open(
        self, denied, practice, in_practice
    ):
        def closed():
            for _ in range(2):
                close_settled(at=NOW)
            told = DomainEvent.objects.filter(name="claim.closed", subject_id=denial.claim_id).count()
            return Claim.objects.get(pk=denial.claim_id).closed_on, told

        denial = denied()
        assert closed() == (None, 0)
        services.resolve(item=denial.work_item, resolution="CONTRACTUAL", at=NOW)
        assert closed() == (localdate(NOW), 1)
        services.reopen(item=WorkItem.objects.get(pk=denial.work_item_id), at=NOW, reason="Wrong")
        assert closed() == (None, 1)
        services.resolve(item=WorkItem.objects.get(pk=denial.work_item_id), resolution="CONTRACTUAL", at=NOW)
        assert closed() == (localdate(NOW), 2)

    def test_reopening_mirrors_it(self, denied, practice, in_practice):
        denial = denied()
        services.resolve(item=denial.work_item, resolution="CONTRACTUAL", at=NOW)
        item = WorkItem.objects.get(pk=denial.work_item_id)
        services.reopen(item=item, at=NOW, reason="a mistake")

        assert books(practice)["AR_INS"] == 15000
        services.resolve(item=WorkItem.objects.get(pk=item.pk), resolution="CONTRACTUAL", at=NOW)
        assert books(practice)["ADJ_CONTRACTUAL"] == 15000

    def test_paid_elsewhere_wants_the_payment_in_the_books(self, denied, biller, practice):
        denial = denied()
        answer = close(biller, denial, "PAID_ELSEWHERE")

        assert answer.status_code == 409
        assert b"remittance" in answer.content
        assert fresh(denial).is_open


class TestWriteOffs:
    def test_no_more_than_the_books_have_open(self, denied, sign_in, practice, take):
        biller = sign_in("BILLER", write_off_limit_cents=50000)
        denial = denied("CLM1", amount="60.00")
        other = denied("CLM2", amount="60.00", trace="T2")
        with organization_scope(practice.pk):
            Denial.objects.filter(pk=other.pk).update(charge_id=denial.charge_id, claim_id=denial.claim_id)
        write_off(biller, denial, "60.00")

        assert write_off(biller, other, "60.00").status_code == 409
        assert books(practice)["AR_INS"] == 6000

    def test_pieces_add_up_to_the_limit(self, denied, sign_in, practice):
        biller = sign_in("BILLER", write_off_limit_cents=5000)
        denial = denied()
        for _ in range(3):
            write_off(biller, denial, "20.00")

        assert books(practice)["WRITEOFF_INS"] == 4000
        with organization_scope(practice.pk):
            assert WriteOff.objects.get(state="PENDING").amount_cents == 2000
        page = biller.get(biller.at(f"denials/{denial.pk}/")).content.decode()
        assert page.count("/take-back/") >= 2
        shown = set(re.findall(r'data-dialog-open="#(dialog-take_back[0-9]+)"', page))
        assert len(shown) == 2
        assert shown == set(re.findall(r'id="(dialog-take_back[0-9]+)"', page))

    def test_taking_one_back_mirrors_it_and_brings_the_denial_back(
        self, denied, sign_in, reader, stranger, practice
    ):
        biller = sign_in("BILLER", write_off_limit_cents=50000)
        denial = denied()
        write_off(biller, denial, "150.00")
        with organization_scope(practice.pk):
            made = WriteOff.objects.get()
        for who, status in ((stranger, 404), (reader, 403), (biller, 302)):
            assert (
                post(who, denial, f"write-off/{made.pk}/take-back/", note="Appeal it").status_code == status
            )

        assert books(practice)["AR_INS"] == 15000
        after = fresh(denial)
        assert (after.state, after.written_off_cents, after.work_item.is_open) == ("TRIAGED", 0, True)
        assert post(biller, denial, f"write-off/{made.pk}/take-back/", note="again").status_code == 409

    @pytest.mark.parametrize("taken_back", [False, True])
    def test_a_payment_takes_the_place_of_a_write_off_and_owes_nobody_a_refund(
        self, denied, sign_in, practice, take, taken_back
    ):
        biller = sign_in("BILLER", write_off_limit_cents=50000)
        denial = denied(amount="100.00", icn="A1")
        write_off(biller, denial, "100.00")
        with organization_scope(practice.pk):
            later = Era(trace="T2", day=on(40))
            if taken_back:
                later.paid("CLM00001", "-100.00 0 CO-197=-100.00", status="22", icn="A1")
            era.post(later.paid("CLM00001", "100.00 60.00 CO-45=40.00", icn="A2"))
            take()
            assert not WorkItem.objects.filter(is_open=True).exists()

        found = books(practice)
        assert "CREDIT_BALANCE" not in found
        assert "WRITEOFF_INS" not in found
        assert (found.get("AR_INS", 0), found["ADJ_CONTRACTUAL"]) == (0, 4000)
        assert fresh(denial).state == DenialState.RECOVERED
