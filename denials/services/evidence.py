"""Rows on file that bear a root cause out. Without one the cause is "from code" and says so."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from claims.models import Claim
from claims.selectors import filing_proofs, first_sendings
from denials.choices import RootCauseSource
from denials.models import Denial
from patients.models import Coverage
from reference import selectors as reference
from reference.rules.deadlines import DeadlineFacts, deadline, written_day
from remittances.models import RemitLine

COVERAGE_CATEGORIES = ("eligibility", "cob")
FILING_PROOF = "filing_proof"


class Witness:
    """Coverage, earlier payments, dates of sending and acceptance for a batch of claims: a few queries."""

    def __init__(self, *, claims: Sequence[Claim], payer_ids: Collection[UUID]) -> None:
        self.rules = reference.deadline_rules(list(payer_ids))
        self.claims = {claim.id: claim for claim in claims}
        self.coverages: dict[UUID, list[Coverage]] = defaultdict(list)
        patients = {claim.patient_id for claim in claims}
        for coverage in Coverage.objects.filter(patient_id__in=patients).select_related("payer"):
            self.coverages[coverage.patient_id].append(coverage)
        ids = list(self.claims)
        self.paid: dict[UUID, list[RemitLine]] = defaultdict(list)
        paid = RemitLine.objects.filter(
            remit_claim__claim_id__in=ids,
            remit_claim__is_reversal=False,
            paid_cents__gt=0,
            charge_id__isnull=False,
        )
        for line in paid.order_by("id"):
            self.paid[line.charge_id].append(line)
        self.first_sent = first_sendings(ids)
        self.accepted = filing_proofs(ids)

    def testify(self, denial: Denial, *, received_on: date | None = None) -> None:
        """Store what is on file, and the root cause it shows where it shows one. `received_on` is the day the payer
        itself says it got the claim (DTM*050).
        """
        found: list[dict[str, Any]] = []
        cause = ""
        if denial.category in COVERAGE_CATEGORIES:
            cause, found = self._coverage(denial)
        elif denial.category == "duplicate":
            cause, found = self._already_paid(denial)
        elif denial.category == "timely_filing":
            cause, found = self._filed(denial, received_on)
        denial.evidence = found
        denial.root_cause = cause or denial.root_cause
        denial.root_cause_source = RootCauseSource.EVIDENCE if cause else RootCauseSource.CODE

    def _coverage(self, denial: Denial) -> tuple[str, list[dict[str, Any]]]:
        claim, day = self.claims[denial.claim_id], denial.service_date
        if day is None:
            return "", []
        mine = self.coverages[claim.patient_id]
        billed = next((one for one in mine if one.id == claim.coverage_id), None)
        if billed is not None and not _covers(billed, day):
            words = f"The coverage billed was not in force on {day}: {_span(billed)}."
            return "reg_coverage", [_row("coverage", billed.id, words)]
        others = [one for one in mine if one.id != claim.coverage_id and one.payer_id != denial.payer_id]
        active = [one for one in others if _covers(one, day)]
        if active:
            words = f"Other coverage was in force on {day}: {active[0].payer} ({_span(active[0])})."
            cause = "reg_cob_order" if denial.category == "cob" else "reg_wrong_payer"
            return cause, [_row("coverage", active[0].id, words)]
        return "", []

    def _already_paid(self, denial: Denial) -> tuple[str, list[dict[str, Any]]]:
        lines = [
            line
            for line in self.paid.get(denial.charge_id or UUID(int=0), [])
            if line.remit_claim_id != denial.remit_claim_id
        ]
        if not lines:
            return "", []
        words = f"The same charge was paid before: ${lines[0].paid_cents / 100:,.2f}."
        return "billing_duplicate", [_row("remit_claim", lines[0].remit_claim_id, words)]

    def _filed(self, denial: Denial, received_on: date | None) -> tuple[str, list[dict[str, Any]]]:
        """Whether what others say of the claim's arrival lies within the payer's own limit for filing."""
        found = self._first_sent(denial)
        proofs: list[tuple[date, str, str, UUID]] = []
        proof = self.accepted.get(denial.claim_id)
        if proof is not None:
            said = proof.acknowledgement
            who = said.get_sender_display().lower()
            words = f"Accepted on {written_day(proof.on)} by the {who}, says the {said.kind}."
            proofs.append((proof.on, words, "claim_acknowledgement", said.id))
        if received_on is not None and denial.remit_claim_id is not None:
            words = f"The payer itself says it received the claim on {written_day(received_on)} (DTM*050)."
            proofs.append((received_on, words, "remit_claim", denial.remit_claim_id))
        if not proofs:
            return "", found
        day, words, kind, row_id = min(proofs)
        facts = DeadlineFacts(service_from_on=denial.service_date, service_to_on=denial.service_date)
        limit = deadline(self.rules.get(denial.payer_id, ()), "INITIAL_CLAIM", facts)
        if limit is None:
            return "", [*found, _row(kind, row_id, words)]
        if day <= limit.due_on:
            within = f"{words} The limit was {written_day(limit.due_on)}."
            return "payer_processing", [*found, _row(FILING_PROOF, row_id, within)]
        return "billing_late", [
            *found,
            _row(kind, row_id, f"{words} The limit was {written_day(limit.due_on)}."),
        ]

    def _first_sent(self, denial: Denial) -> list[dict[str, Any]]:
        sent = self.first_sent.get(denial.claim_id)
        if sent is None or denial.service_date is None:
            return []
        days = (sent.on - denial.service_date).days
        words = f"First sent on {written_day(sent.on)}, {days} days after the service."
        return [_row("claim_version", sent.version_id, words)]


def _covers(coverage: Coverage, day: date) -> bool:
    begun = coverage.starts_on is None or coverage.starts_on <= day
    return begun and (coverage.ends_on is None or day <= coverage.ends_on)


def _span(coverage: Coverage) -> str:
    return f"{coverage.starts_on or 'open'} to {coverage.ends_on or 'open'}"


def _row(kind: str, row_id: UUID, words: str) -> dict[str, Any]:
    return {"kind": kind, "id": str(row_id), "words": words}
