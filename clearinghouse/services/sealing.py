"""Fixing what goes to a partner: numbers drawn, bytes written and kept, in one transaction, before anything leaves."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, BinaryIO, NamedTuple, Protocol, cast
from uuid import UUID

from django.db import connection, transaction

from audit import services as audit
from clearinghouse.choices import Series, Transaction
from clearinghouse.models import Interchange, InterchangeSet, TradingPartner
from clearinghouse.rules.batches import batch_reference
from clearinghouse.rules.forms import FORMS, Content, Form, Header
from clearinghouse.services.delivering import order_delivery
from clearinghouse.services.files import store_outbound
from tenancy.ids import uuid7
from tenancy.models import Organization
from tenancy.scope import current_scope
from x12 import CannotWrite, Contact, Delimiters, Envelope, Party

KEPT_IN_MEMORY = 8 << 20
LARGEST_NUMBER = 999_999_999
Given = tuple[UUID, Content]


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
    subject_ids: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class Sealed:
    interchange_id: UUID
    file_id: UUID
    control_number: str
    sets: tuple[SealedSet, ...]


@transaction.atomic
def seal(*, partner_id: UUID, kind: str, claims: Iterable[Given], at: datetime) -> Sealed:
    """One interchange of one kind (a Transaction): claims with the ids of their versions, or claims that are asked
    about with the ids of the questions.
    """
    partner = TradingPartner.objects.get(id=partner_id)
    given = list(claims)
    if not given:
        raise CannotSeal("There is no claim to send.")
    if not partner.is_active:
        raise CannotSeal(f"{partner} is not in use.")
    form = FORMS[Transaction(kind)]
    for subject_id, one in given:
        if not form.holds(one):
            raise CannotSeal(f"This cannot stand in a {kind}.", subject_id)
    size = partner.claims_per_set
    batches = [given[start : start + size] for start in range(0, len(given), size)]
    number, group, first_set = draw_numbers(partner.id, len(batches))
    interchange = Interchange(
        partner=partner, transaction=kind, control_number=number, group_number=group, sealed_at=at
    )
    data = {"control_number": number, "claims": len(given), "partner_id": str(partner.id)}
    audit.emit("batch.opened", subject=interchange, data=data)
    writing = _Writing(partner, form, number, group, first_set, at)
    with tempfile.SpooledTemporaryFile(max_size=KEPT_IN_MEMORY) as spool:
        content = cast(BinaryIO, spool)
        writing.write(batches, content)
        name = f"{kind}_{number:09}.edi"
        interchange.file = store_outbound(name=name, content=content, kinds=[form.transaction_code], at=at)
    interchange.save(force_insert=True)
    sets = [
        InterchangeSet(
            interchange=interchange, control_number=first_set + place, subject_ids=[one for one, _ in batch]
        )
        for place, batch in enumerate(batches)
    ]
    InterchangeSet.objects.bulk_create(sets)
    audit.record("clearinghouse.interchange.sealed", subject=interchange, data=data)
    audit.emit("batch.sealed", subject=interchange, data=data)
    order_delivery(interchange)
    return Sealed(
        interchange.id,
        interchange.file.id,
        f"{number:09}",
        tuple(SealedSet(one.id, f"{one.control_number:04}", tuple(one.subject_ids)) for one in sets),
    )


class Numbers(NamedTuple):
    interchange: int
    group: int
    set: int


def draw_numbers(partner_id: UUID, sets: int = 1) -> Numbers:
    """The partner's next ones, the first of `sets` for sets. Others wait until this transaction ends; rolled back,
    nothing was drawn.
    """
    practice_id = current_scope().practice_id
    # Always in this order: two who draw for the same partner wait for each other at the first number.
    counts = {Series.INTERCHANGE: 1, Series.GROUP: 1, Series.SET: sets}
    rows = [(uuid7(), practice_id, partner_id, kind, count) for kind, count in counts.items()]
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO clearinghouse_numberseries AS series (id, organization_id, partner_id, kind, last)
            VALUES (%s, %s, %s, %s, %s), (%s, %s, %s, %s, %s), (%s, %s, %s, %s, %s)
            ON CONFLICT (organization_id, partner_id, kind) DO UPDATE SET last = series.last + EXCLUDED.last
            RETURNING kind, last
            """,
            [value for row in rows for value in row],
        )
        last: dict[str, int] = dict(cursor.fetchall())
    if max(last.values()) > LARGEST_NUMBER:
        raise CannotSeal("The control numbers of this partner are used up.")
    return Numbers(*(last[kind] - count + 1 for kind, count in counts.items()))


