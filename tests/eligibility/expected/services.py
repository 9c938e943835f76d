"""One kind of service, and the shapes amounts are sent in."""

from __future__ import annotations

from tests.eligibility.expected.first import HOME_HEALTH, PHARMACY, REHABILITATION
from tests.eligibility.expected.model import Expected

HOSPITAL_ROWS = (
    "COINSURANCE 48 IN 20%",
    "COPAY 50 IN per 27 $150",
    "DEDUCTIBLE_TOTAL 30 IN per 23 $1500",
    "DEDUCTIBLE_REMAINING 30 IN of 23 $900",
)
HOSPITAL_USED = "DEDUCTIBLE_USED 30 IN of 23 $600 derived"
HOSPITAL = {"plans": ("BEDROCK PLAN",), "covered": "30 47 48 50"}
MEDICAL = {
    "plans": ("BEDROCK PLAN",),
    "covered": "30 1",
    "rows": ("COPAY 98 IN per 27 $25", "COINSURANCE 1 IN 10%"),
}
CORE = "1 33 35 47 48 50 86 88 98 AL MH UC"

SERVICES: dict[str, Expected] = {
    "000010": Expected(**HOSPITAL, rows=(*HOSPITAL_ROWS, HOSPITAL_USED)),
    "000011": Expected(**REHABILITATION),
    "000012": Expected(**MEDICAL),
    "000013": Expected(
        plans=("HMO BLUE HM",),
        covered="30 A9 AB AC",
        rows=(
            "COPAY AC IN HM per 27 $40 authorization",
            "LIMIT_TOTAL AC IN HM per 23 20 VS authorization",
            "LIMIT_REMAINING AC IN HM of 23 12 VS authorization",
        ),
        entities=("L P3 IDRIS VALE 1942788757 2185550177",),
        flags="authorization",
        member="HMO4410013",
    ),
    "000014": Expected(
        plans=("CLEAR SIGHT",),
        covered="30 AL AO",
        rows=("COPAY AL IN per 27 $10", "LIMIT_TOTAL AN IN per 22 1 VS", "LIMIT_TOTAL AM IN per 22 $130"),
    ),
    "000015": Expected(**HOME_HEALTH),
    "000016": Expected(**PHARMACY, plans=("BEDROCK PLAN",), numbers="CE=STANDARD FO=66012"),
    "000017": Expected(
        plans=("GRANITE FAMILY PLAN",),
        covered="30 1",
        rows=(
            "COPAY 98 IN per 27 $25",
            "COINSURANCE 1 IN 10%",
            "DEDUCTIBLE_TOTAL 30 FAM IN per 23 $3000",
            "DEDUCTIBLE_REMAINING 30 FAM IN of 23 $2500",
            "DEDUCTIBLE_USED 30 FAM IN of 23 $500 derived",
        ),
    ),
    "000018": Expected(
        plans=("BEDROCK PLAN",),
        covered="30 86",
        rows=("COPAY 86 BOTH per 27 $250",),
        notes=("WAIVED IF ADMITTED",),
    ),
    "000019": Expected(**REHABILITATION, member="BRK4410019"),
    "000020": Expected(**{**REHABILITATION, "rows": (*REHABILITATION["rows"], "COINSURANCE AC OUT 40%")}),
    "000021": Expected(**REHABILITATION, member="BRK4410021"),
    "000022": Expected(
        **MEDICAL,
        notes=("BENEFIT DESCRIPTION ROW - OFFICE SURGERY FOLLOWS THE OFFICE VISIT",),
    ),
    "000024": Expected(
        plans=("BEDROCK PLAN",),
        covered=f"30 {CORE}",
        rows=(
            "DEDUCTIBLE_TOTAL 30 IN per 23 $1000",
            "DEDUCTIBLE_REMAINING 30 IN of 23 $250",
            "DEDUCTIBLE_TOTAL 30 FAM IN per 23 $2000",
            "DEDUCTIBLE_REMAINING 30 FAM IN of 23 $1250",
            "OUT_OF_POCKET_TOTAL 30 IN per 23 $5000",
            "OUT_OF_POCKET_REMAINING 30 IN of 23 $4250",
            "OUT_OF_POCKET_TOTAL 30 FAM IN per 23 $10000",
            "OUT_OF_POCKET_REMAINING 30 FAM IN of 23 $9250",
            "DEDUCTIBLE_USED 30 IN of 23 $750 derived",
            "DEDUCTIBLE_USED 30 FAM IN of 23 $750 derived",
            "OUT_OF_POCKET_USED 30 IN of 23 $750 derived",
            "OUT_OF_POCKET_USED 30 FAM IN of 23 $750 derived",
        ),
    ),
    "000024-PART": Expected(plans=("BEDROCK PLAN",), covered="30 1 47 48 50 86 98"),
    "000025": Expected(
        **{
            **REHABILITATION,
            "plans": ("PLAN A MEDICAL", "PLAN B SUPPLEMENTAL SP"),
            "covered": "30 30 A9 AB AC A9 AB AC",
            "flags": "supplement authorization",
        }
    ),
    "000026": Expected(**HOSPITAL, rows=(*HOSPITAL_ROWS, HOSPITAL_USED), flags="authorization"),
    "000027": Expected(**HOSPITAL, rows=(*HOSPITAL_ROWS, HOSPITAL_USED)),
    "000028": Expected(
        **HOSPITAL,
        rows=(
            *HOSPITAL_ROWS,
            "COINSURANCE 48 OUT 50%",
            "DEDUCTIBLE_TOTAL 30 OUT per 23 $4500",
            "DEDUCTIBLE_REMAINING 30 OUT of 23 $4500",
            "NOT_COVERED 50 OUT",
            HOSPITAL_USED,
            "DEDUCTIBLE_USED 30 OUT of 23 $0 derived",
        ),
        numbers="N5=NET2800",
    ),
}

