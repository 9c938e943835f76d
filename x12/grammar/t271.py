"""005010X279A1: eligibility answer (271)."""

from __future__ import annotations

from x12.grammar.eligibility_parts import PAYERS, named, person, receiver
from x12.grammar.model import Loop, Transaction, loop, use

_REJECTION = use("AAA", "Rejection", "S", 9)
_DATES = use("DTP", "Date of the plan", "S", 9)
_BENEFIT_NUMBERS = "18 1L 1W 49 6P 9F ALS CLI F6 FO G1 IG M7 N6 NQ"
_RELATED = "13 1I 1P 2B 36 73 FA GP GW I3 IL LR OC P3 P4 P5 PR PRP SEP TTP VER VN VY X3 Y2"


def _benefit(level: str) -> Loop:
    return loop(
        f"2110{level}", "Benefit", "S", 0,
        use("EB", "Benefit", "R"),
        use("HSD", "Delivery", "S", 9),
        use("REF", "Benefit's number", "S", 9, _BENEFIT_NUMBERS),
        use("DTP", "Date of the benefit", "S", 20),
        _REJECTION,
        use("MSG", "Message", "S", 10),
        loop(f"2115{level}", "Limitation", "S", 10, use("III", "Place or diagnosis", "R")),
        use("LS", "Related parties begin", "S", 1, "2120"),
        loop(
            f"2120{level}", "Related party", "S", 23,
            use("NM1", "Related party", "R", 1, _RELATED),
            use("N3", "Address", "S"),
            use("N4", "City", "S"),
            use("PER", "Contact", "S", 3, "IC"),
            use("PRV", "Specialty", "S"),
        ),
        use("LE", "Related parties end", "S", 1, "2120"),
    )  # fmt: skip


TRANSACTION = Transaction(
    code="271",
    name="Eligibility answer",
    versions=("005010X279A1", "005010X279"),
    functional_code="HB",
    root=loop(
        "HEADER", "Eligibility answer", "R", 1,
        use("ST", "Transaction set header", "R", 1, "271"),
        use("BHT", "Beginning of the answer", "R", 1, "0022"),
        loop(
            "2000A", "Payer level", "R", 0,
            use("HL", "Payer level", "R", 1, "20", at=3),
            _REJECTION,
            named("2100A", "Payer", PAYERS, use("PER", "Payer contact", "S", 3, "IC"), _REJECTION),
            loop(
                "2000B", "Receiver level", "S", 0,
                use("HL", "Receiver level", "R", 1, "21", at=3),
                receiver(_REJECTION),
                loop(
                    "2000C", "Subscriber level", "S", 0,
                    use("HL", "Subscriber level", "R", 1, "22", at=3),
                    use("TRN", "Trace of the question", "S", 3, "1 2"),
                    person("2100C", "Subscriber", "IL", _DATES, _REJECTION),
                    _benefit("C"),
                    loop(
                        "2000D", "Dependent level", "S", 0,
                        use("HL", "Dependent level", "R", 1, "23", at=3),
                        use("TRN", "Trace of the question", "S", 3, "1 2"),
                        person("2100D", "Dependent", "03", _DATES, _REJECTION),
                        _benefit("D"),
                    ),
                ),
            ),
        ),
        use("SE", "Transaction set trailer", "R"),
    ),
)  # fmt: skip
