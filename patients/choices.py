from django.db.models import TextChoices


class Sex(TextChoices):
    FEMALE = "F", "Female"
    MALE = "M", "Male"
    UNKNOWN = "U", "Unknown"


class Relationship(TextChoices):
    """How the patient stands to the subscriber."""

    SELF = "SELF", "Self"
    SPOUSE = "SPOUSE", "Spouse"
    CHILD = "CHILD", "Child"
    OTHER = "OTHER", "Other"


RELATIONSHIP_CODES = {
    Relationship.SELF: "18",
    Relationship.SPOUSE: "01",
    Relationship.CHILD: "19",
    Relationship.OTHER: "G8",
}
"""X12 data element 1069, of SBR02, PAT01 and INS02."""


class PlanType(TextChoices):
    UNKNOWN = "UNKNOWN", "Not known"
    HMO = "HMO", "HMO"
    PPO = "PPO", "PPO"
    EPO = "EPO", "EPO"
    POS = "POS", "Point of service"
    HDHP = "HDHP", "High deductible"
    INDEMNITY = "INDEMNITY", "Indemnity"
    MEDICARE = "MEDICARE", "Medicare"
    MEDICARE_ADVANTAGE = "MEDICARE_ADVANTAGE", "Medicare Advantage"
    MEDICAID = "MEDICAID", "Medicaid"
    TRICARE = "TRICARE", "TRICARE or CHAMPVA"
    WORKERS_COMPENSATION = "WORKERS_COMPENSATION", "Workers' compensation"
    AUTO = "AUTO", "Automobile"


class Source(TextChoices):
    """Where a value came from."""

    PERSON = "PERSON", "entered by hand"
    API = "API", "another program"
    CLAIM_FILE = "CLAIM_FILE", "837 file"
    REMITTANCE = "REMITTANCE", "835 file"
    PAYER = "PAYER", "payer's answer"


class PaymentMethod(TextChoices):
    """How a patient paid at the desk."""

    CARD = "CARD", "Card"
    CASH = "CASH", "Cash"
    CHECK = "CHECK", "Check"
    OTHER = "OTHER", "Another way"


class HistoryAction(TextChoices):
    CREATED = "CREATED", "created"
    UPDATED = "UPDATED", "updated"
    SEEN_DIFFERENT = "SEEN_DIFFERENT", "said otherwise"


class SubjectType(TextChoices):
    PATIENT = "PATIENT", "Patient"
    GUARANTOR = "GUARANTOR", "Guarantor"
    COVERAGE = "COVERAGE", "Coverage"
    ENCOUNTER = "ENCOUNTER", "Encounter"
    CHARGE = "CHARGE", "Charge"


class ReceivedAs(TextChoices):
    """What became of a visit that another program sent."""

    CREATED = "CREATED", "Recorded"
    UPDATED = "UPDATED", "Changed"
    UNCHANGED = "UNCHANGED", "On file as it was sent"
    REFUSED = "REFUSED", "Refused"


class EncounterState(TextChoices):
    PLANNED = "PLANNED", "Planned"
    CHECKED_IN = "CHECKED_IN", "Checked in"
    FINISHED = "FINISHED", "Finished"
    CANCELLED = "CANCELLED", "Cancelled"


class ClaimKind(TextChoices):
    """What the visit is billed as."""

    PROFESSIONAL = "PROFESSIONAL", "Professional"
    INSTITUTIONAL = "INSTITUTIONAL", "Institutional"


class BillingState(TextChoices):
    """How far a visit is on its way to a claim."""

    OPEN = "OPEN", "Being entered"
    READY = "READY", "Ready to bill"
    HELD = "HELD", "Held"
    BILLED = "BILLED", "Billed"
    CHANGED = "CHANGED", "Changed after billing"


class HoldReason(TextChoices):
    SENSITIVE = "SENSITIVE", "Consent needed (42 CFR Part 2)"
    DOCUMENTATION = "DOCUMENTATION", "Documentation missing"
    CODING = "CODING", "Coding question"
    AUTHORIZATION = "AUTHORIZATION", "Authorization pending"
    COVERAGE = "COVERAGE", "Coverage unclear"
    SELF_PAY = "SELF_PAY", "Patient asked not to bill the plan"
    OTHER = "OTHER", "Other"


# What law protects is held by its flag, not by a person.
HOLD_REASONS = [one for one in HoldReason.choices if one[0] != HoldReason.SENSITIVE]


class AccidentCause(TextChoices):
    """CLM11."""

    AUTOMOBILE = "AA", "Automobile accident"
    EMPLOYMENT = "EM", "Employment"
    OTHER = "OA", "Other accident"


class ConsentState(TextChoices):
    ACTIVE = "ACTIVE", "Active"
    REVOKED = "REVOKED", "Revoked"
    SUPERSEDED = "SUPERSEDED", "Superseded"


class DiagnosisQualifier(TextChoices):
    """HI01-1 of the 837; other qualifiers found in files are kept as they are."""

    PRINCIPAL = "ABK", "Principal"
    OTHER = "ABF", "Other"
    ADMITTING = "ABJ", "Admitting"
    REASON_FOR_VISIT = "APR", "Reason for visit"
    EXTERNAL_CAUSE = "ABN", "External cause"


class ChargeState(TextChoices):
    BILLABLE = "BILLABLE", "Billable"
    NOT_BILLABLE = "NOT_BILLABLE", "Not billable"
    VOIDED = "VOIDED", "Voided"


class PriceSource(TextChoices):
    CLAIM_FILE = "CLAIM_FILE", "837 file"
    MANUAL = "MANUAL", "entered by hand"
    API = "API", "another program"


# SV104-1 and SV204: what a line's units count.
UNIT_WORDS = {"UN": "units", "MJ": "minutes", "DA": "days"}
RANKS = ((1, "Primary"), (2, "Secondary"), (3, "Tertiary"))
