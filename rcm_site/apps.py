from importlib import import_module

from django.apps import AppConfig
from django.db.backends.signals import connection_created
from django.utils.module_loading import autodiscover_modules

from rcm_site.database_role import refuse_powerful_role


class SiteConfig(AppConfig):
    name = "rcm_site"

    def ready(self) -> None:
        """Every process knows every job's name, so that the web can ask for what a worker will do."""
        import_module("rcm_site.celery")
        import_module("rcm_site.access.signals")
        import_module("rcm_site.configuration_history").keep()
        connection_created.connect(refuse_powerful_role, dispatch_uid="refuse_powerful_role")
        autodiscover_modules("tasks")
