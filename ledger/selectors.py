"""Reading the books."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from django.db import connection
from django.db.models import QuerySet, Sum

from ledger.choices import Account
from ledger.models import AccountBalance, JournalEntry, Posting
from tenancy.access import NotFound
from tenancy.scope import Scope

NOBODY = uuid.UUID(int=0)

# For what an account's balance is kept: one rule, used when postings are cached and when the cache is proved.
BALANCE_KEY = f"""
    CASE WHEN account IN ('AR_INS', 'CREDIT_BALANCE') THEN rank ELSE 0 END AS key_rank,
    CASE WHEN account IN ('ERA_CLEARING', 'UNAPPLIED_INS', 'SUSPENSE') THEN 'REMITTANCE'
         WHEN account IN ('PAYER_RECOUP', 'INTEREST_INCOME', 'LEVY', 'CAPITATION') THEN 'PAYER'
         WHEN account = 'BANK' THEN 'PRACTICE'
         WHEN charge_id IS NOT NULL THEN 'CHARGE'
         WHEN claim_id IS NOT NULL THEN 'CLAIM'
         WHEN patient_id IS NOT NULL THEN 'PATIENT'
         WHEN payer_id IS NOT NULL THEN 'PAYER'
         ELSE 'PRACTICE' END AS subject_kind,
    COALESCE(CASE WHEN account IN ('ERA_CLEARING', 'UNAPPLIED_INS', 'SUSPENSE') THEN remittance_id
                  WHEN account IN ('PAYER_RECOUP', 'INTEREST_INCOME', 'LEVY', 'CAPITATION') THEN payer_id
                  WHEN account = 'BANK' THEN NULL
                  ELSE COALESCE(charge_id, claim_id, patient_id, payer_id) END, '{NOBODY}') AS subject_id,
    CASE WHEN account = 'PAYER_RECOUP' THEN reference ELSE '' END AS key_reference
"""


@dataclass(slots=True)
class Balance:
    """What stands on a charge or a claim. Debits positive: money owed to us, adjustments, write-offs.

    `credit_cents` is what was received beyond the charge, as a positive number.
    """

    charged_cents: int = 0
    insurance_by_rank: dict[int, int] = field(default_factory=dict)
    patient_cents: int = 0
    contractual_cents: int = 0
    adjusted_cents: int = 0
    written_off_cents: int = 0
    credit_cents: int = 0

    @property
    def insurance_cents(self) -> int:
        return sum(self.insurance_by_rank.values())

    @property
    def outstanding_cents(self) -> int:
        return self.insurance_cents + self.patient_cents

    @property
    def paid_cents(self) -> int:
        """What payers and patient have paid: the rest of the charge."""
        gone = self.contractual_cents + self.adjusted_cents + self.written_off_cents
        return self.charged_cents - gone - self.outstanding_cents + self.credit_cents

    def add(self, account: str, rank: int, cents: int) -> None:
        if account == Account.AR_INS:
            self.insurance_by_rank[rank] = self.insurance_by_rank.get(rank, 0) + cents
        elif account == Account.AR_PT:
            self.patient_cents += cents
        elif account == Account.REVENUE:
            self.charged_cents -= cents
        elif account == Account.ADJ_CONTRACTUAL:
            self.contractual_cents += cents
        elif account == Account.ADJ_OTHER:
            self.adjusted_cents += cents
        elif account in (Account.WRITEOFF_INS, Account.WRITEOFF_PT):
            self.written_off_cents += cents
        elif account == Account.CREDIT_BALANCE:
            self.credit_cents -= cents


def balances_of(subject_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, Balance]:
    """Balances by subject (charge, claim as a whole, patient …), one query; those without postings are empty."""
    wanted = set(subject_ids)
    found = {subject: Balance() for subject in wanted}
    rows = AccountBalance.objects.filter(subject_id__in=wanted).values_list(
        "subject_id", "account", "rank", "balance_cents"
    )
    for subject, account, rank, cents in rows:
        found[subject].add(account, rank, cents)
    return found


def charge_balances(charge_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, Balance]:
    return balances_of(charge_ids)


def claim_balances(charges_by_claim: Mapping[uuid.UUID, Sequence[uuid.UUID]]) -> dict[uuid.UUID, Balance]:
    """Balance of each claim: its charges and what was posted to the claim as a whole.

    The caller says which charges a claim has: the books stand below claims and do not know it.
    """
    subjects = set(charges_by_claim)
    subjects.update(charge for charges in charges_by_claim.values() for charge in charges)
    rows = AccountBalance.objects.filter(subject_id__in=subjects).values_list(
        "subject_id", "account", "rank", "balance_cents"
    )
    by_subject: dict[uuid.UUID, list[tuple[str, int, int]]] = {}
    for subject, account, rank, cents in rows:
        by_subject.setdefault(subject, []).append((account, rank, cents))
    found: dict[uuid.UUID, Balance] = {}
    for claim, charges in charges_by_claim.items():
        balance = found[claim] = Balance()
        for subject in {claim, *charges}:
            for account, rank, cents in by_subject.get(subject, ()):
                balance.add(account, rank, cents)
    return found


def entry_for(scope: Scope, entry_id: uuid.UUID) -> JournalEntry:
    """The one door from an id to an entry. The books are the whole practice's: a narrowed right has none."""
    if scope.location_ids is not None or scope.payer_ids is not None:
        raise NotFound
    entry = JournalEntry.objects.filter(id=entry_id).prefetch_related("postings").first()
    if entry is None:
        raise NotFound
    return entry


