"""The clearinghouse as a process, and a practice that is its customer."""

import datetime
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from django.utils import timezone

from claims.models import Claim, EditRun
from claims.tasks import send_ready, take_evidence
from clearinghouse.models import Interchange
from clearinghouse.services.partners import add_route, set_connection
from clearinghouse.tasks import order_fetches
from ledger.models import Posting
from patients.models import Encounter
from remittances.models import Remittance
from remittances.tasks import take_fetched
from tenancy.scope import organization_scope
from tests.factories.billing import make_claim, make_providers, make_visit
from tests.factories.partners import make_partner
from tests.factories.patients import make_payer

ROOT = Path(__file__).parents[2]
TODAY = timezone.localdate()
HOSPITAL = {
    "claim_kind": "INSTITUTIONAL", "type_of_bill": "13", "admission_type": "3", "admission_source": "1",
    "patient_status": "01",
}  # fmt: skip


class Process:
    """`manage.py simulate_clearinghouse`, with customers nobody has used yet."""

    def __init__(self, folder, *, customers=1, names=(), **pace):
        self.folder, self.pace = folder, pace
        self.names = list(names) or [f"customer{number}" for number in range(customers)]
        self.unused = list(self.names)
        self.start()

    def start(self):
        command = [sys.executable, "manage.py", "simulate_clearinghouse", "--folder", str(self.folder)]
        for name in self.names:
            command += ["--account", name]
        for name, seconds in self.pace.items():
            command += [f"--{name}", str(seconds)]
        letters = [self.folder / "letters" / f"{name}.json" for name in self.names]
        for letter in letters:
            letter.unlink(missing_ok=True)
        self.process = subprocess.Popen(command, cwd=ROOT, start_new_session=True)
        until = time.monotonic() + 60
        while not all(letter.exists() for letter in letters):
            assert self.process.poll() is None
            assert time.monotonic() < until
            time.sleep(0.05)

    def kill(self):
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def stop(self):
        """As a service manager asks for it; returns the exit code."""
        self.process.terminate()
        return self.process.wait(30)

    def letter(self, name):
        return json.loads((self.folder / "letters" / f"{name}.json").read_text())

    def truth(self):
        place = self.folder / "truth.json"
        return json.loads(place.read_text()) if place.exists() else {"claims": {}, "answers": {}}


class Practice:
    """A practice whose claims go to one payer through the process."""

    patience = 40

    def __init__(
        self, practice, process, run_jobs, secrets, *, transport="SFTP", kind="837P", payer="SIMPLE"
    ):
        self.practice, self.process, self.run_jobs, self.kind = practice, process, run_jobs, kind
        self.providers = None
        self.name = process.unused.pop()
        letter = process.letter(self.name)
        Path(secrets, self.name).write_text(letter["password"])
        door = letter[transport]
        with self.scope():
            self.partner = make_partner(claims_per_set=10)
            set_connection(
                partner=self.partner,
                values={
                    "transport": transport, "address": letter["address"], "user_name": letter["user_name"],
                    "secret_name": self.name, "outgoing_folder": letter["outgoing_folder"],
                    "incoming_folder": letter["incoming_folder"], "timeout_seconds": 20, **door,
                },
            )  # fmt: skip
        self.route(make_payer, kind, payer)

    def route(self, payer, kind, identifier):
        """The partner brings this kind to the payer, whom it calls so."""
        with self.scope():
            add_route(
                partner=self.partner, payer=payer(), transaction_kind=kind, payer_identifier=identifier,
                needs_enrolment=False,
            )  # fmt: skip

    def scope(self):
        return organization_scope(self.practice.pk)

    def bill(self):
        """A finished visit of today becomes a claim."""
        with self.scope():
            return self.bill_one(self.kind).id

    def bill_one(self, kind, **values):
        from claims.services.building import bill_visit

        self.providers = self.providers or make_providers()
        if kind == "837P":
            return make_claim(self.providers, on=TODAY, at=timezone.now(), **values)
        visit = make_visit(self.providers, on=TODAY, **values)
        Encounter.objects.filter(id=visit.id).update(**HOSPITAL)
        visit.charges.update(revenue_code="0510")
        return bill_visit(encounter_id=visit.id, at=timezone.now())

    def minute(self):
        """What beat and the workers do in a minute."""
        long_ago = timezone.now() - datetime.timedelta(hours=1)
        with self.scope():
            Interchange.objects.update(sealed_at=long_ago)
            send_ready()
            order_fetches()
        self.run_jobs()
        with self.scope():
            take_evidence()
            take_fetched()
        self.run_jobs()

    def until(self, condition):
        end = time.monotonic() + self.patience
        while True:
            self.minute()
            with self.scope():
                if condition():
                    return
            assert time.monotonic() < end, self.standing()
            time.sleep(0.2)

    def standing(self):
        with self.scope():
            states = list(Claim.objects.values_list("submission_state", "adjudication_state"))
            return states, list(EditRun.objects.order_by("-ran_at").values_list("blocked_by", flat=True))[:1]

    def until_paid(self):
        """The payer has paid, and its money is in our books."""
        self.until(lambda: Claim.objects.get().submission_state == "ADJUDICATED")
        with self.scope():
            claim, remittance = Claim.objects.get(), Remittance.objects.get()
            assert (claim.adjudication_state, remittance.state) == ("PAID", "POSTED")
            assert Posting.objects.filter(account="ERA_CLEARING").count() == 1
            assert remittance.payment_cents > 0

    def until_posted(self, count):
        """So many remittances came, and all of them are in our books."""
        self.until(lambda: list(Remittance.objects.values_list("state", flat=True)) == ["POSTED"] * count)

    def until_state(self, *states):
        self.until(lambda: Claim.objects.get().submission_state in states)

    def forget_pauses(self):
        """Deliveries that were put off are due."""
        from tenancy.models import OutboxMessage

        OutboxMessage.objects.filter(name="clearinghouse.deliver").update(due_at=timezone.now())

    def deliveries(self, claim_id):
        """How often the process got the claim, by its own count."""
        with self.scope():
            number = Claim.objects.get(id=claim_id).patient_control_number
        return self.process.truth()["claims"].get(self.name, {}).get(number, [])

    def answers(self):
        return self.process.truth()["answers"].get(self.name, [])
