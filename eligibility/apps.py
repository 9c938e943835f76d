from django.apps import AppConfig


class EligibilityConfig(AppConfig):
    name = "eligibility"

    def ready(self) -> None:
        from audit import verbs
        from eligibility.listing import INQUIRY_LIST
        from eligibility.work import ALERTS, ERRORS
        from workbench import kinds, records

        verbs.register(
            {
                "eligibility.eligibilityinquiry.viewed": "opened an eligibility answer",
                "eligibility.inquiry.asked": "asked a payer about coverage",
                "eligibility.inquiry.filed": "put an answer about coverage into a patient's record",
                "eligibility.answer.applied": "took over what a payer said into the record",
                "eligibility.inquiry.recorded": "recorded what a payer said about coverage",
                "eligibility.batch.ordered": "ordered checks of coverage",
                "eligibility.batch.viewed": "opened a batch of checks",
                "eligibility.batch.exported": "exported a batch of checks",
                "eligibility.visits.uploaded": "uploaded planned visits",
                "eligibility.recheck_rule.saved": "set when coverage is checked again",
            }
        )
        records.register(INQUIRY_LIST)
        kinds.register(ERRORS)
        kinds.register(ALERTS)
