"""Every address, asked by everybody, for an object of one's own and for a foreign one.

An address with a parameter that no object is known for fails: nothing is mounted unseen. The short set runs here; every
role, and each lock alone, in `make soak`.
"""

import re

import pytest
from django.db import connections, transaction
from django.test import Client

from tenancy.models import TenantManager, TenantModel
from tenancy.roles import ROLE_PERMISSIONS
from tenancy.scope import organization_scope
from tests.architecture.test_models import OUR_MODELS
from tests.architecture.test_urls import ADDRESSES
from tests.stage import set_stage

OWN, FOREIGN = "OWNCANARY", "ZQFOREIGN"
METHODS = ("get", "post")
SHORT_ROLES = ("BILLER", "READER", "FRONT_DESK")
LONG_ROLES = tuple(role for role in ROLE_PERMISSIONS if role not in ("SUPPORT", "API_CLIENT"))
PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>|\(\?P<(\w+)>(?:[^()]|\([^()]*\))*\)")
SKIPPED = ("admin/", "accounts/")

# Parameters whose name does not say the model, by the app whose address carries it.
MODELS_BY_PARAMETER = {
    ("workbench", "item_id"): "WorkItem",
    ("workbench", "view_id"): "SavedView",
    ("workbench", "run_id"): "BulkRun",
    ("workbench", "export_id"): "ExportFile",
    ("clearinghouse", "file_id"): "ExchangeFile",
    ("claims", "file_id"): "ExchangeFile",
    ("remittances", "file_id"): "ExchangeFile",
    ("claims", "import_id"): "ClaimImport",
    ("denials", "rule_id"): "RoutingRule",
    ("ledger", "entry_id"): "JournalEntry",
    ("patients", "history_id"): "PatientHistory",
    ("reference", "alias_id"): "PayerAlias",
    ("reference", "rule_id"): "DeadlineRule",
    ("audit", "verification_id"): "SealVerification",
    ("audit", "export_id"): "AuditExport",
    ("rcm_site", "token_id"): "ApiToken",
}
# Parameters that are words, not ids.
WORDS = {
    "kind": "DENIAL",
    "slug": "denials",
    "code_set": "CARC",
    "segment": 1,
    "ordinal": 1,
    "number": 1,
    "tab": "versions",
}
# A blank form says nothing of what it wants; this one at least names an act.
FORM = {"action": "NOTE"}
# API resources named by the id of something else.
NAMED_BY = {
    "ClaimImport": "ExchangeFile",
    "Payment": "RemitClaim",
    "Receivable": "PayerReceivable",
    "RemittanceFile": "ExchangeFile",
}
# Offered only in a state, or under a parent, that the stage's object is not in; then 404 is everybody's answer.
NOT_OFFERED = ("patients/<uuid:patient_id>/take/", "deadlines/<uuid:rule_id>/")
# A queue asks for its kind's own permission besides the worklist's; the stage's queue is the denials'.
KIND_PERMISSION = "denials.work_denial"
# What one person keeps is nobody else's, not even in the same practice.
PERSONAL = ("view_id", "run_id", "export_id")
CODES = {"AdjustmentReasonCode": "197", "RemarkCode": "N385"}


class Unstaged(Exception):
    """An address names something the stage does not have."""


def app_of(view):
    return getattr(view, "__module__", "").split(".")[0]


def model_for(view, name):
    app = app_of(view)
    viewset = getattr(view, "cls", None)
    if viewset is not None and name == "pk":
        app, wanted = viewset.__module__.split(".")[0], viewset.__name__.removesuffix("ViewSet")
        wanted = NAMED_BY.get(wanted, wanted)
    else:
        wanted = MODELS_BY_PARAMETER.get((app, name)) or name.removesuffix("_id").replace("_", "")
    matches = [model for model in OUR_MODELS if model.__name__.lower() == wanted.lower()]
    if not matches:
        raise Unstaged(f"no object is known for <{name}> of {app}")
    return next((model for model in matches if model._meta.app_label == app), matches[0])


def first_id(practice, model):
    with organization_scope(practice.pk):
        rows = model.objects.all() if issubclass(model, TenantModel) else own_rows(model, practice)
        found = rows.order_by("pk").values_list("pk", flat=True).first()
    if found is None:
        raise Unstaged(f"the stage has no {model.__name__}")
    return found


def own_rows(model, practice):
    fields = {field.name for field in model._meta.get_fields()}
    if "practice" in fields:
        return model.objects.filter(practice=practice)
    if "organization" in fields:
        return model.objects.filter(organization=practice)
    return model.objects.all()


