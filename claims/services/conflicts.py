"""Claims of a file that a person has to decide about."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from claims.services.identities import Conflict
from clearinghouse.models import ExchangeFile
from workbench.services import ItemDraft, open_items

KIND = "CLAIM_CONFLICT"
QUEUE = "registration"


def open_conflicts(conflicts: Sequence[Conflict], *, file: ExchangeFile, on: date) -> None:
    """One item for each claim of the file, however often the file is read."""
    open_items(
        ItemDraft(
            kind=KIND,
            cause_key=f"{file.id}:{conflict.draft.position}",
            title=f"Claim {conflict.draft.control_number}: two patients",
            occurred_on=on,
            subject_type="claims.claim" if conflict.claim else "clearinghouse.exchangefile",
            subject_id=conflict.claim.id if conflict.claim else file.id,
            queue=QUEUE,
            payer_id=conflict.claim.payer_id if conflict.claim else None,
            patient_id=conflict.claim.patient_id if conflict.claim else None,
            amount_cents=conflict.draft.total_cents,
            reference=conflict.draft.control_number,
        )
        for conflict in conflicts
    )
