"""What payers decided moves claims: the only door through which adjudication changes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from uuid import UUID

from django.db import connection

from audit import services as audit
from claims.choices import AdjudicationState, Frequency, Responsibility, SubmissionState
from claims.rules.states import MOVES, Evidence
from patients.services import void_untouched_charges
from tenancy.bulk import array_literal
from tenancy.scope import current_scope


@dataclass(frozen=True, slots=True)
class Adjudicated:
    """Where a claim stands after its live remittances. An empty text leaves what is on file."""

    claim_id: UUID
    state: str
    payer_control_number: str = ""
    responsibility: str = ""
    adjudicated_on: date | None = None


_UPDATE = """
    UPDATE claims_claim AS claim
       SET adjudication_state = change.state,
           payer_control_number = COALESCE(NULLIF(change.number, ''), claim.payer_control_number),
           responsibility = COALESCE(NULLIF(change.responsibility, ''), claim.responsibility),
           adjudicated_on = COALESCE(change.adjudicated_on, claim.adjudicated_on),
           closed_on = CASE
               WHEN COALESCE(NULLIF(change.responsibility, ''), claim.responsibility) = %(nobody)s THEN claim.closed_on
               END,
           withdrawal_reason = CASE WHEN change.state = %(none)s THEN claim.withdrawal_reason ELSE '' END,
           submission_state = CASE
               WHEN change.state = %(reversed)s AND version.frequency = %(void)s THEN %(voided)s
               WHEN change.state <> %(none)s AND claim.submission_state = ANY (%(before)s) THEN %(adjudicated)s
               ELSE claim.submission_state END
      FROM unnest(%(ids)s::uuid[], %(states)s::text[], %(numbers)s::text[], %(responsibilities)s::text[],
                  %(days)s::date[]) AS change(id, state, number, responsibility, adjudicated_on),
           claims_claimversion AS version
     WHERE claim.id = change.id AND claim.organization_id = %(practice)s
       AND version.organization_id = claim.organization_id AND version.claim_id = claim.id
       AND version.number = claim.current_version
       AND (claim.adjudication_state <> change.state
            OR (change.number <> '' AND claim.payer_control_number <> change.number)
            OR (change.responsibility <> '' AND claim.responsibility <> change.responsibility)
            OR (change.adjudicated_on IS NOT NULL
                AND claim.adjudicated_on IS DISTINCT FROM change.adjudicated_on))
 RETURNING claim.id, claim.patient_id, claim.adjudication_state, claim.submission_state, claim.payer_id,
           claim.adjudicated_on
"""


def record_adjudication(changes: Sequence[Adjudicated]) -> list[UUID]:
    """Move claims to where the evidence puts them; returns the ids of those that moved. One statement.

    A claim whose newest version is a void is voided once the payer has taken its decision back.
    """
    if not changes:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            _UPDATE,
            {
                "ids": array_literal(change.claim_id for change in changes),
                "states": array_literal(str(change.state) for change in changes),
                "numbers": array_literal(change.payer_control_number for change in changes),
                "responsibilities": array_literal(str(change.responsibility) for change in changes),
                "days": array_literal(change.adjudicated_on for change in changes),
                "practice": current_scope().practice_id,
                "none": AdjudicationState.NONE.value,
                "nobody": Responsibility.NONE.value,
                "reversed": AdjudicationState.REVERSED.value,
                "void": Frequency.VOID.value,
                "voided": SubmissionState.VOIDED.value,
                "adjudicated": SubmissionState.ADJUDICATED.value,
                "before": [state.value for state in MOVES[Evidence.ADJUDICATED]],
            },
        )
        moved = cursor.fetchall()
    audit.record_many(
        audit.Entry(
            verb="claims.claim.adjudicated",
            subject_type="claims.claim",
            subject_id=claim_id,
            patient_id=patient_id,
            data={"state": state},
        )
        for claim_id, patient_id, state, _, _, _ in moved
    )
    audit.emit_many(
        audit.Happening(
            name="claim.voided" if submission == SubmissionState.VOIDED else "claim.adjudicated",
            subject_type="claims.claim",
            subject_id=claim_id,
            occurred_at=_noon(day),
            data={"state": state, "payer_id": str(payer_id)},
        )
        for claim_id, _, state, submission, payer_id, day in moved
    )
    _void_what_was_replaced([row[0] for row in moved])
    return [row[0] for row in moved]


def _noon(day: date | None) -> datetime | None:
    """A payer's decision has a day and no hour."""
    return datetime.combine(day, time(12), tzinfo=UTC) if day else None


def _void_what_was_replaced(claim_ids: Sequence[UUID]) -> None:
    """Charges of lines that a replacement or void took out leave the books once no decision stands on them."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT DISTINCT line.charge_id, claim.adjudicated_on
              FROM claims_claim AS claim
              JOIN claims_claimline AS line
                ON line.organization_id = claim.organization_id AND line.claim_id = claim.id
             WHERE claim.organization_id = %s AND claim.id = ANY (%s::uuid[]) AND claim.current_version > 1
               AND (claim.submission_state = %s OR NOT EXISTS (
                   SELECT FROM claims_claimversion AS version
                     JOIN claims_claimline AS kept
                       ON kept.organization_id = version.organization_id AND kept.version_id = version.id
                    WHERE version.organization_id = claim.organization_id AND version.claim_id = claim.id
                      AND version.number = claim.current_version AND kept.charge_id = line.charge_id))
            """,
            [current_scope().practice_id, array_literal(claim_ids), SubmissionState.VOIDED.value],
        )
        rows = cursor.fetchall()
    if rows:
        days = [day for _, day in rows if day is not None]
        if days:
            void_untouched_charges([charge for charge, _ in rows], on=max(days), reason="replaced")
