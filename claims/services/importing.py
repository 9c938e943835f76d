"""Claims of a file another system exported: stored first, then read whole or not at all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from audit import services as audit
from claims.choices import ImportState
from claims.models import ClaimImport
from claims.rules.drafts import ClaimDraft, Problem, draft_of
from claims.services.recording import ChunkWriter, Outcome
from clearinghouse.choices import FileState
from clearinghouse.models import ExchangeFile
from clearinghouse.selectors import open_file, refusal_at_the_door
from clearinghouse.services import mark_file
from patients.choices import Source
from patients.services.history import Origin
from reference.selectors import billing_names
from reference.services import trust_billing_providers
from tenancy.bulk import prefer_indexes
from tenancy.scope import current_scope
from x12 import ClaimBatchEnd, ClaimBatchStart, Finding, NotX12, Severity, SubmittedClaim, read_837

CHUNK = 500
MOST_FINDINGS = 200
# Faults after which nobody can know whether claims are missing or amounts are right: in the set, in the whole file.
FATAL_FOR_SET = frozenset({"se.missing", "se.count", "element.unreadable"})
FATAL_FOR_FILE = frozenset({"file.cut", "ge.missing", "ge.count", "iea.missing", "iea.count"})


class _Refused(Exception):
    """The file cannot be trusted; what was written of it is rolled back."""

    def __init__(self, message: str, findings: list[dict[str, Any]] | None = None) -> None:
        super().__init__(message)
        self.findings = findings or []


class _NotOurs(_Refused):
    """The file is sound, but not for this reader or this practice: what it is to others is left alone."""


class _SetRefused(_Refused):
    """One transaction set cannot be trusted; the others of the file stand."""


@dataclass(slots=True)
class SetResult:
    """What came of one transaction set."""

    interchange: int = 0
    transaction: int = 0
    control_number: str = ""
    kind: str = ""
    claims: int = 0
    created: int = 0
    versioned: int = 0
    unchanged: int = 0
    refused: int = 0
    findings: list[dict[str, Any]] = field(default_factory=list)

    def note(self, problems: list[Problem], claim: int) -> None:
        room = MOST_FINDINGS - len(self.findings)
        self.findings.extend({**asdict(one), "claim": claim} for one in problems[: max(room, 0)])


def import_837(
    *, file: ExchangeFile, at: datetime, progress: Callable[[int], None] = lambda claims: None
) -> ClaimImport:
    """Import every claim of a stored file, or refuse it with a message that names place and remedy.

    Safe to repeat: a claim on file with the same content is left alone. The same claim number with frequency 7 or 8,
    or with changed content, is a new version of its claim; with another patient it is refused and left to a person.
    """
    record = ClaimImport(file=file, requested_at=at, finished_at=at)
    results: list[SetResult] = []
    try:
        if refusal := refusal_at_the_door(file):
            raise _Refused(refusal)
        with transaction.atomic():
            _one_at_a_time()
            prefer_indexes()
            record.message = _Reading(file, at, results, progress).run()[:500]
        record.state = ImportState.IMPORTED
        mark_file(file_id=file.id, state=FileState.READ, kinds=sorted({_kind(one.kind) for one in results}))
    except (NotX12, _Refused) as refusal:
        record.state = ImportState.REFUSED
        record.message = str(refusal)[:500]
        results = [SetResult(findings=refusal.findings)] if isinstance(refusal, _Refused) else []
        if not isinstance(refusal, _NotOurs) and _is_for_claims(file):
            mark_file(file_id=file.id, state=FileState.REFUSED, message=record.message)
        elif not _is_for_claims(file):
            record.message = f"{record.message[:400]} {OTHER_KIND}"
    _sum_up(record, results)
    record.save(force_insert=True)
    _tell(record)
    return record


OTHER_KIND = "It is kept under Files; remittances are read under Remittances."


def _is_for_claims(file: ExchangeFile) -> bool:
    """A file of another kind is left alone: its own reader may find what was meant for him."""
    return not file.kinds or any(kind.startswith("837") for kind in file.kinds)


class _Reading:
    def __init__(
        self, file: ExchangeFile, at: datetime, results: list[SetResult], progress: Callable[[int], None]
    ) -> None:
        self.file = file
        self.results = results
        self.progress = progress
        self.writer = ChunkWriter(
            file=file, origin=Origin(Source.CLAIM_FILE, at, reference=f"file {file.id}"), at=at
        )
        self.ours = billing_names()
        self.current = SetResult()
        self.start: ClaimBatchStart | None = None
        self.waiting: list[tuple[int, ClaimDraft]] = []
        self.numbers: set[str] = set()
        self.done = 0

    def run(self) -> str:
        """Read every transaction set. Returns what to say of those that were refused."""
        refusals: list[_SetRefused] = []
        with open_file(self.file) as source:
            records = read_837(source)
            for record in records:
                if isinstance(record, ClaimBatchStart):
                    try:
                        with transaction.atomic():
                            self._set(record, records)
                    except _SetRefused as refusal:
                        refusals.append(refusal)
                        self._leave_out(refusal)
        if not self.results:
            raise _NotOurs(
                "The file holds no claims (no transaction set 837)."
                " Choose the claim file your billing system exported, in version 005010."
            )
        if refusals and len(refusals) == len(self.results):
            raise refusals[0]
        return " ".join(map(str, refusals))

    def _set(self, start: ClaimBatchStart, records: Iterator[Any]) -> None:
        self._begin(start)
        for record in records:
            if isinstance(record, SubmittedClaim):
                self._claim(record)
            elif isinstance(record, ClaimBatchEnd):
                self._end(record)
                return

    def _leave_out(self, refusal: _SetRefused) -> None:
        """The savepoint took back what was written of the set; forget what was counted of it."""
        self.waiting.clear()
        self.numbers.clear()
        one = self.current
        one.created = one.versioned = one.unchanged = 0
        one.refused = one.claims
        one.findings = refusal.findings

    def _begin(self, start: ClaimBatchStart) -> None:
        version = start.envelope.version
        if version and not version.startswith("005010"):
            raise _Refused(
                f"Transaction set {start.envelope.transaction_control_number} is of version {version}, and only"
                " 005010 can be imported. Export the claims again as 005010X222A1 or 005010X223A2."
            )
        self.start = start
        self.current = SetResult(
            interchange=start.position.interchange,
            transaction=start.position.transaction,
            control_number=start.envelope.transaction_control_number,
            kind=start.kind,
        )
        self.results.append(self.current)

    def _claim(self, claim: SubmittedClaim) -> None:
        self.current.claims += 1
        draft, problems = draft_of(claim)
        self.current.note(problems, claim.ordinal)
        if draft is None:
            self.current.refused += 1
            return
        self._refuse_foreign(draft)
        # A replacement in the same file has to find what it replaces.
        if draft.control_number in self.numbers or len(self.waiting) >= CHUNK:
            self._flush()
        self.numbers.add(draft.control_number)
        self.waiting.append((claim.ordinal, draft))

    def _refuse_foreign(self, draft: ClaimDraft) -> None:
        """Another practice's claims would bring its patients in. A practice without a number takes its first file's."""
        billing = draft.billing
        if not self.ours or billing is None:
            return
        if not self.ours.know(npi=billing.npi, tax_id=billing.tax_id, name=billing.last_name):
            numbers = ", ".join(filter(None, (billing.npi, billing.tax_id))) or "without a number"
            raise _NotOurs(
                f"Nothing was imported. Transaction set {self.current.control_number} bills for {billing.last_name}"
                f" ({numbers}), who is not known to bill for this practice. If that is wrong, say so under Reference,"
                " Providers, and import the file again."
            )

    def _flush(self) -> None:
        if not self.waiting:
            return
        submitted_on = self.start.created_on if self.start else None
        outcomes = self.writer.write([draft for _, draft in self.waiting], submitted_on=submitted_on)
        for (ordinal, _), (outcome, problems) in zip(self.waiting, outcomes, strict=True):
            self.current.note(problems, ordinal)
            if outcome is Outcome.CREATED:
                self.current.created += 1
            elif outcome is Outcome.VERSIONED:
                self.current.versioned += 1
            elif outcome is Outcome.UNCHANGED:
                self.current.unchanged += 1
            else:
                self.current.refused += 1
        if not self.ours:
            trust_billing_providers(draft.billing.npi for _, draft in self.waiting if draft.billing)
        self.done += len(self.waiting)
        self.waiting.clear()
        self.numbers.clear()
        self.progress(self.done)

    def _end(self, end: ClaimBatchEnd) -> None:
        self._flush()
        findings = [_finding(one) for one in end.findings[:MOST_FINDINGS]]
        faults = [one for one in end.findings if one.severity is Severity.ERROR]
        if fatal := next((one for one in faults if one.code in FATAL_FOR_FILE), None):
            raise _Refused(f"Nothing was imported. {fatal.message}", findings)
        if fatal := next((one for one in faults if one.code in FATAL_FOR_SET), None):
            number = self.current.control_number or self.current.transaction
            raise _SetRefused(f"Nothing of transaction set {number} was imported. {fatal.message}", findings)
        if not end.is_complete:
            raise _Refused(
                "Nothing was imported. The transaction set does not end (no SE segment).", findings
            )
        self.current.findings.extend(findings)


def _one_at_a_time() -> None:
    """Two imports of one practice queue: they would create the same patients."""
    with connection.cursor() as cursor:
        name = f"{current_scope().practice_id}/claims.import"
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [name])


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "severity": finding.severity.value,
        "code": finding.code,
        "segment": finding.position.segment,
        "message": finding.message,
    }


def _kind(kind: str) -> str:
    return {"PROFESSIONAL": "837P", "INSTITUTIONAL": "837I"}.get(kind, "837")


def _sum_up(record: ClaimImport, results: list[SetResult]) -> None:
    counts: Counter[str] = Counter()
    for one in results:
        counts.update(
            claims_created=one.created,
            claims_versioned=one.versioned,
            claims_unchanged=one.unchanged,
            claims_refused=one.refused,
        )
    for name, count in counts.items():
        setattr(record, name, count)
    record.results = [asdict(one) for one in results]


def _tell(record: ClaimImport) -> None:
    verb = "claims.file.imported" if record.state == ImportState.IMPORTED else "claims.file.refused"
    audit.record(
        verb=verb,
        subject=record,
        count=record.claims_created + record.claims_versioned,
        data={"file_id": str(record.file_id), "refused": record.claims_refused},
    )
