"""Reading remittances. `remittance_for` and `payment_for` are the doors from an id."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import Count, Q, QuerySet, Sum
from django.http import QueryDict

from claims.choices import Frequency
from claims.models import Claim, ClaimLine
from claims.selectors import claims_visible_to
from ledger.choices import Account
from ledger.models import JournalEntry, Posting
from remittances.choices import Booking, RemittanceState
from remittances.models import (
    AdjudicationFact,
    MatchCandidate,
    PayerReceivable,
    ProviderAdjustment,
    ReceivableTie,
    RemitAdjustment,
    RemitClaim,
    RemitLine,
    Remittance,
    TransactionResult,
)
from remittances.rules.legs import FORWARD_REFERENCE
from remittances.rules.verdicts import LineVerdict, Part, Verdict, in_force
from tenancy.access import NotFound
from tenancy.bulk import among, rows_among
from tenancy.scope import Scope
from workbench.criteria import Reader
from workbench.records import RecordPage


def remittances_visible_to(scope: Scope) -> QuerySet[Remittance]:
    """A remittance pays claims of every location, so a right to some of them sees the payments alone."""
    rows = Remittance.objects.all()
    if scope.location_ids is not None:
        return rows.none()
    if scope.payer_ids is not None:
        rows = rows.filter(payer_id__in=scope.payer_ids)
    return rows


def search_remittances(scope: Scope, words: str, limit: int = 10) -> list[Remittance]:
    """For the search box: by the beginning of the trace number (a range: the form row security leaves an index)."""
    trace = words.strip().upper()
    rows = remittances_visible_to(scope).select_related("payer")
    found = (
        rows.filter(trace_number__gte=trace, trace_number__lt=f"{trace}\U0010ffff") if trace else rows.none()
    )
    return list(found.order_by("trace_number", "id")[:limit])


def remittance_for(scope: Scope, remittance_id: UUID) -> Remittance:
    found = (
        remittances_visible_to(scope)
        .select_related("file", "payer", "posted_by")
        .filter(id=remittance_id)
        .first()
    )
    if found is None:
        raise NotFound
    return found


def payments_visible_to(scope: Scope) -> QuerySet[RemitClaim]:
    rows = RemitClaim.objects.all()
    if scope.payer_ids is not None:
        rows = rows.filter(remittance__payer_id__in=scope.payer_ids)
    if scope.location_ids is not None:
        rows = rows.filter(claim__location_id__in=scope.location_ids)
    return rows


def payment_for(scope: Scope, remit_claim_id: UUID) -> RemitClaim:
    found = (
        payments_visible_to(scope)
        .select_related("remittance", "claim", "claim__patient", "remittance__payer")
        .filter(id=remit_claim_id)
        .first()
    )
    if found is None:
        raise NotFound
    return found


def payments_of(claim_id: UUID) -> QuerySet[RemitClaim]:
    """What payers decided about a claim, oldest first."""
    return (
        RemitClaim.objects.filter(claim_id=claim_id)
        .select_related("remittance", "remittance__payer")
        .prefetch_related("lines", "adjustments")
        .order_by("remittance__payment_on", "id")
    )


def patients_paid_in(file_id: UUID, first: int, last: int) -> list[UUID]:
    """The patients of the payments that stand in segments `first` to `last` of a file."""
    rows = RemitClaim.objects.filter(
        remittance__file_id=file_id, first_segment__lte=last, last_segment__gte=first, claim__isnull=False
    )
    return list(rows.values_list("claim__patient_id", flat=True))


def results_of_file(file_id: UUID) -> QuerySet[TransactionResult]:
    return TransactionResult.objects.filter(file_id=file_id).select_related("remittance").order_by("ordinal")


def receivables(scope: Scope) -> QuerySet[PayerReceivable]:
    rows = PayerReceivable.objects.select_related("payer")
    if scope.location_ids is not None:
        return rows.none()
    if scope.payer_ids is not None:
        rows = rows.filter(payer_id__in=scope.payer_ids)
    return rows


def receivable_for(scope: Scope, receivable_id: UUID) -> PayerReceivable:
    found = receivables(scope).filter(id=receivable_id).first()
    if found is None:
        raise NotFound
    return found


def movements_of(receivable: PayerReceivable) -> list[ProviderAdjustment]:
    """The provider adjustments in the books under a reference, oldest first."""
    rows = ProviderAdjustment.objects.filter(
        remittance__payer_id=receivable.payer_id, entry_id__isnull=False
    ).select_related("remittance")
    if receivable.reference == FORWARD_REFERENCE:
        rows = rows.filter(reason_code="FB")
    else:
        rows = rows.filter(reference=receivable.reference).exclude(reason_code__in=["FB", "L6"])
    return list(rows.order_by("remittance__payment_on", "id")[:200])


def ties_of_receivable(receivable: PayerReceivable) -> list[ReceivableTie]:
    rows = ReceivableTie.objects.filter(receivable=receivable).select_related("claim", "tied_by")
    return list(rows.order_by("-id")[:200])


def ties_of_claim(claim_id: UUID) -> list[ReceivableTie]:
    rows = ReceivableTie.objects.filter(claim_id=claim_id, undone_at=None)
    return list(rows.select_related("receivable", "receivable__payer").order_by("id"))


def claims_named_by(scope: Scope, reference: str, limit: int = 5) -> list[Claim]:
    """Claims that a payer's reference names: by its own number for the claim, or by ours."""
    if not reference or reference == FORWARD_REFERENCE:
        return []
    decided = payments_visible_to(scope).filter(payer_control_number=reference, claim__isnull=False)
    ids = set(decided.values_list("claim_id", flat=True)[:limit])
    named = Q(id__in=ids) | Q(payer_control_number=reference) | Q(patient_control_number=reference)
    rows = claims_visible_to(scope).filter(named).select_related("patient", "payer")
    return list(rows.order_by("id")[:limit])


