"""The page of a list of records and the fragment with its counts, for the views of every app with one."""

from typing import Any

from django.http import HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render

from audit import services as audit
from tenancy.access import Request
from tenancy.urls import practice_url
from workbench import forms, selectors, worklist
from workbench.columns import arranged, offered
from workbench.models import SavedView
from workbench.records import RecordList, RecordPage

PARTS = {"rows": "rows"}


def record_list(
    request: Request, listing: RecordList, *, template: str = "workbench/records.html", **more: Any
) -> HttpResponse:
    """The list as the address asks for it: rows now, the counts in a fragment that follows. A page of the
    app's own extends `workbench/records.html`.
    """
    views = selectors.saved_views(request.scope, listing.key)
    default = worklist.default_view(request, views)
    if default:
        return HttpResponseRedirect(f"{request.path}?{default.query}")
    asked = listing.read(request.GET)
    page = listing.page(request.scope, asked, request.GET.get("after", ""), request.GET.get("before", ""))
    audit.record_search(
        kind=listing.audit_kind,
        count=len(page.rows),
        query={"filter": asked.query()},
        patient_id=getattr(asked, "patient", None),
    )
    context = _context(request, listing, asked, page, views)
    part = worklist.part_of(request, PARTS)
    name = f"workbench/records.html#{part}" if part else template
    response = render(request, name, context | more)
    response.headers["Vary"] = "HX-Request, HX-Target, Cookie"
    return response


def records_found(
    request: Request, listing: RecordList, page: RecordPage, *, template: str, status: int = 200, **more: Any
) -> HttpResponse:
    """What a search of the app's own found, in the list's own shape."""
    asked = listing.read(QueryDict())
    views = selectors.saved_views(request.scope, listing.key)
    context = _context(request, listing, asked, page, views) | {"is_search": True, "counts_url": ""} | more
    name = "workbench/records.html#rows" if worklist.part_of(request, PARTS) else template
    return render(request, name, context, status=status)


def _context(
    request: Request, listing: RecordList, asked: Any, page: RecordPage, views: list[SavedView]
) -> dict[str, Any]:
    query, path = asked.query(), worklist.queue_url(listing)
    chosen = selectors.columns_chosen(request.scope, listing.key)
    counts_url = practice_url("workbench:counts", listing.slug) + (f"?{query}" if query else "")
    search_name, search_label = listing.search
    return {
        "kind": listing, "asked": asked, "page": page, "path": path, "query": request.GET,
        "query_text": query, "rows": [listing.present(row) for row in page.rows],
        "columns": worklist.heads_of(arranged(listing.columns, chosen), asked, path, listing.everything),
        "column_choices": offered(listing.columns, chosen),
        "quick": worklist.quick_links(path, listing.quick, query, listing.clean),
        "ranges": [_range(asked, *span) for span in listing.ranges],
        "search": {
            "name": search_name, "label": search_label, "value": getattr(asked, search_name, "")
        } if search_name else None,
        "counts_url": counts_url if request.scope.may("workbench.view_queue") else "",
        "views": worklist.views_context(request, listing, asked, views),
        "on": worklist.today(request),
        "may_bulk": bool(listing.actions) and request.scope.may(listing.actions_permission),
        "actions": listing.actions,
        "bulk_url": practice_url(listing.actions_route) if listing.actions else "",
        "save_form": forms.SavedViewForm(initial={"query": query}, prefix="view"),
    }  # fmt: skip


def _range(asked: Any, first: str, last: str, label: str, input_type: str) -> dict[str, Any]:
    """A span of the filter line, as the address has it."""
    given = dict(asked.pairs())
    return {
        "name_from": first, "name_to": last, "label": label, "type": input_type, "low": given.get(first),
        "high": given.get(last),
    }  # fmt: skip


def counts(request: Request, listing: RecordList) -> HttpResponse:
    """The chips with their counts, and out of band the totals in dollars."""
    asked = listing.read(request.GET)
    context = {
        "kind": listing,
        "facets": listing.facets(request.scope, asked),
        "query": request.GET,
        "path": worklist.queue_url(listing),
        "counts_url": request.get_full_path(),
        "totals": listing.totals(request.scope, asked),
        "may_bulk": bool(listing.actions)
        and request.scope.may("workbench.bulk_work")
        and request.scope.may(listing.actions_permission),
    }
    return render(request, "workbench/_counts.html", context)
