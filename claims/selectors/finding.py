"""From an id or a number to claims."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection

from claims.models import Claim, ClaimImport, ClaimLine, ClaimVersion
from claims.querysets import ClaimQuerySet, prefix
from claims.rules.facts import ClaimFacts, LineFacts, VersionFacts
from claims.rules.numbers import number_key
from clearinghouse.models import ExchangeFile
from patients.models import Coverage
from patients.rules.names import normalized, normalized_number
from patients.selectors import visits_not_to_tell
from tenancy.access import NotFound
from tenancy.bulk import among, array_literal, rows_among
from tenancy.models import TenantModel
from tenancy.scope import Scope, current_scope
from workbench.models import WorkItem


def claim_for(scope: Scope, claim_id: UUID) -> Claim:
    claim = claims_visible_to(scope).for_page().filter(id=claim_id).first()
    if claim is None:
        raise NotFound
    return claim


def claims_visible_to(scope: Scope) -> ClaimQuerySet:
    visible: ClaimQuerySet = Claim.objects.visible_to(scope)
    return visible


def import_for(scope: Scope, import_id: UUID) -> ClaimImport:
    found = ClaimImport.objects.select_related("file").filter(id=import_id).first()
    if found is None:
        raise NotFound
    return found


def patients_claimed_in(file_id: UUID, first: int, last: int) -> list[UUID]:
    """The patients of the claims in segments `first` to `last` of a file. Who the patient is stands before a claim and
    its lines behind it, so the nearest on either side counts too.
    """
    rows = ClaimVersion.objects.filter(source_file_id=file_id)
    within = rows.filter(source_position__range=(first, last))
    before = rows.filter(source_position__lt=first).order_by("-source_position")[:1]
    after = rows.filter(source_position__gt=last).order_by("source_position")[:1]
    return [
        one for part in (within, before, after) for one in part.values_list("claim__patient_id", flat=True)
    ]


def items_not_to_tell(items: Sequence[WorkItem]) -> set[UUID]:
    """Items of claims that 42 CFR Part 2 keeps here until a consent releases them."""
    subjects = {one.subject_id for one in items if one.subject_id is not None}
    claims = Claim.objects.filter(id__in=subjects, encounter__in=visits_not_to_tell().values("id"))
    kept = set(claims.values_list("id", flat=True))
    return {one.id for one in items if one.subject_id in kept}


def import_of(file: ExchangeFile) -> ClaimImport | None:
    return ClaimImport.objects.filter(file=file).order_by("-requested_at", "-id").first()


def recent_imports(limit: int = 30) -> list[ClaimImport]:
    return list(ClaimImport.objects.select_related("file").order_by("-requested_at", "-id")[:limit])


def claims_of_patient(scope: Scope, patient_id: UUID) -> ClaimQuerySet:
    return (
        claims_visible_to(scope).for_list().filter(patient_id=patient_id).order_by("-service_from_on", "-id")
    )


def claims_by_id(claim_ids: Iterable[UUID]) -> dict[UUID, Claim]:
    """For the rows of a page: claims with patient, payer and rendering provider, one query."""
    return {claim.id: claim for claim in Claim.objects.for_list().filter(id__in=list(claim_ids))}


def search_claims(scope: Scope, words: str, limit: int = 10) -> list[Claim]:
    """For the search box: by the beginning of our number or of the payer's."""
    number = words.strip()
    key = number_key(number)
    if not key:
        return []
    found = prefix("control_number_key", key) | prefix("payer_control_number", number)
    return list(claims_visible_to(scope).for_list().filter(found).order_by("-service_from_on", "-id")[:limit])


def match_index(
    *,
    control_numbers: Collection[str] = (),
    control_number_prefixes: Collection[str] = (),
    payer_control_numbers: Collection[str] = (),
    member_ids: Collection[str] = (),
    last_names: Collection[str] = (),
) -> list[ClaimFacts]:
    """Every claim that any of the keys may mean, with versions and lines, in a fixed number of queries.

    Control numbers are looked up by their mangled form too (case, twenty characters, leading zeros); a prefix is a
    number a payer may have cut. Of one last name at most two hundred patients are looked at.
    """
    found = _ids_by_number(control_numbers, payer_control_numbers)
    if control_number_prefixes:
        found |= _ids_by_prefix(control_number_prefixes)
    if member_ids:
        found |= _ids_by_member(member_ids)
    if last_names:
        found |= _ids_by_last_name(last_names)
    return claim_facts(found)


def _ids_by_number(control_numbers: Collection[str], payer_control_numbers: Collection[str]) -> set[UUID]:
    keys = {key for key in map(number_key, control_numbers) if key}
    payers = {number for number in payer_control_numbers if number}
    return (
        _ids_by_text(Claim, "id", "control_number_key", keys)
        | _ids_by_text(Claim, "id", "payer_control_number", payers)
        | _ids_by_text(ClaimVersion, "claim_id", "prior_payer_control_number", payers)
    )


def _ids_by_text(model: type[TenantModel], column: str, key: str, texts: Collection[str]) -> set[UUID]:
    """Claims with one of the texts under `key`, which is no empty text: the indexes leave those out."""
    if not texts:
        return set()
    return _ids_by_sql(
        f"SELECT found.{column} FROM unnest(%s::text[]) AS wanted(key) CROSS JOIN LATERAL"  # noqa: S608 - names
        f" (SELECT organization_id, {column} FROM {model._meta.db_table}"
        f" WHERE {key} = wanted.key AND NOT {key} = '' OFFSET 0) AS found WHERE found.organization_id = %s",
        [array_literal(texts), current_scope().practice_id],
    )


