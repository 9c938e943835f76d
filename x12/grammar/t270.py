"""005010X279A1: eligibility inquiry (270)."""

from __future__ import annotations

from x12.grammar.eligibility_parts import PAYERS, named, person, receiver
from x12.grammar.model import Loop, Transaction, Use, loop, use

_DATES = use("DTP", "Date asked about", "S", 2, "102 291")


def _question(level: str, *rest: Use) -> Loop:
    return loop(
        f"2110{level}", "Question", "S", 99,
        use("EQ", "Services asked about", "R"),
        *rest,
        use("III", "Place or diagnosis asked about", "S"),
        use("REF", "Authorization or referral", "S", 1, "9F G1"),
        use("DTP", "Date asked about", "S", 1, "291"),
    )  # fmt: skip


TRANSACTION = Transaction(
    code="270",
    name="Eligibility inquiry",
    versions=("005010X279A1", "005010X279"),
    functional_code="HS",
    root=loop(
        "HEADER", "Eligibility inquiry", "R", 1,
        use("ST", "Transaction set header", "R", 1, "270"),
        use("BHT", "Beginning of the inquiry", "R", 1, "0022"),
        loop(
            "2000A", "Payer level", "R", 0,
            use("HL", "Payer level", "R", 1, "20", at=3),
            named("2100A", "Payer", PAYERS),
            loop(
                "2000B", "Receiver level", "R", 0,
                use("HL", "Receiver level", "R", 1, "21", at=3),
                receiver(),
                loop(
                    "2000C", "Subscriber level", "R", 0,
                    use("HL", "Subscriber level", "R", 1, "22", at=3),
                    use("TRN", "Trace of the question", "S", 2, "1"),
                    person("2100C", "Subscriber", "IL", _DATES),
                    _question("C", use("AMT", "Spend-down", "S", 2, "R PB")),
                    loop(
                        "2000D", "Dependent level", "S", 0,
                        use("HL", "Dependent level", "R", 1, "23", at=3),
                        use("TRN", "Trace of the question", "S", 2, "1"),
                        person("2100D", "Dependent", "03", _DATES),
                        _question("D"),
                    ),
                ),
            ),
        ),
        use("SE", "Transaction set trailer", "R"),
    ),
)  # fmt: skip
