"""Bulk actions: a dialog that says what would happen, then a job that reports line by line."""

import json
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_POST

from tenancy.access import NotFound, Request, requires
from tenancy.ids import uuid7
from tenancy.urls import practice_url
from workbench import criteria, forms, selectors, services, worklist
from workbench.choices import BulkAction
from workbench.kinds import WorkKind, by_slug, kind_of
from workbench.models import WorkItem
from workbench.services.bulk import MOST_ITEMS, checked_parameters

VERBS = {"ASSIGN": "Assign", "SNOOZE": "Snooze", "NOTE": "Note on"}


def _verb(kind: WorkKind, action: str) -> str:
    """As the words before a number."""
    if action == BulkAction.FIX:
        return f"{kind.fix_label}:" if kind.fix_label else "Fix"
    return VERBS.get(action, kind.closing)


def _kind(request: Request, slug: str) -> WorkKind:
    kind = by_slug(slug)
    if kind is None or not worklist.may_work(request, kind):
        raise NotFound
    return kind


def _selected(request: Request, kind: WorkKind) -> tuple[list[WorkItem], criteria.Criteria | None]:
    on, scope = (
        worklist.today(request),
        worklist.scope_for(request, kind.view_permission, kind.work_permission),
    )
    if request.POST.get("everything"):
        asked = criteria.from_string(request.POST.get("filter", ""))
        return selectors.selected_items(scope, kind=kind, asked=asked, on=on, most=MOST_ITEMS), asked
    ids = [found for text in request.POST.getlist("item") if (found := worklist.uuid_or_none(text))]
    return selectors.selected_items(scope, kind=kind, item_ids=ids, on=on, most=MOST_ITEMS), None


def _form(request: Request, kind: WorkKind, action: str, *, bound: bool) -> Any:
    data = request.POST if bound else None
    if action == BulkAction.ASSIGN:
        people = worklist.able_to_work(request, kind)
        return forms.BulkAssignForm(data, people=people)
    if action == BulkAction.SNOOZE:
        until = worklist.today(request) + timedelta(days=14)
        return forms.BulkSnoozeForm(data, initial={"until": until})
    if action == BulkAction.NOTE:
        return forms.BulkNoteForm(data)
    if action == BulkAction.CLOSE:
        return forms.BulkCloseForm(data, reasons=kind.close_reasons)
    if action == BulkAction.FIX and worklist.may_fix(kind, request.scope):
        return Form(data)
    raise NotFound


def _asked(form: Any) -> dict[str, Any]:
    """What the person has said so far."""
    form.is_valid()
    return {name: str(value) if value else "" for name, value in form.cleaned_data.items()}


def _dialog(
    request: Request,
    kind: WorkKind,
    items: list[WorkItem],
    form: Any,
    *,
    parameters: dict[str, Any],
    status: int = 200,
    notice: str = "",
) -> HttpResponse:
    action = request.POST.get("action", "")
    preview = services.preview_bulk(
        kind=kind, items=items, action=action, parameters=parameters, at=request.now
    )
    everything = bool(request.POST.get("everything"))
    context = {
        "kind": kind,
        "action": action,
        "verb": _verb(kind, action),
        "preview": preview,
        "form": form,
        "everything": len(items) if everything else "",
        "item_ids": [] if everything else [item.id for item in items],
        "filter": request.POST.get("filter", ""),
        "form_key": request.POST.get("form_key") or uuid7(),
        "too_many": len(items) > MOST_ITEMS,
        "most": MOST_ITEMS,
        "notice": notice,
        "url": practice_url("workbench:bulk-run", kind.slug),
        "preview_url": practice_url("workbench:bulk", kind.slug),
        "queue_url": worklist.queue_url(kind),
    }
    template = "workbench/_bulk_dialog.html" if request.htmx else "workbench/bulk_preview.html"
    return render(request, template, context, status=status)


