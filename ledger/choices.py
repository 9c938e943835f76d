from django.db.models import TextChoices


class Account(TextChoices):
    """Where money stands. The reason, rank, claim or payer it concerns is on the posting, not in the name."""

    AR_INS = "AR_INS", "Owed by insurance"
    AR_PT = "AR_PT", "Owed by the patient"
    REVENUE = "REVENUE", "Charges"
    ADJ_CONTRACTUAL = "ADJ_CONTRACTUAL", "Contractual adjustment"
    ADJ_OTHER = "ADJ_OTHER", "Other adjustment"
    WRITEOFF_INS = "WRITEOFF_INS", "Insurance write-off"
    WRITEOFF_PT = "WRITEOFF_PT", "Patient write-off"
    ERA_CLEARING = "ERA_CLEARING", "Announced by a payer"
    BANK = "BANK", "Bank"
    PAYER_RECOUP = "PAYER_RECOUP", "Owed back to a payer"
    UNAPPLIED_INS = "UNAPPLIED_INS", "Insurance money without a claim"
    UNAPPLIED_PT = "UNAPPLIED_PT", "Patient money not yet applied"
    SUSPENSE = "SUSPENSE", "Suspense"
    REFUND_PAYABLE = "REFUND_PAYABLE", "Refund to be paid"
    INTEREST_INCOME = "INTEREST_INCOME", "Interest"
    LEVY = "LEVY", "Levy"
    CAPITATION = "CAPITATION", "Capitation"
    CREDIT_BALANCE = "CREDIT_BALANCE", "Credit balance"


class EntryKind(TextChoices):
    CHARGE = "CHARGE", "Charge"
    CHARGE_VOIDED = "CHARGE_VOIDED", "Charge voided"
    CLAIM_PAYMENT = "CLAIM_PAYMENT", "Payer's decision on a claim"
    CLAIM_REVERSAL = "CLAIM_REVERSAL", "Payer took a decision back"
    UNAPPLIED = "UNAPPLIED", "Paid for a claim not found"
    SUSPENDED = "SUSPENDED", "Held in suspense"
    PROVIDER_ADJUSTMENT = "PROVIDER_ADJUSTMENT", "Provider-level adjustment"
    RECEIVABLE_TIED = "RECEIVABLE_TIED", "Recovered money tied to a claim"
    CREDIT_MOVED = "CREDIT_MOVED", "Credit balance"
    TRANSFER = "TRANSFER", "Transfer of responsibility"
    CONTRACTUAL = "CONTRACTUAL", "Contractual adjustment"
    WRITE_OFF = "WRITE_OFF", "Write-off"
    DEPOSIT = "DEPOSIT", "Bank deposit"
    PATIENT_PAYMENT = "PATIENT_PAYMENT", "Patient payment"
    MIRROR = "MIRROR", "Entry reversed"


class SubjectKind(TextChoices):
    """What a cached balance is kept for."""

    CHARGE = "CHARGE", "Charge"
    CLAIM = "CLAIM", "Claim as a whole"
    PATIENT = "PATIENT", "Patient"
    PAYER = "PAYER", "Payer"
    REMITTANCE = "REMITTANCE", "Remittance"
    PRACTICE = "PRACTICE", "Practice"
