"""From a visit that is ready to bill to a claim, and from what changed to the claim's next version."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Q
from msgspec.structs import replace

from audit import services as audit
from claims.choices import OWED_BY_RANK, Frequency, SubmissionState
from claims.models import Claim, ClaimLine, ClaimVersion
from claims.rules.building import (
    BuildFacts,
    Decision,
    build_claim,
    build_upon,
    decisions_told,
    versioned,
    with_quirks,
)
from claims.rules.numbers import number_key
from claims.rules.snapshot import claim_of, digest, snapshot_of
from claims.rules.states import MOVES, NEVER_TAKEN_IN, Evidence, State
from claims.selectors.building import billable_charges, coverages_on, facts_of_visit
from claims.selectors.tickets import is_lost
from claims.services.moving import Said, move_claims
from patients.choices import BillingState
from patients.models import Charge, Coverage, Encounter
from patients.services import mark_billed
from reference.models import Payer
from tenancy.bulk import insert_models
from tenancy.ids import uuid7
from tenancy.jobs import enqueue
from tenancy.scope import current_scope
from x12 import Reference, SubmittedClaim

ELSEWHERE = "An earlier payer's decision belongs to what is sent: name the payer it goes to."


BEFORE_PRIOR_NUMBER = frozenset({"4N", "F5", "EW", "9F", "G1"})
"""REF of loop 2300 that stand before REF*F8 in both guides."""


class CannotBuild(Exception):
    """Why no claim can be made, in words for the person who can mend it."""


class NothingToBill(CannotBuild):
    def __init__(self) -> None:
        super().__init__("The visit has no billable charge.")


class NothingChanged(CannotBuild):
    def __init__(self) -> None:
        super().__init__("Nothing has changed since the claim was sent. Correct the visit first.")


@transaction.atomic
def bill_visit(*, encounter_id: UUID, at: datetime) -> Claim:
    """The claim of a visit that is ready to bill; a visit already billed gets a new version if anything changed."""
    encounter = Encounter.objects.select_for_update(of=("self",)).get(id=encounter_id)
    if encounter.billing_state == BillingState.HELD:
        raise CannotBuild("The visit is on hold. Release it first.")
    claim = Claim.objects.filter(encounter=encounter).order_by("created_at", "id").first()
    if claim is None:
        return _first(encounter, at=at)
    _bring_up_to_date(claim, at=at)
    claim.refresh_from_db()
    return claim


def _bring_up_to_date(claim: Claim, *, at: datetime) -> None:
    """What the visit says now. A payer that has the claim already is told by a replacement, which a person sends."""
    if claim.submission_state in NEVER_TAKEN_IN:
        if claim.is_withdrawn:
            _take_up_again(claim, at=at)
        if rebuild_claim(claim_id=claim.id, at=at) is None:
            # What changed may stand on no claim and yet be what its edits are held against.
            enqueue("claims.run_edits", claim_ids=[str(claim.id)])
    elif differs_from_sent(claim):
        raise CannotBuild(
            "The payer has this claim, and the visit says something else now: send a corrected claim."
        )
    mark_billed(encounter_id=claim.encounter_id)


def _take_up_again(claim: Claim, *, at: datetime) -> None:
    """A withdrawn claim whose visit is billed after all keeps its number."""
    Claim.objects.filter(id=claim.id).update(
        withdrawal_reason="", closed_on=None, responsibility=OWED_BY_RANK[claim.payer_rank]
    )
    move_claims([Said(claim.id, Evidence.REBUILT, at)])


def differs_from_sent(claim: Claim) -> bool:
    """Whether the visit says something else now than the claim that left last; a void said that it was nothing."""
    before = last_sent(claim, rank=claim.payer_rank)
    if before.frequency == Frequency.VOID:
        return False
    try:
        return digest(snapshot_of(_again(claim, before))) != before.sha256
    except CannotBuild:
        return True


@transaction.atomic
def rebuild_claim(*, claim_id: UUID, at: datetime) -> ClaimVersion | None:
    """A claim no payer has taken in, or that is lost, built anew from what stands on file; None if it says the same.

    What was rejected goes again as what it was: it was never adjudicated, so there is nothing new to replace. A void
    repeats what was sent, and what earlier payers decided is told again.
    """
    claim = Claim.objects.select_for_update(of=("self",)).get(id=claim_id)
    return _next(claim, draft_rebuilt(claim), before=_current(claim), at=at)


def draft_rebuilt(claim: Claim) -> SubmittedClaim:
    """What `rebuild_claim` would make of it; written nowhere."""
    if claim.is_withdrawn:
        raise CannotBuild("This claim was withdrawn. Bill its visit again.")
    if claim.submission_state not in NEVER_TAKEN_IN and not is_lost(claim):
        raise CannotBuild("This claim has been taken in. Send a replacement instead.")
    before = _current(claim)
    if before.frequency == Frequency.VOID:
        return claim_of(before.snapshot)
    return _again(claim, before)


def _again(claim: Claim, before: ClaimVersion) -> SubmittedClaim:
    """The same version from what stands on file now, with what it told of earlier payers."""
    decisions = decisions_told(
        claim_of(before.snapshot), {str(place): number for number, place in _places(before).items()}
    )
    return _built_upon(
        claim,
        before,
        rank=claim.payer_rank,
        decisions=decisions,
        frequency=before.frequency,
        prior_number=before.prior_payer_control_number,
    )


def replace_claim(*, claim_id: UUID, frequency: str, at: datetime, reason: str = "") -> ClaimVersion:
    """A replacement (7) or void (8) of what the payer has decided; the decision stays until the payer reverses it."""
    claim = Claim.objects.get(id=claim_id)
    if claim.payer_rank > 1:
        raise CannotBuild(ELSEWHERE)
    version = bill_payer(
        claim_id=claim_id,
        rank=claim.payer_rank,
        decisions={},
        frequency=frequency,
        prior_number=claim.payer_control_number,
        reason=reason,
        at=at,
    )
    assert version is not None
    return version


def draft_replacement(claim: Claim, frequency: str) -> SubmittedClaim:
    """What would be sent, or why nothing can be."""
    if claim.payer_rank > 1:
        raise CannotBuild(ELSEWHERE)
    return draft_for_payer(
        claim, claim.payer_rank, {}, frequency=frequency, prior_number=claim.payer_control_number
    )


def _refuse_on_its_way(claim: Claim) -> None:
    if State(claim.submission_state) not in (State.DRAFT, *MOVES[Evidence.REBUILT]):
        raise CannotBuild("The claim is on its way. Wait until it is answered.")


def _refuse_replacing(claim: Claim, payer: Payer, prior_number: str) -> None:
    if claim.submission_state == State.VOIDED:
        raise CannotBuild(
            "The payer has confirmed the void: there is nothing left to correct. Make a new visit."
        )
    if not prior_number:
        raise CannotBuild("The payer's number of this claim is not known, and a replacement must name it.")
    if not payer.accepts_replacement:
        raise CannotBuild(f"{payer} takes no replacements: send a new claim, ask for a reopening, or appeal.")


def last_sent(claim: Claim, *, rank: int | None = None) -> ClaimVersion:
    """The newest version that has left, to that payer in order if one is named; the newest of all where none has."""
    left = Q(submissions__isnull=False) | Q(source_file__isnull=False)
    sent = ClaimVersion.objects.filter(left, claim=claim).order_by("-number")
    if rank is not None:
        sent = sent.filter(payer_rank=rank)
    return sent.first() or _current(claim)


@transaction.atomic
def bill_payer(
    *,
    claim_id: UUID,
    rank: int,
    decisions: Mapping[int, Decision],
    frequency: str = Frequency.ORIGINAL,
    prior_number: str = "",
    reason: str = "",
    at: datetime,
) -> ClaimVersion | None:
    """The claim to its payer of that order, with what the others decided, by their rank. None if it was made."""
    claim = Claim.objects.select_for_update(of=("self",)).get(id=claim_id)
    content = draft_for_payer(claim, rank, decisions, frequency=frequency, prior_number=prior_number)
    coverage = _coverage_of_rank(claim, rank)
    claim.coverage, claim.payer_id, claim.payer_rank = coverage, coverage.payer_id, rank
    version = _next(claim, content, before=_current(claim), at=at, reason=reason)
    if version is not None and frequency != Frequency.ORIGINAL:
        audit.emit("claim.corrected", subject=claim, data={"version": version.number, "frequency": frequency})
    return version


def draft_for_payer(
    claim: Claim,
    rank: int,
    decisions: Mapping[int, Decision],
    *,
    frequency: str = Frequency.ORIGINAL,
    prior_number: str = "",
) -> SubmittedClaim:
    """What the payer of that order would be told, or why nothing can be."""
    coverage = claim.coverage if rank == claim.payer_rank else _coverage_of_rank(claim, rank)
    if frequency != Frequency.ORIGINAL:
        _refuse_replacing(claim, coverage.payer, prior_number)
    _refuse_on_its_way(claim)
    before = last_sent(claim, rank=rank)
    if frequency == Frequency.VOID:
        return _void_of(before, prior_number)
    if frequency == Frequency.REPLACEMENT and before.frequency != Frequency.VOID:
        same = _built_upon(
            claim,
            before,
            rank=rank,
            decisions=decisions,
            frequency=before.frequency,
            prior_number=before.prior_payer_control_number,
        )
        if digest(snapshot_of(same)) == before.sha256:
            raise NothingChanged
    return _built_upon(
        claim, before, rank=rank, decisions=decisions, frequency=frequency, prior_number=prior_number
    )


def _built_upon(
    claim: Claim,
    sent: ClaimVersion,
    *,
    rank: int,
    decisions: Mapping[int, Decision],
    frequency: str,
    prior_number: str,
) -> SubmittedClaim:
    """From the visit; of a claim that came with a file also what that said and a visit has no place for."""
    facts = facts_of_visit(
        claim.encounter_id, control_number=claim.patient_control_number, rank=rank, decisions=decisions
    )
    _refuse_incomplete(facts)
    if not ClaimVersion.objects.filter(claim=claim, source_file__isnull=False).exists():
        content = build_claim(facts, frequency=frequency, prior_number=prior_number)
    else:
        before = claim_of(sent.snapshot)
        content = build_upon(before, facts, _places(sent), frequency=frequency, prior_number=prior_number)
    coverage = claim.coverage if rank == claim.payer_rank else _coverage_of_rank(claim, rank)
    return with_quirks(content, coverage.payer.quirks)


def _places(version: ClaimVersion) -> dict[int, int]:
    """Where the charge of each line number stands in it."""
    lines = ClaimLine.objects.filter(version=version).order_by("line_number")
    return dict(lines.values_list("charge__line_number", "line_number"))


# -- making versions ---------------------------------------------------------------------------------------------


def _first(encounter: Encounter, *, at: datetime) -> Claim:
    coverage = _coverage_of(encounter)
    number = draw_claim_number()
    facts = facts_of_visit(encounter.id, control_number=number, rank=coverage.rank or 1, decisions={})
    _refuse_incomplete(facts)
    content = with_quirks(build_claim(facts), coverage.payer.quirks)
    claim = Claim(
        id=uuid7(),
        patient_control_number=number,
        control_number_key=number_key(number),
        kind=content.kind,
        encounter=encounter,
        patient_id=encounter.patient_id,
        coverage=coverage,
        payer_id=coverage.payer_id,
        payer_rank=coverage.rank or 1,
        location_id=encounter.location_id,
        rendering_provider_id=encounter.rendering_provider_id,
        billing_provider_id=encounter.billing_provider_id or encounter.rendering_provider_id,
        total_cents=_cents(content),
        service_from_on=encounter.service_from_on,
        service_to_on=encounter.service_to_on,
        submission_state=SubmissionState.DRAFT,
        responsibility=OWED_BY_RANK[coverage.rank or 1],
        created_at=at,
    )
    claim.save(force_insert=True)
    _write_version(claim, content, number=1, frequency=Frequency.ORIGINAL, prior_number="", at=at)
    mark_billed(encounter_id=encounter.id)
    audit.record("claims.claim.built", subject=claim, patient_id=claim.patient_id, data={"version": 1})
    audit.emit("claim.created", subject=claim, data={"version": 1, "payer_id": str(claim.payer_id)})
    enqueue("claims.run_edits", claim_ids=[str(claim.id)])
    return claim


def _void_of(sent: ClaimVersion, prior_number: str) -> SubmittedClaim:
    """What was sent, word for word, as a void."""
    content = claim_of(sent.snapshot)
    others = [one for one in content.references if one.qualifier != "F8"]
    before = [one for one in others if one.qualifier in BEFORE_PRIOR_NUMBER]
    after = [one for one in others if one.qualifier not in BEFORE_PRIOR_NUMBER]
    return replace(
        content,
        frequency_code=Frequency.VOID.value,
        references=(*before, Reference("F8", prior_number, 0), *after),
    )


def _current(claim: Claim) -> ClaimVersion:
    return ClaimVersion.objects.get(claim=claim, number=claim.current_version)


def _coverage_of_rank(claim: Claim, rank: int) -> Coverage:
    in_order = coverages_on(claim.encounter, claim.service_from_on)
    coverage = next((one for one in in_order if one.rank == rank), None)
    if coverage is None:
        raise CannotBuild("The patient has no coverage of that order on the day of service.")
    return coverage


def _next(
    claim: Claim, content: SubmittedClaim, *, before: ClaimVersion, at: datetime, reason: str = ""
) -> ClaimVersion | None:
    """The claim's next version; None where it would say what the newest says."""
    if digest(snapshot_of(content)) == before.sha256:
        return None
    frequency = content.frequency_code
    version = _write_version(
        claim,
        content,
        number=before.number + 1,
        frequency=frequency,
        prior_number=content.payer_control_number,
        reason=reason,
        at=at,
    )
    claim.current_version = version.number
    if frequency != Frequency.VOID:
        claim.total_cents = version.total_cents
    claim.save(update_fields=["current_version", "total_cents", "coverage", "payer", "payer_rank"])
    mark_billed(encounter_id=claim.encounter_id)
    audit.record(
        "claims.claim.built",
        subject=claim,
        patient_id=claim.patient_id,
        data={"version": version.number, "frequency": frequency},
    )
    move_claims([Said(claim.id, Evidence.REBUILT, at, {"frequency": frequency})])
    enqueue("claims.run_edits", claim_ids=[str(claim.id)])
    return version