@requires("workbench.bulk_work")
@require_POST
def preview(request: Request, slug: str) -> HttpResponse:
    kind = _kind(request, slug)
    items, _ = _selected(request, kind)
    action = request.POST.get("action", "")
    so_far = _asked(_form(request, kind, action, bound=True))
    return _dialog(request, kind, items, _form(request, kind, action, bound=False), parameters=so_far)


@requires("workbench.bulk_work")
@require_POST
def run(request: Request, slug: str) -> HttpResponse:
    kind = _kind(request, slug)
    action = request.POST.get("action", "")
    items, asked = _selected(request, kind)
    form = _form(request, kind, action, bound=True)
    parameters = _asked(form)
    again = partial(_dialog, request, kind, items, form, parameters=parameters)
    if not form.is_valid():
        return again(status=422)
    seen = request.POST.get("everything", "")
    if asked is not None and seen != str(len(items)):
        notice = f"The filter showed {seen} items; now it shows {len(items)}. Look again, then go on."
        return again(status=409, notice=notice)
    try:
        checked = checked_parameters(kind=kind, action=action, parameters=parameters, at=request.now)
        found = services.preview_bulk(
            kind=kind, items=items, action=action, parameters=checked, at=request.now
        )
        promised = request.POST.get("changing")
        if promised and promised != str(len(found.changing)):
            notice = f"With this choice {len(found.changing)} of them will change. Look again, then go on."
            return again(status=409, notice=notice)
        ordered = services.request_bulk(
            kind=kind,
            item_ids=found.changing,
            action=action,
            parameters=checked,
            form_key=worklist.uuid_or_none(request.POST.get("form_key")) or uuid7(),
            at=request.now,
        )
    except services.Refusal as refusal:
        return again(status=409, notice=refusal.message)
    return _ordered(request, ordered)


def _ordered(request: Request, ordered: Any) -> HttpResponse:
    address = practice_url("workbench:bulk-status", ordered.id)
    if not request.htmx:
        messages.success(request, "Ordered. This page follows it.")
        return HttpResponseRedirect(address)
    response = render(request, "workbench/bulk_run.html#job", _run_context(ordered), status=202)
    response.headers["HX-Retarget"], response.headers["HX-Reswap"] = "#jobs", "innerHTML"
    response.headers["HX-Trigger"] = "dialog:close"
    return response


def _run_context(run: Any) -> dict[str, Any]:
    progress, kind = selectors.bulk_progress(run), kind_of(run.kind)
    is_final = run.state in ("DONE", "FAILED")
    return {
        "run": run,
        "kind": kind,
        "name": f"{_verb(kind, run.action)} {len(run.item_ids)} {kind.plural.lower()}",
        "done": sum(progress.values()),
        "total": len(run.item_ids),
        "changed": progress.get("CHANGED", 0),
        "failures": progress.get("SKIPPED", 0) + progress.get("FAILED", 0),
        "is_final": is_final,
        "url": practice_url("workbench:bulk-status", run.id),
    }


@requires("workbench.bulk_work")
@require_GET
def status(request: Request, run_id: UUID) -> HttpResponse:
    ordered = selectors.bulk_run_for(request.scope, run_id)
    context = _run_context(ordered)
    if not request.htmx:
        lines = selectors.bulk_lines(ordered, problems_only=request.GET.get("only") == "problems")[:500]
        return render(request, "workbench/bulk_run.html", context | {"lines": lines})
    final = context["is_final"]
    response = render(request, "workbench/bulk_run.html#job", context, status=286 if final else 200)
    if final:
        said = f"{context['changed']} done" + (
            f", {context['failures']} left out" if context["failures"] else ""
        )
        events = {
            "worklist:changed": {},
            "worklist:stale": {},
            "toast": {"message": f"{said}.", "tone": "good"},
        }
        response.headers["HX-Trigger-After-Settle"] = json.dumps(events)
    return response
