"""The list of visits that are to become claims: not billed yet, or changed since they were."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import BigIntegerField, Count, Exists, OuterRef, Q, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce
from django.http import QueryDict

from claims.models import Claim, EditRun
from claims.rules.edits import NEVER_LET_PASS
from claims.rules.states import UNSENT, State
from claims.selectors.places import read_place, write_place
from eligibility.selectors import coverage_by_day
from patients.choices import BillingState, ChargeState, EncounterState
from patients.models import Charge, Coverage, Encounter, EncounterHold
from patients.selectors import (
    encounters_seen_at,
    encounters_visible_to,
    patients_with_consent,
    visits_not_to_tell,
)
from reference.selectors import credentialings_changed_at
from tenancy.scope import Scope
from workbench.criteria import Reader
from workbench.keysets import PAGE_SIZE, leaf, ordered
from workbench.records import RecordPage

BY_DAY = ("service_from_on", "id")
CONSENT_RULE, PRIVATE_RULE = "E121", "E124"
COVERAGE_RULE, CREDENTIAL_RULE = "E049", "E034"
OLDEST, NEWEST = "service", "-service"
TO_BILL = (BillingState.OPEN, BillingState.READY, BillingState.HELD, BillingState.CHANGED)
LISTS = ("state", "location")


@dataclass(frozen=True, slots=True)
class VisitFilters:
    """What may stand in an address: states, ids and days."""

    state: tuple[str, ...] = ()
    location: tuple[UUID, ...] = ()
    from_on: date | None = None
    to_on: date | None = None
    sort: str = OLDEST
    problems: tuple[str, ...] = field(default=(), compare=False)

    @property
    def is_filtered(self) -> bool:
        return replace(self, sort=OLDEST) != VisitFilters()

    def without(self, name: str) -> VisitFilters:
        unset: dict[str, Any] = {name: ()}
        return replace(self, **unset)

    def pairs(self) -> list[tuple[str, str]]:
        pairs = [(name, str(value)) for name in LISTS for value in getattr(self, name)]
        days = ((name, getattr(self, name)) for name in ("from_on", "to_on"))
        pairs += [(name, str(value)) for name, value in days if value]
        return pairs if self.sort == OLDEST else [*pairs, ("sort", self.sort)]

    def query(self) -> str:
        return urlencode(self.pairs())


def read_visit_filters(query: QueryDict) -> VisitFilters:
    reader = Reader(query)
    asked = VisitFilters(
        state=reader.texts("state", allowed=[str(one) for one in TO_BILL]),
        location=reader.ids("location"),
        from_on=reader.day("from_on"),
        to_on=reader.day("to_on"),
        sort=reader.one_of("sort", (OLDEST, NEWEST), OLDEST),
    )
    return replace(asked, problems=reader.problems)


@dataclass(frozen=True, slots=True)
class VisitRow:
    visit: Encounter
    cents: int
    payer: str
    holds: tuple[str, ...]


def visits_to_bill(scope: Scope, asked: VisitFilters) -> QuerySet[Encounter]:
    return _filtered(encounters_visible_to(scope), asked)


def visits_chosen(scope: Scope, ids: Collection[UUID]) -> list[Encounter]:
    """Those of the ids that are to be billed, a page of them at most."""
    return list(ordered(visits_to_bill(scope, VisitFilters()).filter(id__in=ids), BY_DAY)[:PAGE_SIZE])


def visits_matching(scope: Scope, asked: VisitFilters, *, most: int) -> list[Encounter]:
    return list(ordered(visits_to_bill(scope, asked), BY_DAY)[:most])


def claims_behind_their_visit() -> list[Claim]:
    """Claims that have not left, of visits that changed since."""
    behind = Claim.objects.filter(submission_state__in=UNSENT, encounter__billing_state=BillingState.CHANGED)
    return list(behind.order_by("id"))


def claims_whose_protection_changed(stopping: Mapping[UUID, EditRun], *, on: date) -> list[UUID]:
    """Claims that have not left and whose last edits knew another protection, request or consent than stands on file
    now.

    Of one whose form is wrong the edits did not come that far; it is judged anew when it is built again.
    """
    kept = {claim_id: NEVER_LET_PASS.intersection(run.blocked_by) for claim_id, run in stopping.items()}
    flagged = Q(encounter__is_sensitive=True) | Q(encounter__pays_privately=True)
    candidates = Claim.objects.filter(submission_state__in=UNSENT, closed_on__isnull=True).filter(
        Q(id__in=[claim_id for claim_id, rules in kept.items() if rules])
        | flagged & ~Q(submission_state=State.EDITING_FAILED)
    )
    claims = list(candidates.select_related("encounter").order_by("id"))
    agreed = patients_with_consent({one.patient_id for one in claims if one.encounter.is_sensitive}, on=on)
    return [one.id for one in claims if _kept_by_law(one.encounter, agreed) != kept.get(one.id, frozenset())]


def claims_covered_since(stopping: Mapping[UUID, EditRun]) -> list[UUID]:
    """Claims held because the payer called their coverage not active, of which it says so no longer."""
    claims = _unsent_stopped_by(COVERAGE_RULE, stopping)
    days = {one.id: (one.coverage_id, one.service_from_on) for one in claims}
    answers = coverage_by_day(set(days.values()))
    return [claim_id for claim_id, day in days.items() if day not in answers or answers[day][0]]


def claims_credentialed_since(stopping: Mapping[UUID, EditRun]) -> list[UUID]:
    """Claims held for who rendered, of payers whose list of providers changed after they were judged."""
    claims = _unsent_stopped_by(CREDENTIAL_RULE, stopping)
    changed = credentialings_changed_at({one.payer_id for one in claims})
    return [
        one.id
        for one in claims
        if one.payer_id in changed and changed[one.payer_id] > stopping[one.id].ran_at
    ]


def _unsent_stopped_by(rule_id: str, stopping: Mapping[UUID, EditRun]) -> list[Claim]:
    stopped = [claim_id for claim_id, run in stopping.items() if rule_id in run.blocked_by]
    return list(Claim.objects.filter(id__in=stopped, submission_state__in=UNSENT).order_by("id"))


def not_protected(visits: Collection[Encounter], *, on: date) -> set[UUID]:
    """Visits of which the payer may be told: the patient did not ask otherwise, and they are not under 42 CFR Part 2
    or a consent is in force.
    """
    sensitive = {visit.patient_id for visit in visits if visit.is_sensitive}
    agreed = patients_with_consent(sensitive, on=on)
    return {visit.id for visit in visits if not _kept_by_law(visit, agreed)}


def _kept_by_law(visit: Encounter, agreed: Collection[UUID]) -> frozenset[str]:
    """The rules that keep the visit's claim here; `agreed` are patients with a consent in force."""
    keeps = {
        CONSENT_RULE: visit.is_sensitive and visit.patient_id not in agreed,
        PRIVATE_RULE: visit.pays_privately,
    }
    return frozenset(rule_id for rule_id, is_kept in keeps.items() if is_kept)