def _ids_by_member(member_ids: Collection[str]) -> set[UUID]:
    members = {member for member in map(normalized_number, member_ids) if member}
    coverages = list(Coverage.objects.filter(member_id_normalized__in=members).values_list("id", flat=True))
    return set(Claim.objects.filter(coverage_id__in=coverages).values_list("id", flat=True))


def _ids_by_prefix(prefixes: Collection[str]) -> set[UUID]:
    keys = sorted({key for key in map(number_key, prefixes) if key})
    return _ids_by_sql(
        "SELECT found.id FROM unnest(%s::text[]) AS wanted(key) CROSS JOIN LATERAL"
        " (SELECT id FROM claims_claim WHERE organization_id = %s AND control_number_key >= wanted.key"
        " AND control_number_key < wanted.key || chr(1114111) LIMIT 20) AS found",
        [keys, current_scope().practice_id],
    )


def _ids_by_last_name(last_names: Collection[str]) -> set[UUID]:
    names = sorted({name for name in map(normalized, last_names) if name})
    practice_id = current_scope().practice_id
    return _ids_by_sql(
        "SELECT claim.id FROM unnest(%s::text[]) AS wanted(name) CROSS JOIN LATERAL"
        " (SELECT id FROM patients_patient WHERE organization_id = %s AND search_name >= wanted.name || ' '"
        " AND search_name < wanted.name || '!' LIMIT 200) AS patient"
        " JOIN claims_claim AS claim ON claim.organization_id = %s AND claim.patient_id = patient.id",
        [names, practice_id, practice_id],
    )


def _ids_by_sql(statement: str, values: list[Any]) -> set[UUID]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return {row[0] for row in cursor.fetchall()}


_CLAIM_FIELDS = (
    "id",
    "patient_id",
    "payer_id",
    "patient_control_number",
    "payer_control_number",
    "total_cents",
    "service_from_on",
    "service_to_on",
    "encounter_id",
    "coverage__member_id",
    "patient__last_name",
    "patient__first_name",
    "rendering_provider__npi",
    "billing_provider__npi",
)


def claim_facts(claim_ids: Collection[UUID]) -> list[ClaimFacts]:
    if not claim_ids:
        return []
    lines = _lines_by_version(claim_ids)
    versions: dict[UUID, list[_Version]] = defaultdict(list)
    for claim_id, *version in rows_among(
        ClaimVersion, ("claim_id", *_Version._fields), key="claim_id", ids=claim_ids, order="number"
    ):
        versions[claim_id].append(_Version(*version))
    claims = Claim.objects.filter(id__in=among(claim_ids)).order_by("id").values_list(*_CLAIM_FIELDS)
    return [_claim_facts(row, versions[row[0]], lines) for row in claims]


class _Version(NamedTuple):
    id: UUID
    number: int
    frequency: str
    total_cents: int
    submitted_on: date | None
    prior_payer_control_number: str


def _lines_by_version(claim_ids: Collection[UUID]) -> dict[UUID, list[LineFacts]]:
    lines: dict[UUID, list[LineFacts]] = defaultdict(list)
    columns = (
        "version_id", "id", "charge_id", "line_number", "line_control_number", "procedure_code", "modifiers", "units",
        "amount_cents", "service_date", "revenue_code",
    )  # fmt: skip
    rows = rows_among(ClaimLine, columns, key="claim_id", ids=claim_ids, order="line_number")
    for (
        version_id,
        line_id,
        charge_id,
        number,
        control_number,
        code,
        modifiers,
        units,
        cents,
        day,
        revenue,
    ) in rows:
        lines[version_id].append(
            LineFacts(
                id=line_id,
                charge_id=charge_id,
                line_number=number,
                line_control_number=control_number,
                procedure_code=code,
                modifiers=tuple(modifiers.split(":")) if modifiers else (),
                units=units,
                amount_cents=cents,
                service_date=day,
                revenue_code=revenue,
            )
        )
    return lines


def _claim_facts(
    row: tuple[Any, ...], versions: list[_Version], lines: dict[UUID, list[LineFacts]]
) -> ClaimFacts:
    (claim_id, patient_id, payer_id, control_number, payer_number, total, service_from, service_to, encounter_id,
     member_id, last_name, first_name, rendering_npi, billing_npi) = row  # fmt: skip
    # A version's own payer number is the one its successor refers to, or the claim's for the newest.
    numbers = [*(one.prior_payer_control_number for one in versions[1:]), payer_number]
    return ClaimFacts(
        id=claim_id,
        patient_id=patient_id,
        payer_id=payer_id,
        patient_control_number=control_number,
        payer_control_number=payer_number,
        member_id=member_id,
        patient_last_name=last_name,
        patient_first_name=first_name,
        total_cents=total,
        service_from_on=service_from,
        service_to_on=service_to,
        rendering_npi=billing_npi or "" if rendering_npi is None else rendering_npi,
        versions=tuple(
            VersionFacts(
                number=version.number,
                frequency=version.frequency,
                lines=tuple(lines[version.id]),
                payer_control_number=number,
                total_cents=version.total_cents,
                submitted_on=version.submitted_on,
            )
            for version, number in zip(versions, numbers, strict=False)
        ),
        encounter_id=encounter_id,
    )
