"""The pages of a queue, for the views of every app with a kind of work.

One address answers three ways: a full page, the part htmx asked for (chosen here from a fixed map, never
by the browser), or a redirect after a plain POST.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.timezone import localdate

from audit import services as audit
from tenancy.access import Request
from tenancy.choices import ActorKind
from tenancy.middleware import narrowed, scope_with
from tenancy.models import Person
from tenancy.scope import Scope
from tenancy.selectors import colleagues, rights_of
from tenancy.urls import practice_url
from workbench import criteria, facets, forms, selectors, services
from workbench.columns import Column, arranged, offered
from workbench.kinds import WorkKind, address_of_subject, all_kinds, kind_of, visible_kinds
from workbench.models import SavedView, WorkItem
from workbench.querysets import Narrowing, narrowing_of
from workbench.records import RecordList

QUEUE_PARTS = {"rows": "rows"}
MINE = "owner=me"
MORE_FILTERS = (
    ("Escalated", "escalated=1"),
    ("Untouched for 30 days", "untouched=30"),
    ("Older than 90 days", "older=90"),
    ("Without a follow-up", "follow_up=none"),
    ("Over $1,000, most first", "amount_from=1000&sort=-amount"),
)
SELECTION_ACTIONS = (
    {"name": "ASSIGN", "label": "Assign", "icon": "person"},
    {"name": "SNOOZE", "label": "Snooze", "icon": "clock"},
    {"name": "NOTE", "label": "Note", "icon": "chat-left-text"},
)


def today(request: Request) -> date:
    return localdate(request.now)


def scope_for(request: Request, *permissions: str) -> Scope:
    """The request's scope as the grants that carry all the `permissions` leave it, when a page serves several.

    Raises PermissionDenied where no grant does.
    """
    if request.scope.actor_kind != ActorKind.PERSON:
        scope = request.scope if all(map(request.scope.may, permissions)) else None
    else:
        scope = scope_with(request, *permissions)
    if scope is None:
        raise PermissionDenied
    return scope


def kinds_seen(request: Request, permission: str = "workbench.view_queue") -> dict[str, Narrowing]:
    """By kind, what the grants leave of its items that carry both `permission` and the sight of the kind."""
    if request.scope.actor_kind != ActorKind.PERSON:
        whole = narrowing_of(request.scope)
        return {kind.key: whole for kind in visible_kinds(request.scope) if request.scope.may(permission)}
    rights = rights_of(request.user, request.now).in_practice(request.scope.practice_id, request.now)
    found = {}
    for kind in all_kinds():
        using = [right for right in rights if right.permissions >= {permission, kind.view_permission}]
        if using:
            found[kind.key] = narrowing_of(narrowed(request.scope, using))
    return found


def may_work(request: Request, kind: WorkKind) -> bool:
    """Whether one grant lets the person both see and work the kind."""
    try:
        scope_for(request, kind.view_permission, kind.work_permission)
    except PermissionDenied:
        return False
    return True


def able_to_work(request: Request, kind: WorkKind) -> QuerySet[Person]:
    """To whom items of the kind can be assigned."""
    return colleagues(request.scope.practice_id, request.now, kind.view_permission, kind.work_permission)


def queue_url(kind: WorkKind | RecordList) -> str:
    return practice_url(kind.queue_route) if kind.queue_route else practice_url("workbench:queue", kind.slug)


def item_url(item: WorkItem, kind: WorkKind | None = None) -> str:
    kind = kind or kind_of(item.kind)
    return practice_url(kind.item_route, getattr(item, kind.item_by))


def row_id(item: WorkItem) -> str:
    return f"item-{item.id}"


def part_of(request: Request, parts: Mapping[str, str]) -> str:
    """The name of the template part for what htmx wants to fill, or "" for the whole page."""
    if not request.htmx or request.htmx.boosted or request.htmx.history_restore_request:
        return ""
    return parts.get(request.htmx.target or "", "")


def queue(request: Request, kind: WorkKind) -> HttpResponse:
    """A queue: rows now, the counts in a fragment that follows."""
    views = selectors.saved_views(request.scope, kind.key)
    default = default_view(request, views)
    if default:
        return HttpResponseRedirect(f"{request.path}?{default.query}")
    asked = criteria.from_query(request.GET)
    page = selectors.queue_page(
        request.scope,
        kind=kind,
        asked=asked,
        on=today(request),
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
    )
    audit.record_search(
        kind=f"workbench.{kind.slug.replace('-', '_')}",
        count=len(page.items),
        query={"filter": asked.query()},
    )
    context = queue_context(request, kind, asked, page) | {
        "views": views_context(request, kind, asked, views)
    }
    part = part_of(request, QUEUE_PARTS)
    response = render(request, "workbench/queue.html" + (f"#{part}" if part else ""), context)
    response.headers["Vary"] = "HX-Request, HX-Target, Cookie"
    return response


def default_view(request: Request, views: Sequence[SavedView]) -> SavedView | None:
    """The view this person wants a list to open with, where the address asks for nothing."""
    mine = (view for view in views if view.is_default and view.owner_id == request.scope.person_id)
    default = next(mine, None)
    return default if default and default.query and not request.GET else None


def queue_context(
    request: Request, kind: WorkKind, asked: criteria.Criteria, page: selectors.Page
) -> dict[str, Any]:
    path, query = queue_url(kind), asked.query()
    chosen = selectors.columns_chosen(request.scope, kind.key)
    may_bulk = request.scope.may("workbench.bulk_work") and may_work(request, kind)
    return {
        "kind": kind,
        "asked": asked,
        "path": path,
        "query_text": query,
        "query": request.GET,
        "page": page,
        "rows": rows_of(page, kind),
        "columns": heads_of(arranged(kind.columns, chosen), asked, path, kind.everything),
        "column_choices": offered(kind.columns, chosen),
        "order_words": order_words(kind, asked),
        "quick": quick_choices(kind, asked),
        "more": quick_links(path, MORE_FILTERS, query, kind.clean),
        "ranges": ranges_of(asked),
        "search": {"name": "reference", "label": "Find a number", "value": asked.reference},
        "counts_url": practice_url("workbench:counts", kind.slug) + (f"?{query}" if query else ""),
        "may_bulk": may_bulk,
        "actions": selection_actions(kind, request.scope) if may_bulk else (),
        "bulk_url": practice_url("workbench:bulk", kind.slug),
        "on": today(request),
        "may_work": may_work(request, kind),
        "save_form": forms.SavedViewForm(initial={"query": query}, prefix="view"),
    }


def order_words(kind: WorkKind, asked: criteria.Criteria) -> str:
    """What the rows are sorted by, as the head of its column says it."""
    name = asked.sort.lstrip("-")
    label = next((column.label for column in kind.columns if column.sort == name), name.replace("_", " "))
    return f"sorted by {label.lower()}, {'highest' if asked.sort.startswith('-') else 'lowest'} first"


def rows_of(page: selectors.Page, kind: WorkKind) -> list[dict[str, Any]]:
    return [row_of(item, kind, page.rows.get(item.id)) for item in page.items]


def row_of(item: WorkItem, kind: WorkKind, known: Any) -> dict[str, Any]:
    return {
        "item": item,
        "known": known,
        "id": row_id(item),
        "url": item_url(item, kind),
        "category": kind.category_label(item.category) if item.category else "",
    }


def selection_actions(kind: WorkKind, scope: Scope) -> tuple[dict[str, str], ...]:
    """What can be done with ticked rows; the kind's own verb first."""
    own = {"name": "FIX", "label": kind.fix_label, "icon": kind.fix_icon}
    closing = {"name": "CLOSE", "label": kind.closing, "icon": "check2-circle"}
    return (*((own,) if may_fix(kind, scope) else ()), *SELECTION_ACTIONS, closing)


