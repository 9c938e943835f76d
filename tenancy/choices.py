from django.db.models import TextChoices


class OrganizationKind(TextChoices):
    PRACTICE = "PRACTICE", "Practice"
    BILLING_COMPANY = "BILLING_COMPANY", "Billing company"


class Role(TextChoices):
    FRONT_DESK = "FRONT_DESK", "Front desk"
    BILLER = "BILLER", "Biller"
    POSTER = "POSTER", "Payment poster"
    DENIAL_SPECIALIST = "DENIAL_SPECIALIST", "Denial specialist"
    SUPERVISOR = "SUPERVISOR", "Supervisor"
    PRACTICE_ADMIN = "PRACTICE_ADMIN", "Practice administrator"
    MSO_ADMIN = "MSO_ADMIN", "Billing company administrator"
    AUDITOR = "AUDITOR", "Auditor"
    READER = "READER", "Reader"
    API_CLIENT = "API_CLIENT", "API client"
    SUPPORT = "SUPPORT", "Support (break-glass)"


class Purpose(TextChoices):
    """Why patient data is opened, chosen at sign-in; the codes are HL7 v3 ActReason's."""

    PAYMENT = "HPAYMT", "Payment"
    OPERATIONS = "HOPERAT", "Operations"
    TREATMENT = "TREAT", "Treatment"
    PATIENT_REQUEST = "PATRQT", "Patient request"
    AUDIT = "HCOMPL", "Audit and compliance"
    BREAK_GLASS = "BTG", "Break-glass"


class ActorKind(TextChoices):
    PERSON = "PERSON", "Person"
    API = "API", "API client"
    JOB = "JOB", "Job"
    COMMAND = "COMMAND", "Command"


class MessageState(TextChoices):
    PENDING = "PENDING", "Pending"
    DONE = "DONE", "Done"
    NEEDS_HUMAN = "NEEDS_HUMAN", "Needs a person"
