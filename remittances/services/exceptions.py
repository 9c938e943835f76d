"""What a person has to look at: opened where it appears, cancelled where its cause is gone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.utils.timezone import localdate

from audit import services as audit
from clearinghouse.models import ExchangeFile
from remittances.choices import ProviderAdjustmentUse, RemittanceState, WorkCategory, WorkKey
from remittances.models import ProviderAdjustment, RemitClaim, Remittance
from workbench.services import ItemDraft, cancel_items, open_items

if TYPE_CHECKING:
    from remittances.services.storing import Unmatched

QUEUE = "payment_posting"
REGISTRATION = "registration"


def open_ingest_items(remittance: Remittance, unmatched: Sequence[Unmatched], *, at: datetime) -> None:
    """Claims not found, a remittance that does not balance, an alert, PLB codes nobody has a rule for."""
    drafts = [unmatched_item(remittance, one.remit_claim_id, one.number, one.paid_cents) for one in unmatched]
    if remittance.state == RemittanceState.UNBALANCED:
        drafts.append(
            ItemDraft(
                kind=WorkKey.UNBALANCED,
                cause_key=f"remittance:{remittance.id}",
                title=f"Remittance {remittance.trace_number} does not balance",
                priority=80,
                amount_cents=abs(remittance.difference_cents),
                category=WorkCategory.UNBALANCED,
                **_of(remittance),
            )
        )
    if remittance.alert:
        drafts.append(
            ItemDraft(
                kind=WorkKey.EXCEPTION,
                cause_key=f"alert:{remittance.id}",
                title=f"Remittance {remittance.trace_number} has to be looked at before posting",
                priority=70,
                amount_cents=remittance.payment_cents,
                category=WorkCategory.TRACE_ALERT,
                **_of(remittance),
            )
        )
    unknown = ProviderAdjustment.objects.filter(remittance=remittance, use=ProviderAdjustmentUse.UNKNOWN)
    for one in unknown.order_by("ordinal"):
        audit.emit("plb.unknown", subject=one, data={"code": one.reason_code, "cents": one.amount_cents})
        drafts.append(
            ItemDraft(
                kind=WorkKey.EXCEPTION,
                cause_key=f"plb:{one.id}",
                title=f"Provider adjustment {one.reason_code} on {remittance.trace_number} needs a person",
                priority=60,
                amount_cents=one.amount_cents,
                category=WorkCategory.UNKNOWN_PLB,
                code=one.reason_code,
                **_of(remittance),
            )
        )
    open_items(drafts)


def open_review_item(remittance: Remittance, reason: str) -> None:
    """It balances and is not posted: a person looks first."""
    open_items(
        [
            ItemDraft(
                kind=WorkKey.EXCEPTION,
                cause_key=f"review:{remittance.id}",
                title=f"Remittance {remittance.trace_number} waits: {reason}",
                priority=75,
                amount_cents=abs(remittance.payment_cents),
                category=WorkCategory.REVIEW,
                **_of(remittance),
            )
        ]
    )


def _of(remittance: Remittance) -> dict[str, Any]:
    return {
        "subject_type": remittance._meta.label_lower,
        "subject_id": remittance.id,
        "occurred_on": localdate(remittance.received_at),
        "queue": QUEUE,
        "payer_id": remittance.payer_id,
        "reference": remittance.trace_number[:60],
    }


def unmatched_item(remittance: Remittance, remit_claim_id: UUID, number: str, paid_cents: int) -> ItemDraft:
    return ItemDraft(
        kind=WorkKey.UNMATCHED,
        cause_key=f"remit_claim:{remit_claim_id}",
        title=f"{number if number.strip('0') else 'No number'} in {remittance.trace_number}",
        subject_type=RemitClaim._meta.label_lower,
        subject_id=remit_claim_id,
        occurred_on=localdate(remittance.received_at),
        queue=QUEUE,
        priority=50,
        payer_id=remittance.payer_id,
        amount_cents=paid_cents,
        category=WorkCategory.NO_CLAIM,
        reference=number[:60],
    )


def open_quarantine_item(file: ExchangeFile, *, at: datetime) -> None:
    open_items(
        [
            ItemDraft(
                kind=WorkKey.EXCEPTION,
                cause_key=f"file:{file.id}",
                title="A remittance file is quarantined",
                subject_type=file._meta.label_lower,
                subject_id=file.id,
                occurred_on=localdate(at),
                queue=QUEUE,
                priority=70,
                category=WorkCategory.QUARANTINED_FILE,
            )
        ]
    )


def open_held_items(remittances: dict[UUID, Remittance], held: Iterable[RemitClaim]) -> None:
    """Reversals whose original is not here yet."""
    open_items(
        ItemDraft(
            kind=WorkKey.EXCEPTION,
            cause_key=f"held:{one.id}",
            title=f"Reversal of {one.patient_control_number or 'a claim'} has no original here",
            subject_type=one._meta.label_lower,
            subject_id=one.id,
            occurred_on=localdate(remittances[one.remittance_id].received_at),
            queue=QUEUE,
            priority=60,
            payer_id=remittances[one.remittance_id].payer_id,
            amount_cents=one.paid_cents,
            category=WorkCategory.HELD_REVERSAL,
            reference=one.patient_control_number[:60],
        )
        for one in held
    )


def open_waiting_items(remittances: dict[UUID, Remittance], held: Iterable[RemitClaim]) -> None:
    """Answers that a person looks at before they are applied, and those that say again what stands."""
    open_items(
        ItemDraft(
            kind=WorkKey.EXCEPTION,
            cause_key=f"{'gate' if one.waits else 'second'}:{one.id}",
            title=(
                f"{one.patient_control_number or 'A claim'} waits: {one.hold}"
                if one.waits
                else f"Second answer on {one.patient_control_number or 'a claim'} without a reversal"
            ),
            subject_type=one._meta.label_lower,
            subject_id=one.id,
            occurred_on=localdate(remittances[one.remittance_id].received_at),
            queue=QUEUE,
            priority=60,
            payer_id=remittances[one.remittance_id].payer_id,
            amount_cents=one.paid_cents,
            category=WorkCategory.REVIEW if one.waits else WorkCategory.SECOND_ANSWER,
            reference=one.patient_control_number[:60],
        )
        for one in held
    )


def waiting_is_over(answers: Iterable[RemitClaim], *, at: datetime) -> None:
    cause_gone(WorkKey.EXCEPTION, [f"{why}:{one.id}" for one in answers for why in ("gate", "second")], at=at)


def open_correction_items(payments: Iterable[RemitClaim]) -> None:
    """Patients or insured whom the payer knows under another name or number."""
    open_items(
        ItemDraft(
            kind=WorkKey.EXCEPTION,
            cause_key=f"corrected:{one.id}",
            title=f"The payer corrects the insured of {one.patient_control_number or 'a claim'}",
            subject_type=one._meta.label_lower,
            subject_id=one.id,
            occurred_on=localdate(one.remittance.received_at),
            queue=REGISTRATION,
            priority=40,
            payer_id=one.remittance.payer_id,
            patient_id=one.claim.patient_id if one.claim else None,
            category=WorkCategory.CORRECTED_PERSON,
            reference=one.patient_control_number[:60],
        )
        for one in payments
    )


def open_credit_items(credits: dict[UUID, int], *, on: date) -> None:
    """Claims paid beyond what was charged: somebody is owed a refund."""
    open_items(
        ItemDraft(
            kind=WorkKey.EXCEPTION,
            cause_key=f"credit:{claim_id}",
            title="A claim is paid beyond its charge: refund or find out why",
            subject_type="claims.claim",
            subject_id=claim_id,
            occurred_on=on,
            queue=QUEUE,
            priority=55,
            amount_cents=cents,
            category=WorkCategory.CREDIT_BALANCE,
        )
        for claim_id, cents in credits.items()
    )


def open_suspense_items(remittance: Remittance, claims: Iterable[RemitClaim]) -> None:
    """Adjustments the books keep in suspense until a person reads them."""
    open_items(
        ItemDraft(
            kind=WorkKey.EXCEPTION,
            cause_key=f"suspense:{one.id}",
            title=f"Adjustment of {one.patient_control_number or 'a claim'} is in suspense",
            subject_type=one._meta.label_lower,
            subject_id=one.id,
            occurred_on=localdate(remittance.received_at),
            queue=QUEUE,
            priority=45,
            payer_id=remittance.payer_id,
            amount_cents=one.paid_cents,
            category=WorkCategory.SUSPENSE,
            reference=one.patient_control_number[:60],
        )
        for one in claims
    )


def cause_gone(kind: str, cause_keys: Iterable[str], *, at: datetime) -> None:
    keys = list(cause_keys)
    if keys:
        cancel_items(kind=kind, cause_keys=keys, at=at)
