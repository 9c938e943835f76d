"""What can become of an attempt to hand over a file, whatever the wire."""

from __future__ import annotations

from dataclasses import dataclass

from clearinghouse.choices import Trouble


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
    folder: str
    timeout_seconds: int


@dataclass(frozen=True, slots=True)
class Listed:
    """A file in a partner's folder."""

    name: str
    size: int
    modified_at: int
    """By the partner's clock, in seconds."""
