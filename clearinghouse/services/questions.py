"""Questions a partner answers at once, while somebody waits: no transaction is open meanwhile."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from uuid import UUID

from clearinghouse import lines
from clearinghouse.choices import Trouble
from clearinghouse.lines import Place
from clearinghouse.models import Connection, TradingPartner
from clearinghouse.services.delivering import note_line
from clearinghouse.services.doors import adapter_of, door_of
from clearinghouse.services.sealing import draw_numbers, envelope_of
from clearinghouse.simulator.test_payers import answer_test_question, delay_of
from clearinghouse.transports import https
from clearinghouse.transports.outcome import NotDelivered
from tenancy.ids import uuid7
from x12 import Delimiters, Envelope

PATIENCE_SECONDS = 20
"""CORE infrastructure rule: an answer comes within 20 seconds."""


@dataclass(frozen=True, slots=True)
class EligibilityForm:
    version: str = "005010X279A1"
    transaction_code: str = "270"
    functional_code: str = "HS"


@dataclass(frozen=True, slots=True)
class Asked:
    """What came of asking once. Either an answer, or what was in its way."""

    request_id: UUID
    latency_ms: int
    adapter: str
    content: bytes | None = None
    """None with no trouble: the partner has taken the question and answers by a file."""
    trouble: str = ""


def question_envelope(partner: TradingPartner, *, at: datetime) -> Envelope:
    """With the next numbers of the partner."""
    return envelope_of(partner, EligibilityForm(), draw_numbers(partner.id), at.astimezone(UTC))


def ask(connection: Connection, content: bytes, *, payer: str) -> tuple[Asked, Place]:
    """Ask once; `note_line` is to be told the place. Raises NotNow where the line or the payer rests or is full."""
    request_id = uuid7()
    with lines.place_on(connection, lines.QUESTION_PLACES) as place, lines.place_of(connection, payer) as own:
        answer, trouble = _ask(connection, content)
        place.trouble, own.trouble = _whose(trouble)
        place.is_slow = False
    return Asked(request_id, own.latency_ms, adapter_of(connection), answer, trouble), place


def _whose(trouble: str) -> tuple[str | None, str | None]:
    """What a trouble tells of the line, and of the payer: no answer in time is the payer's; all else is the line's."""
    if trouble == Trouble.TIMED_OUT:
        return None, trouble
    return trouble, None if trouble else ""


def _ask(connection: Connection, content: bytes) -> tuple[bytes | None, str]:
    try:
        door = door_of(connection, "")
        patience = min(connection.timeout_seconds, PATIENCE_SECONDS)
        return https.ask(replace(door, timeout_seconds=patience), connection.question_path, content), ""
    except NotDelivered as failure:
        return None, Trouble(failure.trouble).value


def own_envelope(trace: str, *, at: datetime) -> Envelope:
    """Of a question that is answered here; its numbers are drawn from nobody's series."""
    at, number = at.astimezone(UTC), int(trace[-7:], 16) % 999_999_999 + 1
    form = EligibilityForm()
    return Envelope(
        Delimiters("*", "^", ":", "~"),
        sender_qualifier="ZZ",
        sender="WORKBENCH",
        receiver_qualifier="ZZ",
        receiver="TESTPAYERS",
        interchange_date=f"{at:%y%m%d}",
        interchange_time=f"{at:%H%M}",
        interchange_version="00501",
        interchange_control_number=f"{number:09}",
        acknowledgement_requested="0",
        usage_indicator="T",
        functional_code=form.functional_code,
        application_sender="WORKBENCH",
        application_receiver="TESTPAYERS",
        group_date=f"{at:%Y%m%d}",
        group_time=f"{at:%H%M}",
        group_control_number=str(number),
        version=form.version,
        transaction_code=form.transaction_code,
        transaction_control_number="0001",
    )


def ask_test_payer(content: bytes, *, is_first: bool = False) -> Asked:
    """What the test payers answer: made here, without a connection to anybody. Some want to be asked again first."""
    started = time.monotonic()
    trouble = delay_of(content) if is_first else None
    answer = answer_test_question(content) if trouble is None else None
    latency_ms = round((time.monotonic() - started) * 1000)
    return Asked(uuid7(), latency_ms, "test payers", answer, trouble or "")


__all__ = ["Asked", "Place", "ask", "ask_test_payer", "note_line", "question_envelope", "own_envelope"]
