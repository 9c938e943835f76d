"""Who writes down what happens to access. The audit app stands above this one, so it plugs its writer in at start-up.

Fails closed: without a writer nothing that must be recorded can be done.
"""

from typing import Any, Protocol


class Writer(Protocol):
    def __call__(self, verb: str, **facts: Any) -> None: ...


class NoRecorder(RuntimeError):
    """Nobody writes the audit trail; the act must not happen."""


_writers: list[Writer] = []


def plug(writer: Writer) -> None:
    _writers[:] = [writer]


def record(verb: str, **facts: Any) -> None:
    if not _writers:
        raise NoRecorder(verb)
    _writers[0](verb, **facts)