def _refuse_incomplete(facts: BuildFacts) -> None:
    if not facts.lines:
        raise NothingToBill
    if not facts.billing.name:
        raise CannotBuild("The visit names nobody who bills.")
    if all(one.rank != facts.billed_rank for one in facts.coverages):
        raise CannotBuild("The coverage that is billed has no order on the day of service. Settle it first.")


def _write_version(
    claim: Claim,
    content: SubmittedClaim,
    *,
    number: int,
    frequency: str,
    prior_number: str,
    at: datetime,
    reason: str = "",
) -> ClaimVersion:
    snapshot = snapshot_of(content)
    sent = last_sent(claim, rank=claim.payer_rank) if frequency == Frequency.VOID else None
    version = ClaimVersion(
        claim=claim,
        number=number,
        frequency=frequency,
        payer_rank=claim.payer_rank,
        total_cents=_cents(content),
        prior_payer_control_number=prior_number,
        quirks=sent.quirks if sent else versioned(claim.coverage.payer.quirks),
        snapshot=snapshot,
        sha256=digest(snapshot),
        reason=reason,
        recorded_at=at,
    )
    version.save(force_insert=True)
    if sent is not None:
        insert_models(_lines_again(version, sent))
    else:
        insert_models(_lines(version, content, billable_charges(claim.encounter_id)))
    return version


