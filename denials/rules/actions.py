"""The ordered list of suggested actions, and what remark codes, group codes and law do to it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from denials.rules.facts import BlockedAction, Resubmission
from reference.rules.codes import RarcRule

APPEALS = ("peer_to_peer", "appeal")
REPLACEMENT = "correct_resubmit_7"
NEW_CLAIM = "rebill_new"
VOID_THEN_NEW = "void_then_new"
RESUBMISSIONS = (REPLACEMENT, NEW_CLAIM, VOID_THEN_NEW, "split_rebill", "combine_claims")
BILL_PATIENT = "bill_patient"

UNPROCESSABLE = "MA130"
NO_APPEAL = ("MA44", "N211", "N83")
NO_APPEAL_BUT_CORRECT = "N704"
SEND_NEW = ("N142", "N517")
VOID_FIRST = "N798"
WAIT_FOR_ORIGINAL = "N779"
DO_NOT_RESUBMIT = ("N185", "N938")
PAYER_REPROCESSES = "N938"
PEER_TO_PEER = "N939"
PATIENT_NOT_LIABLE = ("M27", "M39")
PATIENT_LIABLE = "M38"
# These change what may be done, whatever the denial is about; they do not say what it is about.
ACTION_REMARKS = frozenset(
    {UNPROCESSABLE, NO_APPEAL_BUT_CORRECT, VOID_FIRST, WAIT_FOR_ORIGINAL, PEER_TO_PEER, PATIENT_LIABLE, "M27"}
    | set(NO_APPEAL)
    | set(SEND_NEW)
    | set(DO_NOT_RESUBMIT)
)
QMB_REMARKS = frozenset({"N192", "N781"})
QMB_CARC = "303"
THE_PATIENTS_GROUP = "PR"
NO_SURPRISES_FIRST, NO_SURPRISES_LAST = 859, 885


class ActionList:
    """Every removal keeps its reason, so that the screen can say why something is not offered."""

    def __init__(self, actions: Iterable[str]) -> None:
        self.actions = list(dict.fromkeys(actions))
        self.blocked: dict[str, str] = {}

    def block(self, actions: Collection[str], because: str) -> None:
        for action in actions:
            self.blocked.setdefault(action, because)
        self.actions = [action for action in self.actions if action not in actions]

    def substitute(self, old: Collection[str], new: str, because: str) -> None:
        """`new` stands where the first of `old` stood, or first of all."""
        place = next((index for index, action in enumerate(self.actions) if action in {*old, new}), 0)
        self.block([action for action in old if action != new], because)
        if new in self.actions or new in self.blocked:
            return
        self.actions.insert(min(place, len(self.actions)), new)

    def put_first(self, action: str) -> None:
        if action not in self.blocked:
            self.actions = [action, *(one for one in self.actions if one != action)]

    def add(self, action: str) -> None:
        if action not in self.actions and action not in self.blocked:
            self.actions.append(action)

    @property
    def blocked_actions(self) -> tuple[BlockedAction, ...]:
        return tuple(BlockedAction(action, because) for action, because in self.blocked.items())

    @property
    def may_appeal(self) -> bool:
        return "appeal" not in self.blocked

    @property
    def resubmission(self) -> Resubmission:
        if NEW_CLAIM in self.blocked and REPLACEMENT in self.blocked:
            allowed = VOID_THEN_NEW not in self.blocked and VOID_THEN_NEW in self.actions
            return Resubmission.VOID_THEN_NEW if allowed else Resubmission.NOT_ALLOWED
        return Resubmission.NEW_CLAIM if REPLACEMENT in self.blocked else Resubmission.REPLACEMENT


def apply_remarks(actions: ActionList, remarks: Collection[str]) -> None:
    _apply_resubmission_remarks(actions, remarks)
    for code in NO_APPEAL:
        if code in remarks:
            actions.block(APPEALS, f"{code}: this decision may not be appealed.")
    if PEER_TO_PEER in remarks:
        actions.put_first("peer_to_peer")
    if UNPROCESSABLE in remarks:
        because = f"{UNPROCESSABLE}: never adjudicated, so there is nothing to appeal or replace."
        actions.block(APPEALS, because)
        actions.substitute((REPLACEMENT,), NEW_CLAIM, because)
    for code in PATIENT_NOT_LIABLE:
        if code in remarks:
            actions.block((BILL_PATIENT,), f"{code}: the patient does not owe this.")
    if PATIENT_LIABLE in remarks:
        actions.add(BILL_PATIENT)


def _apply_resubmission_remarks(actions: ActionList, remarks: Collection[str]) -> None:
    if NO_APPEAL_BUT_CORRECT in remarks:
        actions.block(APPEALS, f"{NO_APPEAL_BUT_CORRECT}: no appeal, but a corrected claim is taken.")
        if not set(RESUBMISSIONS) & set(actions.actions):
            actions.put_first(REPLACEMENT)
    for code in SEND_NEW:
        if code in remarks:
            actions.substitute((REPLACEMENT,), NEW_CLAIM, f"{code}: send a new claim, not a replacement.")
    if VOID_FIRST in remarks and UNPROCESSABLE not in remarks:
        because = f"{VOID_FIRST}: void the original first, then send a new claim."
        actions.substitute((REPLACEMENT, NEW_CLAIM), VOID_THEN_NEW, because)
    for code in DO_NOT_RESUBMIT:
        if code in remarks:
            actions.block(RESUBMISSIONS, f"{code}: the payer asks not to send it again.")
    if PAYER_REPROCESSES in remarks or WAIT_FOR_ORIGINAL in remarks:
        actions.put_first("wait_payer")


def guard_patient(
    actions: ActionList, *, group: str, carcs: Collection[str], remarks: Collection[str], is_qmb: bool,
    rarcs: Mapping[str, RarcRule],
) -> None:  # fmt: skip
    """The last word: nothing above may put a bill on a patient whom contract or law protects."""
    if group != THE_PATIENTS_GROUP:
        actions.block((BILL_PATIENT,), f"Group {group}: not the patient's to pay.")
    if is_qmb or QMB_CARC in carcs or QMB_REMARKS & set(remarks):
        actions.block((BILL_PATIENT,), "A Qualified Medicare Beneficiary may not be billed.")
    if any(is_no_surprises(code, rarcs) for code in remarks):
        actions.block((BILL_PATIENT,), "The No Surprises Act protects the patient from this balance.")


def is_no_surprises(code: str, rarcs: Mapping[str, RarcRule]) -> bool:
    """N830, and the alerts N859 to N885; other remarks share the range (N880) and are not alerts."""
    if code == "N830":
        return True
    if not (code.startswith("N") and code[1:].isdigit()):
        return False
    in_range = NO_SURPRISES_FIRST <= int(code[1:]) <= NO_SURPRISES_LAST
    return in_range and (code not in rarcs or rarcs[code].is_alert)
