"""Loops that 837P and 837I share."""

from __future__ import annotations

from x12.grammar.model import Loop, Use, loop, use

STREET = use("N3", "Address", "R")
TOWN = use("N4", "City, state, ZIP", "R")
OPTIONAL_STREET = use("N3", "Address", "S")
OPTIONAL_TOWN = use("N4", "City, state, ZIP", "S")
PROVIDER_NUMBERS = "0B 1G G2 LU"


def provider(
    id: str,
    name: str,
    codes: str,
    *rest: Use,
    usage: str = "S",
    limit: int = 1,
    numbers: str = PROVIDER_NUMBERS,
) -> Loop:
    """A provider named within a claim: NM1, what the guide allows between, and its secondary numbers."""
    references = (use("REF", "Secondary number", "S", 4, numbers),) if numbers else ()
    return loop(id, name, usage, limit, use("NM1", name, "R", 1, codes), *rest, *references)


SUBMITTER = loop(
    "1000A", "Submitter", "R", 1,
    use("NM1", "Submitter", "R", 1, "41"),
    use("PER", "Submitter contact", "R", 2, "IC"),
)  # fmt: skip
RECEIVER = loop("1000B", "Receiver", "R", 1, use("NM1", "Receiver", "R", 1, "40"))
PAY_TO_ADDRESS = loop(
    "2010AB", "Pay-to address", "S", 1, use("NM1", "Pay-to address", "R", 1, "87"), STREET, TOWN
)  # fmt: skip
PAY_TO_PLAN = loop(
    "2010AC", "Pay-to plan", "S", 1,
    use("NM1", "Pay-to plan", "R", 1, "PE"),
    STREET,
    TOWN,
    use("REF", "Plan number", "S", 1, "2U FY NF"),
    use("REF", "Plan tax number", "R", 1, "EI"),
)  # fmt: skip
SUBSCRIBER = loop(
    "2010BA", "Subscriber", "R", 1,
    use("NM1", "Subscriber", "R", 1, "IL"),
    OPTIONAL_STREET,
    OPTIONAL_TOWN,
    use("DMG", "Subscriber birth date and sex", "S"),
    use("REF", "Subscriber social security number", "S", 1, "SY"),
    use("REF", "Property and casualty claim number", "S", 1, "Y4"),
    use("PER", "Property and casualty contact", "S", 1, "IC"),
)  # fmt: skip
PAYER = loop(
    "2010BB", "Payer", "R", 1,
    use("NM1", "Payer", "R", 1, "PR"),
    OPTIONAL_STREET,
    OPTIONAL_TOWN,
    use("REF", "Payer number", "S", 3, "2U EI FY NF"),
    use("REF", "Billing provider number at this payer", "S", 2, "G2 LU"),
)  # fmt: skip
PATIENT = loop(
    "2010CA", "Patient", "R", 1,
    use("NM1", "Patient", "R", 1, "QC"),
    STREET,
    TOWN,
    use("DMG", "Patient birth date and sex", "R"),
    use("REF", "Property and casualty claim number", "S", 1, "Y4"),
    use("REF", "Property and casualty patient number", "S", 1, "1W SY"),
    use("PER", "Property and casualty contact", "S", 1, "IC"),
)  # fmt: skip
OTHER_SUBSCRIBER = loop(
    "2330A", "Other subscriber", "R", 1,
    use("NM1", "Other subscriber", "R", 1, "IL"),
    OPTIONAL_STREET,
    OPTIONAL_TOWN,
    use("REF", "Other subscriber number", "S", 2, "SY"),
)  # fmt: skip
OTHER_PAYER = loop(
    "2330B", "Other payer", "R", 1,
    use("NM1", "Other payer", "R", 1, "PR"),
    OPTIONAL_STREET,
    OPTIONAL_TOWN,
    use("DTP", "Other payer's decision date", "S", 1, "573"),
    use("REF", "Other payer number", "S", 3, "2U EI FY NF"),
    use("REF", "Other payer authorization", "S", 1, "G1"),
    use("REF", "Other payer referral", "S", 1, "9F"),
    use("REF", "Claim adjustment indicator", "S", 1, "T4"),
    use("REF", "Other payer claim number", "S", 1, "F8"),
)  # fmt: skip
DRUG = loop(
    "2410", "Drug", "S", 1,
    use("LIN", "Drug code", "R"),
    use("CTP", "Drug quantity", "R"),
    use("REF", "Prescription number", "S", 1, "VY XZ"),
)  # fmt: skip
LINE_ADJUDICATION = loop(
    "2430", "Line decision of another payer", "S", 15,
    use("SVD", "Line decision", "R"),
    use("CAS", "Line adjustment", "S", 5),
    use("DTP", "Decision date", "R", 1, "573"),
    use("AMT", "Remaining patient liability", "S", 1, "EAF"),
)  # fmt: skip
COVERAGE_AMOUNTS = (
    use("CAS", "Claim adjustment", "S", 5),
    use("AMT", "Payer paid", "S", 1, "D"),
    use("AMT", "Non-covered", "S", 1, "A8"),
    use("AMT", "Remaining patient liability", "S", 1, "EAF"),
    use("OI", "Other insurance", "R"),
)


def hierarchy(billing: Loop, subscriber: tuple[Use, ...], claim: Loop) -> Loop:
    """2000A with its subscribers, dependents and claims."""
    dependent = loop(
        "2000C", "Patient level", "S", 0,
        use("HL", "Patient level", "R", 1, "23", at=3),
        use("PAT", "Patient", "R"),
        PATIENT,
        claim,
    )  # fmt: skip
    insured = loop(
        "2000B", "Subscriber level", "R", 0,
        use("HL", "Subscriber level", "R", 1, "22", at=3),
        *subscriber,
        SUBSCRIBER,
        PAYER,
        claim,
        dependent,
        implied=True,
    )  # fmt: skip
    return loop(
        "2000A", "Billing provider level", "R", 0,
        use("HL", "Billing provider level", "R", 1, "20", at=3),
        use("PRV", "Billing provider specialty", "S", 1, "BI"),
        use("CUR", "Currency", "S"),
        billing,
        PAY_TO_ADDRESS,
        PAY_TO_PLAN,
        insured,
        implied=True,
    )  # fmt: skip
