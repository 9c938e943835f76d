"""Test payers: a 271 made for the question that was asked, with an answer of its own for each payer id.

A payer id is an opaque string. What each says stands in `clearinghouse/data/test_payers/`. Every answer calls itself a
test (ISA15) and names TESTPAYERS as its sender. Only the test subscriber and the test providers are known here.
"""

from __future__ import annotations

import datetime
from calendar import monthrange
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import x12

DATA = Path(__file__).resolve().parents[1] / "data" / "test_payers"
PROVIDERS = {"1760854442": "", "1942788757": "", "0123456789": "HAPPY DOCTORS GROUP"}
"""By NPI the name it must go by; empty: any."""
MEMBER_NUMBER, LAST_NAME, FIRST_NAME, BORN = "0000000000", "DOEONE", "JOHNONE", datetime.date(1880, 1, 2)
WHOLE_PLAN, OTHERWISE_ASKED = "30", "33"
"""The service type asked about, where only the whole plan was."""
UNKNOWN = "A AAA*N**79*C"
"""To an id that is no test payer's."""
PART = "@"
"""How names of blocks begin that are no payer's."""
OF_MEMBERS = tuple(f"@member-{number}" for number in (1, 2, 1, 3, 1, 4, 2, 5))
"""What members of other than test payers have: most are covered, some no more, some are not found."""
DELAYS = {"LATER": "", "SLOW": "TIMED_OUT", "DROPPED": "UNREACHABLE"}
"""Behind a test payer's id and a hyphen: the trouble that comes first instead of its answer; empty: the question is
taken and answered later."""
LEVELS = ("A ", "P ", "B ", "C ", "D ")
"""How lines begin that stand elsewhere than among the benefits: in 2000A, 2100A, 2100B, 2100C and 2100D."""
FAULTS = {
    "count": ("~SE*", "~SE*9"),
    "unknown": ("~DMG*", "~QQQ*1~DMG*"),
    "version": ("005010X279A1", "999999X999"),
    "numbers": ("*0001~GE*", "*0002~GE*"),
    "name": ("~NM1*IL*1*DOEONE*JOHNONE****MI*0000000000", "~NM1"),
}
"""What stands there, and what is sent instead."""
UNPRINTABLE = (
    (b"*DOEONE*", b"*DOE\x00O\tN\x0bE*"),
    (b"~N3*~", b"~N3*12 CA\xc3\x91ON\x1b ROAD\xa0A~"),
    (b"*BEDROCK PLAN", b"*BED\x7fROCK \x81PLAN"),
    (b"~MSG*NOTHING", b"~MSG*NO\x00THING\x8d"),
)
PAGE = b"<!doctype html><title>502</title><h1>Bad gateway</h1>"


@dataclass(frozen=True, slots=True)
class Script:
    """What one payer says."""

    lines: tuple[str, ...]
    faults: tuple[str, ...] = ()
    is_about_dependent: bool = False

    def at(self, level: str) -> list[str]:
        return [line[2:] for line in self.lines if line.startswith(level)]

    @property
    def benefits(self) -> list[str]:
        return [line for line in self.lines if not line.startswith(LEVELS)]


@cache
def scripts() -> dict[str, Script]:
    """By payer id, and by the names of parts."""
    blocks = dict(_blocks())
    found: dict[str, Script] = {}
    for names, (faults, lines) in blocks.items():
        whole = [one for line in lines for one in (blocks[line[2:]][1] if line.startswith("+ ") else [line])]
        is_about_dependent = any(line.startswith("D ") for line in whole)
        for name in names.split():
            found[name] = Script(tuple(whole), faults, is_about_dependent)
    return found


def _blocks() -> Iterator[tuple[str, tuple[tuple[str, ...], list[str]]]]:
    for file in sorted(DATA.glob("*.txt")):
        for block in file.read_text(encoding="utf-8").split("\n\n"):
            heading, *lines = [line for line in block.splitlines() if not line.startswith("#")] or [""]
            names, _, faults = heading.partition(" ! ")
            yield names, (tuple(faults.split()), lines)


def delay_of(content: bytes) -> str | None:
    """What comes of the question when it is put for the first time; None where it is answered at once."""
    payer_id = payer_asked(content)
    payer, delay = _parted(payer_id)
    return delay if payer != payer_id and payer in scripts() else None