def may_fix(kind: WorkKind, scope: Scope) -> bool:
    return bool(kind.fix_label) and scope.may(kind.fix_permission)


def heads_of(columns: Sequence[Column], asked: Any, path: str, everything: str) -> list[dict[str, Any]]:
    """The head of the table: a first click sorts the way a biller means it (most money, most urgent,
    oldest).
    """
    heads = []
    for column in columns:
        is_current = bool(column.sort) and asked.sort.lstrip("-") == column.sort
        first = column.sort if column.sort in criteria.FORWARD else f"-{column.sort}"
        chosen = _turned(first) if is_current and asked.sort == first else first
        query = replace(asked, sort=chosen).query() or everything
        falling = asked.sort.startswith("-")
        heads.append(
            {
                "key": column.key,
                "label": column.label,
                "css": column.css,
                "address": f"{path}?{query}" if column.sort else "",
                "aria": ("descending" if falling else "ascending") if is_current else "",
            }
        )
    return heads


def _turned(sort: str) -> str:
    return sort[1:] if sort.startswith("-") else f"-{sort}"


def quick_choices(kind: WorkKind, asked: criteria.Criteria) -> list[dict[str, Any]]:
    """The filters a biller presses most, one click each."""
    choices = [
        ("To work", "stage=TO_WORK"),
        ("Mine", MINE),
        ("Unassigned", "owner=none"),
        ("Overdue", "due=overdue"),
        ("Due this week", "due=today&due=3&due=7"),
        ("Follow-up due", "follow_up=due"),
        ("Waiting", "stage=WAITING"),
        ("Closed", "stage=CLOSED"),
    ]
    return quick_links(queue_url(kind), choices, asked.query(), kind.clean)


