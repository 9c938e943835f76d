"""Queues without an app of their own, and what every queue shares: verbs, bulk runs, exports, saved views."""

import json
from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_POST

from audit import services as audit
from tenancy.access import NotFound, Request, requires
from tenancy.urls import practice_url
from workbench import criteria, forms, record_views, records, selectors, services, worklist
from workbench.choices import CloseOutcome, SnoozeReason, WaitingOn
from workbench.columns import offered
from workbench.kinds import WorkKind, all_kinds, by_slug, kind_of
from workbench.models import WorkItem
from workbench.records import RecordList

NO_VERSION = 0
SEE = "workbench.view_queue"


def _kind(request: Request, slug: str) -> WorkKind:
    kind = by_slug(slug)
    if kind is None:
        raise NotFound
    _narrow(request, kind, SEE)
    return kind


def _listing(request: Request, slug: str, permission: str = SEE) -> WorkKind | RecordList:
    """A queue or a list of records, by its name in the address."""
    listing = records.by_slug(slug) or by_slug(slug)
    if listing is None:
        raise NotFound
    _narrow(request, listing, permission)
    return listing


def _narrow(request: Request, listing: WorkKind | RecordList, permission: str) -> None:
    """Leaves of the scope what the grants do that carry both `permission` and the sight of what is listed."""
    if not request.scope.may(listing.view_permission):
        raise NotFound
    request.scope = worklist.scope_for(request, listing.view_permission, permission)


def _item(request: Request, item_id: UUID) -> tuple[WorkItem, WorkKind]:
    kind = kind_of(selectors.work_item_for(request.scope, item_id).kind)
    _narrow(request, kind, SEE)
    return selectors.work_item_for(request.scope, item_id), kind


def _workable(request: Request, item_id: UUID) -> tuple[WorkItem, WorkKind]:
    """The item, if this person's grant to work its kind reaches it."""
    kind = kind_of(selectors.work_item_for(request.scope, item_id).kind)
    _narrow(request, kind, kind.work_permission)
    return selectors.work_item_for(request.scope, item_id), kind


@requires("workbench.view_queue")
@require_GET
def index(request: Request) -> HttpResponse:
    """Every queue this person may see, with its counts."""
    on = worklist.today(request)
    seen = worklist.kinds_seen(request)
    counts = selectors.open_counts(request.scope, seen, on=on)
    entries = [
        {"kind": kind, "url": worklist.queue_url(kind), "counts": counts.get(kind.key, {})}
        for kind in all_kinds()
        if kind.key in seen and (kind.key in counts or not kind.only_when_open)
    ]
    return render(
        request, "workbench/index.html", {"entries": entries, "exports": selectors.exports_of(request.scope)}
    )


@requires("workbench.view_queue")
@require_GET
def queue(request: Request, slug: str) -> HttpResponse:
    kind = _kind(request, slug)
    if kind.queue_route:
        query = request.GET.urlencode()
        return HttpResponseRedirect(worklist.queue_url(kind) + (f"?{query}" if query else ""))
    return worklist.queue(request, kind)


@requires("workbench.view_queue")
@require_GET
def counts(request: Request, slug: str) -> HttpResponse:
    listing = _listing(request, slug)
    if isinstance(listing, RecordList):
        return record_views.counts(request, listing)
    return worklist.counts(request, listing)


@requires("workbench.view_queue")
@require_GET
def item(request: Request, item_id: UUID) -> HttpResponse:
    found, kind = _item(request, item_id)
    if kind.item_route != "workbench:item":
        return HttpResponseRedirect(worklist.item_url(found, kind))
    return worklist.item_page(request, found, kind)


