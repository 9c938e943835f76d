"""Ways of sending and receiving that are known to be wrong: the harness is worth what it says of them."""

import time
from collections.abc import Callable
from typing import Any


def remembers_before_it_sends() -> None:
    """What is cut off between the two is lost."""
    from clearinghouse import tasks
    from clearinghouse.models import Interchange
    from clearinghouse.services import delivering
    from tenancy.scope import organization_scope

    def deliver(*, organization_id: Any, interchange_id: Any, at: Any) -> None:
        with organization_scope(organization_id, actor_kind="JOB"):
            parcel = delivering._waiting(interchange_id)
            Interchange.objects.filter(id=interchange_id).update(state="SENT", sent_at=at)
        if parcel is not None:
            delivering._hand_over(parcel)

    tasks.deliver_interchange = deliver


def draws_a_new_number_after_a_crash() -> None:
    """The partner may have had the file under the old one."""
    from claims.models import Claim, Submission
    from clearinghouse import tasks
    from clearinghouse.models import Interchange
    from tenancy.scope import organization_scope

    right = tasks.deliver_interchange

    def deliver(*, organization_id: Any, interchange_id: Any, at: Any) -> None:
        with organization_scope(organization_id, actor_kind="JOB"):
            if Interchange.objects.filter(id=interchange_id, state="SENDING").update(state="FAILED"):
                its = Submission.objects.filter(interchange=interchange_id).values("claim_id")
                Claim.objects.filter(id__in=its).update(submission_state="READY")
                return
        right(organization_id=organization_id, interchange_id=interchange_id, at=at)

    tasks.deliver_interchange = deliver


def never_asks_what_is_there() -> None:
    """A file whose arrival was not remembered is written again, and is a second delivery."""
    from clearinghouse.transports import sftp

    right, asked = sftp._size, [0]

    def size(session: Any, path: str) -> Any:
        asked[0] += 1
        return right(session, path) if asked[0] % 2 == 0 else None

    sftp._size = size


def deletes_before_it_stores() -> None:
    """What was read and not stored is nowhere."""
    from clearinghouse.transports import sftp

    right = sftp._Folder.read

    def read(self: Any, name: str, *, into: Any) -> None:
        right(self, name, into=into)
        self.remove(name)

    sftp._Folder.read = read


def draws_numbers_apart() -> None:
    """In a transaction of their own: what is rolled back or killed afterwards leaves a gap."""
    from clearinghouse.services import sealing

    right = sealing.draw_numbers
    sealing.draw_numbers = lambda *given: apart(right, *given)


def apart(right: Callable[..., Any], *given: Any) -> Any:
    from concurrent.futures import ThreadPoolExecutor

    from django.db import connection

    from tenancy.scope import current_scope, organization_scope

    practice = current_scope().practice_id

    def draw() -> Any:
        try:
            with organization_scope(practice, actor_kind="JOB"):
                return right(*given)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(draw).result()


def knows_before_it_locks() -> None:
    """Whether a file is new was decided when the folder was listed: who came second keeps it, too."""
    from clearinghouse.services import fetching

    fetching._has_bytes = lambda file, content: False


def counts_every_arrival() -> None:
    """A file that comes twice is two files, and what it says is said twice."""
    from clearinghouse.services import fetching

    right = fetching.store_inbound

    def store(*, name: str, content: Any, source: str, at: Any) -> Any:
        content.seek(0, 2)
        content.write(b"\n" * (time.monotonic_ns() % 1000 + 1))
        return right(name=name, content=content, source=source, at=at)

    fetching.store_inbound = store


def takes_half_for_whole() -> None:
    """What a partner is still writing is read as it is."""
    from clearinghouse.services import fetching

    fetching._Round._is_finished = lambda self, listed, row, content: True


def deletes_what_it_knows() -> None:
    """By name, size and second: another file of that name is deleted unread."""
    from clearinghouse.services import fetching

    fetching._has_bytes = lambda file, content: True


def trusts_every_key() -> None:
    """Whoever listens at the partner's address is given claims."""
    import paramiko

    from clearinghouse.transports import sftp

    sftp._trust = lambda client, door: client.set_missing_host_key_policy(paramiko.AutoAddPolicy())


def tells_nobody() -> None:
    """What went wrong stands in a table."""
    from clearinghouse.services import delivering, fetching

    delivering.open_problem = fetching.open_problem = lambda *given, **facts: None


def gives_up_at_once() -> None:
    """A partner that is away for a minute fails the file."""
    from clearinghouse import lines
    from clearinghouse.services import delivering

    lines.FAILURES, delivering.MOST_ATTEMPTS = 10**6, 1


def believes_the_last_word() -> None:
    """Whatever came last is true, though stronger evidence stands against it."""
    from claims.rules.states import MOVES, Evidence, State

    moves = MOVES[Evidence.SYNTAX_REJECTED]
    moves.update(dict.fromkeys(State, State.SYNTAX_REJECTED))


def works_without_an_outbox() -> None:
    """What is to be done is only in Valkey's memory: a bell that is lost is a job that is lost."""
    from tenancy import jobs

    jobs.sweep = lambda: 0


def orders_after_the_commit() -> None:
    """What is to be done is written when the act stands: between the two it is forgotten."""
    from django.db import transaction

    from claims.services import building
    from remittances.services import intake
    from tenancy.scope import current_scope, organization_scope

    right = building.enqueue

    def later(name: str, /, **given: Any) -> None:
        practice = current_scope().practice_id

        def order() -> None:
            with organization_scope(practice):
                right(name, **given)

        transaction.on_commit(order)

    building.enqueue = intake.enqueue = later


WRONG_WAYS: dict[str, Callable[[], None]] = {
    one.__name__: one
    for one in (
        remembers_before_it_sends,
        draws_a_new_number_after_a_crash,
        never_asks_what_is_there,
        deletes_before_it_stores,
        draws_numbers_apart,
        knows_before_it_locks,
        counts_every_arrival,
        takes_half_for_whole,
        deletes_what_it_knows,
        trusts_every_key,
        tells_nobody,
        gives_up_at_once,
        believes_the_last_word,
        works_without_an_outbox,
        orders_after_the_commit,
    )
}
