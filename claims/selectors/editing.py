"""What a batch of claims is held against: a fixed number of queries, however many claims."""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

from django.db.models import Q

from claims.models import Claim, ClaimLine, ClaimVersion, EditOverride, EditRun, EditSetting
from claims.rules.building import earlier_decided_on, parts
from claims.rules.edits import (
    BLOCKING,
    NEVER_LET_PASS,
    Authorization,
    CodePeriod,
    EarlierLine,
    EarlierVersion,
    EditContext,
    MueEdit,
    PayerFacts,
    Period,
    PtpEdit,
)
from claims.rules.snapshot import claim_of
from claims.rules.states import State
from claims.selectors.sending import group_of
from clearinghouse.selectors import enrolled_names
from eligibility.selectors import coverage_by_day
from patients.choices import ChargeState, ClaimKind
from patients.models import Charge, Encounter
from patients.selectors import patients_with_consent
from reference.choices import DeadlineKind, ReleaseSetting
from reference.rules.deadlines import DeadlineFacts, DeadlineRuleFacts, deadline
from reference.selectors import (
    CodeTable,
    DatedCode,
    credentialed,
    deadline_rules,
    diagnosis_table,
    pair_table,
    service_table,
    unit_limit_table,
)
from x12 import SubmittedClaim

_SETTINGS = {
    str(ClaimKind.PROFESSIONAL): ReleaseSetting.PRACTITIONER,
    str(ClaimKind.INSTITUTIONAL): ReleaseSetting.HOSPITAL,
}
# A code that a sample does not name is not judged by it.
_ALWAYS = (CodePeriod(Period()),)
Used = tuple[UUID, UUID, str]
"""Patient, visit and number of an authorization."""


@dataclass(frozen=True, slots=True)
class ClaimToEdit:
    claim: Claim
    version: ClaimVersion
    content: SubmittedClaim
    context: EditContext
    let_pass: Mapping[str, str]
    """By rule that a person has let this version pass: the severity that was let pass."""
    is_held_by_a_person: bool
    """Held, and by no edit: not for the edits to release."""


def claims_to_edit(
    claims: Collection[Claim], *, on: date, instead: Mapping[UUID, SubmittedClaim] | None = None
) -> list[ClaimToEdit]:
    """`claims` with payer and encounter. Versions that were imported are judged as they were sent.

    With `instead`, by claim, what a next version would say is judged in the place of the present one.
    """
    versions = _current_versions(claims)
    contents = {one.claim_id: claim_of(one.snapshot) for one in versions} | dict(instead or {})
    bases = _bases(contents.values(), on)
    settings = list(EditSetting.objects.filter(starts_on__lte=on))
    limits = deadline_rules({claim.payer_id for claim in claims})
    earlier = _earlier_lines(claims)
    consents = patients_with_consent({claim.patient_id for claim in claims}, on=on)
    authorized = _authorizations(claims)
    covered = coverage_by_day({(claim.coverage_id, claim.service_from_on) for claim in claims})
    taken = _credentialed(claims)
    names = enrolled_names({claim.payer_id for claim in claims})
    let_pass = standing_overrides([one.id for one in versions])
    by_claim = {one.claim_id: one for one in versions}
    runs = latest_runs([one.id for one in versions])
    found = []
    for claim in claims:
        version, content = by_claim[claim.id], contents[claim.id]
        lines = earlier.get(claim.patient_id, ())
        others = tuple(one for one in lines if one.control_number != claim.patient_control_number)
        seen = [one.service_on for one in others if one.service_on < claim.service_from_on]
        is_covered, about = covered.get((claim.coverage_id, claim.service_from_on), (None, None))
        context = dataclasses.replace(
            bases[claim.kind],
            severities=_severities(claim, settings),
            payer=_payer(claim, limits.get(claim.payer_id, ()), earlier_decided_on(content)),
            credentialed=taken.get(claim.payer_id),
            enrolled_name=names.get(group_of(claim)),
            has_active_coverage=is_covered,
            coverage_asked_about=about,
            needs_authorization=frozenset(claim.payer.authorized_services) or None,
            authorizations=authorized.get(claim.encounter_id),
            earlier_lines=others,
            knows_visits=True,
            seen_before_on=max(seen, default=None),
            earlier_version=_before(claim, version),
            is_sensitive=claim.encounter.is_sensitive,
            has_consent=claim.patient_id in consents,
            patient_pays_privately=claim.encounter.pays_privately,
        )
        run = runs.get(version.id)
        is_held = claim.submission_state == State.HELD and not (run and run.blocked_by)
        passed = {rule_id: one.severity for rule_id, one in let_pass.get(version.id, {}).items()}
        found.append(ClaimToEdit(claim, version, content, context, passed, is_held))
    return found


