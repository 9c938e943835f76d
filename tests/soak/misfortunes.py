"""What befalls sending and receiving besides death: each is brought about while claims are on their way, and each says
who must hear of it. Afterwards the scene has to settle as if nothing had been.
"""

import signal
import time
import uuid
from collections import Counter

import msgspec
import paramiko
from django.utils import timezone

from claims.models import Claim
from clearinghouse.models import Connection, DeliveryAttempt, FetchedFile, Interchange, PayerRoute
from tenancy.jobs import enqueue
from tenancy.models import OutboxMessage
from tests.factories import answers
from tests.factories.lines import public_key
from workbench.models import WorkItem
from workbench.services import close_item
from x12 import AcknowledgementEnd, AcknowledgementStart, InterchangeAcknowledgement, SetAcknowledgement

NEVER_SENT = "000009999"
PATIENCE_SECONDS = 2


# -- the line ------------------------------------------------------------------------------------------------------


def partner_is_away(scene):
    scene.process.kill()
    scene.bill()
    scene.until(lambda: "AWAY" in scene.problems(), "nobody is told that the partner is away")
    scene.process.start()


def partner_says_nothing(scene):
    connect(scene, timeout_seconds=PATIENCE_SECONDS)
    scene.process.process.send_signal(signal.SIGSTOP)
    scene.bill()
    scene.until(lambda: "AWAY" in scene.problems(), "nobody is told that the partner is silent")
    scene.process.process.send_signal(signal.SIGCONT)
    connect(scene, timeout_seconds=20)


def partner_answers_too_late(scene):
    """The file gets its name there when nobody waits for it any more."""
    connect(scene, timeout_seconds=PATIENCE_SECONDS)
    scene.bill()
    scene.come_to("all written, not renamed")
    scene.process.process.send_signal(signal.SIGSTOP)
    scene.signpost.release()
    scene.until(lambda: "TIMED_OUT" in troubles(scene), "the worker waits for ever")
    scene.process.process.send_signal(signal.SIGCONT)
    connect(scene, timeout_seconds=20)


def line_breaks_in_the_file(scene):
    claims_go_to(scene, "SIMDROP")


def answer_is_lost_after_the_file_arrived(scene):
    claims_go_to(scene, "SIMLOST")


def somebody_else_answers(scene):
    """The server shows another key: nothing is given to it, and nobody knocks again until a person has looked."""
    with scene.story.scope():
        right = Connection.objects.get(is_active=True).host_key
    connect(scene, host_key=public_key(paramiko.ECDSAKey.generate()))
    scene.bill()
    scene.until(lambda: {"NOT_SENT", "UNREACHABLE"} <= set(scene.problems()), "nobody is told of another key")
    assert not delivered(scene, scene.billed), "a stranger was given claims"
    connect(scene, host_key=right)
    send_again(scene)
    scene.person.post(scene.person.at(f"files/partners/{scene.story.partner.id}/fetch/"))


def partner_has_no_room(scene):
    with scene.story.scope():
        last = Interchange.objects.count()
    full = [folder(scene, "in") / f"837P_{number:09}.edi.part" for number in range(last + 1, last + 4)]
    for one in full:
        one.symlink_to("/dev/full")
    scene.bill()
    scene.until(lambda: "NOT_SENT" in scene.problems(), "nobody is told that there is no room")
    for one in full:
        one.unlink()
    send_again(scene)


# -- what partners say ---------------------------------------------------------------------------------------------


def answers_come_twice(scene):
    claims_go_to(scene, "SIMTWICE")


def answers_come_late(scene):
    claims_go_to(scene, "SIMLATE")


def the_last_answer_comes_first(scene):
    claims_go_to(scene, "SIMORDER")


def the_same_file_comes_again(scene):
    """Under its name, and under another; it is kept once and applied once."""
    scene.bill()
    scene.come_to("answer stored, not deleted there")
    scene.kill_workers()
    [first, *_] = sorted(folder(scene, "out").iterdir())
    content = first.read_bytes()
    scene.put(f"again_{first.name}", content)
    scene.signpost.release()
    scene.leases_end()
    scene.settle()
    scene.put(first.name, content)


def a_name_comes_again_in_the_same_second(scene):
    """Two files of one name, size and second, as of partners who always use the same name."""
    moment, place = int(time.time()), folder(scene, "out") / "ACK.999"
    for _ in range(2):
        scene.put(place.name, said_again(scene), at=moment)
        scene.until(lambda: not place.exists(), "the file is left there")
    scene.bill()


