"""Damage by seed: what wires, editors, converters and malice do to a file."""

import random
import re
from collections.abc import Callable

Damage = Callable[[random.Random, bytes], bytes]
AWKWARD = (
    b"", b"0", b"-0.00", b"-1", b"99999999999999999999", b"1e9", b"NaN", b"1.005", b".", b"-", b"00000000",
    b"20260230", b"99999999", b"\x00", b"\xff\xfe", "Ł".encode(), b"=1+1", b"A" * 300, b":", b"^", b" ", b"22", b"ZZ",
)  # fmt: skip


def somewhere(dice: random.Random, content: bytes) -> int:
    return dice.randrange(len(content))


def flip(dice: random.Random, content: bytes) -> bytes:
    place = somewhere(dice, content)
    return content[:place] + bytes([dice.randrange(256)]) + content[place + 1 :]


def lose(dice: random.Random, content: bytes) -> bytes:
    place = somewhere(dice, content)
    return content[:place] + content[place + dice.randrange(1, 40) :]


def stutter(dice: random.Random, content: bytes) -> bytes:
    place, length = somewhere(dice, content), dice.randrange(1, 120)
    return content[: place + length] + content[place:]


def cut(dice: random.Random, content: bytes) -> bytes:
    return content[: somewhere(dice, content)]


def insert(dice: random.Random, content: bytes) -> bytes:
    place = somewhere(dice, content)
    return content[:place] + dice.choice(AWKWARD) + content[place:]


def digit(dice: random.Random, content: bytes) -> bytes:
    places = [match.start() for match in re.finditer(rb"\d", content)]
    place = dice.choice(places)
    return content[:place] + str(dice.randrange(10)).encode() + content[place + 1 :]


def _segments(content: bytes) -> list[bytes]:
    return content.split(b"~")


def drop_segment(dice: random.Random, content: bytes) -> bytes:
    parts = _segments(content)
    del parts[dice.randrange(len(parts))]
    return b"~".join(parts)


def double_segment(dice: random.Random, content: bytes) -> bytes:
    parts = _segments(content)
    place = dice.randrange(len(parts))
    return b"~".join([*parts[: place + 1], *parts[place:]])


def swap_segments(dice: random.Random, content: bytes) -> bytes:
    parts = _segments(content)
    one, other = dice.randrange(len(parts)), dice.randrange(len(parts))
    parts[one], parts[other] = parts[other], parts[one]
    return b"~".join(parts)


def awkward_element(dice: random.Random, content: bytes) -> bytes:
    parts = _segments(content)
    place = dice.randrange(1, len(parts))
    elements = parts[place].split(b"*")
    elements[dice.randrange(len(elements))] = dice.choice(AWKWARD)
    parts[place] = b"*".join(elements)
    return b"~".join(parts)


def borrow_element(dice: random.Random, content: bytes) -> bytes:
    parts = _segments(content)
    place = dice.randrange(1, len(parts))
    elements = parts[place].split(b"*")
    elements[dice.randrange(len(elements))] = dice.choice(dice.choice(parts).split(b"*"))
    parts[place] = b"*".join(elements)
    return b"~".join(parts)


DAMAGES: tuple[Damage, ...] = (
    flip, lose, stutter, cut, insert, digit, digit, drop_segment, double_segment, swap_segments, awkward_element,
    awkward_element, awkward_element, borrow_element, borrow_element,
)  # fmt: skip


def mutated(seed: int, content: bytes) -> bytes:
    """One file of this seed: one to three damages one after the other."""
    dice = random.Random(seed)
    for _ in range(dice.choice((1, 1, 1, 2, 3))):
        if len(content) > 1 and content.count(b"~") > 1 and re.search(rb"\d", content):
            content = dice.choice(DAMAGES)(dice, content)
    return content
