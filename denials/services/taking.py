"""From adjudication facts to denials. The job may crash, run twice or start late: a fact is taken once."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from django.utils.timezone import localdate

from claims.models import Claim
from denials.choices import APPEAL_STATES, CLOSED_STATES, DenialState, Level, OccurrenceKind, WriteOffState
from denials.models import Denial, DenialOccurrence, WriteOff
from denials.rules.chain import Standing, standing
from denials.services.books import take_back_decisions
from denials.services.decided import WHOLE_CLAIM, Decided, charge_of
from denials.services.evidence import Witness
from denials.services.itemizing import follow
from denials.services.judging import Judge, columns_of
from denials.services.scoring import Scorer, expire, scale_in_force
from denials.services.transitions import write_down
from remittances import services as remittances
from remittances.models import AdjudicationFact
from tenancy.bulk import update_models
from tenancy.ids import uuid7
from workbench import services as worklist
from workbench.own_kinds import MANAGER

AT_A_TIME = 400
REFUSALS = (OccurrenceKind.DENIED, OccurrenceKind.PARTLY_DENIED)
Key = tuple[UUID, str, UUID, int]


def take_facts(*, on: date, at: datetime, limit: int = AT_A_TIME) -> int:
    """Take the oldest facts nobody has taken; returns how many."""
    if not AdjudicationFact.objects.filter(taken_at__isnull=True).exists():
        return 0
    remittances.lock_books()
    waiting = AdjudicationFact.objects.filter(taken_at__isnull=True).order_by("id")
    facts = list(waiting.select_for_update(skip_locked=True)[:limit])
    if facts:
        _Taking(facts, on=on, at=at).run()
        remittances.mark_facts_taken([fact.id for fact in facts], at=at)
    return len(facts)


@dataclass
class _Chain:
    """A denial being settled, with everything said about its line so far."""

    denial: Denial
    occurrences: list[DenialOccurrence]
    is_new: bool = False
    added: list[DenialOccurrence] = field(default_factory=list)

    def add(self, fact: AdjudicationFact, *, codes: Sequence[str] = (), at: datetime) -> None:
        occurrence = DenialOccurrence(
            denial=self.denial,
            fact_id=fact.id,
            remit_claim_id=fact.remit_claim_id,
            remit_line_id=fact.remit_line_id,
            kind=fact.kind,
            sequence=len(self.occurrences) + 1,
            amount_cents=fact.denied_cents,
            paid_cents=fact.paid_cents,
            codes=list(codes),
            occurred_on=fact.occurred_on,
            taken_at=at,
        )
        self.occurrences.append(occurrence)
        self.added.append(occurrence)


class _Taking:
    """One batch: everything is read first, judged in memory, and written in a constant number of
    statements.
    """

    def __init__(self, facts: Sequence[AdjudicationFact], *, on: date, at: datetime) -> None:
        self.facts, self.on, self.at = facts, on, at
        self.claims: dict[UUID, Claim] = Claim.objects.in_bulk({fact.claim_id for fact in facts})
        claim_ids = list(self.claims)
        known = Denial.objects.select_for_update(of=("self",)).filter(claim_id__in=claim_ids)
        self.chains = {self._key_of(denial): _Chain(denial, []) for denial in known}
        self._load_occurrences()
        occurrences = (row for chain in self.chains.values() for row in chain.occurrences)
        refused_by = {row.remit_claim_id for row in occurrences if row.kind in REFUSALS}
        self.decided = Decided(self.claims, facts, refused_by)
        payers = self.decided.payer_ids()
        self.judge = Judge(payers)
        self.witness = Witness(claims=list(self.claims.values()), payer_ids=payers)
        self.scorer = Scorer(
            payer_ids=payers,
            patient_ids={claim.patient_id for claim in self.claims.values()},
            on=on,
            table=scale_in_force(),
            denials=[chain.denial for chain in self.chains.values()],
        )
        self.moves: list[tuple[Denial, str, str, str]] = []
        self.superseded: list[Denial] = []
        self.restated: list[Denial] = []

    @staticmethod
    def _key_of(denial: Denial) -> Key:
        return denial.claim_id, denial.line_key, denial.payer_id, denial.responsibility_rank

    def _load_occurrences(self) -> None:
        by_denial = {chain.denial.id: chain for chain in self.chains.values()}
        for row in DenialOccurrence.objects.filter(denial_id__in=list(by_denial)).order_by("sequence"):
            by_denial[row.denial_id].occurrences.append(row)

    def run(self) -> None:
        touched: dict[Key, _Chain] = {}
        for fact in self.facts:
            for chain in (*self._chains_for(fact), *self._ended_by(fact)):
                touched[self._key_of(chain.denial)] = chain
        settled = [chain for chain in touched.values() if self._settle(chain)]
        self._write(settled)

    # -- which denials a fact speaks of ---------------------------------------------------------------------

    def _chains_for(self, fact: AdjudicationFact) -> list[_Chain]:
        """A payer's word holds for its own denials: another payer, or it in another turn, says nothing of them."""
        if fact.kind in REFUSALS:
            return [self._refused(fact)]
        key, speaker = self.decided.line_key_of(fact), self.decided.speaker_of(fact)
        about = []
        for chain in self.chains.values():
            denial = chain.denial
            if denial.claim_id != fact.claim_id:
                continue
            if fact.kind == OccurrenceKind.REVERSED:
                concerns = any(row.remit_claim_id == fact.remit_claim_id for row in chain.occurrences)
            else:
                is_same_line = fact.remit_line_id is None or denial.line_key in (key, WHOLE_CLAIM)
                concerns = is_same_line and speaker == (denial.payer_id, denial.responsibility_rank)
            if concerns:
                chain.add(fact, at=self.at)
                about.append(chain)
        return about

    def _ended_by(self, fact: AdjudicationFact) -> list[_Chain]:
        """Denials of charges the answered replacement carries no longer, and those of lines by a refusal of the whole
        or the other way round; of a void answer all it may have ended.
        """
        speaker = self.decided.speaker_of(fact)
        carried = self.decided.carried_by(fact)
        is_void = fact.kind == OccurrenceKind.REVERSED
        is_of_whole = self.decided.line_key_of(fact) == WHOLE_CLAIM if fact.kind in REFUSALS else None
        return [
            chain
            for (claim_id, key, *of), chain in self.chains.items()
            if claim_id == fact.claim_id
            and tuple(of) == speaker
            and (
                (carried is not None and key != WHOLE_CLAIM and key not in carried)
                or (is_of_whole is not None and is_of_whole != (key == WHOLE_CLAIM))
                or (is_void and chain.denial.state in CLOSED_STATES)
            )
        ]

    def _refused(self, fact: AdjudicationFact) -> _Chain:
        key = (fact.claim_id, self.decided.line_key_of(fact), *self.decided.speaker_of(fact))
        chain = self.chains.get(key)
        if chain is None:
            chain = self.chains[key] = _Chain(self._new_denial(fact, key), [], is_new=True)
        decision = self.decided.decision(fact.remit_claim_id, fact.remit_line_id)
        codes = [f"{row.group_code}-{row.reason_code}" for row in decision.adjustments]
        chain.add(fact, codes=codes, at=self.at)
        return chain

    def _new_denial(self, fact: AdjudicationFact, key: Key) -> Denial:
        claim = self.claims[fact.claim_id]
        line = self.decided.line_of(fact)
        remit_claim = self.decided.payments[fact.remit_claim_id]
        return Denial(
            id=uuid7(),
            claim=claim,
            line_key=key[1],
            level=Level.LINE if line else Level.CLAIM,
            patient_id=claim.patient_id,
            payer_id=key[2],
            location_id=claim.location_id,
            responsibility_rank=key[3],
            service_date=(line.service_from_on if line else None) or claim.service_from_on,
            procedure_code=((line.submitted_procedure_code or line.procedure_code) if line else "")[:16],
            modifiers=(line.modifiers if line else "")[:24],
            charge_id=charge_of(line) if line else None,
            received_on=localdate(remit_claim.remittance.received_at),
            denied_on=fact.occurred_on,
            state="",
        )

    # -- where the denial stands now ------------------------------------------------------------------------

    def _settle(self, chain: _Chain) -> bool:
        """Bring the denial in line with what its payer says now; False where there is nothing to keep."""
        denial = chain.denial
        now = standing(self.decided.links(denial))
        denial.sequence = max(1, now.refusals)
        denial.recovered_cents = now.recovered_cents
        before = denial.remit_claim_id
        if now.current:
            row = self.decided.payments[now.current.decision]
            about = (row.id, now.current.line, now.current.denied_cents, row.remittance.payment_on)
        else:
            last = [row for row in chain.occurrences if row.kind in REFUSALS][-1]
            about = (last.remit_claim_id, last.remit_line_id, last.amount_cents, last.occurred_on)
        if (now.current or chain.is_new) and not self._refresh(denial, *about):
            return False
        if now.current is None:
            self._end(chain, now)
        else:
            self._open(chain, is_other_decision=not chain.is_new and before != denial.remit_claim_id)
        return True

    def _refresh(
        self, denial: Denial, remit_claim_id: UUID, remit_line_id: UUID | None, cents: int, on: date
    ) -> bool:
        """The codes, amounts and dates of the refusal in force."""
        decision = self.decided.decision(remit_claim_id, remit_line_id)
        found = self.judge.judge(
            decision, payer_id=denial.payer_id, earlier=denial if denial.category else None
        )
        if found is None:
            return False
        for column, value in columns_of(found).items():
            setattr(denial, column, value)
        denial.remit_claim_id, denial.remit_line_id = remit_claim_id, remit_line_id
        denial.claim_line_id = decision.remit_line.claim_line_id if decision.remit_line else None
        denial.remark_codes = decision.remark_codes
        denial.billed_cents, denial.paid_cents = decision.charge_cents, decision.paid_cents
        denial.denied_cents = cents or found.denied_cents
        denial.denied_on = on
        self.witness.testify(denial, received_on=decision.remit_claim.received_on)
        self.scorer.prepare(denial)
        return True

    def _open(self, chain: _Chain, *, is_other_decision: bool) -> None:
        denial, before = chain.denial, chain.denial.state
        if chain.is_new:
            self.moves.append((denial, "", DenialState.DETECTED, ""))
            self.moves.append((denial, DenialState.DETECTED, DenialState.TRIAGED, denial.code))
            denial.state = DenialState.TRIAGED
            return
        waits = before in (DenialState.CORRECTED_SUBMITTED, *APPEAL_STATES)
        if before == DenialState.WRITTEN_OFF and denial.written_off_cents >= denial.denied_cents:
            return
        if (is_other_decision and waits) or (
            before in CLOSED_STATES and (is_other_decision or not _is_closed_by_person(denial))
        ):
            reason = (
                f"Refused again ({denial.code})" if is_other_decision else "The payer's answer was taken back"
            )
            denial.state, denial.closed_on, denial.resolution = DenialState.TRIAGED, None, ""
            self.superseded.append(denial)
            self.moves.append((denial, before, DenialState.TRIAGED, reason))
            self.scorer.prepare(denial)

    def _end(self, chain: _Chain, now: Standing) -> None:
        denial, before = chain.denial, chain.denial.state
        to, reason = _ending(now, denial.line_key)
        if now.superseded_by and before in CLOSED_STATES:
            return
        if not now.superseded_by:
            self.superseded.append(denial)
        if now.is_restated:
            self.restated.append(denial)
        if chain.is_new:
            self.moves.append((denial, "", DenialState.DETECTED, ""))
            before = DenialState.DETECTED
        if before != to:
            denial.state, denial.closed_on, denial.resolution = to, self.on, ""
            self.moves.append((denial, before, to, reason))

    # -- writing --------------------------------------------------------------------------------------------

    def _write(self, chains: Sequence[_Chain]) -> None:
        new = [chain.denial for chain in chains if chain.is_new]
        old = [chain.denial for chain in chains if not chain.is_new]
        Denial.objects.bulk_create(new, batch_size=1000)
        for denial in old:
            denial.version += 1
        update_models(old, REFRESHED)
        DenialOccurrence.objects.bulk_create(row for chain in chains for row in chain.added)
        write_down(self.moves, at=self.at)
        denials = [chain.denial for chain in chains]
        take_back_decisions([one for one in self.superseded if not one._state.adding], at=self.at)
        follow(denials, restated=self.restated, claims=self.claims, scorer=self.scorer, at=self.at)
        self._withdraw_write_offs([denial for denial in denials if denial.state in CLOSED_STATES])
        open_ones = [denial for denial in denials if denial.state not in CLOSED_STATES]
        expire([one for one in open_ones if self.scorer.is_expired(one)], on=self.on, at=self.at)

    def _withdraw_write_offs(self, ended: Sequence[Denial]) -> None:
        """Nobody has to decide any more on giving up money that is no longer refused."""
        pending = WriteOff.objects.filter(
            denial_id__in=[one.id for one in ended], state=WriteOffState.PENDING
        )
        ids = list(pending.values_list("id", flat=True))
        pending.update(state=WriteOffState.WITHDRAWN, decided_at=self.at)
        manager_items = [f"write-off:{one}" for one in ids] + [f"deadline:{one.id}" for one in ended]
        worklist.cancel_items(kind=MANAGER, cause_keys=manager_items, at=self.at)


