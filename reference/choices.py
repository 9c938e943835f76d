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


class PayerQuirk(TextChoices):
    """What a payer wants otherwise than the guide leaves it; `claims.rules.building.quirks` does it."""

    AUTHORIZATION_ON_LINES = "AUTHORIZATION_ON_LINES", "Authorization repeated on every line"
    NO_GROUP_NUMBER = "NO_GROUP_NUMBER", "No group number"
    NO_SPECIALTIES = "NO_SPECIALTIES", "No specialties (taxonomy codes) of providers"
    BARE_MEMBER_ID = "BARE_MEMBER_ID", "Member id without hyphens"


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


class ReleaseKind(TextChoices):
    """Code sets that are published by quarter or year."""

    CODE_PAIRS = "ncci-ptp", "NCCI procedure pairs (PTP)"
    UNIT_LIMITS = "ncci-mue", "NCCI unit limits (MUE)"
    DIAGNOSES = "icd-10-cm", "Diagnoses (ICD-10-CM)"
    SERVICES = "hcpcs", "Procedures and supplies (HCPCS level II)"


class ReleaseSetting(TextChoices):
    """Whose claims the NCCI tables are for."""

    PRACTITIONER = "practitioner", "Practitioner"
    HOSPITAL = "hospital", "Outpatient hospital"
    SUPPLIER = "supplier", "Equipment supplier"


class Category(TextChoices):
    """What a denial is about; the values are those of the code tables."""

    ELIGIBILITY = "eligibility", "Eligibility"
    AUTHORIZATION = "authorization", "Authorization"
    MEDICAL_NECESSITY = "medical_necessity", "Medical necessity"
    CODING = "coding", "Coding"
    BILLING_ERROR = "billing_error", "Billing or documentation"
    TIMELY_FILING = "timely_filing", "Timely filing"
    DUPLICATE = "duplicate", "Duplicate"
    COB = "cob", "Other payer first"
    CONTRACTUAL_BUNDLING = "contractual_bundling", "Bundling or contract"
    NONCOVERED_BENEFIT_MAX = "noncovered_benefit_max", "Not covered or benefit used up"
    CREDENTIALING_NETWORK = "credentialing_network", "Credentialing or network"
    PATIENT_RESPONSIBILITY = "patient_responsibility", "Patient responsibility"
    INFORMATIONAL = "informational", "Informational"


class Action(TextChoices):
    """What may be tried; the values are those of the code tables."""

    CORRECT_RESUBMIT_7 = "correct_resubmit_7", "Send a corrected claim"
    REBILL_NEW = "rebill_new", "Send a new claim"
    VOID_THEN_NEW = "void_then_new", "Void, then send a new claim"
    SPLIT_REBILL = "split_rebill", "Split and bill again"
    COMBINE_CLAIMS = "combine_claims", "Combine with the other claim"
    APPEAL = "appeal", "Appeal"
    PEER_TO_PEER = "peer_to_peer", "Ask for a peer-to-peer review"
    ATTACH_RECORDS = "attach_records", "Send the records"
    ADD_AUTH = "add_auth", "Obtain the authorization"
    VERIFY_ELIGIBILITY = "verify_eligibility", "Check eligibility"
    VERIFY_COB = "verify_cob", "Check the order of payers"
    BILL_OTHER_PAYER = "bill_other_payer", "Bill the other payer"
    BILL_SECONDARY = "bill_secondary", "Bill the secondary payer"
    BILL_FACILITY = "bill_facility", "Bill the facility"
    BILL_PROFESSIONAL_CLAIM = "bill_professional_claim", "Bill as a professional claim"
    BILL_PATIENT = "bill_patient", "Bill the patient"
    CONTACT_PATIENT = "contact_patient", "Contact the patient"
    WRITE_OFF = "write_off", "Write off"
    REFUND_PATIENT = "refund_patient", "Refund the patient"
    REFUND_PAYER = "refund_payer", "Refund the payer"
    REVIEW_PRICING = "review_pricing", "Compare with the contract"
    FIX_ENROLLMENT = "fix_enrollment", "Correct the enrollment"
    CALL_PAYER = "call_payer", "Call the payer"
    APPEAL_PRIOR_PAYER = "appeal_prior_payer", "Appeal to the earlier payer"
    CHECK_ORIGINAL = "check_original", "Look for the original"
    WAIT_PAYER = "wait_payer", "Wait for the payer"
    OPEN_NEGOTIATION = "open_negotiation", "Open negotiation (No Surprises Act)"
    ESCALATE_COMPLIANCE = "escalate_compliance", "Hand to compliance"
    READ_RARC = "read_rarc", "Read the remark code"
    POST_ONLY = "post_only", "Nothing to do"


