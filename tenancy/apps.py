from typing import Any

from django.apps import AppConfig
from django.db import connections
from django.db.models.signals import post_migrate


class TenancyConfig(AppConfig):
    name = "tenancy"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        post_migrate.connect(after_migrate, sender=self, dispatch_uid="tenancy.after_migrate")


def after_migrate(sender: AppConfig, using: str, **_: Any) -> None:
    """Bring the permission rows and the database's copy of the context key up to date with the code."""
    from tenancy.context import install_context_key
    from tenancy.permissions import sync_permissions

    sync_permissions(using)
    install_context_key(connections[using])
