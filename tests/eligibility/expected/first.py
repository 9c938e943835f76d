"""Plain plans, refusals, states, dependents."""

from __future__ import annotations

from tests.eligibility.expected.model import Expected

BEDROCK = {
    "plans": ("BEDROCK PLAN",),
    "covered": "30 88 90 89 54",
    "numbers": "1L=0000000000 18=12345 FO=11111 N6=1111111",
}
NINETY_NINE = " ".join(
    ["30", *map(str, range(1, 29)), *map(str, range(32, 94)), *map(str, range(94, 100)), "A0", "A1"]
)
MESSAGE = (
    "THIS IS A TEST MESSAGE OF 264 CHARACTERS, WHICH IS THE MOST THAT ONE MSG SEGMENT MAY HOLD. IT HAS DIGITS "
    "(0123456789), LOWER CASE (abcdefghij) AND MARKS SUCH AS ! \" & ' ( ) + , - . / ; ? = % @ [ ] _ < > # $. "
    "NOTHING OF IT MAY BE LOST, NOT EVEN THE LAST LETTERS - Z"
)
REHABILITATION = {
    "plans": ("BEDROCK PLAN",),
    "covered": "30 A9 AB AC",
    "rows": (
        "COPAY AC IN per 27 $40 authorization",
        "LIMIT_TOTAL AC IN per 23 20 VS authorization",
        "LIMIT_REMAINING AC IN of 23 12 VS authorization",
    ),
    "flags": "authorization",
}
PHARMACY = {
    "covered": "30 88 89 90",
    "rows": ("COPAY 88 IN per 27 $10", "COPAY 90 IN per 27 $20"),
    "entities": ("1 VN EXTRA RX XR001 8005550116",),
}
HOME_HEALTH = {
    "plans": ("BEDROCK PLAN",),
    "covered": "30 42",
    "rows": ("COINSURANCE 42 IN 0% authorization", "LIMIT_TOTAL 42 IN per 23 60 VS authorization"),
    "notes": ("PRECERT REQUIRED AFTER 20 VISITS",),
    "flags": "authorization",
}
REFUSED = {"status": "UNDETERMINED", "outcome": "REJECTED"}
AT_PROVIDER = {**REFUSED, "member": "", "patient": ""}
UNREADABLE = Expected("UNDETERMINED", "UNPARSEABLE", member="", patient="")
CHILD, SPOUSE = "JOHNTWO 19", "JOHNTWO 01"

FIRST: dict[str, Expected] = {
    "00001": Expected(**BEDROCK),
    "000002": UNREADABLE,
    "00003": Expected(plans=("",), covered=NINETY_NINE, notes=(MESSAGE,)),
    "00004": Expected(**AT_PROVIDER, refusals=("2100B 50 N",)),
    "00005": Expected(**BEDROCK, notes=("NOTHING OF THIS MAY BREAK",)),
    "00006": Expected(
        "UNDETERMINED", "PAYER_UNAVAILABLE", refusals=("2000A 42 R retry",), member="", patient=""
    ),
    "00007": Expected(**{**BEDROCK, "numbers": "EO=77001 1L=0000000000 18=12345 FO=11111 N6=1111111"}),
    "000008": Expected(
        plans=("BEDROCK PLAN",),
        covered="30 91 92 B2",
        rows=("COPAY ZZ:PHYS IN per 27 $20", "COPAY ID:8901 IN per 27 $35"),
        numbers="1L=0000000000 F6=123456789A",
    ),
    "00009": Expected(plans=("BEDROCK PLAN",), covered="30", patient=CHILD),
    "000029": Expected(**AT_PROVIDER, refusals=("2100B 43 C provider",)),
    "000030": Expected(**REFUSED, refusals=("2100C 72 C member_number", "2100C 73 C last_name")),
    "000030-75": Expected("UNDETERMINED", "PERSON_NOT_FOUND", refusals=("2100C 75 C member_number",)),
    "000030-71": Expected(**REFUSED, refusals=("2100C 71 C birth_date",)),
    "000030-58": Expected(**REFUSED, refusals=("2100C 58 C birth_date",)),
    "000030-74": Expected(**REFUSED, refusals=("2100C 74 C sex",)),
    "000031": Expected("INACTIVE", plans=("BEDROCK PLAN INACTIVE",)),
    "000032": Expected(**REFUSED, refusals=("2100C 76 C birth_date",)),
    "000033": Expected(**AT_PROVIDER, refusals=("2100B 51 N provider",)),
    "000034": Expected(**REHABILITATION, patient=CHILD),
    "000035": Expected(**PHARMACY, plans=("BEDROCK PLAN",), numbers="FO=66012", patient=SPOUSE),
    "000036": Expected(**HOME_HEALTH, patient=CHILD),
    "000037": Expected(
        plans=("BEDROCK PLAN",),
        covered="30 A4 A7 A8 MH",
        rows=("COPAY A8 IN per 27 $30",),
        entities=("B VN QUIET MIND BEHAVIORAL QM370 8005550137",),
        flags="sensitive",
        patient=CHILD,
    ),
    "000038": Expected(**REHABILITATION, patient=CHILD),
    "000041": Expected(
        "INACTIVE",
        plans=("BEDROCK PLAN INACTIVE",),
        entities=("W PRP SUMMIT MUTUAL SM220 8005550141",),
    ),
    "000043": Expected(
        "UNDETERMINED",
        notes=("ELIGIBILITY IS KEPT BY THE ADMINISTRATOR NAMED HERE",),
        entities=("W 2B HARBOR BENEFITS ADMINISTRATORS HB430 8005550143",),
    ),
    "000069": Expected(
        "UNDETERMINED",
        notes=("RECORD LOCKED FOR UPDATE, TRY LATER OR CALL",),
        entities=("V PR CEDAR STATE HEALTH 8005550169",),
    ),
    "000070": Expected("UNDETERMINED", entities=("U 2B XYZ BENEFITS 8005550100 www.xyzbenefits.example",)),
    "CIGNA": Expected(
        plans=("OPEN ACCESS PLUS",),
        covered="30",
        rows=(
            "DEDUCTIBLE_TOTAL 30 IN per 23 $750",
            "DEDUCTIBLE_REMAINING 30 IN of 23 $310.25",
            "DEDUCTIBLE_TOTAL 30 FAM IN per 23 $1500",
            "DEDUCTIBLE_REMAINING 30 FAM IN of 23 $1060.25",
            "OUT_OF_POCKET_TOTAL 30 IN per 23 $4000",
            "OUT_OF_POCKET_REMAINING 30 IN of 23 $3560.25",
            "COINSURANCE 30 IN 20%",
            "COPAY 98 IN per 27 $30",
            "DEDUCTIBLE_USED 30 IN of 23 $439.75 derived",
            "DEDUCTIBLE_USED 30 FAM IN of 23 $439.75 derived",
            "OUT_OF_POCKET_USED 30 IN of 23 $439.75 derived",
        ),
        numbers="6P=3210987",
        patient=SPOUSE,
    ),
}
