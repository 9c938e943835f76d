"""The steps of sending and receiving, found by wrapping the product's functions, which know nothing of it.

A worker that comes to the step named in the file `armed` renames it to `reached` and stands still until that is gone.
"""

import contextlib
import importlib
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

BEFORE, HALFWAY, AFTER = "before", "halfway", "after"


def always(given: Any, result: Any) -> bool:
    return True


def with_result(given: Any, result: Any) -> bool:
    """A round that found nothing to do is no step."""
    return bool(result)


def with_given(given: Any, result: Any) -> bool:
    return bool(given)


def with_sent(given: Any, result: Any) -> bool:
    return bool(result.sent)


@dataclass(frozen=True)
class Step:
    """Where a function is looked up, and when it counts: by its first argument and, afterwards, its result."""

    place: str
    moment: str = BEFORE
    counts: Callable[[Any, Any], bool] = always


SEALING, DELIVERING = "clearinghouse.services.sealing", "clearinghouse.services.delivering"
FETCHING, ANSWERING = "clearinghouse.services.fetching", "clearinghouse.services.answering"
SFTP, HTTPS = "clearinghouse.transports.sftp", "clearinghouse.transports.https"
# In the order in which they come.
SENDING = {
    "before numbers are drawn": Step(f"{SEALING}.draw_numbers"),
    "numbers drawn, nothing kept": Step(f"{SEALING}.store_outbound"),
    "sealed, delivery not ordered": Step(f"{SEALING}.order_delivery"),
    "sealed, claims not moved": Step("claims.services.batching._record"),
    "claims moved, not committed": Step("claims.services.send_ready", AFTER, with_sent),
    "committed, delivery not begun": Step("clearinghouse.tasks.deliver_interchange"),
    "before connecting": Step(f"{DELIVERING}._hand_over"),
}
BY_SFTP = {
    "connected, nothing written": Step("paramiko.SFTPClient.putfo"),
    "in the middle of the file": Step("paramiko.SFTPFile.write", HALFWAY),
    "all written, not renamed": Step("paramiko.SFTPClient.posix_rename"),
    "renamed, not asked for": Step("paramiko.SFTPClient.posix_rename", AFTER),
}
BY_HTTPS = {
    "connected, nothing written": Step("httpx2.Client.put"),
    "in the middle of the file": Step(f"{HTTPS}._parts", HALFWAY),
    "all written, not asked for": Step("httpx2.Client.put", AFTER),
}
REMEMBERING = {
    "delivered, not remembered": Step(f"{DELIVERING}._note"),
    "remembered, not committed": Step(f"{DELIVERING}._note", AFTER),
    "remembered, job not finished": Step("clearinghouse.tasks.deliver_interchange", AFTER),
    "claims sent, not committed": Step("claims.services.take_deliveries", AFTER, with_result),
}


def receiving(transport: str) -> dict[str, Step]:
    return {
        "before the folder is asked": Step(f"{FETCHING}._Round.take"),
        "answer read, not stored": Step(f"{FETCHING}._Round._keep"),
        "answer stored, not committed": Step(f"{FETCHING}.bring_in", AFTER),
        "answer stored, not deleted there": Step(f"{transport}._Folder.remove"),
        "answer deleted there": Step(f"{transport}._Folder.remove", AFTER),
        "round not remembered": Step(f"{FETCHING}._note", AFTER),
        "acknowledgement kept, nothing settled": Step(f"{ANSWERING}._settle"),
        "acknowledgement read, not committed": Step(f"{ANSWERING}.read_answers", AFTER, with_result),
        "claims moved by TA1 and 999": Step(
            "claims.services.acknowledging.mark_answers_taken", BEFORE, with_given
        ),
        "277CA taken, reading not ordered": Step(
            "claims.services.acknowledging.take_contents", AFTER, with_result
        ),
        "277CA read, not committed": Step("claims.services.read_statuses", AFTER, with_result),
        "835 read, not committed": Step("remittances.services.ingest_file", AFTER, with_result),
        "835 posted, not committed": Step("remittances.services.post_if_ready", AFTER, with_result),
    }


STEPS_OF = {
    "SFTP": SENDING | BY_SFTP | REMEMBERING | receiving(SFTP),
    "HTTPS": SENDING | BY_HTTPS | REMEMBERING | receiving(HTTPS),
}
# Where more than the worker has a part in it.
TOGETHER = [*SENDING, *BY_SFTP, *REMEMBERING, *list(receiving(SFTP))[:6]]


class Signpost:
    """Between a test, which arms a step, and the workers, one of which comes to it."""

    def __init__(self, folder: Path) -> None:
        self._armed, self._reached = folder / "armed", folder / "reached"

    def arm(self, step: str) -> None:
        unfinished = self._armed.with_suffix(".part")
        unfinished.write_text(step)
        unfinished.replace(self._armed)

    def is_reached(self) -> bool:
        return self._reached.exists()

    def release(self) -> None:
        self._reached.unlink(missing_ok=True)

    def pass_by(self, step: str) -> None:
        """By a worker, one after the other; it goes on when the test lets it, if it still lives."""
        with contextlib.suppress(FileNotFoundError):
            if self._armed.read_text() == step:
                self._wait()
                self._armed.replace(self._reached)
                self._wait()

    def _wait(self) -> None:
        while self._reached.exists():
            time.sleep(0.01)


def watch(steps: dict[str, Step], signpost: Signpost) -> None:
    for name, step in steps.items():
        wrap(name, step, signpost)


def found_at(place: str) -> tuple[Any, str]:
    """The module or class that holds a function, and the function's name there."""
    parts = place.split(".")
    for end in range(len(parts) - 1, 0, -1):
        with contextlib.suppress(ModuleNotFoundError):
            owner: Any = importlib.import_module(".".join(parts[:end]))
            for part in parts[end:-1]:
                owner = getattr(owner, part)
            return owner, parts[-1]
    raise LookupError(place)


def wrap(step_name: str, step: Step, signpost: Signpost) -> None:
    owner, name = found_at(step.place)
    right = getattr(owner, name)

    def stop() -> None:
        signpost.pass_by(step_name)

    def stepped(*args: Any, **kwargs: Any) -> Any:
        given = args[0] if args else None
        if step.moment == HALFWAY:
            return halfway(right, args, stop)
        if step.moment == BEFORE and step.counts(given, None):
            stop()
        result = right(*args, **kwargs)
        if step.moment == AFTER and step.counts(given, result):
            stop()
        return result

    setattr(owner, name, stepped)


def halfway(right: Callable[..., Any], args: Any, stop: Callable[[], None]) -> Any:
    """Of bytes to be written, or of bytes to be given in parts, the second half comes after the step."""
    *before, content = args
    half = len(content) // 2
    first = right(*before, content[:half])
    if before:
        stop()
        return right(*before, content[half:])
    return in_halves(first, right(content[half:]), stop)


def in_halves(first: Iterator[Any], second: Iterator[Any], stop: Callable[[], None]) -> Iterator[Any]:
    yield from first
    # The transport has asked for more: what it was given is on its way.
    stop()
    yield from second
