"""What happens in the demonstration year, told through the product's own doors."""

import dataclasses
import datetime
import uuid
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import TypeVar

from django.utils import timezone

from claims.services import import_837
from clearinghouse.choices import Source as FileSource
from clearinghouse.services import store_inbound
from clearinghouse.simulator.adjudication import PayerProfile
from clearinghouse.simulator.practice_system import ClaimsFile, PracticeProfile, PracticeSystem
from clearinghouse.simulator.remitter import OutgoingFile, Remitter
from clearinghouse.simulator.truth import Truth
from patients.choices import Source
from patients.models import Coverage
from patients.services import add_coverage
from patients.services.history import Origin
from rcm_site.demo.journal import Journal
from rcm_site.demo.office import Office
from reference.models import Payer
from reference.services import PayerSeen, edit_payer, ensure_default_deadlines, ensure_payers
from remittances.choices import RemittanceState
from remittances.models import Remittance
from remittances.services import ingest_file, post_remittance
from tenancy.choices import MessageState
from tenancy.jobs import for_each_organization, run_message
from tenancy.models import Organization, OutboxMessage, Person
from tenancy.scope import organization_scope

Thing = TypeVar("Thing")
Progress = Callable[[Iterable[Thing], str, int], Iterable[Thing]]
# Who pays after whom, and of how many patients one has both.
SECOND_PAYERS, ONE_IN = {"MCB03": "PMH01", "PMH01": "LMP04", "KPI02": "LMP04"}, 6
# What the last days brought is left for the poster.
LEFT_UNPOSTED = datetime.timedelta(days=6)


def plainly(things: Iterable[Thing], what: str, total: int) -> Iterable[Thing]:
    """No progress shown."""
    return things


def noon(day: datetime.date) -> datetime.datetime:
    return datetime.datetime.combine(day, datetime.time(12), tzinfo=datetime.UTC)


@dataclasses.dataclass(frozen=True, slots=True)
class Staff:
    """Who works a practice's denials: the queue, the appeals, and the second person's decisions."""

    clerk: Person
    specialist: Person
    supervisor: Person


def tell(
    practice: Organization,
    profile: PracticeProfile,
    payers: Sequence[PayerProfile],
    *,
    claims: int,
    until: datetime.date,
    seed: int = 7,
    months: int = 12,
    staff: Staff | None = None,
    covered_again_since: datetime.date | None = None,
    journal: Journal | None = None,
    progress: Progress = plainly,
) -> Truth:
    """Let a practice's year pass: claims in, remittances in, most of them posted, and what they refuse worked by
    `staff`. Returns what the payers know. What `journal` says was told before is not told again.
    """
    journal = journal or Journal()
    system = PracticeSystem(profile, payers, seed=seed, until=until)
    remitter = Remitter(
        {payer.identifier: payer for payer in payers}, receiver=profile.sender, seed=seed, until=until
    )
    for exported in progress(system.batches(claims, months=months), f"{practice.name}: claims", months):
        journal.once(partial(bring_claims, practice, exported))
        remitter.receive(exported.content)
    # The clearinghouse turns this one away: no payer sees it.
    journal.once(partial(bring_claims, practice, system.slip(until - LEFT_UNPOSTED)))
    if covered_again_since:
        journal.once(partial(cover_again, practice, since=covered_again_since))
    last_day = until - LEFT_UNPOSTED
    office = staff and Office(
        practice=practice,
        clerk=staff.clerk,
        specialist=staff.specialist,
        supervisor=staff.supervisor,
        system=system,
        remitter=remitter,
        send_claims=lambda file: bring_claims(practice, file),
        last_day=last_day,
        until=until,
        seed=seed,
        journal=journal,
    )
    for file in progress(remitter.files(), f"{practice.name}: remittances and work", remitter.expected_files):
        if office:
            office.work_until(file.produced_on)
        journal.once(partial(bring_remittance, practice, file, until=until))
    if office:
        journal.once(partial(office.leave_for_the_morning, noon(until)))
    return remitter.truth


def know_payers(practice: Organization, payers: Sequence[PayerProfile], kinds: dict[str, str]) -> None:
    """The payers as an administrator sets them up before the first claim."""
    with organization_scope(practice.pk):
        ensure_default_deadlines()
        known = ensure_payers(PayerSeen(payer.name, payer.identifier) for payer in payers)
        for seen, payer_id in known.items():
            payer = Payer.objects.get(pk=payer_id)
            edit_payer(payer=payer, version=payer.version, changes={"kind": kinds[seen.identifier]})


def bring_claims(practice: Organization, exported: ClaimsFile) -> None:
    arrived = noon(exported.exported_on)
    with organization_scope(practice.pk):
        file, _ = store_inbound(
            name=exported.name, content=exported.content, source=FileSource.COMMAND, at=arrived
        )
        import_837(file=file, at=arrived)


def bring_remittance(practice: Organization, file: OutgoingFile, *, until: datetime.date) -> None:
    """Ingest one file and, unless it is of the last days, post what is in balance."""
    arrived = noon(file.produced_on)
    with organization_scope(practice.pk):
        stored, _ = store_inbound(name=file.name, content=file.content, source=FileSource.COMMAND, at=arrived)
        ingest_file(file_id=stored.pk, at=arrived)
        ready = list(
            Remittance.objects.filter(file=stored, state=RemittanceState.READY).values_list("id", flat=True)
        )
        if file.produced_on <= until - LEFT_UNPOSTED:
            for remittance_id in ready:
                post_remittance(remittance_id=remittance_id, at=arrived)


def cover_again(practice: Organization, *, since: datetime.date) -> None:
    """Some patients say at the desk that a second payer covers them, from a day on."""
    origin = Origin(Source.PERSON, noon(since))
    with organization_scope(practice.pk):
        payers = {
            one.payer_identifier: one
            for one in Payer.objects.filter(payer_identifier__in=SECOND_PAYERS.values())
        }
        first = Coverage.objects.filter(payer__payer_identifier__in=SECOND_PAYERS)
        for coverage in first.select_related("patient", "payer").order_by("member_id")[::ONE_IN]:
            second = payers[SECOND_PAYERS[coverage.payer.payer_identifier]]
            add_coverage(
                patient=coverage.patient,
                payer_id=second.pk,
                origin=origin,
                member_id=f"{second.payer_identifier[:2]}{coverage.member_id[-5:]}77",
                rank=2,
                starts_on=since,
            )


def take_stock() -> None:
    """Ask for what beat looks for once in a while: claims nobody answers for, and next payers that are due."""
    for_each_organization("claims.find_silent_claims")
    for_each_organization("remittances.find_next_due")


def finish_jobs() -> int:
    """Do what beat would ask for now and what the outbox still holds, as a worker would. Returns how many jobs."""
    for_each_organization("denials.take_facts")
    for_each_organization("denials.follow_corrections")
    for_each_organization("denials.rescore")
    done = 0
    while True:
        waiting: list[uuid.UUID] = list(
            OutboxMessage.objects.filter(state=MessageState.PENDING, due_at__lte=timezone.now())
            .order_by("created_at", "id")
            .values_list("id", flat=True)[:200]
        )
        if not waiting:
            return done
        done += sum(run_message(message_id) for message_id in waiting)
