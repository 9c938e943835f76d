"""Proving the books of a practice: balances, and that they say what payers' decisions say."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import connection
from django.utils.timezone import localdate

from ledger.selectors import balance_differences, trial_balance, unbalanced_entries
from remittances.choices import Booking, RemittanceState, WorkCategory, WorkKey
from remittances.rules.balance import dollars
from remittances.services.exceptions import QUEUE, cause_gone
from workbench.services import ItemDraft, open_items

CAUSE = "ledger-proof"
SHOWN = 200

# A posting concerns its own claim, else that of its charge.
_PAID = """
    WITH line AS (SELECT DISTINCT charge_id, claim_id FROM claims_claimline),
    booked AS (
        SELECT COALESCE(posting.claim_id, line.claim_id) AS claim_id, sum(posting.amount_cents) AS cents
        FROM ledger_posting AS posting
        JOIN ledger_journalentry AS entry ON entry.organization_id = posting.organization_id
             AND entry.id = posting.entry_id
        LEFT JOIN ledger_journalentry AS original ON original.organization_id = entry.organization_id
             AND original.id = entry.reverses_id
        LEFT JOIN line ON line.charge_id = posting.charge_id
        WHERE posting.account NOT IN ('ERA_CLEARING', 'BANK')
              AND COALESCE(original.kind, entry.kind) NOT IN ('PATIENT_PAYMENT', 'DEPOSIT')
        GROUP BY 1),
    said AS (
        SELECT claim_id, sum(cents) AS cents FROM (
            SELECT claim_id, paid_cents AS cents FROM remittances_remitclaim WHERE booking = ANY(%(booked)s)
            UNION ALL SELECT claim_id, -booked_cents FROM remittances_receivabletie) AS parts
        WHERE claim_id IS NOT NULL GROUP BY 1)
    SELECT claim.patient_control_number, COALESCE(said.cents, 0), -COALESCE(booked.cents, 0)
    FROM claims_claim AS claim LEFT JOIN booked ON booked.claim_id = claim.id
         LEFT JOIN said ON said.claim_id = claim.id
    WHERE COALESCE(said.cents, 0) <> -COALESCE(booked.cents, 0) ORDER BY 1 LIMIT %(most)s
"""
_BELOW_ZERO = """
    WITH line AS (SELECT DISTINCT charge_id, claim_id FROM claims_claimline)
    SELECT claim.patient_control_number, kept.account, kept.rank, sum(kept.balance_cents)
    FROM ledger_accountbalance AS kept
    LEFT JOIN line ON line.charge_id = kept.subject_id
    JOIN claims_claim AS claim ON claim.id = COALESCE(line.claim_id, kept.subject_id)
    WHERE kept.account IN ('AR_INS', 'AR_PT')
    GROUP BY 1, 2, 3 HAVING sum(kept.balance_cents) < 0 ORDER BY 1, 2, 3 LIMIT %(most)s
"""
_CLEARING = """
    WITH cleared AS (
        SELECT remittance_id, sum(amount_cents) AS cents FROM ledger_posting
        WHERE account IN ('ERA_CLEARING', 'BANK') AND remittance_id IS NOT NULL GROUP BY 1)
    SELECT one.trace_number, CASE WHEN one.state = %(posted)s THEN one.payment_cents ELSE 0 END,
           COALESCE(cleared.cents, 0)
    FROM remittances_remittance AS one LEFT JOIN cleared ON cleared.remittance_id = one.id
    WHERE COALESCE(cleared.cents, 0) <> CASE WHEN one.state = %(posted)s THEN one.payment_cents ELSE 0 END
    ORDER BY 1 LIMIT %(most)s