class RootCause(TextChoices):
    """Why it happened, as far as the codes tell; the values are those of the code tables."""

    ABN_MISSING = "abn_missing", "Advance notice missing or defective"
    APPEAL_PROCESS = "appeal_process", "Appeal filed wrongly or late"
    ASSIGNMENT_MISSING = "assignment_missing", "Assignment of benefits missing"
    AUTH_DENIED_UPFRONT = "auth_denied_upfront", "Authorization was refused"
    AUTH_EXCEEDED = "auth_exceeded", "Authorization used up or expired"
    AUTH_LATE = "auth_late", "Authorization or notice too late"
    AUTH_MISMATCH = "auth_mismatch", "Authorization does not match"
    AUTH_MISSING = "auth_missing", "No authorization"
    BENEFIT_LIMIT = "benefit_limit", "Benefit limit reached"
    BILLING_DATA = "billing_data", "Claim data missing or wrong"
    BILLING_DUPLICATE = "billing_duplicate", "Billed twice"
    BILLING_LATE = "billing_late", "Filed late"
    BILLING_SPLIT = "billing_split", "Dates or services must be split"
    CHARGE_CAPTURE = "charge_capture", "Charge captured wrongly"
    CLINICAL_CRITERIA = "clinical_criteria", "Clinical criteria not met"
    CLINICAL_QUALITY = "clinical_quality", "Quality of care"
    COB_DATA = "cob_data", "Other payer's data missing or wrong"
    CODING_AGE_GENDER = "coding_age_gender", "Code does not fit age or gender"
    CODING_BUNDLING = "coding_bundling", "Bundled with another service"
    CODING_CPT = "coding_cpt", "Procedure code"
    CODING_DX = "coding_dx", "Diagnosis code"
    CODING_DX_CPT_PAIR = "coding_dx_cpt_pair", "Diagnosis does not support the procedure"
    CODING_LEVEL = "coding_level", "Level of service"
    CODING_MODIFIER = "coding_modifier", "Modifier"
    CODING_NDC = "coding_ndc", "Drug code (NDC)"
    CODING_POS = "coding_pos", "Place of service"
    CODING_UNITS = "coding_units", "Units"
    COMPLIANCE = "compliance", "Compliance"
    CONTRACT_LOAD = "contract_load", "Contract not loaded at the payer"
    CONTRACT_TERMS = "contract_terms", "Terms of the contract"
    DOCS_INSUFFICIENT = "docs_insufficient", "Documentation insufficient"
    DOCS_MISSING = "docs_missing", "Documentation missing"
    INHERIT = "inherit", "As the earlier denial"
    LIABILITY_OTHER = "liability_other", "Another party is liable"
    NONE = "none", "None"
    PATIENT_ACTION = "patient_action", "Patient must act"
    PATIENT_COST_SHARE = "patient_cost_share", "Patient's share"
    PAYER_PRICING = "payer_pricing", "Payer's pricing"
    PAYER_PROCESSING = "payer_processing", "Payer's processing"
    PLAN_EXCLUSION = "plan_exclusion", "Excluded by the plan"
    PROVIDER_DATA = "provider_data", "Provider data missing or wrong"
    PROVIDER_ENROLLMENT = "provider_enrollment", "Provider not enrolled"
    PROVIDER_NETWORK = "provider_network", "Provider out of network"
    REFERRAL_MISSING = "referral_missing", "Referral missing"
    REG_COB_ORDER = "reg_cob_order", "Order of payers"
    REG_COVERAGE = "reg_coverage", "Coverage not in force"
    REG_DEMOGRAPHICS = "reg_demographics", "Patient data wrong"
    REG_WRONG_PAYER = "reg_wrong_payer", "Wrong payer billed"
    REGULATORY = "regulatory", "Law or regulation"
    UNKNOWN = "unknown", "Not known yet"


class OwnerTeam(TextChoices):
    FRONT_DESK = "front_desk", "Front desk"
    AUTH_TEAM = "auth_team", "Authorizations"
    CODING = "coding", "Coding"
    BILLING = "billing", "Billing"
    CLINICAL_APPEALS = "clinical_appeals", "Clinical appeals"
    CONTRACTING = "contracting", "Contracting"
    CREDENTIALING = "credentialing", "Credentialing"
    PATIENT_AR = "patient_ar", "Patient accounts"
    PAYMENT_POSTING = "payment_posting", "Payment posting"
    COMPLIANCE = "compliance", "Compliance"
