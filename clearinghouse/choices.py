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


class FileState(TextChoices):
    STORED = "STORED", "Stored"
    READ = "READ", "Read"
    REFUSED = "REFUSED", "Not readable"
    QUARANTINED = "QUARANTINED", "Quarantined"
