"""What the clearinghouse remembers, in a database of its own; it counts every claim each time it is delivered."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from clearinghouse.simulator.adjudication import ClaimDecision

TABLES = """
CREATE TABLE IF NOT EXISTS deliveries (
    id INTEGER PRIMARY KEY, account TEXT, name TEXT, mark TEXT, sender TEXT, number TEXT, received_at REAL,
    UNIQUE (account, name, mark));
CREATE TABLE IF NOT EXISTS claims (delivery INTEGER, number TEXT, payer TEXT, frequency TEXT);
CREATE TABLE IF NOT EXISTS refusals (
    account TEXT, number TEXT, stage TEXT, blamed TEXT, PRIMARY KEY (account, number, stage));
CREATE TABLE IF NOT EXISTS standings (
    account TEXT, number TEXT, stage TEXT, decision BLOB, pays_at REAL, PRIMARY KEY (account, number));
CREATE TABLE IF NOT EXISTS carried (account TEXT, payer TEXT, payee TEXT, cents INTEGER,
    PRIMARY KEY (account, payer, payee));
CREATE TABLE IF NOT EXISTS answers (
    id INTEGER PRIMARY KEY, account TEXT, name TEXT, due_at REAL, is_placed INTEGER DEFAULT 0);
CREATE TABLE IF NOT EXISTS numbers (series TEXT PRIMARY KEY, last INTEGER);
"""


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a claim is with its payer, and what the payer has decided or will say when it pays."""

    stage: str
    decision: ClaimDecision | None = None
    pays_at: float = 0.0


@dataclass(frozen=True, slots=True)
class Waiting:
    """An answer that has not been laid into its customer's folder."""

    id: int
    account: str
    name: str


class Books:
    """Everything inside `page()` is written together or not at all; one page is open at a time."""

    def __init__(self, folder: Path) -> None:
        self._truth = folder / "truth.json"
        self._lock = threading.RLock()
        self._database = sqlite3.connect(
            folder / "books.sqlite", check_same_thread=False, isolation_level=None
        )
        self._database.execute("PRAGMA journal_mode=WAL")
        self._database.executescript(TABLES)

    def close(self) -> None:
        with self._lock:
            self._database.close()

    @contextmanager
    def page(self) -> Iterator[None]:
        with self._lock:
            self._database.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._database.execute("ROLLBACK")
                raise
            self._database.execute("COMMIT")

    def _rows(self, statement: str, *values: Any) -> list[Any]:
        with self._lock:
            return self._database.execute(statement, values).fetchall()

    def draw(self, series: str) -> int:
        [(last,)] = self._rows(
            "INSERT INTO numbers VALUES (?, 1) ON CONFLICT (series) DO UPDATE SET last = last + 1 RETURNING last",
            series,
        )
        return int(last)

    # -- what was delivered -------------------------------------------------------------------------------------

    def is_known(self, account: str, name: str, mark: str) -> bool:
        query = "SELECT 1 FROM deliveries WHERE account = ? AND name = ? AND mark = ?"
        return bool(self._rows(query, account, name, mark))

    def was_sent(self, account: str, sender: str, number: str) -> bool:
        """Whether the customer has sent an interchange of this number before."""
        query = "SELECT 1 FROM deliveries WHERE account = ? AND sender = ? AND number = ?"
        return bool(self._rows(query, account, sender, number))

    def received(self, account: str, name: str, mark: str, *, sender: str, number: str, at: float) -> int:
        [(delivery,)] = self._rows(
            "INSERT INTO deliveries (account, name, mark, sender, number, received_at)"
            " VALUES (?, ?, ?, ?, ?, ?) RETURNING id",
            account, name, mark, sender, number, at,
        )  # fmt: skip
        return int(delivery)

    def counted(self, delivery: int, number: str, *, payer: str, frequency: str) -> None:
        self._rows("INSERT INTO claims VALUES (?, ?, ?, ?)", delivery, number, payer, frequency)

    # -- what was said ------------------------------------------------------------------------------------------

    def blamed(self, account: str, number: str, stage: str) -> str | None:
        """What the claim was refused for at this stage the last time."""
        query = "SELECT blamed FROM refusals WHERE account = ? AND number = ? AND stage = ?"
        return next((text for (text,) in self._rows(query, account, number, stage)), None)

    def refused(self, account: str, number: str, stage: str, blamed: str) -> None:
        self._rows("INSERT OR REPLACE INTO refusals VALUES (?, ?, ?, ?)", account, number, stage, blamed)

    def standing(self, account: str, number: str) -> Standing | None:
        query = "SELECT stage, decision, pays_at FROM standings WHERE account = ? AND number = ?"
        for stage, decision, pays_at in self._rows(query, account, number):
            decoded = msgspec.json.decode(decision, type=ClaimDecision) if decision else None
            return Standing(stage, decoded, pays_at)
        return None

    def stands(self, account: str, number: str, standing: Standing) -> None:
        decision = msgspec.json.encode(standing.decision) if standing.decision else None
        self._rows(
            "INSERT OR REPLACE INTO standings VALUES (?, ?, ?, ?, ?)",
            account, number, standing.stage, decision, standing.pays_at,
        )  # fmt: skip

    def carried(self, account: str, payer: str, payee: str) -> int:
        """Cents the payer is still owed out of payments to come."""
        query = "SELECT cents FROM carried WHERE account = ? AND payer = ? AND payee = ?"
        return next((cents for (cents,) in self._rows(query, account, payer, payee)), 0)

    def carries(self, account: str, payer: str, payee: str, cents: int) -> None:
        self._rows("INSERT OR REPLACE INTO carried VALUES (?, ?, ?, ?)", account, payer, payee, cents)

    # -- what is to be answered ---------------------------------------------------------------------------------

    def answers(self, account: str, name: str, *, due_at: float) -> None:
        self._rows("INSERT INTO answers (account, name, due_at) VALUES (?, ?, ?)", account, name, due_at)

    def waiting(self, *, at: float) -> list[Waiting]:
        query = (
            "SELECT id, account, name FROM answers WHERE NOT is_placed AND due_at <= ? ORDER BY due_at, id"
        )
        return [Waiting(*row) for row in self._rows(query, at)]

    def placed(self, waiting: Waiting) -> None:
        self._rows("UPDATE answers SET is_placed = 1 WHERE id = ?", waiting.id)

    # -- the truth ----------------------------------------------------------------------------------------------

    def write_truth(self) -> None:
        """Every delivery of every claim by customer and number, and the answers made and laid out."""
        with self._lock:
            unfinished = self._truth.with_suffix(".part")
            unfinished.write_text(json.dumps(self._told(), indent=1), encoding="utf-8")
            unfinished.replace(self._truth)

    def _told(self) -> dict[str, Any]:
        claims: dict[str, dict[str, list[dict[str, str]]]] = defaultdict(lambda: defaultdict(list))
        delivered = "SELECT account, c.number, d.number, name, frequency, payer FROM claims c"
        for account, number, interchange, name, frequency, payer in self._rows(
            f"{delivered} JOIN deliveries d ON d.id = delivery ORDER BY delivery, c.rowid"
        ):
            claims[account][number].append(
                {"interchange": interchange, "file": name, "frequency": frequency, "payer": payer}
            )
        answers: dict[str, list[str]] = defaultdict(list)
        for account, name in self._rows("SELECT account, name FROM answers WHERE is_placed ORDER BY id"):
            answers[account].append(name)
        return {"claims": claims, "answers": answers}
