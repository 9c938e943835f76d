"""What the pages of one claim show, each in a fixed number of queries."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.utils.timezone import localdate

from audit import verbs
from audit.models import AuditEvent, DomainEvent
from claims.choices import AckKind, AckSender, AckStatus, AdjudicationState, Frequency, SubmissionState
from claims.models import Claim, ClaimAcknowledgement, ClaimLine, ClaimVersion, EditRun, Submission
from claims.rules.comparing import Difference, differences
from claims.rules.snapshot import claim_of
from claims.rules.states import NEVER_TAKEN_IN, REJECTED, UNSENT, State
from claims.rules.writing import readable
from claims.selectors.acknowledgements import acknowledgements_of, filing_proofs
from claims.selectors.asking import ASKABLE, questions_of
from claims.selectors.beginnings import beginnings_of
from claims.selectors.building import billable_charges, has_several_payers
from claims.selectors.corrections import can_be_replaced, correction_address
from claims.selectors.editing import latest_runs
from claims.selectors.finding import claims_visible_to
from claims.selectors.lists import charges_of_claims
from claims.selectors.silence import usual_time
from claims.selectors.tickets import KIND as TICKETS_KIND
from claims.selectors.withdrawing import refusal_to_withdraw
from claims.words import told
from clearinghouse.models import ExchangeFile
from clearinghouse.selectors import segments
from ledger.selectors import Balance, charge_balances, claim_balances, entries_on
from patients.choices import ChargeState
from patients.models import Encounter
from reference.choices import PayerQuirk
from tenancy.scope import Scope
from tenancy.selectors import people_names
from tenancy.urls import practice_url
from workbench.models import WorkItem, WorkNote
from workbench.selectors import open_item_of
from x12 import ExplainedSegment, explain

MOST_SEGMENTS = 600
ENDS_A_CLAIM = frozenset({"CLM", "HL", "SE", "IEA"})
NOT_SENT = (*UNSENT, State.BATCHED, State.SEND_FAILED)
ACCEPTED = (SubmissionState.PAYER_ACCEPTED, SubmissionState.IN_REVIEW)
RECEIVED = (
    *ACCEPTED,
    SubmissionState.ACKED_RECEIPT,
    SubmissionState.CH_ACCEPTED,
    SubmissionState.CH_REJECTED,
)


@dataclass(frozen=True, slots=True)
class Step:
    """One station of the lifeline."""

    label: str
    is_done: bool
    on: date | None = None
    missing: str = ""


@dataclass(frozen=True, slots=True)
class LineMoney:
    line: ClaimLine
    balance: Balance
    is_replaced: bool = False


@dataclass(frozen=True, slots=True)
class VersionStory:
    version: ClaimVersion
    frequency_label: str
    differences: list[Difference]
    run: EditRun | None
    """What the edits last said of it."""
    payer_name: str
    sent: Submission | None
    """The newest file of ours in which it left."""
    quirks: tuple[str, ...]
    """What its payer wanted otherwise, in words."""


def head_context(scope: Scope, claim: Claim) -> dict[str, Any]:
    """What stands above every tab."""
    balance = claim_balances(_charges(claim)).get(claim.id, Balance())
    version = _newest_version(claim)
    return {
        "claim": claim,
        "patient": claim.patient,
        "version": version,
        "balance": balance,
        "steps": _lifeline(claim, version, balance),
        "may_build": scope.may("claims.build_claim"),
        "can_rebuild": claim.submission_state in NEVER_TAKEN_IN and not claim.is_withdrawn,
        "can_withdraw": not refusal_to_withdraw(claim),
        "can_bill_next": claim.adjudication_state not in (AdjudicationState.NONE, AdjudicationState.REVERSED)
        and has_several_payers(claim),
        "can_replace": can_be_replaced(claim),
        "correct_url": correction_address(scope, claim),
        "may_see_audit": scope.may("audit.view_audit"),
        "may_see_file": scope.may("clearinghouse.view_file"),
        "may_see_money": scope.may("ledger.view_ledger"),
    }


def _charges(claim: Claim) -> dict[UUID, list[UUID]]:
    return {claim.id: charges_of_claims([claim.id])[claim.id]}


def _newest_version(claim: Claim) -> ClaimVersion:
    return (
        ClaimVersion.objects.select_related("source_file")
        .defer("snapshot")
        .get(claim=claim, number=claim.current_version)
    )


def _lifeline(claim: Claim, version: ClaimVersion, balance: Balance) -> list[Step]:
    """What is proven. An imported claim was sent by another system on the day its file says."""
    adjudicated = claim.adjudication_state not in (AdjudicationState.NONE, AdjudicationState.REVERSED)
    is_out = claim.submission_state not in NOT_SENT
    sent = (
        Submission.objects.select_related("interchange").filter(version=version).order_by("-made_at").first()
    )
    days = _days_of_answers(claim, version)
    sent_on = version.submitted_on
    if sent_on is None and sent is not None and sent.interchange.sent_at is not None:
        sent_on = localdate(sent.interchange.sent_at)
    is_decided = adjudicated and is_out
    received = is_decided or claim.submission_state in RECEIVED
    accepted = is_decided or claim.submission_state in ACCEPTED
    settled = adjudicated and balance.outstanding_cents == 0
    label = claim.standing[1].lower()
    return [
        Step("Service", True, claim.service_from_on),
        Step("Sent", is_out, sent_on if is_out else None, missing=label),
        Step(
            "Received",
            received or adjudicated,
            days.get("received"),
            missing=_missing(claim, "acknowledgement"),
        ),
        Step(
            "Accepted", accepted or adjudicated, days.get("accepted"), missing=_missing(claim, "acceptance")
        ),
        Step(
            "Decided", adjudicated, claim.adjudicated_on if adjudicated else None, missing="no remittance yet"
        ),
        Step(
            "Settled",
            settled,
            claim.closed_on if settled else None,
            missing="money is open" if adjudicated else "",
        ),
    ]


def _missing(claim: Claim, what: str) -> str:
    if claim.submission_state in REJECTED:
        return claim.standing[1].lower()
    return f"no {what} on file"


def _days_of_answers(claim: Claim, version: ClaimVersion) -> dict[str, date]:
    """The first day on which the version was taken in by its form, and by its payer."""
    days: dict[str, date] = {}
    rows = ClaimAcknowledgement.objects.filter(
        claim=claim, version=version, status__in=(AckStatus.ACCEPTED, AckStatus.ACCEPTED_WITH_ERRORS)
    ).order_by("received_at", "segment")
    for row in rows:
        on = row.effective_on or localdate(row.received_at)
        if row.kind != AckKind.INTERCHANGE:
            days.setdefault("received", on)
        if row.sender == AckSender.PAYER:
            days.setdefault("accepted", on)
    return days


def visit_context(scope: Scope, encounter: Encounter) -> dict[str, Any]:
    """The claim of a visit and what stops it."""
    claim = claims_visible_to(scope).filter(encounter_id=encounter.id).order_by("created_at", "id").first()
    version = _newest_version(claim) if claim else None
    run = latest_runs([version.id]).get(version.id) if version else None
    return {
        "encounter": encounter,
        "claim": claim,
        "run": run,
        "is_taken_in": claim is not None and claim.submission_state not in NEVER_TAKEN_IN,
        "is_billable": bool(billable_charges(encounter.id)),
    }


def money_context(scope: Scope, claim: Claim) -> dict[str, Any]:
    """Lines of the newest version with what stands on each; replaced lines that still carry money come last."""
    version = ClaimVersion.objects.defer("snapshot").get(claim=claim, number=claim.current_version)
    lines = list(
        ClaimLine.objects.select_related("charge", "version")
        .filter(claim=claim)
        .order_by("-version__number", "line_number")
    )
    balances = charge_balances({line.charge_id for line in lines})
    current = [line for line in lines if line.version_id == version.id]
    seen = {line.charge_id for line in current}
    shown = [LineMoney(line, balances.get(line.charge_id, Balance())) for line in current]
    for line in lines:
        balance = balances.get(line.charge_id, Balance())
        if line.charge_id not in seen and line.charge.state != ChargeState.VOIDED and balance != Balance():
            shown.append(LineMoney(line, balance, is_replaced=True))
            seen.add(line.charge_id)
    entries = list(entries_on(claim.id, [line.charge_id for line in lines])[:100])
    own = claim_balances({claim.id: []}).get(claim.id, Balance())
    return {"lines": shown, "own_balance": own if own != Balance() else None, "entries": entries}


def claim_content(scope: Scope, claim: Claim) -> dict[str, Any]:
    """The whole claim for a program."""
    money = money_context(scope, claim)
    return {
        "claim": claim,
        "balance": claim_balances(_charges(claim)).get(claim.id, Balance()),
        "lines": [{"line": one.line, "balance": one.balance} for one in money["lines"]],
        "versions": ClaimVersion.objects.filter(claim=claim).defer("snapshot").order_by("number"),
    }


def standing_of(claim: Claim) -> dict[str, Any]:
    """Where the claim stands, for a program: what was said last, what is usual, what proves its filing."""
    told = acknowledgements_of(claim)
    return {
        "claim": claim,
        "is_stuck": claim.submission_state == State.STUCK,
        "last_word": told[0].row if told else None,
        "usual": usual_time(claim),
        "proof": filing_proofs([claim.id]).get(claim.id),
        "ticket": open_item_of(kind=TICKETS_KIND, subject_id=claim.id),
    }


def versions_context(claim: Claim) -> dict[str, Any]:
    versions = list(ClaimVersion.objects.select_related("source_file").filter(claim=claim).order_by("number"))
    runs = latest_runs([version.id for version in versions])
    submissions = Submission.objects.select_related("interchange").filter(version__in=versions)
    sent = {one.version_id: one for one in submissions.order_by("made_at", "id")}
    stories = []
    for place, version in enumerate(versions):
        before = versions[place - 1].snapshot if place else None
        changes = list(differences(before, version.snapshot)) if before is not None else []
        label = Frequency(version.frequency).label if version.frequency in Frequency.values else "Other"
        payer = version.snapshot.get("payer") or {}
        stories.append(
            VersionStory(
                version,
                label,
                changes,
                runs.get(version.id),
                payer.get("name", ""),
                sent.get(version.id),
                tuple(_quirk(one) for one in version.quirks),
            )
        )
    return {"stories": list(reversed(stories))}


def _quirk(written: str) -> str:
    """`NO_GROUP_NUMBER/1` in words; one that is no more is told as it was written."""
    name, _, number = written.partition("/")
    if name not in PayerQuirk.values:
        return written
    return f"{PayerQuirk(name).label} (version {number})"


def answers_context(scope: Scope, claim: Claim) -> dict[str, Any]:
    """What was sent of the claim, what came back, and what proves that it came in time."""
    submissions = list(
        Submission.objects.select_related("interchange__partner", "set", "version")
        .defer("version__snapshot")
        .filter(claim=claim)
        .order_by("-made_at", "-id")
    )
    return {
        "submissions": submissions,
        "told": acknowledgements_of(claim),
        "proof": filing_proofs([claim.id]).get(claim.id),
        "questions": questions_of(claim),
        "time": usual_time(claim),
        "may_ask": scope.may("claims.ask_payer") and claim.submission_state in ASKABLE,
        "may_see_partner": scope.may("clearinghouse.view_partner"),
    }


def x12_text(claim: Claim) -> str:
    """The newest version's own segments, one a line; empty where it cannot be written."""
    version = ClaimVersion.objects.get(claim=claim, number=claim.current_version)
    written, _ = readable(claim_of(version.snapshot))
    return "".join(f"{'*'.join(one.elements)}~\n" for one in written)


