from django.db.models import TextChoices

from claims.rules.states import State


class SubmissionState(TextChoices):
    DRAFT = State.DRAFT, "Draft"
    EDITING_FAILED = State.EDITING_FAILED, "Edits failed"
    READY = State.READY, "Ready"
    HELD = State.HELD, "Held"
    BATCHED = State.BATCHED, "Batched"
    SEND_FAILED = State.SEND_FAILED, "Sending failed"
    TRANSMITTED = State.TRANSMITTED, "Transmitted"
    SYNTAX_REJECTED = State.SYNTAX_REJECTED, "Rejected: syntax"
    ACKED_RECEIPT = State.ACKED_RECEIPT, "Received"
    CH_REJECTED = State.CH_REJECTED, "Rejected by clearinghouse"
    CH_ACCEPTED = State.CH_ACCEPTED, "Accepted by clearinghouse"
    PAYER_REJECTED = State.PAYER_REJECTED, "Rejected by payer"
    PAYER_ACCEPTED = State.PAYER_ACCEPTED, "Accepted by payer"
    IN_REVIEW = State.IN_REVIEW, "Under review"
    STUCK = State.STUCK, "Stuck"
    ADJUDICATED = State.ADJUDICATED, "Adjudicated"
    VOIDED = State.VOIDED, "Voided"


class SilenceStage(TextChoices):
    """Who looks for a claim that nobody answers."""

    BILLING = "BILLING", "Billing asks the payer"
    SUPPORT = "SUPPORT", "Support looks for the file"


class TicketReason(TextChoices):
    """Why a claim is looked for."""

    SILENT = "SILENT", "No answer"
    NOT_FOUND = "NOT_FOUND", "Payer does not know it"
    NO_REMITTANCE = "NO_REMITTANCE", "Accepted, no remittance"
    DECIDED = "DECIDED", "Decided, no remittance"
    NOT_SENT = "NOT_SENT", "Could not be sent"
    NOT_EDITED = "NOT_EDITED", "Edits did not run"


class AdjudicationState(TextChoices):
    """What the live, not reversed remittances together say of the claim."""

    NONE = "NONE", "Not adjudicated"
    PARTIAL = "PARTIAL", "Partly adjudicated"
    PAID = "PAID", "Paid"
    PAID_PARTIAL = "PAID_PARTIAL", "Partly paid"
    DENIED = "DENIED", "Denied"
    PATIENT_RESP_ONLY = "PATIENT_RESP_ONLY", "Patient owes all"
    NOTHING_PAID = "NOTHING_PAID", "Nothing paid, nothing refused"
    PAID_INCORRECTLY = "PAID_INCORRECTLY", "Paid incorrectly"
    REVERSED = "REVERSED", "Reversed"


class Responsibility(TextChoices):
    INSURANCE_PRIMARY = "INSURANCE_PRIMARY", "Primary insurance"
    INSURANCE_SECONDARY = "INSURANCE_SECONDARY", "Secondary insurance"
    INSURANCE_TERTIARY = "INSURANCE_TERTIARY", "Tertiary insurance"
    PATIENT = "PATIENT", "Patient"
    NONE = "NONE", "Nobody"


OWED_BY_RANK = {
    1: Responsibility.INSURANCE_PRIMARY,
    2: Responsibility.INSURANCE_SECONDARY,
    3: Responsibility.INSURANCE_TERTIARY,
}


class Frequency(TextChoices):
    """CLM05-3; other values found in institutional files are kept as they are."""

    ORIGINAL = "1", "Original"
    REPLACEMENT = "7", "Replacement"
    VOID = "8", "Void"


class EditGrade(TextChoices):
    """How much a fault weighs."""

    FATAL = "fatal", "Stops the claim"
    HOLD = "hold", "Holds the claim for a person"
    WARN = "warn", "Warns"
    INFO = "info", "Is told"
    OFF = "off", "Is not looked for"


class AckKind(TextChoices):
    INTERCHANGE = "TA1", "TA1"
    SET = "999", "999"
    CLAIM = "277CA", "277CA"
    ANSWER = "277", "277"


class AckSender(TextChoices):
    PARTNER = "PARTNER", "Partner"
    CLEARINGHOUSE = "CLEARINGHOUSE", "Clearinghouse"
    PAYER = "PAYER", "Payer"


class AckStatus(TextChoices):
    """What an acknowledgement comes to, whatever its codes."""

    ACCEPTED = "ACCEPTED", "Accepted"
    ACCEPTED_WITH_ERRORS = "ACCEPTED_WITH_ERRORS", "Accepted with errors"
    REJECTED = "REJECTED", "Rejected"
    UNDER_REVIEW = "UNDER_REVIEW", "Under review"
    DECIDED = "DECIDED", "Decided"
    NOT_FOUND = "NOT_FOUND", "Not on file there"
    UNKNOWN = "UNKNOWN", "Not understood"


class AckVerdict(TextChoices):
    MOVED = "MOVED", "Moved the claim"
    IGNORED = "IGNORED", "Nothing new"
    CONTRADICTED = "CONTRADICTED", "Contradicts what was proven"
    LATE = "LATE", "Of an earlier sending"
    NOTED = "NOTED", "Noted"


class QuestionState(TextChoices):
    """What became of a question to a payer about a claim."""

    ASKED = "ASKED", "Asked"
    ANSWERED = "ANSWERED", "Answered"
    UNANSWERED = "UNANSWERED", "Not answered"
    REFUSED = "REFUSED", "Refused by the partner"
    NOT_SENT = "NOT_SENT", "Could not be sent"


class AskedBy(TextChoices):
    CLOCK = "CLOCK", "By itself"
    PERSON = "PERSON", "By hand"


class RejectionKind(TextChoices):
    """Who did not take the claim, or why a person has to look at what was said of it."""

    SYNTAX = "SYNTAX", "Partner, by its form (999)"
    CLEARINGHOUSE = "CLEARINGHOUSE", "Clearinghouse"
    PAYER = "PAYER", "Payer"
    ENVELOPE = "ENVELOPE", "Partner, the whole file"
    CONTRADICTION = "CONTRADICTION", "Contradicts what was proven"
    INFORMATION = "INFORMATION", "Payer asks for information"
    UNKNOWN = "UNKNOWN", "Answer nobody understands"


class ImportState(TextChoices):
    QUEUED = "QUEUED", "Waiting"
    IMPORTED = "IMPORTED", "Imported"
    REFUSED = "REFUSED", "Refused"