def latest_runs(version_ids: Collection[UUID]) -> dict[UUID, EditRun]:
    """What the edits last said of each version."""
    rows = EditRun.objects.filter(version_id__in=version_ids).order_by("version_id", "-ran_at", "-id")
    return {one.version_id: one for one in rows.distinct("version_id")}


def latest_run(claim: Claim) -> EditRun | None:
    """What the edits last said of the claim as it is now."""
    rows = EditRun.objects.filter(version__claim=claim, version__number=claim.current_version)
    return rows.order_by("-ran_at", "-id").first()


def standing_overrides(version_ids: Collection[UUID]) -> dict[UUID, dict[str, EditOverride]]:
    """By version and rule: what a person has let pass and nobody has taken back since."""
    found: dict[UUID, dict[str, EditOverride]] = defaultdict(dict)
    rows = EditOverride.objects.select_related("made_by").filter(version_id__in=version_ids)
    for one in rows.order_by("made_at", "id"):
        if one.is_taken_back:
            found[one.version_id].pop(one.rule_id, None)
        else:
            found[one.version_id][one.rule_id] = one
    return found


def _current_versions(claims: Collection[Claim]) -> list[ClaimVersion]:
    numbers = {claim.id: claim.current_version for claim in claims}
    rows = ClaimVersion.objects.filter(claim_id__in=numbers)
    return [one for one in rows if one.number == numbers[one.claim_id]]


def _before(claim: Claim, version: ClaimVersion) -> EarlierVersion | None:
    """A payer that has given its number has taken the claim in."""
    if version.number == 1:
        return None
    return EarlierVersion(
        was_rejected=not claim.payer_control_number, is_decided=bool(claim.payer_control_number)
    )


# -- what the practice and the payer ask -------------------------------------------------------------------------


def _severities(claim: Claim, settings: Sequence[EditSetting]) -> dict[str, str]:
    """The narrowest setting of each rule that counts on the day of service. No setting lets go what the law keeps."""
    chosen: dict[str, tuple[tuple[int, date], str]] = {}
    if not claim.payer.accepts_replacement:
        chosen["E055"] = ((-1, date.min), "fatal")
    for one in settings:
        if one.starts_on > claim.service_from_on or (one.stops_on and one.stops_on < claim.service_from_on):
            continue
        scope = (
            (one.payer_id, claim.payer_id, 4),
            (one.payer_kind, claim.payer.kind, 2),
            (one.claim_kind, claim.kind, 1),
        )
        if any(asked and asked != has for asked, has, _ in scope):
            continue
        if one.rule_id in NEVER_LET_PASS and one.severity not in BLOCKING:
            continue
        weight = (sum(points for asked, _, points in scope if asked), one.starts_on)
        if one.rule_id not in chosen or weight >= chosen[one.rule_id][0]:
            chosen[one.rule_id] = (weight, one.severity)
    return {rule_id: severity for rule_id, (_, severity) in chosen.items()}


