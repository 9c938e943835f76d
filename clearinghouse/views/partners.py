"""Trading partners: whom files go to, what goes there, and what is on its way."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import IntegrityError, transaction
from django.forms import ModelForm
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from audit import services as audit
from clearinghouse.choices import EnrolmentState, InterchangeState
from clearinghouse.forms import ConnectionForm, EnrolmentForm, PartnerForm, RouteForm
from clearinghouse.models import TradingPartner
from clearinghouse.rules.enrolments import MOVES
from clearinghouse.selectors import content_of
from clearinghouse.selectors import partners as selectors
from clearinghouse.selectors.answers import answers_to, sets_with_answers, unanswered
from clearinghouse.selectors.health import blocking_enrolments, health_of, last_files_in, unknown_things_of
from clearinghouse.services import fetching
from clearinghouse.services import partners as services
from reference.selectors import payers, providers
from tenancy.access import Request, requires
from tenancy.urls import practice_url

VIEW, EDIT, SEND = "clearinghouse.view_partner", "clearinghouse.edit_partner", "clearinghouse.send_file"
FILES = "clearinghouse.view_file"


@requires(VIEW)
@require_GET
def partners(request: Request) -> HttpResponse:
    found = list(selectors.partners())
    health = health_of(found, at=request.now)
    context = {
        "rows": [(one, health[one.id]) for one in found],
        "may_edit": request.scope.may(EDIT),
        "may_see_files": request.scope.may(FILES),
    }
    return render(request, "clearinghouse/partners.html", context)


@requires(VIEW)
@require_GET
def partner(request: Request, partner_id: UUID) -> HttpResponse:
    return _partner_page(request, selectors.partner_for(request.scope, partner_id))


def _partner_page(
    request: Request, found: TradingPartner, route_form: RouteForm | None = None
) -> HttpResponse:
    context = {
        "partner": found,
        "health": health_of([found], at=request.now)[found.id],
        "files_in": last_files_in(found),
        "blocking": blocking_enrolments(request.scope, found),
        "things": unknown_things_of(found),
        "may_see_file": request.scope.may(FILES),
        "connection": selectors.connection_of(found),
        "has_wire": selectors.wire_to(found.id) is not None,
        "routes": selectors.routes_of(found),
        "interchanges": selectors.last_interchanges(found),
        "fetches": selectors.last_fetches(found),
        "may_send": request.scope.may(SEND),
        "route_form": route_form or RouteForm(payers=payers(request.scope)),
        "may_edit": request.scope.may(EDIT),
    }
    return render(request, "clearinghouse/partner.html", context, status=422 if route_form else 200)


@requires(EDIT)
@require_http_methods(["GET", "POST"])
def partner_new(request: Request) -> HttpResponse:
    form = PartnerForm(request.POST or None)
    return _form_page(
        request, form, lambda: services.create_partner(values=_values(form)), "Add a trading partner"
    )


@requires(EDIT)
@require_http_methods(["GET", "POST"])
def partner_edit(request: Request, partner_id: UUID) -> HttpResponse:
    found = selectors.partner_for(request.scope, partner_id)
    form = PartnerForm(request.POST or None, instance=selectors.partner_for(request.scope, partner_id))

    def save() -> TradingPartner:
        version = form.cleaned_data["version"] or 0
        services.edit_partner(partner=found, version=version, changes=_values(form))
        return found

    return _form_page(request, form, save, f"Edit {found}")


def _values(form: ModelForm) -> dict[str, Any]:
    return {name: value for name, value in form.cleaned_data.items() if name != "version"}


def _form_page(
    request: Request, form: ModelForm, save: Callable[[], TradingPartner], heading: str
) -> HttpResponse:
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                with transaction.atomic():
                    saved = save()
                return HttpResponseRedirect(practice_url("clearinghouse:partner", saved.id))
            except services.ExchangeRefused as refusal:
                status = 409
                form.add_error(None, str(refusal))
            except IntegrityError:
                form.add_error("name", "Another partner has this name already.")
    context = {"form": form, "heading": heading}
    return render(request, "clearinghouse/partner_form.html", context, status=status)


@requires(EDIT)
@require_http_methods(["GET", "POST"])
def connection(request: Request, partner_id: UUID) -> HttpResponse:
    found = selectors.partner_for(request.scope, partner_id)
    form = ConnectionForm(request.POST or None, instance=selectors.connection_of(found))

    def save() -> TradingPartner:
        services.set_connection(partner=found, values=form.cleaned_data)
        return found

    return _form_page(request, form, save, f"How {found} is reached")


@requires(SEND)
@require_POST
def fetch_now(request: Request, partner_id: UUID) -> HttpResponse:
    found = selectors.partner_for(request.scope, partner_id)
    try:
        fetching.fetch_now(partner=found)
    except services.ExchangeRefused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"{found} is asked for files.")
    return HttpResponseRedirect(practice_url("clearinghouse:partner", found.id))


@requires(EDIT)
@require_POST
def route_add(request: Request, partner_id: UUID) -> HttpResponse:
    found = selectors.partner_for(request.scope, partner_id)
    form = RouteForm(request.POST, payers=payers(request.scope))
    if form.is_valid():
        try:
            services.add_route(partner=found, **form.cleaned_data)
        except services.ExchangeRefused as refusal:
            form.add_error("payer", str(refusal))
    if form.errors:
        return _partner_page(request, found, form)
    return HttpResponseRedirect(practice_url("clearinghouse:partner", found.id))


@requires(EDIT)
@require_POST
def route_remove(request: Request, partner_id: UUID, route_id: UUID) -> HttpResponse:
    found = selectors.partner_for(request.scope, partner_id)
    services.remove_route(route=selectors.route_for(found, route_id))
    return HttpResponseRedirect(practice_url("clearinghouse:partner", found.id))


# -- enrolments --------------------------------------------------------------------------------------------------


@requires(VIEW)
@require_GET
def enrolments(request: Request) -> HttpResponse:
    return _enrolments_page(request)


def _enrolments_page(request: Request, form: EnrolmentForm | None = None) -> HttpResponse:
    rows = [
        (one, [EnrolmentState(state) for state in MOVES[one.state]])
        for one in selectors.enrolments(request.scope)
    ]
    context = {
        "rows": rows,
        "form": form or _enrolment_form(request, None),
        "may_edit": request.scope.may(EDIT),
        "may_see_files": request.scope.may(FILES),
    }
    return render(request, "clearinghouse/enrolments.html", context, status=422 if form else 200)


def _enrolment_form(request: Request, data: Any) -> EnrolmentForm:
    return EnrolmentForm(data, payers=payers(request.scope), providers=providers(request.scope))


@requires(EDIT)
@require_POST
def enrolment_add(request: Request) -> HttpResponse:
    form = _enrolment_form(request, request.POST)
    if form.is_valid():
        try:
            services.add_enrolment(at=request.now, **form.cleaned_data)
        except services.ExchangeRefused as refusal:
            form.add_error("provider", str(refusal))
    if form.errors:
        return _enrolments_page(request, form)
    return HttpResponseRedirect(practice_url("clearinghouse:enrolments"))


@requires(EDIT)
@require_POST
def enrolment_move(request: Request, enrolment_id: UUID) -> HttpResponse:
    found = selectors.enrolment_for(request.scope, enrolment_id)
    try:
        services.move_enrolment(
            enrolment=found,
            to=request.POST.get("to", ""),
            note=request.POST.get("note", "")[:300],
            at=request.now,
        )
    except services.ExchangeRefused as refusal:
        messages.error(request, str(refusal))
    else:
        state = EnrolmentState(request.POST["to"]).label.lower()
        messages.success(request, f"{found.provider.display_name} at {found.payer.name} is {state} now.")
    return HttpResponseRedirect(practice_url("clearinghouse:enrolments"))


@requires(EDIT)
@require_POST
def enrolment_name(request: Request, enrolment_id: UUID) -> HttpResponse:
    found = selectors.enrolment_for(request.scope, enrolment_id)
    try:
        services.name_enrolment(enrolment=found, enrolled_name=request.POST.get("enrolled_name", ""))
    except services.ExchangeRefused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(
            request, f"The name of {found.provider.display_name} at {found.payer.name} is saved."
        )
    return HttpResponseRedirect(practice_url("clearinghouse:enrolments"))


# -- what was sealed ---------------------------------------------------------------------------------------------


@requires(VIEW)
@require_GET
def interchange(request: Request, interchange_id: UUID) -> HttpResponse:
    return _interchange_page(request, interchange_id)


def _interchange_page(
    request: Request, interchange_id: UUID, refusal: str = "", fault: str = ""
) -> HttpResponse:
    """`fault` is what is wrong with the confirmation number."""
    found = selectors.interchange_for(request.scope, interchange_id)
    waits = found.state in (InterchangeState.SEALED, InterchangeState.FAILED)
    context = {
        "interchange": found,
        "sets": sets_with_answers(found),
        "attempts": selectors.attempts_of(found),
        "answers": answers_to(found),
        "missing": unanswered(at=request.now).filter(id=found.id).exists(),
        "refusal": refusal,
        "fault": fault,
        "has_wire": selectors.wire_to(found.partner_id) is not None,
        "may_send": waits and request.scope.may(SEND),
        "may_see_file": request.scope.may(FILES),
    }
    return render(request, "clearinghouse/interchange.html", context, status=409 if refusal or fault else 200)


@requires(SEND)
@require_POST
def interchange_download(request: Request, interchange_id: UUID) -> HttpResponse:
    """The bytes as they were sealed, for the partner's portal."""
    found = selectors.interchange_for(request.scope, interchange_id)
    audit.record_export("clearinghouse.exchangefile.downloaded", subject=found.file)
    answer = HttpResponse(content_of(found.file), content_type="application/EDI-X12")
    answer["Content-Disposition"] = f'attachment; filename="{found.file.name}"'
    return answer


@requires(SEND)
@require_POST
def interchange_confirm(request: Request, interchange_id: UUID) -> HttpResponse:
    found = selectors.interchange_for(request.scope, interchange_id)
    confirmation = request.POST.get("confirmation", "")[:80]
    try:
        services.confirm_by_hand(interchange=found, confirmation=confirmation, at=request.now)
    except services.ExchangeRefused as refusal:
        return _interchange_page(request, interchange_id, fault=str(refusal))
    messages.success(
        request, f"{found.partner} has interchange {found}, confirmation {confirmation.strip()}."
    )
    return HttpResponseRedirect(practice_url("clearinghouse:interchange", found.id))


@requires(SEND)
@require_POST
def interchange_send(request: Request, interchange_id: UUID) -> HttpResponse:
    found = selectors.interchange_for(request.scope, interchange_id)
    try:
        services.send_again(interchange=found)
    except services.ExchangeRefused as refusal:
        return _interchange_page(request, interchange_id, str(refusal))
    messages.success(request, f"Interchange {found} is sent again.")
    return HttpResponseRedirect(practice_url("clearinghouse:interchange", found.id))
