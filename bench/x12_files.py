"""Made-up remittances and claim files of any size for the benchmarks: balanced, seeded, nobody's data."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

LAST = [
    "ABBOTT",
    "BAKER",
    "CASTRO",
    "DIAZ",
    "ELLIS",
    "FOSTER",
    "GARCIA",
    "HUGHES",
    "IRWIN",
    "JENSEN",
    "KELLER",
    "LOPEZ",
    "MASON",
    "NGUYEN",
    "ORTEGA",
]
FIRST = [
    "ALMA",
    "BRUNO",
    "CLARA",
    "DEVON",
    "ELENA",
    "FELIX",
    "GRETA",
    "HUGO",
    "IRIS",
    "JONAS",
    "KIRA",
    "LEO",
    "MAYA",
    "NOAH",
    "OLIVE",
    "PABLO",
    "ROSA",
]
PROCEDURES = [
    "99213",
    "99214",
    "99203",
    "99204",
    "36415",
    "80053",
    "85025",
    "93000",
    "71046",
    "97110",
    "97140",
    "90837",
    "J1885",
    "G0439",
    "45378",
]
MODIFIERS = ("", "", "", ":25", ":59", ":RT", ":TC")
DIAGNOSES = [
    "E119",
    "I10",
    "M545",
    "J069",
    "F329",
    "Z0000",
    "R079",
    "K219",
    "N390",
    "M25561",
    "G4733",
    "E785",
]
NPIS = ("1234567893", "1760854442", "1003000126", "1679576722")
LINES_PER_CLAIM = (1, 1, 1, 2, 2, 2, 3, 3, 4, 5, 6)


def amount(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02}".rstrip("0").rstrip(".")


def remittance_file(path: Path, claims: int, *, per_set: int = 250, seed: int = 1) -> Path:
    """An 835 of so many claim payments: paid, denied and secondary, with MOA, remarks and claim numbers."""
    chance = random.Random(seed)
    sets = range(0, claims, per_set)
    with path.open("w", newline="") as file:
        file.write(
            "ISA*00*          *00*          *ZZ*PAYER          *ZZ*PROVIDER       *261001*0930*^*00501*000000101*0*T*:~"
            "GS*HP*PAYER*PROVIDER*20261001*0930*101*X*005010X221A1~"
        )
        for number, first in enumerate(sets, 1):
            file.write(_remittance(chance, number, first, min(per_set, claims - first)))
        file.write(f"GE*{len(sets)}*101~IEA*1*000000101~")
    return path


def _remittance(chance: random.Random, number: int, first: int, claims: int) -> str:
    body: list[str] = []
    total = 0
    for index in range(claims):
        if index % 50 == 0:
            body.append(f"LX*{index // 50 + 1}")
        segments, paid = _claim_payment(chance, first + index)
        body += segments
        total += paid
    method = (
        f"BPR*I*{amount(total)}*C*ACH*CCP*01*999999992*DA*123456*1999999999**01*999988880*DA*98765*20260930"
    )
    head = [
        f"ST*835*{number:04}",
        method if total else "BPR*H*0*C*NON************20260930",
        f"TRN*1*TRACE{number:06}*1999999999",
        "DTM*405*20260930",
        "N1*PR*EXAMPLE HEALTH PLAN*XV*EHP01",
        "N3*100 SAMPLE PLAZA",
        "N4*SPRINGFIELD*IL*62701",
        "PER*BL*EDI SUPPORT*TE*8005550102",
        f"N1*PE*EXAMPLE MEDICAL GROUP*XX*{NPIS[number % 4]}",
        "REF*TJ*990000001",
    ]
    return "~".join((*head, *body, f"SE*{len(head) + len(body) + 1}*{number:04}")) + "~"


def _claim_payment(chance: random.Random, number: int) -> tuple[list[str], int]:
    is_denied = chance.random() < 0.06
    lines: list[str] = []
    charged = paid = owed = 0
    for line in range(1, chance.choice(LINES_PER_CLAIM) + 1):
        segments, charge, payment, share = _service_line(chance, number, line, is_denied)
        lines += segments
        charged, paid, owed = charged + charge, paid + payment, owed + share
    status = "4" if is_denied else chance.choice(("1", "1", "1", "1", "2", "19"))
    head = [
        f"CLP*PT{number:07}*{status}*{amount(charged)}*{amount(paid)}*{amount(owed) if owed else ''}*12"
        f"*ICN{number:011}*11*1",
        f"NM1*QC*1*{chance.choice(LAST)}*{chance.choice(FIRST)}****MI*W{chance.randrange(10**9):09}",
        f"NM1*82*1*{chance.choice(LAST)}*{chance.choice(FIRST)}****XX*{chance.choice(NPIS)}",
    ]
    if chance.random() < 0.1:
        head.append("MOA***MA01*MA18")
    head.append(f"REF*EA*MRN{chance.randrange(10**7):07}")
    if chance.random() < 0.4:
        head.append(f"REF*1L*GRP{chance.randrange(10**5):05}")
    head += ["DTM*232*20260310", "DTM*233*20260310", "DTM*050*20260915"]
    if chance.random() < 0.3:
        head.append(f"AMT*AU*{amount(charged)}")
    return head + lines, paid


def _service_line(
    chance: random.Random, number: int, line: int, is_denied: bool
) -> tuple[list[str], int, int, int]:
    charge = chance.randrange(2500, 95000)
    allowed = 0 if is_denied else int(charge * chance.uniform(0.35, 0.9))
    share = chance.randrange(allowed // 2) if allowed and chance.random() < 0.5 else 0
    procedure = f"HC:{chance.choice(PROCEDURES)}{chance.choice(MODIFIERS)}"
    segments = [
        f"SVC*{procedure}*{amount(charge)}*{amount(allowed - share)}**{chance.choice((1, 1, 1, 2))}",
        "DTM*472*20260310",
        f"CAS*CO*{'16' if is_denied else '45'}*{amount(charge - allowed)}",
    ]
    if share:
        coinsurance = share // 3
        segments.append(f"CAS*PR*1*{amount(share - coinsurance)}**2*{amount(coinsurance)}")
    segments.append(f"REF*6R*{number}-{line}")
    if chance.random() < 0.3:
        segments.append(f"REF*HPI*{chance.choice(NPIS)}")
    if allowed:
        segments.append(f"AMT*B6*{amount(allowed)}")
    if is_denied or chance.random() < 0.2:
        segments.append(f"LQ*HE*{chance.choice(('N290', 'M51', 'MA130', 'N115'))}")
    return segments, charge, allowed - share, share


def claim_file(path: Path, claims: int, *, per_set: int = 500, seed: int = 1) -> Path:
    """An 837P of so many claims: a quarter of dependents, a tenth with another payer's decision by line."""
    chance = random.Random(seed)
    sets = range(0, claims, per_set)
    with path.open("w", newline="") as file:
        file.write(
            "ISA*00*          *00*          *ZZ*PROVIDER       *ZZ*PAYER          *261001*0930*^*00501*000000102*0*T*:~"
            "GS*HC*PROVIDER*PAYER*20261001*0930*102*X*005010X222A1~"
        )
        for number, first in enumerate(sets, 1):
            body = list(_batch(chance, number, first, min(per_set, claims - first)))
            file.write("~".join((*body, f"SE*{len(body) + 1}*{number:04}")) + "~")
        file.write(f"GE*{len(sets)}*102~IEA*1*000000102~")
    return path


