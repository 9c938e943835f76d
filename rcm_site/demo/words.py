"""What the people of the demonstration write in their notes."""

CORRECTED = "Corrected in the practice system; the replacement goes out tonight."
CORRECTIONS = {
    "verify_eligibility": "Coverage checked: active under the number on the new card. Replacement goes out tonight.",
    "bill_secondary": "Patient called: the other plan has ended. Order set right, replacement goes out tonight.",
    "bill_other_payer": "Payer confirms it is the right one after all. Replacement goes out tonight.",
}
APPEALS = {
    "appeal": "Appealed with the visit note and the policy that covers it.",
    "attach_records": "Records of the visit sent as asked for.",
    "add_auth": "Authorization asked for after the fact and sent with the appeal.",
    "peer_to_peer": "Doctor spoke with the medical director; followed up in writing.",
}
INSISTED = "No answer to what we sent; appealed with proof of receipt."
CHASED = "Appeal is on file and in review, no decision yet. Call again in three weeks."
OVERTURNED = "Decided in our favor; the payment is to come with one of the next remittances."
PAYMENT_MISSING = "Decided in our favor, but nothing was paid so far. Asked the payer to look."
UPHELD = "Upheld, and a second level is not worth it here."
BILLED_PATIENT = "The payer holds the patient liable; explained on the phone."
ENROLLMENT = "Enrollment application is with the payer; appeal when it is through."
GIVEN_UP = "Nothing more to be done."
MISSED = "The deadline was missed; looked at why."
REFUSED_WRITE_OFF = "Worth another try: please appeal."
PROMISED = "Called: the representative looks into it and asked for a call back."
ENROLLING = "Form sent to the fund; they answer within four weeks."
WATCHED = "Large claim: look whether it was taken in."
