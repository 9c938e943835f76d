"""A year of payments: which 835 leaves on which day, with its take-backs, carried debts, interest and accidents."""

import dataclasses
import datetime
import itertools
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from clearinghouse.simulator.adjudication import (
    ClaimDecision,
    PayerProfile,
    correct,
    decide,
    to_cents,
)
from clearinghouse.simulator.payments import (
    claim_payment,
    end_of,
    provider_adjustment,
    start_of,
    trace_number,
)
from clearinghouse.simulator.scenarios import Outcome
from clearinghouse.simulator.truth import Truth
from x12 import ClaimPayment, Party, ProviderAdjustment, SubmittedClaim, read_837, write_835
from x12 import RemittanceStart as Start

CYCLE_DAYS = 14
CORRECTION_AFTER = datetime.timedelta(days=42)
RECOUP_AFTER = datetime.timedelta(days=14)
INTEREST_AFTER_DAYS = 35


@dataclasses.dataclass(frozen=True, slots=True)
class OutgoingFile:
    name: str
    produced_on: datetime.date
    content: bytes


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
    """Answers claims files of one practice with remittance files. Everything follows from the claims and the seed."""

    def __init__(
        self, payers: Mapping[str, PayerProfile], *, receiver: str, seed: int, until: datetime.date
    ) -> None:
        self.payers = payers
        self.receiver = receiver
        self.seed = seed
        self.until = until
        self.truth = Truth()
        self._cycles: dict[tuple[str, datetime.date], _Cycle] = defaultdict(_Cycle)
        self._payee: Party | None = None
        self._control_numbers = itertools.count(1)

    def receive(self, content: bytes) -> None:
        """Read one 837 file and decide every claim in it whose payer we play."""
        for event in read_837(content):
            if isinstance(event, SubmittedClaim) and event.payer and event.payer.identifier in self.payers:
                self._payee = self._payee or event.billing_provider
                self._schedule(decide(event, self.payers[event.payer.identifier], seed=self.seed))

    def files(self) -> Iterator[OutgoingFile]:
        """The remittance files in the order they leave, the accidents last."""
        sent: list[OutgoingFile] = []
        for payer_id, days in self._by_payer().items():
            sent += self._payer_files(self.payers[payer_id], days)
        sent.sort(key=lambda file: (file.produced_on, file.name))
        yield from sent
        if len(sent) > 2:
            yield self._unbalanced(sent[-1])
            yield dataclasses.replace(sent[-2], name=sent[-2].name.replace(".835", "-again.835"))

    # -- what is paid when --------------------------------------------------------------------------------------

    def _cycle_day(self, on: datetime.date) -> datetime.date:
        """Payers pay every second week, counted back from the last day of the story."""
        return on + datetime.timedelta(days=(self.until - on).days % CYCLE_DAYS)

    def _cycle(self, payer: PayerProfile, on: datetime.date) -> _Cycle:
        return self._cycles[payer.identifier, self._cycle_day(on)]

    def _schedule(self, decision: ClaimDecision) -> None:
        served_on = decision.claim.service_to_on
        if decision.outcome is Outcome.SILENT or served_on is None:
            self.truth.silent(decision)
            return
        paid_on = served_on + datetime.timedelta(days=decision.payer.days_to_pay)
        if self._cycle_day(paid_on) > self.until:
            self.truth.silent(decision)
            return
        cycle = self._cycle(decision.payer, paid_on)
        cycle.claims += self._first_payments(decision)
        self._owe_interest(cycle, decision, paid_on)
        self.truth.decided(decision, matched=decision.outcome is not Outcome.UNKNOWN_NUMBER)
        if decision.outcome is Outcome.CORRECTED_LATER:
            self._correct_later(decision, paid_on)

    def _first_payments(self, decision: ClaimDecision) -> list[ClaimPayment]:
        if decision.outcome is Outcome.SPLIT:
            return [
                claim_payment(decision, lines=lines, control_number=decision.control_number + part)
                for part, lines in zip("AB", (decision.lines[:1], decision.lines[1:]), strict=True)
            ]
        if decision.outcome is Outcome.UNKNOWN_NUMBER:
            own_number = f"X{decision.control_number}"
            return [claim_payment(decision, patient_control_number="0", member_id=own_number)]
        return [claim_payment(decision)]

    def _owe_interest(self, cycle: _Cycle, decision: ClaimDecision, paid_on: datetime.date) -> None:
        if decision.payer.days_to_pay < INTEREST_AFTER_DAYS or decision.paid_cents < 200_00:
            return
        cents = decision.paid_cents // 400
        cycle.adjustments.append(
            provider_adjustment(self._npi, self._cycle_day(paid_on), "L6", decision.control_number, -cents)
        )
        self.truth.interest_cents += cents

    def _correct_later(self, decision: ClaimDecision, paid_on: datetime.date) -> None:
        """Reversal and correction in one payment; half of the payers let us keep the money for two more weeks."""
        again_on = paid_on + CORRECTION_AFTER
        if self._cycle_day(again_on + RECOUP_AFTER) > self.until:
            return
        corrected = correct(decision, seed=self.seed)
        cycle = self._cycle(decision.payer, again_on)
        cycle.claims.append(claim_payment(decision, sign=-1))
        cycle.claims.append(claim_payment(corrected, replaces=decision.control_number))
        self.truth.decided(corrected, matched=True)
        taken_cents = decision.paid_cents - corrected.paid_cents
        if taken_cents > 0 and decision.payer.days_to_pay % 2:
            day = self._cycle_day(again_on)
            cycle.adjustments.append(
                provider_adjustment(self._npi, day, "WO", decision.control_number, -taken_cents)
            )
            later = self._cycle(decision.payer, again_on + RECOUP_AFTER)
            later.adjustments.append(
                provider_adjustment(self._npi, day + RECOUP_AFTER, "WO", decision.control_number, taken_cents)
            )

    # -- how it is written --------------------------------------------------------------------------------------

    @property
    def _npi(self) -> str:
        return self._payee.identifier if self._payee else ""

    def _by_payer(self) -> dict[str, list[tuple[datetime.date, _Cycle]]]:
        days: dict[str, list[tuple[datetime.date, _Cycle]]] = defaultdict(list)
        for (payer_id, day), cycle in sorted(self._cycles.items()):
            days[payer_id].append((day, cycle))
        return days

    def _payer_files(
        self, payer: PayerProfile, days: Iterable[tuple[datetime.date, _Cycle]]
    ) -> Iterator[OutgoingFile]:
        """A payment cannot be negative: what is left over is carried to the next one (PLB FB)."""
        carried_cents = 0
        for day, cycle in days:
            reference = f"FB{payer.identifier[:4]}"
            if carried_cents:
                cycle.adjustments.append(provider_adjustment(self._npi, day, "FB", reference, carried_cents))
            total = cycle.paid_cents - cycle.adjusted_cents
            carried_cents = -total if total < 0 else 0
            if carried_cents:
                cycle.adjustments.append(provider_adjustment(self._npi, day, "FB", reference, total))
            yield self._write(payer, day, cycle, max(total, 0))
        self.truth.carried_cents += carried_cents

    def _write(
        self, payer: PayerProfile, day: datetime.date, cycle: _Cycle, amount_cents: int
    ) -> OutgoingFile:
        start = self._start(payer, day, amount_cents)
        content = b"".join(write_835([start, *cycle.claims, end_of(cycle.adjustments)]))
        self.truth.payments_cents += amount_cents
        return OutgoingFile(f"{payer.identifier}-{day:%Y%m%d}.835", day, content)

    def _start(self, payer: PayerProfile, day: datetime.date, amount_cents: int, *, trace: str = "") -> Start:
        if self._payee is None:
            raise ValueError("no claim has been received yet")
        return start_of(
            payer,
            self._payee,
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
        _, cycle = self._by_payer()[payer_id][-1]
        paid = [claim for claim in cycle.claims if claim.status_code != "22"][:3]
        amount_cents = sum(to_cents(claim.paid_amount) for claim in paid) + 1
        start = self._start(payer, like.produced_on, amount_cents, trace=f"{payer_id[:4]}000000000")
        content = b"".join(write_835([start, *paid, end_of(())], allow_unbalanced=True))
        return OutgoingFile(f"{payer_id}-{like.produced_on:%Y%m%d}-off.835", like.produced_on, content)
