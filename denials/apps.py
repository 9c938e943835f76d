from django.apps import AppConfig


class DenialsConfig(AppConfig):
    name = "denials"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from audit import verbs
        from denials.queue import DENIALS
        from tenancy.urls import practice_url
        from workbench import kinds

        verbs.register(VERBS)
        kinds.register(DENIALS)
        kinds.register_subject("denials.denial", lambda denial_id: practice_url("denials:denial", denial_id))


VERBS = {
    "denials.denial.claimed": "claimed a denial",
    "denials.denial.assigned": "assigned a denial",
    "denials.denial.resolved": "resolved a denial",
    "denials.denial.reopened": "reopened a denial",
    "denials.denial.corrected": "noticed that a corrected claim was sent",
    "denials.denial.appealed": "recorded an appeal",
    "denials.denial.appeal_advanced": "recorded an answer to an appeal",
    "denials.denial.appeal_decided": "recorded the decision on an appeal",
    "denials.denial.write_off_requested": "asked for a write-off",
    "denials.denial.write_off_approved": "approved a write-off",
    "denials.denial.write_off_refused": "refused a write-off",
    "denials.denial.write_off_withdrawn": "withdrew a write-off",
    "denials.denial.write_off_taken_back": "took back a write-off",
    "denials.routing_rule.saved": "decided to which team denials go",
    "denials.routing_rule.deleted": "took away a routing rule",
}
