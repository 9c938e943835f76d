"""Answers about claims: 277 to a status request (005010X212), 277CA to claims sent (005010X214)."""

from __future__ import annotations

from x12.grammar.model import Loop, Transaction, loop, use
from x12.grammar.status_parts import answered, line, named


def _claim(level: str, traces: str = "2") -> Loop:
    return loop(
        f"2200{level}", "Claim", "S", 0,
        use("TRN", "Claim trace", "R", 1, traces),
        use("STC", "Status of the claim", "R", 0),
        use("REF", "Payer claim number", "S", 1, "1K"),
        use("REF", "Type of bill", "S", 1, "BLT"),
        use("REF", "Patient account number", "S", 1, "EJ"),
        use("REF", "Prescription number", "S", 1, "XZ"),
        use("REF", "Voucher number", "S", 1, "VV"),
        use("REF", "Clearinghouse trace", "S", 1, "D9"),
        use("DTP", "Service date", "S", 1, "472"),
        line(f"2220{level}"),
    )  # fmt: skip


STATUS = Transaction(
    code="277",
    name="Claim status",
    versions=("005010X212",),
    functional_code="HN",
    root=loop(
        "HEADER", "Claim status", "R", 1,
        use("ST", "Transaction set header", "R", 1, "277"),
        use("BHT", "Beginning of the report", "R", 1, "0010"),
        loop(
            "2000A", "Payer level", "R", 0,
            use("HL", "Payer level", "R", 1, "20", at=3),
            named("2100A", "Payer", "PR", use("PER", "Payer contact", "S", 1, "IC")),
            loop(
                "2000B", "Receiver level", "R", 0,
                use("HL", "Receiver level", "R", 1, "21", at=3),
                named("2100B", "Receiver", "41"),
                answered("2200B", "Answer to the receiver"),
                loop(
                    "2000C", "Provider level", "S", 0,
                    use("HL", "Provider level", "R", 1, "19", at=3),
                    named("2100C", "Provider", "1P", limit=2),
                    answered("2200C", "Answer to the provider"),
                    loop(
                        "2000D", "Subscriber level", "S", 0,
                        use("HL", "Subscriber level", "R", 1, "22", at=3),
                        named("2100D", "Subscriber", "IL"),
                        _claim("D"),
                        loop(
                            "2000E", "Dependent level", "S", 0,
                            use("HL", "Dependent level", "R", 1, "23", at=3),
                            named("2100E", "Dependent", "QC"),
                            _claim("E"),
                        ),
                    ),
                ),
            ),
        ),
        use("SE", "Transaction set trailer", "R"),
    ),
)  # fmt: skip

_SUMS = (
    use("QTY", "Claims accepted or rejected", "S", 4, "90 AA QA QC"),
    use("AMT", "Charges accepted or rejected", "S", 2, "YU YY"),
)

ACKNOWLEDGEMENT = Transaction(
    code="277",
    name="Claim acknowledgement",
    versions=("005010X214",),
    functional_code="HN",
    root=loop(
        "HEADER", "Claim acknowledgement", "R", 1,
        use("ST", "Transaction set header", "R", 1, "277"),
        use("BHT", "Beginning of the report", "R", 1, "0085"),
        loop(
            "2000A", "Source level", "R", 0,
            use("HL", "Source level", "R", 1, "20", at=3),
            named("2100A", "Source", "AY PR"),
            loop(
                "2200A", "Transmission", "R", 1,
                use("TRN", "Transmission trace", "R", 1, "1"),
                use("DTP", "Received", "R", 1, "050"),
                use("DTP", "Processed", "R", 1, "009"),
            ),
            loop(
                "2000B", "Receiver level", "R", 0,
                use("HL", "Receiver level", "R", 1, "21", at=3),
                named("2100B", "Receiver", "41"),
                answered("2200B", "Answer to the receiver", *_SUMS),
                loop(
                    "2000C", "Provider level", "S", 0,
                    use("HL", "Provider level", "R", 1, "19", at=3),
                    named("2100C", "Provider", "85"),
                    answered(
                        "2200C", "Answer to the provider",
                        use("REF", "Provider number", "S", 3, "0B 1G G2 LU SY TJ"), *_SUMS,
                    ),
                    loop(
                        "2000D", "Patient level", "S", 0,
                        use("HL", "Patient level", "R", 1, "PT", at=3),
                        named("2100D", "Patient", "QC"),
                        _claim("D"),
                    ),
                ),
            ),
        ),
        use("SE", "Transaction set trailer", "R"),
    ),
)  # fmt: skip