def fill(address, view, practice, objects_of):
    """The address with the practice and the ids of objects of `objects_of`; whether it names an object at all."""
    named = False

    def value(match):
        nonlocal named
        name = match[1] or match[2]
        if name == "organization_id":
            return str(practice.pk)
        if name in WORDS:
            return str(WORDS[name])
        code = CODES.get(getattr(getattr(view, "cls", None), "__name__", "").removesuffix("ViewSet"))
        if code:
            return code
        named = True
        return str(first_id(objects_of, model_for(view, name)))

    path = PARAMETER.sub(value, address)
    return "/" + path.replace("^", "").replace("$", "").replace("\\Z", ""), named


def permission_for(view, method):
    viewset = getattr(view, "cls", None)
    if viewset is not None and hasattr(viewset, "required_permissions"):
        action = view.actions.get(method)
        return viewset.required_permissions[action] if action else None
    return view.access.permission


def ask(client, method, path):
    """One request, whose effects are undone."""
    with transaction.atomic():
        response = client.post(path, FORM) if method == "post" else client.get(path)
        transaction.set_rollback(True)
    return response


def tenant_addresses():
    for address, view in ADDRESSES:
        access = getattr(view, "access", None)
        if address.startswith(SKIPPED) or (access is not None and not access.signed_in):
            continue
        if access is not None and access.permission is None and not address.startswith("p/"):
            continue
        if "format" in address:
            continue
        yield address, view


@pytest.fixture
def stages(practice, other_practice):
    set_stage(practice, canary=OWN)
    set_stage(other_practice, canary=FOREIGN)
    return practice, other_practice


def check_everybody(stages, sign_in, roles):
    practice, other_practice = stages
    people = {role: sign_in(role) for role in roles}
    stranger = sign_in("BILLER", other_practice)
    wrong = []
    for address, view in tenant_addresses():
        try:
            path, _ = fill(address, view, practice, practice)
            foreign, names_object = fill(address, view, practice, other_practice)
        except Unstaged as lack:
            wrong.append(f"{address}: {lack}")
            continue
        for method in METHODS:
            wrong += check_anonymous(method, path)
            wrong += check_stranger(stranger, method, path, address)
            for role, client in people.items():
                if not any(name in address for name in PERSONAL + NOT_OFFERED):
                    wrong += check_role(client, role, view, method, path)
                if names_object:
                    wrong += check_foreign(client, role, method, foreign)
    assert not wrong, "\n".join(wrong)


def check_anonymous(method, path):
    status = ask(Client(), method, path).status_code
    return [] if status in (302, 401, 405) else [f"anonymous {method} {path}: {status}"]


def check_stranger(stranger, method, path, address):
    if not address.startswith("p/"):
        return []
    response = ask(stranger, method, path)
    return denied("stranger", method, path, response, canary=OWN)


def check_role(client, role, view, method, path):
    permission = permission_for(view, method)
    status = ask(client, method, path).status_code
    if status == 405:
        return []
    if permission and permission not in ROLE_PERMISSIONS[role]:
        refused = (403, 404) if getattr(view, "access", None) and view.access.portfolio else (403,)
        return [] if status in refused else [f"{role} {method} {path} without {permission}: {status}"]
    if "/work/denials/" in path and KIND_PERMISSION not in ROLE_PERMISSIONS[role] and status in (403, 404):
        return []
    return [f"{role} {method} {path}: {status}"] if status in (401, 403, 404) or status >= 500 else []


def check_foreign(client, role, method, path):
    response = ask(client, method, path)
    if response.status_code in (403, 405):
        return [f"{role} {method} {path}: canary"] if FOREIGN.encode() in response.content else []
    return denied(role, method, path, response, canary=FOREIGN)


def denied(who, method, path, response, *, canary):
    wrong = []
    if response.status_code not in (404, 405):
        wrong.append(f"{who} {method} {path}: {response.status_code}, not 404")
    if canary.encode() in response.content:
        wrong.append(f"{who} {method} {path}: the answer tells of another practice's patient")
    return wrong


def test_everybody_gets_what_their_role_allows_and_nothing_of_another_practice(stages, sign_in):
    check_everybody(stages, sign_in, SHORT_ROLES)


@pytest.mark.soak
def test_every_role_at_every_address(stages, sign_in):
    check_everybody(stages, sign_in, LONG_ROLES)


@pytest.mark.soak
def test_the_database_alone_keeps_practices_apart(stages, sign_in, monkeypatch):
    """The manager's filter is away: only row security and the composite keys are left."""
    manager = TenantManager.__mro__[1]
    monkeypatch.setattr(manager, "get_queryset", lambda self: super(manager, self).get_queryset())
    check_everybody(stages, sign_in, LONG_ROLES)


@pytest.mark.soak
@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_the_managers_alone_keep_practices_apart(stages, sign_in):
    """Row security is switched off by the owner in this test's own clone: only Python is left."""
    with connections["owner"].cursor() as cursor:
        for model in OUR_MODELS:
            if issubclass(model, TenantModel):
                cursor.execute(f"ALTER TABLE {model._meta.db_table} DISABLE ROW LEVEL SECURITY")
    check_everybody(stages, sign_in, LONG_ROLES)