def mirror_of(entry: JournalEntry) -> JournalEntry | None:
    """The entry that takes this one back, if there is one."""
    return JournalEntry.objects.filter(reverses=entry).first()


def entries_of(source_id: uuid.UUID) -> QuerySet[JournalEntry]:
    """Entries a remittance, charge or other source made, oldest first, with their postings."""
    return JournalEntry.objects.filter(source_id=source_id).order_by("id").prefetch_related("postings")


def entries_on(claim_id: uuid.UUID, charge_ids: Iterable[uuid.UUID] = ()) -> QuerySet[JournalEntry]:
    """Entries that touch a claim or one of its charges, oldest first."""
    postings = Posting.objects.filter(claim_id=claim_id) | Posting.objects.filter(
        charge_id__in=list(charge_ids)
    )
    return (
        JournalEntry.objects.filter(id__in=postings.values("entry_id"))
        .order_by("recorded_at", "id")
        .prefetch_related("postings")
    )


def trial_balance() -> list[tuple[str, str, int]]:
    """(account, its name, balance) of the practice, accounts without money left out. The balances sum to zero."""
    totals = dict(
        AccountBalance.objects.values("account")
        .annotate(total=Sum("balance_cents"))
        .values_list("account", "total")
    )
    return [(account.value, account.label, totals[account]) for account in Account if totals.get(account)]


def account_cents(account: str, subject_id: uuid.UUID, reference: str = "") -> int:
    total = AccountBalance.objects.filter(
        account=account, subject_id=subject_id, reference=reference
    ).aggregate(total=Sum("balance_cents"))["total"]
    return total or 0


def open_balances(account: str) -> QuerySet[AccountBalance]:
    """Balances of an account that are not zero."""
    return AccountBalance.objects.filter(account=account).exclude(balance_cents=0)


@dataclass(frozen=True, slots=True)
class Difference:
    """A cached balance that is not the sum of its postings."""

    account: str
    rank: int
    subject_kind: str
    subject_id: uuid.UUID
    reference: str
    cached_cents: int
    posted_cents: int


def balance_differences() -> list[Difference]:
    """Fold every posting of the practice and compare with the cache."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            WITH folded AS (
                SELECT organization_id, account, key_rank AS rank, subject_kind, subject_id,
                       key_reference AS reference, sum(amount_cents)::bigint AS cents
                FROM (SELECT *, {BALANCE_KEY} FROM {Posting._meta.db_table}) AS keyed GROUP BY 1, 2, 3, 4, 5, 6
            )
            SELECT account, rank, COALESCE(folded.subject_kind, kept.subject_kind), subject_id, reference,
                   COALESCE(kept.balance_cents, 0), COALESCE(folded.cents, 0)
            FROM folded FULL JOIN {AccountBalance._meta.db_table} AS kept
                 USING (organization_id, account, rank, subject_id, reference)
            WHERE COALESCE(kept.balance_cents, 0) <> COALESCE(folded.cents, 0)
            ORDER BY account, subject_id, rank, reference
            """  # noqa: S608 - names of our own tables
        )
        return [Difference(*row) for row in cursor.fetchall()]


def unbalanced_entries() -> list[uuid.UUID]:
    """Entries that do not balance. Only somebody with the owner's rights could have made one."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT entry.id FROM {JournalEntry._meta.db_table} AS entry LEFT JOIN {Posting._meta.db_table} AS posting
                ON posting.organization_id = entry.organization_id AND posting.entry_id = entry.id
            GROUP BY entry.id HAVING count(posting.id) < 2 OR sum(posting.amount_cents) <> 0
            """  # noqa: S608 - names of our own tables
        )
        return [row[0] for row in cursor.fetchall()]
