"""What stands around every page: queues with counts, practices, the person. Built only where it is shown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject

from tenancy.choices import Purpose, Role
from tenancy.models import Person
from tenancy.selectors import practices_of, rights_of


@dataclass(frozen=True)
class Entry:
    """One line of the rail. `count` names the figure of the counts fragment that stands beside it."""

    label: str
    route: str
    icon: str
    key: str
    permission: str | None = None
    count: str = ""


TODAY = Entry("Today", "today", "house", "g t")
QUEUES = (
    Entry("Denials", "denials:queue", "x-octagon", "g d", "denials.view_denial", "DENIAL"),
    Entry(
        "Remittances",
        "remittances:remittances",
        "cash-coin",
        "g r",
        "remittances.view_remittance",
        "remittances",
    ),
    Entry("Work", "workbench:index", "inbox", "g w", "workbench.view_queue", "work"),
)
RECORDS = (
    Entry("Claims", "claims:claims", "file-earmark-medical", "g c", "claims.view_claim"),
    Entry("Patients", "patients:patients", "people", "g p", "patients.view_patient"),
    Entry("Eligibility", "eligibility:inquiries", "patch-check", "g i", "eligibility.view_inquiry"),
    Entry("Files", "clearinghouse:files", "archive", "g f", "clearinghouse.view_file"),
)
PRACTICE = (
    Entry("Access", "access:people", "key", "g a", "tenancy.view_access", "access"),
    Entry("Audit", "audit:events", "journal-text", "g u", "audit.view_audit"),
    Entry("Reference", "reference:payers", "book", "g e", "reference.view_reference"),
)
# Pages of a room above claims that are about one claim: the rail shows them there.
PAGES_OF_CLAIMS = frozenset({"remittances:next-payer", "remittances:correct-claim", "remittances:void-claim"})
GROUPS = (("", (TODAY,)), ("Queues", QUEUES), ("Records", RECORDS), ("Practice", PRACTICE))


def frame(request: HttpRequest) -> dict[str, Any]:
    """Context processor: `frame`, worked out only if a template asks for it."""
    return {"frame": SimpleLazyObject(lambda: build_frame(request))}


def build_frame(request: HttpRequest) -> dict[str, Any]:
    person = getattr(request, "user", None)
    if not isinstance(person, Person) or not person.is_active:
        return {}
    practice_id = current_practice(request)
    practices = list(practices_of(person, request.now))  # type: ignore[attr-defined]
    chosen = next((practice for practice in practices if practice.pk == practice_id), None)
    purpose = request.session.get("purpose", Purpose.PAYMENT)
    return {
        "person": person,
        "practice": chosen,
        "practices": [
            {"name": one.name, "url": reverse("today", args=[one.pk]), "is_current": one == chosen}
            for one in practices
        ],
        "portfolio_url": reverse("portfolio") if len(practices) > 1 else "",
        "role": role_in(request, practice_id),
        "purpose": Purpose(purpose).label if purpose in Purpose else purpose,
        "rail": rail(request, chosen.pk) if chosen else [],
        "search_url": reverse("search", args=[practice_id]) if chosen else "",
        "counts_url": reverse("rail_counts", args=[practice_id]) if chosen else "",
        "links": [
            {"label": "Password", "url": reverse("account_change_password"), "icon": "key"},
            {"label": "Second factor", "url": reverse("mfa_index"), "icon": "shield-lock"},
        ],
        "sign_out_url": reverse("account_logout"),
        "sign_in_url": reverse("account_login"),
        "keep_alive_url": reverse("keep_alive"),
        "idle_seconds": getattr(settings, "SESSION_IDLE_SECONDS", 900),
    }


def current_practice(request: HttpRequest) -> UUID | None:
    """The practice of the address, else the one last worked in."""
    scope = getattr(request, "scope", None)
    if scope is not None and scope.organization_id:
        return scope.organization_id
    chosen = request.session.get("practice")
    return UUID(chosen) if chosen else None


def role_in(request: HttpRequest, practice_id: UUID | None) -> str:
    if practice_id is None:
        return ""
    now = request.now  # type: ignore[attr-defined]
    roles = {right.role for right in rights_of(request.user, now).in_practice(practice_id, now)}  # type: ignore[arg-type]
    return ", ".join(sorted(Role(role).label for role in roles))


def permissions_in(request: HttpRequest, practice_id: UUID) -> frozenset[str]:
    """What the person may in this practice, whichever view is being shown: the rail is the same on all of them."""
    now = request.now  # type: ignore[attr-defined]
    rights = rights_of(request.user, now).in_practice(practice_id, now)  # type: ignore[arg-type]
    return frozenset().union(*(right.permissions for right in rights))


def rail(request: HttpRequest, practice_id: UUID) -> list[dict[str, Any]]:
    held = permissions_in(request, practice_id)
    shown = []
    for label, entries in GROUPS:
        allowed = [entry for entry in entries if entry.permission is None or entry.permission in held]
        lines = [line(entry, request, practice_id) for entry in allowed]
        if lines:
            shown.append({"label": label, "entries": lines})
    return shown


def line(entry: Entry, request: HttpRequest, practice_id: UUID) -> dict[str, Any]:
    url = reverse(entry.route, args=[practice_id])
    if request.resolver_match and request.resolver_match.view_name in PAGES_OF_CLAIMS:
        is_current = entry.route == "claims:claims"
    else:
        is_current = request.path == url if entry is TODAY else request.path.startswith(url)
    return {
        "label": entry.label, "url": url, "icon": entry.icon, "key": entry.key, "count_id": entry.count,
        "is_current": is_current,
    }  # fmt: skip
