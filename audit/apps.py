from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "audit"

    def ready(self) -> None:
        from audit import services, verbs
        from tenancy import recorder

        verbs.register(verbs.OWN_VERBS)
        recorder.plug(services.record)
