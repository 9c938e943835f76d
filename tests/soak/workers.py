"""Real Celery workers that can be had and killed cheaply: one process loads the application and forks the others.

Run as `python -m tests.soak.workers NAME FOLDER PORT TRANSPORT TWIN`; the database's socket is in FOLDER. Each line on
its input starts a worker and answers with its pid. A worker rings for what is due and orders what beat orders, again
and again.
"""

import contextlib
import importlib
import os
import signal
import sys
import threading
import time
from pathlib import Path

import redis

from rcm_site.celery import QUEUES, app
from tests.soak.nursery import say
from tests.soak.steps import STEPS_OF, Signpost, watch
from tests.soak.wrong_ways import WRONG_WAYS

THREADS = 3
PULSE_SECONDS, MOST_BELLS = 1, 4
BEAT = (
    "clearinghouse.order_fetches",
    "claims.take_evidence",
    "remittances.take_fetched",
    "workbench.take_failed_jobs",
)


def main() -> None:
    name, folder, port, transport, twin = sys.argv[1:]
    import django

    django.setup()
    from django.db import connections

    for connection in connections.all():
        connection.settings_dict.update(NAME=name, HOST=folder, PORT=port)
    load_celery()
    watch(STEPS_OF[transport], Signpost(Path(folder)))
    if twin:
        WRONG_WAYS[twin]()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    say("ready")
    children = []
    for _ in sys.stdin:
        pid = os.fork()
        if not pid:
            os.dup2(2, 1)
            work()
        children.append(pid)
        say(str(pid))
    for pid in children:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def load_celery() -> None:
    """What every worker needs is loaded once, before the first is forked."""
    for name in (
        "celery.bin.worker",
        "celery.concurrency.thread",
        "celery.worker.consumer",
        "kombu.transport.redis",
    ):
        importlib.import_module(name)
    app.loader.import_default_modules()
    app.finalize()


def work() -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    threading.Thread(target=beat, daemon=True).start()
    options = ["--pool", "threads", "--concurrency", str(THREADS), "--loglevel", "ERROR"]
    app.worker_main(["worker", *options, "--without-mingle", "--without-gossip", "--without-heartbeat"])
    os._exit(0)


def beat() -> None:
    from django.db import Error, connections

    from tenancy.jobs import enqueue, for_each_organization, sweep
    from tenancy.models import Organization
    from tenancy.scope import organization_scope

    practices = None
    while True:
        time.sleep(PULSE_SECONDS)
        if bells() > MOST_BELLS:
            continue
        try:
            practices = practices or list(Organization.objects.filter(kind="PRACTICE"))
            for practice in practices:
                with organization_scope(practice.pk):
                    enqueue("claims.send_ready", once_key="beat", is_urgent=True)
            for name in BEAT:
                for_each_organization(name)
            sweep()
        except Error:
            connections.close_all()


def bells() -> int:
    """How many have not been heard; a slow machine must not be rung deaf."""
    try:
        client = redis.Redis.from_url(os.environ["RCM_REDIS_URL"])
        return sum(client.llen(queue) for queue in QUEUES)
    except redis.RedisError:
        return 0


if __name__ == "__main__":
    main()
