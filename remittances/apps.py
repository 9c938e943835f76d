from django.apps import AppConfig


class RemittancesConfig(AppConfig):
    name = "remittances"

    def ready(self) -> None:
        from audit import verbs
        from clearinghouse.selectors import find_patients_by
        from remittances.listing import REMITTANCE_LIST
        from remittances.selectors import patients_paid_in
        from remittances.work import KINDS
        from workbench import kinds, records

        verbs.register(
            {
                "remittances.remittance.ingested": "read a remittance",
                "remittances.remittance.posted": "posted a remittance",
                "remittances.remittance.unposted": "un-posted a remittance",
                "remittances.remitclaim.matched": "matched a payment to a claim",
                "remittances.remitclaim.detached": "detached a payment from its claim",
                "remittances.remitclaim.corrected": "took over a payer's correction of a person",
                "remittances.remitclaim.allowed": "let a second answer stand beside the first",
                "remittances.remitclaim.released": "released a payment that waited for a person",
                "remittances.remitclaim.held": "let an answer wait again",
                "remittances.payerreceivable.tied": "tied money under a payer's reference to a claim",
                "remittances.payerreceivable.untied": "undid the tie of a payer's reference",
            }
        )
        find_patients_by(patients_paid_in)
        for kind in KINDS:
            kinds.register(kind)
        records.register(REMITTANCE_LIST)
