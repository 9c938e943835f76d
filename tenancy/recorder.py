"""Who writes down what happens to access and jobs. The audit app stands above this one and plugs itself in at start-up.

Fails closed: without a writer nothing that must be recorded can be done.
"""

from typing import Any, Protocol


class Writer(Protocol):
    def __call__(self, name: str, /, **facts: Any) -> None: ...


class NoRecorder(RuntimeError):
    """Nobody writes the audit trail; the act must not happen."""


_writers: list[tuple[Writer, Writer]] = []


def plug(recorder: Writer, emitter: Writer) -> None:
    _writers[:] = [(recorder, emitter)]


def record(verb: str, **facts: Any) -> None:
    """Write an audit event."""
    _plugged(verb)[0](verb, **facts)


def emit(name: str, **facts: Any) -> None:
    """Write a domain event of the scope's practice."""
    _plugged(name)[1](name, **facts)


def _plugged(what: str) -> tuple[Writer, Writer]:
    if not _writers:
        raise NoRecorder(what)
    return _writers[0]
