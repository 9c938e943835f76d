from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class ReferenceConfig(AppConfig):
    name = "reference"
    verbose_name = "Reference"

    def ready(self) -> None:
        from audit import verbs
        from reference.verbs import VERBS

        verbs.register(VERBS)
        post_migrate.connect(_load_code_sets, sender=self, dispatch_uid="reference.code_sets")


def _load_code_sets(using: str, **_: Any) -> None:
    """Our own code tables come with the tables' migration, so that every database has them; idempotent."""
    if using == "owner":
        from reference.loading import load_our_code_sets

        load_our_code_sets(using=using)
