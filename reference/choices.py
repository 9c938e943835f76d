from django.db.models import TextChoices


class PayerKind(TextChoices):
    """The sorts of payer whose clocks differ; values are those of the example deadlines."""

    COMMERCIAL_PAR = "commercial_par_generic", "Commercial, in network"
    COMMERCIAL_NONPAR = "commercial_nonpar_generic", "Commercial, out of network"
    AETNA = "aetna_commercial", "Aetna commercial"
    CIGNA = "cigna_commercial", "Cigna commercial"
    UHC = "uhc_commercial", "UnitedHealthcare commercial"
    HUMANA = "humana_commercial", "Humana commercial"
    BCBS = "bcbs_generic", "Blue Cross Blue Shield plan"
    FEHB = "fehb_bcbs_federal", "Federal employees (FEHB)"
    MEDICARE = "medicare_ffs", "Medicare fee-for-service"
    MEDICARE_ADVANTAGE = "medicare_advantage_contracted", "Medicare Advantage, contracted"
    MEDICARE_ADVANTAGE_NONPAR = "medicare_advantage_noncontracted", "Medicare Advantage, not contracted"
    MEDICAID = "medicaid_ffs", "Medicaid fee-for-service"
    MEDICAID_MANAGED = "medicaid_managed_care", "Medicaid managed care"
    TRICARE = "tricare", "TRICARE"
    VA = "va_community_care", "VA community care"
    WORKERS_COMP = "workers_comp", "Workers' compensation"
    AUTO = "auto_nofault", "Auto or no-fault"
    SELF_FUNDED = "erisa_member_appeal", "Self-funded plan (ERISA)"


class AliasKind(TextChoices):
    NAME = "NAME", "Name"
    IDENTIFIER = "IDENTIFIER", "Payer identifier"
    TAX_ID = "TAX_ID", "Tax number"


class ProviderKind(TextChoices):
    PERSON = "PERSON", "Person"
    ORGANIZATION = "ORGANIZATION", "Organization"


class DeadlineKind(TextChoices):
    INITIAL_CLAIM = "INITIAL_CLAIM", "First claim"
    CORRECTED_CLAIM = "CORRECTED_CLAIM", "Corrected claim"
    SECONDARY_CLAIM = "SECONDARY_CLAIM", "Secondary claim"
    RECONSIDERATION = "RECONSIDERATION", "Reconsideration"
    APPEAL_1 = "APPEAL_1", "First appeal"
    APPEAL_2 = "APPEAL_2", "Second appeal"
    EXTERNAL_REVIEW = "EXTERNAL_REVIEW", "External review"
    RECORDS_REQUEST = "RECORDS_REQUEST", "Records request"
    RETRO_AUTHORIZATION = "RETRO_AUTHORIZATION", "Authorization after the fact"
    RECOUPMENT_REBUTTAL = "RECOUPMENT_REBUTTAL", "Rebuttal of a recoupment"
    DISPUTE_RESOLUTION = "DISPUTE_RESOLUTION", "Federal dispute resolution"


class DeadlineBasis(TextChoices):
    SERVICE_FROM = "SERVICE_FROM", "first day of service"
    SERVICE_THROUGH = "SERVICE_THROUGH", "last day of service"
    ADMISSION = "ADMISSION", "admission"
    DISCHARGE = "DISCHARGE", "discharge"
    PRIMARY_REMITTANCE = "PRIMARY_REMITTANCE", "the primary payer's remittance"
    REMITTANCE = "REMITTANCE", "date of the remittance"
    NOTICE = "NOTICE", "date of the notice"
    RECEIPT = "RECEIPT", "receipt, presumed 5 days after the notice"
    PAYMENT = "PAYMENT", "payment"


class DayType(TextChoices):
    CALENDAR = "CALENDAR", "calendar days"
    BUSINESS = "BUSINESS", "business days"


class Cutoff(TextChoices):
    RECEIVED = "RECEIVED", "Received by the payer"
    POSTMARKED = "POSTMARKED", "Postmarked"
    SUBMITTED = "SUBMITTED", "Sent"


class FixedDate(TextChoices):
    END_OF_NEXT_YEAR = "END_OF_NEXT_YEAR", "31 December of the year after"
    END_OF_YEAR = "END_OF_YEAR", "31 December of the same year"


class Confidence(TextChoices):
    CONTRACT = "CONTRACT", "From our contract or the law"
    CONFIRMED = "CONFIRMED", "Confirmed by the practice"
    SOURCED = "SOURCED", "Example from a public source"
    GENERAL = "GENERAL", "Example from general knowledge"
    CONFLICTING = "CONFLICTING", "Example; sources disagree"


class CodeSet(TextChoices):
    ADJUSTMENT_REASON = "ADJUSTMENT_REASON", "Claim adjustment reason codes (CARC)"
    REMARK = "REMARK", "Remittance advice remark codes (RARC)"
    PROVIDER_ADJUSTMENT = "PROVIDER_ADJUSTMENT", "Provider adjustment codes (PLB)"
    CLAIM_STATUS = "CLAIM_STATUS", "Claim status codes"
