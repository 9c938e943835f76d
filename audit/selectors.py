"""Reading the trail: acts, views, refusals, sign-ins and changed rows as one stream, newest first."""

import dataclasses
import heapq
import itertools
import json
import uuid
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from audit import verbs
from audit.choices import LineKind, Outcome, RowOperation
from audit.models import AuditEvent, AuditExport, AuditSeal, RowChange, SealVerification
from tenancy.access import NotFound
from tenancy.choices import Role
from tenancy.models import Grant, Person
from tenancy.scope import Scope
from tenancy.selectors import people_names

PAGE = 50
CHUNK = 2000


@dataclasses.dataclass(frozen=True, slots=True)
class Criteria:
    """What is looked for; empty means all."""

    kind: str = ""
    person: uuid.UUID | None = None
    patient: uuid.UUID | None = None
    subject: uuid.UUID | None = None
    verb: str = ""
    purpose: str = ""
    outcome: str = ""
    since: date | None = None
    until: date | None = None

    def as_json(self) -> dict[str, str]:
        return {key: str(value) for key, value in dataclasses.asdict(self).items() if value}

    @classmethod
    def from_json(cls, stored: dict[str, str]) -> "Criteria":
        found: dict[str, Any] = dict(stored)
        for key in ("person", "patient", "subject"):
            if key in stored:
                found[key] = uuid.UUID(stored[key])
        for key in ("since", "until"):
            if key in stored:
                found[key] = date.fromisoformat(stored[key])
        return cls(**found)


@dataclasses.dataclass(frozen=True, slots=True)
class Change:
    field: str
    before: Any
    after: Any


@dataclasses.dataclass(frozen=True, slots=True)
class Line:
    """One line of the stream, whichever table it stands in."""

    kind: str
    id: uuid.UUID
    at: datetime
    person_id: uuid.UUID | None
    actor: str
    role: str
    words: str
    verb: str
    subject_type: str
    subject_id: uuid.UUID | None
    patient_id: uuid.UUID | None
    purpose: str
    outcome: str
    count: int | None
    request_id: uuid.UUID | None
    changes: tuple[Change, ...] = ()
    field_names: tuple[str, ...] = ()
    data: dict[str, Any] = dataclasses.field(default_factory=dict)
    database_role: str = ""

    @property
    def subject(self) -> str:
        """The object in words: `clearinghouse.exchangefile` and its table both read "exchange file"."""
        if (known := verbs.words_of_models().get(self.subject_type)) is not None:
            return known
        name = self.subject_type.partition(".")[2] or self.subject_type.partition("_")[2]
        return (name or self.subject_type).replace("_", " ").replace(".", " ")

    @property
    def role_words(self) -> str:
        return Role(self.role).label.lower() if self.role in Role else self.role.lower()

    @property
    def cursor(self) -> str:
        return f"{self.at.isoformat()}~{self.id}"


@dataclasses.dataclass(frozen=True, slots=True)
class SealState:
    """How far the trail is sealed, and whether the sealer has been silent too long."""

    sealed_at: datetime | None
    count: int
    number: int
    is_late: bool


LATE = timedelta(minutes=5)


def seal_state(now: datetime) -> SealState:
    last = AuditSeal.objects.defer("leaves").order_by("-number").first()
    if last is None:
        # A trail's first minutes are no silence.
        waits = AuditEvent.objects.filter(recorded_at__lt=now - LATE).exists()
        return SealState(None, 0, 0, is_late=waits)
    return SealState(last.sealed_at, last.total_count, last.number, is_late=now - last.sealed_at > LATE)


def stream(criteria: Criteria, *, after: str = "", limit: int = PAGE) -> list[Line]:
    """The newest lines that fit, older than the cursor `after`."""
    sources = [
        _newest(rows, after, limit)
        for kind, rows in (
            (LineKind.EVENT, _events(AuditEvent.objects.all(), criteria)),
            (LineKind.SIGN_IN, _events(AuditEvent.objects.sign_ins(), criteria)),
            (LineKind.ROW, _row_changes(criteria)),
        )
        if rows is not None and criteria.kind in ("", kind)
    ]
    merged = heapq.merge(*sources, key=lambda row: (row.recorded_at, row.id), reverse=True)
    return _lines(list(itertools.islice(merged, limit)))


def whole_stream(criteria: Criteria, *, limit: int) -> Iterator[Line]:
    """Every line that fits, newest first, read in chunks."""
    after, left = "", limit
    while left > 0:
        chunk = stream(criteria, after=after, limit=min(CHUNK, left))
        yield from chunk
        if len(chunk) < min(CHUNK, left):
            return
        after, left = chunk[-1].cursor, left - len(chunk)


def _newest(rows: QuerySet[Any], after: str, limit: int) -> list[Any]:
    if after:
        moment, _, row_id = after.partition("~")
        at = datetime.fromisoformat(moment)
        rows = rows.filter(Q(recorded_at__lt=at) | Q(recorded_at=at, id__lt=uuid.UUID(row_id)))
        # The same once more, as a plain range for the index.
        rows = rows.filter(recorded_at__lte=at)
    return list(rows.order_by("-recorded_at", "-id")[:limit])