class _Writing:
    """One interchange being written, and which claim is at the pen."""

    def __init__(
        self, partner: TradingPartner, form: Form, number: int, group: int, first_set: int, at: datetime
    ) -> None:
        self.partner, self.form = partner, form
        self.number, self.group, self.first_set = number, group, first_set
        self.at = at.astimezone(UTC)
        self.practice_name = Organization.objects.get(id=current_scope().practice_id).name[:60]
        self.at_pen: UUID | None = None

    def write(self, batches: Sequence[Sequence[Given]], content: BinaryIO) -> None:
        try:
            for part in self.form.write(self._events(batches)):
                content.write(part)
        except CannotWrite as refusal:
            raise CannotSeal(str(refusal), self.at_pen) from refusal

    def _events(self, batches: Sequence[Sequence[Given]]) -> Iterator[Any]:
        for place, batch in enumerate(batches):
            self.at_pen = None
            yield from self.form.events(self._header(self.first_set + place), self._contents(batch))

    def _contents(self, batch: Sequence[Given]) -> Iterator[Content]:
        for subject_id, content in batch:
            self.at_pen = subject_id
            yield content

    def _header(self, set_number: int) -> Header:
        partner = self.partner
        return Header(
            envelope=self._envelope(set_number),
            reference=batch_reference(self.number, set_number),
            created_on=self.at.date(),
            created_time=f"{self.at:%H%M}",
            submitter=Party(
                "41", "2", self.practice_name, "", "", "", "46", partner.sender_identifier or partner.sender_id, 0
            ),
            contact=Contact("IC", partner.contact_name, (("TE", partner.contact_phone),), 0),
            receiver=Party(
                "40", "2", partner.name, "", "", "", "46", partner.receiver_identifier or partner.receiver_id, 0
            ),
        )  # fmt: skip

    def _envelope(self, set_number: int) -> Envelope:
        return envelope_of(self.partner, self.form, Numbers(self.number, self.group, set_number), self.at)


class Coded(Protocol):
    """What an envelope says of the kind of thing it holds."""

    @property
    def functional_code(self) -> str: ...
    @property
    def version(self) -> str: ...
    @property
    def transaction_code(self) -> str: ...


def envelope_of(partner: TradingPartner, form: Coded, numbers: Numbers, at: datetime) -> Envelope:
    """`at` in UTC."""
    return Envelope(
        Delimiters("*", "^", ":", "~"),
        sender_qualifier=partner.sender_qualifier,
        sender=partner.sender_id,
        receiver_qualifier=partner.receiver_qualifier,
        receiver=partner.receiver_id,
        interchange_date=f"{at:%y%m%d}",
        interchange_time=f"{at:%H%M}",
        interchange_version="00501",
        interchange_control_number=f"{numbers.interchange:09}",
        acknowledgement_requested="1",
        usage_indicator="P" if partner.is_production else "T",
        functional_code=form.functional_code,
        application_sender=partner.application_sender or partner.sender_id,
        application_receiver=partner.application_receiver or partner.receiver_id,
        group_date=f"{at:%Y%m%d}",
        group_time=f"{at:%H%M}",
        group_control_number=str(numbers.group),
        version=form.version,
        transaction_code=form.transaction_code,
        transaction_control_number=f"{numbers.set:04}",
    )
