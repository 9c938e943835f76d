"""Every address, by every method, asked by everybody, for an object of one's own and for a foreign one.

An address with a parameter that no object is known for fails: nothing is mounted unseen. The short set runs here; every
role, and each lock alone, in `make soak`.
"""

import itertools
import re
import time
from collections import Counter

import pytest
from django.contrib import admin
from django.db import connection
from django.http import HttpResponse
from django.test import Client, override_settings
from django.urls import include, path

import rcm_site.urls
from patients.models import Patient
from rcm_site.demo import story
from tenancy.access import requires
from tenancy.models import Organization, TenantManager
from tenancy.roles import ROLE_PERMISSIONS
from tenancy.scope import organization_scope
from tests.architecture.addresses import (
    PARAMETER,
    PROGRAMS,
    Objects,
    Unstaged,
    admin_addresses,
    common_addresses,
    fill,
    foreign_paths,
    ids_for,
    permission_for,
    practice_addresses,
    write,
)
from tests.architecture.callers import ask, caller_of, keep_something, program, support
from tests.architecture.test_models import TENANT_MODELS
from tests.architecture.test_urls import walk
from tests.conftest import as_owner, clone_name, make_person, make_practice, renew_clone
from tests.stage import set_stage

OWN, FOREIGN = "OWNCANARY", "ZQFOREIGN"
OFFERED, NOT_OFFERED = ("get", "post"), ("put", "patch", "delete")
METHODS = OFFERED + NOT_OFFERED
# The list of a model, one of its rows, and the row's history.
ADMINS_READING = re.compile(r"admin/\w+/\w+/(<path:object_id>/(change|history)/)?")
SHORT_ROLES = ("BILLER", "READER", "FRONT_DESK", "API_CLIENT", "NARROWED")
LONG_ROLES = (*ROLE_PERMISSIONS, "NARROWED")
OUTSIDERS = "OUTSIDERS"  # nobody, and somebody with every right of a biller in another practice
# What the stage's queue, item and ticket ask for besides the permission of the page: they are the denials' and claims'.
ALSO_NEEDED = {
    **{
        f"work/<slug:slug>/{more}": "denials.view_denial"
        for more in ("", "counts/", "stop/", "views/", "views/<uuid:view_id>/delete/", "columns/", "export/")
    },
    "work/item/<uuid:item_id>/": "denials.view_denial",
    "claims/follow-up/": "claims.view_claim",
    "claims/no-response/<uuid:item_id>/hand-over/": "claims.view_claim",
    "work/<slug:slug>/next/": "denials.work_denial",
    "work/<slug:slug>/bulk/": "denials.work_denial",
    "work/<slug:slug>/bulk/run/": "denials.work_denial",
    **{
        f"work/item/<uuid:item_id>/{verb}/": "denials.work_denial"
        for verb in ("claim", "release", "assign", "snooze", "block", "wake", "note", "escalate", "close",
                     "reopen", "skip", "heartbeat", "fix")
    },
}  # fmt: skip
PROGRAMS_ALSO_NEED = {
    "work-items/(?P<pk>": "denials.view_denial",
    "claims/tickets/(?P<pk>": "claims.view_claim",
    "lift$": "eligibility.view_inquiry",
}


def needed_besides(address):
    """The permission that an address asks for besides that of its view."""
    also = next((more for part, more in ALSO_NEEDED.items() if address.endswith(part)), None)
    return also or next((more for part, more in PROGRAMS_ALSO_NEED.items() if part in address), None)


@pytest.fixture(scope="module")
def stages(django_db_setup, django_db_blocker):
    """Two practices, set once for all who ask: what a question did is undone."""
    with django_db_blocker.unblock():
        own = make_practice("matrix-own", "Matrix Family Medicine", npi="1234567893")
        other = make_practice("matrix-other", "Matrix Orthopedics", tax_id="990000002")
        for place, canary in ((own, OWN), (other, FOREIGN)):
            make_person(place, "READER")
            set_stage(place, canary=canary)
        connection.close()
    yield Objects(own), Objects(other)
    with django_db_blocker.unblock():
        renew_clone()


def manager_sees_everything(patch):
    """The manager's filter is away: only row security and the composite keys are left."""
    manager = TenantManager.__mro__[1]
    patch.setattr(manager, "get_queryset", lambda self: super(manager, self).get_queryset())


def row_security(switch):
    """By the owner, in this module's own clone. Without it only Python is left."""
    with as_owner(clone_name()) as server:
        rows = server.execute(
            "SELECT relname FROM pg_class WHERE relforcerowsecurity AND relkind IN ('r', 'p')"
        )
        guarded = [name for (name,) in rows]
        assert {model._meta.db_table for model in TENANT_MODELS} <= set(guarded)
        for name in guarded:
            server.execute(f'ALTER TABLE "{name}" {switch} ROW LEVEL SECURITY')


