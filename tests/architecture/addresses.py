"""Which object each parameter of an address means. An address that names something unknown cannot be filled."""

import dataclasses
import itertools
import re

from remittances.choices import WorkKey
from tenancy.models import Organization, TenantModel
from tenancy.scope import organization_scope
from tests.architecture.test_models import OUR_MODELS
from tests.architecture.test_urls import ADDRESSES

PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>|\(\?P<(\w+)>(?:[^()]|\([^()]*\))*\)")
# Parameters whose name does not say the model, by the app whose address carries it.
MODELS_BY_PARAMETER = {
    ("workbench", "item_id"): "WorkItem",
    ("workbench", "view_id"): "SavedView",
    ("workbench", "run_id"): "BulkRun",
    ("workbench", "export_id"): "ExportFile",
    ("clearinghouse", "file_id"): "ExchangeFile",
    ("clearinghouse", "partner_id"): "TradingPartner",
    ("clearinghouse", "route_id"): "PayerRoute",
    ("claims", "file_id"): "ExchangeFile",
    ("remittances", "file_id"): "ExchangeFile",
    ("remittances", "receivable_id"): "PayerReceivable",
    ("claims", "import_id"): "ClaimImport",
    ("claims", "run_id"): "BillingRun",
    ("eligibility", "inquiry_id"): "EligibilityInquiry",
    ("eligibility", "batch_id"): "EligibilityBatch",
    ("claims", "item_id"): "WorkItem",
    ("claims", "setting_id"): "EditSetting",
    ("denials", "rule_id"): "RoutingRule",
    ("ledger", "entry_id"): "JournalEntry",
    ("patients", "history_id"): "PatientHistory",
    ("patients", "hold_id"): "EncounterHold",
    ("patients", "payment_id"): "PatientPayment",
    ("reference", "alias_id"): "PayerAlias",
    ("reference", "credentialing_id"): "Credentialing",
    ("reference", "rule_id"): "DeadlineRule",
    ("audit", "verification_id"): "SealVerification",
    ("audit", "export_id"): "AuditExport",
    ("rcm_site", "token_id"): "ApiToken",
}
# Addresses of programs: a token opens them, and a method not offered is 405.
PROGRAMS = ("api/", "fhir/")
# Parameters that are words, not ids.
WORDS = {
    "kind": "DENIAL",
    "slug": "denials",
    "rule": "E022",
    "code_set": "CARC",
    "segment": 1,
    "ordinal": 1,
    "number": 1,
    "tab": "versions",
    "uidb36": "1a",
    "key": "no-such-key",
    "token": "no-such-token",
    "url": "nowhere",
    "app_label": "patients",
    "content_type_id": 1,
}
# API resources named by the id of something else.
NAMED_BY = {
    "ClaimImport": "ExchangeFile",
    "ClaimTicket": "WorkItem",
    "NextPayer": "Claim",
    "Check": "EligibilityInquiry",
    "Batch": "EligibilityBatch",
    "CoverageEligibilityRequest": "EligibilityInquiry",
    "CoverageEligibilityResponse": "EligibilityResponse",
    "PayerOrganization": "Payer",
    "Payment": "RemitClaim",
    "Receivable": "PayerReceivable",
    "RemittanceFile": "ExchangeFile",
}
CODES = {"AdjustmentReasonCode": "197", "RemarkCode": "N385"}
# Where not every object of a model will do: part of the address, and what the object must be.
WANTED = (
    ("take/<uuid:history_id>/", "PatientHistory", {"action": "SEEN_DIFFERENT"}),
    ("deadlines/<uuid:rule_id>/", "DeadlineRule", {"payer__isnull": False}),
    ("api/v1/^work-items/", "WorkItem", {"kind__in": WorkKey.values}),
    ("<uuid:inquiry_id>/evidence/", "EligibilityInquiry", {"reason": "BY_HAND"}),
    ("schedule/visits/", "Encounter", {"state": "PLANNED"}),
    ("work/item/", "WorkItem", {"kind": "DENIAL"}),
    ("no-response/", "WorkItem", {"kind": "NO_RESPONSE"}),
    ("claims/tickets", "WorkItem", {"kind": "NO_RESPONSE"}),
    ("claims/rejections/", "WorkItem", {"kind": "REJECTION"}),
)
# An object found by another of the same address belongs to it.
PARENTS = {
    "PatientHistory": "patient_id",
    "DeadlineRule": "payer_id",
    "PayerAlias": "payer_id",
    "Credentialing": "payer_id",
    "PayerRoute": "partner_id",
}
# What one person keeps is nobody else's, not even in the same practice; by the column that names the person.
PERSONAL = {
    "SavedView": "owner_id",
    "BulkRun": "requested_by_id",
    "BillingRun": "requested_by_id",
    "ExportFile": "requested_by_id",
}


class Unstaged(Exception):
    """An address names something the stage does not have."""


@dataclasses.dataclass(frozen=True)
class Filled:
    """A path, and whether it names objects; `whose` are the models whose objects one person keeps."""

    path: str
    names_object: bool
    is_personal: bool


def app_of(view):
    return getattr(view, "__module__", "").split(".")[0]


