from django.db import models
from django.db.models.functions import Now

from ledger.choices import Account, EntryKind, SubjectKind
from tenancy.models import TenantForeignKey, TenantModel


class JournalEntry(TenantModel):
    """One event in the books; its postings come in the same database transaction, whose id the database stamps.

    `reverses` makes it the mirror of one entry. What a payer takes back is not a mirror but an event of its own.
    """

    kind = models.CharField(max_length=24, choices=EntryKind)
    effective_on = models.DateField()
    recorded_at = models.DateTimeField(db_default=Now())
    source_type = models.CharField(max_length=60)
    source_id = models.UUIDField(null=True)
    idempotency_key = models.CharField(max_length=160)
    reverses = TenantForeignKey("ledger.JournalEntry", on_delete=models.PROTECT, related_name="+", null=True)
    actor_kind = models.CharField(max_length=12)
    actor_id = models.UUIDField(null=True)
    memo = models.CharField(max_length=200, blank=True)
    transaction_id = models.BigIntegerField(editable=False, db_default=0)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["organization", "idempotency_key"], name="journalentry_key_once"),
            models.UniqueConstraint(
                fields=["organization", "reverses"],
                condition=models.Q(reverses__isnull=False),
                name="journalentry_reversed_once",
            ),
        ]
        indexes = [models.Index(fields=["organization", "source_id", "id"], name="journalentry_by_source")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.effective_on}"


class Posting(TenantModel):
    """A signed amount on one account. Claim, charge, patient and payer are plain ids: their tables stand above."""

    entry = TenantForeignKey(
        "ledger.JournalEntry", on_delete=models.PROTECT, related_name="postings", db_index=False
    )
    account = models.CharField(max_length=24, choices=Account)
    amount_cents = models.BigIntegerField()
    rank = models.SmallIntegerField(default=0)
    claim_id = models.UUIDField(null=True)
    charge_id = models.UUIDField(null=True)
    patient_id = models.UUIDField(null=True)
    payer_id = models.UUIDField(null=True)
    remittance_id = models.UUIDField(null=True)
    reference = models.CharField(max_length=60, blank=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.CheckConstraint(condition=~models.Q(amount_cents=0), name="posting_moves_something"),
        ]
        indexes = [
            models.Index(fields=["entry", "organization"], name="posting_by_entry"),
            models.Index(
                fields=["organization", "claim_id"],
                name="posting_by_claim",
                condition=models.Q(claim_id__isnull=False),
            ),
            models.Index(
                fields=["organization", "charge_id"],
                name="posting_by_charge",
                condition=models.Q(charge_id__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_account_display()} {self.amount_cents}"


class AccountBalance(TenantModel):
    """Cache of the sum of postings of one account and subject."""

    account = models.CharField(max_length=24, choices=Account)
    rank = models.SmallIntegerField(default=0)
    subject_kind = models.CharField(max_length=12, choices=SubjectKind)
    subject_id = models.UUIDField()
    reference = models.CharField(max_length=60, blank=True)
    balance_cents = models.BigIntegerField()

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "subject_id", "account", "rank", "reference"],
                name="accountbalance_once",
            ),
        ]
        indexes = [
            models.Index(
                fields=["organization", "account", "id"],
                name="accountbalance_open",
                condition=~models.Q(balance_cents=0),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_account_display()} {self.balance_cents}"
