"""The messenger between web, beat and workers. It carries ids and names only; what is due stands in
PostgreSQL.
"""

import datetime
import os

from celery import Celery
from celery.schedules import crontab
from celery.signals import worker_init, worker_process_init
from django.core.exceptions import ImproperlyConfigured
from kombu.entity import Queue

from rcm_site.collecting import spare_what_stays
from rcm_site.database_role import check_at_start
from rcm_site.engines.addresses import redis_url

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rcm_site.settings")

# Jobs that wait for partners have a worker of many threads: waiting there costs little and delays nobody else.
LINES, LINE_THREADS = "lines", 16
LONG_AGO = datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)
QUEUES = ("default", "remittances", "claims", "denials", "clearinghouse", LINES, "work", "audit")

# (task, seconds): run as they are.
EVERYWHERE = (("tenancy.sweep", 5),)

# (job, seconds): one message for every active practice.
BEAT: tuple[tuple[str, int], ...] = (
    ("workbench.wake_items", 60),
    ("workbench.take_failed_jobs", 60),
    ("denials.take_facts", 15),
    ("denials.follow_corrections", 60),
    ("denials.rescore", 6 * 3600),
    ("audit.clear_exports", 3600),
    ("remittances.collect_inbox", 10),
    ("remittances.look_again", 120),
    ("remittances.find_next_due", 300),
    ("clearinghouse.order_fetches", 60),
    ("clearinghouse.find_unanswered", 900),
    ("remittances.take_fetched", 15),
    ("eligibility.end_lost", 60),
    ("eligibility.take_fetched", 15),
    ("eligibility.plan_rechecks", 3600),
    ("claims.take_changed_visits", 15),
    ("claims.send_ready", 60),
    ("claims.take_evidence", 15),
    ("claims.ask_payers", 3600),
    ("claims.find_silent_claims", 3600),
    ("claims.warn_of_filing_limits", 3600),
    ("claims.count_settling_days", 300),
    ("claims.close_settled", 60),
)


def broker_url(address: str) -> str:
    """Celery names a socket address otherwise than redis-py does."""
    if address.startswith("unix://"):
        return "redis+socket://" + address.removeprefix("unix://")
    return address


# (job, hour): once a night for every active practice, at a time of day, so that a restart does not put it off; and once
# when beat starts, for machines that sleep at night.
NIGHTLY = (("remittances.prove_ledger", 3), ("claims.count_all_days", 2))

app = Celery("rcm_site")
app.conf.update(
    broker_url=broker_url(redis_url()),
    broker_connection_retry_on_startup=True,
    broker_connection_timeout=2,
    broker_transport_options={"visibility_timeout": 3600},
    accept_content=["json"],
    task_serializer="json",
    # Answers live in the database, where row security guards them.
    result_backend=None,
    task_ignore_result=True,
    task_store_eager_result=False,
    # A task is acknowledged when done; one whose worker was killed is delivered again. Each may run twice.
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    worker_prefetch_multiplier=1,
    worker_cancel_long_running_tasks_on_connection_loss=False,
    task_soft_time_limit=840,
    task_time_limit=900,
    task_default_queue="default",
    task_queues=[Queue(name) for name in QUEUES],  # type: ignore[no-untyped-call]
    worker_hijack_root_logger=False,
    worker_max_tasks_per_child=500,
    timezone="UTC",
    enable_utc=True,
    # In memory; everything is due at once when beat starts, so that a machine used a few hours a day misses nothing.
    beat_scheduler="celery.beat:Scheduler",
    beat_max_loop_interval=5,
    beat_schedule={
        **{
            name: {
                "task": name,
                "schedule": seconds,
                "last_run_at": LONG_AGO,
                "options": {"expires": seconds},
            }
            for name, seconds in EVERYWHERE
        },
        **{
            name: {
                "task": "tenancy.fan_out",
                "args": [name],
                "schedule": seconds,
                "last_run_at": LONG_AGO,
                "options": {"argsrepr": "-", "kwargsrepr": "-", "expires": seconds},
            }
            for name, seconds in BEAT
        },
        **{
            name: {
                "task": "tenancy.fan_out",
                "args": [name],
                "schedule": crontab(hour=hour, minute=20),
                "last_run_at": LONG_AGO,
                "options": {"argsrepr": "-", "kwargsrepr": "-", "expires": 3600},
            }
            for name, hour in NIGHTLY
        },
    },
)
app.set_default()


@worker_init.connect
def refuse_to_work(**_: object) -> None:
    """A signal's ordinary error is only logged by Celery; leaving is not."""
    try:
        check_at_start()
    except ImproperlyConfigured as refusal:
        raise SystemExit(str(refusal)) from None


@worker_process_init.connect
def settle_in(**_: object) -> None:
    spare_what_stays()


app.autodiscover_tasks()
