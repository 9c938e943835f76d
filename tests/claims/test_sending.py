"""Ready claims leave by themselves: sealed for the partner of their payer, brought over the line, and proven there."""

import contextlib
import datetime
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.utils import timezone

import x12
from claims import services
from claims.models import Claim, Submission
from claims.tasks import send_ready, take_evidence
from clearinghouse.models import Interchange, InterchangeSet, TradingPartner
from clearinghouse.rules.windows import is_open
from clearinghouse.selectors import content_of
from clearinghouse.services.delivering import order_delivery
from clearinghouse.services.partners import add_enrolment, add_route, move_enrolment, set_connection
from reference.models import Payer, Provider
from tenancy.scope import organization_scope
from tests.factories.billing import make_claim, make_providers
from tests.factories.partners import make_partner
from tests.factories.patients import make_payer
from workbench.models import WorkItem

TODAY = timezone.localdate()


def make_ready(count, run_jobs, practice, *, on=TODAY):
    with organization_scope(practice.pk):
        providers = (
            make_providers() if not Provider.objects.exists() else tuple(Provider.objects.order_by("id"))
        )
        claims = [
            make_claim(providers, mrn=f"R{number}", on=on, at=timezone.now()) for number in range(count)
        ]
    run_jobs()
    with organization_scope(practice.pk):
        assert set(Claim.objects.values_list("submission_state", flat=True)) == {"READY"}
    return claims


def route(practice, partner, **values):
    with organization_scope(practice.pk):
        add_route(
            partner=partner, payer=make_payer(), transaction_kind="837P",
            **{"payer_identifier": "PRAIRIE-GP", "needs_enrolment": False, **values},
        )  # fmt: skip


def beat(practice, run_jobs):
    """What beat does every minute, and the worker after it."""
    with organization_scope(practice.pk):
        send_ready()
    run_jobs()
    with organization_scope(practice.pk):
        take_evidence()


def states(practice):
    with organization_scope(practice.pk):
        return sorted(Claim.objects.values_list("submission_state", flat=True))


def items(practice):
    with organization_scope(practice.pk):
        return sorted(WorkItem.objects.filter(kind="CANNOT_SEND").values_list("category", "state"))


def test_ready_claims_reach_the_partner_under_the_payers_id_there(practice, wire, run_jobs, tmp_path):
    route(practice, wire)
    claims = make_ready(3, run_jobs, practice)
    beat(practice, run_jobs)
    assert states(practice) == ["TRANSMITTED"] * 3
    [sent] = (tmp_path / "in").iterdir()
    written = [one for one in x12.read_837(sent) if isinstance(one, x12.SubmittedClaim)]
    assert {one.payer.identifier for one in written} == {"PRAIRIE-GP"}
    with organization_scope(practice.pk):
        interchange = Interchange.objects.select_related("file").get()
        assert content_of(interchange.file) == sent.read_bytes()
        submissions = list(Submission.objects.select_related("claim", "version").order_by("position"))
        assert [one.claim.patient_control_number for one in submissions] == [
            one.patient_control_number for one in written
        ]
        assert [one.position for one in submissions] == [one.position.segment for one in written]
        assert {one.set_position for one in submissions} == {3}
        assert {one.version.number for one in submissions} == {1}
        assert {one.claim_id for one in submissions} == {one.id for one in claims}
    beat(practice, run_jobs)
    assert len(list((tmp_path / "in").iterdir())) == 1


def test_a_claim_without_a_way_stays_and_leaves_when_it_is_open(practice, wire, run_jobs, tmp_path, biller):
    make_ready(2, run_jobs, practice)
    beat(practice, run_jobs)
    assert (states(practice), items(practice)) == (["READY"] * 2, [("NO_ROUTE", "UNASSIGNED")] * 2)
    with organization_scope(practice.pk):
        item = WorkItem.objects.first()
    page = biller.get(biller.at(f"work/item/{item.id}/")).content.decode()
    assert "No trading partner is known" in page

    route(practice, wire, needs_enrolment=True)
    beat(practice, run_jobs)
    assert states(practice) == ["READY"] * 2
    page = biller.get(biller.at("claims/sending/")).content.decode()
    assert "takes enrolled providers only" in page
    with organization_scope(practice.pk):
        billing, payer = Provider.objects.get(npi="1234567893"), Payer.objects.get()
        now = timezone.now()
        enrolment = add_enrolment(provider=billing, payer=payer, transaction_kind="837P", at=now)
        move_enrolment(enrolment=enrolment, to="LIVE", note="", at=now)
    beat(practice, run_jobs)
    beat(practice, run_jobs)
    assert states(practice) == ["TRANSMITTED"] * 2
    assert {state for _, state in items(practice)} == {"CANCELLED"}


