"""Who may enter the simulated clearinghouse, and what its servers tell it of what they do."""

from __future__ import annotations

import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from clearinghouse.simulator.test_payers import answer_question


class LineLost(Exception):
    """The line breaks here, before anything is answered."""


@dataclass(frozen=True, slots=True)
class Account:
    """A customer with folders `in` and `out`. The password is the token of HTTPS, too."""

    name: str
    password: str
    folder: Path

    def place(self, path: str) -> Path:
        """Where a path of the customer's lies; whatever it says, inside the folder."""
        parts = [one for one in path.split("/") if one not in ("", ".", "..")]
        return self.folder.joinpath(*parts)


class House:
    """What the servers ask and tell. Every call may raise `LineLost`."""

    def __init__(self, accounts: Iterable[Account]) -> None:
        self._accounts = {one.name: one for one in accounts}

    def enter(self, name: str, password: str) -> Account | None:
        account = self._accounts.get(name)
        return account if account and _same(account.password, password) else None

    def enter_by_token(self, token: str) -> Account | None:
        return next((one for one in self._accounts.values() if _same(one.password, token)), None)

    def asked(self, account: Account, content: bytes) -> bytes | None:
        """The answer to a question; None: it is taken, and answered by a file."""
        return answer_question(content)

    def writing(self, account: Account, place: Path) -> None:
        """A file begins to arrive."""

    def arriving(self, account: Account, unfinished: Path, place: Path) -> None:
        """All of it is here; it gets its name next."""

    def arrived(self, account: Account, place: Path) -> None:
        """It has its name and counts as delivered."""

    def removing(self, account: Account, place: Path) -> None:
        """The customer deletes a file."""


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode())
