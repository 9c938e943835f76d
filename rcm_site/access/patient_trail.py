"""Who has seen a patient's data: the audit app stands below patients and knows ids only, so names are found here."""

from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from audit import services as audit
from patients.selectors import search_patients
from tenancy.access import Request, requires
from tenancy.urls import practice_url

LONGEST = 120
SHOWN = 20


@requires("audit.view_audit")
@require_POST
def find_patient(request: Request) -> HttpResponse:
    """By name or number, sent in the body so that neither stands in an address."""
    found = search_patients(request.scope, request.POST.get("words", "")[:LONGEST], limit=SHOWN)
    audit.record_search(kind="audit.patient", count=len(found))
    trail = practice_url("audit:events")
    choices = [(patient, f"{trail}?{urlencode({'patient': patient.pk})}") for patient in found]
    if len(choices) == 1:
        return redirect(choices[0][1])
    return render(request, "audit/patient_choices.html", {"choices": choices, "path": trail})
