"""What a file of claims or questions is answered with, and when."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import msgspec

from clearinghouse.simulator.behaviours import Behaviour, Temper
from clearinghouse.simulator.books import Books, Standing
from clearinghouse.simulator.faults import fault_of
from clearinghouse.simulator.paying import (
    REPLACEMENT,
    REVERSING_FIRST,
    VOID,
    decided,
    decided_again,
    filing_indicator,
    payments_of,
    profile_of,
    remittance,
    thought_again,
)
from clearinghouse.simulator.payments import NOWHERE, organization
from clearinghouse.simulator.statuses import Batch, Told, answer_276, report
from x12 import (
    AcknowledgementEnd,
    AcknowledgementStart,
    ClaimBatchEnd,
    ClaimBatchStart,
    ClaimPayment,
    ClaimStatus,
    ElementError,
    Envelope,
    ErrorContext,
    InterchangeAcknowledgement,
    Party,
    SegmentError,
    SetAcknowledgement,
    Status,
    StatusCode,
    SubmittedClaim,
    read_837,
    write_999,
)
from x12.ack import answers as acknowledgements

CLEARINGHOUSE = ("LOOPBACK CLEARINGHOUSE", "LOOPBACK")
LATE_BY, CORRECTED_AFTER = 20, 2
"""How many times longer a late answer takes, and a payment that corrects another."""
SENT_BEFORE, NOT_TAKEN = "025", "024"
"""TA105."""
STREET = 1
"""N301 of 2010BA."""


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds after a file came until each of its answers."""

    acknowledged: float = 2
    forwarded: float = 4
    accepted: float = 8
    paid: float = 45


@dataclass(frozen=True, slots=True)
class Answer:
    name: str
    content: bytes
    after: float


