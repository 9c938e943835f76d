from django.db.models import TextChoices


class Direction(TextChoices):
    INBOUND = "INBOUND", "Received"
    OUTBOUND = "OUTBOUND", "Sent"


class Source(TextChoices):
    UPLOAD = "UPLOAD", "Uploaded in the browser"
    INBOX = "INBOX", "Inbox folder"
    COMMAND = "COMMAND", "Command line"
    API = "API", "API"
    SIMULATOR = "SIMULATOR", "Simulator"
    WRITTEN = "WRITTEN", "Written here"
    PARTNER = "PARTNER", "Fetched from a partner"


class FileState(TextChoices):
    STORED = "STORED", "Stored"
    READ = "READ", "Read"
    REFUSED = "REFUSED", "Not readable"
    QUARANTINED = "QUARANTINED", "Quarantined"


class Transport(TextChoices):
    SFTP = "SFTP", "SFTP"
    HTTPS = "HTTPS", "HTTPS"
    MANUAL = "MANUAL", "By hand, in their portal"


# What a machine can use.
WIRED = (Transport.SFTP, Transport.HTTPS)


class Transaction(TextChoices):
    PROFESSIONAL = "837P", "Professional claims (837P)"
    INSTITUTIONAL = "837I", "Institutional claims (837I)"
    STATUS = "276", "Questions about claims (276)"
    ELIGIBILITY = "270", "Questions about coverage (270)"


class Obstacle(TextChoices):
    """What keeps claims from their payer."""

    NO_ROUTE = "NO_ROUTE", "No trading partner"
    PARTNER_OFF = "PARTNER_OFF", "Partner not in use"
    NOT_ENROLLED = "NOT_ENROLLED", "Provider not enrolled"
    ENROLMENT_NOT_LIVE = "ENROLMENT_NOT_LIVE", "Enrolment not live"


class EnrolmentState(TextChoices):
    DRAFT = "DRAFT", "Not sent"
    SUBMITTED = "SUBMITTED", "Sent to the payer"
    PROVISIONING = "PROVISIONING", "Being set up"
    PROVIDER_ACTION_REQUIRED = "PROVIDER_ACTION_REQUIRED", "Provider must act"
    LIVE = "LIVE", "Live"
    REJECTED = "REJECTED", "Rejected"


class Series(TextChoices):
    INTERCHANGE = "INTERCHANGE", "Interchange (ISA13)"
    GROUP = "GROUP", "Group (GS06)"
    SET = "SET", "Transaction set (ST02)"


class InterchangeState(TextChoices):
    SEALED = "SEALED", "Sealed"
    SENDING = "SENDING", "Being sent"
    SENT = "SENT", "Sent"
    FAILED = "FAILED", "Could not be sent"


class InterchangeAnswer(TextChoices):
    """What TA1 and 999 together say."""

    WAITING = "WAITING", "No answer yet"
    RECEIVED = "RECEIVED", "Received, not checked"
    ACCEPTED = "ACCEPTED", "Accepted"
    PARTLY_ACCEPTED = "PARTLY_ACCEPTED", "Partly accepted"
    REJECTED = "REJECTED", "Rejected"


class AnswerKind(TextChoices):
    TA1 = "TA1", "TA1, on the interchange"
    SET = "999", "999, on a transaction set"


class ExchangeProblem(TextChoices):
    """Why a person has to look at what is exchanged with partners."""

    UNKNOWN_ANSWER = "UNKNOWN_ANSWER", "Answers what was never sent"
    UNREADABLE = "UNREADABLE", "File cannot be read"
    NOT_SENT = "NOT_SENT", "Could not be sent"
    UNANSWERED = "UNANSWERED", "Sent and not answered"
    UNREACHABLE = "UNREACHABLE", "Partner cannot be reached"
    AWAY = "AWAY", "Partner does not answer"
    QUESTIONS_REFUSED = "QUESTIONS_REFUSED", "Questions were refused"
    JOB_FAILED = "JOB_FAILED", "Job gave up"
    UNKNOWN_THINGS = "UNKNOWN_THINGS", "Sends what no guide names"


class Strangeness(TextChoices):
    """What of a file no guide names; an x12.Strange."""

    TRANSACTION = "TRANSACTION", "Transaction"
    SEGMENT = "SEGMENT", "Segment"
    FIELD = "FIELD", "Field"
    CODE = "CODE", "Code"


class LineHealth(TextChoices):
    """How it stands with a partner."""

    WORKS = "WORKS", "Works"
    NEW = "NEW", "Not used yet"
    FAILED_LAST = "FAILED_LAST", "Failed the last time"
    RESTS = "RESTS", "Does not answer"
    TRIED = "TRIED", "About to be tried again"
    STOPPED = "STOPPED", "Needs a person"
    BY_HAND = "BY_HAND", "Served by hand"
    OFF = "OFF", "Not in use"


class Trouble(TextChoices):
    """Why a file could not be handed over."""

    HOST_KEY = "HOST_KEY", "The partner's server does not show the key or certificate on file"
    SIGN_IN = "SIGN_IN", "The partner does not let us in"
    SECRET = "SECRET", "The password or key is not where its name says"  # noqa: S105 - no secret
    FOLDER = "FOLDER", "The partner's folder is missing or closed to us"
    CUT_SHORT = "CUT_SHORT", "The partner holds only part of the file"
    NOT_TAKEN = "NOT_TAKEN", "The partner's server refused the file; perhaps it has no room"
    TIMED_OUT = "TIMED_OUT", "The partner did not answer in time"
    UNREACHABLE = "UNREACHABLE", "The partner cannot be reached, or the line was lost"