def x12_context(claim: Claim, number: int) -> dict[str, Any]:
    """One version as it stands in its file: from its CLM to the end of its loop."""
    version = (
        ClaimVersion.objects.select_related("source_file")
        .filter(claim=claim, number=number or claim.current_version)
        .first()
    )
    file, first = _place_of(version)
    raw: list[tuple[ExplainedSegment, str]] = []
    if file is not None and first:
        for segment in segments(file, first, first + MOST_SEGMENTS):
            if segment.segment > first and segment.elements[0] in ENDS_A_CLAIM:
                break
            raw.append((explain(segment), "*".join(segment.elements)))
    elif version is not None:
        raw = [(explain(one), "*".join(one.elements)) for one in readable(claim_of(version.snapshot))[0]]
    numbers = ClaimVersion.objects.filter(claim=claim).order_by("number").values_list("number", flat=True)
    return {
        "shown": version,
        "file": file,
        "position": first,
        "raw": raw,
        "numbers": list(numbers),
        "parts": _parts(version),
    }


def _place_of(version: ClaimVersion | None) -> tuple[ExchangeFile | None, int | None]:
    """The file that proves a version: the one we sent last, or the one it was imported from."""
    if version is None:
        return None, None
    sent = (
        Submission.objects.select_related("interchange__file")
        .filter(version=version)
        .order_by("-made_at", "-id")
        .first()
    )
    if sent is not None:
        return sent.interchange.file, sent.position
    return version.source_file, version.source_position


