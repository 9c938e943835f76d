"""Loading a published release of a code set, as the tables' owner. A release that is loaded stays as it is."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from pathlib import Path

from django.db import connections, transaction
from django.db.models.functions import Now

from reference.choices import ReleaseKind
from reference.models import CodePair, CodeRelease, DiagnosisCode, ServiceCode, UnitLimit
from reference.rules.release_files import LAYOUTS, Layout, Row, UnreadableRelease, read_release

TABLES = {
    ReleaseKind.CODE_PAIRS: CodePair,
    ReleaseKind.UNIT_LIMITS: UnitLimit,
    ReleaseKind.DIAGNOSES: DiagnosisCode,
    ReleaseKind.SERVICES: ServiceCode,
}
Progress = Callable[[int, int], None]
"""Called with the bytes read so far and all there are."""


def load_release(
    path: Path,
    *,
    kind: str,
    label: str,
    starts_on: date,
    setting: str = "",
    is_sample: bool = False,
    progress: Progress | None = None,
    using: str = "owner",
) -> tuple[CodeRelease, bool]:
    """The release and whether it is new. The same file again changes nothing; another under its name is refused."""
    sha256 = _digest(path)
    known = CodeRelease.objects.using(using).filter(kind=kind, setting=setting, label=label).first()
    if known is not None:
        if known.sha256 != sha256:
            raise UnreadableRelease(
                f"Release {label} is loaded with other content; give this one another label."
            )
        return known, False
    with transaction.atomic(using=using):
        release = CodeRelease.objects.using(using).create(
            kind=kind,
            setting=setting,
            label=label,
            starts_on=starts_on,
            is_sample=is_sample,
            source=path.name[:200],
            sha256=sha256,
            row_count=0,
            loaded_at=Now(),
        )
        layout = LAYOUTS[kind]
        with path.open(encoding="latin-1", newline="") as file:
            lines = _followed(file, path.stat().st_size, progress)
            rows, seen = _copy(release, layout, read_release(kind, lines), using)
        _refuse_a_piece(layout, rows, seen, is_sample)
        CodeRelease.objects.using(using).filter(id=release.id).update(row_count=rows)
        release.refresh_from_db(using=using)
    return release, True


def _copy(release: CodeRelease, layout: Layout, rows: Iterable[Row], using: str) -> tuple[int, set[str]]:
    """Rows as they are read straight into the table; how many, and which of the well-known codes came by."""
    table = TABLES[ReleaseKind(release.kind)]._meta.db_table
    columns = ", ".join(("release_id", *layout.columns))
    count, seen = 0, set()
    with (
        connections[using].cursor() as cursor,
        cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy,
    ):
        for row in rows:
            copy.write_row((release.id, *row))
            count += 1
            if row[0] in layout.known:
                seen.add(row[0])
    return count, seen


def _refuse_a_piece(layout: Layout, rows: int, seen: set[str], is_sample: bool) -> None:
    if is_sample:
        return
    if rows < layout.least_rows:
        raise UnreadableRelease(
            f"Only {rows} rows were found; a whole release has {layout.least_rows:,} at least."
            " Is a part missing? A few rows for trying out are loaded with --sample."
        )
    if layout.known - seen:
        raise UnreadableRelease(f"Not found, and in every release: {', '.join(sorted(layout.known - seen))}.")


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _followed(lines: Iterable[str], size: int, progress: Progress | None) -> Iterator[str]:
    read = 0
    for number, line in enumerate(lines, start=1):
        read += len(line)
        if progress is not None and number % 20_000 == 0:
            progress(read, size)
        yield line
    if progress is not None:
        progress(size, size)
