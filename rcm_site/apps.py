from importlib import import_module

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class SiteConfig(AppConfig):
    name = "rcm_site"

    def ready(self) -> None:
        """Every process knows every job's name, so that the web can ask for what a worker will do."""
        import_module("rcm_site.celery")
        autodiscover_modules("tasks")