@dataclass
class Desk:
    """Works one file of one customer. What it remembers goes into the books, whose page is open meanwhile."""

    books: Books
    temper: Temper
    pace: Pace
    account: str
    at: datetime.datetime
    _mangles: bool = field(default=False, init=False)

    def claims(self, content: bytes, *, is_repeated: bool) -> list[Answer]:
        batches = _batches(content)
        envelope = batches[0].start.envelope
        payer_ids = [one.payer.identifier for batch in batches for one in batch.claims if one.payer]
        file = f"{self.account}:{envelope.sender}:{envelope.interchange_control_number}"
        behaviour = self.temper.of_file(payer_ids, file)
        if is_repeated:
            return [self._refusal(content, envelope, SENT_BEFORE)]
        if behaviour is Behaviour.ENVELOPE_REFUSED and not self._was_refused_once(batches):
            return [self._refusal(content, envelope, NOT_TAKEN)]
        self._mangles = behaviour is Behaviour.MANGLED
        acknowledged, taken = self._acknowledge(content, batches)
        answers = [acknowledged, *self._forward(taken)]
        return _arranged(answers, behaviour)

    def questions(self, content: bytes) -> list[Answer]:
        number = self.books.draw("interchange")
        told = answer_276(content, self._status, number=number, at=self.at)
        return [Answer(f"STATUS_{number:09}.277", told, self.pace.acknowledged)]

    # -- TA1 and 999 --------------------------------------------------------------------------------------------

    def _was_refused_once(self, batches: Sequence[Batch]) -> bool:
        """A file is not taken once; the claims in it are, when they come again."""
        first = batches[0].claims[0].patient_control_number
        known = self.books.blamed(self.account, first, Behaviour.ENVELOPE_REFUSED) is not None
        self.books.refused(self.account, first, Behaviour.ENVELOPE_REFUSED, "")
        return known

    def _events(self, content: bytes) -> tuple[int, Iterator[Any]]:
        number = self.books.draw("interchange")
        return number, acknowledgements(
            content, control_number=number, date=f"{self.at:%Y%m%d}", time=f"{self.at:%H%M}"
        )

    def _refusal(self, content: bytes, asked: Envelope, reason: str) -> Answer:
        """A TA1 alone, whether or not it was asked for."""
        number, events = self._events(content)
        refused = InterchangeAcknowledgement(
            next(events).envelope, NOWHERE, asked.interchange_control_number, asked.interchange_date,
            asked.interchange_time, "R", reason,
        )  # fmt: skip
        return Answer(f"TA1_{number:09}.999", b"".join(write_999([refused])), self.pace.acknowledged)

    def _acknowledge(self, content: bytes, batches: Sequence[Batch]) -> tuple[Answer, list[Batch]]:
        """TA1 and 999, and the sets that were taken in."""
        by_number = {one.start.envelope.transaction_control_number: one for one in batches}
        number, events = self._events(content)
        told: list[Any] = []
        taken: list[Batch] = []
        for one in events:
            if isinstance(one, SetAcknowledgement):
                one = self._judged(one, by_number[one.control_number])
                if one.verdict != "R":
                    taken.append(by_number[one.control_number])
            elif isinstance(one, AcknowledgementEnd):
                one = _counted(one, len(taken), len(batches))
            elif isinstance(one, AcknowledgementStart) and self._mangles:
                group = f"9{one.group_control_number.zfill(6)}"
                one = msgspec.structs.replace(one, group_control_number=group)
            told.append(one)
        content_back = b"".join(write_999(told))
        return Answer(f"ACK_{number:09}.999", content_back, self.pace.acknowledged), taken

    def _judged(self, answer: SetAcknowledgement, batch: Batch) -> SetAcknowledgement:
        begins = batch.start.position.segment
        errors = [
            _street_error(claim, begins)
            for claim in batch.claims
            if self._refuses(claim, Behaviour.SYNTAX_REFUSED, _subscriber(claim).address_line)
        ]
        if not errors:
            return answer
        return msgspec.structs.replace(answer, verdict="R", reasons=("5",), errors=(*answer.errors, *errors))

    # -- clearinghouse, payer and payment -----------------------------------------------------------------------

    def _forward(self, batches: Sequence[Batch]) -> list[Answer]:
        """The clearinghouse's word on what was taken in, each payer's on what it passed on, and the payments."""
        reports, passed_on = [], list[tuple[Batch, SubmittedClaim]]()
        for batch in batches:
            told = [self._checked(one) for one in batch.claims]
            reports.append((batch, told))
            passed_on += [(batch, one.claim) for one in told if not one.is_refused]
        if not reports:
            return []
        name, identifier = CLEARINGHOUSE
        answers = [self._report(organization("AY", name, "46", identifier), reports, self.pace.forwarded)]
        by_payer: dict[str, list[tuple[Batch, SubmittedClaim]]] = defaultdict(list)
        for batch, claim in passed_on:
            if claim.payer and not self._is_silent(claim):
                by_payer[claim.payer.identifier].append((batch, claim))
        for payer_id in sorted(by_payer):
            answers += self._payer(by_payer[payer_id])
        return answers

    def _report(self, source: Party, told: Sequence[tuple[Batch, Sequence[Told]]], after: float) -> Answer:
        number = self.books.draw("interchange")
        content = report(source, told, number=number, at=self.at)
        return Answer(f"CLAIMS_{number:09}.277", content, after)

    def _checked(self, claim: SubmittedClaim) -> Told:
        trace = claim.patient_control_number
        if self._mangles:
            trace = trace.replace("-", "").lower()
        if self._refuses(claim, Behaviour.CLEARINGHOUSE_REFUSED, _subscriber(claim).postal_code):
            words = "ZIP CODE OF THE SUBSCRIBER IS NOT KNOWN"
            return Told(claim, StatusCode("A7", "500", "IL"), is_refused=True, message=words, trace=trace)
        return Told(claim, StatusCode("A0", "16", "PR"), trace=trace)

    def _is_silent(self, claim: SubmittedClaim) -> bool:
        payer_id = claim.payer.identifier if claim.payer else ""
        return self.temper.of_claim(payer_id, claim.patient_control_number) is Behaviour.SILENT

    def _payer(self, given: Sequence[tuple[Batch, SubmittedClaim]]) -> list[Answer]:
        said: dict[int, tuple[Batch, list[Told]]] = {}
        payments: dict[str, list[ClaimPayment]] = defaultdict(list)
        corrections: dict[str, list[ClaimPayment]] = defaultdict(list)
        for batch, claim in given:
            told, paid, corrected = self._adjudicated(claim)
            said.setdefault(id(batch), (batch, []))[1].append(told)
            payments[_payee_id(claim)] += paid
            corrections[_payee_id(claim)] += corrected
        payer = given[0][1].payer
        assert payer is not None
        source = organization("PR", payer.name, "PI", payer.identifier)
        answers = [self._report(source, list(said.values()), self.pace.accepted)]
        times = self.pace.paid, self.pace.paid * CORRECTED_AFTER
        if payer.identifier == REVERSING_FIRST:
            times = times[1], times[0]
        for paid_claims, after in zip((payments, corrections), times, strict=True):
            for payee_id, paid in paid_claims.items():
                if paid:
                    claim = next(one for _, one in given if _payee_id(one) == payee_id)
                    answers.append(self._remit(claim, paid, given[0][0].start.envelope.sender, after))
        return answers

    def _adjudicated(self, claim: SubmittedClaim) -> tuple[Told, list[ClaimPayment], list[ClaimPayment]]:
        """The payer's word on one claim, what it pays on it, and by what it corrects that later."""
        refused = self._refused_by_payer(claim)
        if refused is not None:
            return refused, [], []
        number = claim.patient_control_number
        standing = self.books.standing(self.account, number)
        earlier = standing.decision if standing and claim.frequency_code in (REPLACEMENT, VOID) else None
        if claim.frequency_code in (REPLACEMENT, VOID) and earlier is None:
            words = "NO CLAIM OF THIS NUMBER TO REPLACE"
            return Told(claim, StatusCode("A3", "464"), is_refused=True, message=words), [], []
        seed = self.temper.seed
        decision = decided_again(earlier, claim, seed=seed) if earlier else decided(claim, seed=seed)
        paid, corrected = payments_of(decision, earlier), list[ClaimPayment]()
        known = decision or earlier
        assert known is not None
        again = None if earlier else thought_again(known, seed=seed)
        if again is not None:
            corrected = payments_of(again, decision)
        pays_at = self.at.timestamp() + self.pace.paid
        stage = "PAID" if paid else "PENDING"
        self.books.stands(self.account, number, Standing(stage, again or decision, pays_at))
        return Told(claim, StatusCode("A2", "20", "PR"), payer_number=known.control_number), paid, corrected

    def _refused_by_payer(self, claim: SubmittedClaim) -> Told | None:
        payer_id = claim.payer.identifier if claim.payer else ""
        fault = fault_of(payer_id, claim.patient_control_number, seed=self.temper.seed)
        if not self._refuses(claim, Behaviour.PAYER_REFUSED, fault.blamed(_subscriber(claim))):
            return None
        return Told(claim, fault.code, is_refused=True, message=fault.words)

    def _remit(
        self, claim: SubmittedClaim, paid: Sequence[ClaimPayment], receiver: str, after: float
    ) -> Answer:
        payer, payee = claim.payer, claim.billing_provider
        assert payer is not None
        assert payee is not None
        profile = profile_of(payer, filing_indicator(claim), seed=self.temper.seed)
        number = self.books.draw("interchange")
        content, owed = remittance(
            profile,
            payee,
            paid,
            carried_cents=self.books.carried(self.account, payer.identifier, payee.identifier),
            number=number,
            receiver=receiver,
            on=self.at.date(),
        )
        self.books.carries(self.account, payer.identifier, payee.identifier, owed)
        return Answer(f"{payer.identifier}_{number:09}.835", content, after)

    def _refuses(self, claim: SubmittedClaim, stage: Behaviour, blamed: str) -> bool:
        """A claim that is refused is refused again until what it was refused for says something else."""
        number = claim.patient_control_number
        payer_id = claim.payer.identifier if claim.payer else ""
        if self.temper.of_claim(payer_id, number) is not stage:
            return False
        last = self.books.blamed(self.account, number, stage)
        if last is not None and last != blamed:
            return False
        self.books.refused(self.account, number, stage, blamed)
        self.books.stands(self.account, number, Standing("REFUSED"))
        return True

    # -- questions ----------------------------------------------------------------------------------------------

    def _status(self, asked: ClaimStatus) -> Status:
        number = asked.patient_account_number or asked.trace_number
        standing = self.books.standing(self.account, number)
        today = f"{self.at:%Y%m%d}"
        if standing is None:
            return Status((StatusCode("A4", "35"),), 0, today)
        if standing.stage == "REFUSED":
            return Status((StatusCode("A7", "158", "IL"),), 0, today)
        decision = standing.decision
        if decision is None or standing.stage == "PENDING" or standing.pays_at > self.at.timestamp():
            return Status((StatusCode("P1", "20"),), 0, today, charge_amount=asked.charge_amount)
        charge = sum(
            (line.line.charge_amount for line in decision.lines), start=decision.claim.charge_amount * 0
        )
        paid = charge * 0 + sum((one.paid_amount for one in payments_of(decision, None)), start=charge * 0)
        code = StatusCode("F2", "1") if decision.is_denied else StatusCode("F1", "65")
        return Status(
            (code,), 0, today, charge_amount=charge, paid_amount=paid, decision_date=today if paid else ""
        )