def visits_to_export(asked: VisitFilters, locations: frozenset[UUID] | None) -> QuerySet[Encounter]:
    """What 42 CFR Part 2 protects stays here until a consent releases it."""
    visits = encounters_seen_at(locations).exclude(id__in=visits_not_to_tell().values("id"))
    return ordered(_filtered(visits, asked), BY_DAY, falling=asked.sort == NEWEST)


def with_cents(visits: QuerySet[Encounter]) -> QuerySet[Encounter]:
    """Each with what its billable charges come to, as `cents`."""
    charges = Charge.objects.filter(encounter=OuterRef("pk"), state=ChargeState.BILLABLE).order_by()
    total = charges.values("encounter").annotate(total=Sum("amount_cents")).values("total")
    return visits.annotate(cents=Coalesce(Subquery(total), Value(0), output_field=BigIntegerField()))


def visit_page(scope: Scope, asked: VisitFilters, after: str = "", before: str = "") -> RecordPage:
    """One keyset page by day of service, the oldest first: it is the nearest to its filing limit."""
    found = leaf(
        visits_to_bill(scope, asked),
        BY_DAY,
        falling=asked.sort == NEWEST,
        after=read_place(after),
        before=read_place(before),
    )
    return RecordPage(as_visit_rows(found.rows), **found.edges(_cursor))


def visit_totals(scope: Scope, asked: VisitFilters) -> tuple[int, int]:
    found = with_cents(visits_to_bill(scope, asked)).aggregate(count=Count("*"), total=Sum("cents"))
    return found["count"], found["total"] or 0


def as_visit_rows(visits: Sequence[Encounter]) -> list[VisitRow]:
    """With who pays first on the day, and what holds them, in two queries."""
    ids = [visit.id for visit in visits]
    holds: dict[UUID, list[str]] = defaultdict(list)
    for hold in EncounterHold.objects.filter(encounter__in=ids, released_at__isnull=True).order_by(
        "placed_at"
    ):
        holds[hold.encounter_id].append(hold.get_reason_display())
    coverages: dict[UUID, list[Coverage]] = defaultdict(list)
    first = Coverage.objects.select_related("payer").filter(
        patient__in=[visit.patient_id for visit in visits], rank=1
    )
    for coverage in first:
        coverages[coverage.patient_id].append(coverage)
    return [
        VisitRow(visit, _cents(visit), _payer(visit, coverages[visit.patient_id]), tuple(holds[visit.id]))
        for visit in visits
    ]


def _cents(visit: Encounter) -> int:
    return sum(one.amount_cents for one in visit.charges.all() if one.state == ChargeState.BILLABLE)


def _payer(visit: Encounter, coverages: Sequence[Coverage]) -> str:
    on = visit.service_from_on
    return next(
        (one.payer.name for one in coverages if (one.starts_on or on) <= on <= (one.ends_on or on)),
        "",
    )


def _filtered(visits: QuerySet[Encounter], asked: VisitFilters) -> QuerySet[Encounter]:
    """A visit that was cancelled before it was billed, or that the patient pays, is nothing to bill."""
    visits = visits.filter(billing_state__in=asked.state or TO_BILL)
    visits = visits.exclude(state=EncounterState.PLANNED)
    billable = Charge.objects.filter(encounter=OuterRef("pk"), state=ChargeState.BILLABLE)
    of_patient = Exists(billable) & ~Exists(billable.filter(payer_rank__gte=1))
    nothing = Q(state=EncounterState.CANCELLED) | Q(of_patient)
    visits = visits.exclude(~Q(billing_state=BillingState.CHANGED) & nothing)
    exact = {
        "location_id__in": asked.location,
        "service_from_on__gte": asked.from_on,
        "service_from_on__lte": asked.to_on,
    }
    return visits.filter(**{column: value for column, value in exact.items() if value})


def _cursor(visit: Encounter) -> str:
    return write_place(visit.service_from_on, visit.id)
