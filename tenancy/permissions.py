"""Django's rows for the permission table of `roles.py`, on the two models object permissions are granted for."""

from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType

from tenancy.models import Location, Organization
from tenancy.roles import PERMISSIONS


def sync_permissions(using: str) -> None:
    for model in (Organization, Location):
        content_type = ContentType.objects.db_manager(using).get_for_model(model)
        rows = Permission.objects.using(using).filter(content_type=content_type, codename__contains=".")
        rows.exclude(codename__in=PERMISSIONS).delete()
        Permission.objects.using(using).bulk_create(
            [
                Permission(content_type=content_type, codename=name, name=words)
                for name, words in PERMISSIONS.items()
            ],
            update_conflicts=True,
            unique_fields=["content_type", "codename"],
            update_fields=["name"],
        )
