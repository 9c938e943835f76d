from django.apps import AppConfig


class WorkbenchConfig(AppConfig):
    name = "workbench"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from audit import verbs
        from workbench import kinds, own_kinds

        verbs.register(VERBS)
        for kind in own_kinds.KINDS:
            kinds.register(kind)


VERBS = {
    "workbench.item.assigned": "assigned a work item",
    "workbench.item.released": "released a work item",
    "workbench.item.claimed": "took a work item in hand",
    "workbench.item.snoozed": "snoozed a work item",
    "workbench.item.blocked": "marked a work item as waiting on others",
    "workbench.item.woken": "woke a work item",
    "workbench.item.sent_to_review": "sent a work item to a second person",
    "workbench.item.returned_from_review": "returned a work item from review",
    "workbench.item.noted": "wrote a note on a work item",
    "workbench.item.skipped": "skipped a work item",
    "workbench.item.escalated": "escalated a work item",
    "workbench.item.handed_over": "handed a work item to another team",
    "workbench.item.closed": "closed a work item",
    "workbench.item.reopened": "reopened a work item",
    "workbench.saved_view.saved": "saved a view of a queue",
    "workbench.saved_view.deleted": "deleted a view of a queue",
    "workbench.columns.chosen": "chose the columns of a list",
    "workbench.bulk_run.requested": "ordered a bulk action",
    "workbench.export.requested": "ordered an export",
    "workbench.export.written": "wrote an export file",
    "workbench.export.downloaded": "downloaded an export file",
    "workbench.job.retried": "let a failed job run again",
}
