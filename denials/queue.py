"""The denial queue: what the worklist machine has to know of denials."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.urls import NoReverseMatch
from django.utils.timezone import localdate

from claims.selectors import can_be_replaced, correction_address
from denials import forms, selectors, services
from denials.choices import AppealOutcome, AppealState, Resolution
from denials.models import Denial
from denials.rules.priority import after_appeal
from denials.services.itemizing import DENIAL
from denials.services.scoring import stored_resolution
from denials.words import root_cause_words
from reference import selectors as reference
from reference.choices import CodeSet
from tenancy.scope import Scope
from tenancy.urls import practice_url
from workbench.kinds import Column, WorkKind
from workbench.models import WorkItem

CATEGORIES: dict[str, str] = {
    "eligibility": "Eligibility",
    "authorization": "Authorization",
    "medical_necessity": "Medical necessity",
    "coding": "Coding",
    "billing_error": "Billing error",
    "timely_filing": "Timely filing",
    "duplicate": "Duplicate",
    "cob": "Other insurance",
    "contractual_bundling": "Bundling",
    "noncovered_benefit_max": "Not covered, benefit used up",
    "credentialing_network": "Credentialing, network",
}

ACTIONS: dict[str, str] = {
    "correct_resubmit_7": "Send a corrected claim",
    "rebill_new": "Send a new claim",
    "void_then_new": "Void, then a new claim",
    "split_rebill": "Split and bill again",
    "combine_claims": "Combine the claims",
    "appeal": "Appeal",
    "peer_to_peer": "Peer to peer",
    "attach_records": "Send records",
    "add_auth": "Get the authorization",
    "verify_eligibility": "Check eligibility",
    "verify_cob": "Check other insurance",
    "bill_other_payer": "Bill the other payer",
    "bill_secondary": "Bill the secondary",
    "bill_facility": "Bill the facility",
    "bill_professional_claim": "Bill on a professional claim",
    "bill_patient": "Bill the patient",
    "contact_patient": "Contact the patient",
    "write_off": "Write off",
    "refund_patient": "Refund the patient",
    "refund_payer": "Refund the payer",
    "review_pricing": "Compare with the contract",
    "fix_enrollment": "Fix the enrollment",
    "call_payer": "Call the payer",
    "appeal_prior_payer": "Appeal to the first payer",
    "check_original": "Check the original",
    "wait_payer": "Wait for the payer",
    "open_negotiation": "Open negotiation",
    "escalate_compliance": "Ask compliance",
    "read_rarc": "Read the remark",
    "post_only": "Nothing but posting",
}

# The same on the button of a row, where space is short.
SHORT: dict[str, str] = {
    "correct_resubmit_7": "Correct",
    "rebill_new": "New claim",
    "void_then_new": "Void first",
    "split_rebill": "Split",
    "combine_claims": "Combine",
    "attach_records": "Records",
    "add_auth": "Authorization",
    "verify_eligibility": "Eligibility",
    "verify_cob": "Insurance",
    "bill_other_payer": "Other payer",
    "bill_secondary": "Secondary",
    "bill_facility": "Facility",
    "bill_professional_claim": "Rebill",
    "contact_patient": "Patient",
    "review_pricing": "Contract",
    "fix_enrollment": "Enrollment",
    "call_payer": "Call payer",
    "appeal_prior_payer": "First payer",
    "check_original": "Original",
    "wait_payer": "Wait",
    "open_negotiation": "Negotiate",
    "escalate_compliance": "Compliance",
    "read_rarc": "Read remark",
    "post_only": "Post",
}

# Which dialog of the workspace an action begins with; the others begin with a note.
DIALOG_OF: dict[str, str] = {
    "appeal": "appeal",
    "peer_to_peer": "note",
    "write_off": "write_off",
    "bill_patient": "close",
    "wait_payer": "snooze",
    "attach_records": "block",
    "escalate_compliance": "escalate",
}
CORRECTED_ON: dict[str, str] = {"correct_resubmit_7": "claims:correct", "void_then_new": "claims:void"}

COLUMNS = (
    Column("priority", "Priority", sort="priority", css="bleed", width=85),
    Column("claim", "Claim", width=105, is_fixed=True),
    Column("patient", "Patient", css="drop-2", width=160),
    Column("payer", "Payer", css="drop-3", width=165),
    Column("service_date", "DOS", css="drop-4", width=75),
    Column("procedure", "Procedure", css="drop-5", width=95),
    Column("billed", "Billed", css="money", width=95, is_extra=True),
    Column("amount", "Denied", sort="amount", css="money", width=95),
    Column("expected", "Expected", css="money drop-5", width=95),
    Column("category", "Category", css="drop-3", width=150),
    Column("code", "Reason", css="bleed wide", width=90),
    Column("age", "Age", sort="age", css="number drop-5", width=60),
    Column("due", "Due", sort="due", css="long", width=130),
    Column("state", "Status", width=130, is_extra=True),
    Column("owner", "Owner", css="drop-4", width=115),
    Column("follow_up", "Follow-up", sort="follow_up", css="drop-5", width=90),
    Column("next", "Next", css="actions drop-2", width=115),
)


def action_words(action: str) -> str:
    return ACTIONS.get(action, action.replace("_", " ").capitalize())


def priority_parts(parts: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The four factors of a score, in words, and what they make."""
    if not parts:
        return []
    days = parts.get("days_left")
    left = "no deadline known" if days is None else ("deadline passed" if days < 0 else f"{days} days left")
    return [
        ("Expected", f"${parts['expected_cents'] / 100:,.2f} ({parts['expected_basis']})"),
        ("Chance", f"{parts['chance']:.0%} ({parts['chance_basis']}, {parts['chance_decided']} decided)"),
        ("Urgency", f"× {parts['urgency']:g} ({left})"),
        ("Effort", f"× {parts['effort_factor']:g} ({parts['minutes']} min)"),
        ("Less cost", f"${parts['cost_cents'] / 100:,.2f}"),
        ("Worth", f"${parts['raw_cents'] / 100:,.2f}"),
    ]


