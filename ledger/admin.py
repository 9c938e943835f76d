from django.contrib import admin

from audit.model_admin import WatchedAdmin
from ledger.models import AccountBalance, JournalEntry, Posting


class LedgerAdmin(WatchedAdmin):
    view_permission = "ledger.view_ledger"


@admin.register(JournalEntry)
class JournalEntryAdmin(LedgerAdmin):
    list_display = ("kind", "effective_on", "recorded_at", "memo", "idempotency_key")
    list_filter = ("kind",)
    search_fields = ("idempotency_key__startswith",)


@admin.register(Posting)
class PostingAdmin(LedgerAdmin):
    list_display = ("account", "amount_cents", "rank", "reference", "entry_id")
    list_filter = ("account",)


@admin.register(AccountBalance)
class AccountBalanceAdmin(LedgerAdmin):
    list_display = ("account", "subject_kind", "rank", "reference", "balance_cents")
    list_filter = ("account", "subject_kind")
