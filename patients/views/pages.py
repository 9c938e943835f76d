"""What the pages of patients share: one-time keys, refusals, and two people at one record."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import render

from patients import selectors
from patients.choices import Source
from patients.forms import labels
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