def untaken_facts(limit: int = 500) -> list[AdjudicationFact]:
    """Facts the denials app has not taken, oldest first."""
    return list(AdjudicationFact.objects.filter(taken_at__isnull=True).order_by("id")[:limit])


# -- pages ----------------------------------------------------------------------------------------------------------

PAGE = 50
NEWEST, OLDEST = "-received", "received"
LISTS = ("state", "payer", "issue")
ISSUE_FILTERS = {
    "unmatched": Q(unmatched_count__gt=0),
    "denied": Q(denied_count__gt=0),
    "alert": ~Q(alert=""),
}


@dataclass(frozen=True, slots=True)
class StateTotal:
    state: str
    label: str
    count: int
    cents: int


def state_totals(scope: Scope) -> list[StateTotal]:
    """How many remittances and dollars stand in each state; all four, empty ones too."""
    rows = (
        remittances_visible_to(scope).values("state").annotate(count=Count("id"), cents=Sum("payment_cents"))
    )
    found = {row["state"]: (row["count"], row["cents"]) for row in rows}
    return [
        StateTotal(state.value, state.label, *found.get(state.value, (0, 0)))
        for state in RemittanceState
        if state != RemittanceState.READING
    ]


@dataclass(frozen=True, slots=True)
class RemittanceFilters:
    """What may stand in the address of the list."""

    trace: str = ""
    state: tuple[str, ...] = ()
    payer: tuple[UUID, ...] = ()
    issue: tuple[str, ...] = ()
    from_on: date | None = None
    to_on: date | None = None
    sort: str = NEWEST
    problems: tuple[str, ...] = field(default=(), compare=False)

    @property
    def is_filtered(self) -> bool:
        return replace(self, sort=NEWEST) != RemittanceFilters()

    def without(self, name: str) -> RemittanceFilters:
        unset: dict[str, Any] = {name: ()}
        return replace(self, **unset)

    def pairs(self) -> list[tuple[str, str]]:
        pairs = [(name, str(value)) for name in LISTS for value in getattr(self, name)]
        for name in ("trace", "from_on", "to_on"):
            value = getattr(self, name)
            if value:
                pairs.append((name, str(value)))
        return pairs if self.sort == NEWEST else [*pairs, ("sort", self.sort)]

    def query(self) -> str:
        return urlencode(self.pairs())


