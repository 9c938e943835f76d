"""A year of payments: which 835 leaves on which day, with its take-backs, carried debts, interest and accidents."""

import dataclasses
import datetime
import itertools
from collections import defaultdict
from collections.abc import Iterator, Mapping

from clearinghouse.simulator.adjudication import (
    ClaimDecision,
    PayerProfile,
    answer_of,
    correct,
    decide,
    reconsider,
    to_cents,
)
from clearinghouse.simulator.payments import (
    claim_payment,
    end_of,
    first_payments,
    organization,
    provider_adjustment,
    start_of,
    trace_number,
)
from clearinghouse.simulator.scenarios import APPEAL_WEIGHTS, REPLACEMENT_WEIGHTS, Answer, Outcome
from clearinghouse.simulator.truth import Truth
from x12 import ClaimBatchStart, ClaimPayment, Party, ProviderAdjustment, SubmittedClaim, read_837, write_835
from x12 import RemittanceStart as Start

SOMEBODY_ELSE = organization("PE", "LAKEVIEW DENTAL GROUP", "XX", "1999000106")
CYCLE_DAYS = 21
LETTER_AFTER = datetime.timedelta(days=26)
CORRECTION_AFTER = datetime.timedelta(days=42)
RECOUP_AFTER = datetime.timedelta(days=14)
# What a payer pays without saying for what.
UNEXPLAINED_CENTS = 35_00
# An accident of this age has been posted by whoever posts.
A_WHILE_AGO = datetime.timedelta(days=10)
INTEREST_AFTER_DAYS = 35
# CLM05-3 of a corrected claim.
REPLACEMENT = "7"


@dataclasses.dataclass(frozen=True, slots=True)
class OutgoingFile:
    name: str
    produced_on: datetime.date
    content: bytes


@dataclasses.dataclass(frozen=True, slots=True)
class Letter:
    """What a payer writes about an appeal."""

    written_on: datetime.date
    is_overturned: bool


@dataclasses.dataclass(slots=True)
class _Cycle:
    """What one payer pays one provider on one day."""

    claims: list[ClaimPayment] = dataclasses.field(default_factory=list)
    adjustments: list[ProviderAdjustment] = dataclasses.field(default_factory=list)

    @property
    def paid_cents(self) -> int:
        return sum(to_cents(claim.paid_amount) for claim in self.claims)

    @property
    def adjusted_cents(self) -> int:
        return sum(to_cents(one.amount) for one in self.adjustments)