LOW = (
    "DEDUCTIBLE_TOTAL 30 IN per 23 $250",
    "DEDUCTIBLE_REMAINING 30 IN of 23 $0",
    "COPAY 98 IN per 27 $20",
    "COPAY UC IN per 27 $50",
    "COPAY 86 BOTH per 27 $250",
    "COPAY 33 IN per 27 $30",
    "COPAY AL IN per 27 $10",
    "COPAY 88 IN per 27 $10",
    "COPAY MH IN per 27 $20",
    "OUT_OF_POCKET_TOTAL 30 IN per 23 $2000",
    "OUT_OF_POCKET_REMAINING 30 IN of 23 $1400",
)
LOW_USED = ("DEDUCTIBLE_USED 30 IN of 23 $250 derived", "OUT_OF_POCKET_USED 30 IN of 23 $600 derived")


def each_service() -> tuple[str, ...]:
    """Twelve services, each with a total and what remains for person and family, in network and out."""
    rows, used = ["DEDUCTIBLE_TOTAL 30 IN per 23 $2000", "DEDUCTIBLE_REMAINING 30 IN of 23 $1500"], []
    used.append("DEDUCTIBLE_USED 30 IN of 23 $500 derived")
    for place, code in enumerate(CORE.split()):
        for level, people in (("", 1), ("FAM ", 2)):
            for network, dearer in (("IN", 1), ("OUT", 2)):
                total, spent = (100 + 25 * place) * people * dearer, 10 * (place + 1) * people
                at = f"{code} {level}{network}"
                rows.append(f"DEDUCTIBLE_TOTAL {at} per 23 ${total}")
                rows.append(f"DEDUCTIBLE_REMAINING {at} of 23 ${total - spent}")
                used.append(f"DEDUCTIBLE_USED {at} of 23 ${spent} derived")
    return (*rows, *used)


