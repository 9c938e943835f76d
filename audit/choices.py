from django.db.models import TextChoices


class Outcome(TextChoices):
    OK = "OK", "Done"
    REFUSED = "REFUSED", "Refused"
    FAILED = "FAILED", "Failed"


class RowOperation(TextChoices):
    INSERT = "INSERT", "Inserted"
    UPDATE = "UPDATE", "Changed"
    DELETE = "DELETE", "Deleted"
