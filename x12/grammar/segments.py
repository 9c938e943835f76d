# ruff: noqa: E501  one line per segment reads better than five
"""Every segment's elements, as data: usage, kind, length, name in our own words, codes where the list is short and closed.

One line per segment: `TAG name: element; element ...`; `TAG@276` where that transaction means something else by it. An element is `usage kind[min-]max name {codes}`, `-` for one
not used, `@name` for a composite, `*` after the kind for one that repeats. Code lists that grow (CARC, RARC, status
codes, places of service) are not here: an unknown code is kept and shown, never refused.
"""

from __future__ import annotations

import re

from x12.grammar.model import Element, SegmentDefinition

COMPOSITES_TEXT = """
procedure: R ID2 Kind of procedure code; R AN48 Procedure code; S AN2-2 Modifier; S AN2-2 Modifier 2; S AN2-2 Modifier 3; S AN2-2 Modifier 4; S AN80 Description; S AN48 End of code range
service_location: R AN1-2 Facility code; R ID1-2 Kind of facility code {A B}; R ID1-1 Frequency code
related_cause: R ID2-3 Cause {AA EM OA AP}; S ID2-3 Cause 2 {AA EM OA AP}; S ID2-3 Cause 3; S ID2-2 State; S ID2-3 Country
health_code: R ID1-3 Kind of code; R AN1-30 Code; S ID2-3 Date format; S AN1-35 Date; S R18 Amount; S R15 Quantity; S AN30 Version; S AN30 Other code; S ID1-1 Present on admission {Y N U W 1}
pointers: R N02 Diagnosis pointer; S N02 Diagnosis pointer 2; S N02 Diagnosis pointer 3; S N02 Diagnosis pointer 4
plb_reason: R ID2-2 Reason; S AN1-50 Reference
reference: R ID2-3 Kind of number; R AN1-50 Number; S ID2-3 Kind; S AN50 Number; S ID2-3 Kind; S AN50 Number
unit: R ID2-2 Unit; S R15 Exponent; S R10 Multiplier
drug_unit: R ID2-2 Unit {F2 GR ME ML UN}
identification: R AN80 Identification; S AN80 Identification 2
place: R N01-2 Element; S N01-2 Component; S N01-4 Repetition
reference_number: R AN1-4 Number in the dictionary; S N01-4 Number of the component
context: R AN1-35 Name; S AN1-35 Value
status: R ID1-3 Category; R ID1-3 Status; S ID2-3 Entity; S ID1-3 Code list
"""

