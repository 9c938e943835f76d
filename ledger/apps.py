from django.apps import AppConfig


class LedgerConfig(AppConfig):
    name = "ledger"

    def ready(self) -> None:
        from audit import verbs

        verbs.register({"ledger.journalentry.viewed": "looked at a ledger entry"})
