"""Workers that can be had and killed cheaply: one process loads the application and forks one for each `start`.

Run as `python -m tests.soak.nursery NAME HOST PORT TWIN`; `start SEED CLOCK` on its input answers with a pid.
"""

import contextlib
import datetime
import os
import random
import signal
import sys
import time
import uuid
from collections.abc import Callable


def main() -> None:
    name, host, port, twin = sys.argv[1:5]
    import django

    django.setup()
    from django.db import connections

    for connection in connections.all():
        connection.settings_dict.update(NAME=name, HOST=host, PORT=port)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    register()
    say("ready")
    children = []
    for line in sys.stdin:
        seed, clock = map(int, line.split()[1:])
        pid = os.fork()
        if not pid:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            work(TWINS[twin], random.Random(seed), datetime.timedelta(seconds=clock))
        children.append(pid)
        say(str(pid))
    for pid in children:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def register() -> None:
    """A job that could not hide that it was done twice."""
    from tenancy import jobs
    from tenancy.models import Location
    from tenancy.scope import current_scope

    def open_place(*, name: str) -> None:
        Location.objects.create(
            organization_id=current_scope().practice_id, name=f"{name} {uuid.uuid4().hex}"
        )
        time.sleep(0.02)

    if "soak.open_place" not in jobs.job_names():
        jobs.job("soak.open_place")(open_place)


def as_the_product_does(message_id: uuid.UUID) -> None:
    from tenancy.jobs import run_message

    run_message(message_id)


def marked_before_the_act(message_id: uuid.UUID) -> None:
    """Known bad: what is cut off after the mark is lost."""
    finish_then(message_id, before=True)


def marked_after_the_act(message_id: uuid.UUID) -> None:
    """Known bad: what is cut off before the mark, or seen by two, is done twice."""
    finish_then(message_id, before=False)


def finish_then(message_id: uuid.UUID, *, before: bool) -> None:
    from tenancy import jobs
    from tenancy.models import OutboxMessage
    from tenancy.scope import organization_scope

    message = OutboxMessage.objects.filter(id=message_id, state="PENDING").first()
    if message is None:
        return
    if before:
        jobs._finish(message)
    time.sleep(0.02)
    with organization_scope(message.organization_id, actor_kind="JOB"):
        jobs._find(message.name)[0](**message.arguments)
    time.sleep(0.02)
    jobs._finish(message)


TWINS: dict[str, Callable[[uuid.UUID], None]] = {
    "product": as_the_product_does,
    "marked_before": marked_before_the_act,
    "marked_after": marked_after_the_act,
}


def work(perform: Callable[[uuid.UUID], None], dice: random.Random, clock: datetime.timedelta) -> None:
    """Until killed: do what is due, in any order, and now and then take a posted remittance out again."""
    from django.db import Error, connections
    from django.db.models.functions import Now
    from django.utils import timezone

    from tenancy.models import OutboxMessage

    right = timezone.now
    timezone.now = lambda: right() + clock
    while True:
        try:
            due = OutboxMessage.objects.filter(state="PENDING", due_at__lte=Now())
            waiting = list(due.values_list("id", flat=True)[:50])
            dice.shuffle(waiting)
            for message_id in waiting[:10]:
                if dice.random() < 0.1:
                    take_out_and_post_again(dice)
                perform(message_id)
            time.sleep(0.05)
        except Error:
            connections.close_all()


def take_out_and_post_again(dice: random.Random) -> None:
    """As a poster at the screen would, in one transaction."""
    from django.utils import timezone

    from remittances.models import Remittance
    from remittances.services import CannotUnpost, post_remittance, unpost_remittance
    from tenancy.models import Organization
    from tenancy.scope import organization_scope

    for practice in Organization.objects.filter(kind="PRACTICE"):
        with contextlib.suppress(CannotUnpost), organization_scope(practice.pk):
            posted = list(Remittance.objects.filter(state="POSTED").values_list("id", flat=True))
            if posted:
                chosen = dice.choice(posted)
                unpost_remittance(remittance_id=chosen, at=timezone.now())
                post_remittance(remittance_id=chosen, at=timezone.now())


if __name__ == "__main__":
    main()