SEGMENTS_TEXT = """
ST Transaction set header: R ID3-3 Kind of transaction; R AN4-9 Control number; S AN1-35 Implementation version
SE Transaction set trailer: R N01-10 Number of segments; R AN4-9 Control number
GS Functional group header: R ID2-2 Kind of group; R AN2-15 Sender; R AN2-15 Receiver; R DT8-8 Date; R TM4-8 Time; R N01-9 Control number; R ID1-2 Agency; R AN1-12 Version
GE Functional group trailer: R N01-6 Number of transaction sets; R N01-9 Control number
ISA Interchange header: R ID2-2 Authorization kind; R AN10-10 Authorization; R ID2-2 Security kind; R AN10-10 Security; R ID2-2 Kind of sender; R AN15-15 Sender; R ID2-2 Kind of receiver; R AN15-15 Receiver; R DT6-6 Date; R TM4-4 Time; R AN1-1 Repetition separator; R ID5-5 Version; R N09-9 Control number; R ID1-1 Acknowledgement requested; R ID1-1 Test or production {P T}; R AN1-1 Component separator
IEA Interchange trailer: R N01-5 Number of groups; R N09-9 Control number
TA1 Interchange acknowledgement: R N09-9 Control number; R DT6-6 Date; R TM4-4 Time; R ID1-1 Accepted or rejected {A E R}; R ID3-3 Reason
BPR Payment: R ID1-2 Handling {C D H I P U X}; R R18 Payment amount; R ID1-1 Credit or debit {C D}; R ID3-3 Payment method {ACH BOP CHK FWT NON}; S ID1-10 Payment format {CCP CTX}; S ID2-2 Kind of sending bank number {01 04}; S AN3-12 Sending bank; S ID1-3 Kind of sending account {DA}; S AN1-35 Sending account; S AN10-10 Originating company; S AN9-9 Originating company supplement; S ID2-2 Kind of receiving bank number {01 04}; S AN3-12 Receiving bank; S ID1-3 Kind of receiving account {DA SG}; S AN1-35 Receiving account; S DT8-8 Payment date; -; -; -; -; -
TRN Trace number: R ID1-2 Kind of trace {1 2}; R AN1-50 Check or EFT number; R AN10-10 Payer identifier; S AN1-50 Supplement
CUR Currency: R ID2-3 Whose currency; R ID3-3 Currency; S R10 Exchange rate
REF Number: R ID2-3 Kind of number; S AN1-50 Number; S AN1-80 Description; S @reference Further numbers
DTM Date: R ID3-3 Kind of date; S DT8-8 Date; S TM8 Time; S ID2 Time code; S ID2-3 Format; S AN35 Period
DTP Date: R ID3-3 Kind of date; R ID2-3 Format {D8 RD8 DT TM}; R AN1-35 Date
N1 Party: R ID2-3 Role; S AN1-60 Name; S ID1-2 Kind of identifier; S AN2-80 Identifier; -; -
N3 Address: R AN1-55 Street; S AN1-55 Second line
N4 City, state, ZIP: R AN2-30 City; S ID2-2 State; S ID3-15 ZIP code; S ID2-3 Country; -; -; S ID1-3 Subdivision
PER Contact: R ID2-2 Function; S AN1-60 Name; S ID2-2 Kind of number {TE EM FX EX UR}; S AN1-256 Number; S ID2-2 Kind of number 2; S AN1-256 Number 2; S ID2-2 Kind of number 3; S AN1-256 Number 3; -
RDM Remittance delivery: R ID1-2 Method {BM EM FT OL}; S AN1-60 Name; S AN1-256 Address
LX Number: R N01-6 Number
TS3 Provider summary: R AN1-50 Provider; R AN1-2 Facility code; R DT8-8 Fiscal period; R R15 Number of claims; R R18 Charges; -; -; -; -; -; -; -; S R18 Medicare secondary payer amount; -; S R18 Non-laboratory charge; -; S R18 HCPCS reported amount; S R18 HCPCS payable amount; -; S R18 Professional component; S R18 Patient liability from another payer; S R18 Patient reimbursement; S R15 PIP claims; S R18 PIP adjustment
TS2 Provider supplemental summary: S R18 DRG amount; S R18 Federal-specific amount; S R18 Hospital-specific amount; S R18 Disproportionate share; S R18 Capital; S R18 Indirect medical education; S R15 Outlier days; S R18 Day outlier; S R18 Cost outlier; S R15 Average length of stay; S R15 Discharges; S R15 Cost report days; S R15 Covered days; S R15 Non-covered days; S R18 PSP capital; S R15 Average DRG weight; S R18 PPS capital; S R18 PPS disproportionate share; S R18 PPS exception
CLP Claim payment: R AN1-38 Patient control number; R ID1-2 Claim status {1 2 3 4 19 20 21 22 23 25}; R R18 Charge; R R18 Paid; S R18 Patient responsibility; R ID1-2 Kind of plan; R AN1-50 Payer control number; S AN1-2 Facility code; S ID1-1 Frequency code; -; S ID1-4 DRG; S R15 DRG weight; S R10 Discharge fraction; -
CAS Adjustment: R ID1-2 Group {CO CR OA PI PR}; R ID1-5 Reason; R R18 Amount; S R15 Quantity; S ID1-5 Reason 2; S R18 Amount 2; S R15 Quantity 2; S ID1-5 Reason 3; S R18 Amount 3; S R15 Quantity 3; S ID1-5 Reason 4; S R18 Amount 4; S R15 Quantity 4; S ID1-5 Reason 5; S R18 Amount 5; S R15 Quantity 5; S ID1-5 Reason 6; S R18 Amount 6; S R15 Quantity 6
NM1 Name: R ID2-3 Role; R ID1-1 Person or organization {1 2}; S AN1-60 Last name or organization; S AN1-35 First name; S AN1-25 Middle name; S AN1-10 Prefix; S AN1-10 Suffix; S ID1-2 Kind of identifier; S AN2-80 Identifier; -; -; -
MIA Inpatient adjudication: R R15 Covered days or visits; S R18 PPS operating outlier; S R15 Lifetime psychiatric days; S R18 Claim DRG amount; S AN1-50 Remark; S R18 Disproportionate share; S R18 Pass-through; S R18 PPS capital; S R18 PPS capital FSP; S R18 PPS capital HSP; S R18 PPS capital DSH; S R18 Old capital; S R18 PPS capital IME; S R18 PPS operating hospital DRG; S R15 Cost report days; S R18 PPS operating federal DRG; S R18 PPS capital outlier; S R18 Indirect teaching; S R18 Non-payable professional component; S AN1-50 Remark 2; S AN1-50 Remark 3; S AN1-50 Remark 4; S AN1-50 Remark 5; S R18 PPS capital exception
MOA Outpatient adjudication: S R10 Reimbursement rate; S R18 HCPCS payable; S AN1-50 Remark; S AN1-50 Remark 2; S AN1-50 Remark 3; S AN1-50 Remark 4; S AN1-50 Remark 5; S R18 ESRD payment; S R18 Non-payable professional component
AMT Amount: R ID1-3 Kind of amount; R R18 Amount; -
QTY Quantity: R ID2-2 Kind of quantity; R R15 Quantity; -; -
SVC Service payment: R @procedure Procedure paid; R R18 Charge; R R18 Paid; S AN1-48 Revenue code; S R15 Paid units; S @procedure Procedure submitted; S R15 Submitted units
LQ Code: R ID1-3 Kind of code; R AN1-30 Code
PLB Provider adjustment: R AN1-50 Provider; R DT8-8 End of fiscal year; R @plb_reason Reason and reference; R R18 Amount; S @plb_reason Reason and reference 2; S R18 Amount 2; S @plb_reason Reason and reference 3; S R18 Amount 3; S @plb_reason Reason and reference 4; S R18 Amount 4; S @plb_reason Reason and reference 5; S R18 Amount 5; S @plb_reason Reason and reference 6; S R18 Amount 6
BHT Beginning of batch: R ID4-4 Structure; R ID2-2 Purpose {00 18}; R AN1-50 Batch reference; R DT8-8 Date; R TM4-8 Time; R ID2-2 Claims or encounters {31 CH RP}
HL Level: R AN1-12 Number of the level; S AN1-12 Number of the level above; R ID1-2 Kind of level {20 22 23}; S ID1-1 Has levels below {0 1}
PRV Specialty: R ID1-3 Role; R ID2-3 Kind of code {PXC}; R AN1-50 Taxonomy code
SBR Coverage: R ID1-1 Order of payment {A B C D E F G H P S T U}; S ID2-2 Relationship; S AN1-50 Group number; S AN1-60 Group name; S ID1-3 Medicare secondary kind; -; -; -; S ID1-2 Kind of plan
PAT Patient: S ID2-2 Relationship; -; -; -; S ID2-3 Date format; S AN35 Date of death; S ID2-2 Unit; S R10 Weight; S ID1-1 Pregnant {Y}
DMG Birth date and sex: R ID2-3 Date format {D8}; R AN1-35 Birth date; R ID1-1 Sex {F M U}
CLM Claim: R AN1-38 Patient control number; R R18 Charge; -; -; R @service_location Place and frequency; S ID1-1 Provider signature on file {Y N}; R ID1-1 Assignment {A B C}; R ID1-1 Benefits assigned {N W Y}; R ID1-1 Release of information {I Y}; S ID1-1 Patient signature {P}; S @related_cause Related cause; S ID2-3 Special program; -; -; -; -; -; -; -; S ID1-2 Delay reason
CL1 Admission: R ID1-1 Kind of admission; S ID1-1 Source of admission; R ID1-2 Patient status
PWK Attachment: R ID2-2 Kind of report; R ID1-2 How it is sent {AA BM EL EM FT FX}; -; -; S ID1-2 Kind of number {AC}; S AN2-80 Attachment number
CN1 Contract: R ID2-2 Kind of contract; S R18 Amount; S R6 Percent; S AN1-50 Code; S R6 Discount percent; S AN1-30 Version
K3 Fixed text: R AN1-80 Text
NTE Note: S ID3-3 Kind of note; R AN1-80 Text
CR1 Ambulance transport: S ID2-2 Unit {LB}; S R10 Weight; -; R ID1-1 Reason; R ID2-2 Unit {DH}; R R15 Distance; -; -; S AN1-80 Round trip purpose; S AN1-80 Stretcher purpose
CR2 Spinal manipulation: -; -; -; -; -; -; -; R ID1-1 Condition; -; S AN1-80 Description; S AN1-80 Description 2
CR3 Equipment certification: R ID1-1 Kind {I R S}; R ID2-2 Unit {MO}; R R15 Months
CRC Condition: R ID2-2 Kind; R ID1-1 Applies {Y N}; R ID2-3 Condition; S ID2-3 Condition 2; S ID2-3 Condition 3; S ID2-3 Condition 4; S ID2-3 Condition 5
HI Health codes: R @health_code Code; S @health_code Code 2; S @health_code Code 3; S @health_code Code 4; S @health_code Code 5; S @health_code Code 6; S @health_code Code 7; S @health_code Code 8; S @health_code Code 9; S @health_code Code 10; S @health_code Code 11; S @health_code Code 12
HCP Repricing: R ID2-2 Method; S R18 Repriced allowed; S R18 Savings; S AN1-50 Repricer; S R9 Rate; S AN1-50 Group; S R18 Group amount; S AN1-48 Revenue code; S ID2-2 Kind of procedure; S AN1-48 Procedure; S ID2-2 Unit; S R15 Units; S ID2-2 Reject reason; S ID1-2 Policy compliance; S ID1-2 Exception
OI Other insurance: -; -; R ID1-1 Benefits assigned {N W Y}; S ID1-1 Patient signature {P}; -; R ID1-1 Release of information {I Y}
SV1 Professional service: R @procedure Procedure; R R18 Charge; R ID2-2 Unit {MJ UN}; R R15 Units; S AN1-2 Place of service; -; R @pointers Diagnosis pointers; -; S ID1-1 Emergency {Y}; -; S ID1-1 EPSDT {Y}; S ID1-1 Family planning {Y}; -; -; S ID1-1 Copay exempt {0}
SV2 Institutional service: R AN1-48 Revenue code; S @procedure Procedure; R R18 Charge; R ID2-2 Unit {DA UN}; R R15 Units; -; S R18 Non-covered charge
SV5 Durable medical equipment: R @procedure Procedure; R ID2-2 Unit; R R15 Days; S R18 Rental price; S R18 Purchase price; S ID1-1 Rental period {1 4 6}
MEA Test result: R ID2-2 Kind; R ID1-3 What was measured; R R20 Value
PS1 Purchased service: R AN1-50 Provider; R R18 Charge
LIN Drug: -; R ID2-2 Kind of code {EN EO HI N4 ON UK UP}; R AN1-48 Drug code
CTP Drug quantity: -; -; -; R R15 Quantity; R @drug_unit Unit
SVD Line decision: R AN2-80 Payer; R R18 Paid; S @procedure Procedure paid; S AN1-48 Revenue code; R R15 Paid units; S N01-6 Bundled into line
AK1 Answered group: R ID2-2 Kind of group; R N01-9 Control number; S AN1-12 Version
AK2 Answered transaction set: R ID3-3 Kind of transaction; R AN1-9 Control number; S AN1-35 Version
IK3 Segment error: R AN1-3 Segment; R N01-10 Segment in the transaction set; S AN1-6 Loop; R ID1-3 Error
CTX Context: R @context Context; S ID2-3 Segment; S N01-10 Segment in the transaction set; S AN1-6 Loop; S @place Place in the segment; S @reference_number Number in the dictionary
IK4 Element error: R @place Place in the segment; S N01-4 Number in the dictionary; R ID1-3 Error; S AN1-99 Copy of the element
IK5 Answer to the transaction set: R ID1-1 Verdict {A E M R W X}; S ID1-3 Reason; S ID1-3 Reason 2; S ID1-3 Reason 3; S ID1-3 Reason 4; S ID1-3 Reason 5
AK9 Answer to the group: R ID1-1 Verdict {A E M P R W X}; R N01-6 Sets stated; R N01-6 Sets received; R N01-6 Sets accepted; S ID1-3 Reason; S ID1-3 Reason 2; S ID1-3 Reason 3; S ID1-3 Reason 4; S ID1-3 Reason 5
STC Status: R @status Status; S DT8-8 Effective date; S ID1-2 Action {15 U WQ}; S R18 Charge; S R18 Paid; S DT8-8 Decision date; S ID3-3 Payment method; S DT8-8 Check date; S AN1-16 Check number; S @status Status 2; S @status Status 3; S AN1-264 Message
BHT@276 Beginning of the inquiry: R ID4-4 Structure {0010}; R ID2-2 Purpose {13}; S AN1-50 Reference; R DT8-8 Date; S TM4-8 Time; -
BHT@277 Beginning of the report: R ID4-4 Structure {0010 0085}; R ID2-2 Purpose {08}; S AN1-50 Reference; R DT8-8 Date; S TM4-8 Time; R ID2-2 Kind {DG TH}
HL@276 Level: R AN1-12 Number of the level; S AN1-12 Number of the level above; R ID1-2 Kind of level {19 20 21 22 23}; S ID1-1 Has levels below {0 1}
HL@277 Level: R AN1-12 Number of the level; S AN1-12 Number of the level above; R ID1-2 Kind of level {19 20 21 22 23 PT}; S ID1-1 Has levels below {0 1}
TRN@276 Trace number: R ID1-2 Kind of trace {1}; R AN1-50 Trace number; -; -
TRN@277 Trace number: R ID1-2 Kind of trace {1 2}; R AN1-50 Trace number; -; -
SVC@276 Service asked about: R @procedure Procedure; R R18 Charge; -; S AN1-48 Revenue code; -; -; R R15 Units
SVC@277 Service: R @procedure Procedure; R R18 Charge; S R18 Paid; S AN1-48 Revenue code; -; -; S R15 Units
BHT@270 Beginning of the inquiry: R ID4-4 Structure {0022}; R ID2-2 Purpose {01 13 36}; S AN1-50 Reference; R DT8-8 Date; R TM4-8 Time; S ID2-2 Kind {RT}
BHT@271 Beginning of the answer: R ID4-4 Structure {0022}; R ID2-2 Purpose {06 11}; S AN1-50 Reference; R DT8-8 Date; R TM4-8 Time; -
HL@270 Level: R AN1-12 Number of the level; S AN1-12 Number of the level above; R ID1-2 Kind of level {20 21 22 23}; R ID1-1 Has levels below {0 1}
HL@271 Level: R AN1-12 Number of the level; S AN1-12 Number of the level above; R ID1-2 Kind of level {20 21 22 23}; R ID1-1 Has levels below {0 1}
TRN@270 Trace of the question: R ID1-2 Kind of trace {1}; R AN1-50 Trace number; R AN10-10 Who assigned it; S AN1-50 Division
TRN@271 Trace of the question: R ID1-2 Kind of trace {1 2}; R AN1-50 Trace number; R AN10-10 Who assigned it; S AN1-50 Division
PRV@270 Provider: R ID1-3 Role; S ID2-3 Kind of number; S AN1-50 Number
PRV@271 Provider: R ID1-3 Role; S ID2-3 Kind of number; S AN1-50 Number
DMG@270 Birth date and sex: S ID2-3 Date format {D8}; S AN1-35 Birth date; S ID1-1 Sex {F M}
DMG@271 Birth date and sex: S ID2-3 Date format {D8}; S AN1-35 Birth date; S ID1-1 Sex {F M U}
INS Relationship: R ID1-1 Is the subscriber {N Y}; R ID2-2 Relationship; S ID3-3 Kind of change {001}; S ID2-3 Reason of the change {25}; -; -; -; -; S ID1-1 Student status {F N P}; S ID1-1 Handicapped {N Y}; -; -; -; -; -; -; S N01-9 Order of birth
MPI Military information: R ID1-1 Kind of status; R ID2-2 Employment status; R ID1-1 Branch of service; S AN1-80 Description; S ID2-2 Rank; S ID2-3 Date format {D8 RD8}; S AN1-35 Period
EQ Services asked about: S AN1-296 Service types; S @procedure Procedure; S ID3-3 Coverage level {FAM IND}; -; S @pointers Diagnosis pointers
EB Benefit: R ID1-3 What is said; S ID3-3 Coverage level; S AN1-296 Service types; S ID1-3 Kind of insurance; S AN1-50 Plan; S ID1-2 Period; S R18 Amount; S R10 Share; S ID2-2 Kind of quantity; S R15 Quantity; S ID1-1 Authorization needed {N U Y}; S ID1-1 In network {N U W Y}; S @procedure Procedure; S @pointers Diagnosis pointers
HSD Delivery: S ID2-2 Kind of quantity {DY FL HS MN VS}; S R15 Quantity; S ID2-2 Unit {DA MO VS WK YR}; S R6 Every how many; S ID1-2 Period; S N01-3 Number of periods; S ID1-2 Days; S ID1-1 Time of day
AAA Rejection: R ID1-1 Was the question valid {N Y}; -; R ID2-2 Reason; R ID1-1 What to do {C N P R S W X Y}
MSG Message: R AN1-264 Text
III Place or diagnosis: S ID1-3 Kind of code {BF BK GR NI ZZ}; S AN1-30 Code; S ID2-2 Kind of text {44}; S AN1-264 Text
LS Related parties begin: R AN1-4 Loop
LE Related parties end: R AN1-4 Loop
FRM Answer: R AN1-20 Question; S ID1-1 Answer {N W Y}; S AN1-50 Text; S DT8-8 Date; S R6 Percent
"""