def _batch(chance: random.Random, number: int, first: int, claims: int) -> Iterator[str]:
    yield f"ST*837*{number:04}*005010X222A1"
    yield f"BHT*0019*00*BATCH{number:06}*20261001*0930*CH"
    yield "NM1*41*2*EXAMPLE BILLING SERVICE*****46*SUB001"
    yield "PER*IC*EDI DESK*TE*8005550103"
    yield "NM1*40*2*EXAMPLE CLEARINGHOUSE*****46*CLR001"
    yield "HL*1**20*1"
    yield "PRV*BI*PXC*207Q00000X"
    yield f"NM1*85*2*EXAMPLE MEDICAL GROUP*****XX*{NPIS[number % 4]}"
    yield from ("N3*200 TEST AVE", "N4*SPRINGFIELD*IL*627011234", "REF*EI*990000001")
    level = 1
    for index in range(claims):
        is_dependent, has_other = chance.random() < 0.25, chance.random() < 0.1
        level += 1
        yield from _subscriber(chance, level, is_dependent, has_other)
        if is_dependent:
            level += 1
            yield from (f"HL*{level}*{level - 1}*23*0", "PAT*19", "NM1*QC*1*DIAZ*LEO")
            yield from ("N3*7 SAMPLE ST", "N4*SPRINGFIELD*IL*627011234", "DMG*D8*20120301*M")
        yield from _claim(chance, first + index, has_other)