@pytest.mark.parametrize(
    ("clock", "window", "weekends", "answer"),
    [
        ("2026-03-11 14:05", None, False, True),
        ("2026-03-11 14:05", ("08:00", "18:00"), False, True),
        ("2026-03-11 18:00", ("08:00", "18:00"), False, False),
        ("2026-03-11 23:30", ("22:00", "04:00"), False, True),
        ("2026-03-12 04:00", ("22:00", "04:00"), False, False),
        ("2026-03-14 12:00", None, True, False),
    ],
)
def test_a_window_by_the_clock(clock, window, weekends, answer):
    opens, closes = map(datetime.time.fromisoformat, window) if window else (None, None)
    moment = datetime.datetime.fromisoformat(clock)
    assert is_open(moment, opens_at=opens, closes_at=closes, is_closed_on_weekends=weekends) is answer


def test_outside_of_the_window_only_a_person_sends(practice, wire, run_jobs, biller, reader):
    route(practice, wire)
    hour = datetime.timedelta(hours=1)
    now = timezone.localtime()
    with organization_scope(practice.pk):
        TradingPartner.objects.update(opens_at=(now + hour).time(), closes_at=(now + 2 * hour).time())
    make_ready(1, run_jobs, practice)
    beat(practice, run_jobs)
    assert states(practice) == ["READY"]
    assert "When the partner takes files again" in biller.get(biller.at("claims/sending/")).content.decode()
    assert reader.post(reader.at("claims/sending/")).status_code == 403
    assert biller.post(biller.at("claims/sending/")).status_code == 302
    assert states(practice) == ["BATCHED"]
    beat(practice, run_jobs)
    assert states(practice) == ["TRANSMITTED"]


def test_what_becomes_ready_meanwhile_goes_together(practice, wire, run_jobs):
    route(practice, wire)
    make_ready(1, run_jobs, practice)
    beat(practice, run_jobs)
    with organization_scope(practice.pk):
        make_claim(tuple(Provider.objects.order_by("id")), mrn="LATER", on=TODAY, at=timezone.now())
    run_jobs()
    beat(practice, run_jobs)
    assert states(practice) == ["READY", "TRANSMITTED"]
    with organization_scope(practice.pk):
        Interchange.objects.update(sealed_at=timezone.now() - datetime.timedelta(minutes=16))
    beat(practice, run_jobs)
    assert states(practice) == ["TRANSMITTED"] * 2


def test_a_program_sends_some_claims_and_is_told_which(practice, wire, run_jobs, supervisor):
    route(practice, wire)
    first, _ = make_ready(2, run_jobs, practice)
    answer = supervisor.post(
        "/api/v1/claims/send/", {"claim_ids": [str(first.id)]}, content_type="application/json",
        headers={"X-Organization": str(practice.pk)},
    )  # fmt: skip
    assert answer.status_code == 200, answer.content
    assert (answer.json()["sent"], answer.json()["kept"], len(answer.json()["interchange_ids"])) == (1, 0, 1)
    assert states(practice) == ["BATCHED", "READY"]