def quick_links(
    path: str, choices: Sequence[tuple[str, str]], query: str, clean: Callable[[str], str]
) -> list[dict[str, Any]]:
    return [
        {"label": label, "address": f"{path}?{text}", "count": None, "is_current": clean(text) == query}
        for label, text in choices
    ]


def ranges_of(asked: criteria.Criteria) -> list[dict[str, Any]]:
    low, high = dict(asked.pairs()).get("amount_from"), dict(asked.pairs()).get("amount_to")
    return [
        {
            "name_from": "amount_from", "name_to": "amount_to", "label": "Amount", "type": "number",
            "low": low, "high": high,
        }
    ]  # fmt: skip


def views_context(
    request: Request, kind: WorkKind | RecordList, asked: Any, views: list[SavedView]
) -> list[dict[str, Any]]:
    path, query = queue_url(kind), asked.query()
    return [
        {
            "view": view,
            "url": f"{path}?{view.query}" if view.query else f"{path}?{kind.everything}",
            "is_current": view.query == query,
            "is_mine": view.owner_id == request.scope.person_id,
        }
        for view in views
    ]


def counts(request: Request, kind: WorkKind) -> HttpResponse:
    """The chips with their counts, and out of band the totals in dollars and the counts of the stages."""
    asked = criteria.from_query(request.GET)
    on = today(request)
    context = {
        "kind": kind,
        "facets": facets.queue_facets(request.scope, kind=kind, asked=asked, on=on),
        "query": request.GET,
        "path": queue_url(kind),
        "counts_url": request.get_full_path(),
        "totals": selectors.queue_totals(request.scope, kind=kind, asked=asked, on=on),
        "may_bulk": request.scope.may("workbench.bulk_work") and may_work(request, kind),
    }
    return render(request, "workbench/_counts.html", context)


def item_page(
    request: Request, item: WorkItem, kind: WorkKind, *, status: int = 200, **more: Any
) -> HttpResponse:
    """The open item: beside the list for htmx, a page of its own otherwise. Seeing it is recorded."""
    audit.record_view(subject=item, patient_id=item.patient_id)
    part = "panel" if part_of(request, {"panel": "panel", "item": "panel"}) else ""
    context = item_context(request, item, kind) | {
        "is_panel": bool(part) and not has_page_of_its_own(request)
    }
    context["own_forms"] = context.get("own_forms", {}) | more.pop("failed", {})
    context |= more
    template = "workbench/item.html" + (f"#{part}" if part else "")
    response = render(request, template, context, status=status)
    response.headers["Vary"] = "HX-Request, HX-Target, Cookie"
    return response


def has_page_of_its_own(request: Request) -> bool:
    """Whether the item that asks fills the page, with no list beside it."""
    return "X-Item-Page" in request.headers


def item_context(request: Request, item: WorkItem, kind: WorkKind) -> dict[str, Any]:
    may = may_work(request, kind)
    person_id = request.scope.person_id
    context: dict[str, Any] = {
        "item": item,
        "kind": kind,
        "panel_template": kind.panel_template,
        "row_id": row_id(item),
        "url": item_url(item, kind),
        "queue_url": queue_url(kind),
        "notes": list(selectors.notes_of(item)[:50]),
        "held_by": selectors.held_by(item, person_id=person_id, at=request.now),
        "is_mine": item.assignee_id == person_id,
        "may_work": may,
        "may_fix": may and may_fix(kind, request.scope),
        "on": today(request),
        "is_next_mode": request.GET.get("mode") == "next" or request.POST.get("mode") == "next",
        "next_filter": request.GET.get("filter") or request.POST.get("filter") or "",
        "do": request.GET.get("do", ""),
        "category": kind.category_label(item.category) if item.category else "",
        "advice": kind.advice(item) if kind.advice else "",
        "subject_url": kind.subject_address(item) if kind.subject_address else address_of_subject(item),
    }
    if kind.panel_context:
        context |= kind.panel_context(request.scope, item, request.now)
    if may:
        context["forms"] = item_forms(request, item, kind, context.get("close_reasons", kind.close_reasons))
    return context


def item_forms(
    request: Request, item: WorkItem, kind: WorkKind, close_reasons: Sequence[tuple[str, str]]
) -> dict[str, Any]:
    """The empty forms of the dialogs; the one that failed is put in its place by the view."""
    people = list(able_to_work(request, kind))
    version = {"version": item.version}
    return {
        "assign": forms.AssignForm(
            people=people, initial={**version, "assignee": str(item.assignee_id or "")}, auto_id="assign-%s"
        ),
        "snooze": forms.SnoozeForm(on=today(request), initial=version, auto_id="snooze-%s"),
        "block": forms.BlockForm(initial=version, auto_id="block-%s"),
        "note": forms.NoteForm(auto_id="note-%s"),
        "escalate": forms.EscalateForm(initial=version, auto_id="escalate-%s"),
        "close": forms.CloseForm(reasons=close_reasons, initial=version, auto_id="close-%s"),
        "skip": forms.ReasonForm(initial=version, auto_id="skip-%s"),
        "reopen": forms.ReasonForm(initial=version, auto_id="reopen-%s"),
    }


