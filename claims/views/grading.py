"""The rules of the edits and how much this practice lets their faults weigh."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.db import IntegrityError, transaction
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from claims.forms import EditSettingForm
from claims.models import EditSetting
from claims.rules.edits import RELEASE
from claims.selectors.grading import graded_rule, graded_rules, setting_for
from claims.services.grading import remove_setting, save_setting
from reference.selectors import payers
from tenancy.access import Request, requires
from tenancy.urls import practice_url
from workbench.services import Refusal

GRADE = "claims.grade_edit"


@requires(GRADE)
@require_GET
def rules(request: Request) -> HttpResponse:
    return render(request, "claims/edit_rules.html", {"rules": graded_rules(), "release": RELEASE})


@requires(GRADE)
@require_http_methods(["GET", "POST"])
def rule(request: Request, rule: str) -> HttpResponse:
    """What is set for the rule, and a form for one more."""
    return _form(request, EditSetting(rule_id=graded_rule(rule).rule.rule_id))


@requires(GRADE)
@require_http_methods(["GET", "POST"])
def setting(request: Request, setting_id: UUID) -> HttpResponse:
    return _form(request, setting_for(request.scope, setting_id))


@requires(GRADE)
@require_POST
def remove(request: Request, setting_id: UUID) -> HttpResponse:
    found = setting_for(request.scope, setting_id)
    remove_setting(setting=found)
    messages.success(request, "The setting is gone; the catalogue's grade counts again.")
    return HttpResponseRedirect(practice_url("claims:edit-rule", found.rule_id))


def _form(request: Request, found: EditSetting) -> HttpResponse:
    graded, status = graded_rule(found.rule_id), 200
    form = EditSettingForm(
        request.POST or None, instance=found, payers=payers(request.scope), rule_id=found.rule_id
    )
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                values = {name: form.cleaned_data[name] for name in (*EditSettingForm.Meta.fields, "payer")}
                with transaction.atomic():
                    save_setting(setting=found, version=form.cleaned_data["version"] or 0, values=values)
                messages.success(request, "Saved. It counts whenever the edits run.")
                return HttpResponseRedirect(practice_url("claims:edit-rule", found.rule_id))
            except Refusal as refusal:
                status = 409
                form.add_error(None, refusal.message)
            except IntegrityError:
                form.add_error(None, "There is a setting for the same claims from the same day.")
    context = {"graded": graded, "form": form, "setting": found, "release": RELEASE}
    return render(request, "claims/edit_rule.html", context, status=status)