def _parted(payer_id: str) -> tuple[str, str]:
    """A test payer's id, and what comes before its answer."""
    payer, _, word = payer_id.rpartition("-")
    return (payer, DELAYS[word]) if word in DELAYS else (payer_id, "")


def _script_of(payer_id: str) -> Script:
    payer, _ = _parted(payer_id)
    known = None if payer.startswith(PART) else scripts().get(payer)
    return known or Script((UNKNOWN,))


def answer_question(content: bytes) -> bytes:
    """The 271 of a payer that knows everybody by the name it is asked under. A few always say the same; of the others
    what they have hangs on their number."""
    question = _Question(content)
    number = question.subscriber.identifier if question.subscriber else ""
    script = (
        scripts().get(PART + question.payer_id)
        or scripts()[OF_MEMBERS[sum(number.encode()) % len(OF_MEMBERS)]]
    )
    return spoilt(question.enveloped(question.segments(script)), script.faults, question.number)


def payer_asked(content: bytes) -> str:
    return _Question(content).payer_id


def with_other_trace(answer: bytes) -> bytes:
    """As to somebody else's question."""
    return answer.replace(b"~TRN*2*", b"~TRN*2*X")


def with_other_number(answer: bytes) -> bytes:
    """The same answer in another interchange."""
    number = answer.split(b"*")[13]
    return answer.replace(b"*%b*" % number, b"*9%b*" % number[1:]).replace(
        b"*%b~" % number, b"*9%b~" % number[1:]
    )


def answer_test_question(content: bytes) -> bytes:
    """The 271 for a 270 about one person. Who is not the test subscriber or provider is refused by name (AAA)."""
    question = _Question(content)
    refused = question.refused()
    if refused is not None:
        return question.enveloped(question.segments(refused)).encode()
    script = _script_of(question.payer_id)
    text = question.enveloped(question.segments(script))
    return spoilt(text, script.faults, question.number)


