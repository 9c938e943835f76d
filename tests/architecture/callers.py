"""Everybody who may knock: people of each role, a program with a token, support with and without broken glass."""

import dataclasses
import datetime

from django.core.cache import cache
from django.db import transaction
from django.test import Client
from django.utils import timezone

from claims.services import order_billing
from tenancy.ids import uuid7
from tenancy.models import Person
from tenancy.roles import ROLE_PERMISSIONS, WHOLE_PRACTICE
from tenancy.scope import organization_scope
from tenancy.services import create_location, create_person, issue_token
from tests.conftest import SignedIn, make_person
from workbench.kinds import kind_of
from workbench.models import WorkItem
from workbench.services import request_bulk, request_export, save_view

# A blank form says nothing of what it wants; this one at least names an act.
FORM = {"action": "NOTE"}


@dataclasses.dataclass(frozen=True)
class Caller:
    name: str
    client: Client
    person: Person
    permissions: frozenset[str]
    is_program: bool = False
    is_narrowed: bool = False

    def ask(self, method, path):
        return ask(self.client, method, path)


def ask(client, method, path):
    """One request, whose effects are undone."""
    cookies = client.cookies.copy()
    with transaction.atomic():
        if method == "get":
            response = client.get(path)
        elif method == "post":
            response = client.post(path, FORM)
        else:
            response = getattr(client, method)(path, "{}", content_type="application/json")
        response.everything = b"".join([response.serialize_headers(), *response])
        transaction.set_rollback(True)
    client.cookies = cookies
    return response


def caller_of(role, practice):
    if role == "API_CLIENT":
        return program(practice, ROLE_PERMISSIONS[role])
    if role == "SUPPORT":
        return support(practice, breaks_glass=True)
    if role == "NARROWED":
        return narrowed(practice)
    person = make_person(practice, role)
    return Caller(role, SignedIn(person, practice), person, ROLE_PERMISSIONS[role])


def narrowed(practice):
    """A supervisor of one location, at which nobody was ever seen: nothing of any patient is theirs."""
    annex = create_location(practice=practice, name=f"Annex {uuid7()}")
    person = make_person(practice, "SUPERVISOR", location_ids=[annex.pk])
    permissions = ROLE_PERMISSIONS["SUPERVISOR"] - WHOLE_PRACTICE
    return Caller("NARROWED", SignedIn(person, practice), person, permissions, is_narrowed=True)


def program(practice, permissions):
    """A program with a token of this practice that lists `permissions`."""
    person = make_person(practice, "API_CLIENT")
    with organization_scope(practice.pk):
        _, secret = issue_token(
            practice=practice,
            person=person,
            name="Program",
            permissions=sorted(permissions),
            created_by=person,
            expires_on=timezone.now().date() + datetime.timedelta(days=1),
        )
    client = Client(headers={"Authorization": f"Bearer {secret}"})
    return Caller("API_CLIENT", client, person, frozenset(permissions), is_program=True)


def support(practice, *, breaks_glass):
    """Vendor support: staff without a grant, who may break the glass."""
    person = create_person(email=f"{uuid7()}@vendor.test", name="Support", organization=None, password="x")
    Person.objects.filter(pk=person.pk).update(is_staff=True)
    person.refresh_from_db()
    client = SignedIn(person, practice)
    if breaks_glass:
        form = {"practice": practice.slug, "reason": "ticket 4711: queue does not load", "minutes": 30}
        assert client.post("/break-glass/", form).status_code == 302
        cache.clear()
    permissions = ROLE_PERMISSIONS["SUPPORT"] if breaks_glass else frozenset()
    return Caller("SUPPORT", client, person, permissions)


def keep_something(caller, practice):
    """A saved view, bulk runs and an export of this person's own, as far as the role allows."""
    kind, now = kind_of("DENIAL"), timezone.now()
    may = caller.permissions.issuperset
    with organization_scope(practice.pk, person_id=caller.person.pk):
        if may({"workbench.view_queue"}):
            save_view(kind=kind.key, name="Mine", query="", visibility="TEAM", is_default=False)
        if may({"workbench.bulk_work"}):
            items = list(WorkItem.objects.filter(kind=kind.key).values_list("id", flat=True)[:1])
            request_bulk(
                kind=kind,
                item_ids=items,
                action="NOTE",
                parameters={"body": "Seen"},
                form_key=uuid7(),
                at=now,
            )
        if may({"claims.build_claim"}):
            order_billing(visits=[], form_key=uuid7(), at=now)
        if may({"workbench.export"}):
            request_export(listing=kind, query="q=none", at=now)
