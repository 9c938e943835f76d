"""What may be done with patients' records."""

from patients.services.billing import (
    flag_private,
    flag_sensitive,
    mark_billed,
    mark_ready,
    mark_unbilled,
    place_hold,
    record_consent,
    release_hold,
    revoke_consent,
)
from patients.services.charges import capture_charges, void_charges, void_untouched_charges
from patients.services.coverages import (
    CoverageSeen,
    add_coverage,
    ensure_coverages,
    update_coverage,
    verify_coverage,
)
from patients.services.encounters import (
    ChargeDraft,
    DiagnosisDraft,
    EncounterDraft,
    cancel_encounter,
    diagnoses_in_order,
    draft_of,
    owe_to_patient,
    record_encounter,
    record_encounters,
    refusal_to_change,
    update_encounter,
)
from patients.services.intake import Receipt, ReceivedCoverage, ReceivedPatient, receive_patient
from patients.services.once import KeyUsedOtherwise, once
from patients.services.payments import PaymentTaken, may_void, take_payment, void_payment
from patients.services.planning import move_visit, plan_visit, receive_planned_visit
from patients.services.received_visits import receive_visit
from patients.services.refusals import ChangedMeanwhile, PatientRefusal
from patients.services.registration import (
    name_guarantor,
    register_patient,
    take_what_was_told,
    update_patient,
)
from patients.services.seen import PatientSeen, Sighting, ensure_patients

__all__ = [
    "ChangedMeanwhile",
    "ChargeDraft",
    "CoverageSeen",
    "DiagnosisDraft",
    "EncounterDraft",
    "KeyUsedOtherwise",
    "PatientRefusal",
    "PatientSeen",
    "PaymentTaken",
    "Receipt",
    "ReceivedCoverage",
    "ReceivedPatient",
    "Sighting",
    "add_coverage",
    "cancel_encounter",
    "capture_charges",
    "diagnoses_in_order",
    "draft_of",
    "ensure_coverages",
    "ensure_patients",
    "flag_private",
    "flag_sensitive",
    "mark_billed",
    "mark_unbilled",
    "owe_to_patient",
    "mark_ready",
    "may_void",
    "move_visit",
    "name_guarantor",
    "once",
    "place_hold",
    "plan_visit",
    "receive_patient",
    "receive_planned_visit",
    "receive_visit",
    "record_consent",
    "record_encounter",
    "record_encounters",
    "refusal_to_change",
    "register_patient",
    "release_hold",
    "revoke_consent",
    "take_payment",
    "take_what_was_told",
    "update_coverage",
    "update_encounter",
    "update_patient",
    "verify_coverage",
    "void_charges",
    "void_payment",
    "void_untouched_charges",
]