def changed(request: Request, item: WorkItem, kind: WorkKind, *, words: str) -> HttpResponse:
    """After a verb: the item as it is now and its row; a redirect for a plain POST.

    An item that left the list of things to work is announced, so that the list moves on to the next one.
    """
    left = item.stage != "TO_WORK"
    if left and request.POST.get("mode") == "next":
        return advance(request, kind, request.POST.get("filter", ""))
    if not request.htmx:
        return HttpResponseRedirect(back_to(request, item_url(item, kind)))
    item = selectors.work_item_for(request.scope, item.id)
    known = kind.hydrate([item]).get(item.id)
    is_panel = not has_page_of_its_own(request)
    context = item_context(request, item, kind) | {"is_panel": is_panel}
    chosen = selectors.columns_chosen(request.scope, kind.key)
    context |= {
        "row": row_of(item, kind, known), "with_row": is_panel, "said": words, "may_bulk": True,
        "columns": arranged(kind.columns, chosen),
    }  # fmt: skip
    response = render(request, "workbench/item.html#panel", context)
    events: dict[str, Any] = {"worklist:changed": {}, "toast": {"message": words, "tone": "good"}}
    if left:
        events["worklist:left"] = {"row": row_id(item)}
    response.headers["HX-Trigger-After-Settle"] = json.dumps(events)
    return response


def refused(
    request: Request, item: WorkItem, kind: WorkKind, refusal: services.Refusal, **yours: Any
) -> HttpResponse:
    """409: the item as it is now, what was refused and why; where somebody was first, both values."""
    now = selectors.work_item_for(request.scope, item.id)
    conflict: dict[str, Any] = {"refusal": refusal.message}
    if isinstance(refusal, services.ChangedMeanwhile):
        who = now.changed_by.name if now.changed_by else "The system"
        if now.changed_by_id == request.scope.person_id:
            who = f"{who} (you, in another window)"
        conflict = {"who": who, "at": now.changed_at, "differences": differences(now, yours)}
    return item_page(request, now, kind, status=409, conflict=conflict)


def differences(now: WorkItem, yours: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What the item says now against what this person wanted to write."""
    theirs = {
        "Owner": now.assignee.name if now.assignee else "Nobody",
        "Status": now.get_state_display(),
        "Snoozed until": now.snoozed_until or "not snoozed",
        "Follow-up": now.follow_up_on or "none",
        "Team": now.queue.name if now.queue else "none",
    }
    return [
        {"label": label, "theirs": theirs.get(label, "–"), "yours": value}
        for label, value in yours.items()
        if value != ""
    ]


def invalid(request: Request, item: WorkItem, kind: WorkKind, name: str, form: Any) -> HttpResponse:
    """422: the same panel with the dialog open and its errors in it."""
    context = item_context(request, item, kind)
    context["forms"][name] = form
    return item_page(request, item, kind, status=422, forms=context["forms"], do=name)


def advance(request: Request, kind: WorkKind, query: str) -> HttpResponse:
    """Next-item mode: take the best free item of the filtered queue in hand and go there; else back to
    the queue.
    """
    asked = criteria.from_string(query)
    rows = selectors.matching(
        kind=kind, asked=asked, person_id=request.scope.person_id, on=today(request),
        narrowed_to=narrowing_of(scope_for(request, kind.view_permission, kind.work_permission)),
    )  # fmt: skip
    order = [f"-{column}" if asked.is_backward else column for column in asked.columns]
    claim = kind.verbs.get("claim", services.claim_item)
    item = services.take_next(rows=rows, order=tuple(order), at=request.now, claim=claim)
    if item is None:
        messages.success(request, "Nothing left that is free in this queue. Well done.")
        return go_to(request, queue_url(kind) + (f"?{asked.query()}" if asked.query() else ""))
    return go_to(request, f"{item_url(item, kind)}?{urlencode({'mode': 'next', 'filter': asked.query()})}")


def go_to(request: Request, address: str) -> HttpResponse:
    if request.htmx:
        return HttpResponse(status=200, headers={"HX-Redirect": address})
    return HttpResponseRedirect(address)


def back_to(request: Request, otherwise: str) -> str:
    """Where a plain form came from, if that is one of our own pages."""
    asked = request.POST.get("back", "")
    if asked and url_has_allowed_host_and_scheme(asked, allowed_hosts={request.get_host()}):
        return asked
    return otherwise


def uuid_or_none(text: str | None) -> UUID | None:
    try:
        return UUID(text or "")
    except ValueError:
        return None
