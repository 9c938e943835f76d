"""Building, editing and writing 10,000 claims; and what NCCI tables of two million pairs cost the edits."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any
from uuid import UUID

from bench.database import administrator
from bench.memory import peak_of
from bench.registry import Figure, benchmark, progress

CLAIMS, PAIRS = 10_000, 2_000_000
AT_A_TIME, REPEATS, LINES = 500, 3, 4
CODES, FIRST_CODE = 15_000, 10_000
DAY = "2026-03-02"


@cache
def practice_of(claims: int) -> tuple[UUID, tuple[UUID, ...]]:
    """A practice with so many claims that have not left, built through the services."""
    from django.utils import timezone

    from claims.services.building import bill_visit
    from tenancy.scope import organization_scope
    from tenancy.services import create_organization

    practice = create_organization(
        kind="PRACTICE", name="Edits Practice", slug=f"edits-{claims}", npi="1234567893"
    ).pk
    ids: list[UUID] = []
    show = progress("claims to edit", claims)
    for first in range(0, claims, AT_A_TIME):
        count = min(AT_A_TIME, claims - first)
        with organization_scope(practice):
            visits = _visits(first, count)
            ids += [bill_visit(encounter_id=one, at=timezone.now()).id for one in visits]
        show(count)
        _count_rows()
    return practice, tuple(ids)


def _count_rows() -> None:
    """As autovacuum does where a practice grows at the pace of people: the planner knows how many rows there are."""
    with administrator() as connection:
        connection.autocommit = True
        connection.execute("ANALYZE")


def _visits(first: int, count: int) -> list[UUID]:
    from django.utils import timezone

    from patients.choices import Source
    from patients.models import Coverage, Patient
    from patients.services import ChargeDraft, DiagnosisDraft, EncounterDraft, record_encounter
    from patients.services.history import Origin
    from reference.models import Payer, Provider

    day = date.fromisoformat(DAY)
    payer, _ = Payer.objects.get_or_create(
        name="Bench Health",
        defaults={"name_normalized": "BENCH HEALTH", "payer_identifier": "B1", "filing_indicator": "CI"},
    )
    address = {"address_line": "1 Lake Road", "city": "Toledo", "state": "OH", "postal_code": "436041234"}
    biller, _ = Provider.objects.get_or_create(
        npi="1234567893",
        defaults={
            "kind": "ORGANIZATION", "organization_name": "Bench Clinic", "tax_id": "990000001",
            "phone": "2175550100", "taxonomy_code": "207Q00000X", **address,
        },
    )  # fmt: skip
    origin = Origin(Source.PERSON, timezone.now())
    found = []
    for number in range(first, first + count):
        patient = Patient.objects.create(
            mrn=f"B{number}", last_name=f"Bench{number}", first_name="Ann", birth_date=date(1980, 2, 1),
            sex="F", **address,
        )  # fmt: skip
        Coverage.objects.create(
            patient=patient, payer=payer, member_id=f"W{number}", rank=1, relationship="SELF"
        )
        charges = tuple(
            ChargeDraft(
                line + 1, _code(number * LINES + line), Decimal(1), 125_00, day, diagnosis_pointers="1"
            )
            for line in range(LINES)
        )
        draft = EncounterDraft(
            patient.id, day, day, (DiagnosisDraft("E119", "ABK"),), charges, payer_id=payer.id,
            values={
                "billing_provider_id": biller.id, "rendering_provider_id": biller.id, "place_of_service": "11",
            },
        )  # fmt: skip
        found.append(record_encounter(draft=draft, origin=origin).id)
    return found


def _code(number: int) -> str:
    """Spread over all codes; neighbours on a claim are far from each other."""
    return str(FIRST_CODE + number * 7919 % CODES)


def load_pairs(count: int) -> None:
    """One release for practitioners: every code with its next neighbours, until there are enough."""
    with administrator() as connection:
        [(release,)] = connection.execute(
            "INSERT INTO reference_coderelease (kind, setting, label, starts_on, is_sample, source, sha256,"
            " row_count, loaded_at) VALUES ('CODE_PAIRS', 'PRACTITIONER', 'bench', '2026-01-01', false, 'bench',"
            " '', %s, now()) RETURNING id",
            [count],
        ).fetchall()
        connection.execute(
            "INSERT INTO reference_codepair (release_id, column_1, column_2, starts_on, indicator)"
            " SELECT %s, (%s + i %% %s)::text, (%s + (i + 1 + i / %s) %% %s)::text, '2020-01-01', '1'"
            " FROM generate_series(0, %s - 1) AS i",
            [release, FIRST_CODE, CODES, FIRST_CODE, CODES, CODES, count],
        )
        connection.commit()
        connection.execute("ANALYZE reference_codepair")
        connection.commit()


def drop_pairs() -> None:
    with administrator() as connection:
        connection.execute("TRUNCATE reference_codepair")
        connection.execute("DELETE FROM reference_coderelease WHERE label = 'bench'")
        connection.commit()


def _chunks(ids: tuple[UUID, ...]) -> Iterator[tuple[UUID, ...]]:
    for first in range(0, len(ids), AT_A_TIME):
        yield ids[first : first + AT_A_TIME]


def edit(practice: UUID, ids: tuple[UUID, ...]) -> None:
    from django.utils import timezone

    from claims.services.editing import run_edits_for
    from tenancy.scope import organization_scope

    for chunk in _chunks(ids):
        with organization_scope(practice):
            if len(run_edits_for(claim_ids=chunk, at=timezone.now())) != len(chunk):
                raise RuntimeError("the edits passed claims over")


def build(practice: UUID, ids: tuple[UUID, ...]) -> None:
    from claims.models import Claim
    from claims.services.building import draft_rebuilt
    from tenancy.scope import organization_scope

    for chunk in _chunks(ids):
        with organization_scope(practice):
            for claim in Claim.objects.filter(id__in=chunk):
                draft_rebuilt(claim)


def write(practice: UUID, ids: tuple[UUID, ...]) -> None:
    """The bytes of one transaction set for each chunk."""
    from claims.models import ClaimVersion
    from claims.rules.snapshot import claim_of
    from tenancy.scope import organization_scope
    from x12 import ClaimBatchEnd, Position, write_837

    nowhere = Position(0, 0, 0, 0)
    for chunk in _chunks(ids):
        with organization_scope(practice):
            versions = ClaimVersion.objects.filter(claim_id__in=chunk)
            events = (claim_of(one.snapshot) for one in versions)
            for _ in write_837([_start(nowhere), *events, ClaimBatchEnd(position=nowhere)]):
                pass


def _start(position: Any) -> Any:
    from x12 import ClaimBatchStart, Contact, Delimiters, Envelope, Party

    envelope = Envelope(
        Delimiters("*", "^", ":", "~"), sender_qualifier="ZZ", sender="BENCH", receiver_qualifier="ZZ",
        receiver="PARTNER", interchange_date="260310", interchange_time="0900", interchange_version="00501",
        interchange_control_number="000000001", acknowledgement_requested="1", usage_indicator="T",
        functional_code="HC", application_sender="BENCH", application_receiver="PARTNER",
        group_date="20260310", group_time="0900", group_control_number="1", version="005010X222A1",
        transaction_code="837", transaction_control_number="0001",
    )  # fmt: skip
    phone = (Contact("IC", "Bench", (("TE", "2175550100"),), 0),)
    return ClaimBatchStart(
        envelope=envelope, position=position, kind="PROFESSIONAL", batch_reference="1",
        created_on=date.fromisoformat(DAY), created_time="0900",
        submitter=Party("41", "2", "Bench Practice", "", "", "", "46", "BENCH", 0, contacts=phone),
        receiver=Party("40", "2", "Partner", "", "", "", "46", "PARTNER", 0),
    )  # fmt: skip


def timed(work: Callable[..., Any], *given: Any) -> float:
    begun = time.perf_counter()
    work(*given)
    return time.perf_counter() - begun


def measured(claims: int, pairs: int) -> Figure:
    practice, ids = practice_of(claims)
    edit(practice, ids)
    building, writing = timed(build, practice, ids), timed(write, practice, ids)
    without = statistics.median(timed(edit, practice, ids) for _ in range(REPEATS))
    load_pairs(pairs)
    try:
        using = statistics.median(timed(edit, practice, ids) for _ in range(REPEATS))
    finally:
        drop_pairs()
    words = (
        f"{claims} claims: build {building:.1f} s, edits {without:.1f} s, with {pairs} pairs {using:.1f} s,"
        f" write {writing:.1f} s"
    )
    return Figure(using / without, words)


def edit_all(practice: str) -> None:
    from claims.models import Claim
    from tenancy.scope import organization_scope

    with organization_scope(UUID(practice)):
        ids = tuple(Claim.objects.values_list("id", flat=True))
    edit(UUID(practice), ids)


@benchmark("claims.edits", limit=3.0, needs_database=True)
def claims_edits() -> Figure:
    return measured(CLAIMS, PAIRS)


@benchmark("claims.edits_memory_mb", limit=50.0, needs_database=True)
def claims_edits_memory() -> Figure:
    small, large = (peak_of(edit_all, practice_of(claims)[0]) for claims in (CLAIMS // 10, CLAIMS))
    return Figure(large - small, f"{CLAIMS // 10} claims {small:.0f} MB, {CLAIMS} claims {large:.0f} MB")
