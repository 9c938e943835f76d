"""From adjudication facts to denials. The job may crash, run twice or start late: a fact is taken once."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from django.utils.timezone import localdate

from claims.models import Claim
from denials.choices import APPEAL_STATES, CLOSED_STATES, DenialState, Level, OccurrenceKind, WriteOffState
from denials.models import Denial, DenialOccurrence, WriteOff
from denials.rules.chain import Link, Standing, standing
from denials.services.books import take_back_decisions
from denials.services.evidence import Witness
from denials.services.judging import Decision, Judge, columns_of
from denials.services.routing import Router, router
from denials.services.scoring import Scorer, expire, scale_in_force
from denials.services.transitions import write_down
from denials.services.work import assign
from remittances import services as remittances
from remittances.choices import LineResult
from remittances.models import AdjudicationFact, RemitAdjustment, RemitClaim, RemitLine
from remittances.rules.verdicts import Verdict
from remittances.selectors import charged_by_line, line_key, parts_in_force, verdicts_of
from tenancy.bulk import update_models
from tenancy.ids import uuid7
from workbench import services as worklist
from workbench.choices import ItemState
from workbench.models import WorkItem
from workbench.own_kinds import MANAGER

DENIAL = "DENIAL"
AT_A_TIME = 400
REFUSALS = (OccurrenceKind.DENIED, OccurrenceKind.PARTLY_DENIED)
WHOLE_CLAIM = "CLAIM"
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
        self._load_decisions()
        payers = {claim.payer_id for claim in self.claims.values()}
        payers |= {row.remittance.payer_id for row in self.remit_claims.values() if row.remittance.payer_id}
        self.judge = Judge(payers)
        self.router: Router = router()
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

    def _load_decisions(self) -> None:
        """All that payers decided on these claims: what they say now is read afresh, in the order of their dates."""
        claim_ids = list(self.claims)
        self.verdicts = verdicts_of(claim_ids)
        self.amounts = charged_by_line(claim_ids)
        ids = {one.id for found in self.verdicts.values() for one in found}
        ids |= {fact.remit_claim_id for fact in self.facts}
        for chain in self.chains.values():
            ids |= {row.remit_claim_id for row in chain.occurrences if row.kind in REFUSALS}
        self.remit_claims = {
            row.id: row for row in RemitClaim.objects.filter(id__in=ids).select_related("remittance")
        }
        lines = RemitLine.objects.filter(remit_claim_id__in=ids).select_related("claim_line")
        self.lines = {row.id: row for row in lines}
        self.adjustments: dict[tuple[UUID, UUID | None], list[RemitAdjustment]] = defaultdict(list)
        for row in RemitAdjustment.objects.filter(remit_claim_id__in=ids).order_by("position"):
            self.adjustments[row.remit_claim_id, row.remit_line_id].append(row)

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
        key, speaker = self._line_key(fact), self._speaker_of(fact)
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
        speaker = self._speaker_of(fact)
        decision = next(
            (one for one in self.verdicts.get(fact.claim_id, ()) if one.id == fact.remit_claim_id), None
        )
        carried = decision.carried if decision else None
        is_void = fact.kind == OccurrenceKind.REVERSED
        is_of_whole = self._line_key(fact) == WHOLE_CLAIM if fact.kind in REFUSALS else None
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

    def _line_key(self, fact: AdjudicationFact) -> str:
        line = self.lines.get(fact.remit_line_id) if fact.remit_line_id else None
        if line is None:
            return WHOLE_CLAIM
        charge_id = line.charge_id or (line.claim_line.charge_id if line.claim_line else None)
        code = line.submitted_procedure_code or line.procedure_code or line.revenue_code
        return line_key(charge_id, code, line.modifiers, line.service_from_on)

    def _speaker_of(self, fact: AdjudicationFact) -> tuple[UUID, int]:
        payment = self.remit_claims[fact.remit_claim_id]
        return payment.remittance.payer_id or self.claims[fact.claim_id].payer_id, payment.rank

    def _refused(self, fact: AdjudicationFact) -> _Chain:
        key = (fact.claim_id, self._line_key(fact), *self._speaker_of(fact))
        chain = self.chains.get(key)
        if chain is None:
            chain = self.chains[key] = _Chain(self._new_denial(fact, key), [], is_new=True)
        decision = self._decision(fact.remit_claim_id, fact.remit_line_id)
        codes = [f"{row.group_code}-{row.reason_code}" for row in decision.adjustments]
        chain.add(fact, codes=codes, at=self.at)
        return chain

    def _decision(self, remit_claim_id: UUID, remit_line_id: UUID | None) -> Decision:
        return Decision(
            self.remit_claims[remit_claim_id],
            self.lines.get(remit_line_id) if remit_line_id else None,
            self.adjustments[remit_claim_id, remit_line_id],
        )

    def _new_denial(self, fact: AdjudicationFact, key: Key) -> Denial:
        claim = self.claims[fact.claim_id]
        line = self.lines.get(fact.remit_line_id) if fact.remit_line_id else None
        remit_claim = self.remit_claims[fact.remit_claim_id]
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
            charge_id=(line.charge_id or (line.claim_line.charge_id if line.claim_line else None))
            if line
            else None,
            received_on=localdate(remit_claim.remittance.received_at),
            denied_on=fact.occurred_on,
            state="",
        )

    # -- where the denial stands now ------------------------------------------------------------------------

    def _settle(self, chain: _Chain) -> bool:
        """Bring the denial in line with what its payer says now; False where there is nothing to keep."""
        denial = chain.denial
        now = standing(self._links(denial))
        denial.sequence = max(1, now.refusals)
        denial.recovered_cents = now.recovered_cents
        before = denial.remit_claim_id
        if now.current:
            row = self.remit_claims[now.current.decision]
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

    def _links(self, denial: Denial) -> list[Link]:
        verdicts = self.verdicts.get(denial.claim_id, [])
        force = parts_in_force(
            verdicts, self.claims[denial.claim_id].total_cents, self.amounts.get(denial.claim_id, {})
        )
        mine = (one for one in verdicts if one.speaker == (denial.payer_id, denial.responsibility_rank))
        superseded = {
            old.id: new.version
            for old in verdicts
            for new in verdicts
            if denial.line_key in old.lines and new.supersedes(old, denial.line_key)
        }
        found = (self._link(one, denial.line_key, force, superseded.get(one.id)) for one in mine)
        return [link for link in found if link is not None]

    @staticmethod
    def _link(
        one: Verdict, key: str, force: Collection[tuple[UUID, str | None]], superseded_by: int | None
    ) -> Link | None:
        """What one decision says of a line, or of the claim without naming a line."""
        line, is_whole = one.lines.get(key), key == WHOLE_CLAIM
        if not is_whole and one.lines and line is None:
            return None
        result = line.result if line else one.result
        refused_lines = any(said.denied_cents for said in one.lines.values())
        return Link(
            decision=one.id,
            order=one.order,
            line=line.line_id if line else None,
            denied_cents=line.denied_cents if line else one.whole_denied_cents if is_whole else 0,
            paid_cents=line.paid_cents if line else one.paid_cents,
            is_patients=result == LineResult.PATIENT_ONLY,
            is_live=one.is_live,
            is_in_force=(one.id, key if line else None) in force,
            superseded_by=superseded_by if one.is_live else None,
            refuses_otherwise=refused_lines if is_whole else line is None and one.whole_denied_cents > 0,
        )

    def _refresh(
        self, denial: Denial, remit_claim_id: UUID, remit_line_id: UUID | None, cents: int, on: date
    ) -> bool:
        """The codes, amounts and dates of the refusal in force."""
        decision = self._decision(remit_claim_id, remit_line_id)
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
        self._work_items(denials)
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

    def _work_items(self, denials: Iterable[Denial]) -> None:
        """Open, reopen, refresh or end the work item of each denial."""
        denials = list(denials)
        items = WorkItem.objects.in_bulk([denial.work_item_id for denial in denials if denial.work_item_id])
        ending = [d for d in denials if d.state in CLOSED_STATES]
        going_on = [d for d in denials if d.state not in CLOSED_STATES]
        workers = self._workers_of_restated(items)
        worklist.cancel_items(kind=DENIAL, cause_keys=[cause_key(denial) for denial in ending], at=self.at)
        for denial in going_on:
            item = items.get(denial.work_item_id) if denial.work_item_id else None
            if item is not None and not item.is_open:
                worklist.reopen_item(item=item, reason="", at=self.at)
            elif item is not None and item.state in (ItemState.SNOOZED, ItemState.BLOCKED):
                worklist.wake_item(item=item, at=self.at)
        drafts = [self._draft(denial) for denial in going_on]
        opened = worklist.open_items(drafts)
        moved = [one for one in going_on if one.work_item_id != opened[DENIAL, cause_key(one)]]
        for denial in moved:
            denial.work_item_id = opened[DENIAL, cause_key(denial)]
        update_models(moved, ["work_item"])
        for denial in moved:
            if worker := workers.get(_turn_of(denial)):
                assign(
                    item=WorkItem.objects.get(id=opened[DENIAL, cause_key(denial)]),
                    assignee_id=worker,
                    at=self.at,
                )
        worklist.reprioritize(
            {d.work_item_id: self.scorer.item_columns(d) for d in going_on if d.work_item_id}
        )

    def _workers_of_restated(self, items: Mapping[UUID, WorkItem]) -> dict[tuple[UUID, UUID, int], UUID]:
        """Who works what a payer now refuses by another name goes on with it: by claim, payer and turn."""
        found = {}
        for denial in self.restated:
            item = items.get(denial.work_item_id) if denial.work_item_id else None
            if item is not None and item.is_open and item.assignee_id:
                found[_turn_of(denial)] = item.assignee_id
        return found

    def _draft(self, denial: Denial) -> worklist.ItemDraft:
        team = self.router.team_for(
            payer_id=denial.payer_id, category=denial.category, owner_team=denial.owner_team
        )
        number = self.claims[denial.claim_id].patient_control_number
        return worklist.ItemDraft(
            kind=DENIAL,
            cause_key=cause_key(denial),
            title=f"{denial.code} on claim {number}",
            occurred_on=denial.denied_on,
            subject_type="denials.denial",
            subject_id=denial.id,
            queue=team,
            payer_id=denial.payer_id,
            location_id=denial.location_id,
            patient_id=denial.patient_id,
            reference=number,
            **self.scorer.item_columns(denial),
        )


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


def _turn_of(denial: Denial) -> tuple[UUID, UUID, int]:
    return denial.claim_id, denial.payer_id, denial.responsibility_rank


def cause_key(denial: Denial) -> str:
    return f"denial:{denial.id}"


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
