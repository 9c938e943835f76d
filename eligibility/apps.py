from django.apps import AppConfig


class EligibilityConfig(AppConfig):
    name = "eligibility"

    def ready(self) -> None:
        from audit import verbs
        from eligibility.listing import INQUIRY_LIST
        from workbench import records

        verbs.register(
            {
                "eligibility.eligibilityinquiry.viewed": "opened an eligibility answer",
                "eligibility.inquiry.asked": "asked a payer about coverage",
                "eligibility.inquiry.filed": "put an answer about coverage into a patient's record",
                "eligibility.answer.applied": "took over what a payer said into the record",
                "eligibility.inquiry.recorded": "recorded what a payer said about coverage",
            }
        )
        records.register(INQUIRY_LIST)
