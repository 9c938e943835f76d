"""What payers decided on claims, read from what is posted."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from typing import NamedTuple
from uuid import UUID

from claims.choices import Frequency
from claims.models import Claim, ClaimLine
from remittances.choices import Booking
from remittances.models import RemitClaim, RemitLine, Remittance
from remittances.rules.verdicts import LineVerdict, Part, Verdict, in_force
from tenancy.bulk import among, rows_among


def line_key(charge_id: UUID | None, code: str, modifiers: str, service_on: object) -> str:
    """A line through all versions of its claim: its charge, else what was done and when."""
    return f"charge:{charge_id}" if charge_id else f"service:{code}:{modifiers}:{service_on or ''}"[:60]


class _Decision(NamedTuple):
    """What the books say of one payment of a claim; the names are its columns."""

    claim_id: UUID
    id: UUID
    remittance_id: UUID
    booking: str
    rank: int
    ordinal: int
    charge_cents: int
    paid_cents: int
    denied_cents: int
    result: str
    payer_control_number: str
    claim_version_number: int | None
    reverses_id: UUID | None


def verdicts_of(claim_ids: Collection[UUID], *, only_several: bool = False) -> dict[UUID, list[Verdict]]:
    """What payers decided on claims as far as it is posted, by their own dates. A fixed number of queries.

    With `only_several` the lines of a claim's only decision are left out: the whole then stands for them.
    """
    rows = [
        _Decision._make(row)
        for row in rows_among(RemitClaim, _Decision._fields, key="claim_id", ids=claim_ids)
    ]
    reversed_ids = {row.reverses_id for row in rows if row.reverses_id}
    decided = [row for row in rows if row.booking == Booking.APPLIED]
    counts = Counter(row.claim_id for row in decided)
    lines = _line_verdicts([row.id for row in decided if not only_several or counts[row.claim_id] > 1])
    carried = _carried_by_replacements(
        {row.claim_id for row in decided if (row.claim_version_number or 1) > 1}
    )
    remittances = Remittance.objects.only("payer_id", "trace_number", "payment_on").in_bulk(
        {row.remittance_id for row in decided}
    )
    payers = dict(rows_among(Claim, ("id", "payer_id"), key="id", ids=claim_ids))
    found: dict[UUID, list[Verdict]] = defaultdict(list)
    for row in decided:
        remittance = remittances[row.remittance_id]
        found[row.claim_id].append(
            _verdict(
                row,
                remittance,
                payer_id=remittance.payer_id or payers[row.claim_id],
                is_live=row.id not in reversed_ids,
                lines=lines.get(row.id, {}),
                carried=carried.get((row.claim_id, row.claim_version_number or 0)),
            )
        )
    for verdicts in found.values():
        verdicts.sort(key=lambda one: one.order)
    return found


def _verdict(
    row: _Decision,
    remittance: Remittance,
    *,
    payer_id: UUID,
    is_live: bool,
    lines: dict[str, LineVerdict],
    carried: frozenset[str] | None,
) -> Verdict:
    return Verdict(
        id=row.id,
        claim_id=row.claim_id,
        payer_id=payer_id,
        rank=row.rank,
        trace=remittance.trace_number,
        ordinal=row.ordinal,
        decided_on=remittance.payment_on,
        is_live=is_live,
        charge_cents=row.charge_cents,
        paid_cents=row.paid_cents,
        whole_denied_cents=max(0, row.denied_cents - sum(said.denied_cents for said in lines.values())),
        result=row.result,
        payer_control_number=row.payer_control_number,
        lines=lines,
        version=row.claim_version_number or 0,
        carried=carried,
    )


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