def _batches(content: bytes) -> list[Batch]:
    found: list[Batch] = []
    start: ClaimBatchStart | None = None
    claims: list[SubmittedClaim] = []
    for event in read_837(content):
        if isinstance(event, ClaimBatchStart):
            start, claims = event, []
        elif isinstance(event, SubmittedClaim):
            claims.append(event)
        elif isinstance(event, ClaimBatchEnd) and start is not None:
            found.append(Batch(start, tuple(claims)))
    return found


def claims_in(content: bytes) -> list[SubmittedClaim]:
    return [one for one in read_837(content) if isinstance(one, SubmittedClaim)]


def _subscriber(claim: SubmittedClaim) -> Party:
    assert claim.subscriber is not None
    return claim.subscriber


def _payee_id(claim: SubmittedClaim) -> str:
    return claim.billing_provider.identifier if claim.billing_provider else ""


def _street_error(claim: SubmittedClaim, begins: int) -> SegmentError:
    """N3 follows the NM1 of the subscriber."""
    subscriber = _subscriber(claim)
    return SegmentError(
        "N3",
        str(subscriber.segment - begins + 2),
        "2010BA",
        "8",
        0,
        contexts=(ErrorContext("CLM01", claim.patient_control_number, 0),),
        elements=(ElementError(str(STREET), "6", 0, value=subscriber.address_line),),
    )


def _counted(end: AcknowledgementEnd, accepted: int, sets: int) -> AcknowledgementEnd:
    verdict = end.verdict if accepted == sets else "P" if accepted else "R"
    return msgspec.structs.replace(end, verdict=verdict, accepted_set_count=str(accepted))


def _arranged(answers: Sequence[Answer], behaviour: Behaviour) -> list[Answer]:
    if behaviour is Behaviour.LATE:
        return [replace(one, after=one.after * LATE_BY) for one in answers]
    if behaviour is Behaviour.DISORDERED:
        times = [one.after for one in answers]
        return [replace(one, after=after) for one, after in zip(answers, reversed(times), strict=True)]
    if behaviour is Behaviour.TWICE:
        again = [replace(one, name=f"COPY_{one.name}", after=one.after + 1) for one in answers]
        return [*answers, *again]
    return list(answers)
