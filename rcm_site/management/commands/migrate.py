from typing import Any

from django.core.management import CommandError
from django.core.management.base import CommandParser
from django.core.management.commands import migrate
from django.db import connections

from rcm_site.autodetector import FoldingAutodetector
from rcm_site.database_role import OWNER_ALIAS
from rcm_site.fitting import refuse_what_does_not_fit
from rcm_site.migrating import QuickExecutor

# Django's command offers no other place to say which executor it works with.
migrate.MigrationExecutor = QuickExecutor  # type: ignore[attr-defined]


class Command(migrate.Command):
    autodetector = FoldingAutodetector

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.set_defaults(database=OWNER_ALIAS)

    def handle(self, *args: Any, **options: Any) -> str | None:
        if options["database"] != OWNER_ALIAS:
            raise CommandError(
                f"Tables are made by their owner alone: leave --database out, or say --database {OWNER_ALIAS}."
            )
        if not options["app_label"]:
            refuse_what_does_not_fit(connections[OWNER_ALIAS])
        return super().handle(*args, **options)
