"""What the pages of patients share: one-time keys, refusals, and two people at one record."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.timezone import localdate

from patients import selectors
from patients.choices import Source
from patients.forms import ConsentForm, HoldForm, labels
from patients.models import Encounter
from patients.services import ChangedMeanwhile, PatientRefusal
from patients.services.history import Origin
from tenancy.access import Request
from tenancy.ids import uuid7


def by_hand(request: Request) -> Origin:
    return Origin(Source.PERSON, request.now)


def new_key() -> str:
    return str(uuid7())


def form_page(
    request: Request, template: str, form: Form, context: Mapping[str, Any], *, status: int = 200
) -> HttpResponse:
    return render(request, template, {"form": form, **context}, status=status)


def refused(
    request: Request, template: str, form: Form, refusal: PatientRefusal, context: Mapping[str, Any]
) -> HttpResponse:
    for name, message in refusal.fields.items():
        form.add_error(name if name in form.fields else None, message)
    if not refusal.fields:
        form.add_error(None, str(refusal))
    return form_page(request, template, form, context, status=409)


def changed_meanwhile(
    request: Request,
    template: str,
    form: Form,
    change: ChangedMeanwhile,
    context: Mapping[str, Any],
    *,
    subject_id: UUID,
    url: str,
) -> HttpResponse:
    """409 with both values; the form keeps what was typed and would write over what is there now."""
    words = labels(form)
    differences = [
        {"label": words.get(name.removesuffix("_id"), name), "theirs": there, "yours": yours}
        for name, (there, yours) in change.differing.items()
        if name.removesuffix("_id") in words
    ]
    form.data = {**form.data.dict(), form.add_prefix("version"): str(change.current.version)}  # type: ignore[attr-defined]
    last = selectors.last_change(subject_id)
    conflict = {
        "who": last.who if last else "Somebody",
        "at": last.at if last else None,
        "differences": differences,
        "reload_url": url,
    }
    return form_page(request, template, form, {**context, "conflict": conflict}, status=409)


def encounter_page(
    request: Request,
    encounter: Encounter,
    *,
    hold_form: HoldForm | None = None,
    consent_form: ConsentForm | None = None,
    status: int = 200,
) -> HttpResponse:
    """A form that was refused stands open with what was typed."""
    on = localdate(request.now)
    context = {
        "encounter": encounter,
        "patient": encounter.patient,
        **selectors.encounter_context(encounter),
        **selectors.billing_context(encounter, on=on),
        "hold_form": hold_form or HoldForm(),
        "consent_form": consent_form or ConsentForm(initial={"starts_on": on}),
        "may_charge": request.scope.may("patients.edit_charge"),
    }
    return render(request, "patients/encounter_detail.html", context, status=status)
