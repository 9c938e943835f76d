"""A practice, its clearinghouse and a Valkey of their own, and workers that can be killed at any step."""

import contextlib
import itertools
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import psycopg
import redis
from django.conf import settings
from django.db import connection, connections, transaction
from django.db.models.functions import Now

from claims.models import Claim, ClaimAcknowledgement
from clearinghouse.lines import IN_DOUBT
from clearinghouse.models import Connection, EnvelopeAnswer, ExchangeFile, Interchange, InterchangeSet
from ledger.selectors import balance_differences, unbalanced_entries
from rcm_site.engines import session_cluster
from rcm_site.engines.keys import kept
from rcm_site.engines.places import SOCKET_PORT
from rcm_site.engines.processes import is_alive, wait_until
from rcm_site.engines.servers import SUPERVISOR, Postgres, Valkey, layout_of
from remittances.models import Remittance
from tenancy.models import OutboxMessage
from tests.factories.patients import make_payer
from tests.factories.simulator import Practice, Process
from tests.soak.severed import PORT, Severed
from tests.soak.steps import Signpost
from workbench.models import WorkItem

TOLD = ("EXCHANGE", "REJECTION", "FAILED_JOB", "CANNOT_SEND")
PACE = {"acknowledged": 0.2, "forwarded": 0.3, "accepted": 0.4, "paid": 0.5}
CLAIMS = 2
WORKER, CLEARINGHOUSE, VALKEY, DATABASE = "worker", "clearinghouse", "Valkey", "PostgreSQL"
ANOTHER = "another worker at the same"
RESTARTS, MOMENT_SECONDS, PATIENCE_SECONDS, PATIENCE_WITH_A_TWIN = 5, 3, 120, 40


class NeverCame(AssertionError):
    """What was waited for."""


class OwnValkey:
    """Not the one of the test session: it is killed."""

    def __init__(self, folder):
        self.layout = layout_of(folder / "engines")
        self.layout.prepare()
        self.address = f"unix://{self.layout.run / 'valkey.sock'}"
        self.client = redis.Redis.from_url(self.address)
        self.start()

    def start(self):
        self.server = Valkey(self.layout)
        self.server.start()

    @property
    def pid(self):
        return self.client.info("server")["process_id"]

    def end_rests(self):
        with contextlib.suppress(redis.RedisError):
            for key in self.client.keys("rcm:*:line:*"):
                if not key.endswith(b":places"):
                    self.client.hdel(key, "rests_until")

    def free_places(self):
        with contextlib.suppress(redis.RedisError):
            self.client.delete(*self.client.keys("rcm:*:places"), IN_DOUBT)

    def kill(self):
        os.kill(self.pid, signal.SIGKILL)
        assert wait_until(lambda: not self.server.is_running(), seconds=10)
        self.server.stop()

    def stop(self):
        self.server.stop()


class OwnPostgres:
    """A copy of the migrated database on a server that may be stopped: what it has confirmed outlives that."""

    def __init__(self, folder):
        session_cluster.copied_cluster(print).rename(folder)
        self.layout = layout_of(folder)
        self.layout.prepare()
        self.restarts = 1
        self.start()
        self._before = {one.alias: dict(one.settings_dict) for one in connections.all()}
        for one in connections.all():
            one.close()
            one.settings_dict.update(HOST=str(self.layout.run), NAME=session_cluster.TEMPLATE)

    def start(self):
        self.server = Postgres(self.layout)
        self.server.start()

    def stop_at_once(self):
        """Without a word to anybody: those who are connected are cut off in whatever they do."""
        connections.close_all()
        pid = int((self.layout.data / "postmaster.pid").read_text().split()[0])
        os.kill(pid, signal.SIGQUIT)
        assert wait_until(lambda: not self.server.is_running(), seconds=20)

    def confirms_too_early(self):
        """Known bad: COMMIT is answered before it is written."""
        with psycopg.connect(
            host=str(self.layout.run),
            port=SOCKET_PORT,
            user=SUPERVISOR,
            password=kept(self.layout.home, f"{SUPERVISOR}.password"),
            dbname="postgres",
            autocommit=True,
        ) as server:
            server.execute("ALTER SYSTEM SET synchronous_commit = off")
            server.execute("ALTER SYSTEM SET wal_writer_delay = '10s'")
            server.execute("SELECT pg_reload_conf()")

    def close(self):
        for one in connections.all():
            one.close()
            one.settings_dict.update(self._before[one.alias])
        self.server.stop()