"""
_RECOUP = """
    SELECT COALESCE(kept.reference, open.reference), COALESCE(kept.balance_cents, 0), COALESCE(open.open_cents, 0)
    FROM (SELECT * FROM ledger_accountbalance WHERE account = 'PAYER_RECOUP') AS kept
    FULL JOIN remittances_payerreceivable AS open
         ON open.payer_key = kept.subject_id AND open.reference = kept.reference
    WHERE COALESCE(kept.balance_cents, 0) <> COALESCE(open.open_cents, 0) ORDER BY 1 LIMIT %(most)s
"""
_NOBODYS = """
    SELECT kept.account, kept.subject_id::text, kept.balance_cents
    FROM ledger_accountbalance AS kept
    WHERE kept.account IN ('AR_INS', 'AR_PT', 'CREDIT_BALANCE') AND kept.balance_cents <> 0
          AND NOT EXISTS (SELECT 1 FROM claims_claim AS claim WHERE claim.id = kept.subject_id)
          AND NOT EXISTS (SELECT 1 FROM patients_charge AS charge WHERE charge.id = kept.subject_id)
          AND NOT EXISTS (SELECT 1 FROM patients_patient AS patient WHERE patient.id = kept.subject_id)
    ORDER BY 1, 2 LIMIT %(most)s
"""


def prove_ledger() -> list[str]:
    """Every way in which the books of the practice do not prove, in words; nothing where they do.

    Numbers in brackets are the invariants of the books as `docs/ledger.md` lists them.
    """
    found = [
        f"[9] {one.account} rank {one.rank} {one.subject_kind} {one.subject_id} {one.reference}:"
        f" cached {one.cached_cents}, posted {one.posted_cents}"
        for one in balance_differences()
    ]
    found += [f"[1] entry {entry_id} does not balance" for entry_id in unbalanced_entries()]
    if total := sum(cents for _, _, cents in trial_balance()):
        found.append(f"[1] the accounts sum to {total} cents instead of zero")
    found += [
        f"[2] claim {number}: payers paid {dollars(said)}, the books have {dollars(booked)}"
        for number, said, booked in _rows(_PAID)
    ]
    found += [
        f"[3] claim {number}: {account} rank {rank} stands at {dollars(cents)}"
        for number, account, rank, cents in _rows(_BELOW_ZERO)
    ]
    found += [
        f"[5] remittance {trace}: {dollars(wanted)} was paid by it, {dollars(cleared)} is in clearing"
        for trace, wanted, cleared in _rows(_CLEARING)
    ]
    found += [
        f"[6] reference {reference or 'without a name'}: the books have {dollars(booked)}, the list {dollars(listed)}"
        for reference, booked, listed in _rows(_RECOUP)
    ]
    found += [
        f"[12] {account} holds {dollars(cents)} for {subject}, which is no claim, charge or patient"
        for account, subject, cents in _rows(_NOBODYS)
    ]
    return found


def _rows(query: str) -> list[tuple[Any, ...]]:
    booked = [Booking.APPLIED, Booking.REVERSED_OUT, Booking.HELD, Booking.INFORMATIONAL]
    with connection.cursor() as cursor:
        cursor.execute(
            query,
            {"booked": [str(one) for one in booked], "posted": str(RemittanceState.POSTED), "most": SHOWN},
        )
        # PostgreSQL adds whole cents up to a numeric.
        return [
            tuple(int(part) if isinstance(part, Decimal) else part for part in row)
            for row in cursor.fetchall()
        ]


def prove_nightly(*, at: datetime) -> list[str]:
    """Prove the books, and put what does not prove before a person. Safe to repeat."""
    found = prove_ledger()
    if not found:
        cause_gone(WorkKey.EXCEPTION, [CAUSE], at=at)
        return found
    open_items(
        [
            ItemDraft(
                kind=WorkKey.EXCEPTION,
                cause_key=CAUSE,
                title=f"The books do not prove ({len(found)}): {found[0]}",
                occurred_on=localdate(at),
                queue=QUEUE,
                priority=100,
                category=WorkCategory.BOOKS,
            )
        ]
    )
    return found