def half_an_answer_comes_first(scene):
    """The partner is still writing it."""
    place, whole = folder(scene, "out") / "SLOW.999", said_again(scene)
    scene.put(place.name, whole[: len(whole) // 2])
    scene.bill()
    scene.until(lambda: fetched(scene, place.name), "the file is not looked at")
    place.write_bytes(whole)


def an_answer_to_what_was_never_sent(scene):
    def change(event):
        if isinstance(event, AcknowledgementStart):
            return msgspec.structs.replace(event, group_control_number=NEVER_SENT)
        if isinstance(event, InterchangeAcknowledgement):
            return msgspec.structs.replace(event, control_number=NEVER_SENT)
        return event

    scene.bill()
    scene.put("UNKNOWN.999", answers.acknowledged(sent(scene), change=change))
    scene.until(lambda: scene.problems()["UNKNOWN_ANSWER"] > 1, "nobody is told of an unknown answer")
    close_problems(scene, "UNKNOWN_ANSWER")


def an_answer_that_contradicts(scene):
    """The 999 took the set in, its claim is paid, and another 999 rejects it."""

    def change(event):
        if isinstance(event, SetAcknowledgement):
            return msgspec.structs.replace(event, verdict="R", reasons=("5",))
        if isinstance(event, AcknowledgementEnd):
            return msgspec.structs.replace(event, verdict="R", accepted_set_count="0")
        return event

    content = sent(scene)
    scene.put("NO.999", answers.acknowledged(content, change=change, ta1=False))
    scene.bill()
    scene.until(lambda: "CONTRADICTION" in scene.problems(), "nobody is told of a contradiction")
    close_problems(scene, "CONTRADICTION")
    scene.answers_repeated += sets_in(content)
    scene.words_repeated += sets_in(content)
    scene.contradicted.add(1)


def a_file_nobody_can_read(scene):
    """Of the standard before."""
    scene.put("OLD.999", answers.acknowledged(sent(scene)).replace(b"*005010X231A1~", b"*004010X098A1~"))
    scene.bill()
    scene.until(lambda: "UNREADABLE" in scene.problems(), "nobody is told of a file nobody can read")
    close_problems(scene, "UNREADABLE")


# -- the house -----------------------------------------------------------------------------------------------------


def valkey_forgets_everything(scene):
    scene.bill()
    for _ in range(10):
        scene.valkey.client.flushall()
        scene.go_on()
        time.sleep(0.2)


def valkey_has_no_room(scene):
    scene.valkey.client.config_set("maxmemory", "1")
    scene.bill()
    time.sleep(2)
    scene.valkey.client.config_set("maxmemory", "0")


def answers_to_commit_are_lost(scene):
    scene.bill()
    for _ in range(12):
        scene.severed.loses_next_commit = True
        scene.go_on()
        time.sleep(0.2)
    scene.severed.loses_next_commit = False


def connections_are_cut(scene):
    scene.bill()
    for _ in range(8):
        scene.severed.cut()
        scene.go_on()
        time.sleep(0.3)


def database_says_nothing(scene):
    scene.bill()
    scene.come_to("delivered, not remembered")
    scene.severed.passes.clear()
    scene.signpost.release()
    time.sleep(5)
    scene.severed.passes.set()


def a_job_fails_whenever_it_is_tried(scene):
    with scene.story.scope():
        poison = enqueue("clearinghouse.read_answers", file_id=uuid.uuid4())
    scene.bill()
    scene.until(lambda: "JOB_FAILED" in scene.problems(), "nobody is told of a job that fails")
    OutboxMessage.objects.filter(id=poison).update(state="DONE")
    close_problems(scene, "JOB_FAILED")


# -- all at once ---------------------------------------------------------------------------------------------------


def storm(scene, dice, strikes):
    """Strikes by seed while several workers seal, send and receive. Returns how often each thing happened."""
    counted = Counter()
    scene.start_workers()
    for number in range(strikes):
        if number % 4 == 0:
            scene.bill()
        with scene.story.scope():
            for _ in range(scene.wanted):
                enqueue("claims.send_ready", is_urgent=True)
        strike = dice.choice(STRIKES)
        strike(scene, dice)
        counted[strike.__name__] += 1
        scene.go_on()
        time.sleep(dice.uniform(0.1, 0.6))
    scene.severed.loses_next_commit = False
    scene.kill_workers()
    scene.leases_end()
    return counted


def worker_killed(scene, dice):
    scene.kill_one(dice.randrange(scene.wanted))
    scene.start_workers()


def clearinghouse_killed(scene, dice):
    scene.process.kill()
    scene.process.start()


def clearinghouse_stopped_for_a_moment(scene, dice):
    scene.process.process.send_signal(signal.SIGSTOP)
    time.sleep(dice.uniform(0.1, 1))
    scene.process.process.send_signal(signal.SIGCONT)


def valkey_killed(scene, dice):
    scene.valkey.kill()
    scene.valkey.start()


def valkey_emptied(scene, dice):
    scene.valkey.client.flushall()


def connections_cut(scene, dice):
    scene.severed.cut()


def commit_lost(scene, dice):
    scene.severed.loses_next_commit = True


STRIKES = (
    worker_killed, worker_killed, clearinghouse_killed, clearinghouse_stopped_for_a_moment, valkey_killed,
    valkey_emptied, connections_cut, commit_lost,
)  # fmt: skip


ALL = {
    "lines": (
        partner_is_away, partner_says_nothing, partner_answers_too_late, line_breaks_in_the_file,
        answer_is_lost_after_the_file_arrived, somebody_else_answers, partner_has_no_room,
    ),
    "answers": (
        answers_come_twice, answers_come_late, the_last_answer_comes_first, the_same_file_comes_again,
        a_name_comes_again_in_the_same_second,
    ),
    "errors": (
        half_an_answer_comes_first, an_answer_to_what_was_never_sent, an_answer_that_contradicts,
        a_file_nobody_can_read,
    ),
    "house": (
        valkey_forgets_everything, valkey_has_no_room, answers_to_commit_are_lost, connections_are_cut,
        database_says_nothing, a_job_fails_whenever_it_is_tried,
    ),
}  # fmt: skip


# -- by whose hands ------------------------------------------------------------------------------------------------


def connect(scene, **values):
    with scene.story.scope():
        Connection.objects.update(**values)


def folder(scene, name):
    return scene.process.folder / "customers" / scene.story.name / name


def troubles(scene):
    with scene.story.scope():
        return set(DeliveryAttempt.objects.values_list("trouble", flat=True))


def fetched(scene, name):
    with scene.story.scope():
        return FetchedFile.objects.filter(name=name).exists()


def delivered(scene, number):
    """Whether the clearinghouse has the claim that was billed as the so-manieth."""
    return f"C{number:06}" in scene.process.truth()["claims"].get(scene.story.name, {})


def sent(scene):
    """The bytes of an interchange whose claim is decided; the first of all where there is none."""
    if not scene.billed:
        scene.bill(1)
        scene.settle()
    return sorted(folder(scene, "in").iterdir())[0].read_bytes()


def claims_go_to(scene, payer):
    """The payer's id decides how the clearinghouse behaves."""
    with scene.story.scope():
        usual = PayerRoute.objects.get().payer_identifier
        PayerRoute.objects.update(payer_identifier=payer)
    scene.bill()
    scene.until(lambda: are_sealed(scene), "claims are not sealed")
    with scene.story.scope():
        PayerRoute.objects.update(payer_identifier=usual)


def are_sealed(scene):
    with scene.story.scope():
        return not Claim.objects.filter(submission_state__in=("DRAFT", "READY")).exists()


def send_again(scene):
    with scene.story.scope():
        failed = list(Interchange.objects.filter(state="FAILED").values_list("id", flat=True))
    for one in failed:
        assert scene.person.post(scene.person.at(f"files/sent/{one}/send/")).status_code == 302


def close_problems(scene, category):
    """Who was told has seen to it."""
    with scene.story.scope():
        for item in WorkItem.objects.filter(category=category, is_open=True):
            close_item(item=item, outcome="RESOLVED", at=timezone.now())


def sets_in(content):
    return content.count(b"~ST*")


def said_again(scene):
    """TA1 and 999 of what was answered before, from another pen: other bytes, the same news."""
    content = sent(scene)
    scene.answers_repeated += 1 + sets_in(content)
    scene.words_repeated += 2 * sets_in(content)
    return answers.acknowledged(content)
