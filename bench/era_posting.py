"""Posting a remittance of 10,000 claims into a practice of 100,000: time against COPY, memory, duplicates."""

from __future__ import annotations

import io
import statistics
import tempfile
import time
import uuid
from pathlib import Path
from typing import Any

from bench.database import administrator
from bench.era_seed import remittance, seed
from bench.memory import peak_of
from bench.registry import Figure, benchmark

CLAIMS = 10_000
REPEATS = 3
SMALL = 1_500

_practice: uuid.UUID | None = None


def practice() -> uuid.UUID:
    """Made once a run."""
    global _practice
    if _practice is None:
        from tenancy.services import create_organization

        _practice = create_organization(
            kind="PRACTICE",
            name="Bench Practice",
            slug="bench",
            npi="1234567893",
            require_second_factor=False,
        ).pk
        with administrator() as connection:
            seed(connection, _practice)
    return _practice


def ingest_and_post(content: bytes) -> str:
    """What the worker does with a file; returns what became of it."""
    from django.utils import timezone

    from clearinghouse.services import store_inbound
    from remittances.services import ingest_file, post_if_ready
    from tenancy.scope import organization_scope

    with organization_scope(practice()):
        file, _ = store_inbound(
            name="bench.835", content=io.BytesIO(content), source="COMMAND", at=timezone.now()
        )
        [result] = ingest_file(file_id=file.id, at=timezone.now())
    with organization_scope(practice()):
        if result.remittance_id:
            post_if_ready(remittance_id=result.remittance_id, at=timezone.now())
    return result.state


def timed(content: bytes, expected: str) -> float:
    begun = time.perf_counter()
    state = ingest_and_post(content)
    taken = time.perf_counter() - begun
    if state != expected:
        raise RuntimeError(f"the file became {state}")
    return taken


def rows_since(connection: Any, transaction: int) -> dict[str, tuple[str, bytes]]:
    """Of every tenant table the rows written since, and their columns."""
    tables = connection.execute(
        "SELECT c.relname, string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum)"
        " FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid"
        " WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace AND c.relrowsecurity"
        " AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '' GROUP BY c.relname"
    ).fetchall()
    found = {}
    for table, columns in tables:
        taken = bytearray()
        query = f"SELECT {columns} FROM {table} WHERE xmin::text::bigint >= {transaction}"
        with connection.cursor().copy(f"COPY ({query}) TO STDOUT (FORMAT binary)") as copy:
            for piece in copy:
                taken += piece
        if len(taken) > 21:  # header and trailer of an empty binary copy
            found[table] = (columns, bytes(taken))
    return found


def copied(connection: Any, rows: dict[str, tuple[str, bytes]]) -> float:
    """Seconds to COPY the rows into empty tables like theirs."""
    for table in rows:
        connection.execute(f"CREATE TABLE copy_of_{table} (LIKE {table} INCLUDING ALL)")
    connection.commit()
    begun = time.perf_counter()
    for table, (columns, content) in rows.items():
        with connection.cursor().copy(f"COPY copy_of_{table} ({columns}) FROM STDIN (FORMAT binary)") as copy:
            for at in range(0, len(content), 1 << 20):
                copy.write(content[at : at + (1 << 20)])
    connection.commit()
    taken = time.perf_counter() - begun
    for table in rows:
        connection.execute(f"DROP TABLE copy_of_{table}")
    connection.commit()
    return taken


@benchmark("era.post", limit=8.0, needs_database=True)
def era_post() -> Figure:
    practice()
    posting, copying, count = [], [], 0
    with administrator() as connection:
        for repeat in range(REPEATS):
            content = remittance(repeat * CLAIMS, CLAIMS, f"POST{repeat}")
            [transaction] = connection.execute(
                "SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint"
            ).fetchall()[0]
            connection.commit()
            posting.append(timed(content, "READ"))
            rows = rows_since(connection, transaction)
            connection.commit()
            copying.append(copied(connection, rows))
            count = sum(len(content) for _, content in rows.values())
    ours, theirs = statistics.median(posting), statistics.median(copying)
    return Figure(ours / theirs, f"{ours:.2f} s against COPY {theirs:.2f} s of {count / 1e6:.0f} MB")


@benchmark("era.duplicate", limit=0.05, needs_database=True)
def era_duplicate() -> Figure:
    """The same file again, and the same payment in a new envelope: the dearer of the two."""
    practice()
    content = remittance(50_000, CLAIMS, "TWICE")
    first = timed(content, "READ")
    again = statistics.median(timed(content, "READ") for _ in range(REPEATS))
    envelopes = [remittance(50_000, CLAIMS, "TWICE", f"{number:09}") for number in range(2, 2 + REPEATS)]
    enveloped = statistics.median(timed(one, "DUPLICATE") for one in envelopes)
    return Figure(
        max(again, enveloped) / first,
        f"first {first:.2f} s, same file {again:.3f} s, new envelope {enveloped:.3f} s",
    )


@benchmark("era.memory_mb", limit=100.0, needs_database=True)
def era_memory() -> Figure:
    small, large = (_peak_of_posting(70_000, SMALL, "SMALL"), _peak_of_posting(72_000, SMALL * 10, "LARGE"))
    return Figure(large - small, f"{SMALL} claims {small:.0f} MB, {SMALL * 10} claims {large:.0f} MB")


def _peak_of_posting(first: int, claims: int, trace: str) -> float:
    with tempfile.NamedTemporaryFile() as kept:
        kept.write(remittance(first, claims, trace))
        kept.flush()
        return peak_of(post_path, kept.name, practice())


def post_path(path: str, practice: str) -> None:
    from django.utils import timezone

    from clearinghouse.services import store_inbound
    from remittances.services import ingest_file, post_if_ready
    from tenancy.scope import organization_scope

    own = uuid.UUID(practice)
    with Path(path).open("rb") as content, organization_scope(own):
        file, _ = store_inbound(name="bench.835", content=content, source="COMMAND", at=timezone.now())
    with organization_scope(own):
        [result] = ingest_file(file_id=file.id, at=timezone.now())
    with organization_scope(own):
        assert result.remittance_id
        post_if_ready(remittance_id=result.remittance_id, at=timezone.now())