def test_a_file_that_cannot_be_brought_is_said_on_its_claims(practice, wire, run_jobs, biller):
    route(practice, wire)
    make_ready(1, run_jobs, practice)
    with organization_scope(practice.pk):
        wire.connections.update(user_name="somebody")
    beat(practice, run_jobs)
    assert states(practice) == ["SEND_FAILED"]
    with organization_scope(practice.pk):
        problem = WorkItem.objects.get(kind="EXCHANGE")
        assert (problem.category, "000000001 could not be sent" in problem.title) == ("NOT_SENT", True)
        ticket = WorkItem.objects.get(kind="NO_RESPONSE")
        assert (ticket.category, ticket.title) == (
            "NOT_SENT",
            "1 claim of interchange 000000001 could not be sent",
        )
        wire.connections.update(user_name="riverside")
        sent = Interchange.objects.get()
    assert biller.post(biller.at(f"files/sent/{sent.id}/send/")).status_code == 302
    beat(practice, run_jobs)
    assert states(practice) == ["TRANSMITTED"]
    with organization_scope(practice.pk):
        assert Interchange.objects.count() == 1
        for one in (problem, ticket):
            one.refresh_from_db()
            assert one.state == "CANCELLED"


WORKERS = 4


def test_four_workers_send_each_claim_once_and_leave_no_gap_in_the_numbers(
    transactional_db, practice, run_jobs
):
    """Beat, two people and a program at the same moment, again and again; one of them dies each time."""
    with organization_scope(practice.pk):
        partner = make_partner(claims_per_set=2)
        set_connection(partner=partner, values={"transport": "MANUAL"})
    route(practice, partner)
    ready = threading.Barrier(WORKERS)

    class Killed(Exception):
        """Before its transaction ended."""

    def work(worker):
        try:
            ready.wait(timeout=60)
            with contextlib.suppress(Killed), organization_scope(practice.pk):
                services.send_ready(at=timezone.now(), is_urgent=True)
                if worker == 0:
                    raise Killed
        finally:
            connection.close()

    for turn in range(3):
        with organization_scope(practice.pk):
            providers = tuple(Provider.objects.order_by("id")) if turn else make_providers()
            for number in range(4):
                make_claim(providers, mrn=f"T{turn}N{number}", on=TODAY, at=timezone.now())
        run_jobs()
        with ThreadPoolExecutor(WORKERS) as pool:
            list(pool.map(work, range(WORKERS)))
    with organization_scope(practice.pk):
        services.send_ready(at=timezone.now(), is_urgent=True)
        assert set(Claim.objects.values_list("submission_state", flat=True)) == {"BATCHED"}
        sent = list(Submission.objects.values_list("claim__patient_control_number", flat=True))
        assert sorted(sent) == [f"C{number:06}" for number in range(1, 13)]
        numbers = sorted(Interchange.objects.values_list("control_number", flat=True))
        assert numbers == list(range(1, len(numbers) + 1))
        sets = sorted(InterchangeSet.objects.values_list("control_number", flat=True))
        assert sets == list(range(1, len(sets) + 1))


@pytest.mark.parametrize("name", ["837P_000000001.edi", "837P_000000001.edi.part"])
def test_half_a_file_at_the_partner_is_replaced_by_the_whole(practice, wire, run_jobs, tmp_path, name):
    route(practice, wire)
    make_ready(1, run_jobs, practice)
    with organization_scope(practice.pk):
        send_ready()
        content = content_of(Interchange.objects.select_related("file").get().file)
    (tmp_path / "in" / name).write_bytes(content[: len(content) // 2])
    beat(practice, run_jobs)
    assert states(practice) == ["TRANSMITTED"]
    assert (tmp_path / "in" / "837P_000000001.edi").read_bytes() == content


def test_a_worker_killed_after_the_file_arrived_sends_nothing_again(
    practice, wire, run_jobs, tmp_path, partner_server
):
    """What it knew is lost; the partner's directory says the rest."""
    route(practice, wire)
    make_ready(2, run_jobs, practice)
    beat(practice, run_jobs)
    [sent] = (tmp_path / "in").iterdir()
    before, written = sent.stat().st_mtime_ns, len(partner_server.opened)
    with organization_scope(practice.pk):
        Interchange.objects.update(state="SENDING", sent_at=None)
        Claim.objects.update(submission_state="BATCHED")
        order_delivery(Interchange.objects.get())
    beat(practice, run_jobs)
    assert states(practice) == ["TRANSMITTED"] * 2
    assert (sent.stat().st_mtime_ns, len(partner_server.opened)) == (before, written)
    with organization_scope(practice.pk):
        assert Interchange.objects.get().control_number == 1