def read_remittance_filters(query: QueryDict) -> RemittanceFilters:
    reader = Reader(query)
    asked = RemittanceFilters(
        trace=reader.text("trace")[:50],
        state=reader.texts("state", allowed=RemittanceState.values),
        payer=reader.ids("payer"),
        issue=reader.texts("issue", allowed=ISSUE_FILTERS),
        from_on=reader.day("from_on"),
        to_on=reader.day("to_on"),
        sort=reader.one_of("sort", (NEWEST, OLDEST), NEWEST),
    )
    return replace(asked, problems=reader.problems)


def filtered_remittances(rows: QuerySet[Remittance], asked: RemittanceFilters) -> QuerySet[Remittance]:
    exact = {
        "state__in": asked.state,
        "payer_id__in": asked.payer,
        "payment_on__gte": asked.from_on,
        "payment_on__lte": asked.to_on,
    }
    rows = rows.filter(**{column: value for column, value in exact.items() if value})
    for issue in asked.issue:
        rows = rows.filter(ISSUE_FILTERS[issue])
    if asked.trace:
        trace = asked.trace.upper()
        rows = rows.filter(trace_number__gte=trace, trace_number__lt=f"{trace}\U0010ffff")
    return rows


def remittances_matching(scope: Scope, asked: RemittanceFilters) -> QuerySet[Remittance]:
    return filtered_remittances(remittances_visible_to(scope), asked)


def remittance_page(scope: Scope, asked: RemittanceFilters, after: str = "", before: str = "") -> RecordPage:
    """One keyset page by the moment of arrival."""
    place = _cursor(after or before)
    turned = bool(before) and not after and place is not None
    falling = (asked.sort == NEWEST) != turned
    rows = remittances_matching(scope, asked).select_related("payer")
    sign, beyond = ("-", "lt") if falling else ("", "gt")
    if place:
        moment, last = place
        rows = rows.filter(
            Q(**{f"received_at__{beyond}": moment}) | Q(received_at=moment, **{f"id__{beyond}": last})
        )
    found = list(rows.order_by(f"{sign}received_at", f"{sign}id")[: PAGE + 1])
    more, shown = len(found) > PAGE, found[:PAGE]
    if turned:
        shown.reverse()
    return RecordPage(
        rows=shown,
        before=_place(shown[0]) if shown and (more if turned else place is not None) else "",
        after=_place(shown[-1]) if shown and (turned or more) else "",
    )


def count_and_cents(rows: QuerySet[Remittance]) -> tuple[int, int]:
    found = rows.aggregate(count=Count("*"), cents=Sum("payment_cents"))
    return found["count"], found["cents"] or 0


def remittances_to_export(asked: RemittanceFilters, payers: frozenset[UUID] | None) -> QuerySet[Remittance]:
    """In the list's order, of the payers of the grant the export was ordered under."""
    rows = Remittance.objects.all() if payers is None else Remittance.objects.filter(payer_id__in=payers)
    sign = "-" if asked.sort == NEWEST else ""
    found = filtered_remittances(rows, asked).select_related("payer", "file", "posted_by")
    return found.order_by(f"{sign}received_at", f"{sign}id")


def _place(row: Remittance) -> str:
    return f"{row.received_at.isoformat()}_{row.id}"


def _cursor(text: str) -> tuple[datetime, UUID] | None:
    """A place that cannot be read is the beginning."""
    moment, _, last = text.partition("_")
    try:
        return datetime.fromisoformat(moment), UUID(last)
    except ValueError:
        return None


