"""Medicaid, Medicare, dental, and answers shaped as single payers send them."""

from __future__ import annotations

from tests.eligibility.expected.model import Expected

VALE = "L P3 IDRIS VALE 1942788757 2185550177"
HARBOR = "SUMMIT MUTUAL SM220"
MEDICARE_ROWS = (
    "DEDUCTIBLE_TOTAL 30 MA per 26 $1676",
    "DEDUCTIBLE_TOTAL 30 MB per 23 $257",
    "DEDUCTIBLE_REMAINING 30 MB of 23 $120.5",
    "COINSURANCE 30 MB 20%",
    "LIMIT_REMAINING AG MA 80 DY",
)
MEDICARE_USED = "DEDUCTIBLE_USED 30 MB of 23 $136.5 derived"
MEDICARE = Expected(
    plans=("MA", "MB"), covered="30 30", rows=(*MEDICARE_ROWS, MEDICARE_USED), flags="not_an_mbi"
)
CONNECTICUT = Expected(
    plans=("HUSKY D MC",),
    covered="30",
    rows=("COPAY 98 IN per 27 $0", "COPAY 88 IN per 27 $0"),
    entities=("R OT VN CONNECTICUT DENTAL PARTNERS CD074 8005550174",),
    flags="medicaid other_payer",
)


def aetna_better_health(number: str) -> Expected:
    return Expected(
        plans=("MC",),
        covered="30",
        rows=("COPAY 98 IN per 27 $0", "COPAY 88 IN per 27 $0", "COPAY 50 IN per 27 $0"),
        entities=(VALE,),
        flags="medicaid",
        numbers=f"NQ={number}",
    )


PROGRAMS: dict[str, Expected] = {
    "000023": MEDICARE,
    "MA/MB": MEDICARE,
    "000023-MBI": Expected(
        plans=("MA", "MB"), covered="30 30", rows=(*MEDICARE_ROWS, MEDICARE_USED), member="1EG4TE5MK73"
    ),
    "CMSMED": Expected(
        plans=("MA", "MB"),
        covered="30 30",
        rows=(*MEDICARE_ROWS, "COPAY 68 MB per 27 $0", MEDICARE_USED),
        notes=("ANNUAL WELLNESS VISIT, NEXT ELIGIBLE DATE IS THE FIRST OF NEXT JANUARY",),
        entities=(f"R 12 PRP {HARBOR} WORK5512 8005550142",),
        flags="other_payer not_an_mbi",
        numbers="IG=WORK5512",
    ),
    "CMSMED-MA": Expected(
        plans=("MA", "MB"),
        covered="30 30",
        rows=(*MEDICARE_ROWS, MEDICARE_USED),
        entities=("R HN PRP LAKE ADVANTAGE LA081 8005550181",),
        flags="medicare_advantage other_payer not_an_mbi",
        numbers="18=H1234",
    ),
    "00036": Expected(
        plans=("FULL MEDICAID MC",),
        covered="30",
        rows=("SPEND_DOWN 30 per 34 $0",),
        entities=("R HM PRP SUNRISE MANAGED CARE SM036 8005550136", VALE),
        flags="medicaid other_payer spend_down",
        numbers="NQ=9900036001",
    ),
    "000042": Expected(
        plans=("STATE MEDICAID MC",),
        covered="30",
        rows=("COPAY 98 IN per 27 $0",),
        entities=(f"R C1 PRP {HARBOR} SG88412 8005550142",),
        flags="medicaid other_payer",
        numbers="1L=SG88412 6P=88412",
    ),
    "000074": CONNECTICUT,
    "CT": CONNECTICUT,
    "ABHFL": aetna_better_health("9900100001"),
    "ABHKY": aetna_better_health("9900100002"),
    "ABHLA": aetna_better_health("9900100003"),
    "ABHMO": aetna_better_health("9900100004"),
    "ILMSA": aetna_better_health("9900100005"),
    "ISCAM": Expected(
        plans=("MC",),
        covered="30",
        rows=("SPEND_DOWN 30 per 34 $75",),
        notes=("EVC NO 1234A5678B",),
        flags="medicaid spend_down",
        numbers="EVC=1234A5678B",
    ),
    "TX": Expected(
        plans=("MC",),
        covered="30",
        entities=("R HM PRP LONE STAR CARE LS200 8005550120", "L P3 IDRIS VALE 1942788757"),
        flags="medicaid other_payer",
        numbers="NQ=9900200001",
    ),
    "DENTAL": Expected(
        plans=("LAKE DENTAL PPO",),
        covered="35 23 24 25 26 27 28 36 37 38 39 40 41",
        rows=(
            *(f"COINSURANCE {code} IN 0%" for code in ("23", "41")),
            *(f"COINSURANCE {code} IN 20%" for code in ("24", "25", "26")),
            *(f"COINSURANCE {code} IN 50%" for code in ("27", "28", "36", "39", "40")),
            "DEDUCTIBLE_TOTAL 35 IN per 23 $50",
            "LIMIT_TOTAL 35 IN per 23 $1500",
            "LIMIT_REMAINING 35 IN of 23 $1160",
            "LIMIT_TOTAL AD:D0120 IN per 23 2 VS",
            "NOT_COVERED 38",
        ),
    ),
}
BOTH_NETWORKS = (
    "DEDUCTIBLE_TOTAL 30 IN per 23 $1250",
    "DEDUCTIBLE_REMAINING 30 IN of 23 $800",
    "DEDUCTIBLE_TOTAL 30 FAM IN per 23 $2500",
    "DEDUCTIBLE_REMAINING 30 FAM IN of 23 $1900",
    "DEDUCTIBLE_TOTAL 30 OUT per 23 $2500",
    "DEDUCTIBLE_REMAINING 30 OUT of 23 $2500",
    "DEDUCTIBLE_TOTAL 30 FAM OUT per 23 $5000",
    "DEDUCTIBLE_REMAINING 30 FAM OUT of 23 $5000",
    "OUT_OF_POCKET_TOTAL 30 IN per 23 $4500",
    "OUT_OF_POCKET_REMAINING 30 IN of 23 $4050",
    "OUT_OF_POCKET_TOTAL 30 FAM IN per 23 $9000",
    "OUT_OF_POCKET_REMAINING 30 FAM IN of 23 $8400",
    "OUT_OF_POCKET_TOTAL 30 OUT per 23 $9000",
    "OUT_OF_POCKET_REMAINING 30 OUT of 23 $9000",
    "OUT_OF_POCKET_TOTAL 30 FAM OUT per 23 $18000",
    "OUT_OF_POCKET_REMAINING 30 FAM OUT of 23 $18000",
    "COINSURANCE 30 IN 20%",
    "COINSURANCE 30 OUT 40%",
)
BOTH_NETWORKS_USED = (
    "DEDUCTIBLE_USED 30 IN of 23 $450 derived",
    "DEDUCTIBLE_USED 30 FAM IN of 23 $600 derived",
    "DEDUCTIBLE_USED 30 OUT of 23 $0 derived",
    "DEDUCTIBLE_USED 30 FAM OUT of 23 $0 derived",
    "OUT_OF_POCKET_USED 30 IN of 23 $450 derived",
    "OUT_OF_POCKET_USED 30 FAM IN of 23 $600 derived",
    "OUT_OF_POCKET_USED 30 OUT of 23 $0 derived",
    "OUT_OF_POCKET_USED 30 FAM OUT of 23 $0 derived",
)
HUMANA = Expected(
    plans=("HUMANA GOLD PLUS HM",),
    covered="30",
    rows=(
        "DEDUCTIBLE_TOTAL 30 IN HM per 23 $0",
        "OUT_OF_POCKET_TOTAL 30 IN HM per 23 $3900",
        "OUT_OF_POCKET_REMAINING 30 IN HM of 23 $3350",
        "COPAY 98 IN HM per 27 $10",
        "OUT_OF_POCKET_USED 30 IN HM of 23 $550 derived",
    ),
    notes=("OUTPATIENT SURGERY AT CONTRACTED CENTERS ONLY",),
)

