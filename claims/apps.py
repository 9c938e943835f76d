from django.apps import AppConfig


class ClaimsConfig(AppConfig):
    name = "claims"
    verbose_name = "Claims"

    def ready(self) -> None:
        from audit import verbs
        from claims.listing import CLAIM_LIST
        from claims.selectors.finding import patients_claimed_in
        from claims.visit_listing import VISIT_LIST
        from claims.work import CANNOT_SEND, CONFLICT, EDITS, FILING, FOLLOW_UP, NO_RESPONSE, REJECTION
        from clearinghouse.selectors import find_patients_by
        from workbench import kinds, records

        verbs.register(
            {
                "claims.claim.viewed": "opened a claim",
                "claims.claim.imported": "imported a claim",
                "claims.claim.versioned": "imported a new version of a claim",
                "claims.claim.built": "built a version of a claim",
                "claims.edit.let_pass": "let a claim pass an edit",
                "claims.edit.taken_back": "took back that a claim may pass an edit",
                "claims.edit_setting.saved": "set how much a fault of a claim weighs",
                "claims.edit_setting.removed": "removed a setting of the edits",
                "claims.claim.asked": "asked a payer about a claim",
                "claims.claim.moved": "moved a claim on evidence",
                "claims.claim.adjudicated": "recorded an adjudication",
                "claims.claim.closed": "closed a settled claim",
                "claims.claim.withdrawn": "withdrew a claim",
                "claims.billing_run.requested": "had the claims of many visits made",
                "claims.claims.ordered": "had ready claims sent",
                "claims.file.uploaded": "uploaded a file of claims",
                "claims.file.imported": "imported a file of claims",
                "claims.file.refused": "refused a file of claims",
            }
        )
        find_patients_by(patients_claimed_in)
        kinds.register(EDITS)
        kinds.register(CONFLICT)
        kinds.register(NO_RESPONSE)
        kinds.register(FILING)
        kinds.register(FOLLOW_UP)
        kinds.register(CANNOT_SEND)
        kinds.register(REJECTION)
        records.register(CLAIM_LIST)
        records.register(VISIT_LIST)