def proof_address(entry: selectors.Entry) -> str:
    """Where the raw segments behind a timeline entry are shown, or ""."""
    if entry.file_id is None or not entry.first:
        return ""
    try:
        address = practice_url("clearinghouse:segments", entry.file_id)
    except NoReverseMatch:
        return ""
    return f"{address}?at={entry.first}&to={entry.last or entry.first}"


def _next_word(work: selectors.Workspace) -> AppealState:
    """What a payer is likely to say next of an appeal: it is acknowledged once."""
    heard = (AppealState.ACKNOWLEDGED, AppealState.INFO_REQUESTED)
    is_acknowledged = any(one.state in heard for one in work.appeals)
    return AppealState.INFO_REQUESTED if is_acknowledged else AppealState.ACKNOWLEDGED


def own_forms(work: selectors.Workspace, item: WorkItem, at: datetime) -> dict[str, Any]:
    """The empty forms of this app's own dialogs."""
    seen = {"version": item.version}
    dates = seen | forms.initial_dates(localdate(at))
    return {
        "appeal": forms.AppealForm(initial=dates, auto_id="appeal-%s"),
        "answer": forms.AppealAnswerForm(initial={**seen, "state": _next_word(work)}, auto_id="answer-%s"),
        "decision": forms.DecisionForm(initial=dates, auto_id="decision-%s"),
        "write_off": forms.WriteOffForm(
            initial={**seen, "amount": f"{work.open_cents / 100:.2f}"}, auto_id="write_off-%s"
        ),
        "approve": forms.DecideWriteOffForm(initial=seen, auto_id="approve-%s"),
        "refuse": forms.RefuseWriteOffForm(initial=seen, auto_id="refuse-%s"),
        "take_back": forms.TakeBackForm(initial=seen, auto_id="take_back-%s"),
    }


@dataclass(frozen=True)
class DenialRow:
    """What the queue shows of a denial beside its work item."""

    denial: Denial
    reason_words: str
    category_label: str
    priority_parts: list[tuple[str, str]]
    next_words: str
    next_short: str
    next_dialog: str


def rows(items: Sequence[WorkItem]) -> Mapping[UUID, DenialRow]:
    """The rows of one page: two queries."""
    found = selectors.for_rows(items)
    words = reference.meanings(CodeSet.ADJUSTMENT_REASON)
    return {
        item.id: DenialRow(
            denial=denial,
            reason_words=words.get(denial.reason_code, ""),
            category_label=CATEGORIES.get(denial.category, denial.category),
            priority_parts=priority_parts(item.priority_parts),
            next_words=action_words(denial.next_action),
            next_short=SHORT.get(denial.next_action) or action_words(denial.next_action),
            next_dialog=DIALOG_OF.get(denial.next_action, "note"),
        )
        for item in items
        if (denial := found.get(item.id)) is not None
    }


