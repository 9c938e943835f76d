"""Addresses of the code systems, identifiers and extensions the resources speak in, and what our words mean there."""

from __future__ import annotations

from eligibility.rules.words import BenefitKind, Network

OURS = "urn:rcm-workbench"
TRACE_NUMBER = f"{OURS}:trace-number"
PAYER_ID = f"{OURS}:payer-id"
RECORD_NUMBER = f"{OURS}:record-number"
COVERAGE = f"{OURS}:coverage"
BENEFIT = f"{OURS}:benefit"
OUTCOME = f"{OURS}:outcome"
NETWORK = f"{OURS}:network"

COMPATIBLE_NUMBER = "https://terminology.zapehr.com/rcm-control-number"
COMPATIBLE_PAYER = "https://terminology.zapehr.com/rcm-payer-id"
COMPATIBLE_ANSWER = "https://terminology.zapehr.com/change-api-response"
"""What programs written for ZapEHR look for."""

NPI = "http://hl7.org/fhir/sid/us-npi"
HL7 = "http://terminology.hl7.org/CodeSystem"
SERVICE_TYPE = "https://x12.org/codes/service-type-codes"
X12_COVERAGE_LEVEL = "https://codesystem.x12.org/005010/1207"
X12_PERIOD = "https://codesystem.x12.org/005010/615"
X12_QUANTITY = "https://codesystem.x12.org/005010/673"
X12_INSURANCE_TYPE = "https://codesystem.x12.org/005010/1336"
X12_REJECT_REASON = "https://codesystem.x12.org/005010/901"
X12_FOLLOW_UP = "https://codesystem.x12.org/005010/889"
PLACE_OF_SERVICE = "https://www.cms.gov/Medicare/Coding/place-of-service-codes/Place_of_Service_Code_Set"
PROCEDURES = {
    "HC": "https://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets",
    "AD": "http://www.ada.org/cdt",
    "ND": "http://hl7.org/fhir/sid/ndc",
}
CPT = "http://www.ama-assn.org/go/cpt"

ANSWER = f"{OURS}:answer"
"""The whole answer as we read it, JSON."""
X12_ANSWER = f"{OURS}:x12"
"""The whole answer as it came."""
SEGMENT = f"{OURS}:segment"
LOOP = f"{OURS}:loop"
FOLLOW_UP = f"{OURS}:follow-up"
ADVICE = f"{OURS}:advice"
IS_DERIVED = f"{OURS}:derived"
IS_CONTESTED = f"{OURS}:contested"
IS_NETWORK_INFERRED = f"{OURS}:network-inferred"
QUANTITY_UNIT = f"{OURS}:quantity-unit"
PLACE = f"{OURS}:place-of-service"
DIAGNOSIS = f"{OURS}:diagnosis"
INSURANCE_TYPE = f"{OURS}:insurance-type"
VALID = f"{OURS}:valid"

BENEFIT_TYPES = {
    BenefitKind.COPAY: "copay",
    BenefitKind.COINSURANCE: "copay-percent",
    BenefitKind.DEDUCTIBLE_TOTAL: "deductible",
    BenefitKind.DEDUCTIBLE_USED: "deductible",
}
"""HL7's benefit types, where they mean the same as ours. Nothing there means what is left."""
UNITS = {"IND": "individual", "FAM": "family"}
TERMS = {"7": "day", "22": "annual", "23": "annual", "32": "lifetime"}
"""HL7's terms by EB06."""
NETWORKS = {Network.IN: "in", Network.OUT: "out"}
RELATIONSHIPS = {"18": "self", "01": "spouse", "19": "child", "53": "common"}
"""HL7's relationships to the subscriber by INS02; all others are `other`."""
GENDERS = {"F": "female", "M": "male", "U": "unknown"}
