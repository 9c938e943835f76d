from typing import Any

from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "audit"

    def ready(self) -> None:
        from audit import verbs
        from tenancy import recorder

        verbs.register(verbs.OWN_VERBS)
        recorder.plug(write_for_tenancy, emit_for_tenancy)


def write_for_tenancy(verb: str, /, **facts: Any) -> None:
    """Access may be set up before any scope exists (a command, a test): the practice concerned then opens its own."""
    from audit import services
    from tenancy.choices import ActorKind
    from tenancy.models import Organization
    from tenancy.scope import organization_scope, scope_or_none

    if scope_or_none() is not None:
        services.record(verb, **facts)
        return
    subject = facts.get("subject")
    concerned = facts.get("organization_id") or getattr(subject, "organization_id", None)
    if isinstance(subject, Organization):
        concerned = subject.pk
    if concerned is None:
        services.record(verb, **facts, actor=services.Actor(kind=ActorKind.COMMAND))
        return
    with organization_scope(concerned):
        services.record(verb, **facts)


def emit_for_tenancy(name: str, /, **facts: Any) -> None:
    from audit import services

    services.emit(name, **facts)
