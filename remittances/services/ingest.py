"""Reading a stored 835: every transaction set becomes a remittance, a known duplicate, or a message saying why not.

Nothing is posted here. A file is read whole or, when it is meant for another practice, not at all.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.timezone import localdate

from audit import services as audit
from clearinghouse.choices import FileState
from clearinghouse.models import ExchangeFile
from clearinghouse.selectors import open_file, refusal_at_the_door
from clearinghouse.services import mark_file
from reference.rules.names import normalized_tax_id
from reference.selectors import BillingNames, billing_names, payer_for_remittance
from reference.services import PayerSeen, ensure_payers
from remittances.choices import ProviderAdjustmentUse, RemittanceState, ResultState, WorkKey
from remittances.models import ProviderAdjustment, Remittance, TransactionResult
from remittances.rules.balance import Proof, prove_payment
from remittances.services.corrections import open_corrections
from remittances.services.exceptions import cause_gone, open_ingest_items, open_quarantine_item
from remittances.services.findings import (
    imbalance_finding,
    not_said_already,
    reader_findings,
    warning_finding,
)
from remittances.services.reading import FractionOfCent, cents, provider_adjustment_facts
from remittances.services.storing import ClaimStore
from tenancy.bulk import insert_rows, without_waiting
from tenancy.ids import uuid7
from x12 import ClaimPayment, NotX12, RemittanceEnd, RemittanceStart, read_835

Event = RemittanceStart | ClaimPayment | RemittanceEnd
TEST = "T"
OLDEST, FURTHEST = timedelta(days=3650), timedelta(days=60)
USES = {
    "WO": ProviderAdjustmentUse.RECOVERY,
    "72": ProviderAdjustmentUse.REFUND,
    "FB": ProviderAdjustmentUse.FORWARD_BALANCE,
    "L6": ProviderAdjustmentUse.INTEREST,
}


class ForeignPayee(Exception):
    """A payment of the file is for somebody else."""


class CannotKeep(Exception):
    """A transaction set cannot be kept as a remittance; the message says why and what to do."""


class AlreadyKept(Exception):
    """The same payment came before."""


@dataclass(slots=True)
class TransactionSet:
    """One ST to SE of a stream: claims can be read once, the end stands once they are."""

    start: RemittanceStart
    _events: Iterator[Event]
    end: RemittanceEnd | None = None
    claim_count: int = 0

    def claims(self) -> Iterator[ClaimPayment]:
        if self.end is not None:
            return
        for event in self._events:
            if isinstance(event, RemittanceEnd):
                self.end = event
                return
            if isinstance(event, ClaimPayment):
                self.claim_count += 1
                yield event

    def drain(self) -> None:
        for _ in self.claims():
            pass

    @property
    def ordinal(self) -> int:
        return self.start.position.transaction


def transaction_sets(file: ExchangeFile) -> Iterator[TransactionSet]:
    with open_file(file) as source:
        events = iter(read_835(source))
        for event in events:
            if isinstance(event, RemittanceStart):
                one = TransactionSet(event, events)
                yield one
                one.drain()


def ingest_file(*, file_id: UUID, at: datetime) -> list[TransactionResult]:
    """Read a stored file. Safe to repeat: what a file became is written once, and said again when asked again.

    A file of which nothing could be kept is read anew: the practice may have mended what kept it out.
    """
    file = ExchangeFile.objects.select_for_update().get(id=file_id)
    known = TransactionResult.objects.filter(file=file).select_related("remittance").order_by("ordinal")
    if any(result.remittance_id for result in known):
        return list(known)
    known.delete()
    if refusal := refusal_at_the_door(file):
        return [_result(file, ResultState.REFUSED, refusal, at=at)]
    try:
        with transaction.atomic():
            results = _Ingest(file, at).run()
    except ForeignPayee as foreign:
        mark_file(file_id=file.id, state=FileState.QUARANTINED, message=str(foreign))
        open_quarantine_item(file, at=at)
        return [_result(file, ResultState.QUARANTINED, str(foreign), at=at)]
    except NotX12 as refusal:
        return [_refused(file, str(refusal), at=at)]
    if not results:
        return [_refused(file, NO_REMITTANCE, at=at)]
    _close_file(file, results, at=at)
    return results


ASK_FOR_ANOTHER = "Nothing of it is posted. Ask the payer for a corrected remittance."
OTHER_KIND = "It is kept under Files; claims are imported under Claims, Import a file."
NO_REMITTANCE = "There is no 835 in this file. Upload remittances here and claims (837) under Claims."


def _refused(file: ExchangeFile, message: str, *, at: datetime) -> TransactionResult:
    """A file of another kind is left alone: its own reader may find what was meant for him."""
    if file.kinds and "835" not in file.kinds:
        return _result(file, ResultState.REFUSED, f"{message} {OTHER_KIND}", at=at)
    mark_file(file_id=file.id, state=FileState.REFUSED, message=message)
    return _result(file, ResultState.REFUSED, message, at=at)


def _close_file(file: ExchangeFile, results: list[TransactionResult], *, at: datetime) -> None:
    held = [one.message for one in results if one.state == ResultState.QUARANTINED]
    state = FileState.QUARANTINED if held else FileState.READ
    mark_file(file_id=file.id, state=state, message=" ".join(held)[:2000], kinds=["835"])
    if held:
        open_quarantine_item(file, at=at)
    else:
        cause_gone(WorkKey.EXCEPTION, [f"file:{file.id}"], at=at)


def _result(
    file: ExchangeFile, state: str, message: str, *, at: datetime, ordinal: int = 0
) -> TransactionResult:
    return TransactionResult.objects.create(
        file=file, ordinal=ordinal, state=state, message=message[:500], recorded_at=at
    )


@dataclass(slots=True)
class _Ingest:
    file: ExchangeFile
    at: datetime
    ours: BillingNames = field(default_factory=billing_names)

    def run(self) -> list[TransactionResult]:
        results: list[TransactionResult] = []
        again: set[int] = set()
        for one in transaction_sets(self.file):
            self._refuse_foreign(one)
            if self._came_before(one.start):
                one.drain()
                original = self._original(one)
                if original is None:
                    again.add(one.ordinal)
                    continue
                results.append(self._duplicate(one, original))
                continue
            results.append(self._keep(one))
        if again:
            results += [self._keep(one) for one in transaction_sets(self.file) if one.ordinal in again]
        return sorted(results, key=lambda result: result.ordinal)

    def _refuse_foreign(self, one: TransactionSet) -> None:
        """A payment stays out unless its payee is known to be this practice."""
        start = one.start
        name = start.payee.name if start.payee else ""
        number = start.payee.identifier if start.payee else ""
        is_ours = self.ours.know(npi=start.payee_npi or number, tax_id=start.payee_tax_identifier, name=name)
        if is_ours or not self.ours:
            return
        numbers = ", ".join(sorted(payee_identifiers(start)))
        raise ForeignPayee(
            f"Transaction {start.envelope.transaction_control_number} pays {name or 'nobody by name'}"
            f" ({numbers or number or 'without a number'}), which is not known as this practice."
            " Nothing of the file was posted. Send it to the practice it belongs to; or say under Reference,"
            " Providers who bills for this practice, and upload the file again."
        )

    def _came_before(self, start: RemittanceStart) -> bool:
        return Remittance.objects.filter(
            trace_number=start.trace_number[:60], payer_trace_identifier=start.payer_trace_identifier[:20]
        ).exists()

    def _original(self, one: TransactionSet) -> Remittance | None:
        assert one.end is not None
        try:
            identity = payment_identity(one.start, one.end)
        except FractionOfCent:
            return None
        return Remittance.objects.filter(payment_identity=identity).first()

    def _duplicate(self, one: TransactionSet, original: Remittance) -> TransactionResult:
        audit.emit("era.duplicate", subject=original, data={"file_id": str(self.file.id)})
        message = (
            f"The same payment came before, on {localdate(original.received_at):%B %-d, %Y}. Nothing was posted"
            " again."
        )
        return self._say(one, ResultState.DUPLICATE, message, original)

    def _keep(self, one: TransactionSet) -> TransactionResult:
        try:
            with transaction.atomic():
                remittance = self._store(one)
        except AlreadyKept:
            original = self._original(one)
            assert original is not None
            return self._duplicate(one, original)
        except (CannotKeep, FractionOfCent) as refusal:
            one.drain()
            return self._say(one, ResultState.QUARANTINED, str(refusal), None)
        unbalanced = remittance.state == RemittanceState.UNBALANCED
        message = f"{remittance.findings[0]['message']} {ASK_FOR_ANOTHER}" if unbalanced else ""
        return self._say(one, ResultState.UNBALANCED if unbalanced else ResultState.READ, message, remittance)

    def _say(
        self, one: TransactionSet, state: str, message: str, remittance: Remittance | None
    ) -> TransactionResult:
        return TransactionResult.objects.create(
            file=self.file,
            ordinal=one.ordinal,
            control_number=one.start.envelope.transaction_control_number[:20],
            state=state,
            message=message[:500],
            remittance=remittance,
            claim_count=one.claim_count,
            findings=[] if remittance else reader_findings(one.end),
            recorded_at=self.at,
        )

    def _store_claims(self, one: TransactionSet, store: ClaimStore) -> None:
        for claim in one.claims():
            try:
                store.add(claim)
            except FractionOfCent as refusal:
                raise CannotKeep(
                    f"Claim {claim.ordinal} of transaction {one.start.envelope.transaction_control_number},"
                    f" segment {claim.position.segment}: {refusal}. Nothing of it was kept; ask the payer for a"
                    " corrected file."
                ) from None

    def _store(self, one: TransactionSet) -> Remittance:
        remittance = Remittance(**self._header(one.start))
        alert = self._alert(remittance, one.start)
        remittance.save(force_insert=True)
        store = ClaimStore(remittance)
        with without_waiting():
            self._store_claims(one, store)
        end = one.end
        if end is None or not end.is_complete:
            raise CannotKeep(
                f"The file ends inside transaction {one.start.envelope.transaction_control_number}, after"
                f" {one.claim_count} claims: no SE was found. Nothing of it was kept; get the whole file again."
            )
        store.flush()
        proof = self._provider_adjustments(remittance, end, store)
        _close(remittance, store, end, proof, alert)
        remittance.payment_identity = payment_identity(one.start, end)
        try:
            with transaction.atomic():
                remittance.save()
        except IntegrityError:
            raise AlreadyKept from None
        open_ingest_items(remittance, store.unmatched, at=self.at)
        if store.corrected:
            open_corrections(store.corrected)
        _tell(remittance)
        return remittance

    def _header(self, start: RemittanceStart) -> dict[str, object]:
        match = payer_for_remittance(
            name=start.payer.name if start.payer else "",
            identifiers=_payer_identifiers(start),
            tax_id=start.payer_trace_identifier[1:10],
        )
        payer_id = match.payer.id if match.payer else None
        if payer_id is None and not match.candidates and start.payer is not None:
            seen = PayerSeen(start.payer.name, start.payer.identifier)
            payer_id = ensure_payers([seen])[seen]
        key = uuid7()
        payment = cents(start.payment_amount)
        return {
            "id": key,
            "file": self.file,
            "interchange": start.position.interchange,
            "transaction": start.position.transaction,
            "first_segment": start.position.segment,
            "interchange_control_number": start.envelope.interchange_control_number[:20],
            "transaction_control_number": start.envelope.transaction_control_number[:20],
            "payer_id": payer_id,
            "payer_name": (start.payer.name if start.payer else "")[:80],
            "payer_identifier": (start.payer.identifier if start.payer else "")[:80],
            "payee_name": (start.payee.name if start.payee else "")[:80],
            "payee_identifier": (start.payee.identifier if start.payee else "")[:80],
            "handling_code": start.handling_code[:4],
            "payment_method": start.payment_method[:4],
            "payment_cents": -payment if start.credit_or_debit == "D" else payment,
            "payment_on": payment_day(start, self.at),
            "trace_number": start.trace_number[:60],
            "payer_trace_identifier": start.payer_trace_identifier[:20],
            "produced_on": start.production_on,
            "payment_identity": f"reading:{key}",
            "received_at": self.at,
        }

    def _alert(self, remittance: Remittance, start: RemittanceStart) -> str:
        """What a person has to look at before any of it is posted."""
        alerts = (self._untrusted(start), undatable(start, self.at), self._twin(remittance))
        return " ".join(filter(None, alerts))

    def _untrusted(self, start: RemittanceStart) -> str:
        if start.envelope.usage_indicator == TEST:
            return "The payer marked this file as a test (ISA15 T): no money may stand behind it."
        if not self.ours:
            return "This practice has no NPI and no tax number on file: nobody could check that the payment is its own."
        return ""

    def _twin(self, remittance: Remittance) -> str:
        """The same trace with other content. Payers reuse one trace for payments of zero; that is no alarm."""
        if not remittance.payment_cents:
            return ""
        twin = Remittance.objects.filter(
            trace_number=remittance.trace_number,
            payer_trace_identifier=remittance.payer_trace_identifier,
        ).exclude(payment_cents=0)
        if not twin.exists():
            return ""
        return (
            f"Trace {remittance.trace_number} came before with other content. Ask the payer which one is right"
            " before posting."
        )

    def _provider_adjustments(self, remittance: Remittance, end: RemittanceEnd, store: ClaimStore) -> Proof:
        facts = [
            provider_adjustment_facts(ordinal, one)
            for ordinal, one in enumerate(end.provider_adjustments, start=1)
        ]
        rows = [
            (
                uuid7(),
                remittance.id,
                one.ordinal,
                one.code,
                one.reference,
                one.amount_cents,
                sent.provider_identifier[:60],
                sent.fiscal_period[:10],
                USES.get(one.code, ProviderAdjustmentUse.UNKNOWN),
                sent.segment,
            )
            for one, sent in zip(facts, end.provider_adjustments, strict=True)
        ]
        columns = ("id", "remittance_id", "ordinal", "reason_code", "reference", "amount_cents")
        insert_rows(
            ProviderAdjustment, (*columns, "provider_identifier", "fiscal_period", "use", "segment"), rows
        )
        remittance.provider_adjustment_cents = sum(one.amount_cents for one in facts)
        return prove_payment(
            payment_cents=abs(remittance.payment_cents),
            claims_paid_cents=store.paid_cents,
            provider_adjustments=facts,
            credit_or_debit="D" if remittance.payment_cents < 0 else "C",
            method=remittance.payment_method,
        )


def _close(remittance: Remittance, store: ClaimStore, end: RemittanceEnd, proof: Proof, alert: str) -> None:
    # BPR comes straight after ST (005010X221A1, header).
    bpr = remittance.first_segment + 1
    wrong = [*(imbalance_finding(one, bpr) for one in proof.imbalances), *store.imbalances]
    odd = [*store.warnings, *(warning_finding(one, bpr) for one in proof.warnings)]
    found = not_said_already(reader_findings(end), [*wrong, *odd])
    errors = [one["message"] for one in found if one["severity"] == "ERROR"]
    remittance.last_segment = end.position.segment
    remittance.content_hash = end.content_hash
    remittance.claim_count = store.claim_count
    remittance.line_count = store.line_count
    remittance.charge_cents = store.charge_cents
    remittance.paid_cents = store.paid_cents
    remittance.unmatched_count = len(store.unmatched)
    remittance.denied_count = store.denied_count
    remittance.exception_count = store.exception_count
    remittance.difference_cents = wrong[0]["difference_cents"] if wrong else 0
    remittance.alert = alert or ("" if wrong else " ".join(errors)[:300])
    remittance.state = RemittanceState.UNBALANCED if wrong else RemittanceState.READY
    remittance.findings = [*wrong, *found, *odd]


def _tell(remittance: Remittance) -> None:
    data = {"claims": remittance.claim_count, "unmatched": remittance.unmatched_count}
    audit.record(
        "remittances.remittance.ingested", subject=remittance, data={**data, "state": remittance.state}
    )
    audit.emit("era.received", subject=remittance, data={"file_id": str(remittance.file_id)})
    audit.emit("era.parsed", subject=remittance, data=data)
    if remittance.state == RemittanceState.UNBALANCED:
        audit.emit(
            "era.unbalanced", subject=remittance, data={"difference_cents": remittance.difference_cents}
        )
    audit.emit(
        "era.unmatched" if remittance.unmatched_count else "era.matched", subject=remittance, data=data
    )


def payment_day(start: RemittanceStart, at: datetime) -> date:
    return start.payment_on or start.production_on or localdate(at)


def undatable(start: RemittanceStart, at: datetime) -> str:
    """The books need the day of a payment; a guess, or a day nobody can mean, is for a person."""
    day = payment_day(start, at)
    if start.payment_on is None:
        return (
            f"The payment date (BPR16) cannot be read. It would be posted on {day:%Y-%m-%d}: ask the payer."
        )
    if not localdate(at) - OLDEST <= day <= localdate(at) + FURTHEST:
        return f"The payment date {day:%Y-%m-%d} (BPR16) is far from today. Ask the payer before posting."
    return ""


def payment_identity(start: RemittanceStart, end: RemittanceEnd) -> str:
    """TRN03, TRN02, BPR02, BPR16, payee and content: the payment, whatever envelope it comes in."""
    payee = start.payee.identifier if start.payee else ""
    parts = (
        start.payer_trace_identifier,
        start.trace_number,
        str(cents(start.payment_amount)),
        start.payment_on.isoformat() if start.payment_on else "",
        payee,
        end.content_hash,
    )
    return hashlib.sha256("|".join(parts).encode()).hexdigest()


def _payer_identifiers(start: RemittanceStart) -> list[str]:
    if start.payer is None:
        return []
    own = [one.value for one in start.payer.references if one.qualifier in ("2U", "NF", "EO", "HI")]
    return [one for one in (start.payer.identifier, *own) if one]


def payee_identifiers(start: RemittanceStart) -> frozenset[str]:
    numbers = {start.payee_npi, normalized_tax_id(start.payee_tax_identifier)}
    return frozenset(number for number in numbers if number)
