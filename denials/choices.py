from django.db.models import TextChoices


class DenialState(TextChoices):
    DETECTED = "DETECTED", "Detected"
    TRIAGED = "TRIAGED", "Triaged"
    IN_WORK = "IN_WORK", "In work"
    INFO_NEEDED = "INFO_NEEDED", "Information needed"
    CORRECTED_SUBMITTED = "CORRECTED_SUBMITTED", "Corrected claim sent"
    APPEAL_SUBMITTED = "APPEAL_SUBMITTED", "Appeal sent"
    APPEAL_ACKNOWLEDGED = "APPEAL_ACKNOWLEDGED", "Appeal acknowledged"
    APPEAL_INFO_REQUESTED = "APPEAL_INFO_REQUESTED", "Payer asks for more"
    DECIDED = "DECIDED", "Appeal decided"
    RECOVERED = "RECOVERED", "Recovered"
    RECOVERED_PARTIAL = "RECOVERED_PARTIAL", "Recovered in part"
    LOST = "LOST", "Lost"
    TRANSFERRED_PATIENT = "TRANSFERRED_PATIENT", "Moved to the patient"
    WRITTEN_OFF = "WRITTEN_OFF", "Written off"
    ACCEPTED_CONTRACTUAL = "ACCEPTED_CONTRACTUAL", "Accepted as contractual"
    EXPIRED = "EXPIRED", "Deadline passed"
    CANCELLED = "CANCELLED", "Cancelled"


APPEAL_STATES = (
    DenialState.APPEAL_SUBMITTED,
    DenialState.APPEAL_ACKNOWLEDGED,
    DenialState.APPEAL_INFO_REQUESTED,
)
WORKABLE_STATES = (
    DenialState.DETECTED,
    DenialState.TRIAGED,
    DenialState.IN_WORK,
    DenialState.INFO_NEEDED,
    DenialState.CORRECTED_SUBMITTED,
    DenialState.DECIDED,
    DenialState.EXPIRED,
)
OPEN_STATES = (*WORKABLE_STATES, *APPEAL_STATES)
# A new refusal may come while an appeal still runs; the payer's letters about it come all the same.
MAY_HEAR_OF_APPEAL = tuple(state for state in OPEN_STATES if state != DenialState.DECIDED)
CLOSED_STATES = tuple(state for state in DenialState if state not in OPEN_STATES)

# From which states a transition may start (domain rule, enforced by a conditional update).
ALLOWED_FROM: dict[DenialState, tuple[DenialState, ...]] = {
    DenialState.TRIAGED: (DenialState.DETECTED, DenialState.IN_WORK, *CLOSED_STATES),
    DenialState.IN_WORK: OPEN_STATES,
    DenialState.INFO_NEEDED: WORKABLE_STATES,
    DenialState.CORRECTED_SUBMITTED: WORKABLE_STATES,
    DenialState.APPEAL_SUBMITTED: WORKABLE_STATES,
    DenialState.APPEAL_ACKNOWLEDGED: MAY_HEAR_OF_APPEAL,
    DenialState.APPEAL_INFO_REQUESTED: MAY_HEAR_OF_APPEAL,
    DenialState.DECIDED: MAY_HEAR_OF_APPEAL,
    DenialState.RECOVERED: tuple(state for state in DenialState if state != DenialState.RECOVERED),
    DenialState.RECOVERED_PARTIAL: tuple(DenialState),
    DenialState.LOST: OPEN_STATES,
    DenialState.TRANSFERRED_PATIENT: OPEN_STATES,
    DenialState.WRITTEN_OFF: OPEN_STATES,
    DenialState.ACCEPTED_CONTRACTUAL: OPEN_STATES,
    DenialState.EXPIRED: WORKABLE_STATES,
    DenialState.CANCELLED: OPEN_STATES,
}


class Level(TextChoices):
    LINE = "LINE", "Service line"
    CLAIM = "CLAIM", "Whole claim"


class RootCauseSource(TextChoices):
    CODE = "CODE", "From code"
    EVIDENCE = "EVIDENCE", "From evidence"


class OccurrenceKind(TextChoices):
    DENIED = "DENIED", "Denied"
    PARTLY_DENIED = "PARTLY_DENIED", "Partly denied"
    REVERSED = "REVERSED", "Reversed"
    PAID = "PAID", "Paid"
    DECIDED = "DECIDED", "Decided otherwise"


class Resolution(TextChoices):
    """Why a person ends a denial; each maps to the state it ends in."""

    PAID_ELSEWHERE = "PAID_ELSEWHERE", "Paid by another remittance or payer"
    BILLED_PATIENT = "BILLED_PATIENT", "Patient is liable: bill the patient"
    CONTRACTUAL = "CONTRACTUAL", "Correct under the contract"
    UPHELD = "UPHELD", "Payer upheld it; nothing more to do"
    NOT_A_DENIAL = "NOT_A_DENIAL", "Not a denial after all"


RESOLUTION_STATES: dict[Resolution, DenialState] = {
    Resolution.PAID_ELSEWHERE: DenialState.RECOVERED,
    Resolution.BILLED_PATIENT: DenialState.TRANSFERRED_PATIENT,
    Resolution.CONTRACTUAL: DenialState.ACCEPTED_CONTRACTUAL,
    Resolution.UPHELD: DenialState.LOST,
    Resolution.NOT_A_DENIAL: DenialState.CANCELLED,
}


class AppealMethod(TextChoices):
    PORTAL = "PORTAL", "Payer portal"
    FAX = "FAX", "Fax"
    MAIL = "MAIL", "Mail"
    CERTIFIED_MAIL = "CERTIFIED_MAIL", "Certified mail"
    PHONE = "PHONE", "Phone"
    ELECTRONIC = "ELECTRONIC", "Electronic attachment"


class AppealState(TextChoices):
    SUBMITTED = "SUBMITTED", "Sent"
    ACKNOWLEDGED = "ACKNOWLEDGED", "Acknowledged"
    INFO_REQUESTED = "INFO_REQUESTED", "More information asked for"
    DECIDED = "DECIDED", "Decided"


class AppealOutcome(TextChoices):
    OVERTURNED = "OVERTURNED", "Overturned"
    PARTIAL = "PARTIAL", "Overturned in part"
    UPHELD = "UPHELD", "Upheld"


class WriteOffReason(TextChoices):
    SMALL_BALANCE = "SMALL_BALANCE", "Small balance"
    NO_AUTHORIZATION = "NO_AUTHORIZATION", "No authorization or referral"
    TIMELY_FILING = "TIMELY_FILING", "Timely filing"
    CREDENTIALING = "CREDENTIALING", "Credentialing or contracting"
    NON_COVERED = "NON_COVERED", "Not covered, or benefit used up"
    NOT_MEDICALLY_NECESSARY = "NOT_MEDICALLY_NECESSARY", "Not medically necessary"
    BUNDLED = "BUNDLED", "Bundled or inclusive"
    EFFORTS_EXHAUSTED = "EFFORTS_EXHAUSTED", "Efforts exhausted"
    ADMINISTRATIVE = "ADMINISTRATIVE", "Administrative"
    OTHER = "OTHER", "Other"


class WriteOffState(TextChoices):
    PENDING = "PENDING", "Waiting for a second person"
    POSTED = "POSTED", "Posted"
    REFUSED = "REFUSED", "Refused"
    WITHDRAWN = "WITHDRAWN", "Withdrawn"
    TAKEN_BACK = "TAKEN_BACK", "Taken back"