def _lines_again(version: ClaimVersion, sent: ClaimVersion) -> Iterable[ClaimLine]:
    for line in ClaimLine.objects.filter(version=sent).order_by("line_number"):
        line.pk, line.version = uuid7(), version
        line._state.adding = True
        yield line


def _lines(version: ClaimVersion, content: SubmittedClaim, charges: list[Charge]) -> Iterable[ClaimLine]:
    for line, charge in zip(content.lines, charges, strict=True):
        yield ClaimLine(
            claim_id=version.claim_id,
            version=version,
            charge=charge,
            line_number=int(line.line_number),
            line_control_number=line.line_control_number,
            procedure_code=line.procedure.code,
            modifiers=charge.modifiers,
            revenue_code=line.revenue_code,
            units=line.units,
            amount_cents=charge.amount_cents,
            service_date=charge.service_date,
            diagnosis_pointers=charge.diagnosis_pointers,
        )


def _coverage_of(encounter: Encounter) -> Coverage:
    """The first payer in order on the day of the visit."""
    in_order = coverages_on(encounter, encounter.service_from_on)
    if not in_order:
        raise CannotBuild("No coverage with an order is on file for the day of service.")
    return in_order[0]


def _cents(content: SubmittedClaim) -> int:
    return int(content.charge_amount * 100)


def draw_claim_number() -> str:
    """The practice's next claim number (CLM01): short enough to be read out on the telephone."""
    with connection.cursor() as cursor:
        while True:
            cursor.execute(
                """
                INSERT INTO claims_claimnumberseries AS series (id, organization_id, last) VALUES (%s, %s, 1)
                ON CONFLICT (organization_id) DO UPDATE SET last = series.last + 1 RETURNING last
                """,
                [uuid7(), current_scope().practice_id],
            )
            number = f"C{cursor.fetchone()[0]:06d}"
            if not Claim.objects.filter(patient_control_number=number).exists():
                return number
