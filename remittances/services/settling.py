"""What follows for the claims that payments touched: which answers stand, credits, where a claim stands."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.utils.timezone import localdate

from claims.choices import AdjudicationState, Responsibility
from claims.models import Claim, ClaimLine
from claims.services import Adjudicated, record_adjudication
from ledger.choices import Account, EntryKind
from ledger.models import AccountBalance
from ledger.services import EntryDraft, Leg, post_entries
from remittances.choices import WorkKey
from remittances.rules.legs import CREDIT, PATIENT, RECEIVABLE, Standing, credit_moves
from remittances.rules.standing import ClaimStanding, claim_standing
from remittances.selectors import charged_by_line, verdicts_of
from remittances.services.answers import settle_answers
from remittances.services.exceptions import cause_gone, open_credit_items
from remittances.services.shares import Balances, pass_on
from tenancy.bulk import rows_among
from tenancy.ids import uuid7


def settle(claim_ids: Collection[UUID], *, at: datetime) -> None:
    """Bring claims to where all their payments together put them. A function of what is booked, safe to repeat."""
    if not claim_ids:
        return
    settle_answers(claim_ids, at=at)
    charges = charges_of(claim_ids)
    balances = _balances(claim_ids, charges)
    pass_on(claim_ids, charges, balances, at=at)
    _move_credits(claim_ids, charges, balances, at=at)
    _record_standing(claim_ids, charges, balances)


def charges_of(claim_ids: Collection[UUID]) -> dict[UUID, set[UUID]]:
    charges: dict[UUID, set[UUID]] = defaultdict(set)
    for claim_id, charge_id in rows_among(
        ClaimLine, ("claim_id", "charge_id"), key="claim_id", ids=claim_ids
    ):
        charges[claim_id].add(charge_id)
    return charges


def _balances(claim_ids: Collection[UUID], charges: dict[UUID, set[UUID]]) -> Balances:
    subjects = {*claim_ids, *(charge for found in charges.values() for charge in found)}
    balances: Balances = defaultdict(dict)
    for subject, account, rank, cents in rows_among(
        AccountBalance,
        ("subject_id", "account", "rank", "balance_cents"),
        key="subject_id",
        ids=subjects,
        where=f"account IN ('{RECEIVABLE}', '{PATIENT}', '{CREDIT}')",
    ):
        balances[subject][account, rank] = cents
    return balances


def _move_credits(
    claim_ids: Collection[UUID], charges: dict[UUID, set[UUID]], balances: Balances, *, at: datetime
) -> None:
    """What was paid beyond a charge stands on the credit account, and comes back when the charge can take it."""
    drafts: list[EntryDraft] = []
    credits: dict[UUID, int] = {}
    cleared: list[str] = []
    for claim_id in claim_ids:
        standings = [
            *_standings(claim_id, None, balances),
            *(
                one
                for charge in sorted(charges.get(claim_id, ()))
                for one in _standings(charge, charge, balances)
            ),
        ]
        if all(one.receivable_cents >= 0 and not one.credit_cents for one in standings):
            continue
        moves = credit_moves(standings)
        if not moves:
            continue
        for one in moves:
            of = balances[one.charge_id or claim_id]
            of[one.account, one.rank] = of.get((one.account, one.rank), 0) + one.cents
        credit = -sum(
            cents
            for subject in (claim_id, *charges.get(claim_id, ()))
            for (account, _), cents in balances[subject].items()
            if account == CREDIT
        )
        if credit:
            credits[claim_id] = credit
        else:
            cleared.append(f"credit:{claim_id}")
        legs = tuple(
            Leg(one.account, one.cents, claim_id=claim_id, charge_id=one.charge_id, rank=one.rank)
            for one in moves
        )
        drafts.append(
            EntryDraft(
                kind=EntryKind.CREDIT_MOVED,
                effective_on=localdate(at),
                idempotency_key=f"credit:{claim_id}:{uuid7()}",
                source_type="claims.claim",
                source_id=claim_id,
                legs=legs,
            )
        )
    post_entries(drafts)
    open_credit_items(credits, on=localdate(at))
    cause_gone(WorkKey.EXCEPTION, cleared, at=at)


def _standings(subject: UUID, charge_id: UUID | None, balances: Balances) -> list[Standing]:
    of = balances.get(subject)
    if not of:
        return []
    ranks = {rank for account, rank in of if account in (RECEIVABLE, CREDIT)}
    return [
        Standing(charge_id, rank, of.get((RECEIVABLE, rank), 0), of.get((CREDIT, rank), 0))
        for rank in sorted(ranks)
    ]


def _record_standing(claim_ids: Collection[UUID], charges: dict[UUID, set[UUID]], balances: Balances) -> None:
    verdicts = verdicts_of(claim_ids, only_several=True)
    several = {claim_id for claim_id, found in verdicts.items() if len(found) > 1}
    amounts = charged_by_line(several) if several else {}
    totals = dict(rows_among(Claim, ("id", "total_cents"), key="id", ids=claim_ids))
    record_adjudication(
        [
            _adjudicated(
                claim_id,
                claim_standing(totals[claim_id], verdicts.get(claim_id, ()), amounts.get(claim_id)),
                charges.get(claim_id, set()),
                balances,
            )
            for claim_id in sorted(claim_ids)
        ]
    )


def _adjudicated(
    claim_id: UUID, standing: ClaimStanding, charges: set[UUID], balances: Balances
) -> Adjudicated:
    open_by_rank: dict[int, int] = defaultdict(int)
    patient = 0
    for subject in (claim_id, *charges):
        for (account, rank), cents in balances.get(subject, {}).items():
            if account == Account.AR_INS:
                open_by_rank[rank] += cents
            elif account == Account.AR_PT:
                patient += cents
    return Adjudicated(
        claim_id=claim_id,
        state=AdjudicationState(standing.state),
        payer_control_number=standing.payer_control_number,
        responsibility=_responsibility(open_by_rank, patient) if standing.state != "NONE" else "",
        adjudicated_on=standing.decided_on,
    )


def _responsibility(open_by_rank: dict[int, int], patient_cents: int) -> str:
    by_rank = {
        1: Responsibility.INSURANCE_PRIMARY,
        2: Responsibility.INSURANCE_SECONDARY,
        3: Responsibility.INSURANCE_TERTIARY,
    }
    for rank, cents in sorted(open_by_rank.items()):
        if cents > 0 and rank in by_rank:
            return by_rank[rank]
    return Responsibility.PATIENT if patient_cents > 0 else Responsibility.NONE