def exceptions_in(remittance: Remittance, limit: int = 100) -> list[RemitClaim]:
    """Payments a person should look at first."""
    rows = _for_page(remittance).filter(
        Q(claim__isnull=True) | ~Q(issues=[]) | Q(booking__in=[Booking.HELD, Booking.UNAPPLIED])
    )
    return list(rows[:limit])


def others_in(remittance: Remittance, after: int = 0) -> tuple[list[RemitClaim], int | None]:
    """The other payments by their place in the file, and the place after which the next page begins."""
    rows = (
        _for_page(remittance)
        .filter(claim__isnull=False, issues=[], ordinal__gt=after)
        .exclude(booking__in=[Booking.HELD, Booking.UNAPPLIED])
    )
    page = list(rows[: PAGE + 1])
    return page[:PAGE], page[PAGE - 1].ordinal if len(page) > PAGE else None


def _for_page(remittance: Remittance) -> QuerySet[RemitClaim]:
    return (
        RemitClaim.objects.filter(remittance=remittance)
        .select_related("claim")
        .prefetch_related("lines", "lines__adjustments", "adjustments")
        .order_by("ordinal")
    )


def provider_adjustments_of(remittance: Remittance) -> list[ProviderAdjustment]:
    return list(ProviderAdjustment.objects.filter(remittance=remittance).order_by("ordinal"))


def entries_by_id(entry_ids: Iterable[UUID]) -> dict[UUID, JournalEntry]:
    rows = JournalEntry.objects.filter(id__in=list(entry_ids)).prefetch_related("postings")
    return {entry.id: entry for entry in rows}


@dataclass(frozen=True, slots=True)
class AccountTotal:
    label: str
    cents: int


def account_totals(remittance_id: UUID) -> list[AccountTotal]:
    """What a remittance has moved on each account, mirrors set against what they mirror."""
    rows = (
        Posting.objects.filter(entry__source_id=remittance_id)
        .values("account")
        .annotate(cents=Sum("amount_cents"))
        .exclude(cents=0)
    )
    found = {row["account"]: row["cents"] for row in rows}
    return [
        AccountTotal(account.label, found[account.value]) for account in Account if account.value in found
    ]


def claim_level_adjustments(payments: Sequence[RemitClaim]) -> dict[UUID, list[RemitAdjustment]]:
    """Adjustments of the claim as a whole, from what is prefetched."""
    return {
        payment.id: [one for one in payment.adjustments.all() if one.remit_line_id is None]
        for payment in payments
    }


def payments_with_candidates(payment_ids: Iterable[UUID]) -> dict[UUID, RemitClaim]:
    """For the rows of a page: payments with the claims they resemble, a constant number of queries."""
    rows = RemitClaim.objects.filter(id__in=list(payment_ids)).prefetch_related(
        "candidates", "candidates__claim"
    )
    return {payment.id: payment for payment in rows}


def candidates_of(payment: RemitClaim) -> list[MatchCandidate]:
    rows = payment.candidates.select_related("claim", "claim__patient", "claim__payer")
    return list(rows.order_by("-score", "id"))


def line_key(charge_id: UUID | None, code: str, modifiers: str, service_on: object) -> str:
    """A line through all versions of its claim: its charge, else what was done and when."""
    return f"charge:{charge_id}" if charge_id else f"service:{code}:{modifiers}:{service_on or ''}"[:60]


