"""What every wire to a partner has in common: the door it opens, the folder behind it, and what can go wrong."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import BinaryIO, Protocol

from clearinghouse.choices import Trouble

UNFINISHED = (".part", ".tmp", ".filepart")


class NotDelivered(Exception):
    """The partner does not hold the file, or nobody knows that it does."""

    def __init__(self, trouble: Trouble) -> None:
        super().__init__(trouble.label)
        self.trouble = trouble


@dataclass(frozen=True, slots=True)
class Door:
    """Where a partner takes files, and what opens it."""

    address: str
    port: int
    user_name: str
    secret: str
    host_key: str
    certificate: str
    folder: str
    timeout_seconds: int


@dataclass(frozen=True, slots=True)
class Listed:
    """A file in a partner's folder."""

    name: str
    size: int
    modified_at: int
    """By the partner's clock, in seconds."""


class OpenFolder(Protocol):
    """A partner's folder that is open before us."""

    def files(self) -> list[Listed]:
        """The finished files, the oldest first, as far as their names tell."""
        ...

    def read(self, name: str, *, into: BinaryIO) -> None: ...

    def remove(self, name: str) -> None:
        """Gone is gone, whoever removed it."""
        ...


class Wire(Protocol):
    """A way of reaching partners; each is a module of this folder."""

    @property
    def PORT(self) -> int: ...

    def put(self, door: Door, name: str, content: bytes) -> bool:
        """Hand over a file. False if the partner's directory holds it already, as after a lost answer."""
        ...

    def folder(self, door: Door) -> AbstractContextManager[OpenFolder]: ...


def finished(files: Iterable[Listed]) -> list[Listed]:
    kept = (one for one in files if not one.name.startswith(".") and not one.name.endswith(UNFINISHED))
    return sorted(kept, key=lambda one: (one.modified_at, one.name))


LONGEST_SECONDS = 300
"""For one file, however steadily its bytes trickle."""


def in_time(seconds: int | None = None) -> Callable[..., None]:
    """To be called as bytes pass; after that time, else the longest for a file, it raises `NotDelivered`."""
    until = time.monotonic() + (LONGEST_SECONDS if seconds is None else seconds)

    def passed(*_: int) -> None:
        if time.monotonic() > until:
            raise NotDelivered(Trouble.TIMED_OUT)

    return passed