class _Question:
    """What a 270 asks, as far as a test payer looks."""

    def __init__(self, content: bytes) -> None:
        records = list(x12.read_270(content))
        start = next(one for one in records if isinstance(one, x12.EligibilityStart))
        self.person = next(
            one for one in records if isinstance(one, x12.EligibilityPerson) and one.is_asked_about
        )
        self.envelope, self.reference = start.envelope, start.reference
        self.payer = self.person.source
        self.provider = self.person.receiver
        self.subscriber = self.person.subscriber or self.person.party
        self.dependent = self.person.party if self.person.is_dependent else None
        self.payer_id = self.payer.identifier if self.payer else ""
        types = [code for one in self.person.questions for code in one.service_types if code != WHOLE_PLAN]
        self.asked = types[0] if types else OTHERWISE_ASKED
        self.number = int(self.envelope.interchange_control_number or 1)
        self.day = next((one.date for one in self.person.dates if one.date), None) or _day_of(self.envelope)

    def refused(self) -> Script | None:
        """What is wrong with the provider, else with the subscriber: all of it."""
        if self.provider is None or self.provider.identifier not in PROVIDERS:
            return Script(("B AAA*N**43*C",))
        name = PROVIDERS[self.provider.identifier]
        if name and self.provider.name.upper() != name:
            return Script(("B AAA*N**44*C",))
        said = self.subscriber
        if said is None:
            return Script(("C AAA*N**72*C",))
        wrong = [
            reason
            for reason, given, known in (
                ("72", said.identifier, MEMBER_NUMBER),
                ("73", said.name.upper(), LAST_NAME),
                ("73", said.first_name.upper(), FIRST_NAME),
                ("71", said.birth_date, BORN),
            )
            if given and given != known
        ]
        return Script(tuple(f"C AAA*N**{reason}*C" for reason in dict.fromkeys(wrong))) if wrong else None

    def segments(self, script: Script) -> list[str]:
        whole, receiver = script.at("A "), script.at("B ")
        lines = [f"BHT*0022*11*{self.reference}*{self.envelope.group_date}*{self.envelope.group_time}"]
        if any(line.startswith("AAA") for line in whole):
            return [*lines, "HL*1**20*0", *whole]
        payer = f"NM1*PR*2*{self.payer.name if self.payer else ''}*****PI*{self.payer_id}"
        lines += ["HL*1**20*1", *self._filled(_with_name(script.at("P "), payer))]
        is_stopped = any(line.startswith("AAA") for line in receiver)
        lines += [f"HL*2*1*21*{0 if is_stopped else 1}", self._provider(), *receiver]
        if is_stopped:
            return lines
        return [*lines, *self._people(script), *self._filled(script.benefits)]

    def _people(self, script: Script) -> list[str]:
        name = self._name("IL", self.subscriber, f"*1*{LAST_NAME}*{FIRST_NAME}****MI*{MEMBER_NUMBER}")
        at_subscriber = self._filled(script.at("C "))
        if not (script.is_about_dependent or self.dependent):
            return ["HL*3*2*22*0", *self._traces(), *_with_name(at_subscriber, name)]
        at_dependent = self._filled(script.at("D "))
        dependent = self._name("03", self.dependent, f"*1*{LAST_NAME}*JOHNTWO")
        return [
            "HL*3*2*22*1", *_with_name(at_subscriber, name), "HL*4*3*23*0", *self._traces(),
            *_with_name(at_dependent, dependent),
        ]  # fmt: skip

    def _name(self, code: str, asked: x12.Party | None, otherwise: str) -> str:
        """As asked, else that of the test person."""
        if asked is None or not asked.name:
            return f"NM1*{code}{otherwise}"
        number = f"****MI*{asked.identifier}" if asked.identifier else ""
        return f"NM1*{code}*1*{asked.name}*{asked.first_name}{number}"

    def _traces(self) -> list[str]:
        asked = [f"TRN*2*{one.number}*{one.assigned_by}" for one in self.person.traces]
        return [*asked, f"TRN*1*{self.number}*9TESTPAYER"]

    def _provider(self) -> str:
        if self.provider is None:
            return "NM1*1P*2*UNKNOWN"
        return f"NM1*1P*2*{self.provider.name}*****XX*{self.provider.identifier}"

    def _filled(self, lines: Iterable[str]) -> list[str]:
        """Days and the payer's id stand in braces: the day asked about, its month, its year, and one behind us."""
        day = self.day
        last = monthrange(day.year, day.month)[1]
        known = {
            "payer_id": self.payer_id,
            "asked": self.asked,
            "day": f"{day:%Y%m%d}",
            "ended": f"{day - datetime.timedelta(days=31):%Y%m%d}",
            "year": f"{day.year}0101-{day.year}1231",
            "year_start": f"{day.year}0101",
            "year_end": f"{day.year}1231",
            "month": f"{day:%Y%m}01-{day:%Y%m}{last:02}",
            "month_start": f"{day:%Y%m}01",
            "month_end": f"{day:%Y%m}{last:02}",
        }
        return [line.format(**known) if "{" in line else line for line in lines]

    def enveloped(self, segments: Sequence[str]) -> str:
        asked, number = self.envelope, self.number
        head = [
            f"ISA*00*{'':10}*00*{'':10}*ZZ*{'TESTPAYERS':15}*{asked.sender_qualifier}*{asked.sender:15}"
            f"*{asked.interchange_date}*{asked.interchange_time}*^*00501*{number:09}*0*T*:",
            f"GS*HB*TESTPAYERS*{asked.application_sender}*{asked.group_date}*{asked.group_time}*{number}*X*005010X279A1",
            "ST*271*0001*005010X279A1",
        ]
        tail = [f"SE*{len(segments) + 2}*0001", f"GE*1*{number}", f"IEA*1*{number:09}"]
        return "~".join([*head, *segments, *tail, ""])


def _with_name(lines: list[str], name: str) -> list[str]:
    """A payer may know the person by another name or number than was asked."""
    return lines if any(line.startswith("NM1*") for line in lines) else [name, *lines]


def _day_of(envelope: x12.Envelope) -> datetime.date:
    return datetime.datetime.strptime(envelope.group_date, "%Y%m%d").date()  # noqa: DTZ007 - a day


def spoilt(text: str, faults: Sequence[str], number: int) -> bytes:
    """With the fault the script wants; of several the one its control number hits."""
    fault = faults[number % len(faults)] if faults else ""
    if fault == "page":
        return PAGE
    if fault == "bytes":
        return _unprintable(text.encode())
    if fault == "cut":
        return text[: text.index("~GE*")].encode()
    return text.replace(*FAULTS[fault]).encode() if fault else text.encode()


def _unprintable(content: bytes) -> bytes:
    """Controls, a byte that is no character, a hard space and letters of two bytes; each segment on a line."""
    for wanted, found in UNPRINTABLE:
        content = content.replace(wanted, found, 1)
    return content.replace(b"~", b"~\r\n")
