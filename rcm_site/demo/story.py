"""What happens in the demonstration year, told through the product's own doors."""

import datetime
import random
import uuid
from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from django.utils import timezone

from claims.services import import_837
from clearinghouse.choices import Source
from clearinghouse.services import store_inbound
from clearinghouse.simulator.adjudication import PayerProfile
from clearinghouse.simulator.practice_system import PracticeProfile, PracticeSystem
from clearinghouse.simulator.remitter import OutgoingFile, Remitter
from clearinghouse.simulator.truth import Truth
from reference.services import PayerSeen, ensure_default_deadlines, ensure_payers
from remittances.choices import RemittanceState
from remittances.models import Remittance
from remittances.services import ingest_file, post_remittance
from tenancy.choices import MessageState
from tenancy.jobs import for_each_organization, run_message
from tenancy.models import Organization, OutboxMessage
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


def tell(
    practice: Organization,
    profile: PracticeProfile,
    payers: Sequence[PayerProfile],
    *,
    claims: int,
    until: datetime.date,
    seed: int = 7,
    months: int = 12,
    progress: Progress = plainly,
) -> Truth:
    """Let a practice's year pass: claims in, remittances in, most of them posted. Returns what the payers know."""
    system = PracticeSystem(profile, payers, seed=seed, until=until)
    remitter = Remitter(
        {payer.identifier: payer for payer in payers}, receiver=profile.sender, seed=seed, until=until
    )
    for name, content in progress(system.batches(claims, months=months), f"{practice.name}: claims", months):
        bring_claims(practice, name, content)
        remitter.receive(content)
    files = list(remitter.files())
    for file in progress(files, f"{practice.name}: remittances", len(files)):
        bring_remittance(practice, file, until=until)
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


def bring_claims(practice: Organization, name: str, content: bytes) -> None:
    now = timezone.now()
    with organization_scope(practice.pk):
        file, _ = store_inbound(name=name, content=content, source=Source.COMMAND, at=now)
        import_837(file=file, at=now)


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


def dice(seed: int, what: str) -> random.Random:
    return random.Random(f"{seed}:{what}")  # noqa: S311 - not a secret
