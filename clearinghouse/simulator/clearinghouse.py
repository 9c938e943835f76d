"""The clearinghouse at work: it takes in what arrives, once, and lays out answers when they are due.

What is to be answered is written and noted before anybody sees it: an answer is a file in a folder nobody else can see,
moved to its customer by one rename. After a kill at any moment nothing is lost and nothing laid out twice.
"""

from __future__ import annotations

import datetime
import os
import time
from collections.abc import Iterable
from pathlib import Path

from clearinghouse.simulator.answering import Answer, Desk, Pace, claims_in
from clearinghouse.simulator.behaviours import OF_QUESTIONS, Behaviour, Temper
from clearinghouse.simulator.books import Books
from clearinghouse.simulator.house import Account, House, LineLost
from clearinghouse.simulator.test_payers import payer_asked, with_other_number, with_other_trace
from x12 import NotX12, segments

NOBODY_WAITS_SECONDS = 30
UNFINISHED = (".part", ".tmp", ".filepart")


class Clearinghouse(House):
    def __init__(
        self,
        folder: Path,
        accounts: Iterable[Account],
        *,
        temper: Temper | None = None,
        pace: Pace | None = None,
    ) -> None:
        kept = list(accounts)
        super().__init__(kept)
        self.accounts = {one.name: one for one in kept}
        self.temper, self.pace = temper or Temper(), pace or Pace()
        self.books = Books(folder)
        self._staged = folder / "staged"
        for one in kept:
            for place in (one.folder / "in", one.folder / "out", self._staged / one.name):
                place.mkdir(parents=True, exist_ok=True)

    # -- what comes ---------------------------------------------------------------------------------------------

    def arriving(self, account: Account, unfinished: Path, place: Path) -> None:
        content = unfinished.read_bytes()
        if self._happens(Behaviour.LINE_LOST, account, content):
            unfinished.write_bytes(content[: len(content) // 2])
            raise LineLost

    def arrived(self, account: Account, place: Path) -> None:
        self.take(account, place)
        if self._happens(Behaviour.ANSWER_LOST, account, place.read_bytes()):
            raise LineLost

    def take_all(self) -> None:
        """What arrived while nobody was there to take it in."""
        for account in self.accounts.values():
            for place in sorted((account.folder / "in").iterdir()):
                if place.is_file() and not place.name.endswith(UNFINISHED) and not place.name.startswith("."):
                    self.take(account, place)

    def take(self, account: Account, place: Path) -> None:
        """A file counts once each time it is delivered: another copy of it is another file of the file system."""
        found = place.stat()
        mark = f"{found.st_ino}:{found.st_mtime_ns}"
        if place.parent != account.folder / "in":
            return
        moment = datetime.datetime.fromtimestamp(found.st_mtime, datetime.UTC)
        with self.books.page():
            if self.books.is_known(account.name, place.name, mark):
                return
            content = place.read_bytes()
            try:
                answers = self._received(account, place.name, mark, content, moment)
            except NotX12:
                self.books.received(
                    account.name, place.name, mark, sender="", number="", at=moment.timestamp()
                )
                answers = []
            for one in answers:
                self._stage(account, one)
                self.books.answers(account.name, one.name, due_at=moment.timestamp() + one.after)
        self.books.write_truth()

    def _received(
        self, account: Account, name: str, mark: str, content: bytes, at: datetime.datetime
    ) -> list[Answer]:
        sender, number, kind = _envelope(content)
        is_repeated = self.books.was_sent(account.name, sender, number)
        delivery = self.books.received(
            account.name, name, mark, sender=sender, number=number, at=at.timestamp()
        )
        desk = Desk(self.books, self.temper, self.pace, account.name, at)
        if kind == "HR":
            return desk.questions(content)
        claims = claims_in(content)
        for one in claims:
            self.books.counted(
                delivery,
                one.patient_control_number,
                payer=one.payer.identifier if one.payer else "",
                frequency=one.frequency_code,
            )
        return desk.claims(content, is_repeated=is_repeated) if claims else []

    def _happens(self, mishap: Behaviour, account: Account, content: bytes) -> bool:
        """Once for a file of a payer that is named for it, or that the dice chose."""
        try:
            sender, number, _ = _envelope(content)
            payer_ids = [one.payer.identifier for one in claims_in(content) if one.payer]
        except NotX12:
            return False
        if self.temper.of_file(payer_ids, f"{account.name}:{sender}:{number}") is not mishap:
            return False
        return self._is_first(mishap, account, number)

    def asked(self, account: Account, content: bytes) -> bytes | None:
        answer = super().asked(account, content)
        if answer is None:
            return None
        mood = OF_QUESTIONS.get(payer_asked(content))
        _, number, _ = _envelope(content)
        if mood is Behaviour.MANGLED:
            return with_other_trace(answer)
        if mood is None or not self._is_first(mood, account, number):
            return answer
        if mood is Behaviour.LINE_LOST:
            raise LineLost
        later = with_other_number(answer) if mood is Behaviour.TWICE else answer
        file = Answer(f"ELIGIBILITY_{number}.271", later, 0)
        with self.books.page():
            self._stage(account, file)
            self.books.answers(account.name, file.name, due_at=file.after)
        if mood is Behaviour.SLOW:
            time.sleep(NOBODY_WAITS_SECONDS)
        return None if mood is Behaviour.LATE else answer

    def _is_first(self, mishap: Behaviour, account: Account, number: str) -> bool:
        with self.books.page():
            if self.books.blamed(account.name, number, mishap) is not None:
                return False
            self.books.refused(account.name, number, mishap, "")
        return True

    # -- what goes ----------------------------------------------------------------------------------------------

    def _stage(self, account: Account, answer: Answer) -> None:
        place = self._staged / account.name / answer.name
        place.write_bytes(answer.content)

    def lay_out(self, *, at: datetime.datetime) -> int:
        """Every answer that is due; returns how many."""
        due = self.books.waiting(at=at.timestamp())
        for one in due:
            staged = self._staged / one.account / one.name
            # Not there any more: it was moved, and the note of it was lost.
            if staged.exists():
                os.utime(staged, (at.timestamp(), at.timestamp()))
                staged.replace(self.accounts[one.account].folder / "out" / one.name)
            with self.books.page():
                self.books.placed(one)
        if due:
            self.books.write_truth()
        return len(due)


def _envelope(content: bytes) -> tuple[str, str, str]:
    """ISA06, ISA13 and GS01."""
    sender = number = kind = ""
    for one in segments(content):
        if one.elements[0] == "ISA":
            sender, number = one.elements[6].strip(), one.elements[13]
        elif one.elements[0] == "GS":
            kind = one.elements[1]
            break
    return sender, number, kind
