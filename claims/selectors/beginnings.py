"""What came before a claim was sent: the coverage, the visit and its charges."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time

from django.utils import timezone

from claims.models import Claim
from patients.choices import ChargeState
from patients.models import Charge, Coverage, Encounter

MOST_CODES = 8


@dataclass(frozen=True, slots=True)
class Beginning:
    at: date | datetime
    icon: str
    title: str
    text: str = ""

    @property
    def moment(self) -> datetime:
        if isinstance(self.at, datetime):
            return self.at
        return timezone.make_aware(datetime.combine(self.at, time.min))


def beginnings_of(claim: Claim) -> list[Beginning]:
    """In the order in which they belong to each other; two queries."""
    whole = Claim.objects.select_related(
        "coverage__payer", "encounter__location", "encounter__rendering_provider"
    ).get(id=claim.id)
    coverage, visit = whole.coverage, whole.encounter
    charges = list(
        Charge.objects.filter(encounter=visit).exclude(state=ChargeState.VOIDED).order_by("line_number", "id")
    )
    told = [
        Beginning(visit.service_from_on, "person-check", "Visit", _where(visit)),
        Beginning(
            coverage.source_at, "shield-lock", f"Coverage on file: {coverage.payer.name}", _coverage(coverage)
        ),
    ]
    if charges:
        total = sum(charge.amount_cents for charge in charges) / 100
        words = "charge" if len(charges) == 1 else "charges"
        told.insert(
            1,
            Beginning(
                visit.service_from_on,
                "receipt",
                f"{len(charges)} {words} captured: ${total:,.2f}",
                _codes(charges),
            ),
        )
    if coverage.verified_at:
        told.append(Beginning(coverage.verified_at, "check2", "Coverage verified"))
    return told


def _where(visit: Encounter) -> str:
    place = visit.location.name if visit.location else ""
    who = visit.rendering_provider.display_name if visit.rendering_provider else ""
    return ", ".join(part for part in (place, who) if part)


def _coverage(coverage: Coverage) -> str:
    rank = coverage.get_rank_display() if coverage.rank else "order not settled"
    return f"Member {coverage.member_id}, {str(rank).lower()}, from {coverage.get_source_display().lower()}"


def _codes(charges: list[Charge]) -> str:
    codes = [charge.procedure_code or charge.revenue_code for charge in charges]
    more = f" and {len(codes) - MOST_CODES} more" if len(codes) > MOST_CODES else ""
    return ", ".join(code for code in codes[:MOST_CODES] if code) + more
