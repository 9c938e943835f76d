from django.apps import AppConfig


class RemittancesConfig(AppConfig):
    name = "remittances"

    def ready(self) -> None:
        from audit import verbs

        verbs.register(
            {
                "remittances.remittance.ingested": "read a remittance",
                "remittances.remittance.viewed": "looked at a remittance",
                "remittances.remittance.searched": "listed remittances",
                "remittances.remittance.posted": "posted a remittance",
                "remittances.remittance.unposted": "un-posted a remittance",
                "remittances.remitclaim.matched": "matched a payment to a claim",
                "remittances.remitclaim.detached": "detached a payment from its claim",
                "remittances.remitclaim.viewed": "looked at a payment",
                "remittances.remitclaim.searched": "listed payments without a claim",
                "remittances.payerreceivable.searched": "listed payer receivables",
            }
        )
