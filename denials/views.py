"""The denial queue and workspace. What every queue shares is the worklist's; here are the verbs of a
denial.
"""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_POST

from audit import services as audit
from claims.selectors import claim_for
from denials import forms, selectors, services
from denials.models import Denial
from denials.queue import CATEGORIES, DENIALS, rows
from reference import selectors as reference
from tenancy.access import Request, requires
from tenancy.models import Organization
from tenancy.urls import practice_url
from workbench import selectors as work
from workbench import worklist
from workbench.forms import VersionedForm
from workbench.models import WorkItem
from workbench.services import Refusal

PORTFOLIO_ROWS = 10


@requires("denials.view_denial")
@require_GET
def queue(request: Request) -> HttpResponse:
    return worklist.queue(request, DENIALS)


@requires("denials.view_denial")
@require_GET
def denial(request: Request, denial_id: UUID) -> HttpResponse:
    found, item = _door(request, denial_id)
    audit.record_view(subject=found, patient_id=found.patient_id)
    return _page(request, item)


def _door(request: Request, denial_id: UUID) -> tuple[Denial, WorkItem]:
    found = selectors.denial_for(request.scope, denial_id)
    return found, selectors.item_of(found)


def _page(request: Request, item: WorkItem, *, status: int = 200, **more: Any) -> HttpResponse:
    return worklist.item_page(request, item, DENIALS, status=status, **more)


def _act(
    request: Request, denial_id: UUID, name: str, form: Any, act: Callable[[Denial, WorkItem], str]
) -> HttpResponse:
    """The common frame of this app's verbs: door, form, service, answer. A refusal leaves nothing behind."""
    found, item = _door(request, denial_id)
    if not form.is_valid():
        return _page(request, item, status=422, do=name, failed={name: form})
    try:
        with transaction.atomic():
            words = act(found, item)
    except Refusal as refusal:
        return worklist.refused(request, item, DENIALS, refusal)
    return worklist.changed(
        request, selectors.item_of(Denial.objects.get(id=denial_id)), DENIALS, words=words
    )


@requires("denials.work_denial")
@require_POST
def record_appeal(request: Request, denial_id: UUID) -> HttpResponse:
    form = forms.AppealForm(request.POST, auto_id="appeal-%s")

    def act(found: Denial, item: WorkItem) -> str:
        appeal = services.record_appeal(denial=found, item=item, at=request.now, **form.cleaned_data)
        return f"Level {appeal.level} appeal recorded."

    return _act(request, denial_id, "appeal", form, act)


@requires("denials.work_denial")
@require_POST
def advance_appeal(request: Request, appeal_id: UUID) -> HttpResponse:
    appeal = selectors.appeal_for(request.scope, appeal_id)
    form = forms.AppealAnswerForm(request.POST, auto_id="answer-%s")

    def act(found: Denial, item: WorkItem) -> str:
        services.advance_appeal(appeal=appeal, item=item, at=request.now, **form.cleaned_data)
        return "Written down."

    return _act(request, appeal.denial_id, "answer", form, act)


@requires("denials.work_denial")
@require_POST
def decide_appeal(request: Request, appeal_id: UUID) -> HttpResponse:
    appeal = selectors.appeal_for(request.scope, appeal_id)
    form = forms.DecisionForm(request.POST, auto_id="decision-%s")

    def act(found: Denial, item: WorkItem) -> str:
        decided = services.decide_appeal(appeal=appeal, item=item, at=request.now, **form.cleaned_data)
        return f"Decision recorded: {decided.get_outcome_display().lower()}."

    return _act(request, appeal.denial_id, "decision", form, act)


@requires("denials.write_off")
@require_POST
def write_off(request: Request, denial_id: UUID) -> HttpResponse:
    form = forms.WriteOffForm(request.POST, auto_id="write_off-%s")

    def act(found: Denial, item: WorkItem) -> str:
        asked = form.cleaned_data
        made = services.request_write_off(
            denial=found,
            item=item,
            amount_cents=form.amount_cents,
            reason=asked["reason"],
            note=asked["note"],
            form_key=asked["form_key"],
            version=asked["version"],
            at=request.now,
        )
        return "Waits for a second person." if made.state == "PENDING" else "Written off."

    return _act(request, denial_id, "write_off", form, act)


@requires("denials.approve_write_off")
@require_POST
def approve_write_off(request: Request, write_off_id: UUID) -> HttpResponse:
    asked = selectors.write_off_for(request.scope, write_off_id)
    form = forms.DecideWriteOffForm(request.POST)

    def act(found: Denial, item: WorkItem) -> str:
        services.approve_write_off(write_off=asked, item=item, at=request.now, **form.cleaned_data)
        return "Approved and posted."

    return _act(request, asked.denial_id, "approve", form, act)