def _verb(
    request: Request,
    item_id: UUID,
    name: str,
    act: Callable[[WorkItem, WorkKind, Any], str],
) -> HttpResponse:
    """The common frame of the verbs with a form: door, form, service, answer. A refusal leaves nothing
    behind.
    """
    found, kind = _workable(request, item_id)
    form = _form(request, found, kind, name)
    if not form.is_valid():
        return worklist.invalid(request, found, kind, name, form)
    try:
        with transaction.atomic():
            words = act(found, kind, form.cleaned_data)
    except services.Refusal as refusal:
        return worklist.refused(request, found, kind, refusal, **_wanted(name, form))
    return worklist.changed(request, selectors.work_item_for(request.scope, item_id), kind, words=words)


def _form(request: Request, found: WorkItem, kind: WorkKind, name: str) -> Any:
    empty = worklist.item_forms(request, found, kind, kind.close_reasons)[name]
    empty.data, empty.is_bound = request.POST, True
    return empty


def _wanted(name: str, form: Any) -> dict[str, Any]:
    """What the person wanted, in the words of the conflict table."""
    if name == "assign":
        return {"Owner": dict(form.fields["assignee"].choices)[form.cleaned_data["assignee"]]}
    wanted: dict[str, dict[str, Any]] = {
        "snooze": {"Snoozed until": form.cleaned_data.get("until")},
        "block": {"Status": "Waiting on others"},
        "close": {"Status": "Done"},
        "escalate": {"Team": "Managers"},
    }
    return wanted.get(name, {})


@requires("workbench.work_item")
@require_POST
def claim(request: Request, item_id: UUID) -> HttpResponse:
    found, kind = _workable(request, item_id)
    verb = kind.verbs.get("claim", services.claim_item)
    try:
        with transaction.atomic():
            verb(item=found, at=request.now, version=_version(request))
    except services.Refusal as refusal:
        return worklist.refused(request, found, kind, refusal, Owner=request.user.name)
    return worklist.changed(
        request, selectors.work_item_for(request.scope, item_id), kind, words="Yours now."
    )


@requires("workbench.work_item")
@require_POST
def release(request: Request, item_id: UUID) -> HttpResponse:
    found, kind = _workable(request, item_id)
    try:
        with transaction.atomic():
            services.release_item(item=found, at=request.now, version=_version(request))
    except services.Refusal as refusal:
        return worklist.refused(request, found, kind, refusal, Owner="Nobody")
    return worklist.changed(request, selectors.work_item_for(request.scope, item_id), kind, words="Released.")


@requires("workbench.work_item")
@require_POST
def assign(request: Request, item_id: UUID) -> HttpResponse:
    def act(found: WorkItem, kind: WorkKind, asked: Any) -> str:
        verb = kind.verbs.get("assign", services.assign_item)
        verb(
            item=found,
            assignee_id=worklist.uuid_or_none(asked["assignee"]),
            at=request.now,
            version=asked["version"],
        )
        return "Given away." if asked["assignee"] else "Nobody's now."

    return _verb(request, item_id, "assign", act)


@requires("workbench.work_item")
@require_POST
def snooze(request: Request, item_id: UUID) -> HttpResponse:
    def act(found: WorkItem, kind: WorkKind, asked: Any) -> str:
        verb = kind.verbs.get("snooze", services.snooze_item)
        verb(
            item=found, until=asked["until"], reason=asked["reason"], at=request.now, version=asked["version"]
        )
        until = f"{asked['until']:%b} {asked['until'].day}"
        return f"Snoozed until {until}: {SnoozeReason(asked['reason']).label}."

    return _verb(request, item_id, "snooze", act)


@requires("workbench.work_item")
@require_POST
def block(request: Request, item_id: UUID) -> HttpResponse:
    def act(found: WorkItem, kind: WorkKind, asked: Any) -> str:
        verb = kind.verbs.get("block", services.block_item)
        verb(item=found, waiting_on=asked["waiting_on"], at=request.now, version=asked["version"])
        return f"Waiting on the {WaitingOn(asked['waiting_on']).label.lower()}."

    return _verb(request, item_id, "block", act)


