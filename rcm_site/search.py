"""One box for everything: claims by our number or the payer's, payments by trace, patients by name or number.

The words are posted, never put into an address, and never written to the audit: it keeps who searched, and how
many of what were shown.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from audit import services as audit
from claims.models import Claim
from claims.selectors import search_claims
from patients.models import Patient
from patients.selectors import search_patients
from remittances.models import Remittance
from remittances.selectors import search_remittances
from tenancy.access import SIGNED_IN, Request, requires
from tenancy.middleware import scope_with
from tenancy.scope import Scope
from tenancy.urls import practice_url

LIMIT = 10
SHORTEST = 2


@dataclass(frozen=True)
class Hit:
    title: str
    note: str
    url: str
    on: date | None = None
    cents: int | None = None


@dataclass(frozen=True)
class Place:
    """Where to look: who may, how, and how a row of it is shown."""

    name: str
    icon: str
    permission: str
    find: Callable[[Scope, str, int], list[Any]]
    show: Callable[[Any], Hit]


@dataclass(frozen=True)
class Group:
    name: str
    icon: str
    hits: list[Hit]

    @property
    def is_cut(self) -> bool:
        return len(self.hits) == LIMIT


def _claim(claim: Claim) -> Hit:
    return Hit(
        title=claim.patient_control_number,
        note=f"{claim.patient.display_name} · {claim.payer.name}",
        url=practice_url("claims:claim", claim.pk),
        on=claim.service_from_on,
        cents=claim.total_cents,
    )


def _patient(patient: Patient) -> Hit:
    born = (
        f"born {patient.birth_date:%b} {patient.birth_date.day}, {patient.birth_date.year}"
        if patient.birth_date
        else ""
    )
    note = " · ".join(part for part in (patient.mrn, born) if part)
    return Hit(title=patient.display_name, note=note, url=practice_url("patients:patient", patient.pk))


def _remittance(remittance: Remittance) -> Hit:
    payer = remittance.payer.name if remittance.payer else remittance.payer_name
    return Hit(
        title=remittance.trace_number,
        note=f"{payer} · {remittance.get_state_display().lower()}",
        url=practice_url("remittances:remittance", remittance.pk),
        on=remittance.payment_on,
        cents=remittance.payment_cents,
    )


PLACES = (
    Place("Claims", "file-earmark-medical", "claims.view_claim", search_claims, _claim),
    Place("Patients", "people", "patients.view_patient", search_patients, _patient),
    Place("Remittances", "cash-coin", "remittances.view_remittance", search_remittances, _remittance),
)


@requires(SIGNED_IN)
@require_http_methods(["GET", "POST"])
def search(request: Request) -> HttpResponse:
    """The sheet under the box for htmx, a page of its own otherwise; straight to the only hit."""
    words = request.POST.get("q", "").strip()[:80]
    groups = find_everywhere(request, words) if len(words) >= SHORTEST else []
    count = sum(len(group.hits) for group in groups)
    if len(words) >= SHORTEST:
        audit.record_search(
            kind="rcm_site.everything",
            count=count,
            query={group.name.lower(): len(group.hits) for group in groups},
        )
    if count == 1 and request.htmx:
        return HttpResponse(status=204, headers={"HX-Redirect": groups[0].hits[0].url})
    context = {"groups": groups, "count": count, "words": words, "is_short": len(words) < SHORTEST}
    return render(request, "search.html#results" if request.htmx else "search.html", context)


def find_everywhere(request: Request, words: str) -> list[Group]:
    """Each place is searched as the right that opens it sees it: its locations, its payers."""
    groups = []
    for place in PLACES:
        scope = scope_with(request, place.permission)
        if scope is None:
            continue
        hits = [place.show(row) for row in place.find(scope, words, LIMIT)]
        if hits:
            groups.append(Group(place.name, place.icon, hits))
    return groups
