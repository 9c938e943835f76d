from django.db.models import TextChoices


class Outcome(TextChoices):
    OK = "OK", "Done"
    REFUSED = "REFUSED", "Refused"
    FAILED = "FAILED", "Failed"


class RowOperation(TextChoices):
    INSERT = "INSERT", "Inserted"
    UPDATE = "UPDATE", "Changed"
    DELETE = "DELETE", "Deleted"


class VerificationState(TextChoices):
    REQUESTED = "REQUESTED", "Waiting for the sealer"
    RUNNING = "RUNNING", "Running"
    DONE = "DONE", "Done"


class FindingKind(TextChoices):
    EDITED = "EDITED", "A sealed row was changed"
    DELETED = "DELETED", "A sealed row is gone"
    INSERTED = "INSERTED", "A row was slipped in among sealed ones"
    BACK_DATED = "BACK_DATED", "A row claims a time it cannot have been written at"
    SEAL_BROKEN = "SEAL_BROKEN", "A seal does not match its signature, its rows or the seal before"
    SEAL_MISSING = "SEAL_MISSING", "Seals written down outside the database are gone from it"
    SEAL_UNKNOWN = "SEAL_UNKNOWN", "A seal differs from the one written down outside the database"


class ExportState(TextChoices):
    WAITING = "WAITING", "Waiting"
    DONE = "DONE", "Done"
    CLEARED = "CLEARED", "Content removed"


class LineKind(TextChoices):
    EVENT = "EVENT", "Acts, views and refusals"
    SIGN_IN = "SIGN_IN", "Sign-ins"
    ROW = "ROW", "Changed rows"