def _ending(now: Standing, line_key: str) -> tuple[DenialState, str]:
    """How the payer itself ended its refusal. A superseded one moves no money: its charge is the practice's affair."""
    if now.superseded_by:
        return (
            DenialState.CANCELLED,
            f"Superseded: the payer answered the replacement (version {now.superseded_by})",
        )
    if now.answer is None:
        return DenialState.CANCELLED, "Taken back"
    if now.is_restated:
        parts = "single lines of it" if line_key == WHOLE_CLAIM else "the whole claim"
        to = DenialState.RECOVERED_PARTIAL if now.is_recovered else DenialState.CANCELLED
        return to, f"Superseded: the payer refuses {parts} now"
    if now.is_recovered:
        return DenialState.RECOVERED, "Paid"
    if now.answer.is_patients:
        return DenialState.TRANSFERRED_PATIENT, "The payer's later decision gives it to the patient"
    return DenialState.ACCEPTED_CONTRACTUAL, "The payer's later decision leaves nothing refused"


def _is_closed_by_person(denial: Denial) -> bool:
    return bool(denial.resolution) or denial.state == DenialState.WRITTEN_OFF


REFRESHED = [
    "claim_line",
    "remit_claim",
    "remit_line",
    "billed_cents",
    "paid_cents",
    "denied_cents",
    "expected_cents",
    "expected_basis",
    "group_code",
    "reason_code",
    "secondary_reasons",
    "remark_codes",
    "category",
    "subcategory",
    "root_cause",
    "root_cause_source",
    "evidence",
    "is_preventable",
    "has_mixed_signals",
    "needs_review",
    "priority_boost",
    "is_appealable",
    "is_patient_liable",
    "is_unprocessable",
    "resubmission",
    "core_scenario",
    "blocked_actions",
    "forbidden_actions",
    "next_action",
    "suggested_actions",
    "explanations",
    "owner_team",
    "sequence",
    "denied_on",
    "appeal_due_on",
    "appeal_basis",
    "corrected_claim_due_on",
    "state",
    "resolution",
    "recovered_cents",
    "closed_on",
    "version",
]