@pytest.fixture(scope="module", params=["both locks", "managers alone", "database alone"])
def way(request, stages):
    """Which locks are closed while everybody asks."""
    with pytest.MonkeyPatch.context() as patch:
        if request.param == "database alone":
            manager_sees_everything(patch)
        if request.param == "managers alone":
            row_security("DISABLE")
        yield request.param
        if request.param == "managers alone":
            row_security("ENABLE")


@pytest.fixture(autouse=True)
def sessions_in_memory(settings):
    """A fifth of each answer's time would go into writing down that the session was used."""
    memory = {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
    settings.CACHES = {**settings.CACHES, "sessions": memory}
    settings.SESSION_CACHE_ALIAS = "sessions"
    settings.SESSION_ENGINE = "django.contrib.sessions.backends.cache"


class Matrix:
    """The questions, and every answer that is wrong."""

    def __init__(self, stages, roles, *, methods=OFFERED, outsiders=False):
        self.own, self.other = stages
        self.practice = self.own.practice
        self.methods = methods
        self.callers = [caller_of(role, self.practice) for role in roles]
        for caller in self.callers:
            keep_something(caller, self.practice)
        story.finish_jobs()
        self.stranger = caller_of("BILLER", self.other.practice) if outsiders else None
        self.wrong = []
        self.statuses = Counter()

    def ask(self, client, method, path):
        response = ask(client, method, path)
        self.statuses[response.status_code] += 1
        return response

    def check(self):
        for address, view in practice_addresses():
            try:
                self.check_address(address, view)
            except Unstaged as lack:
                self.wrong.append(f"{address}: {lack}")
        assert not self.wrong, "\n".join(self.wrong)

    def check_address(self, address, view):
        filled = fill(address, view, self.practice, self.own)
        foreign = list(foreign_paths(address, view, self.practice, self.own, self.other))
        for method in self.methods:
            if self.stranger:
                self.check_outsiders(method, address, filled.path)
            for caller in self.callers:
                self.check_caller(caller, method, address, view, filled)
                for one in foreign:
                    self.check_foreign(caller, method, one)

    def check_outsiders(self, method, address, path):
        self.check_absent("anonymous", Client(), method, path, canary=OWN, statuses=(302, 401, 405))
        if address.startswith("p/"):
            self.check_absent("stranger", self.stranger.client, method, path, canary=OWN)

    def check_narrowed(self, caller, method, path):
        """The right to one location opens pages, but nothing of a patient seen at another."""
        response = self.ask(caller.client, method, path)
        if response.status_code >= 500:
            self.wrong.append(f"{caller.name} {method} {path}: {response.status_code}")
        if OWN.encode() in response.everything or FOREIGN.encode() in response.everything:
            self.wrong.append(f"{caller.name} {method} {path}: names a patient of another location")

    def check_caller(self, caller, method, address, view, filled):
        path = filled.path
        if caller.is_narrowed:
            self.check_narrowed(caller, method, path)
            return
        if (
            filled.is_personal
            and permission_for(view, method) in caller.permissions
            and not caller.is_program
        ):
            self.check_absent(f"colleague {caller.name}", caller.client, method, path, canary=OWN)
            path = fill(address, view, self.practice, self.own, caller.person).path
        response = self.ask(caller.client, method, path)
        expected = self.expected(caller, method, address, view)
        status = response.status_code
        right = status in expected if expected else status < 500 and status not in (401, 403, 404)
        if not right:
            self.wrong.append(f"{caller.name} {method} {path}: {status}, not {expected or 'answered'}")
        if FOREIGN.encode() in response.everything:
            self.wrong.append(f"{caller.name} {method} {path}: another practice's patient on one's own page")

    def expected(self, caller, method, address, view):
        """The statuses that are right; empty where anything but a refusal is."""
        needed = permission_for(view, method)
        is_api = address.startswith(PROGRAMS)
        if caller.is_program and not is_api:
            return (404,)
        if method in NOT_OFFERED:
            return (403, 404, 405)
        if is_api and method not in view.actions:
            return (405,)
        if needed and needed not in caller.permissions:
            return (404,) if not is_api and view.access.portfolio else (403,)
        also = needed_besides(address)
        if also and also not in caller.permissions:
            return (403, 404, 405)
        return ()

    def check_foreign(self, caller, method, path):
        self.check_absent(caller.name, caller.client, method, path, canary=FOREIGN, statuses=(403, 404, 405))

    def check_absent(self, who, client, method, path, *, canary, statuses=(404, 405)):
        response = self.ask(client, method, path)
        if response.status_code not in statuses:
            self.wrong.append(f"{who} {method} {path}: {response.status_code}, not one of {statuses}")
        if canary.encode() in response.everything:
            self.wrong.append(f"{who} {method} {path}: the answer tells of another practice's patient")


def check_admin(stages, callers, methods=OFFERED):
    """The admin's pages of every model: seen with the permission of the model's own page, never a foreign row."""
    own, other = stages
    wrong = []
    for caller in callers:
        for address, view in admin_addresses():
            try:
                pages = [(fill(address, view, own.practice, own).path, False)]
                pages += [(one, True) for one in foreign_paths(address, view, own.practice, own, other)]
            except Unstaged as lack:
                wrong.append(f"{address}: {lack}")
                continue
            for page, is_foreign in pages:
                for method in methods:
                    is_read = method == "get" and bool(ADMINS_READING.fullmatch(address))
                    wrong += admin_answer(caller, view, method, page, is_foreign=is_foreign, is_read=is_read)
    assert not wrong, "\n".join(wrong)


def admin_answer(caller, view, method, page, *, is_foreign, is_read):
    response = caller.ask(method, page)
    said = f"{caller.name} {method} {page}: {response.status_code}"
    if FOREIGN.encode() in response.everything:
        return [f"{said}, another practice's patient"]
    if response.status_code >= 500:
        return [said]
    owner = getattr(view, "model_admin", None)
    if owner is None:
        return []
    may = owner.view_permission in caller.permissions and not caller.is_program and not is_foreign
    if not may and (response.status_code == 200 or OWN.encode() in response.everything):
        return [f"{said}, not refused"]
    if may and is_read and response.status_code != 200 and not caller.is_narrowed:
        return [f"{said}, not shown"]
    return []


def check_common_pages(stages, callers):
    """Pages of no practice name no patient, and those that want a sign-in ask for it."""
    own, _ = stages
    wrong = []
    for address, view in common_addresses():
        page = write(address, view, own.practice, {})
        asked = [("anonymous", Client())] + [(caller.name, caller.client) for caller in callers]
        for who, client in asked:
            for method in OFFERED + NOT_OFFERED:
                response = ask(client, method, page)
                if response.status_code >= 500:
                    wrong.append(f"{who} {method} {page}: {response.status_code}")
                if any(canary.encode() in response.everything for canary in (OWN, FOREIGN)):
                    wrong.append(f"{who} {method} {page}: names a patient")
                if (
                    who == "anonymous"
                    and view.access.signed_in
                    and response.status_code not in (302, 401, 405)
                ):
                    wrong.append(f"{who} {method} {page}: {response.status_code}, not the sign-in")
    assert not wrong, "\n".join(wrong)


def check_token(stages, permission, methods):
    """A program's token of one permission: of the API it opens what it lists."""
    own, other = stages
    narrow, wrong = program(own.practice, {permission}), []
    for address, view in practice_addresses():
        if not address.startswith(PROGRAMS):
            continue
        pages = own_and_foreign(address, view, own, other)
        for page, method in itertools.product(pages, methods):
            response = narrow.ask(method, page)
            listed = method in view.actions and permission_for(view, method) in (permission, None)
            listed &= needed_besides(address) in (permission, None)
            said, status = response.everything, response.status_code
            is_wrong = status >= 500 or FOREIGN.encode() in said
            is_wrong |= not listed and (status not in (403, 404, 405) or OWN.encode() in said)
            is_wrong |= listed and page == pages[0] and status == 403
            if is_wrong:
                wrong.append(f"{method} {page}: {status}")
    assert not wrong, "\n".join(wrong)


def check_pages_of_people(stages, methods):
    """They are shut to programs, whatever a token lists."""
    own, other = stages
    widest, wrong = program(own.practice, ROLE_PERMISSIONS["API_CLIENT"]), []
    for address, view in practice_addresses():
        if address.startswith(PROGRAMS):
            continue
        for page, method in itertools.product(own_and_foreign(address, view, own, other), methods):
            response = widest.ask(method, page)
            if response.status_code != 404 or any(
                one.encode() in response.everything for one in (OWN, FOREIGN)
            ):
                wrong.append(f"{method} {page}: {response.status_code}")
    assert not wrong, "\n".join(wrong)


def own_and_foreign(address, view, own, other):
    page = fill(address, view, own.practice, own).path
    return [page, *foreign_paths(address, view, own.practice, own, other)]


def test_everybody_gets_what_their_role_allows_and_nothing_of_another_practice(db, stages):
    matrix = Matrix(stages, SHORT_ROLES, outsiders=True)
    matrix.check()
    check_common_pages(stages, matrix.callers[:1])


def test_the_admins_pages_follow_the_role(db, stages):
    check_admin(stages, [caller_of("BILLER", stages[0].practice)], methods=("get",))


def test_a_token_of_one_permission_opens_that_alone(db, stages):
    check_token(stages, "claims.view_claim", OFFERED)


def test_a_token_opens_no_page_of_people(db, stages):
    check_pages_of_people(stages, OFFERED)


def test_every_address_is_in_the_table():
    for address, view in [*practice_addresses(), *admin_addresses(), *common_addresses()]:
        for match in PARAMETER.finditer(address):
            name = match[1] or match[2]
            assert known(address, view, name), f"{address}: no object is known for <{name}>"


def known(address, view, name):
    from tests.architecture.addresses import model_for, named_objects

    if name not in named_objects(address, view):
        return True
    try:
        return model_for(view, name)
    except Unstaged:
        return False


# -- the matrix finds what it is there for -------------------------------------------------------------------------


@requires("patients.view_patient")
def leaky(request, patient_id):
    """A page that looks for its patient in every practice."""
    for organization in Organization.objects.all():
        with organization_scope(organization.pk):
            found = Patient.objects.filter(pk=patient_id).first()
            if found:
                return HttpResponse(found.last_name)
    return HttpResponse(status=404)


LEAK = [path("p/<uuid:organization_id>/", include([path("leak/<uuid:patient_id>/", leaky)]))]
urlpatterns = LEAK + rcm_site.urls.urlpatterns


@override_settings(ROOT_URLCONF=__name__)
def test_a_page_that_leaks_is_found(practice, other_practice, monkeypatch):
    from tests.factories.era import claim

    for place, canary in ((practice, OWN), (other_practice, FOREIGN)):
        with organization_scope(place.pk):
            claim("A1", "10.00", last_name=canary)
    monkeypatch.setattr(f"{__name__}.keep_something", lambda *_: None)
    monkeypatch.setattr(f"{__name__}.practice_addresses", lambda: list(walk(LEAK)))
    with pytest.raises(AssertionError, match="the answer tells of another practice's patient"):
        Matrix((Objects(practice), Objects(other_practice)), ["BILLER"]).check()


def test_an_address_nobody_knows_an_object_for_is_found(practice):
    with pytest.raises(Unstaged):
        ids_for("p/<uuid:organization_id>/x/<uuid:gadget_id>/", leaky, Objects(practice))


# -- the whole of it, and each lock alone --------------------------------------------------------------------------


class Tally:
    """What was asked in one way, by all who asked in it."""

    def __init__(self):
        self.statuses, self.seconds = Counter(), 0.0

    def check(self, matrix):
        began = time.monotonic()
        try:
            matrix.check()
        finally:
            self.seconds += time.monotonic() - began
            self.statuses += matrix.statuses


@pytest.fixture(scope="module")
def tally(way, figures):
    counted = Tally()
    yield counted
    figures(
        f"access matrix, {way}",
        addresses=len(practice_addresses()),
        questions=counted.statuses.total(),
        seconds=round(counted.seconds),
        statuses=dict(sorted(counted.statuses.items())),
    )


@pytest.mark.soak
@pytest.mark.parametrize("who", [*LONG_ROLES, OUTSIDERS])
def test_everybody_at_every_address_by_every_method(db, way, stages, tally, who):
    if who == OUTSIDERS:
        matrix = Matrix(stages, (), methods=METHODS, outsiders=True)
    else:
        matrix = Matrix(stages, [who], methods=METHODS)
    tally.check(matrix)


@pytest.mark.soak
@pytest.mark.parametrize("who", LONG_ROLES)
def test_everybody_at_every_page_of_the_admin(db, way, stages, who):
    assert len(admin_addresses()) > len(admin.site._registry) * 5
    check_admin(stages, [caller_of(who, stages[0].practice)])


@pytest.mark.soak
def test_everybody_at_the_pages_of_no_practice(db, stages):
    check_common_pages(stages, [caller_of(role, stages[0].practice) for role in LONG_ROLES])


@pytest.mark.soak
def test_support_finds_nothing_until_it_breaks_the_glass(db, way, stages):
    own, other = stages
    outside, wrong = support(own.practice, breaks_glass=False), []
    for address, view in practice_addresses():
        for asked in own_and_foreign(address, view, own, other):
            for method in METHODS:
                response = outside.ask(method, asked)
                named = any(canary.encode() in response.everything for canary in (OWN, FOREIGN))
                if response.status_code not in (404, 405) or named:
                    wrong.append(f"{method} {asked}: {response.status_code}")
    assert not wrong, "\n".join(wrong)
    check_admin(stages, [outside])
    check_common_pages(stages, [outside])


@pytest.mark.soak
@pytest.mark.parametrize("permission", sorted(ROLE_PERMISSIONS["API_CLIENT"]))
def test_a_token_opens_what_it_lists_and_nothing_else(db, way, stages, permission):
    check_token(stages, permission, METHODS)


@pytest.mark.soak
def test_a_token_opens_no_page_of_people_by_any_method(db, way, stages):
    check_pages_of_people(stages, METHODS)
