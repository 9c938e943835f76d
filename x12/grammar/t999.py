"""005010X231A1: implementation acknowledgement (999)."""

from __future__ import annotations

from x12.grammar.model import Transaction, loop, use

ELEMENT_ERROR = loop(
    "2110", "Element error", "S", 0,
    use("IK4", "Element error", "R"),
    use("CTX", "Element context", "S", 10),
)  # fmt: skip

SEGMENT_ERROR = loop(
    "2100", "Segment error", "S", 0,
    use("IK3", "Segment error", "R"),
    use("CTX", "Segment context", "S", 10),
    ELEMENT_ERROR,
)  # fmt: skip

TRANSACTION = Transaction(
    code="999",
    name="Acknowledgement",
    versions=("005010X231A1", "005010X231"),
    functional_code="FA",
    root=loop(
        "HEADER", "Acknowledgement", "R", 1,
        use("ST", "Transaction set header", "R", 1, "999"),
        use("AK1", "Answered group", "R"),
        loop(
            "2000", "Answered transaction set", "S", 0,
            use("AK2", "Answered transaction set", "R"),
            SEGMENT_ERROR,
            use("IK5", "Answer to the transaction set", "R"),
        ),
        use("AK9", "Answer to the group", "R"),
        use("SE", "Transaction set trailer", "R"),
    ),
)  # fmt: skip
