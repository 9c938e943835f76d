"""Whatever arrives instead of an answer is an answer that can be kept and shown, and never says inactive by itself."""

from __future__ import annotations

import random

import msgspec
import pytest

from eligibility.rules.answers import Answer
from eligibility.rules.next_steps import next_steps
from eligibility.rules.normalising import Asked, normalise
from eligibility.rules.owing import owed_today
from eligibility.rules.words import CoverageStatus
from tests.eligibility.test_asking_test_payers import DAY, TRACE, answered
from tests.eligibility.test_test_payer_details import EVERY, bytes_of

ASKED = Asked(DAY, ("30",), TRACE, "9LAKESIDE1")
SLIPPED_IN = (
    b"~", b"*", b"^", b":", b"\x00", b"\x1c", b"\xff\xfe", b"~EB*1**30~", b"~EB*A****NaN*Infinity*-1~", b"*1E400*",
    b"~DTP*291*RD8*20269999-1~", b"~HSD*VS*x~", b"~REF*~", b"~NM1~", b"~AAA~",
)  # fmt: skip


def damaged(content: bytes, dice: random.Random) -> bytes:
    """Bytes changed, lost and slipped in, and segments that come twice."""
    found = bytearray(content)
    for _ in range(dice.choice((1, 1, 2, 5, 20))):
        at, how = dice.randrange(len(found) or 1), dice.randrange(4)
        if how == 0 and found:
            found[at] = dice.randrange(256)
        elif how == 1:
            del found[at : at + dice.randrange(1, 30)]
        elif how == 2:
            found[at:at] = dice.choice(SLIPPED_IN)
        else:
            segments = bytes(found).split(b"~")
            segments.insert(dice.randrange(len(segments)), dice.choice(segments))
            found = bytearray(b"~".join(segments))
    return bytes(found)


@pytest.mark.parametrize("seed", range(30))
def test_no_damage_stops_the_reading(seed: int) -> None:
    dice = random.Random(seed)
    for _ in range(40):
        answer = normalise(damaged(bytes_of(dice.choice(EVERY)), dice), ASKED)
        kept = msgspec.json.encode(answer)

        assert msgspec.json.decode(kept, type=Answer) == answer
        assert b"\\u0000" not in kept
        assert all(one.words for one in next_steps(answer, on=DAY))
        assert owed_today(answer, "98", allowed_cents=10_000).why


@pytest.mark.parametrize("payer_id", [one for one in EVERY if one not in ("000031", "000041")])
def test_an_answer_that_is_cut_anywhere_is_never_inactive(payer_id: str) -> None:
    content = bytes_of(payer_id)
    for end in range(0, len(content), 97):
        assert normalise(content[:end], ASKED).status is not CoverageStatus.INACTIVE


def test_an_answer_kept_before_it_said_more_is_read_still() -> None:
    kept = msgspec.to_builtins(answered("UHC"))
    later = (
        "numbers",
        "days",
        "unreported",
        "provider_taxonomy",
        "source",
        "retired",
        "unread",
        "payer_phone",
    )
    old = {name: value for name, value in kept.items() if name not in later}
    for row in old["benefits"]:
        for name in ("of_period", "patterns", "code"):
            del row[name]
        del row["key"]["diagnoses"]

    read = msgspec.convert(old, Answer)
    assert (read.numbers, read.unread, read.benefits[0].patterns) == ((), (), ())
    assert read.status is CoverageStatus.ACTIVE
