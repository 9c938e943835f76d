from uuid import UUID

from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.timezone import localtime
from django.views.decorators.http import require_GET, require_POST

from audit import selectors, services
from audit.choices import ExportState, VerificationState
from audit.forms import ExportForm, TrailForm
from tenancy.access import NotFound, Request, requires
from tenancy.urls import practice_url

# Polling stops on this answer (htmx).
STOP_POLLING = 286


@requires("audit.view_audit")
@require_GET
def events(request: Request) -> HttpResponse:
    """The trail of the practice, newest first. Looking at it is itself recorded."""
    form = TrailForm(_cleaned(request.GET), scope=request.scope)
    criteria = form.criteria() if form.is_valid() else None
    lines = selectors.stream(criteria, after=request.GET.get("after", "")) if criteria else []
    services.record_search(
        kind="audit.trail",
        count=len(lines),
        query=criteria.as_json() if criteria else {},
        patient_id=criteria.patient if criteria else None,
    )
    context = {
        "form": form,
        "lines": lines,
        "after": lines[-1].cursor if len(lines) == selectors.PAGE else None,
        "path": practice_url("audit:events"),
        "is_filtered": bool(criteria and criteria.as_json()),
        "seal": selectors.seal_state(request.now),
        "verification": selectors.latest_verification(),
        "exports": selectors.latest_exports(),
        "export_form": ExportForm(),
    }
    return render(request, "audit/events.html", context, status=200 if form.is_valid() else 422)


def _cleaned(query: QueryDict) -> QueryDict:
    wanted = query.copy()
    for name in ("after", "open"):
        wanted.pop(name, None)
    return wanted


@requires("audit.view_audit")
@require_POST
def verify(request: Request) -> HttpResponse:
    """Ask the sealer to check every seal; the answer comes by polling."""
    wish = services.request_verification(person=request.user)
    if request.htmx:
        return _verification_card(request, wish.id)
    return redirect(practice_url("audit:events"))


@requires("audit.view_audit")
@require_GET
def verification(request: Request, verification_id: UUID) -> HttpResponse:
    return _verification_card(request, verification_id)


def _verification_card(request: Request, verification_id: UUID) -> HttpResponse:
    wish = selectors.verification_for(request.scope, verification_id)
    is_final = wish.state == VerificationState.DONE
    answer = render(request, "audit/events.html#verification", {"verification": wish})
    if is_final and request.method == "GET":
        answer.status_code = STOP_POLLING
    return answer


@requires("audit.export_audit")
@require_POST
def export(request: Request) -> HttpResponse:
    """Have what the search line shows written into a file. A reason is asked for and kept."""
    search, form = TrailForm(_cleaned(request.GET), scope=request.scope), ExportForm(request.POST)
    if not (search.is_valid() and form.is_valid()):
        return render(
            request,
            "audit/events.html#export",
            {"export_form": form, "path": practice_url("audit:events")},
            status=422,
        )
    made = services.request_export(
        person=request.user,
        criteria=search.criteria().as_json(),
        reason=form.cleaned_data["reason"],
        at=request.now,
    )
    if request.htmx:
        return render(request, "audit/events.html#export_card", {"export": made})
    return redirect(practice_url("audit:events"))


@requires("audit.export_audit")
@require_GET
def export_state(request: Request, export_id: UUID) -> HttpResponse:
    made = selectors.export_for(request.scope, export_id)
    answer = render(request, "audit/events.html#export_card", {"export": made})
    if made.state != ExportState.WAITING:
        answer.status_code = STOP_POLLING
    return answer


@requires("audit.export_audit")
@require_GET
def download(request: Request, export_id: UUID) -> HttpResponse:
    made = selectors.export_for(request.scope, export_id)
    if made.content is None:
        raise NotFound
    services.record(
        "audit.export.downloaded", subject=made, count=made.row_count, data={"reason": made.reason}
    )
    name = f"audit-{localtime(made.requested_at):%Y-%m-%d-%H%M}.csv"
    return HttpResponse(
        bytes(made.content),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
