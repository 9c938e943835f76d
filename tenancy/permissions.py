"""Django's rows for the permission table of `roles.py`, on the two models object permissions are granted for."""

from typing import Any

from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.db.models import F
from guardian.models import UserObjectPermission

from tenancy.models import Grant, Location, Organization, Person
from tenancy.roles import PERMISSIONS, ROLE_PERMISSIONS


def sync_permissions(using: str) -> None:
    """The rows of the table, and for whoever holds a role what it carries now."""
    _sync_rows(using)
    _sync_roles(using)


def _sync_roles(using: str) -> None:
    """A permission that came to a role after it was given; who holds nothing of a practice or location gets nothing."""
    rows = Permission.objects.using(using).filter(content_type__in=_types(using), codename__in=PERMISSIONS)
    ids = {(row.content_type_id, row.codename): row.pk for row in rows}
    held: dict[tuple[Any, str], set[int]] = {}
    objects = UserObjectPermission.objects.using(using)
    for person_id, key, permission_id in objects.values_list("user_id", "object_pk", "permission_id"):
        held.setdefault((person_id, key), set()).add(permission_id)
    organization, location = _types(using)
    missing = []
    for grant in Grant.objects.using(using).all():
        places = [(location, str(one)) for one in grant.location_ids]
        for kind, key in places or [(organization, str(grant.practice_id))]:
            has = held.get((grant.person_id, key), set())
            wanted = {ids[kind.pk, name] for name in ROLE_PERMISSIONS[grant.role]} if has else set()
            missing += [
                UserObjectPermission(
                    user_id=grant.person_id, content_type=kind, object_pk=key, permission_id=one
                )
                for one in wanted - has
            ]
            has |= wanted
    objects.bulk_create(missing, batch_size=1_000)
    people = Person.objects.using(using).filter(id__in={one.user_id for one in missing})
    people.update(access_stamp=F("access_stamp") + 1)


def _types(using: str) -> list[ContentType]:
    known = ContentType.objects.db_manager(using)
    return [known.get_for_model(Organization), known.get_for_model(Location)]


def _sync_rows(using: str) -> None:
    for content_type in _types(using):
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
