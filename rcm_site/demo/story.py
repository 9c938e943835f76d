"""What happens in the demonstration year, told through the product's own doors."""

import dataclasses
import datetime
import uuid
from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from django.utils import timezone

from claims.services import import_837
from clearinghouse.choices import Source
from clearinghouse.services import store_inbound
from clearinghouse.simulator.adjudication import PayerProfile
from clearinghouse.simulator.practice_system import ClaimsFile, PracticeProfile, PracticeSystem
from clearinghouse.simulator.remitter import OutgoingFile, Remitter
from clearinghouse.simulator.truth import Truth
from rcm_site.demo.office import Office
from reference.services import PayerSeen, ensure_default_deadlines, ensure_payers
from remittances.choices import RemittanceState
from remittances.models import Remittance
from remittances.services import ingest_file, post_remittance
from tenancy.choices import MessageState
from tenancy.jobs import for_each_organization, run_message
from tenancy.models import Organization, OutboxMessage, Person
from tenancy.scope import organization_scope

Thing = TypeVar("Thing")
Progress = Callable[[Iterable[Thing], str, int], Iterable[Thing]]
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
    progress: Progress = plainly,
) -> Truth:
    """Let a practice's year pass: claims in, remittances in, most of them posted, and what they refuse worked by
    `staff`. Returns what the payers know.
    """
    system = PracticeSystem(profile, payers, seed=seed, until=until)
    remitter = Remitter(
        {payer.identifier: payer for payer in payers}, receiver=profile.sender, seed=seed, until=until
    )
    for exported in progress(system.batches(claims, months=months), f"{practice.name}: claims", months):
        bring_claims(practice, exported)
        remitter.receive(exported.content)
    # The clearinghouse turns this one away: no payer sees it.
    bring_claims(practice, system.slip(until - LEFT_UNPOSTED))
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
    )
    for file in progress(remitter.files(), f"{practice.name}: remittances and work", remitter.expected_files):
        if office:
            office.work_until(file.produced_on)
        bring_remittance(practice, file, until=until)
    if office:
        office.leave_for_the_morning(noon(until))
    return remitter.truth


def know_payers(practice: Organization, payers: Sequence[PayerProfile], kinds: dict[str, str]) -> None:
    """The payers as an administrator sets them up before the first claim."""
    from reference.models import Payer
    from reference.services import edit_payer

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
            name=exported.name, content=exported.content, source=Source.COMMAND, at=arrived
        )
        import_837(file=file, at=arrived)


def bring_remittance(practice: Organization, file: OutgoingFile, *, until: datetime.date) -> None:
    """Ingest one file and, unless it is of the last days, post what is in balance."""
    arrived = noon(file.produced_on)
    with organization_scope(practice.pk):
        stored, _ = store_inbound(name=file.name, content=file.content, source=Source.COMMAND, at=arrived)
        ingest_file(file_id=stored.pk, at=arrived)
        ready = list(
            Remittance.objects.filter(file=stored, state=RemittanceState.READY).values_list("id", flat=True)
        )
        if file.produced_on <= until - LEFT_UNPOSTED:
            for remittance_id in ready:
                post_remittance(remittance_id=remittance_id, at=arrived)


def finish_jobs(progress: Progress = plainly) -> int:
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
        done += sum(run_message(message_id) for message_id in progress(waiting, "jobs", len(waiting)))