SHAPES: dict[str, Expected] = {
    "000039": Expected(
        plans=("BEDROCK PLAN",),
        covered="30",
        rows=(
            "DEDUCTIBLE_TOTAL 30 IN per 23 $1500",
            "DEDUCTIBLE_TOTAL 48 IN per 23 $500",
            "DEDUCTIBLE_TOTAL 33 IN per 23 $250",
        ),
    ),
    "000040": Expected(plans=("",), covered="-", rows=("NOT_COVERED 35", "NOT_COVERED AL")),
    "000044": Expected(
        plans=("SUMMIT 9000",),
        covered="30",
        rows=(
            "OUT_OF_POCKET_TOTAL 30 IN per 23 $9000",
            "OUT_OF_POCKET_REMAINING 30 IN of 23 $8800",
            "OUT_OF_POCKET_USED 30 IN of 23 $200 derived",
        ),
    ),
    "000045": Expected(plans=("LOW 250",), covered="30", rows=(*LOW, "COINSURANCE 48 IN 10%", *LOW_USED)),
    "000046": Expected(plans=("LOW 250",), covered="30", rows=(*LOW, *LOW_USED)),
    "000047": Expected(
        plans=("LOW 250",),
        covered="30",
        rows=(
            "DEDUCTIBLE_TOTAL 30 IN per 23 $250",
            "DEDUCTIBLE_TOTAL 30 FAM IN per 23 $500",
            "OUT_OF_POCKET_TOTAL 30 IN per 23 $1500",
            "OUT_OF_POCKET_TOTAL 30 FAM IN per 23 $3000",
            "COINSURANCE 30 IN 10%",
            "COPAY 98 IN per 27 $20",
            "COPAY UC IN per 27 $40",
        ),
    ),
    "000048": Expected(
        plans=("LOW 250",),
        covered="30",
        rows=("DEDUCTIBLE_TOTAL 30 IN per 23 $250", "COINSURANCE 30 IN 20%"),
    ),
    "000049": Expected(
        plans=("MANY SERVICES",),
        covered=f"30 {CORE}",
        rows=(
            "COPAY 98 IN per 27 $30",
            "COPAY UC IN per 27 $30",
            "COPAY 98 OUT per 27 $60",
            "COPAY UC OUT per 27 $60",
            "COPAY 33 IN per 27 $25",
            "COPAY 86 BOTH per 27 $200",
            "COINSURANCE 47 IN 20%",
            "COINSURANCE 48 IN 20%",
            "COINSURANCE 50 IN 20%",
            "COINSURANCE 47 OUT 40%",
            "COINSURANCE 48 OUT 40%",
            "COINSURANCE 50 OUT 40%",
            "COINSURANCE MH IN 10%",
            "DEDUCTIBLE_TOTAL 30 IN per 23 $1200",
            "DEDUCTIBLE_TOTAL 30 FAM IN per 23 $2400",
            "DEDUCTIBLE_TOTAL 30 OUT per 23 $3600",
            "DEDUCTIBLE_TOTAL 35 IN per 23 $50",
            "COPAY AL IN per 27 $15",
            "COPAY 88 IN per 27 $12",
        ),
    ),
    "000050": Expected(
        plans=("SHARED 7200",),
        covered="30",
        rows=("OUT_OF_POCKET_REMAINING 30 IN $7200", "COPAY 98 IN per 27 $35", "COINSURANCE 30 IN 20%"),
    ),
    "000050-ZERO": Expected(
        plans=("SHARED 7200",),
        covered="30",
        rows=(
            "DEDUCTIBLE_TOTAL 30 IN per 23 $0",
            "OUT_OF_POCKET_REMAINING 30 IN $7200",
            "COPAY 98 IN per 27 $35",
            "COINSURANCE 30 IN 20%",
        ),
    ),
    "000051": Expected(
        plans=("COPAY ONLY",),
        covered="30",
        rows=("COPAY 33 IN per 27 $30", "COPAY 98 IN per 27 $20", "COPAY UC IN per 27 $50"),
    ),
    "000052": Expected(
        plans=("NOTHING DOWN",),
        covered="30",
        rows=("DEDUCTIBLE_TOTAL 30 IN per 23 $0", "COPAY 30 IN per 27 $0"),
    ),
    "000052-ABSENT": Expected(plans=("NOTHING DOWN",), covered="30"),
    "000053": Expected(plans=("OPEN PLAN",), covered=f"30 {CORE}"),
    "000054": Expected(
        plans=("CONTRACT YEAR PLAN",),
        covered="30",
        rows=(
            "DEDUCTIBLE_TOTAL AD IN per 25 $1000",
            "DEDUCTIBLE_TOTAL 30 IN per 25 $2000",
            "DEDUCTIBLE_REMAINING 30 IN of 25 $1250",
            "DEDUCTIBLE_TOTAL AD:D0120 IN per 25 $500",
            "DEDUCTIBLE_USED 30 IN of 25 $750 derived",
        ),
    ),
    "000055": Expected(plans=("DEDUCTIBLE OF EACH",), covered="30", rows=each_service()),
    "000056": Expected(
        plans=("",),
        covered="-",
        rows=(
            "COPAY HC:99213 IN C1 per 27 $25 authorization",
            "LIMIT_TOTAL AC per 23 12 VS",
            "LIMIT_TOTAL AF per 23 12 VS",
        ),
        flags="authorization",
    ),
}