@requires("denials.approve_write_off")
@require_POST
def refuse_write_off(request: Request, write_off_id: UUID) -> HttpResponse:
    asked = selectors.write_off_for(request.scope, write_off_id)
    form = forms.RefuseWriteOffForm(request.POST, auto_id="refuse-%s")

    def act(found: Denial, item: WorkItem) -> str:
        services.refuse_write_off(write_off=asked, item=item, at=request.now, **form.cleaned_data)
        return "Refused; it is back to work."

    return _act(request, asked.denial_id, "refuse", form, act)


@requires("denials.write_off")
@require_POST
def withdraw_write_off(request: Request, write_off_id: UUID) -> HttpResponse:
    asked = selectors.write_off_for(request.scope, write_off_id)
    form = VersionedForm(request.POST)

    def act(found: Denial, item: WorkItem) -> str:
        services.withdraw_write_off(write_off=asked, item=item, at=request.now, **form.cleaned_data)
        return "Withdrawn."

    return _act(request, asked.denial_id, "withdraw", form, act)


@requires("denials.write_off")
@require_POST
def take_back_write_off(request: Request, write_off_id: UUID) -> HttpResponse:
    posted = selectors.write_off_for(request.scope, write_off_id)
    form = forms.TakeBackForm(request.POST, auto_id="take_back-%s")

    def act(found: Denial, item: WorkItem) -> str:
        services.take_back_write_off(write_off=posted, item=item, at=request.now, **form.cleaned_data)
        return "Taken back; it is open again."

    return _act(request, posted.denial_id, "take_back", form, act)


@requires("denials.view_denial")
@require_GET
def routing(request: Request) -> HttpResponse:
    """Which denials go to which team first."""
    return _routing(request, _routing_form(request))


def _routing_form(request: Request, data: Any = None) -> forms.RoutingForm:
    return forms.RoutingForm(data, payers=reference.payers(request.scope), categories=CATEGORIES.items())


def _routing(
    request: Request, form: forms.RoutingForm, *, status: int = 200, refusal: str = ""
) -> HttpResponse:
    rules = [
        {"rule": rule, "category": CATEGORIES.get(rule.category, "any category")}
        for rule in selectors.routing_rules()
    ]
    context = {"rules": rules, "form": form, "refusal": refusal}
    return render(request, "denials/routing.html", context, status=status)


@requires("denials.configure_routing")
@require_POST
def save_routing(request: Request) -> HttpResponse:
    form = _routing_form(request, request.POST)
    if not form.is_valid():
        return _routing(request, form, status=422)
    asked = form.cleaned_data
    try:
        services.save_routing_rule(
            payer_id=form.payer_id,
            category=asked["category"],
            team=asked["team"],
            note=asked["note"],
            version=asked["version"],
        )
    except Refusal as refusal:
        return _routing(request, form, status=409, refusal=refusal.message)
    messages.success(request, "Saved. It holds for denials that arrive from now on.")
    return worklist.go_to(request, practice_url("denials:routing"))


@requires("denials.configure_routing")
@require_POST
def delete_routing(request: Request, rule_id: UUID) -> HttpResponse:
    services.delete_routing_rule(rule=selectors.routing_rule_for(request.scope, rule_id))
    messages.success(request, "The rule is gone.")
    return worklist.go_to(request, practice_url("denials:routing"))


@requires("denials.view_denial", portfolio=True)
@require_GET
def portfolio(request: Request) -> HttpResponse:
    """The first rows of every practice this person serves; read-only, each row opens in its own practice."""
    on = worklist.today(request)
    items = work.first_rows_per_practice(request.scope, kind=DENIALS, each=PORTFOLIO_ROWS)
    known = rows(items)
    totals = {row["organization_id"]: row for row in work.practice_totals(request.scope, kind=DENIALS, on=on)}
    names = dict(Organization.objects.filter(id__in=request.scope.readable).values_list("id", "name"))
    audit.record_search(kind="denials.portfolio", count=len(items))
    practices = [
        {
            "name": name,
            "totals": totals.get(practice_id),
            "url": practice_url("denials:queue", practice=practice_id),
            "rows": [
                {
                    "item": item,
                    "known": known.get(item.id),
                    "url": practice_url("denials:denial", item.subject_id, practice=practice_id),
                }
                for item in items
                if item.organization_id == practice_id
            ],
        }
        for practice_id, name in sorted(names.items(), key=lambda pair: pair[1])
    ]
    return render(request, "denials/portfolio.html", {"practices": practices, "on": on})


@requires("denials.view_denial")
@require_GET
def of_claim(request: Request, claim_id: UUID) -> HttpResponse:
    """Denials of one claim, for the claim's page."""
    claim = claim_for(request.scope, claim_id)
    audit.record_view(subject=claim, patient_id=claim.patient_id, data={"part": "denials"})
    found = selectors.denials_of_claim(request.scope, claim.id)
    return render(request, "denials/_of_claim.html", {"denials": found})
