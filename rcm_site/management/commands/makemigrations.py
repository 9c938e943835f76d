from django.core.management.commands import makemigrations

from rcm_site.autodetector import FoldingAutodetector


class Command(makemigrations.Command):
    autodetector = FoldingAutodetector
