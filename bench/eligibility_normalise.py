"""How fast an answer to an eligibility question is read and put into our one shape, against a bare split of it."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date

from bench.registry import Figure, benchmark, interleaved, times
from eligibility.rules.normalising import Asked, normalise
from eligibility.rules.words import Outcome

BENEFITS = 200
ANSWERS, REPEATS = 25, 9
DAY = date(2026, 11, 3)
SERVICE_TYPES = ("98", "33", "47", "86", "88", "AL", "MH", "UC", "48", "50", "1", "35")
KINDS = ("A", "B", "B", "C", "G")
SHARES = ("0", ".1", ".2", ".3", ".5")


def answer_file(benefits: int = BENEFITS, *, seed: int = 1) -> bytes:
    """A 271 of a payer that says everything: limits, authorizations, messages, providers; nobody's data."""
    body = [
        *("BHT*0022*11*Q1*20261103*0900", "HL*1**20*1", "NM1*PR*2*EXAMPLE HEALTH PLAN*****PI*EHP01"),
        *("HL*2*1*21*1", "NM1*1P*2*EXAMPLE MEDICAL GROUP*****XX*1234567893"),
        *("HL*3*2*22*0", "TRN*2*CHK-1*9EXAMPLE01", "NM1*IL*1*GARCIA*ROSA****MI*W123456789"),
        *("REF*6P*GRP00042*EXAMPLE EMPLOYER", "N3*7 SAMPLE ST", "N4*SPRINGFIELD*IL*627011234"),
        *("DMG*D8*19700301*F", "INS*Y*18*001*25", "DTP*346*D8*20260101", "EB*1**30**EXAMPLE CHOICE PPO"),
        *_benefits(random.Random(seed), benefits - 1),
    ]
    segments = [
        "ISA*00*          *00*          *ZZ*PAYER          *ZZ*PROVIDER       *261103*0900*^*00501*000000103*0*P*:",
        "GS*HB*PAYER*PROVIDER*20261103*0900*103*X*005010X279A1",
        *("ST*271*0001*005010X279A1", *body, f"SE*{len(body) + 2}*0001", "GE*1*103", "IEA*1*000000103", ""),
    ]
    return "~".join(segments).encode()


def _benefits(chance: random.Random, count: int) -> Iterator[str]:
    for _ in range(count):
        kind, level = chance.choice(KINDS), chance.choice(("IND", "FAM"))
        types = chance.sample(SERVICE_TYPES, chance.choice((1, 1, 2)))
        amount = f"{chance.randrange(10, 6000)}" if kind != "A" else ""
        share = chance.choice(SHARES) if kind == "A" else ""
        period = chance.choice(("23", "29")) if kind in "CG" else "27"
        network = chance.choice("YYN")
        yield f"EB*{kind}*{level}*{'^'.join(types)}***{period}*{amount}*{share}****{network}"
        if chance.random() < 0.1:
            yield f"HSD*VS*{chance.randrange(10, 60)}***23*1"
        if chance.random() < 0.15:
            yield "DTP*348*RD8*20260101-20261231"
        if chance.random() < 0.3:
            yield f"MSG*{chance.choice(('SPECIALIST VISIT', 'PRIMARY CARE VISIT', 'AFTER THE DEDUCTIBLE'))}"
        if chance.random() < 0.1:
            yield "III*ZZ*11"
        if chance.random() < 0.05:
            yield from (
                "LS*2120",
                "NM1*P3*1*NGUYEN*KIRA****XX*1760854442",
                "PER*IC**TE*8005550104",
                "LE*2120",
            )


@benchmark("eligibility.normalise", limit=12.0)
def answer_normalised() -> Figure:
    content = answer_file()
    asked = Asked(DAY, ("30", "98"), "CHK-1", "9EXAMPLE01")
    if normalise(content, asked).outcome is not Outcome.ANSWERED:
        raise ValueError("The answer made for the benchmark is not read as one.")

    def split() -> None:
        for _ in range(ANSWERS):
            for segment in content.decode().split("~"):
                segment.split("*")

    def read() -> None:
        for _ in range(ANSWERS):
            normalise(content, asked)

    floor, reading = interleaved(split, read, repeats=REPEATS)
    return Figure(
        reading / floor, f"{ANSWERS / reading:,.0f} answers/s; floor and reading {times((floor, reading))}"
    )
