from django.core.management.commands import migrate

from rcm_site.autodetector import FoldingAutodetector
from rcm_site.migrating import QuickExecutor

# Django's command offers no other place to say which executor it works with.
migrate.MigrationExecutor = QuickExecutor  # type: ignore[attr-defined]


class Command(migrate.Command):
    autodetector = FoldingAutodetector