def due_now(messages):
    """As when time has passed; what somebody holds at this moment is passed over. Returns the messages."""
    with transaction.atomic():
        free = messages.filter(state="PENDING").select_for_update(skip_locked=True)
        chosen = OutboxMessage.objects.filter(id__in=list(free.values_list("id", flat=True)))
        chosen.update(leased_until=None, due_at=Now())
    return chosen


class Scene:
    """Bills claims and has workers bring them to the clearinghouse and back, whoever is killed meanwhile."""

    def __init__(
        self, practice, secrets, *, kinds=("837P",), payer="SIMPAID", transport="SFTP", twin="", person=None,
        workers=1, postgres=None, **pace,
    ):  # fmt: skip
        self.postgres = postgres
        self.patience = PATIENCE_WITH_A_TWIN if twin else PATIENCE_SECONDS
        self.folder = Path(tempfile.mkdtemp(prefix="rcm-s-", dir="/tmp"))
        self.folder.chmod(0o711)
        self.signpost = Signpost(self.folder)
        self.valkey = OwnValkey(self.folder)
        self.process = Process(self.folder / "clearinghouse", **{**PACE, **pace})
        # SIMPAID pays every claim: of other payers three claims in a hundred are never heard of again.
        self.story = Practice(
            practice, self.process, None, secrets, transport=transport, kind=kinds[0], payer=payer
        )
        self.story.minute, self.story.patience = self.minute, self.patience
        for kind in kinds[1:]:
            self.story.route(make_payer, kind, payer)
        self.kinds = itertools.cycle(kinds)
        with self.story.scope():
            self.story.partner.claims_per_set = 1
            self.story.partner.save(update_fields=["claims_per_set"])
            Connection.objects.update(removes_fetched=True)
        self.billed, self.wanted, self.workers = 0, workers, []
        self.put_there, self.answers_repeated, self.words_repeated = Counter(), 0, 0
        self.contradicted, self.person = set(), person
        address = connection.settings_dict
        self.severed = Severed(self.folder, address["HOST"], address["PORT"])
        self._prepare_workers(transport, twin)

    def _prepare_workers(self, transport, twin):
        given = [connection.settings_dict["NAME"], self.folder, str(PORT), transport, twin]
        self.nursery = subprocess.Popen(
            [sys.executable, "-m", "tests.soak.workers", *map(str, given)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=(self.folder / "said.log").open("wb"),
            env={
                **os.environ,
                "DJANGO_SETTINGS_MODULE": "rcm_site.settings",
                "RCM_DATABASE_ROLE": "worker",
                "RCM_REDIS_URL": self.valkey.address,
            },
            cwd=settings.BASE_DIR,
            text=True,
        )
        assert self.nursery.stdout.readline() == "ready\n", self.words()

    def words(self):
        return (self.folder / "said.log").read_text()[-20000:]

    # -- acting ------------------------------------------------------------------------------------------------------

    def bill(self, count=CLAIMS):
        with self.story.scope():
            for _ in range(count):
                self.billed += 1
                self.story.bill_one(next(self.kinds), mrn=f"MRN{self.billed}")

    def start_workers(self):
        """Those that have ended, too, as a service manager does."""
        alive = [pid for pid in self.workers if is_alive(pid)]
        if self.workers and not alive:
            self.leases_end()
        self.workers = alive
        while len(self.workers) < self.wanted:
            self.nursery.stdin.write("one more\n")
            self.nursery.stdin.flush()
            self.workers.append(int(self.nursery.stdout.readline()))

    def kill_workers(self):
        while self.workers:
            self.kill_one(0)

    def kill_one(self, place):
        pid = self.workers.pop(place % len(self.workers))
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
        assert wait_until(lambda: not is_alive(pid), seconds=10)

    def kill_at(self, killings):
        """Each victim by SIGKILL when a worker has come to the step, and started again."""
        steps = [step for step, _ in killings]
        for (step, victim), following in zip(killings, [*steps[1:], ""], strict=True):
            if step == steps[0]:
                self.signpost.arm(step)
            self.until(self.signpost.is_reached, step)
            self.signpost.arm(following)
            self._kill(victim)

    def _kill(self, victim):
        """Who else comes to a step meanwhile goes on when the victim is dead."""
        if victim == WORKER:
            self.kill_workers()
            self.signpost.release()
            self.leases_end()
            self.start_workers()
        elif victim == CLEARINGHOUSE:
            self.process.kill()
            self.signpost.release()
            self.process.start()
        elif victim == DATABASE:
            self._restart_the_database()
        elif victim == ANOTHER:
            self._let_another_try()
        else:
            self.valkey.kill()
            self.signpost.release()
            self.valkey.start()

    def _restart_the_database(self):
        self.postgres.stop_at_once()
        self.signpost.release()
        for _ in range(self.postgres.restarts - 1):
            self.postgres.start()
            time.sleep(MOMENT_SECONDS / RESTARTS)
            self.postgres.stop_at_once()
        self.postgres.start()

    def _let_another_try(self):
        """Who came to the step is slow: its lease runs out, and another worker takes up the same meanwhile."""
        mine = due_now(OutboxMessage.objects.filter(leased_until__isnull=False))
        self.valkey.free_places()
        wait_until(lambda: not mine.filter(state="PENDING").exists(), seconds=MOMENT_SECONDS)
        self.signpost.release()

    def come_to(self, step):
        self.signpost.arm(step)
        self.until(self.signpost.is_reached, step)

    def until(self, condition, words):
        end = time.monotonic() + self.patience
        self.start_workers()
        while not condition():
            if time.monotonic() > end:
                raise NeverCame(f"{words}: {self.story.standing()}, {self.problems()}, {self.words()}")
            self.minute()

    def minute(self):
        """For those who work; for the test a moment."""
        self.start_workers()
        self.go_on()
        time.sleep(0.3)

    def problems(self):
        """What people were told and have not done with."""
        with self.story.scope():
            return Counter(
                WorkItem.objects.filter(kind__in=TOLD, is_open=True).values_list("category", flat=True)
            )

    def put(self, name, content, *, at=None):
        """Somebody lays a file where the clearinghouse lays out its own."""
        place = self.process.folder / "customers" / self.story.name / "out" / name
        unfinished = place.with_name(f"{name}.part")
        unfinished.write_bytes(content)
        if at is not None:
            os.utime(unfinished, (at, at))
        unfinished.replace(place)
        self.put_there[name] += 1

    def leases_end(self):
        """As when time has passed: of workers that are no more."""
        OutboxMessage.objects.filter(state="PENDING").update(leased_until=None, due_at=Now())
        self.valkey.free_places()

    def go_on(self):
        """As when time has passed: what was put off is due, and no line rests."""
        due_now(OutboxMessage.objects.filter(leased_until=None))
        self.valkey.end_rests()

    def settle(self):
        """Until nothing is wrong, and for a moment more, in which nothing may become wrong again."""

        def is_settled():
            self.start_workers()
            self.go_on()
            return not self.what_is_wrong()

        wait_until(is_settled, seconds=self.patience, every=1)
        time.sleep(1)
        wrong = self.what_is_wrong()
        return [*wrong, *self._waiting(), self.words()] if wrong else []

    def _waiting(self):
        facts = ("name", "state", "attempts", "leased_until", "error")
        return OutboxMessage.objects.exclude(state="DONE").values_list(*facts)

    def close(self):
        with contextlib.suppress(ProcessLookupError):
            self.process.process.send_signal(signal.SIGCONT)
        self.kill_workers()
        self.nursery.stdin.close()
        self.nursery.wait(30)
        self.nursery.stdout.close()
        self.process.stop()
        self.valkey.stop()
        self.severed.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    # -- judging -----------------------------------------------------------------------------------------------------

    def what_is_wrong(self):
        """Every broken promise, in words."""
        with self.story.scope():
            return [*self._of_claims(), *self._of_numbers(), *self._of_answers(), *self._of_work()]

    def _of_claims(self):
        numbers = set(Claim.objects.values_list("patient_control_number", flat=True))
        truth = self.process.truth()["claims"].get(self.story.name, {})
        counts = {number: len(truth.get(number, ())) for number in numbers | set(truth)}
        if lost := sorted(number for number, count in counts.items() if not count):
            yield f"claims lost: {lost}"
        if doubled := sorted(number for number, count in counts.items() if count > 1):
            yield f"claims doubled: {doubled}"
        states = Counter(Claim.objects.values_list("submission_state", flat=True))
        if set(states) != {"ADJUDICATED"}:
            yield f"claims stand {dict(states)}"

    def _of_numbers(self):
        """Without gap or repeat, and the partner has had every one of them."""
        for name, rows in (
            ("interchange", Interchange.objects.values_list("control_number", flat=True)),
            ("group", Interchange.objects.values_list("group_number", flat=True)),
            ("set", InterchangeSet.objects.values_list("control_number", flat=True)),
        ):
            drawn = sorted(rows)
            if drawn != list(range(1, len(drawn) + 1)):
                yield f"{name} numbers {drawn}"
        truth = self.process.truth()["claims"].get(self.story.name, {})
        had = {int(one["interchange"]) for deliveries in truth.values() for one in deliveries}
        ours = set(Interchange.objects.values_list("control_number", flat=True))
        if had != ours:
            yield f"interchanges the partner had {sorted(had)}, ours {sorted(ours)}"
        undisputed = Interchange.objects.exclude(control_number__in=self.contradicted)
        states = Counter(undisputed.values_list("state", "answer"))
        if set(states) != {("SENT", "ACCEPTED")}:
            yield f"interchanges stand {dict(states)}"

    def _of_answers(self):
        laid_out = Counter(self.story.answers()) + self.put_there
        kept = Counter(
            one.name
            for file in ExchangeFile.objects.filter(direction="INBOUND").prefetch_related("arrivals")
            for one in file.arrivals.all()
        )
        if kept != laid_out:
            yield f"answers lost {laid_out - kept}, doubled {kept - laid_out}"
        ours = EnvelopeAnswer.objects.filter(interchange__isnull=False)
        envelope = Counter(ours.values_list("kind", "interchange", "set"))
        due = Interchange.objects.count() + InterchangeSet.objects.count()
        if len(envelope) != due or envelope.total() != due + self.answers_repeated:
            yield f"answers to envelopes {envelope.total()}, should be {due + self.answers_repeated}"
        words = Counter(ClaimAcknowledgement.objects.values_list("claim", "kind", "sender"))
        due = 4 * self.billed
        if len(words) != due or words.total() != due + self.words_repeated:
            yield f"words on claims {words.total()}, should be {due + self.words_repeated}"

    def _of_work(self):
        payments = sum(one.endswith(".835") and not one.startswith("COPY_") for one in self.story.answers())
        posted = Counter(Remittance.objects.values_list("state", flat=True))
        if posted != {"POSTED": payments}:
            yield f"remittances {dict(posted)} of {payments}"
        yield from (f"balance {one}" for one in balance_differences())
        yield from (f"entry {one}" for one in unbalanced_entries())
        if OutboxMessage.objects.filter(state="NEEDS_HUMAN").exists():
            yield "a job needs a person"
        waiting = OutboxMessage.objects.filter(state="PENDING").exclude(once_key="beat")
        if left := set(waiting.exclude(name="clearinghouse.fetch").values_list("name", flat=True)):
            yield f"still waiting: {sorted(left)}"
        yield from (f"still open: {one}" for one in sorted(self.problems()))
