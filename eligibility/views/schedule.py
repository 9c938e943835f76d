"""The day's visits with what payers said about their coverage."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.dateparse import parse_date
from django.utils.timezone import localdate, now
from django.views.decorators.http import require_GET, require_POST

from audit import services as audit
from eligibility import services
from eligibility.batch_reading import progress_of, running_on
from eligibility.choices import InquiryReason
from eligibility.rules.asking import CannotAsk
from eligibility.schedule import VisitLine, lines_of, visits_of_day
from patients.models import Encounter
from patients.selectors import encounter_for
from tenancy.access import Request, requires
from tenancy.scope import within
from tenancy.urls import practice_url

MOST = 300


@requires("eligibility.view_inquiry")
@require_GET
def schedule(request: Request) -> HttpResponse:
    today = localdate(request.now)
    day = _day(request.GET.get("day", "")) or today
    lines = lines_of(list(visits_of_day(request.scope, day)[:MOST]), at=request.now)
    audit.record_search(kind="eligibility.schedule", count=len(lines), query={"day": day.isoformat()})
    running = running_on(day)
    context = {
        "day": day,
        "today": today,
        "before": day - timedelta(days=1),
        "after": day + timedelta(days=1),
        "lines": lines,
        "counts": _counts(lines),
        "not_fresh": sum(1 for line in lines if line.may_check and not line.is_fresh),
        "progress": progress_of(running) if running else None,
        "may_ask": request.scope.may("eligibility.ask_payer"),
        "may_plan": request.scope.may("patients.edit_patient"),
    }
    return render(request, "eligibility/schedule.html", context)


@requires("eligibility.ask_payer", own_transactions=True)
@require_POST
def check_visit(request: Request, encounter_id: UUID) -> HttpResponse:
    """Ask about one visit while the browser waits, whatever was answered before."""
    with within(request.scope):
        visit = encounter_for(request.scope, encounter_id)
        line = _line(request, visit)
        try:
            put = _ask(request, line)
        except CannotAsk as refusal:
            return _shown(request, line, trouble=str(refusal))
    if put.is_new:
        exchanged = services.exchange(put.inquiry, put.line, at=request.now)
        with within(request.scope):
            services.take(inquiry_id=put.inquiry.id, exchanged=exchanged, at=now())
    with within(request.scope):
        return _shown(request, _line(request, encounter_for(request.scope, encounter_id)))


@requires("eligibility.ask_payer")
@require_POST
def check_day(request: Request) -> HttpResponse:
    """Order checks of all visits of the day whose coverage has no fresh answer."""
    day = _day(request.POST.get("day", "")) or localdate(request.now)
    lines = lines_of(list(visits_of_day(request.scope, day)[:MOST]), at=request.now)
    chosen = [
        (line.visit, line.coverage)
        for line in lines
        if line.may_check and not line.is_fresh and line.coverage is not None
    ]
    if chosen:
        services.check_visits(day=day, visits=chosen, at=request.now)
    else:
        messages.info(request, "Everything that can be checked is fresh.")
    return HttpResponseRedirect(f"{practice_url('eligibility:schedule')}?day={day}")


def _ask(request: Request, line: VisitLine) -> services.Put:
    if line.coverage is None:
        raise CannotAsk("No coverage is on file for the day of this visit.")
    row = services.row_about(line.visit, line.coverage, services.usual_provider())
    if row.question is None:
        raise CannotAsk(row.fault)
    about = services.About(coverage=row.coverage, payer=row.payer, provider=row.provider)
    return services.ask(
        question=row.question, about=about, is_test=False, at=request.now, reason=InquiryReason.PERSON, anew=True
    )  # fmt: skip


def _line(request: Request, visit: Encounter) -> VisitLine:
    return lines_of([visit], at=request.now)[0]


def _shown(request: Request, line: VisitLine, *, trouble: str = "") -> HttpResponse:
    audit.record_view(subject=line.visit, patient_id=line.visit.patient_id)
    if not request.htmx:
        if trouble:
            messages.error(request, trouble)
        day = line.visit.service_from_on
        address = f"{practice_url('eligibility:schedule')}?day={day}#visit-{line.visit.id}"
        return HttpResponseRedirect(address)
    may_plan = request.scope.may("patients.edit_patient")
    context = {"line": line, "trouble": trouble, "may_ask": True, "may_plan": may_plan}
    return render(request, "eligibility/_visit.html", context, status=409 if trouble else 200)


def _counts(lines: list[VisitLine]) -> list[tuple[str, str, int]]:
    """How many visits have which word, in the order they first come."""
    counts: dict[tuple[str, str], int] = {}
    for line in lines:
        counts[line.words, line.tone] = counts.get((line.words, line.tone), 0) + 1
    return [(words, tone, count) for (words, tone), count in counts.items()]


def _day(text: str) -> date | None:
    try:
        return parse_date(text)
    except ValueError:
        return None
