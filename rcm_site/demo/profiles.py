"""Who the demonstration is about. All of it is invented; NPIs pass the check digit and belong to nobody."""

from clearinghouse.simulator.adjudication import PayerProfile
from clearinghouse.simulator.practice_system import PracticeProfile

# In the order in which they pay, a few days apart.
PAYERS = (
    PayerProfile("Lakeshore Medicaid Plan", "LMP04", "990001004", rate=0.38, days_to_pay=30),
    PayerProfile("Union Trades Benefit Fund", "UTB05", "990001005", rate=0.72, days_to_pay=37),
    PayerProfile("Prairie Mutual Health", "PMH01", "990001001", rate=0.58, days_to_pay=21),
    PayerProfile("Keystone Plan of Illinois", "KPI02", "990001002", rate=0.66, days_to_pay=16),
    PayerProfile(
        "Medicare Part B (simulated)", "MCB03", "990001003", rate=0.49, days_to_pay=14, sequesters=True
    ),
)
PAYER_KINDS = {
    "PMH01": "commercial_par_generic",
    "KPI02": "bcbs_generic",
    "MCB03": "medicare_ffs",
    "LMP04": "medicaid_managed_care",
    "UTB05": "commercial_nonpar_generic",
}
FILING_INDICATORS = {"PMH01": "CI", "KPI02": "BL", "MCB03": "MB", "LMP04": "MC", "UTB05": "CI"}

RIVERSIDE = PracticeProfile(
    name="Riverside Family Medicine",
    npi="1999000007",
    tax_identifier="990000001",
    sender="RIVERSIDE",
    prefix="RFM",
    rendering=(
        ("Whitfield", "Nora", "1999000015"),
        ("Banerjee", "Arun", "1999000023"),
        ("Castellano", "Lucia", "1999000031"),
    ),
    locations=(("Riverside Main Clinic", "1999000049"), ("Riverside North", "1999000056")),
    filing_indicators=FILING_INDICATORS,
)
HILLSIDE = PracticeProfile(
    name="Hillside Orthopedics",
    npi="1999000064",
    tax_identifier="990000002",
    sender="HILLSIDE",
    prefix="HSO",
    rendering=(("Osei", "Kwame", "1999000072"), ("Larsen", "Ingrid", "1999000080")),
    locations=(("Hillside Surgery and Clinic", "1999000098"),),
    filing_indicators=FILING_INDICATORS,
)
