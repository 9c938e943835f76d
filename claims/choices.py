from django.db.models import TextChoices


class ClaimKind(TextChoices):
    PROFESSIONAL = "PROFESSIONAL", "Professional"
    INSTITUTIONAL = "INSTITUTIONAL", "Institutional"


class SubmissionState(TextChoices):
    DRAFT = "DRAFT", "Draft"
    EDITING_FAILED = "EDITING_FAILED", "Edits failed"
    READY = "READY", "Ready"
    HELD = "HELD", "Held"
    BATCHED = "BATCHED", "Batched"
    SEND_FAILED = "SEND_FAILED", "Sending failed"
    TRANSMITTED = "TRANSMITTED", "Transmitted"
    SYNTAX_REJECTED = "SYNTAX_REJECTED", "Rejected: syntax"
    ACKED_RECEIPT = "ACKED_RECEIPT", "Received"
    CH_REJECTED = "CH_REJECTED", "Rejected by clearinghouse"
    CH_ACCEPTED = "CH_ACCEPTED", "Accepted by clearinghouse"
    PAYER_REJECTED = "PAYER_REJECTED", "Rejected by payer"
    PAYER_ACCEPTED = "PAYER_ACCEPTED", "Accepted by payer"
    IN_REVIEW = "IN_REVIEW", "Under review"
    STUCK = "STUCK", "Stuck"
    ADJUDICATED = "ADJUDICATED", "Adjudicated"
    VOIDED = "VOIDED", "Voided"


class AdjudicationState(TextChoices):
    """What the live, not reversed remittances together say of the claim."""

    NONE = "NONE", "Not adjudicated"
    PARTIAL = "PARTIAL", "Partly adjudicated"
    PAID = "PAID", "Paid"
    PAID_PARTIAL = "PAID_PARTIAL", "Partly paid"
    DENIED = "DENIED", "Denied"
    PATIENT_RESP_ONLY = "PATIENT_RESP_ONLY", "Patient owes all"
    PAID_INCORRECTLY = "PAID_INCORRECTLY", "Paid incorrectly"
    REVERSED = "REVERSED", "Reversed"


class Responsibility(TextChoices):
    INSURANCE_PRIMARY = "INSURANCE_PRIMARY", "Primary insurance"
    INSURANCE_SECONDARY = "INSURANCE_SECONDARY", "Secondary insurance"
    INSURANCE_TERTIARY = "INSURANCE_TERTIARY", "Tertiary insurance"
    PATIENT = "PATIENT", "Patient"
    NONE = "NONE", "Nobody"


class Frequency(TextChoices):
    """CLM05-3; other values found in institutional files are kept as they are."""

    ORIGINAL = "1", "Original"
    REPLACEMENT = "7", "Replacement"
    VOID = "8", "Void"


class ImportState(TextChoices):
    QUEUED = "QUEUED", "Waiting"
    IMPORTED = "IMPORTED", "Imported"
    REFUSED = "REFUSED", "Refused"


REJECTED_STATES = (
    SubmissionState.SYNTAX_REJECTED,
    SubmissionState.CH_REJECTED,
    SubmissionState.PAYER_REJECTED,
)

# Evidence of adjudication moves a claim only from a state in which it was with the payer.
BEFORE_ADJUDICATION = (
    SubmissionState.TRANSMITTED,
    SubmissionState.ACKED_RECEIPT,
    SubmissionState.CH_ACCEPTED,
    SubmissionState.PAYER_ACCEPTED,
    SubmissionState.IN_REVIEW,
    SubmissionState.STUCK,
)