def _parts(version: ClaimVersion | None) -> list[tuple[str, list[Difference]]]:
    """The claim in words: every part of the snapshot with its leaves."""
    if version is None:
        return []
    parts = []
    for name, content in version.snapshot.items():
        leaves = [Difference("", "", content)] if isinstance(content, str) else []
        if isinstance(content, dict):
            leaves = list(differences({}, content))
        elif isinstance(content, list):
            leaves = list(differences([], content, name=name))
        parts.append((name.replace("_", " "), leaves))
    return parts


def work_context(scope: Scope, claim: Claim) -> dict[str, Any]:
    """Work, notes and everything that happened, in one stream."""
    may_see_file = scope.may("clearinghouse.view_file")
    items = list(
        WorkItem.objects.select_related("assignee", "queue")
        .filter(Q(subject_id=claim.id) | Q(reference=claim.patient_control_number))
        .order_by("-opened_at", "-id")[:50]
    )
    notes = list(
        WorkNote.objects.select_related("author").filter(item__in=items).order_by("-written_at", "-id")[:100]
    )
    subjects = {
        claim.id,
        *(item.id for item in items),
        *(item.subject_id for item in items if item.subject_id),
    }
    events = list(DomainEvent.objects.filter(subject_id__in=subjects).order_by("-occurred_at", "-id")[:200])
    names = people_names({event.actor_id for event in events if event.actor_id})
    happened = [_happened(event, names, may_see_file=may_see_file) for event in events]
    began = [
        {"at": one.moment, "icon": one.icon, "title": one.title, "text": one.text}
        for one in reversed(beginnings_of(claim))
    ]
    return {
        "items": items,
        "notes": notes,
        "timeline": sorted([*happened, *began], key=lambda entry: entry["at"], reverse=True),
    }


