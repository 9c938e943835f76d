"""A patient pays at the desk, and gets a receipt."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.timezone import localdate
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from audit import services as audit
from patients import selectors
from patients.forms import PaymentForm, VoidForm
from patients.models import PatientPayment
from patients.services import KeyUsedOtherwise, PatientRefusal, may_void, once, take_payment, void_payment
from patients.views.pages import form_page, new_key, refused
from reference.selectors import providers
from tenancy.access import Request, requires
from tenancy.urls import practice_url

TEMPLATE = "patients/payment_form.html"


@requires("patients.take_payment")
@require_http_methods(["GET", "POST"])
def take(request: Request, patient_id: UUID) -> HttpResponse:
    """What a payer's answer proposes is posted with `propose`: no address says what a patient came for."""
    patient = selectors.patient_for(request.scope, patient_id)
    context = {"patient": patient, "owed_cents": selectors.patient_owes(request.scope, patient)}
    if request.method == "GET" or "propose" in request.POST:
        audit.record_view(subject=patient, patient_id=patient.id)
        return form_page(request, TEMPLATE, PaymentForm(initial=_proposed(request)), context)
    form = PaymentForm(request.POST)
    if not form.is_valid():
        return form_page(request, TEMPLATE, form, context, status=422)

    def make() -> tuple[UUID, dict[str, object]]:
        return take_payment(patient=patient, taken=form.taken(), at=request.now).id, {}

    try:
        payment_id, _, _ = once(
            endpoint=f"patients.payment:{patient.id}",
            key=form.cleaned_data["once"] or new_key(),
            body=form.values(),
            make=make,
        )
    except KeyUsedOtherwise:
        form.add_error(
            None, "This form was already sent with other values. Open a new one for another payment."
        )
        return form_page(request, TEMPLATE, form, context, status=422)
    except PatientRefusal as refusal:
        return refused(request, TEMPLATE, form, refusal, context)
    return HttpResponseRedirect(practice_url("patients:payment", payment_id))


def _proposed(request: Request) -> dict[str, object]:
    said = request.POST
    return {
        "once": new_key(),
        "amount": said.get("amount", "")[:10],
        "paid_for": said.get("paid_for", "")[:80],
        "received_on": localdate(request.now),
    }


@requires("patients.view_patient")
@require_GET
def payment(request: Request, payment_id: UUID) -> HttpResponse:
    """The receipt, as it is printed."""
    return _receipt(request, selectors.payment_for(request.scope, payment_id))


@requires("patients.take_payment")
@require_POST
def void(request: Request, payment_id: UUID) -> HttpResponse:
    found = selectors.payment_for(request.scope, payment_id)
    form = VoidForm(request.POST)
    if not form.is_valid():
        return _receipt(request, found, form=form, status=422)
    try:
        void_payment(payment=found, scope=request.scope, reason=form.cleaned_data["reason"], at=request.now)
    except PatientRefusal as refusal:
        messages.error(request, str(refusal))
        return _receipt(request, selectors.payment_for(request.scope, payment_id), status=409)
    messages.success(request, f"{found.receipt} is void.")
    return HttpResponseRedirect(practice_url("patients:payment", found.id))


def _receipt(
    request: Request, found: PatientPayment, *, form: VoidForm | None = None, status: int = 200
) -> HttpResponse:
    audit.record_view(subject=found, patient_id=found.patient_id)
    context = {
        "payment": found,
        "patient": found.patient,
        "practice": found.organization,
        "letterhead": providers(request.scope).filter(bills=True).first(),
        "form": form or VoidForm(),
        "may_void": may_void(request.scope, found, on=localdate(request.now)),
        "may_see_entry": request.scope.may("ledger.view_ledger"),
    }
    return render(request, "patients/payment.html", context, status=status)