_ELEMENT = re.compile(r"([RS]) (?:@(\w+)|(N0|[A-Z]+)(?:(\d+)-)?(\d+)) ([^{]+?)(?: \{([^}]*)\})?$")


def _element(text: str, composites: dict[str, tuple[Element, ...]]) -> Element:
    if text == "-":
        return Element("Not used", "-", "AN")
    match = _ELEMENT.match(text)
    if match is None:
        raise ValueError(f"Cannot read the element description {text!r}.")
    usage, composite, kind, minimum, maximum, name, codes = match.groups()
    if composite:
        return Element(name, usage, "C", components=composites[composite])
    return Element(name, usage, kind, int(minimum or 1), int(maximum), frozenset((codes or "").split()))


def _elements(text: str, composites: dict[str, tuple[Element, ...]]) -> tuple[Element, ...]:
    return tuple(_element(part.strip(), composites) for part in text.split(";"))


def _read() -> dict[str, SegmentDefinition]:
    composites: dict[str, tuple[Element, ...]] = {}
    for line in COMPOSITES_TEXT.strip().splitlines():
        name, _, rest = line.partition(": ")
        composites[name] = _elements(rest, composites)
    segments = {}
    for line in SEGMENTS_TEXT.strip().splitlines():
        heading, _, rest = line.partition(": ")
        tag, _, name = heading.partition(" ")
        segments[tag] = SegmentDefinition(tag.partition("@")[0], name, _elements(rest, composites))
    return segments


SEGMENTS = _read()
"""By tag; a tag that is not here is no segment of the transactions we read."""


def definition(tag: str, transaction: str = "") -> SegmentDefinition | None:
    """What the transaction means by the tag, where it differs, else what all of them mean."""
    return SEGMENTS.get(f"{tag}@{transaction}") or SEGMENTS.get(tag)