class Remitter:
    """Answers claims files and appeals of one practice. Everything follows from what it is sent and the seed."""

    def __init__(
        self, payers: Mapping[str, PayerProfile], *, receiver: str, seed: int, until: datetime.date
    ) -> None:
        self.payers = payers
        self.receiver = receiver
        self.seed = seed
        self.until = until
        self.truth = Truth()
        self._cycles: dict[tuple[str, datetime.date], _Cycle] = defaultdict(_Cycle)
        self._standing: dict[str, ClaimDecision] = {}
        self._unanswered: list[ClaimDecision] = []
        self._letters: dict[str, Letter | None] = {}
        self._payee: Party | None = None
        self._control_numbers = itertools.count(1)

    def receive(self, content: bytes) -> None:
        """Read one 837 file and decide every claim in it whose payer we play."""
        received_on = self.until
        for event in read_837(content):
            if isinstance(event, ClaimBatchStart):
                received_on = event.created_on or received_on
            if isinstance(event, SubmittedClaim) and event.payer and event.payer.identifier in self.payers:
                self._payee = self._payee or event.billing_provider
                if event.frequency_code == REPLACEMENT:
                    self._replace(event, received_on)
                else:
                    self._schedule(decide(event, self.payers[event.payer.identifier], seed=self.seed))

    def appeal(self, patient_control_number: str, *, sent_on: datetime.date) -> Letter | None:
        """The letter that answers an appeal, one a claim; None where the payer never answers."""
        if patient_control_number not in self._letters:
            self._letters[patient_control_number] = self._consider(
                self._standing[patient_control_number], sent_on
            )
        return self._letters[patient_control_number]

    @property
    def expected_files(self) -> int:
        return len(self._cycles) + 4

    def files(self) -> Iterator[OutgoingFile]:
        """The remittance files in the order they leave, the accidents last.

        What is received between two of them may still change those that follow.
        """
        sent: list[OutgoingFile] = []
        carried_cents = dict.fromkeys(sorted(self.payers), 0)
        for day in self._days():
            for payer_id in carried_cents:
                cycle = self._cycles.get((payer_id, day))
                if cycle:
                    file, carried_cents[payer_id] = self._pay(
                        self.payers[payer_id], day, cycle, carried_cents[payer_id]
                    )
                    sent.append(file)
                    yield file
        self.truth.carried_cents += sum(carried_cents.values())
        if len(sent) > 2:
            if self._unanswered:
                yield self._odd(max(self.until - A_WHILE_AGO, sent[0].produced_on))
            yield self._unbalanced(sent[-1])
            yield self._astray(sent[-1].produced_on)
            yield dataclasses.replace(sent[-2], name=sent[-2].name.replace(".835", "-again.835"))

    # -- what is paid when --------------------------------------------------------------------------------------

    def _days(self) -> Iterator[datetime.date]:
        day = min((day for _, day in self._cycles), default=self.until)
        while day <= self.until:
            yield day
            day += datetime.timedelta(days=1)

    def _cycle_day(self, payer: PayerProfile, on: datetime.date) -> datetime.date:
        """Payers pay every third week, each on days of its own, counted back from the end of the story."""
        turn = list(self.payers).index(payer.identifier)
        last = self.until - datetime.timedelta(days=turn * CYCLE_DAYS // len(self.payers))
        return on + datetime.timedelta(days=(last - on).days % CYCLE_DAYS)

    def _cycle(self, payer: PayerProfile, on: datetime.date) -> _Cycle:
        return self._cycles[payer.identifier, self._cycle_day(payer, on)]

    def _schedule(self, decision: ClaimDecision) -> None:
        served_on = decision.claim.service_to_on
        if decision.outcome is Outcome.SILENT or served_on is None:
            self._leave_unanswered(decision)
            return
        paid_on = served_on + datetime.timedelta(days=decision.payer.days_to_pay)
        if self._cycle_day(decision.payer, paid_on) > self.until:
            self._leave_unanswered(decision)
            return
        cycle = self._cycle(decision.payer, paid_on)
        cycle.claims += first_payments(decision)
        self._owe_interest(cycle, decision, paid_on)
        self._decided(decision, matched=decision.outcome is not Outcome.UNKNOWN_NUMBER)
        if decision.outcome is Outcome.CORRECTED_LATER:
            self._correct_later(decision, paid_on)

    def _leave_unanswered(self, decision: ClaimDecision) -> None:
        if decision.paid_cents:
            self._unanswered.append(decision)
        self.truth.silent(decision)

    def _owe_interest(self, cycle: _Cycle, decision: ClaimDecision, paid_on: datetime.date) -> None:
        if decision.payer.days_to_pay < INTEREST_AFTER_DAYS or decision.paid_cents < 200_00:
            return
        cents = decision.paid_cents // 400
        cycle.adjustments.append(
            provider_adjustment(
                self._npi, self._cycle_day(decision.payer, paid_on), "L6", decision.control_number, -cents
            )
        )
        self.truth.interest_cents += cents

    def _decided(self, decision: ClaimDecision, *, matched: bool = True) -> None:
        self._standing[decision.claim.patient_control_number] = decision
        self.truth.decided(decision, matched=matched)

    def _decide_again(self, earlier: ClaimDecision, later: ClaimDecision, on: datetime.date) -> bool:
        """Reversal and new decision in one payment; False where the story ends before it."""
        if self._cycle_day(earlier.payer, on) > self.until:
            return False
        cycle = self._cycle(earlier.payer, on)
        cycle.claims.append(claim_payment(earlier, sign=-1))
        cycle.claims.append(claim_payment(later, replaces=earlier.control_number))
        self._decided(later)
        return True

    def _correct_later(self, decision: ClaimDecision, paid_on: datetime.date) -> None:
        """The payer thinks again; half of the payers let us keep the money for two more weeks."""
        again_on = paid_on + CORRECTION_AFTER
        if self._cycle_day(decision.payer, again_on + RECOUP_AFTER) > self.until:
            return
        corrected = correct(decision, seed=self.seed)
        self._decide_again(decision, corrected, again_on)
        taken_cents = decision.paid_cents - corrected.paid_cents
        if taken_cents > 0 and decision.payer.days_to_pay % 2:
            day = self._cycle_day(decision.payer, again_on)
            self._take_back(decision, day, -taken_cents)
            self._take_back(decision, day + RECOUP_AFTER, taken_cents)

    def _take_back(self, decision: ClaimDecision, on: datetime.date, cents: int) -> None:
        self._cycle(decision.payer, on).adjustments.append(
            provider_adjustment(self._npi, on, "WO", decision.control_number, cents)
        )

    def _consider(self, decision: ClaimDecision, sent_on: datetime.date) -> Letter | None:
        answer = answer_of(decision, APPEAL_WEIGHTS, seed=self.seed)
        written_on = sent_on + LETTER_AFTER
        if answer is Answer.SILENT:
            return None
        if answer is Answer.PAYS:
            self._decide_again(decision, reconsider(decision, answer, seed=self.seed), written_on)
        return Letter(written_on, is_overturned=answer is Answer.PAYS)

    def _replace(self, claim: SubmittedClaim, received_on: datetime.date) -> None:
        """A corrected claim is read against the decision it answers; without one there is nothing to replace."""
        earlier = self._standing.get(claim.patient_control_number)
        if earlier is None:
            return
        answer = answer_of(earlier, REPLACEMENT_WEIGHTS, seed=self.seed)
        if answer is not Answer.SILENT:
            later = dataclasses.replace(reconsider(earlier, answer, seed=self.seed), claim=claim)
            again_on = received_on + datetime.timedelta(days=earlier.payer.days_to_pay)
            self._decide_again(earlier, later, again_on)

    # -- how it is written --------------------------------------------------------------------------------------

    @property
    def _npi(self) -> str:
        return self._payee.identifier if self._payee else ""

    def _pay(
        self, payer: PayerProfile, day: datetime.date, cycle: _Cycle, carried_cents: int
    ) -> tuple[OutgoingFile, int]:
        """A payment cannot be negative: what is left over is carried to the next one (PLB FB)."""
        reference = f"FB{payer.identifier[:4]}"
        if carried_cents:
            cycle.adjustments.append(provider_adjustment(self._npi, day, "FB", reference, carried_cents))
        total = cycle.paid_cents - cycle.adjusted_cents
        if total < 0:
            cycle.adjustments.append(provider_adjustment(self._npi, day, "FB", reference, total))
        return self._write(payer, day, cycle, max(total, 0)), max(-total, 0)

    def _write(
        self, payer: PayerProfile, day: datetime.date, cycle: _Cycle, amount_cents: int
    ) -> OutgoingFile:
        start = self._start(payer, day, amount_cents)
        content = b"".join(write_835([start, *cycle.claims, end_of(cycle.adjustments)]))
        self.truth.payments_cents += amount_cents
        return OutgoingFile(f"{payer.identifier}-{day:%Y%m%d}.835", day, content)

    def _start(
        self,
        payer: PayerProfile,
        day: datetime.date,
        amount_cents: int,
        *,
        trace: str = "",
        payee: Party | None = None,
    ) -> Start:
        payee = payee or self._payee
        if payee is None:
            raise ValueError("no claim has been received yet")
        return start_of(
            payer,
            payee,
            paid_on=day,
            trace=trace or trace_number(payer, self._npi, day),
            amount_cents=amount_cents,
            control_number=next(self._control_numbers),
            receiver=self.receiver,
        )

    def _unbalanced(self, like: OutgoingFile) -> OutgoingFile:
        """An accident: the payment says one cent more than its claims add up to."""
        payer_id = like.name.rsplit("-", 1)[0]
        payer = self.payers[payer_id]
        claims = self._cycles[payer_id, like.produced_on].claims
        paid = [claim for claim in claims if claim.status_code != "22"][:3]
        amount_cents = sum(to_cents(claim.paid_amount) for claim in paid) + 1
        start = self._start(payer, like.produced_on, amount_cents, trace=f"{payer_id[:4]}000000000")
        content = b"".join(write_835([start, *paid, end_of(())], allow_unbalanced=True))
        return OutgoingFile(f"{payer_id}-{like.produced_on:%Y%m%d}-off.835", like.produced_on, content)

    def _odd(self, on: datetime.date) -> OutgoingFile:
        """A payment that never came is taken back, and a sum nobody explains is added (PLB CS)."""
        never = min(self._unanswered, key=lambda one: (one.claim.service_to_on or on, one.control_number))
        mark = never.payer.identifier[:4]
        back = claim_payment(never, sign=-1)
        kept_cents = to_cents(back.paid_amount) - UNEXPLAINED_CENTS
        adjustments = [provider_adjustment(self._npi, on, "CS", "REISSUE", kept_cents)]
        start = self._start(never.payer, on, UNEXPLAINED_CENTS, trace=f"{mark}000000001")
        content = b"".join(write_835([start, back, end_of(adjustments)]))
        return OutgoingFile(f"{never.payer.identifier}-{on:%Y%m%d}-odd.835", on, content)

    def _astray(self, on: datetime.date) -> OutgoingFile:
        """An accident of the post: a payment that belongs to somebody else."""
        paid = self._best_paid()
        mark = paid.payer.identifier[:4]
        strange = claim_payment(paid, patient_control_number="LVD-1", control_number=f"{mark}LVD1")
        start = self._start(paid.payer, on, paid.paid_cents, trace=f"{mark}000000002", payee=SOMEBODY_ELSE)
        content = b"".join(write_835([start, strange, end_of(())]))
        return OutgoingFile(f"{paid.payer.identifier}-{on:%Y%m%d}-astray.835", on, content)

    def _best_paid(self) -> ClaimDecision:
        return max(self._standing.values(), key=lambda one: (one.paid_cents, one.control_number))