def _payer(claim: Claim, rules: Sequence[DeadlineRuleFacts], decided_on: date | None) -> PayerFacts:
    """A payer's own confirmed limits; examples only ever warn, and nobody has confirmed them."""
    confirmed = [one for one in rules if not one.is_example]
    is_first = claim.payer_rank == 1
    return PayerFacts(
        is_active=claim.payer.is_active,
        filing_indicator=claim.payer.filing_indicator,
        accepts_replacement=claim.payer.accepts_replacement,
        filing_limit_on=_first_limit(claim, confirmed) if is_first else None,
        later_limit_on=None if is_first else _later_limit(claim, confirmed, decided_on),
    )


def _first_limit(claim: Claim, rules: Iterable[DeadlineRuleFacts]) -> date | None:
    kind = DeadlineKind.INITIAL_CLAIM
    days = next((one.days for one in rules if one.kind == kind and one.days is not None), None)
    began = claim.service_to_on if claim.kind == ClaimKind.INSTITUTIONAL else claim.service_from_on
    return began + timedelta(days) if days is not None else None


def _later_limit(claim: Claim, rules: Iterable[DeadlineRuleFacts], decided_on: date | None) -> date | None:
    facts = DeadlineFacts(
        service_from_on=claim.service_from_on,
        service_to_on=claim.service_to_on,
        primary_remittance_on=decided_on,
    )
    found = deadline(rules, DeadlineKind.SECONDARY_CLAIM, facts)
    return found.due_on if found else None


def _credentialed(claims: Collection[Claim]) -> dict[UUID, dict[str, tuple[Period, ...]]]:
    return {
        payer_id: {npi: tuple(Period(*one) for one in times) for npi, times in by_npi.items()}
        for payer_id, by_npi in credentialed({claim.payer_id for claim in claims}).items()
    }


# -- what else is known of the patients --------------------------------------------------------------------------


def _earlier_lines(claims: Collection[Claim]) -> Mapping[UUID, tuple[EarlierLine, ...]]:
    """Lines of every claim of these patients, by patient, as its present version says them."""
    patients = {claim.patient_id for claim in claims}
    rows = (
        ClaimLine.objects.filter(claim__patient_id__in=patients)
        .exclude(Q(claim__submission_state=State.VOIDED) | ~Q(claim__withdrawal_reason=""))
        .select_related("claim__rendering_provider", "claim__billing_provider", "claim__payer", "version")
        .order_by("service_date", "id")
    )
    found: dict[UUID, list[EarlierLine]] = defaultdict(list)
    for row in rows:
        if row.version.number != row.claim.current_version:
            continue
        provider = row.claim.rendering_provider or row.claim.billing_provider
        found[row.claim.patient_id].append(
            EarlierLine(
                row.claim.patient_control_number,
                row.service_date,
                row.procedure_code,
                tuple(filter(None, row.modifiers.split(":"))),
                row.amount_cents,
                provider.npi if provider else "",
                row.claim.payer.payer_identifier,
            )
        )
    return {patient_id: tuple(lines) for patient_id, lines in found.items()}


def _authorizations(claims: Collection[Claim]) -> Mapping[UUID, tuple[Authorization, ...]]:
    """By visit, what its payer authorized under the numbers it names; nothing of visits that do not say."""
    visits = {claim.encounter_id: claim.encounter for claim in claims}
    named: dict[UUID, list[Encounter | Charge]] = defaultdict(list)
    for visit in visits.values():
        if visit.authorization_number:
            named[visit.id].append(visit)
    own = Charge.objects.filter(encounter__in=visits, state=ChargeState.BILLABLE)
    for charge in own.exclude(authorization_number="").order_by("line_number"):
        named[charge.encounter_id].append(charge)
    told = [one for listed in named.values() for one in listed]
    numbers = {one.authorization_number for one in told if one.authorization_units is not None}
    used = _units_used({visits[one].patient_id for one in named}, numbers)
    return {
        visit_id: tuple(_authorization(one, visits[visit_id], used) for one in listed)
        for visit_id, listed in named.items()
        if any(_says_what_it_covers(one) for one in listed)
    }


