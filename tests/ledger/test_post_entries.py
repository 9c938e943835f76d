"""What the books accept and what they refuse, from the services and from SQL by hand."""

import datetime
import uuid

import pytest
from django.db import DatabaseError, connection, transaction

from audit.models import DomainEvent
from ledger.choices import Account, EntryKind
from ledger.models import AccountBalance, JournalEntry, Posting
from ledger.selectors import balance_differences, charge_balances, trial_balance
from ledger.services import EntryDraft, Leg, UnbalancedEntry, post_entries, reverse_entries
from tenancy.context import SETTING, signed_context
from tenancy.scope import organization_scope

DAY = datetime.date(2026, 3, 10)


def charge_draft(charge_id: uuid.UUID, cents: int, key: str | None = None) -> EntryDraft:
    return EntryDraft(
        kind=EntryKind.CHARGE,
        effective_on=DAY,
        idempotency_key=key or f"charge:{charge_id}",
        source_type="patients.charge",
        source_id=charge_id,
        legs=(
            Leg(Account.AR_INS, cents, charge_id=charge_id, rank=1),
            Leg(Account.REVENUE, -cents, charge_id=charge_id),
        ),
    )


def test_a_charge_stands_on_its_balance(in_practice):
    charge = uuid.uuid4()
    [entry_id] = post_entries([charge_draft(charge, 15_000)])
    assert JournalEntry.objects.get(id=entry_id).actor_kind == "COMMAND"
    balance = charge_balances([charge])[charge]
    assert (balance.charged_cents, balance.insurance_by_rank, balance.outstanding_cents) == (
        15_000,
        {1: 15_000},
        15_000,
    )
    assert sum(cents for _, _, cents in trial_balance()) == 0


def test_a_key_is_posted_once(in_practice):
    charge = uuid.uuid4()
    assert len(post_entries([charge_draft(charge, 100), charge_draft(charge, 100)])) == 1
    assert post_entries([charge_draft(charge, 100)]) == []
    assert charge_balances([charge])[charge].outstanding_cents == 100


def test_legs_must_balance(in_practice):
    draft = charge_draft(uuid.uuid4(), 100)
    with pytest.raises(UnbalancedEntry):
        post_entries([EntryDraft(**{**_fields(draft), "legs": draft.legs[:1]})])
    assert not JournalEntry.objects.exists()


def _fields(draft: EntryDraft) -> dict:
    names = ("kind", "effective_on", "idempotency_key", "source_type", "source_id", "legs")
    return {name: getattr(draft, name) for name in names}


def test_a_mirror_takes_everything_back_once(in_practice):
    charge = uuid.uuid4()
    [entry_id] = post_entries([charge_draft(charge, 100)])
    [mirror_id] = reverse_entries([entry_id], effective_on=DAY)
    assert JournalEntry.objects.get(id=mirror_id).reverses_id == entry_id
    assert reverse_entries([entry_id], effective_on=DAY) == []
    assert charge_balances([charge])[charge].outstanding_cents == 0
    assert balance_differences() == []


def _insert_entry(organization_id: uuid.UUID, key: str) -> uuid.UUID:
    entry = JournalEntry(
        kind=EntryKind.CHARGE, effective_on=DAY, source_type="x", idempotency_key=key, actor_kind="COMMAND"
    )
    entry.save()
    return entry.id


def test_the_database_refuses_an_entry_without_postings(practice):
    with pytest.raises(DatabaseError, match="does not balance"), organization_scope(practice.pk):
        _insert_entry(practice.pk, "alone")


def test_the_database_refuses_postings_that_do_not_sum_to_zero(in_practice, practice):
    entry_id = _insert_entry(practice.pk, "lame")
    with pytest.raises(DatabaseError, match="do not sum to zero"), transaction.atomic():
        Posting.objects.create(entry_id=entry_id, account=Account.BANK, amount_cents=5)
    _insert_pair(entry_id)


def _insert_balanced(organization_id: uuid.UUID, key: str) -> None:
    _insert_pair(_insert_entry(organization_id, key))


def _insert_pair(entry_id: uuid.UUID) -> None:
    Posting.objects.bulk_create(
        [
            Posting(entry_id=entry_id, account=Account.BANK, amount_cents=5),
            Posting(entry_id=entry_id, account=Account.ERA_CLEARING, amount_cents=-5),
        ]
    )


def _check_now(context: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config(%s, %s, true)", [SETTING, context])
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_postings_hidden_by_a_changed_scope_do_not_count(in_practice, practice, other_practice):
    _insert_balanced(practice.pk, "hidden")
    elsewhere = signed_context(
        writable=other_practice.pk, readable=[other_practice.pk], person_id=None, request_id=None
    )
    for context in (elsewhere, ""):
        with pytest.raises(DatabaseError, match="does not balance: 0 visible"), transaction.atomic():
            _check_now(context)


def test_a_forged_scope_checks_nothing(in_practice, practice):
    _insert_balanced(practice.pk, "forged")
    forged = f"{practice.pk}|{practice.pk}|||9999999999|{'0' * 64}"
    with pytest.raises(DatabaseError, match="forged"), transaction.atomic():
        _check_now(forged)


def test_one_posting_alone_is_refused(in_practice, practice):
    entry_id = _insert_entry(practice.pk, "single")
    for cents, refusal in ((5, "do not sum to zero"), (0, "posting_moves_something")):
        with pytest.raises(DatabaseError, match=refusal), transaction.atomic():
            Posting.objects.create(entry_id=entry_id, account=Account.BANK, amount_cents=cents)
    _insert_pair(entry_id)


@pytest.mark.django_db(transaction=True)
def test_an_entry_gets_no_postings_from_a_later_transaction(practice):
    with organization_scope(practice.pk):
        [entry_id] = post_entries([charge_draft(uuid.uuid4(), 100)])
    with pytest.raises(DatabaseError, match="another transaction"), organization_scope(practice.pk):
        _insert_pair(entry_id)


@pytest.mark.parametrize("statement", ["UPDATE {} SET {} = {}", "DELETE FROM {}"])
@pytest.mark.parametrize(
    ("table", "column"), [("ledger_posting", "amount_cents"), ("ledger_journalentry", "memo")]
)
def test_what_is_written_stays_written(in_practice, statement, table, column):
    post_entries([charge_draft(uuid.uuid4(), 100)])
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement.format(table, column, column))


def test_another_practice_sees_nothing(practice, other_practice):
    charge = uuid.uuid4()
    with organization_scope(practice.pk):
        post_entries([charge_draft(charge, 100)])
    with organization_scope(other_practice.pk):
        assert charge_balances([charge])[charge].outstanding_cents == 0
        assert not AccountBalance.objects.exists()
        assert post_entries([charge_draft(charge, 100)]), "the same key is free in another practice"


def events(name):
    rows = DomainEvent.objects.filter(name=name).order_by("recorded_at", "id")
    return [(row.subject_id, row.data["entries"]) for row in rows]


def test_what_is_posted_together_is_one_event_with_its_entries(in_practice):
    drafts = [charge_draft(uuid.uuid4(), 100) for _ in range(3)]
    posted = post_entries(drafts)
    post_entries(drafts)
    assert events("ledger.entry.posted") == [(posted[0], [str(one) for one in posted])]
    [mirror] = reverse_entries(posted[:1], effective_on=DAY)
    assert events("ledger.entry.reversed") == [(mirror, [str(mirror)])]
    assert len(events("ledger.entry.posted")) == 1
