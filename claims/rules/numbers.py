"""Control numbers as payers return them: cut at twenty characters, in capitals, without leading zeros."""

KEY_LENGTH = 20  # a receiver needs to keep no more of CLM01 (X12 RFI 525)


def number_key(control_number: str) -> str:
    """What survives of a claim number on its way through a payer; equal keys may mean the same claim."""
    return control_number.strip().upper().lstrip("0")[:KEY_LENGTH]
