"""When coverage is asked about again by itself."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_POST

from eligibility import services
from eligibility.choices import RecheckTrigger
from eligibility.rules.rechecks import DAYS_MEAN
from eligibility.visit_forms import RecheckForm
from tenancy.access import Request, requires
from tenancy.urls import practice_url

EDIT = "reference.edit_reference"


@requires("reference.view_reference")
@require_GET
def rechecks(request: Request) -> HttpResponse:
    return _page(request)


@requires(EDIT)
@require_POST
def save(request: Request) -> HttpResponse:
    form = RecheckForm(request.POST)
    if not form.is_valid():
        return _page(request, form, status=422)
    try:
        services.save_rule(**form.cleaned_data)
    except services.RuleChanged as refusal:
        form.add_error(None, str(refusal))
        return _page(request, form, status=409)
    messages.success(request, "Saved.")
    return HttpResponseRedirect(practice_url("eligibility:rechecks"))


def _page(request: Request, sent: RecheckForm | None = None, *, status: int = 200) -> HttpResponse:
    rules: list[dict[str, Any]] = []
    for rule, version in services.rules_with_versions():
        is_sent = sent is not None and sent.data.get("trigger") == rule.trigger
        rules.append(
            {
                "rule": rule,
                "label": RecheckTrigger(rule.trigger).label,
                "means": DAYS_MEAN[rule.trigger].capitalize(),
                "form": sent if is_sent else RecheckForm.of(rule, version),
            }
        )
    context = {"rules": rules, "may_edit": request.scope.may(EDIT)}
    return render(request, "eligibility/rechecks.html", context, status=status)