def _happened(event: DomainEvent, names: dict[UUID, str], *, may_see_file: bool) -> dict[str, Any]:
    words, icon, tone = told(event.name)
    who = names.get(event.actor_id, "") if event.actor_id else event.get_actor_kind_display().lower()
    return {
        "at": event.occurred_at,
        "icon": icon,
        "tone": tone,
        "title": words,
        "who": who,
        "text": _detail(event),
        "url": _proof(event) if may_see_file else "",
    }


def _proof(event: DomainEvent) -> str:
    """Where the file says so."""
    file_id, segment = event.data.get("file_id"), event.data.get("segment")
    if not file_id or not segment:
        return ""
    return f"{practice_url('clearinghouse:segments', file_id)}?at={segment}"


def _detail(event: DomainEvent) -> str:
    data = event.data
    told = [f"version {data['version']}"] if "version" in data else []
    if "state" in data:
        label = dict(AdjudicationState.choices).get(data["state"], data["state"])
        told.append(str(label).lower())
    if "segment" in data:
        told.append(f"segment {data['segment']}")
    return ", ".join(told)


def audit_context(claim: Claim) -> dict[str, Any]:
    """Who looked at this claim, and who acted on it."""
    events = list(AuditEvent.objects.filter(subject_id=claim.id).order_by("-recorded_at", "-id")[:100])
    names = people_names({event.actor_id for event in events if event.actor_id})
    return {
        "acts": [
            {
                "at": event.recorded_at,
                "who": names.get(event.actor_id, event.get_actor_kind_display()),
                "words": verbs.meaning(event.verb),
                "role": event.role.replace("_", " ").lower(),
                "purpose": event.get_purpose_display(),
            }
            for event in events
        ]
    }