def _says_what_it_covers(one: Encounter | Charge) -> bool:
    told = (one.authorization_from_on, one.authorization_to_on, one.authorization_units)
    return any(value is not None for value in told)


def _authorization(one: Encounter | Charge, visit: Encounter, used: Mapping[Used, Decimal]) -> Authorization:
    number, left = one.authorization_number, None
    if one.authorization_units is not None:
        elsewhere = (
            units
            for (patient_id, visit_id, name), units in used.items()
            if (patient_id, name) == (visit.patient_id, number) and visit_id != visit.id
        )
        left = one.authorization_units - sum(elsewhere, Decimal(0))
    period = Period(one.authorization_from_on, one.authorization_to_on)
    return Authorization(parts.code(number), period, units_left=left)


def _units_used(patient_ids: Collection[UUID], numbers: Collection[str]) -> Mapping[Used, Decimal]:
    """By patient, visit and number: the units of the patient's charges that name it, or whose visit does."""
    if not numbers:
        return {}
    by_line = Q(authorization_number__in=numbers)
    by_visit = Q(authorization_number="", encounter__authorization_number__in=numbers)
    charges = Charge.objects.filter(
        by_line | by_visit,
        encounter__patient__in=patient_ids,
        state=ChargeState.BILLABLE,
        payer_rank__gte=1,
    )
    rows = charges.values_list(
        "encounter__patient_id",
        "encounter_id",
        "authorization_number",
        "encounter__authorization_number",
        "units",
    )
    found: dict[Used, Decimal] = defaultdict(Decimal)
    for patient_id, visit_id, of_line, of_visit, units in rows:
        found[patient_id, visit_id, of_line or of_visit] += units
    return found


# -- code tables -------------------------------------------------------------------------------------------------


def _bases(contents: Iterable[SubmittedClaim], on: date) -> dict[str, EditContext]:
    """By kind of claim: the parts of the loaded tables that these claims name."""
    diagnoses: set[str] = set()
    services: set[str] = set()
    modifiers: set[str] = set()
    for claim in contents:
        diagnoses.update(one.code for one in claim.diagnoses)
        for line in claim.lines:
            services.add(line.procedure.code)
            modifiers.update(line.procedure.modifiers)
    table = service_table(services | modifiers)
    shared = EditContext(
        on=on,
        diagnosis_codes=_periods(diagnosis_table(diagnoses), diagnoses),
        procedure_codes=_periods(table, services),
        modifiers=_periods(table, modifiers),
    )
    return {
        kind: dataclasses.replace(
            shared,
            pairs=_pairs(pair_table(setting, services)),
            unit_limits=_limits(unit_limit_table(setting, services)),
        )
        for kind, setting in _SETTINGS.items()
    }


def _periods(table: CodeTable | None, codes: set[str]) -> dict[str, tuple[CodePeriod, ...]] | None:
    if table is None:
        return None
    named = {
        code: tuple(CodePeriod(Period(one.from_on, one.to_on), one.is_billable) for one in table.rows[code])
        for code in codes
        if code in table.rows
    }
    return named if table.is_whole else dict.fromkeys(codes, _ALWAYS) | named


def _pairs(table: CodeTable | None) -> dict[tuple[str, str], tuple[PtpEdit, ...]] | None:
    if table is None:
        return None
    named: dict[tuple[str, str], list[PtpEdit]] = defaultdict(list)
    for code, rows in table.rows.items():
        for one in rows:
            named[(code, one.other)].append(PtpEdit(code, one.other, one.indicator, _period(one)))
    return {pair: tuple(edits) for pair, edits in named.items()}


def _limits(table: CodeTable | None) -> dict[str, tuple[MueEdit, ...]] | None:
    if table is None:
        return None
    return {
        code: tuple(MueEdit(code, one.units, one.indicator, _period(one)) for one in rows)
        for code, rows in table.rows.items()
    }


def _period(one: DatedCode) -> Period:
    return Period(one.from_on, one.to_on)