def model_for(view, name):
    app = app_of(view)
    viewset = getattr(view, "cls", None)
    if name == "object_id":
        # Without a page of its own it is the admin's link from a content type to its object, which is not offered.
        return view.model_admin.model if hasattr(view, "model_admin") else Organization
    if viewset is not None and name == "pk":
        app, wanted = viewset.__module__.split(".")[0], viewset.__name__.removesuffix("ViewSet")
        wanted = NAMED_BY.get(wanted, wanted)
    else:
        wanted = MODELS_BY_PARAMETER.get((app, name)) or name.removesuffix("_id").replace("_", "")
    matches = [model for model in OUR_MODELS if model.__name__.lower() == wanted.lower()]
    if not matches:
        raise Unstaged(f"no object is known for <{name}> of {app}")
    return next((model for model in matches if model._meta.app_label == app), matches[0])


def own_rows(model, practice):
    if issubclass(model, TenantModel):
        return model.objects.all()
    if model._meta.model_name == "organization":
        return model.objects.filter(pk=practice.pk)
    fields = {field.name for field in model._meta.get_fields()}
    if "practice" in fields:
        return model.objects.filter(practice=practice)
    if "organization" in fields:
        return model.objects.filter(organization=practice)
    return model.objects.all()


class Objects:
    """One practice's objects, as addresses ask for them."""

    def __init__(self, practice):
        self.practice = practice
        self._found = {}

    def row(self, model, address, person=None):
        wanted = next(
            (facts for part, name, facts in WANTED if part in address and name == model.__name__), {}
        )
        owner = PERSONAL.get(model.__name__)
        if owner and person:
            wanted = {**wanted, owner: person.pk}
        key = (model, repr(wanted))
        if key not in self._found:
            with organization_scope(self.practice.pk):
                self._found[key] = own_rows(model, self.practice).filter(**wanted).order_by("pk").first()
        if self._found[key] is None:
            raise Unstaged(f"the stage has no {model.__name__} {wanted or ''}")
        return self._found[key]


def parameters(address):
    return [match[1] or match[2] for match in PARAMETER.finditer(address)]


def code_of(view):
    return CODES.get(getattr(getattr(view, "cls", None), "__name__", "").removesuffix("ViewSet"))


def named_objects(address, view):
    """The parameters that name an object of a practice."""
    if code_of(view):
        return []
    return [name for name in parameters(address) if name != "organization_id" and name not in WORDS]


def ids_for(address, view, objects, person=None):
    """By parameter: an object, and where it belongs to another of the same address, that one."""
    ids, parent = {}, None
    for name in reversed(named_objects(address, view)):
        model = model_for(view, name)
        if parent is not None:
            ids[name], parent = parent, None
            continue
        row = objects.row(model, address, person)
        ids[name] = row.pk
        parent = getattr(row, PARENTS.get(model.__name__, ""), None)
    return ids


def write(address, view, practice, ids):
    def value(match):
        name = match[1] or match[2]
        if name == "organization_id":
            return str(practice.pk)
        if name in ids:
            return str(ids[name])
        return str(WORDS.get(name) or code_of(view))

    path = PARAMETER.sub(value, address)
    # A dollar that stands for itself begins the name of an operation (FHIR).
    return "/" + re.sub(r"(?<!\\)\$", "", path.replace("^", "").replace("\\Z", "")).replace("\\$", "$")


def fill(address, view, practice, objects=None, person=None):
    """The address for the practice's own objects; with `person`, for what that person keeps."""
    objects = objects or Objects(practice)
    ids = ids_for(address, view, objects, person)
    personal = any(model_for(view, name).__name__ in PERSONAL for name in ids)
    return Filled(write(address, view, practice, ids), bool(ids), personal)


def foreign_paths(address, view, practice, own, other):
    """The address with every choice of its ids, one at least, swapped for another practice's."""
    mine, theirs = ids_for(address, view, own), ids_for(address, view, other)
    for swapped in itertools.product((False, True), repeat=len(mine)):
        if any(swapped):
            chosen = {
                name: theirs[name] if swap else mine[name] for name, swap in zip(mine, swapped, strict=True)
            }
            yield write(address, view, practice, chosen)


def permission_for(view, method):
    """What the role must carry; None where anybody of the practice may. A method not offered needs nothing."""
    viewset = getattr(view, "cls", None)
    if viewset is not None and hasattr(viewset, "required_permissions"):
        action = view.actions.get(method)
        return viewset.required_permissions[action] if action else None
    return view.access.permission


def is_practices(address, view):
    """Whether the address shows what belongs to a practice, by its path or by the session's practice."""
    access = getattr(view, "access", None)
    if address.startswith(("admin/", "accounts/")) or (access is not None and not access.signed_in):
        return False
    return access is None or access.permission is not None or address.startswith("p/")


def practice_addresses():
    return [(address, view) for address, view in ADDRESSES if is_practices(address, view)]


def admin_addresses():
    return [(address, view) for address, view in ADDRESSES if address.startswith("admin/")]


def common_addresses():
    """Pages of nobody's practice: sign-in, health, the API's description."""
    return [
        (address, view)
        for address, view in ADDRESSES
        if not address.startswith("admin/") and not is_practices(address, view)
    ]
