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
    """How a claim was found, by the names of `rules.matching.MatchRule`; the order is that of trust."""

    CONTROL_NUMBER = "CONTROL_NUMBER", "Patient control number"
    PAYER_CONTROL_NUMBER = "PAYER_CONTROL_NUMBER", "Payer's claim number"
    CLEANED_CONTROL_NUMBER = "CLEANED_CONTROL_NUMBER", "Patient control number as the payer changed it"
    MEMBER_DATES_CHARGE_PROVIDER = "MEMBER_DATES_CHARGE_PROVIDER", "Member, dates, charge and provider"
    NAME_DATES_CHARGE = "NAME_DATES_CHARGE", "Name, dates and charge"
    RESEMBLANCE = "RESEMBLANCE", "Resemblance"
    BY_HAND = "BY_HAND", "Chosen by a person"


class Booking(TextChoices):
    """Where the money of a payment stands in the books."""

    NONE = "NONE", "Not in the books"
    APPLIED = "APPLIED", "Applied to the claim"
    REVERSED_OUT = "REVERSED_OUT", "Reverses an earlier payment"
    UNAPPLIED = "UNAPPLIED", "Unapplied: no claim yet"
    HELD = "HELD", "Held in suspense"
    INFORMATIONAL = "INFORMATIONAL", "For information only"


class AdjustmentClass(TextChoices):
    """What an adjustment is (domain model 3.1); the values are those of `rules.classes`."""

    CONTRACTUAL = "CONTRACTUAL", "Contractual"
    PATIENT_RESPONSIBILITY = "PATIENT_RESPONSIBILITY", "Patient's share"
    PRIOR_PAYER_IMPACT = "PRIOR_PAYER_IMPACT", "What an earlier payer did"
    DENIAL = "DENIAL", "Denial"
    PAYER_REDUCTION = "PAYER_REDUCTION", "Payer reduction"
    INTEREST = "INTEREST", "Interest"
    INFORMATIONAL = "INFORMATIONAL", "For information"
    UNKNOWN = "UNKNOWN", "Unknown"


class Treatment(TextChoices):
    """What posting does with an adjustment; the values are those of `rules.classes`."""

    WRITE_OFF = "WRITE_OFF", "Written off"
    NEXT_PAYER_OR_PATIENT = "NEXT_PAYER_OR_PATIENT", "To the next payer or the patient"
    NEXT_PAYER = "NEXT_PAYER", "To the next payer"
    STAYS_OPEN = "STAYS_OPEN", "Stays open"
    BALANCING_ONLY = "BALANCING_ONLY", "Not posted"
    SUSPENSE = "SUSPENSE", "To suspense"


class LineResult(TextChoices):
    """What happened to a line or a claim; the values are those of `rules.classes`."""

    PAID_IN_FULL = "PAID_IN_FULL", "Paid"
    PAID_SHORT = "PAID_SHORT", "Paid short"
    PATIENT_ONLY = "PATIENT_ONLY", "Patient's or next payer's"
    ZERO_PAY = "ZERO_PAY", "Zero, not denied"
    DENIED = "DENIED", "Denied"
    PARTLY_DENIED = "PARTLY_DENIED", "Partly denied"
    ZERO_BUNDLED = "ZERO_BUNDLED", "Bundled"
    REVERSED = "REVERSED", "Reversal"
    NOT_ADJUDICATED = "NOT_ADJUDICATED", "Not adjudicated"
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
    DECIDED = "DECIDED", "Decided otherwise"
    REVERSED = "REVERSED", "Taken back"


class ResultState(TextChoices):
    """What became of one transaction set of a file."""

    READ = "READ", "Read"
    DUPLICATE = "DUPLICATE", "Already here"
    UNBALANCED = "UNBALANCED", "Does not balance"
    QUARANTINED = "QUARANTINED", "Quarantined"
    REFUSED = "REFUSED", "Not readable"


class WorkKey(TextChoices):
    """Kinds of work items of this app."""

    UNMATCHED = "UNMATCHED_REMITTANCE", "Payment without a claim"
    UNBALANCED = "UNBALANCED_REMITTANCE", "Remittance out of balance"
    EXCEPTION = "REMITTANCE_EXCEPTION", "Remittance exception"


class WorkCategory(TextChoices):
    NO_CLAIM = "NO_CLAIM", "No claim found"
    UNBALANCED = "UNBALANCED", "Does not balance"
    TRACE_ALERT = "TRACE_ALERT", "To be looked at before posting"
    BOOKS = "BOOKS", "The books do not prove"
    REVIEW = "REVIEW", "To be looked at before posting"
    UNKNOWN_PLB = "UNKNOWN_PLB", "Provider adjustment"
    HELD_REVERSAL = "HELD_REVERSAL", "Reversal without original"
    SECOND_ANSWER = "SECOND_ANSWER", "Second answer"
    CORRECTED_PERSON = "CORRECTED_PERSON", "Patient corrected"
    SUSPENSE = "SUSPENSE", "In suspense"
    CREDIT_BALANCE = "CREDIT_BALANCE", "Credit balance"
    QUARANTINED_FILE = "QUARANTINED_FILE", "Quarantined file"


ISSUES = {
    "NO_CLAIM": "No claim found",
    "LINE_NOT_FOUND": "A line was not found on our claim; its money stands at the claim",
    "READ_BY_PERSON": "An adjustment code needs a person's reading",
    "SUSPENSE": "An adjustment is held in suspense",
    "SECOND_ANSWER": "It answers again for charges that have an answer, and no reversal came",
}


class NextDue(TextChoices):
    """Whether the payer after those who have decided can be billed."""

    DUE = "DUE", "Can be billed"
    FORWARDED = "FORWARDED", "Forwarded by the payer"
    STOPPED = "STOPPED", "Something is missing"
