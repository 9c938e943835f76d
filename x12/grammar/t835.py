"""005010X221A1: health care claim payment and remittance advice (835)."""

from __future__ import annotations

from x12.grammar.model import Transaction, loop, use

PAYER = loop(
    "1000A", "Payer", "R", 1,
    use("N1", "Payer", "R", 1, "PR"),
    use("N3", "Payer address", "R"),
    use("N4", "Payer city, state, ZIP", "R"),
    use("REF", "Other payer numbers", "S", 4, "2U EO HI NF"),
    use("PER", "Payer business contact", "S", 1, "CX"),
    use("PER", "Payer technical contact", "R", 0, "BL"),
    use("PER", "Payer web site", "S", 1, "IC"),
)  # fmt: skip

PAYEE = loop(
    "1000B", "Payee", "R", 1,
    use("N1", "Payee", "R", 1, "PE"),
    use("N3", "Payee address", "S"),
    use("N4", "Payee city, state, ZIP", "S"),
    use("REF", "Other payee numbers", "S", 0, "0B D3 PQ TJ"),
    use("RDM", "Remittance delivery method", "S"),
)  # fmt: skip

SERVICE_LINE = loop(
    "2110", "Service line", "S", 999,
    use("SVC", "Service payment", "R"),
    use("DTM", "Service date", "S", 2, "150 151 472"),
    use("CAS", "Service adjustment", "S", 99),
    use("REF", "Service number", "S", 8, "1S APC BB E9 G1 G3 LU RB"),
    use("REF", "Line control number", "S", 1, "6R"),
    use("REF", "Rendering provider numbers", "S", 10, "0B 1A 1B 1C 1D 1G 1H 1J D3 G2 HPI SY TJ"),
    use("REF", "Medical policy", "S", 5, "0K"),
    use("AMT", "Service supplemental amount", "S", 9, "B6 KH T T2 ZK ZL ZM ZN ZO"),
    use("QTY", "Service supplemental quantity", "S", 6, "ZK ZL ZM ZN ZO"),
    use("LQ", "Remark code", "S", 99, "HE RX"),
)  # fmt: skip

CLAIM = loop(
    "2100", "Claim payment", "R", 0,
    use("CLP", "Claim payment", "R"),
    use("CAS", "Claim adjustment", "S", 99),
    use("NM1", "Patient", "R", 1, "QC"),
    use("NM1", "Insured", "S", 1, "IL"),
    use("NM1", "Corrected patient or insured", "S", 1, "74"),
    use("NM1", "Service provider", "S", 1, "82"),
    use("NM1", "Crossover carrier", "S", 1, "TT"),
    use("NM1", "Corrected priority payer", "S", 1, "PR"),
    use("NM1", "Other subscriber", "S", 1, "GB"),
    use("MIA", "Inpatient adjudication", "S"),
    use("MOA", "Outpatient adjudication", "S"),
    use("REF", "Other claim numbers", "S", 5, "1L 1W 28 6P 9A 9C BB CE EA F8 G1 G3 IG SY"),
    use("REF", "Rendering provider numbers", "S", 10, "0B 1A 1B 1C 1D 1G 1H 1J D3 G2 LU"),
    use("DTM", "Statement date", "S", 2, "232 233"),
    use("DTM", "Coverage expiration", "S", 1, "036"),
    use("DTM", "Claim received", "S", 1, "050"),
    use("PER", "Claim contact", "S", 2, "CX"),
    use("AMT", "Claim supplemental amount", "S", 13, "AU D8 DY F5 I NL T T2 ZK ZL ZM ZN ZO"),
    use("QTY", "Claim supplemental quantity", "S", 14, "CA CD LA LE NE NR OU PS VS ZK ZL ZM ZN ZO"),
    SERVICE_LINE,
)  # fmt: skip

HEADER_NUMBER = loop(
    "2000", "Header number", "S", 0,
    use("LX", "Header number", "S"),
    use("TS3", "Provider summary", "S"),
    use("TS2", "Provider supplemental summary", "S"),
    CLAIM,
    implied=True,
)  # fmt: skip

TRANSACTION = Transaction(
    code="835",
    name="Remittance advice",
    versions=("005010X221A1", "005010X221"),
    functional_code="HP",
    root=loop(
        "HEADER", "Payment", "R", 1,
        use("ST", "Transaction set header", "R", 1, "835"),
        use("BPR", "Payment", "R"),
        use("TRN", "Trace number", "R", 1, "1"),
        use("CUR", "Currency", "S"),
        use("REF", "Receiver number", "S", 1, "EV"),
        use("REF", "System version", "S", 1, "F2"),
        use("DTM", "Production date", "S", 1, "405"),
        PAYER,
        PAYEE,
        HEADER_NUMBER,
        use("PLB", "Provider adjustment", "S", 0),
        use("SE", "Transaction set trailer", "R"),
    ),
)  # fmt: skip
