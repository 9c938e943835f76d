"""Fixing what goes to a partner: numbers drawn, bytes written and kept, in one transaction, before anything leaves."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import BinaryIO, cast
from uuid import UUID

from django.db import connection, transaction

from audit import services as audit
from clearinghouse.choices import Series, Transaction
from clearinghouse.models import Interchange, InterchangeSet, TradingPartner
from clearinghouse.rules.batches import batch_reference
from clearinghouse.services.delivering import order_delivery
from clearinghouse.services.files import store_outbound
from tenancy.ids import uuid7
from tenancy.models import Organization
from tenancy.scope import current_scope
from x12 import (
    CannotWrite,
    ClaimBatchEnd,
    ClaimBatchStart,
    Contact,
    Delimiters,
    Envelope,
    Party,
    Position,
    SubmittedClaim,
    write_837,
)

KEPT_IN_MEMORY = 8 << 20
LARGEST_NUMBER = 999_999_999
NOWHERE = Position(0, 0, 0, 0)
FORMS = {
    Transaction.PROFESSIONAL: ("PROFESSIONAL", "005010X222A1"),
    Transaction.INSTITUTIONAL: ("INSTITUTIONAL", "005010X223A2"),
}
Given = tuple[UUID, SubmittedClaim]
Event = ClaimBatchStart | SubmittedClaim | ClaimBatchEnd


class CannotSeal(Exception):
    """Nothing was drawn or kept; `subject_id` names what stands in the way, if it is one of those given."""

    def __init__(self, message: str, subject_id: UUID | None = None) -> None:
        super().__init__(message)
        self.subject_id = subject_id


@dataclass(frozen=True, slots=True)
class SealedSet:
    """One transaction set, and what stands in it in the order of the file."""

    id: UUID
    control_number: str
    version_ids: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class Sealed:
    interchange_id: UUID
    file_id: UUID
    control_number: str
    sets: tuple[SealedSet, ...]


@transaction.atomic
def seal(*, partner_id: UUID, kind: str, claims: Iterable[Given], at: datetime) -> Sealed:
    """One interchange of claims of one kind (a Transaction), each given with the id of its version."""
    partner = TradingPartner.objects.get(id=partner_id)
    given = list(claims)
    if not given:
        raise CannotSeal("There is no claim to send.")
    if not partner.is_active:
        raise CannotSeal(f"{partner} is not in use.")
    form, _ = FORMS[Transaction(kind)]
    for version_id, claim in given:
        if claim.kind != form:
            raise CannotSeal(f"A claim of kind {claim.kind} cannot stand in a {kind}.", version_id)
    size = partner.claims_per_set
    batches = [given[start : start + size] for start in range(0, len(given), size)]
    # Always in this order: two who seal for the same partner wait for each other at the first number.
    number = draw_numbers(partner.id, Series.INTERCHANGE)
    group = draw_numbers(partner.id, Series.GROUP)
    first_set = draw_numbers(partner.id, Series.SET, len(batches))
    writing = _Writing(partner, Transaction(kind), number, group, first_set, at)
    with tempfile.SpooledTemporaryFile(max_size=KEPT_IN_MEMORY) as spool:
        content = cast(BinaryIO, spool)
        writing.write(batches, content)
        name = f"{kind}_{number:09}.edi"
        file = store_outbound(name=name, content=content, kinds=[kind[:3]], at=at)
    interchange = Interchange.objects.create(
        partner=partner, transaction=kind, control_number=number, group_number=group, file=file, sealed_at=at
    )
    sets = [
        InterchangeSet(
            interchange=interchange, control_number=first_set + place, subject_ids=[one for one, _ in batch]
        )
        for place, batch in enumerate(batches)
    ]
    InterchangeSet.objects.bulk_create(sets)
    data = {"control_number": number, "claims": len(given), "partner_id": str(partner.id)}
    audit.record("clearinghouse.interchange.sealed", subject=interchange, data=data)
    audit.emit("batch.sealed", subject=interchange, data=data)
    order_delivery(interchange)
    return Sealed(
        interchange.id,
        file.id,
        f"{number:09}",
        tuple(SealedSet(one.id, f"{one.control_number:04}", tuple(one.subject_ids)) for one in sets),
    )


def draw_numbers(partner_id: UUID, kind: str, count: int = 1) -> int:
    """The first of `count` next numbers. Others wait until this transaction ends; rolled back, nothing was drawn."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO clearinghouse_numberseries AS series (id, organization_id, partner_id, kind, last)
            VALUES (%s, %s, %s, %s, %s)
            ON CONFLICT (organization_id, partner_id, kind) DO UPDATE SET last = series.last + EXCLUDED.last
            RETURNING last
            """,
            [uuid7(), current_scope().practice_id, partner_id, kind, count],
        )
        last: int = cursor.fetchone()[0]
    if last > LARGEST_NUMBER:
        raise CannotSeal("The control numbers of this partner are used up.")
    return last - count + 1


class _Writing:
    """One interchange being written, and which claim is at the pen."""

    def __init__(
        self,
        partner: TradingPartner,
        kind: Transaction,
        number: int,
        group: int,
        first_set: int,
        at: datetime,
    ) -> None:
        self.partner, self.kind = partner, kind
        self.number, self.group, self.first_set = number, group, first_set
        self.at = at.astimezone(UTC)
        self.practice_name = Organization.objects.get(id=current_scope().practice_id).name[:60]
        self.at_pen: UUID | None = None

    def write(self, batches: list[list[Given]], content: BinaryIO) -> None:
        try:
            for part in write_837(self._events(batches)):
                content.write(part)
        except CannotWrite as refusal:
            raise CannotSeal(str(refusal), self.at_pen) from refusal

    def _events(self, batches: list[list[Given]]) -> Iterator[Event]:
        for place, batch in enumerate(batches):
            yield self._start(self.first_set + place)
            for version_id, claim in batch:
                self.at_pen = version_id
                yield claim
            yield ClaimBatchEnd(position=NOWHERE)
            self.at_pen = None

    def _start(self, set_number: int) -> ClaimBatchStart:
        partner = self.partner
        return ClaimBatchStart(
            envelope=self._envelope(set_number),
            position=NOWHERE,
            kind=FORMS[self.kind][0],
            batch_reference=batch_reference(self.number, set_number),
            created_on=self.at.date(),
            created_time=f"{self.at:%H%M}",
            submitter=Party(
                "41", "2", self.practice_name, "", "", "", "46", partner.sender_identifier or partner.sender_id, 0,
                contacts=(Contact("IC", partner.contact_name, (("TE", partner.contact_phone),), 0),),
            ),
            receiver=Party(
                "40", "2", partner.name, "", "", "", "46", partner.receiver_identifier or partner.receiver_id, 0
            ),
        )  # fmt: skip

    def _envelope(self, set_number: int) -> Envelope:
        partner = self.partner
        return Envelope(
            Delimiters("*", "^", ":", "~"),
            sender_qualifier=partner.sender_qualifier,
            sender=partner.sender_id,
            receiver_qualifier=partner.receiver_qualifier,
            receiver=partner.receiver_id,
            interchange_date=f"{self.at:%y%m%d}",
            interchange_time=f"{self.at:%H%M}",
            interchange_version="00501",
            interchange_control_number=f"{self.number:09}",
            acknowledgement_requested="1",
            usage_indicator="P" if partner.is_production else "T",
            functional_code="HC",
            application_sender=partner.application_sender or partner.sender_id,
            application_receiver=partner.application_receiver or partner.receiver_id,
            group_date=f"{self.at:%Y%m%d}",
            group_time=f"{self.at:%H%M}",
            group_control_number=str(self.group),
            version=FORMS[self.kind][1],
            transaction_code="837",
            transaction_control_number=f"{set_number:04}",
        )
