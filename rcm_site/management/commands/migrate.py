from django.core.management.commands import migrate

from rcm_site.autodetector import FoldingAutodetector


class Command(migrate.Command):
    autodetector = FoldingAutodetector
