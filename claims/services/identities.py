"""Who is meant: patients, payers, providers, locations and coverages of a chunk of claims."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from claims.models import Claim
from claims.rules.drafts import ClaimDraft, CoverageTold, Problem, ProviderTold
from patients.choices import Relationship, Sex
from patients.models import Coverage
from patients.rules.names import normalized_number
from patients.services import CoverageSeen, PatientSeen, ensure_coverages, ensure_patients
from patients.services.history import Origin
from patients.services.seen import GuarantorSeen
from reference.services import PayerSeen, ProviderSeen, ensure_payers, ensure_providers
from tenancy.services import LocationSeen, ensure_locations
from x12 import Party

OTHER_PATIENT = (
    "This claim number is on file for another patient. Nothing of this claim was imported:"
    " give it another number at the source, or correct the patient."
)


@dataclass(slots=True)
class Conflict:
    """A claim that a person has to decide about."""

    draft: ClaimDraft
    claim: Claim | None
    message: str


@dataclass(slots=True)
class Identities:
    """By control number."""

    patients: dict[str, UUID] = field(default_factory=dict)
    coverages: dict[str, Coverage] = field(default_factory=dict)
    refused: set[str] = field(default_factory=set)
    problems: dict[str, list[Problem]] = field(default_factory=dict)
    conflicts: list[Conflict] = field(default_factory=list)
    providers: Mapping[ProviderSeen, UUID] = field(default_factory=dict)
    locations: Mapping[LocationSeen, UUID] = field(default_factory=dict)

    def provider(self, told: ProviderTold | None) -> UUID | None:
        return self.providers.get(_provider(told)) if told else None

    def location(self, draft: ClaimDraft) -> UUID | None:
        return self.locations.get(_location(draft))

    def refuse(self, draft: ClaimDraft, message: str, claim: Claim | None = None) -> None:
        self.refused.add(draft.control_number)
        self.conflicts.append(Conflict(draft, claim, message))
        self.note(draft, Problem("ERROR", "patient_conflict", draft.position, message))

    def note(self, draft: ClaimDraft, problem: Problem) -> None:
        self.problems.setdefault(draft.control_number, []).append(problem)


def settle_identities(
    drafts: Sequence[ClaimDraft], origin: Origin, *, expected: Mapping[str, Claim]
) -> Identities:
    """Find or create everybody the drafts name. `expected` are the claims already on file under a number."""
    found = Identities()
    if not drafts:
        return found
    _settle_patients(drafts, origin, expected, found)
    taken = [draft for draft in drafts if draft.control_number not in found.refused]
    _settle_coverages(taken, origin, found)
    told = {one for draft in taken for one in draft.providers}
    found.providers = ensure_providers({_provider(one) for one in told})
    found.locations = ensure_locations({_location(draft) for draft in taken if draft.location_name})
    return found


def _settle_patients(
    drafts: Sequence[ClaimDraft], origin: Origin, expected: Mapping[str, Claim], found: Identities
) -> None:
    """Claims already on file say whose they are: no patient is registered for a number that belongs to another."""
    strangers = _on_file_for_another(drafts, expected)
    for draft in drafts:
        if draft.control_number in strangers:
            found.refuse(draft, OTHER_PATIENT, expected[draft.control_number])
        elif draft.control_number in expected:
            found.patients[draft.control_number] = expected[draft.control_number].patient_id
    rest = [draft for draft in drafts if draft.control_number not in expected]
    for draft, sighting in zip(rest, ensure_patients([_patient(one) for one in rest], origin), strict=True):
        if sighting.patient is None:
            found.refuse(draft, sighting.conflict)
            continue
        found.patients[draft.control_number] = sighting.patient.id
        for note in sighting.notes:
            found.note(draft, Problem("WARNING", "patient_twice", draft.position, note))


def _on_file_for_another(drafts: Sequence[ClaimDraft], expected: Mapping[str, Claim]) -> set[str]:
    claims = [expected[draft.control_number] for draft in drafts if draft.control_number in expected]
    if not claims:
        return set()
    on_file = {
        claim.patient_control_number: claim
        for claim in Claim.objects.select_related("patient", "coverage").filter(
            id__in=[one.id for one in claims]
        )
    }
    return {
        draft.control_number
        for draft in drafts
        if (claim := on_file.get(draft.control_number)) is not None and not _is_same_person(draft, claim)
    }


def _is_same_person(draft: ClaimDraft, claim: Claim) -> bool:
    """The same record number; without one, two of name, birth date and member id: relatives share one of them."""
    seen, patient = _patient(draft), claim.patient
    if seen.mrn and patient.mrn:
        return seen.mrn == patient.mrn
    agreeing = (
        seen.search_name == patient.search_name,
        seen.birth_date is not None and seen.birth_date == patient.birth_date,
        normalized_number(seen.member_id) == claim.coverage.member_id_normalized,
    )
    return sum(agreeing) >= 2


def _settle_coverages(drafts: Sequence[ClaimDraft], origin: Origin, found: Identities) -> None:
    told = [(draft, one) for draft in drafts for one in (draft.coverage, *draft.other_coverages)]
    payers = ensure_payers({_payer(one) for _, one in told})
    seen = [_coverage(one, found.patients[draft.control_number], payers[_payer(one)]) for draft, one in told]
    known = ensure_coverages(seen, origin)
    for (draft, one), sighting in zip(told, seen, strict=True):
        coverage = known[sighting.key]
        if one is draft.coverage:
            found.coverages[draft.control_number] = coverage
        if coverage.rank is None:
            message = (
                "The patient has another coverage of the same order: its order is left to be settled"
                " on the patient's page."
            )
            found.note(draft, Problem("WARNING", "coverage_order", draft.position, message))


def _coverage(told: CoverageTold, patient_id: UUID, payer_id: UUID) -> CoverageSeen:
    subscriber = told.subscriber
    return CoverageSeen(
        patient_id=patient_id,
        payer_id=payer_id,
        member_id=told.member_id,
        plan_name=told.plan_name,
        plan_type=told.plan_type,
        group_number=told.group_number,
        relationship=told.relationship,
        subscriber_last_name=subscriber.name[:60],
        subscriber_first_name=subscriber.first_name[:35],
        subscriber_birth_date=subscriber.birth_date,
        subscriber_sex=_sex(subscriber),
        rank=told.rank,
    )


def _payer(told: CoverageTold) -> PayerSeen:
    return PayerSeen(
        name=told.payer_name, identifier=told.payer_identifier, filing_indicator=told.filing_indicator
    )


def _provider(told: ProviderTold) -> ProviderSeen:
    return ProviderSeen(**dataclasses.asdict(told))


def _location(draft: ClaimDraft) -> LocationSeen:
    npi = draft.location_npi if len(draft.location_npi) <= 10 else ""
    return LocationSeen(name=draft.location_name[:120], npi=npi)


def _patient(draft: ClaimDraft) -> PatientSeen:
    person = draft.patient
    return PatientSeen(
        last_name=person.name[:60],
        first_name=person.first_name[:35],
        middle_name=person.middle_name[:25],
        mrn=draft.mrn,
        member_id=draft.coverage.member_id,
        birth_date=person.birth_date,
        sex=_sex(person),
        phone=draft.patient_phone,
        address_line=person.address_line[:55],
        address_line_2=person.address_line_2[:55],
        city=person.city[:30],
        state=person.state[:2],
        postal_code=person.postal_code[:15],
        guarantor=_guarantor(draft),
    )


def _guarantor(draft: ClaimDraft) -> GuarantorSeen | None:
    """The subscriber answers for a dependent until somebody says otherwise."""
    if draft.coverage.relationship == Relationship.SELF:
        return None
    subscriber = draft.coverage.subscriber
    return GuarantorSeen(
        relationship=draft.coverage.relationship,
        last_name=subscriber.name[:60],
        first_name=subscriber.first_name[:35],
        address_line=subscriber.address_line[:55],
        address_line_2=subscriber.address_line_2[:55],
        city=subscriber.city[:30],
        state=subscriber.state[:2],
        postal_code=subscriber.postal_code[:15],
    )


def _sex(person: Party) -> str:
    return person.sex if person.sex in (Sex.FEMALE, Sex.MALE) else Sex.UNKNOWN
