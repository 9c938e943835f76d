"""005010X212: claim status request (276)."""

from __future__ import annotations

from x12.grammar.model import Loop, Transaction, loop, use
from x12.grammar.status_parts import named


def _claim(level: str) -> Loop:
    return loop(
        f"2200{level}", "Claim asked about", "S", 0,
        use("TRN", "Claim trace", "R", 1, "1"),
        use("REF", "Payer claim number", "S", 1, "1K"),
        use("REF", "Type of bill", "S", 1, "BLT"),
        use("REF", "Application or location", "S", 1, "LU"),
        use("REF", "Group number", "S", 1, "6P"),
        use("REF", "Patient account number", "S", 1, "EJ"),
        use("REF", "Prescription number", "S", 1, "XZ"),
        use("REF", "Clearinghouse trace", "S", 1, "D9"),
        use("AMT", "Claim charge", "S", 1, "T3"),
        use("DTP", "Service date", "S", 1, "472"),
        loop(
            f"2210{level}", "Line asked about", "S", 0,
            use("SVC", "Service asked about", "R"),
            use("REF", "Line number", "S", 1, "FJ"),
            use("DTP", "Service date", "R", 1, "472"),
        ),
    )  # fmt: skip


DEPENDENT = loop(
    "2000E", "Dependent level", "S", 0,
    use("HL", "Dependent level", "R", 1, "23", at=3),
    use("DMG", "Birth date and sex", "R"),
    named("2100E", "Dependent", "QC"),
    _claim("E"),
)  # fmt: skip

SUBSCRIBER = loop(
    "2000D", "Subscriber level", "S", 0,
    use("HL", "Subscriber level", "R", 1, "22", at=3),
    use("DMG", "Birth date and sex", "S"),
    named("2100D", "Subscriber", "IL"),
    _claim("D"),
    DEPENDENT,
)  # fmt: skip

TRANSACTION = Transaction(
    code="276",
    name="Claim status request",
    versions=("005010X212",),
    functional_code="HR",
    root=loop(
        "HEADER", "Status request", "R", 1,
        use("ST", "Transaction set header", "R", 1, "276"),
        use("BHT", "Beginning of the inquiry", "R", 1, "0010"),
        loop(
            "2000A", "Payer level", "R", 0,
            use("HL", "Payer level", "R", 1, "20", at=3),
            named("2100A", "Payer", "PR"),
            loop(
                "2000B", "Receiver level", "R", 0,
                use("HL", "Receiver level", "R", 1, "21", at=3),
                named("2100B", "Receiver", "41"),
                loop(
                    "2000C", "Provider level", "R", 0,
                    use("HL", "Provider level", "R", 1, "19", at=3),
                    named("2100C", "Provider", "1P", limit=2),
                    SUBSCRIBER,
                ),
            ),
        ),
        use("SE", "Transaction set trailer", "R"),
    ),
)  # fmt: skip
