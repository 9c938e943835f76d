"""The people of a practice at work on its denials, every tenth day, by the verbs the screens use.

What is done with a claim follows from its denials, the suggested action and the seed; all refused lines of a claim are
worked together. Payers are spoken to by claims files, and by the letters they answer appeals with.
"""

import dataclasses
import datetime
import random
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress

from django.db import transaction
from django.db.models import QuerySet

from clearinghouse.simulator.practice_system import ClaimsFile, PracticeSystem
from clearinghouse.simulator.remitter import Remitter
from denials import services
from denials.choices import (
    APPEAL_STATES,
    OPEN_STATES,
    AppealMethod,
    AppealOutcome,
    AppealState,
    DenialState,
    Resolution,
    WriteOffReason,
    WriteOffState,
)
from denials.models import Appeal, Denial, WriteOff
from denials.selectors import open_amount
from rcm_site.demo import words
from rcm_site.demo.journal import Journal
from rcm_site.demo.people import at_work
from tenancy.choices import ActorKind
from tenancy.ids import uuid7
from tenancy.models import Organization, Person
from tenancy.scope import organization_scope
from workbench import services as worklist
from workbench.choices import NoteKind, SnoozeReason, Stage
from workbench.models import WorkItem
from workbench.services import Refusal

BETWEEN_DAYS = datetime.timedelta(days=10)
AFTERNOON = datetime.time(15, 30)
DECISION_TIME = datetime.timedelta(days=35)
ANSWER_TIME = datetime.timedelta(days=45)
ENROLLMENT_TIME = datetime.timedelta(days=28)
PATIENCE = datetime.timedelta(days=21)
# A deadline nobody met is given up by the supervisor after this long.
GRACE = datetime.timedelta(days=21)
# Part of what falls due within this time of the story's end is left for whoever opens the workbench.
PILE, SHARE_LEFT = datetime.timedelta(days=14), 0.3
IN_HAND_AT_THE_END, PROMISED_AT_THE_END = 4, 2
# In days: the product scores several times a day; the supervisor's turn comes last before the end of the story.
RESCORED_EVERY = 30
SUPERVISED_EVERY, SUPERVISED_BEFORE_END = 30, 20

# How long a claim lies before its turn comes, in hundredths of all claims.
SOON, SOMETIME, BY_THE_DEADLINE, NEVER = 56, 22, 19, 3
CHANCE_ACKNOWLEDGED, CHANCE_REFUSED = 0.35, 0.1

BY_APPEAL = ("appeal", "attach_records", "add_auth", "peer_to_peer")
WRITE_OFF_REASONS = {
    "authorization": WriteOffReason.NO_AUTHORIZATION,
    "timely_filing": WriteOffReason.TIMELY_FILING,
    "credentialing_network": WriteOffReason.CREDENTIALING,
    "noncovered_benefit_max": WriteOffReason.NON_COVERED,
    "medical_necessity": WriteOffReason.NOT_MEDICALLY_NECESSARY,
    "contractual_bundling": WriteOffReason.BUNDLED,
    "duplicate": WriteOffReason.ADMINISTRATIVE,
}