def panel_context(scope: Scope, item: WorkItem, at: datetime) -> dict[str, Any]:
    denial = selectors.denial_for(scope, item.subject_id)  # type: ignore[arg-type]
    work = selectors.workspace(denial)
    open_appeal = next((one for one in work.appeals if one.state != "DECIDED"), None)
    may_write_off_now = bool(scope.may("denials.write_off") and not work.pending and work.open_cents)
    next_dialog = DIALOG_OF.get(denial.next_action, "note")
    last_appeal = selectors.last_decided(denial, work.appeals)
    actions = (
        after_appeal(stored_resolution(denial), last_appeal) if last_appeal else denial.suggested_actions
    )
    return {
        "denial": denial,
        "work": work,
        "own_forms": own_forms(work, item, at),
        "open_appeal": open_appeal,
        "may_write_off": scope.may("denials.write_off"),
        "may_write_off_now": may_write_off_now,
        "may_approve": scope.may("denials.approve_write_off"),
        "is_requester": bool(work.pending and work.pending.requested_by_id == scope.person_id),
        "write_off_limit_cents": scope.write_off_limit_cents,
        "root_cause": root_cause_words(denial.root_cause),
        "timeline": [{"entry": entry, "url": proof_address(entry)} for entry in selectors.timeline(denial)],
        "code_words": selectors.code_words(denial),
        "category_label": CATEGORIES.get(denial.category, denial.category),
        "priority_parts": priority_parts(item.priority_parts),
        "last_appeal": last_appeal,
        "appeal_outcome": AppealOutcome(last_appeal.outcome).label.lower() if last_appeal else "",
        "close_reasons": services.possible_resolutions(denial, work.open_cents),
        "actions": [(action, action_words(action)) for action in actions],
        "next_words": action_words(denial.next_action),
        **_correction_urls(scope, denial),
        "next_dialog": "note" if next_dialog == "write_off" and not may_write_off_now else next_dialog,
        "blocked": [(action_words(one["action"]), one["because"]) for one in denial.blocked_actions],
    }


def _correction_urls(scope: Scope, denial: Denial) -> dict[str, str]:
    """Where the claim is corrected or voided: as the suggested action, or beside it. Empty where it cannot be."""
    claim = denial.claim
    if not scope.may("claims.build_claim") or not can_be_replaced(claim):
        return {"correct_url": "", "also_correct_url": ""}
    page = CORRECTED_ON.get(denial.next_action)
    if page == "claims:void":
        return {
            "correct_url": practice_url(page, claim.id),
            "also_correct_url": correction_address(scope, claim),
        }
    address = correction_address(scope, claim)
    return {"correct_url": address if page else "", "also_correct_url": "" if page else address}


def _dollars(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02d}"


EXPORT: tuple[tuple[str, Callable[[WorkItem, DenialRow], Any]], ...] = (
    ("Priority", lambda item, row: item.priority),
    ("Claim", lambda item, row: item.reference),
    ("Record number", lambda item, row: row.denial.patient.mrn),
    ("Patient", lambda item, row: row.denial.patient.display_name),
    ("Payer", lambda item, row: item.payer),
    ("Date of service", lambda item, row: row.denial.service_date),
    ("Procedure", lambda item, row: row.denial.procedure_code),
    ("Billed", lambda item, row: _dollars(row.denial.billed_cents)),
    ("Denied", lambda item, row: _dollars(item.amount_cents)),
    ("Expected", lambda item, row: _dollars(row.denial.expected_cents)),
    ("Category", lambda item, row: row.category_label),
    ("Reason", lambda item, row: item.code),
    ("Meaning", lambda item, row: row.reason_words),
    ("Remarks", lambda item, row: " ".join(row.denial.remark_codes)),
    ("Root cause", lambda item, row: row.denial.root_cause),
    ("Denied on", lambda item, row: item.occurred_on),
    ("Due", lambda item, row: item.due_on),
    ("Status", lambda item, row: row.denial.get_state_display()),
    ("Owner", lambda item, row: item.assignee),
    ("Team", lambda item, row: item.queue),
    ("Follow-up", lambda item, row: item.follow_up_on),
    ("Next action", lambda item, row: row.next_words),
)

DENIALS = WorkKind(
    key=DENIAL,
    label="Denial",
    plural="Denials",
    slug="denials",
    icon="x-octagon",
    view_permission="denials.view_denial",
    work_permission="denials.work_denial",
    queue_route="denials:queue",
    item_route="denials:denial",
    item_by="subject_id",
    columns=COLUMNS,
    facets=("due", "category", "code", "payer", "queue", "owner", "state"),
    hydrate=rows,
    row_template="denials/_row.html",
    panel_template="denials/_workspace.html",
    panel_context=panel_context,
    category_labels=CATEGORIES,
    close_reasons=Resolution.choices,
    verbs={
        "claim": services.claim,
        "assign": services.assign,
        "block": services.block,
        "wake": services.wake,
        "close": services.close,
        "reopen": services.reopen,
    },
    objection=services.objection,
    export_columns=EXPORT,
    kept_here=selectors.items_not_to_tell,
    empty_words="No denial waits for you. Denials appear here as soon as a remittance is posted.",
)