PAYERS: dict[str, Expected] = {
    "000067": Expected(
        plans=("PAA CORE", "PAA PLUS"),
        covered="30 30",
        rows=(
            "DEDUCTIBLE_TOTAL 30 IN per 23 $1000",
            "DEDUCTIBLE_REMAINING 30 IN of 23 $600",
            "DEDUCTIBLE_TOTAL 30 IN per 23 $400",
            "DEDUCTIBLE_USED 30 IN of 23 $400 derived",
        ),
        notes=("THIS IS NOT A GUARANTEE OF PAYMENT", "BENEFITS ARE SUBJECT TO THE TERMS OF THE PLAN"),
        numbers="6P=PAA6700",
    ),
    "000068": Expected(
        plans=("PAA CORE",),
        covered="30",
        rows=(
            "DEDUCTIBLE_TOTAL 30 IN per 23 $1000",
            "DEDUCTIBLE_REMAINING 30 IN of 23 $600",
            "NOT_COVERED 33",
            "DEDUCTIBLE_USED 30 IN of 23 $400 derived",
        ),
        notes=("LIMITED TO PRIMARY CARE", "THIS IS NOT A GUARANTEE OF PAYMENT"),
        numbers="6P=PAA6700",
    ),
    "000081": Expected(
        plans=("WELLCARE VALUE HN",),
        covered="30",
        rows=("COPAY 98 IN HN per 27 $0", "COPAY UC IN HN per 27 $35", "COPAY 86 BOTH HN per 27 $120"),
        entities=(VALE,),
        flags="medicare_advantage",
    ),
    "000082": Expected(
        plans=("BLUE CHOICE PPO PR",),
        covered="30",
        rows=(*BOTH_NETWORKS, *BOTH_NETWORKS_USED),
        numbers="18=GA-PPO-82 6P=GA8200",
    ),
    "000083": HUMANA,
    "HUM": HUMANA,
    "AETNX": Expected(
        plans=("AETNA CHOICE POS II",),
        covered="30 1 33 47 48 50 86 88 98 AL MH UC",
        rows=(
            *BOTH_NETWORKS,
            "COPAY 98 IN per 27 $25",
            "COPAY UC IN per 27 $50",
            "COPAY 86 BOTH per 27 $200",
            "COINSURANCE 48 IN 20% authorization",
            "COINSURANCE 48 OUT 40% authorization",
            *BOTH_NETWORKS_USED,
        ),
        flags="authorization",
        numbers="6P=0724411",
    ),
    "BCCTC": Expected(
        plans=("CENTURY PREFERRED",),
        covered="30 98 UC",
        rows=(
            "DEDUCTIBLE_TOTAL 30 IN per 23 $500",
            "OUT_OF_POCKET_TOTAL 30 IN per 23 $3500",
            "COINSURANCE 48 IN 10%",
            "COPAY 98 IN per 27 $15 contested",
            "COPAY 98 IN per 27 $40 contested",
        ),
        notes=("TIER 1", "TIER 2"),
    ),
    "BCNJC": Expected(
        plans=("HORIZON DIRECT ACCESS",),
        covered="30",
        rows=(
            "LIMIT_TOTAL AC IN per 23 30 VS",
            "LIMIT_REMAINING AC IN of 23 18 VS",
            "LIMIT_TOTAL 33 IN 25 VS",
        ),
        notes=("ONE VISIT A DAY",),
        numbers="6P=NJ76001",
    ),
    "CABC": Expected(
        plans=("PLATINUM FULL PPO 250 15 OFFEX",),
        covered="30",
        rows=(
            "DEDUCTIBLE_TOTAL 30 IN per 23 $250",
            "COPAY 98 IN per 27 $15",
            "OUT_OF_POCKET_TOTAL 30 IN per 23 $4500",
        ),
        numbers="6P=W0055341",
    ),
    "CNTCR": Expected(
        plans=("CHOICE SOLO POS",),
        covered="30",
        rows=(
            "DEDUCTIBLE_TOTAL 30 IN per 23 $2000",
            "DEDUCTIBLE_TOTAL 30 FAM IN per 23 $4000",
            "OUT_OF_POCKET_TOTAL 30 IN per 23 $6500",
            "OUT_OF_POCKET_TOTAL 30 FAM IN per 23 $13000",
        ),
        numbers="6P=CC55001",
    ),
    "COVON": Expected(
        plans=("COVENTRYONE",),
        covered="30",
        rows=(
            "DEDUCTIBLE_TOTAL 30 IN per 23 $3000",
            "OUT_OF_POCKET_TOTAL 30 IN per 23 $6000",
            "COPAY 98 IN per 27 $35",
            "COINSURANCE 30 IN 30%",
        ),
    ),
    "MEDX": Expected(
        plans=("MEDEX SP",),
        covered="30",
        entities=("R MP PRP MEDICARE CMS00",),
        flags="supplement other_payer",
    ),
    "MMSI": Expected(
        plans=("NORTH COUNTRY EMPLOYEE PLAN",),
        covered="30",
        rows=(
            "COINSURANCE 98 IN 10% contested",
            "COINSURANCE 98 IN 25% contested",
            "COINSURANCE 98 OUT 50%",
        ),
        notes=("TIER 1 NETWORK", "TIER 2 NETWORK"),
        numbers="6P=MM10020",
    ),
    "TRICE": Expected(
        plans=("TRICARE PRIME",),
        covered="30",
        rows=(
            "OUT_OF_POCKET_TOTAL 30 FAM IN per 23 $1000",
            "OUT_OF_POCKET_REMAINING 30 FAM IN of 23 $865",
            "OUT_OF_POCKET_USED 30 FAM IN of 23 $135 derived",
        ),
        entities=(VALE, "U X3 TRICARE WEST REGION 8005550187"),
        patient="JOHNTWO 01",
    ),
    "TXBCBS": Expected(
        plans=("BLUE ADVANTAGE HMO HM",),
        covered="30",
        rows=("COPAY 98 IN HM per 27 $30", "NOT_COVERED 30 OUT HM"),
        notes=("PCP REFERRAL REQUIRED FOR SPECIALISTS",),
        entities=(VALE,),
        flags="referral",
    ),
    "UHC": Expected(
        plans=("CHOICE PLUS",),
        covered="30 1 33 35 47 48 50 86 88 98 AL MH UC",
        rows=(
            *BOTH_NETWORKS,
            "COPAY 98 IN per 27 $25",
            "COPAY UC IN per 27 $75",
            "COPAY 86 BOTH per 27 $300",
            "COPAY 33 IN per 27 $25",
            "COPAY 88 IN per 27 $10",
            *(f"COINSURANCE {code} IN 20% authorization" for code in ("47", "48", "50")),
            *(f"COINSURANCE {code} OUT 40% authorization" for code in ("47", "48", "50")),
            "LIMIT_TOTAL AC IN per 23 60 VS",
            "LIMIT_REMAINING AC IN of 23 44 VS",
            *BOTH_NETWORKS_USED,
        ),
        entities=("1 VN OPTUM BEHAVIORAL HEALTH OB001 8005550188",),
        flags="authorization",
        numbers="6P=0902211",
    ),
}