@dataclasses.dataclass
class Office:
    """`work_until` lets every working day before a day happen."""

    practice: Organization
    clerk: Person
    specialist: Person
    supervisor: Person
    system: PracticeSystem
    remitter: Remitter
    send_claims: Callable[[ClaimsFile], None]
    last_day: datetime.date
    until: datetime.date
    seed: int
    journal: Journal
    _next_day: datetime.date | None = None
    _corrected: dict[str, str] = dataclasses.field(default_factory=dict)
    _appealed: dict[str, str] = dataclasses.field(default_factory=dict)

    def work_until(self, day: datetime.date) -> None:
        if self._next_day is None:
            self._next_day = day + (self.last_day - day) % BETWEEN_DAYS
        while self._next_day <= min(day, self.last_day):
            self._work(datetime.datetime.combine(self._next_day, AFTERNOON, tzinfo=datetime.UTC))
            self._next_day += BETWEEN_DAYS

    def leave_for_the_morning(self, at: datetime.datetime) -> None:
        """Everybody who signs in has something in hand, some of it promised for today."""
        for person in dict.fromkeys((self.clerk, self.supervisor)):
            with at_work(person, self.practice, at=at):
                free = _denials(DenialState.TRIAGED, stage=Stage.TO_WORK).filter(work_item__assignee=None)
                for denial in free.order_by("-work_item__priority", "id")[:PROMISED_AT_THE_END]:
                    _take_in_hand([denial], at)
                    worklist.note_item(
                        item=_item_of(denial),
                        body=words.PROMISED,
                        kind=NoteKind.CALL,
                        contact="Provider services",
                        follow_up_on=at.date(),
                        at=at,
                    )

    def _work(self, at: datetime.datetime) -> None:
        """One day, and what the practice system sends after it. What payers are told, they are told again where the
        day itself was told before.
        """
        said = self.journal.once(lambda: self._day(at))
        for number, sent_on in said["appealed"].items():
            self.remitter.appeal(number, sent_on=datetime.date.fromisoformat(sent_on))
        if said["corrected"]:
            file = self.system.replacements(said["corrected"], on=at.date())
            self.journal.once(lambda: self.send_claims(file))
            self.remitter.receive(file.content)

    def _day(self, at: datetime.datetime) -> dict[str, dict[str, str]]:
        """The night's jobs, the supervisor, the mail and the queue. Returns what payers have to be told of it."""
        on = at.date()
        self._corrected, self._appealed = {}, {}
        with organization_scope(self.practice.pk, actor_kind=ActorKind.JOB):
            while services.take_facts(on=on, at=at):
                pass
            services.follow_corrections(at=at)
            worklist.wake_due_items(on=on, at=at)
            days_left = (self.last_day - on).days
            if days_left % RESCORED_EVERY == 0:
                services.expire_and_rescore(on=on, at=at)
        with at_work(self.supervisor, self.practice, at=at):
            if days_left % SUPERVISED_EVERY == SUPERVISED_BEFORE_END:
                self._decide_write_offs(at)
            self._give_up_what_was_missed(at)
        with at_work(self.specialist, self.practice, at=at):
            self._read_letters(at)
        for person in dict.fromkeys((self.clerk, self.specialist)):
            with at_work(person, self.practice, at=at):
                self._work_queue(person, at)
        return {"corrected": self._corrected, "appealed": self._appealed}

    # -- the supervisor -----------------------------------------------------------------------------------------

    def _decide_write_offs(self, at: datetime.datetime) -> None:
        pending = WriteOff.objects.filter(state=WriteOffState.PENDING).select_related("denial__work_item")
        for write_off in pending.order_by("id"):
            item = _item_of(write_off.denial)
            dice = self._dice("second person", str(write_off.amount_cents), item.reference)
            with suppress(Refusal), transaction.atomic():
                if dice.random() < CHANCE_REFUSED:
                    services.refuse_write_off(
                        write_off=write_off, item=item, note=words.REFUSED_WRITE_OFF, at=at
                    )
                else:
                    services.approve_write_off(write_off=write_off, item=item, note="", at=at)

    def _give_up_what_was_missed(self, at: datetime.datetime) -> None:
        missed = _denials(*OPEN_STATES, stage=Stage.TO_WORK).exclude(state=DenialState.DECIDED)
        for denial in missed.filter(appeal_due_on__lte=at.date() - GRACE):
            with suppress(Refusal), transaction.atomic():
                _give_up(denial, at, reason=WriteOffReason.EFFORTS_EXHAUSTED, note=words.MISSED)

    # -- the mail -----------------------------------------------------------------------------------------------

    def _read_letters(self, at: datetime.datetime) -> None:
        waiting = (
            Appeal.objects.filter(denial__state__in=OPEN_STATES)
            .exclude(state=AppealState.DECIDED)
            .select_related("denial__work_item", "denial__claim", "denial__patient", "denial__payer")
        )
        for appeal in waiting.order_by("id"):
            number = appeal.denial.claim.patient_control_number
            self._appealed.setdefault(number, appeal.sent_on.isoformat())
            letter = self.remitter.appeal(number, sent_on=appeal.sent_on)
            with suppress(Refusal), transaction.atomic():
                if letter and letter.written_on <= at.date():
                    _decide(appeal, is_overturned=letter.is_overturned, on=letter.written_on, at=at)
                elif appeal.state == AppealState.SUBMITTED and self._is_acknowledged(appeal, at.date()):
                    services.advance_appeal(
                        appeal=appeal, item=_item_of(appeal.denial), state=AppealState.ACKNOWLEDGED, at=at
                    )

    def _is_acknowledged(self, appeal: Appeal, on: datetime.date) -> bool:
        dice = self._dice("acknowledged", appeal.denial.claim.patient_control_number)
        return on - appeal.sent_on >= BETWEEN_DAYS and dice.random() < CHANCE_ACKNOWLEDGED

    # -- the queue ----------------------------------------------------------------------------------------------

    def _work_queue(self, person: Person, at: datetime.datetime) -> None:
        by_claim: dict[str, list[Denial]] = defaultdict(list)
        for denial in _denials(*OPEN_STATES, stage=Stage.TO_WORK):
            if denial.state != DenialState.EXPIRED and self._worker(denial) == person:
                by_claim[denial.claim.patient_control_number].append(denial)
        later = []
        for number, denials in by_claim.items():
            if self._turn(number, denials[0]) > at.date():
                later.append(denials)
                continue
            with suppress(Refusal), transaction.atomic():
                self._work_claim(number, denials, at)
        if at.date() == self.last_day:
            pile = [denials for denials in later if self._is_of_the_pile(denials[0])]
            for denials in pile[: min(IN_HAND_AT_THE_END, len(pile) // 2)]:
                _take_in_hand(denials, at)

    def _worker(self, denial: Denial) -> Person:
        item = _item_of(denial)
        if item.assignee_id in (self.clerk.pk, self.specialist.pk):
            return self.clerk if item.assignee_id == self.clerk.pk else self.specialist
        return self.specialist if denial.next_action in BY_APPEAL else self.clerk

    def _turn(self, number: str, denial: Denial) -> datetime.date:
        """The day a claim's turn comes; at once where the work has begun before."""
        begun = denial.state not in (DenialState.DETECTED, DenialState.TRIAGED)
        if begun or denial.sequence > 1:
            return denial.received_on
        if self._is_of_the_pile(denial):
            return datetime.date.max
        dice = self._dice("turn", number)
        due_on = denial.appeal_due_on or denial.received_on + ANSWER_TIME
        days = max((due_on - denial.received_on).days, 1)
        (pace,) = dice.choices(
            ("soon", "sometime", "deadline", "never"), (SOON, SOMETIME, BY_THE_DEADLINE, NEVER)
        )
        if pace == "never":
            return datetime.date.max
        if pace == "deadline" and denial.next_action in (*BY_APPEAL, "write_off", "bill_patient"):
            return due_on - datetime.timedelta(days=dice.randint(2, 11))
        most = min(20, days // 2) if pace == "soon" else days // 2
        return denial.received_on + datetime.timedelta(days=dice.randint(1, max(most, 1)))

    def _is_of_the_pile(self, denial: Denial) -> bool:
        due_on = denial.appeal_due_on
        if due_on is None or not self.until <= due_on <= self.until + PILE:
            return False
        return self._dice("pile", denial.claim.patient_control_number).random() < SHARE_LEFT

    def _work_claim(self, number: str, denials: Sequence[Denial], at: datetime.datetime) -> None:
        first = denials[0]
        action = first.next_action
        if first.state in APPEAL_STATES:
            self._chase(denials, at)
        elif first.state == DenialState.DECIDED:
            self._after_decision(number, denials, at)
        elif first.state in (DenialState.IN_WORK, DenialState.CORRECTED_SUBMITTED) or first.sequence > 1:
            self._insist(denials, at)
        elif action in BY_APPEAL:
            _take_in_hand(denials, at)
            self._appeal(denials, at, words.APPEALS[action])
        elif services.may_bill_patient(first):
            _end(denials, Resolution.BILLED_PATIENT, at, words.BILLED_PATIENT)
        elif action in ("write_off", "check_original"):
            for denial in denials:
                _give_up(denial, at)
        elif action == "fix_enrollment":
            _take_in_hand(denials, at)
            _wait(denials, at, words.ENROLLMENT, SnoozeReason.CREDENTIALING, ENROLLMENT_TIME)
        else:
            _take_in_hand(denials, at)
            self._correct(number, denials, action, at)

    def _correct(self, number: str, denials: Sequence[Denial], action: str, at: datetime.datetime) -> None:
        self._corrected[number] = denials[0].remit_claim.payer_control_number
        note = words.CORRECTIONS.get(action, words.CORRECTED)
        _wait(denials, at, note, SnoozeReason.PAYER_RESPONSE, ANSWER_TIME)

    def _appeal(self, denials: Sequence[Denial], at: datetime.datetime, note: str) -> None:
        number = denials[0].claim.patient_control_number
        dice = self._dice("appeal", number)
        method = dice.choice((AppealMethod.PORTAL, AppealMethod.PORTAL, AppealMethod.FAX, AppealMethod.MAIL))
        for denial in denials:
            services.record_appeal(
                denial=denial,
                item=_item_of(denial),
                method=method,
                sent_on=at.date(),
                decision_due_on=at.date() + DECISION_TIME,
                reference=f"{method[:3]}-{dice.randrange(10**6):06d}",
                note=note,
                form_key=uuid7(),
                at=at,
            )

    def _insist(self, denials: Sequence[Denial], at: datetime.datetime) -> None:
        """A corrected claim went unanswered or was refused again, or a write-off was refused."""
        if denials[0].is_appealable:
            self._appeal(denials, at, words.INSISTED)
        else:
            for denial in denials:
                _give_up(denial, at, reason=WriteOffReason.EFFORTS_EXHAUSTED)

    def _chase(self, denials: Sequence[Denial], at: datetime.datetime) -> None:
        for denial in denials:
            worklist.note_item(
                item=_item_of(denial),
                body=words.CHASED,
                kind=NoteKind.CALL,
                contact="Provider services",
                contact_reference=f"C{self._dice('call', str(at.date())).randrange(10**6):06d}",
                at=at,
            )
        _wait(denials, at, "", SnoozeReason.PENDING_APPEAL, PATIENCE)

    def _after_decision(self, number: str, denials: Sequence[Denial], at: datetime.datetime) -> None:
        last = Appeal.objects.filter(denial=denials[0]).order_by("-level").first()
        if last and last.outcome == AppealOutcome.OVERTURNED:
            _wait(denials, at, words.PAYMENT_MISSING, SnoozeReason.PAYMENT_POSTING, PATIENCE)
        else:
            for denial in denials:
                _give_up(denial, at, reason=WriteOffReason.EFFORTS_EXHAUSTED, note=words.UPHELD)

    def _dice(self, *what: str) -> random.Random:
        return random.Random(f"{self.seed}:{':'.join(what)}")  # noqa: S311 - not a secret


def _denials(*states: str, stage: str) -> QuerySet[Denial]:
    rows = Denial.objects.filter(state__in=states, work_item__stage=stage)
    return rows.select_related("work_item", "claim", "patient", "payer", "remit_claim").order_by(
        "denied_on", "id"
    )


def _item_of(denial: Denial) -> WorkItem:
    if denial.work_item is None:
        raise WorkItem.DoesNotExist(f"denial {denial.pk}")
    return denial.work_item


def _take_in_hand(denials: Iterable[Denial], at: datetime.datetime) -> None:
    for denial in denials:
        services.claim(item=_item_of(denial), at=at)
        denial.refresh_from_db(fields=["state", "version"])


def _wait(
    denials: Iterable[Denial], at: datetime.datetime, note: str, reason: str, time: datetime.timedelta
) -> None:
    for denial in denials:
        item = _item_of(denial)
        if note:
            worklist.note_item(item=item, body=note, at=at)
        worklist.snooze_item(item=item, until=at.date() + time, reason=reason, at=at)


def _end(denials: Iterable[Denial], resolution: Resolution, at: datetime.datetime, reason: str) -> None:
    for denial in denials:
        services.resolve(item=_item_of(denial), resolution=resolution, reason=reason, at=at)


def _give_up(denial: Denial, at: datetime.datetime, *, reason: str = "", note: str = "") -> None:
    services.request_write_off(
        denial=denial,
        item=_item_of(denial),
        amount_cents=open_amount(denial),
        reason=reason or WRITE_OFF_REASONS.get(denial.category, WriteOffReason.EFFORTS_EXHAUSTED),
        note=note or words.GIVEN_UP,
        form_key=uuid7(),
        at=at,
    )


def _decide(appeal: Appeal, *, is_overturned: bool, on: datetime.date, at: datetime.datetime) -> None:
    """The letter is written down; a yes waits for its money, a no comes back to the queue."""
    denial = appeal.denial
    outcome = AppealOutcome.OVERTURNED if is_overturned else AppealOutcome.UPHELD
    services.decide_appeal(appeal=appeal, item=_item_of(denial), outcome=outcome, decided_on=on, at=at)
    if is_overturned:
        _wait([denial], at, words.OVERTURNED, SnoozeReason.PAYMENT_POSTING, ANSWER_TIME)