@requires("workbench.work_item")
@require_POST
def wake(request: Request, item_id: UUID) -> HttpResponse:
    found, kind = _workable(request, item_id)
    try:
        with transaction.atomic():
            kind.verbs.get("wake", services.wake_item)(item=found, at=request.now, version=_version(request))
    except services.Refusal as refusal:
        return worklist.refused(request, found, kind, refusal)
    return worklist.changed(
        request, selectors.work_item_for(request.scope, item_id), kind, words="Back to work."
    )


@requires("workbench.work_item")
@require_POST
def note(request: Request, item_id: UUID) -> HttpResponse:
    def act(found: WorkItem, kind: WorkKind, asked: Any) -> str:
        services.note_item(
            item=found,
            body=asked["body"],
            kind=asked["kind"] or "NOTE",
            contact=asked["contact"],
            contact_reference=asked["contact_reference"],
            follow_up_on=asked["follow_up_on"],
            form_key=asked["form_key"],
            at=request.now,
        )
        return "Noted."

    return _verb(request, item_id, "note", act)


@requires("workbench.work_item")
@require_POST
def escalate(request: Request, item_id: UUID) -> HttpResponse:
    def act(found: WorkItem, kind: WorkKind, asked: Any) -> str:
        services.escalate_item(item=found, reason=asked["reason"], at=request.now, version=asked["version"])
        return "Before the managers now."

    return _verb(request, item_id, "escalate", act)


@requires("workbench.work_item")
@require_POST
def close(request: Request, item_id: UUID) -> HttpResponse:
    def act(found: WorkItem, kind: WorkKind, asked: Any) -> str:
        verb = kind.verbs.get("close", services.close_item)
        verb(
            item=found,
            outcome=asked["outcome"],
            reason=asked["reason"],
            at=request.now,
            version=asked["version"],
        )
        labels = dict(kind.close_reasons) or dict(CloseOutcome.choices)
        return f"Closed: {labels[asked['outcome']]}."

    return _verb(request, item_id, "close", act)


@requires("workbench.work_item")
@require_POST
def reopen(request: Request, item_id: UUID) -> HttpResponse:
    def act(found: WorkItem, kind: WorkKind, asked: Any) -> str:
        verb = kind.verbs.get("reopen", services.reopen_item)
        verb(item=found, reason=asked["reason"], at=request.now, version=asked["version"])
        return "Open again."

    return _verb(request, item_id, "reopen", act)


@requires("workbench.work_item")
@require_POST
def skip(request: Request, item_id: UUID) -> HttpResponse:
    found, kind = _workable(request, item_id)
    form = _form(request, found, kind, "skip")
    if not form.is_valid():
        return worklist.invalid(request, found, kind, "skip", form)
    services.skip_item(item=found, reason=form.cleaned_data["reason"], at=request.now)
    return worklist.advance(request, kind, request.POST.get("filter", ""))


@requires("workbench.work_item")
@require_POST
def heartbeat(request: Request, item_id: UUID) -> HttpResponse:
    """Keeps the lease of an open item; 409 with the reason when it is lost."""
    found, _ = _workable(request, item_id)
    if services.keep_lease(item=found, at=request.now):
        return HttpResponse(status=204)
    return render(request, "workbench/_lease_lost.html", {"item": found}, status=409)


@requires("workbench.work_item")
@require_POST
def next_item(request: Request, slug: str) -> HttpResponse:
    kind = _kind(request, slug)
    return worklist.advance(request, kind, request.POST.get("filter", ""))


@requires("workbench.work_item")
@require_POST
def stop_next(request: Request, slug: str) -> HttpResponse:
    """Leave next-item mode: what is in hand stays this person's, without the lease."""
    kind = _kind(request, slug)
    services.give_back(at=request.now)
    query = criteria.from_string(request.POST.get("filter", "")).query()
    return worklist.go_to(request, worklist.queue_url(kind) + (f"?{query}" if query else ""))