def verdicts_of(claim_ids: Collection[UUID], *, only_several: bool = False) -> dict[UUID, list[Verdict]]:
    """What payers decided on claims as far as it is posted, by their own dates. A fixed number of queries.

    With `only_several` the lines of a claim's only decision are left out: the whole then stands for them.
    """
    rows = rows_among(RemitClaim, _VERDICT_COLUMNS, key="claim_id", ids=claim_ids)
    reversed_ids = {row[-1] for row in rows if row[-1]}
    decided = [row for row in rows if row[3] == Booking.APPLIED]
    counts = Counter(row[0] for row in decided)
    lines = _line_verdicts([row[1] for row in decided if not only_several or counts[row[0]] > 1])
    carried = _carried_by_replacements({row[0] for row in decided if (row[-2] or 1) > 1})
    paid = {
        row[0]: row
        for row in Remittance.objects.filter(id__in={row[2] for row in decided}).values_list(
            "id", "payer_id", "trace_number", "payment_on"
        )
    }
    payers = dict(rows_among(Claim, ("id", "payer_id"), key="id", ids=claim_ids))
    found: dict[UUID, list[Verdict]] = defaultdict(list)
    for (
        claim_id,
        remit_id,
        remittance_id,
        _,
        rank,
        ordinal,
        charge,
        paid_cents,
        denied,
        result,
        number,
        version,
        _,
    ) in decided:
        _, payer_id, trace, day = paid[remittance_id]
        mine = lines.get(remit_id, {})
        found[claim_id].append(
            Verdict(
                id=remit_id,
                claim_id=claim_id,
                payer_id=payer_id or payers[claim_id],
                rank=rank,
                trace=trace,
                ordinal=ordinal,
                decided_on=day,
                is_live=remit_id not in reversed_ids,
                charge_cents=charge,
                paid_cents=paid_cents,
                whole_denied_cents=max(0, denied - sum(said.denied_cents for said in mine.values())),
                result=result,
                payer_control_number=number,
                lines=mine,
                version=version or 0,
                carried=carried.get((claim_id, version or 0)),
            )
        )
    for verdicts in found.values():
        verdicts.sort(key=lambda one: one.order)
    return found


_VERDICT_COLUMNS = (
    "claim_id", "id", "remittance_id", "booking", "rank", "ordinal", "charge_cents", "paid_cents", "denied_cents",
    "result", "payer_control_number", "claim_version_number", "reverses_id",
)  # fmt: skip


def _carried_by_replacements(claim_ids: Collection[UUID]) -> dict[tuple[UUID, int], frozenset[str]]:
    """The lines of each replacement of these claims, by claim and version number."""
    if not claim_ids:
        return {}
    rows = ClaimLine.objects.filter(
        claim_id__in=among(claim_ids), version__frequency=Frequency.REPLACEMENT
    ).values_list("claim_id", "version__number", "charge_id")
    found: dict[tuple[UUID, int], set[str]] = defaultdict(set)
    for claim_id, number, charge_id in rows:
        found[claim_id, number].add(line_key(charge_id, "", "", ""))
    return {version: frozenset(keys) for version, keys in found.items()}


def _line_verdicts(payment_ids: Collection[UUID]) -> dict[UUID, dict[str, LineVerdict]]:
    found: dict[UUID, dict[str, LineVerdict]] = defaultdict(dict)
    if not payment_ids:
        return found
    rows = RemitLine.objects.filter(remit_claim_id__in=among(payment_ids)).order_by("ordinal")
    for row in rows.select_related("claim_line"):
        charge_id = row.charge_id or (row.claim_line.charge_id if row.claim_line else None)
        code = row.submitted_procedure_code or row.procedure_code or row.revenue_code
        key = line_key(charge_id, code, row.modifiers, row.service_from_on)
        said = LineVerdict(row.id, row.charge_cents, row.paid_cents, row.denied_cents, row.result)
        of = found[row.remit_claim_id]
        of[key] = of[key].joined(said) if key in of else said
    return found


def charged_by_line(claim_ids: Collection[UUID]) -> dict[UUID, dict[str, int]]:
    """What was charged on each line of claims, by the key of `line_key`."""
    amounts: dict[UUID, dict[str, int]] = defaultdict(dict)
    rows = ClaimLine.objects.filter(claim_id__in=among(claim_ids)).order_by("version__number")
    for claim_id, charge_id, cents in rows.values_list("claim_id", "charge_id", "amount_cents"):
        amounts[claim_id][line_key(charge_id, "", "", "")] = cents
    return amounts


def parts_in_force(verdicts: Iterable[Verdict], total_cents: int, amounts: dict[str, int]) -> frozenset[Part]:
    return in_force(verdicts, total_cents=total_cents, amounts=amounts)