def _events(rows: QuerySet[AuditEvent], criteria: Criteria) -> QuerySet[AuditEvent]:
    wanted = {
        "actor_id": criteria.person,
        "patient_id": criteria.patient,
        "subject_id": criteria.subject,
        "purpose": criteria.purpose,
        "outcome": criteria.outcome,
    }
    rows = _between(rows.filter(**{key: value for key, value in wanted.items() if value}), criteria)
    if criteria.verb.startswith("*."):
        return rows.filter(verb__endswith=criteria.verb[1:])
    return rows.filter(verb=criteria.verb) if criteria.verb else rows


def _row_changes(criteria: Criteria) -> QuerySet[RowChange] | None:
    """None where the question can only be put to events."""
    if criteria.verb or criteria.purpose or criteria.outcome not in ("", Outcome.OK):
        return None
    wanted = {"person_id": criteria.person, "patient_id": criteria.patient, "row_id": criteria.subject}
    rows = RowChange.objects.defer("row_ids").filter(**{key: value for key, value in wanted.items() if value})
    return _between(rows, criteria)


def _between(rows: QuerySet[Any], criteria: Criteria) -> QuerySet[Any]:
    zone = timezone.get_current_timezone()
    if criteria.since:
        rows = rows.filter(recorded_at__gte=datetime.combine(criteria.since, time.min, zone))
    if criteria.until:
        end = datetime.combine(criteria.until + timedelta(days=1), time.min, zone)
        rows = rows.filter(recorded_at__lt=end)
    return rows


def _lines(rows: Sequence[AuditEvent | RowChange]) -> list[Line]:
    names = people_names(person for row in rows if (person := _person_of(row)) is not None)
    return [_row_line(row, names) if isinstance(row, RowChange) else _event_line(row, names) for row in rows]


def _person_of(row: AuditEvent | RowChange) -> uuid.UUID | None:
    return row.person_id if isinstance(row, RowChange) else row.actor_id


def _event_line(event: AuditEvent, names: dict[uuid.UUID, str]) -> Line:
    actor = names.get(event.actor_id, "") if event.actor_id else ""
    return Line(
        kind=LineKind.SIGN_IN if event.organization_id is None else LineKind.EVENT,
        id=event.id,
        at=event.recorded_at,
        person_id=event.actor_id,
        actor=actor or event.get_actor_kind_display(),
        role=event.role,
        words=verbs.meaning(event.verb),
        verb=event.verb,
        subject_type=event.subject_type,
        subject_id=event.subject_id,
        patient_id=event.patient_id,
        purpose=event.get_purpose_display(),
        outcome=event.outcome,
        count=event.item_count,
        request_id=event.request_id,
        field_names=tuple(event.field_names),
        data=event.data,
    )


_ROW_WORDS = {
    RowOperation.INSERT: "wrote a row",
    RowOperation.UPDATE: "changed a row",
    RowOperation.DELETE: "deleted a row",
}


def _row_line(change: RowChange, names: dict[uuid.UUID, str]) -> Line:
    before, after = change.before or {}, change.after or {}
    fields = change.field_names or (sorted(before) if change.operation == RowOperation.DELETE else [])
    return Line(
        kind=LineKind.ROW,
        id=change.id,
        at=change.recorded_at,
        person_id=change.person_id,
        actor=(names.get(change.person_id, "") if change.person_id else "") or "System",
        role="",
        words=f"wrote {change.row_count} rows" if change.row_count > 1 else _ROW_WORDS[change.operation],  # type: ignore[index]
        verb="",
        subject_type=change.table_name,
        subject_id=change.row_id,
        patient_id=change.patient_id,
        purpose="",
        outcome=Outcome.OK,
        count=change.row_count if change.row_count > 1 else None,
        request_id=change.request_id,
        changes=tuple(
            Change(field, _readable(before.get(field)), _readable(after.get(field))) for field in fields
        ),
        field_names=tuple(fields),
        database_role=change.database_role,
    )


def people_in_trail(scope: Scope) -> QuerySet[Person]:
    """Everybody who ever had a right in the practice: those the trail can be asked about."""
    ever = Grant.objects.filter(practice_id=scope.practice_id).values("person_id")
    return Person.objects.filter(id__in=ever).order_by("name", "id")


def _readable(value: Any) -> Any:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else value


def verbs_to_ask_for() -> list[tuple[str, str]]:
    own = sorted(verbs.registered().items(), key=lambda pair: pair[1])
    return [("*.viewed", "viewed anything"), ("*.searched", "searched anything"), *own]


def latest_verification() -> SealVerification | None:
    return SealVerification.objects.order_by("-requested_at").first()


def export_for(scope: Scope, export_id: uuid.UUID) -> AuditExport:
    export = AuditExport.objects.filter(organization_id=scope.practice_id, id=export_id).first()
    if export is None:
        raise NotFound
    return export


def verification_for(scope: Scope, verification_id: uuid.UUID) -> SealVerification:
    wish = SealVerification.objects.filter(organization_id=scope.practice_id, id=verification_id).first()
    if wish is None:
        raise NotFound
    return wish


def latest_exports(limit: int = 5) -> Iterable[AuditExport]:
    return (
        AuditExport.objects.defer("content").select_related("requested_by").order_by("-requested_at")[:limit]
    )