@requires("workbench.work_item")
@require_POST
def fix(request: Request, item_id: UUID) -> HttpResponse:
    found, kind = _workable(request, item_id)
    if not request.scope.may(kind.fix_permission):
        raise PermissionDenied
    try:
        with transaction.atomic():
            words = services.fix_item(item=found, at=request.now)
    except services.Refusal as refusal:
        return worklist.refused(request, found, kind, refusal)
    return worklist.changed(request, selectors.work_item_for(request.scope, item_id), kind, words=words)


@requires("workbench.view_queue")
@require_POST
def save_view(request: Request, slug: str) -> HttpResponse:
    kind = _listing(request, slug)
    form = forms.SavedViewForm(request.POST, prefix="view")
    if not form.is_valid():
        messages.error(request, "A view needs a name of at most 60 letters.")
        return worklist.go_to(request, worklist.queue_url(kind))
    asked = form.cleaned_data
    view = services.save_view(
        kind=kind.key,
        name=asked["name"],
        query=kind.clean(asked["query"]),
        visibility=asked["visibility"],
        is_default=asked["is_default"],
    )
    messages.success(request, f"Saved the view “{view.name}”.")
    return worklist.go_to(request, worklist.queue_url(kind) + f"?{view.query or kind.everything}")


@requires("workbench.view_queue")
@require_POST
def delete_view(request: Request, slug: str, view_id: UUID) -> HttpResponse:
    kind = _listing(request, slug)
    try:
        services.delete_view(view_id=view_id)
    except services.Refusal:
        raise NotFound from None
    messages.success(request, "The view is gone.")
    return worklist.go_to(request, worklist.queue_url(kind) + f"?{kind.everything}")


@requires("workbench.view_queue")
@require_POST
def choose_columns(request: Request, slug: str) -> HttpResponse:
    """Keep this person's columns of a list; the list then fetches its rows again."""
    kind = _listing(request, slug)
    chosen = [] if request.POST.get("original") else request.POST.getlist("column")
    services.choose_columns(kind=kind.key, columns=kind.columns, chosen=chosen)
    if not request.htmx:
        return HttpResponseRedirect(worklist.queue_url(kind))
    context = {"column_choices": offered(kind.columns, chosen)}
    response = render(request, "workbench/_column_choices.html", context)
    events = {"dialog:close": {}, "worklist:stale": {}, "toast": {"message": "Kept for you.", "tone": "good"}}
    response.headers["HX-Trigger"] = json.dumps(events)
    return response


@requires("workbench.export")
@require_POST
def export(request: Request, slug: str) -> HttpResponse:
    """Order the CSV of the queue as filtered; it is written by a job."""
    listing = _listing(request, slug, "workbench.export")
    query = listing.clean(request.POST.get("filter", ""))
    ordered = services.request_export(listing=listing, query=query, scope=request.scope, at=request.now)
    return worklist.go_to(request, practice_url("workbench:export", ordered.id))


@requires("workbench.export")
@require_GET
def export_status(request: Request, export_id: UUID) -> HttpResponse:
    ordered = selectors.export_for(request.scope, export_id)
    part = worklist.part_of(request, {"export": "export"})
    is_final = ordered.state in ("DONE", "FAILED")
    context = {"export": ordered, "is_final": is_final, "kind": services.listing_of(ordered.kind)}
    name = "workbench/export.html" + (f"#{part}" if part else "")
    return render(request, name, context, status=286 if part and is_final else 200)


@requires("workbench.export")
@require_GET
def export_download(request: Request, export_id: UUID) -> HttpResponse:
    ordered = selectors.export_for(request.scope, export_id)
    if ordered.state != "DONE":
        raise NotFound
    audit.record_export("workbench.export.downloaded", subject=ordered, data={"rows": ordered.row_count})
    response = HttpResponse(bytes(ordered.content), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{ordered.name}"'
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def _version(request: Request) -> int:
    """Without the version somebody saw, nothing is changed."""
    text = request.POST.get("version", "")
    return int(text) if text.isdigit() else NO_VERSION
