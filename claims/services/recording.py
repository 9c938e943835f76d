"""Writing a chunk of claims: everything looked up and inserted in bulk, whatever the size of the chunk."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import Enum, auto
from typing import Any
from uuid import UUID

from django.utils.timezone import localdate

from audit import services as audit
from claims.choices import OWED_BY_RANK, AdjudicationState, Frequency
from claims.models import Claim, ClaimLine, ClaimVersion
from claims.rules.building import BuildFacts, Hospital
from claims.rules.comparing import kept_lines
from claims.rules.drafts import ClaimDraft, LineDraft, Problem
from claims.rules.numbers import number_key
from claims.services.conflicts import open_conflicts
from claims.services.identities import Identities, settle_identities
from clearinghouse.models import ExchangeFile
from patients.choices import BillingState, PriceSource
from patients.models import Charge, Encounter
from patients.rules.hospital import HospitalCodes
from patients.services import (
    ChargeDraft,
    DiagnosisDraft,
    EncounterDraft,
    capture_charges,
    mark_billed,
    record_encounters,
    refusal_to_change,
    update_encounter,
    void_untouched_charges,
)
from patients.services.encounters import draft_of, new_charge
from patients.services.history import Origin
from tenancy.bulk import insert_models
from tenancy.ids import uuid7


class Outcome(Enum):
    CREATED = auto()
    VERSIONED = auto()
    UNCHANGED = auto()
    REFUSED = auto()


@dataclass(slots=True)
class _Known:
    """A claim on file, the digests of its versions, and the lines of the newest one."""

    claim: Claim
    digests: set[str] = field(default_factory=set)
    newest: ClaimVersion | None = None
    lines: list[ClaimLine] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Visit:
    """The encounter a claim bills, and its charges by line of the claim."""

    encounter_id: UUID
    charges: Mapping[int, UUID]


class ChunkWriter:
    def __init__(self, *, file: ExchangeFile, origin: Origin, at: datetime) -> None:
        self.file = file
        self.origin = origin
        self.at = at

    def write(
        self, drafts: Sequence[ClaimDraft], *, submitted_on: date | None
    ) -> list[tuple[Outcome, list[Problem]]]:
        """Outcome and problems of each draft. No two drafts have the same control number."""
        known = _known_claims(drafts)
        outcomes: dict[str, tuple[Outcome, list[Problem]]] = {}
        fresh = []
        for draft in drafts:
            there = known.get(draft.control_number)
            if there is not None and draft.sha256 in there.digests:
                outcomes[draft.control_number] = (Outcome.UNCHANGED, [])
            else:
                fresh.append(draft)
        settled = settle_identities(
            fresh, self.origin, expected={number: one.claim for number, one in known.items()}
        )
        open_conflicts(settled.conflicts, file=self.file, on=localdate(self.at))
        for draft in fresh:
            problems = settled.problems.get(draft.control_number, [])
            if draft.control_number in settled.refused:
                outcomes[draft.control_number] = (Outcome.REFUSED, problems)
            elif draft.control_number in known:
                outcomes[draft.control_number] = (Outcome.VERSIONED, problems)
            else:
                outcomes[draft.control_number] = (Outcome.CREATED, problems)
        self._create(
            [one for one in fresh if outcomes[one.control_number][0] is Outcome.CREATED],
            settled,
            submitted_on,
        )
        for draft in fresh:
            if outcomes[draft.control_number][0] is Outcome.VERSIONED:
                self._add_version(draft, known[draft.control_number], settled, submitted_on)
        return [outcomes[draft.control_number] for draft in drafts]

    # -- new claims --------------------------------------------------------------------------------------------

    def _create(self, drafts: Sequence[ClaimDraft], settled: Identities, submitted_on: date | None) -> None:
        shared = _visits_on_file(drafts, settled)
        encounters = {
            draft.control_number: _encounter(draft, settled)
            for draft in drafts
            if draft.control_number not in shared
        }
        record_encounters(list(encounters.values()), origin=self.origin, price_source=PriceSource.CLAIM_FILE)
        visits = shared | {number: _visit(encounter) for number, encounter in encounters.items()}
        claims = [_claim(draft, visits[draft.control_number], settled, self.at) for draft in drafts]
        insert_models(claims)
        versions = [
            self._version(draft, claim.id, 1, submitted_on)
            for draft, claim in zip(drafts, claims, strict=True)
        ]
        insert_models(versions)
        insert_models(
            _line(line, version, visits[draft.control_number].charges[line.line_number])
            for draft, version in zip(drafts, versions, strict=True)
            for line in draft.lines
        )
        _tell("claims.claim.imported", "claim.created", claims, versions)

    def _version(
        self, draft: ClaimDraft, claim_id: UUID, number: int, submitted_on: date | None
    ) -> ClaimVersion:
        return ClaimVersion(
            claim_id=claim_id,
            number=number,
            frequency=draft.frequency[:1],
            payer_rank=draft.coverage.rank,
            total_cents=draft.total_cents,
            prior_payer_control_number=draft.prior_number[:50],
            snapshot=draft.snapshot,
            sha256=draft.sha256,
            submitted_on=submitted_on,
            source_file=self.file,
            source_position=draft.position,
            recorded_at=self.at,
        )

    # -- versions of claims on file ----------------------------------------------------------------------------

    def _add_version(
        self, draft: ClaimDraft, known: _Known, settled: Identities, submitted_on: date | None
    ) -> None:
        """A later sending of the claim: lines that stay keep their charges, the others are captured anew."""
        claim = known.claim
        version = self._version(draft, claim.id, claim.current_version + 1, submitted_on)
        version.save(force_insert=True)
        is_void = draft.frequency == Frequency.VOID
        charges = _charges_by_place(draft, known) if is_void else self._recharge(draft, known)
        insert_models(
            _line(line, version, charges[line.line_number])
            for line in draft.lines
            if line.line_number in charges
        )
        claim.current_version = version.number
        changed = ["current_version"]
        if not is_void:
            claim.total_cents = draft.total_cents
            claim.service_from_on, claim.service_to_on = draft.service_from_on, draft.service_to_on
            changed += ["total_cents", "service_from_on", "service_to_on"]
            self._rewrite_visit(draft, claim, settled)
        claim.save(update_fields=changed)
        event = (
            "claim.corrected"
            if draft.frequency in (Frequency.REPLACEMENT, Frequency.VOID)
            else "claim.edited"
        )
        _tell("claims.claim.versioned", event, [claim], [version])

    def _rewrite_visit(self, draft: ClaimDraft, claim: Claim, settled: Identities) -> None:
        """The visit says what was sent last. One that several claims bill is left to the first of them."""
        visit = Encounter.objects.get(id=claim.encounter_id)
        shared = Claim.objects.filter(encounter=visit).exclude(id=claim.id)
        if shared.exists() or refusal_to_change(visit):
            return
        told = _encounter(draft, settled)
        now = replace(
            draft_of(visit),
            service_from_on=told.service_from_on,
            service_to_on=told.service_to_on,
            diagnoses=told.diagnoses,
            values=told.values,
        )
        update_encounter(encounter=visit, version=visit.version, draft=now, origin=self.origin)
        mark_billed(encounter_id=visit.id)

    def _recharge(self, draft: ClaimDraft, known: _Known) -> dict[int, UUID]:
        claim = known.claim
        kept = kept_lines(known.lines, draft.lines)
        charges = {number: line.charge_id for number, line in kept.items()}
        staying = set(charges.values())
        gone = [line.charge_id for line in known.lines if line.charge_id not in staying]
        new = [line for line in draft.lines if line.line_number not in kept]
        if claim.adjudication_state in (AdjudicationState.NONE, AdjudicationState.REVERSED):
            void_untouched_charges(gone, on=localdate(self.at), reason="replaced")
        used = set(
            Charge.objects.filter(encounter_id=claim.encounter_id).values_list("line_number", flat=True)
        )
        captured = []
        for line in new:
            number = line.line_number if line.line_number not in used else max(used) + 1
            used.add(number)
            captured.append(
                new_charge(
                    _charge(line, number, draft.facts),
                    claim.encounter_id,
                    rank=claim.payer_rank,
                    price_source=PriceSource.CLAIM_FILE,
                )
            )
        capture_charges(
            captured,
            patients={claim.encounter_id: claim.patient_id},
            payers={claim.encounter_id: claim.payer_id},
        )
        charges.update((line.line_number, charge.id) for line, charge in zip(new, captured, strict=True))
        return charges


def _known_claims(drafts: Sequence[ClaimDraft]) -> dict[str, _Known]:
    numbers = [draft.control_number for draft in drafts]
    claims = Claim.objects.filter(patient_control_number__in=numbers)
    by_id = {claim.id: _Known(claim) for claim in claims}
    if not by_id:
        return {}
    for version in ClaimVersion.objects.filter(claim_id__in=by_id).defer("snapshot").order_by("number"):
        known = by_id[version.claim_id]
        known.digests.add(version.sha256)
        known.newest = version
    newest = {known.newest.id: known for known in by_id.values() if known.newest}
    for line in ClaimLine.objects.filter(version_id__in=newest).order_by("line_number"):
        newest[line.version_id].lines.append(line)
    return {known.claim.patient_control_number: known for known in by_id.values()}


def _visits_on_file(drafts: Sequence[ClaimDraft], settled: Identities) -> dict[str, _Visit]:
    """A secondary payer's claim under a number of its own bills the visit of the claim before it: the same patient,
    day and services. Its charges are in the books already."""
    later = [draft for draft in drafts if draft.coverage.rank > 1]
    if not later:
        return {}
    before = Claim.objects.filter(
        patient_id__in={settled.patients[draft.control_number] for draft in later},
        service_from_on__in={draft.service_from_on for draft in later},
    ).order_by("payer_rank", "id")
    newest = {(claim.id, claim.current_version): claim for claim in before}
    lines: dict[UUID, list[ClaimLine]] = defaultdict(list)
    for line in ClaimLine.objects.filter(claim__in=newest.values()).select_related("version"):
        if (line.claim_id, line.version.number) in newest:
            lines[line.claim_id].append(line)
    found = {}
    for draft in later:
        for claim in newest.values():
            kept = kept_lines(lines[claim.id], draft.lines)
            of_patient = claim.patient_id == settled.patients[draft.control_number]
            if of_patient and claim.payer_rank < draft.coverage.rank and len(kept) == len(draft.lines):
                charges = {number: line.charge_id for number, line in kept.items()}
                found[draft.control_number] = _Visit(claim.encounter_id, charges)
                break
    return found


def _visit(encounter: EncounterDraft) -> _Visit:
    return _Visit(
        encounter.encounter_id, {charge.line_number: charge.charge_id for charge in encounter.charges}
    )


def _encounter(draft: ClaimDraft, settled: Identities) -> EncounterDraft:
    return EncounterDraft(
        patient_id=settled.patients[draft.control_number],
        service_from_on=draft.service_from_on,
        service_to_on=draft.service_to_on,
        diagnoses=tuple(
            DiagnosisDraft(code, qualifier, flag) for _, qualifier, code, flag in draft.facts.diagnoses
        ),
        charges=tuple(_charge(line, line.line_number, draft.facts) for line in draft.lines),
        payer_id=settled.coverages[draft.control_number].payer_id,
        payer_rank=draft.coverage.rank,
        values=_visit_values(draft, settled),
        billing_state=BillingState.BILLED,
    )


def _visit_values(draft: ClaimDraft, settled: Identities) -> dict[str, Any]:
    """Everything the claim says that a visit has a place for, so that it can be built again from the visit."""
    facts = draft.facts
    roles = ("rendering", "billing", "referring", "supervising", "operating")
    values: dict[str, Any] = {f"{role}_provider_id": settled.provider(getattr(draft, role)) for role in roles}
    values |= {
        "location_id": settled.location(draft),
        "claim_kind": draft.kind,
        "authorization_number": facts.authorization_number,
        "referral_number": facts.referral_number,
        "claim_note": facts.note,
    }
    if facts.hospital is not None:
        return values | _stay_values(facts.hospital)
    accident = facts.accident
    return values | {
        "place_of_service": facts.place_of_service,
        "laboratory_number": facts.laboratory_number,
        "accident_cause": accident.cause if accident else "",
        "accident_on": accident.on if accident else None,
        "accident_state": accident.state if accident else "",
        "onset_on": facts.onset_on,
        "admitted_on": facts.admitted_on,
        "patient_paid_cents": facts.patient_paid_cents,
    }


def _stay_values(stay: Hospital) -> dict[str, Any]:
    alike = (
        "type_of_bill",
        "admission_type",
        "admission_source",
        "patient_status",
        "admitted_on",
        "admission_hour",
        "discharge_hour",
        "drg",
    )
    codes = HospitalCodes(stay.conditions, stay.occurrences, stay.values, stay.procedures)
    return {name: getattr(stay, name) for name in alike} | {"hospital_codes": codes.stored()}


def _charge(line: LineDraft, number: int, facts: BuildFacts) -> ChargeDraft:
    told = facts.lines[line.line_number - 1]
    return ChargeDraft(
        line_number=number,
        procedure_code=line.procedure_code,
        modifiers=line.modifiers,
        revenue_code=line.revenue_code,
        units=line.units,
        amount_cents=line.amount_cents,
        service_date=line.service_date,
        diagnosis_pointers=line.diagnosis_pointers,
        service_to_on=told.to_on if told.to_on > line.service_date else None,
        unit_code=told.unit_code,
        place_of_service=told.place_of_service,
        authorization_number=told.authorization_number,
        description=told.description,
        drug_code=told.drug_code,
        drug_units=told.drug_units,
        drug_unit_code=told.drug_unit_code,
    )


def _claim(draft: ClaimDraft, visit: _Visit, settled: Identities, at: datetime) -> Claim:
    coverage = settled.coverages[draft.control_number]
    return Claim(
        id=uuid7(),
        patient_control_number=draft.control_number,
        control_number_key=number_key(draft.control_number),
        kind=draft.kind,
        encounter_id=visit.encounter_id,
        patient_id=settled.patients[draft.control_number],
        coverage_id=coverage.id,
        payer_id=coverage.payer_id,
        payer_rank=draft.coverage.rank,
        location_id=settled.location(draft),
        rendering_provider_id=settled.provider(draft.rendering),
        billing_provider_id=settled.provider(draft.billing),
        total_cents=draft.total_cents,
        service_from_on=draft.service_from_on,
        service_to_on=draft.service_to_on,
        responsibility=OWED_BY_RANK[draft.coverage.rank],
        created_at=at,
    )


def _line(line: LineDraft, version: ClaimVersion, charge_id: UUID) -> ClaimLine:
    return ClaimLine(
        claim_id=version.claim_id,
        version_id=version.id,
        charge_id=charge_id,
        line_number=line.line_number,
        line_control_number=line.line_control_number,
        procedure_code=line.procedure_code,
        modifiers=line.modifiers,
        revenue_code=line.revenue_code,
        units=line.units,
        amount_cents=line.amount_cents,
        service_date=line.service_date,
        diagnosis_pointers=line.diagnosis_pointers,
        source_position=line.position,
    )


def _charges_by_place(draft: ClaimDraft, known: _Known) -> dict[int, UUID]:
    """A void names the lines it takes back; they are the charges of the version before."""
    kept = kept_lines(known.lines, draft.lines)
    by_number = {line.line_number: line.charge_id for line in known.lines}
    return by_number | {number: line.charge_id for number, line in kept.items()}


def _tell(verb: str, event: str, claims: Sequence[Claim], versions: Sequence[ClaimVersion]) -> None:
    audit.record_many(
        audit.Entry(
            verb=verb,
            subject_type="claims.claim",
            subject_id=claim.id,
            patient_id=claim.patient_id,
            data={"version": version.number, "frequency": version.frequency},
        )
        for claim, version in zip(claims, versions, strict=True)
    )
    audit.emit_many(
        audit.Happening(
            name=event,
            subject_type="claims.claim",
            subject_id=claim.id,
            occurred_at=version.recorded_at,
            data={
                "version": version.number,
                "frequency": version.frequency,
                "payer_id": str(claim.payer_id),
                "file_id": str(version.source_file_id),
                "segment": version.source_position,
            },
        )
        for claim, version in zip(claims, versions, strict=True)
    )
