"""What the edits found in a claim, and what a person may do about it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_POST

from audit import services as audit
from claims import selectors
from claims.models import Claim, EditRun
from claims.rules.edits import CATALOGUE, PASS_HOLD, permission_to_pass
from claims.selectors.edit_items import KIND as EDITS_KIND
from claims.selectors.edit_items import claims_of, items_stopped_by
from claims.selectors.findings import edits_context
from claims.services import edit_items, editing, mending
from claims.services.building import CannotBuild
from claims.services.editing import CannotLetPass, findings_of
from tenancy.access import NotFound, Request, requires
from tenancy.ids import uuid7
from tenancy.urls import practice_url
from workbench import selectors as work
from workbench import services as work_services
from workbench import worklist
from workbench.choices import BulkAction
from workbench.kinds import kind_of
from workbench.models import WorkItem
from workbench.services import Refusal

BUILD = "claims.build_claim"
SHOWN = 25


def edits_page_context(request: Request, claim: Claim) -> dict[str, Any]:
    """The findings, and what building the claim anew would do about them."""
    context = edits_context(request.scope, claim)
    if context["may_build"] and context["stopping"]:
        (context["mending"],) = mending.mendings([claim], at=request.now)
    return context


@requires(BUILD)
@require_POST
def run_again(request: Request, claim_id: UUID) -> HttpResponse:
    return _act(
        request,
        claim_id,
        lambda claim: next(iter(editing.run_edits_for(claim_ids=[claim.id], at=request.now)), None),
    )


@requires(BUILD)
@require_POST
def rebuild(request: Request, claim_id: UUID) -> HttpResponse:
    """From what stands on file now, while no payer has taken the claim in."""
    return _act(request, claim_id, lambda claim: mending.mend(claim_id=claim.id, at=request.now))


@requires(PASS_HOLD)
@require_POST
def let_pass(request: Request, claim_id: UUID) -> HttpResponse:
    return _answer(request, claim_id, editing.let_pass)


@requires(PASS_HOLD)
@require_POST
def take_back(request: Request, claim_id: UUID) -> HttpResponse:
    return _answer(request, claim_id, editing.take_back)


def _answer(request: Request, claim_id: UUID, verb: Callable[..., EditRun]) -> HttpResponse:
    rule_id, reason = request.POST.get("rule", ""), request.POST.get("reason", "")

    def act(claim: Claim) -> EditRun:
        needed = permission_to_pass(rule_id, findings_of(claim, rule_id))
        if needed and not request.scope.may(needed):
            raise PermissionDenied
        return verb(claim_id=claim.id, rule_id=rule_id, reason=reason, at=request.now)

    return _act(request, claim_id, act)


def _act(request: Request, claim_id: UUID, act: Callable[[Claim], EditRun | None]) -> HttpResponse:
    """From the claim's page or from its item beside the queue; the answer goes where the question came from."""
    claim = selectors.claim_for(request.scope, claim_id)
    item = _item_of(request, claim)
    try:
        with transaction.atomic():
            run = act(claim)
    except (CannotLetPass, CannotBuild) as refusal:
        if item is not None:
            return worklist.refused(request, item, kind_of(item.kind), Refusal(str(refusal)))
        return _page(request, claim, str(refusal))
    words = edit_items.outcome(run)
    if item is not None:
        now = work.work_item_for(request.scope, item.id)
        return worklist.changed(request, now, kind_of(now.kind), words=words)
    messages.success(request, words)
    return HttpResponseRedirect(practice_url("claims:tab", claim.id, "edits"))


def _item_of(request: Request, claim: Claim) -> WorkItem | None:
    item_id = worklist.uuid_or_none(request.POST.get("item"))
    if item_id is None:
        return None
    item = work.work_item_for(request.scope, item_id)
    if item.kind != EDITS_KIND or item.subject_id != claim.id:
        raise NotFound
    return item


def _page(request: Request, claim: Claim, refusal: str) -> HttpResponse:
    found = selectors.claim_for(request.scope, claim.id)
    context = {"claim": found, "refusal": refusal, **edits_page_context(request, found)}
    return render(request, "claims/edits_refused.html", context, status=409)


@requires(BUILD)
@require_http_methods(["GET", "POST"])
def like_this(request: Request, rule: str) -> HttpResponse:
    """The same fix over every open item whose claim this rule stops: what it would do, then a run, item by item."""
    if rule not in CATALOGUE or not request.scope.may("workbench.bulk_work"):
        raise NotFound
    scope = worklist.scope_for(request, "workbench.bulk_work")
    items = items_stopped_by(scope, rule)
    if request.method == "POST":
        return _order(request, items)
    shown = mending.mendings(claims_of(items[:SHOWN]), at=request.now)
    audit.record_search(kind="claims.edits_like", count=len(shown), query={"rule": rule})
    context = {
        "rule": CATALOGUE[rule],
        "items": items,
        "shown": shown,
        "kind": kind_of(EDITS_KIND),
        "mended": sum(1 for one in shown if one.changes and rule not in one.stopped_by),
        "form_key": uuid7(),
    }
    return render(request, "claims/edits_like.html", context)


def _order(request: Request, items: list[WorkItem]) -> HttpResponse:
    address = request.path
    if request.POST.get("seen") != str(len(items)):
        messages.warning(request, f"There are {len(items)} of them now. Look again, then go on.")
        return HttpResponseRedirect(address)
    try:
        run = work_services.request_bulk(
            kind=kind_of(EDITS_KIND),
            item_ids=[one.id for one in items],
            action=BulkAction.FIX,
            parameters={},
            form_key=worklist.uuid_or_none(request.POST.get("form_key")) or uuid7(),
            at=request.now,
        )
    except Refusal as refusal:
        messages.warning(request, refusal.message)
        return HttpResponseRedirect(address)
    return HttpResponseRedirect(practice_url("workbench:bulk-status", run.id))