def _subscriber(chance: random.Random, level: int, is_dependent: bool, has_other: bool) -> Iterator[str]:
    yield f"HL*{level}*1*22*{int(is_dependent)}"
    yield f"SBR*{'S' if has_other else 'P'}*{'' if is_dependent else '18'}*GRP{chance.randrange(10**5):05}******CI"
    yield f"NM1*IL*1*{chance.choice(LAST)}*{chance.choice(FIRST)}****MI*W{chance.randrange(10**9):09}"
    if not is_dependent:
        yield from ("N3*7 SAMPLE ST", "N4*SPRINGFIELD*IL*627011234", "DMG*D8*19700301*F")
    yield "NM1*PR*2*EXAMPLE HEALTH PLAN*****PI*EHP01"


def _claim(chance: random.Random, number: int, has_other: bool) -> Iterator[str]:
    charges = [chance.randrange(2500, 95000) for _ in range(chance.choice(LINES_PER_CLAIM))]
    diagnoses = chance.sample(DIAGNOSES, chance.randint(1, 4))
    yield f"CLM*PT{number:07}*{amount(sum(charges))}***11:B:1*Y*A*Y*Y*P"
    if chance.random() < 0.15:
        yield f"REF*G1*AUTH{number:06}"
    yield f"REF*D9*CH{number:012}"
    yield "*".join(("HI", f"ABK:{diagnoses[0]}", *(f"ABF:{code}" for code in diagnoses[1:])))
    yield f"NM1*82*1*{chance.choice(LAST)}*{chance.choice(FIRST)}****XX*{chance.choice(NPIS)}"
    yield "PRV*PE*PXC*207Q00000X"
    if chance.random() < 0.4:
        yield from (
            f"NM1*77*2*EXAMPLE CLINIC*****XX*{NPIS[0]}",
            "N3*7 SAMPLE ST",
            "N4*SPRINGFIELD*IL*627011234",
        )
    if has_other:
        yield from (
            "SBR*P*18*GRP1******CI",
            f"AMT*D*{amount(sum(charge // 2 for charge in charges))}",
            "OI***Y***Y",
        )
        yield from ("NM1*IL*1*DIAZ*ROSA****MI*Z123456789", "NM1*PR*2*OTHER PAYER*****PI*OTH99")
    for line, charge in enumerate(charges, 1):
        procedure = f"HC:{chance.choice(PROCEDURES)}{chance.choice(MODIFIERS)}"
        yield f"LX*{line}"
        yield f"SV1*{procedure}*{amount(charge)}*UN*1***{':'.join('1234'[: len(diagnoses)])}"
        yield "DTP*472*D8*20260310"
        yield f"REF*6R*{number}.{line}"
        if has_other:
            paid = charge // 2
            yield f"SVD*OTH99*{amount(paid)}*{procedure}**1"
            yield f"CAS*CO*45*{amount(charge - paid)}"
            yield "DTP*573*D8*20260915"
