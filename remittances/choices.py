from django.db.models import TextChoices


class RemittanceState(TextChoices):
    READING = "READING", "Being read"
    UNBALANCED = "UNBALANCED", "Does not balance"
    READY = "READY", "Ready to post"
    POSTED = "POSTED", "Posted"


class MatchState(TextChoices):
    MATCHED = "MATCHED", "Matched"
    UNMATCHED = "UNMATCHED", "No claim found"
    DETACHED = "DETACHED", "Detached by hand"


class MatchRule(TextChoices):
    """How a claim was found; the order is that of trust."""

    CONTROL_NUMBER = "CONTROL_NUMBER", "Patient control number"
    PAYER_CONTROL_NUMBER = "PAYER_CONTROL_NUMBER", "Payer's claim number"
    TRIMMED_NUMBER = "TRIMMED_NUMBER", "Patient control number as the payer changed it"
    MEMBER_AND_SERVICE = "MEMBER_AND_SERVICE", "Member, date, charge and provider"
    BY_HAND = "BY_HAND", "Chosen by a person"


class Booking(TextChoices):
    """Where the money of a payment stands in the books."""

    NONE = "NONE", "Not in the books"
    APPLIED = "APPLIED", "Applied to the claim"
    REVERSED_OUT = "REVERSED_OUT", "Reverses an earlier payment"
    UNAPPLIED = "UNAPPLIED", "Unapplied: no claim yet"
    HELD = "HELD", "Held: reversal without its original"
    INFORMATIONAL = "INFORMATIONAL", "For information only"


class AdjustmentClass(TextChoices):
    """What an adjustment means for the books (domain model 3.1)."""

    CONTRACTUAL = "CONTRACTUAL", "Contractual"
    PATIENT_RESPONSIBILITY = "PATIENT_RESPONSIBILITY", "Patient's share"
    PRIOR_PAYER = "PRIOR_PAYER", "What an earlier payer did"
    DENIAL = "DENIAL", "Denial"
    PAYER_REDUCTION = "PAYER_REDUCTION", "Payer reduction"
    INTEREST = "INTEREST", "Interest"
    INFORMATIONAL = "INFORMATIONAL", "For information"
    UNKNOWN = "UNKNOWN", "Unknown"


class LineResult(TextChoices):
    PAID = "PAID", "Paid"
    PAID_SHORT = "PAID_SHORT", "Paid short"
    PATIENT_ONLY = "PATIENT_ONLY", "All to the patient or next payer"
    DENIED = "DENIED", "Denied"
    PARTLY_DENIED = "PARTLY_DENIED", "Partly denied"
    ZERO_PAID = "ZERO_PAID", "Zero, not denied"
    REVERSED = "REVERSED", "Reversal"
    INFORMATIONAL = "INFORMATIONAL", "For information only"
    UNKNOWN = "UNKNOWN", "Needs a person"


class ProviderAdjustmentUse(TextChoices):
    RECOVERY = "RECOVERY", "Recovery of an overpayment"
    REFUND = "REFUND", "Our refund acknowledged"
    FORWARD_BALANCE = "FORWARD_BALANCE", "Balance carried forward"
    INTEREST = "INTEREST", "Interest"
    UNKNOWN = "UNKNOWN", "Needs a person"


class ReceivableState(TextChoices):
    OPEN = "OPEN", "Open"
    CLEARED = "CLEARED", "Cleared"


class FactKind(TextChoices):
    DENIED = "DENIED", "Denied"
    PARTLY_DENIED = "PARTLY_DENIED", "Partly denied"
    PAID = "PAID", "Paid"
    REVERSED = "REVERSED", "Taken back"


class ResultState(TextChoices):
    """What became of one transaction set of a file."""

    READ = "READ", "Read"
    DUPLICATE = "DUPLICATE", "Already here"
    UNBALANCED = "UNBALANCED", "Does not balance"
    QUARANTINED = "QUARANTINED", "Quarantined"
    REFUSED = "REFUSED", "Not readable"
