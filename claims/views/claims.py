from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch
from django.views.decorators.http import require_GET

from audit import services as audit
from claims import selectors
from claims.listing import CLAIM_LIST
from claims.models import Claim
from claims.views.edits import edits_page_context
from tenancy.access import NotFound, Request, requires
from tenancy.urls import practice_url
from workbench import record_views

TABS = (
    ("money", "Lines and money"),
    ("versions", "Versions"),
    ("edits", "Edits"),
    ("answers", "Acknowledgements"),
    ("payments", "Remittances"),
    ("work", "Notes and work"),
    ("x12", "X12"),
    ("audit", "Audit"),
)


@requires("claims.view_claim")
@require_GET
def claims(request: Request) -> HttpResponse:
    return record_views.record_list(request, CLAIM_LIST, template="claims/claim_list.html")


@requires("claims.view_claim")
@require_GET
def claim(request: Request, claim_id: UUID, tab: str = "money") -> HttpResponse:
    found = selectors.claim_for(request.scope, claim_id)
    audit.record_view(subject=found, patient_id=found.patient_id, data={"tab": tab})
    context = selectors.head_context(request.scope, found) | _tab_context(request, found, tab)
    context |= {"tab": tab, "tabs": _tabs(request, found)}
    return render(request, f"claims/claim_{tab}.html", context)


def _tab_context(request: Request, found: Claim, tab: str) -> dict[str, Any]:
    if tab == "money":
        return selectors.money_context(request.scope, found)
    if tab == "edits":
        return edits_page_context(request, found)
    if tab == "versions":
        return selectors.versions_context(found)
    if tab == "answers":
        return selectors.answers_context(request.scope, found)
    if tab == "payments":
        return {"fragments": _fragments(request, found)}
    if tab == "work":
        return selectors.work_context(request.scope, found)
    if tab == "x12" and request.scope.may("clearinghouse.view_file"):
        number = request.GET.get("version", "")
        return selectors.x12_context(found, int(number) if number.isdecimal() and len(number) < 5 else 0)
    if tab == "audit" and request.scope.may("audit.view_audit"):
        return selectors.audit_context(found)
    raise NotFound


def _tabs(request: Request, found: Claim) -> list[dict[str, str]]:
    hidden = {
        "x12": not request.scope.may("clearinghouse.view_file"),
        "audit": not request.scope.may("audit.view_audit"),
    }
    return [
        {
            "name": name,
            "label": label,
            "url": practice_url("claims:claim", found.id)
            if name == "money"
            else practice_url("claims:tab", found.id, name),
        }
        for name, label in TABS
        if not hidden.get(name)
    ]


def _fragments(request: Request, found: Claim) -> list[dict[str, str]]:
    """What higher rooms know of the claim: each serves its own fragment."""
    wanted = (
        ("Payments", "remittances:of-claim", "remittances.view_remittance"),
        ("Denials", "denials:of-claim", "denials.view_denial"),
    )
    fragments = []
    for title, route, permission in wanted:
        if not request.scope.may(permission):
            continue
        try:
            fragments.append({"title": title, "url": practice_url(route, found.id)})
        except NoReverseMatch:
            continue
    return fragments
