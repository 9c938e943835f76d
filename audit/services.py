"""Writing the audit trail and the domain events: always in the transaction of the act itself, never afterwards."""

import dataclasses
import uuid
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection
from django.db.models import Model

from audit import events, exports, selectors, verbs
from audit.choices import ExportState, Outcome, VerificationState
from audit.models import AuditExport, SealVerification
from tenancy.bulk import array_literal
from tenancy.choices import ActorKind
from tenancy.ids import uuid7s
from tenancy.jobs import enqueue
from tenancy.models import Person
from tenancy.scope import Scope, current_scope, scope_or_none

EXPORT_LIMIT = 200_000
EXPORT_LIFETIME = timedelta(days=1)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who acts. Taken from the scope; given by hand only before a scope exists (sign-in, refusals)."""

    kind: str = ActorKind.PERSON
    person_id: uuid.UUID | None = None
    role: str = ""
    on_behalf_of: uuid.UUID | None = None
    session_id: str = ""
    purpose: str = ""
    request_id: uuid.UUID | None = None
    correlation_id: uuid.UUID | None = None

    @classmethod
    def of(cls, scope: Scope) -> "Actor":
        return cls(
            kind=scope.actor_kind,
            person_id=scope.person_id,
            role=scope.role,
            on_behalf_of=scope.on_behalf_of,
            session_id=scope.session_id,
            purpose=scope.purpose,
            request_id=scope.request_id,
            correlation_id=scope.correlation_id,
        )


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One audit event of many. `data` holds ids, codes and reasons, never names."""

    verb: str
    subject_type: str = ""
    subject_id: uuid.UUID | None = None
    organization_id: uuid.UUID | None = None
    patient_id: uuid.UUID | None = None
    fields: Sequence[str] = ()
    data: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    outcome: str = Outcome.OK
    count: int | None = None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """One domain event of many. An idempotency key already on file makes it no event at all."""

    name: str
    subject_type: str
    subject_id: uuid.UUID
    data: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    occurred_at: datetime | None = None
    idempotency_key: str | None = None


def record(
    verb: str,
    *,
    subject: Model | None = None,
    subject_type: str = "",
    subject_id: uuid.UUID | None = None,
    organization_id: uuid.UUID | None = None,
    patient_id: uuid.UUID | None = None,
    fields: Sequence[str] = (),
    data: Mapping[str, Any] | None = None,
    outcome: str = Outcome.OK,
    count: int | None = None,
    actor: Actor | None = None,
) -> None:
    """Write one audit event. The practice is the scope's unless `organization_id` names another it may read."""
    entry = Entry(
        verb=verb,
        subject_type=_type_of(subject) if subject else subject_type,
        subject_id=_id_of(subject) if subject else subject_id,
        organization_id=organization_id,
        patient_id=patient_id,
        fields=fields,
        data=data or {},
        outcome=outcome,
        count=count,
    )
    record_many([entry], actor=actor)


def record_view(
    *, subject: Model, patient_id: uuid.UUID | None = None, data: Mapping[str, Any] | None = None
) -> None:
    """Somebody looked at one object."""
    record(
        f"{_type_of(subject)}.viewed",
        subject=subject,
        organization_id=getattr(subject, "organization_id", None),
        patient_id=patient_id,
        data=data,
    )


def record_views(
    *, subject: Model, patient_ids: Iterable[uuid.UUID | None], data: Mapping[str, Any] | None = None
) -> None:
    """Somebody looked at one object that shows several patients: an event for each of them, one where none is known."""
    shown: set[uuid.UUID | None] = {one for one in patient_ids if one is not None}
    record_many(
        Entry(
            verb=f"{_type_of(subject)}.viewed",
            subject_type=_type_of(subject),
            subject_id=_id_of(subject),
            organization_id=getattr(subject, "organization_id", None),
            patient_id=patient,
            data=data or {},
        )
        for patient in (shown or {None})
    )


def record_search(
    *, kind: str, count: int, query: Mapping[str, Any] | None = None, patient_id: uuid.UUID | None = None
) -> None:
    """Somebody was shown a list: one event with its count, in the trail of every practice the list may draw on."""
    practices = current_scope().readable
    record_many(
        Entry(
            verb=f"{kind}.searched",
            subject_type=kind,
            organization_id=practice,
            patient_id=patient_id,
            data={"query": dict(query or {})},
            count=count,
        )
        for practice in practices
    )


_RECORD = """
INSERT INTO audit_auditevent (id, organization_id, actor_kind, actor_id, role, on_behalf_of, session_id, verb,
    subject_type, subject_id, patient_id, purpose, outcome, request_id, correlation_id, field_names, item_count, data)
SELECT row.id, row.organization_id, %s, %s::uuid, %s, %s::uuid, %s, row.verb, row.subject_type, row.subject_id,
    row.patient_id, %s, row.outcome, %s::uuid, %s::uuid, string_to_array(row.field_names, ','), row.item_count,
    row.data::jsonb
FROM unnest(%s::uuid[], %s::uuid[], %s::text[], %s::text[], %s::uuid[], %s::uuid[], %s::text[], %s::text[],
    %s::integer[], %s::text[])
    AS row (id, organization_id, verb, subject_type, subject_id, patient_id, outcome, field_names, item_count, data)
"""


def record_many(entries: Iterable[Entry], *, actor: Actor | None = None) -> None:
    """Write any number of audit events with one statement."""
    scope = scope_or_none() if actor else current_scope()
    default_practice = scope.organization_id if scope else None
    actor = actor or Actor.of(current_scope())
    wanted = list(entries)
    rows = [
        (
            event_id,
            entry.organization_id or default_practice,
            verbs.check(entry.verb),
            entry.subject_type,
            entry.subject_id,
            entry.patient_id,
            str(entry.outcome),
            ",".join(entry.fields),
            entry.count,
            _json(entry.data),
        )
        for event_id, entry in zip(uuid7s(len(wanted)), wanted, strict=True)
    ]
    if not rows:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            _RECORD,
            [
                str(actor.kind),
                actor.person_id,
                str(actor.role),
                actor.on_behalf_of,
                actor.session_id,
                str(actor.purpose),
                actor.request_id,
                actor.correlation_id,
                *_columns(rows),
            ],
        )


def record_export(verb: str, *, subject: Model, data: Mapping[str, Any] | None = None) -> None:
    """Somebody took patient data away in a file."""
    record(verb, subject=subject, data=data)
    emit("access.phi.exported", subject=subject, data=data)


def emit(
    name: str,
    *,
    subject: Model,
    data: Mapping[str, Any] | None = None,
    occurred_at: datetime | None = None,
    idempotency_key: str | None = None,
) -> None:
    """Write one domain event. `occurred_at` is the moment in the domain; the recording moment is the database's."""
    emit_many(
        [
            Happening(
                name=name,
                subject_type=_type_of(subject),
                subject_id=_id_of(subject),
                data=data or {},
                occurred_at=occurred_at,
                idempotency_key=idempotency_key,
            )
        ]
    )


_EMIT = """
INSERT INTO audit_domainevent (id, organization_id, name, schema_version, occurred_at, actor_kind, actor_id, role,
    purpose, subject_type, subject_id, correlation_id, causation_id, idempotency_key, data)
SELECT row.id, %s::uuid, row.name, 1, coalesce(row.occurred_at, clock_timestamp()), %s, %s::uuid, %s, %s,
    row.subject_type, row.subject_id, %s::uuid, %s::uuid, row.idempotency_key, row.data::jsonb
FROM unnest(%s::uuid[], %s::text[], %s::timestamptz[], %s::text[], %s::uuid[], %s::text[], %s::text[])
    AS row (id, name, occurred_at, subject_type, subject_id, idempotency_key, data)
ON CONFLICT (organization_id, idempotency_key) DO NOTHING
"""


def emit_many(happenings: Iterable[Happening]) -> None:
    """Write any number of domain events of the scope's practice with one statement."""
    scope = current_scope()
    wanted = list(happenings)
    rows = [
        (
            event_id,
            events.check(happening.name),
            happening.occurred_at,
            happening.subject_type,
            happening.subject_id,
            happening.idempotency_key,
            _json(happening.data),
        )
        for event_id, happening in zip(uuid7s(len(wanted)), wanted, strict=True)
    ]
    if not rows:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            _EMIT,
            [
                scope.practice_id,
                str(scope.actor_kind),
                scope.person_id,
                str(scope.role),
                str(scope.purpose),
                scope.correlation_id,
                scope.causation_id,
                *_columns(rows),
            ],
        )


def _columns(rows: Sequence[tuple[Any, ...]]) -> list[str]:
    return [array_literal(column) for column in zip(*rows, strict=True)]


_JSON = DjangoJSONEncoder()


def _json(data: Mapping[str, Any]) -> str:
    return _JSON.encode(dict(data)) if data else "{}"


def _type_of(subject: Model) -> str:
    return subject._meta.label_lower


def _id_of(subject: Model) -> uuid.UUID:
    return subject.pk


def request_verification(*, person: Person) -> SealVerification:
    """Ask the sealer, which alone may read every practice's rows, to check the seals."""
    wish = SealVerification(requested_by=person)
    with connection.cursor() as cursor:
        # Not through the ORM: `requested_at` is the database's to write.
        cursor.execute(
            "INSERT INTO audit_sealverification (id, organization_id, requested_by_id, state, rows_checked,"
            " rows_total, findings) VALUES (%s, %s, %s, %s, 0, 0, '[]')",
            [wish.id, current_scope().practice_id, person.pk, VerificationState.REQUESTED],
        )
    record("audit.trail.verified", subject=wish)
    return wish


def request_export(*, person: Person, criteria: Mapping[str, str], reason: str, at: datetime) -> AuditExport:
    """Have the lines that fit written into a file, by a job. Recorded with the reason."""
    export = AuditExport.objects.create(
        requested_by=person, requested_at=at, reason=reason, criteria=dict(criteria)
    )
    record("audit.export.requested", subject=export, data={"reason": reason, "criteria": dict(criteria)})
    enqueue("audit.make_export", export_id=export.id)
    return export


def make_export(*, export_id: uuid.UUID, at: datetime) -> None:
    """Write the file. A job calls with the id it was given, perhaps twice."""
    export = AuditExport.objects.filter(id=export_id, state=ExportState.WAITING).first()
    if export is None:
        return
    criteria = selectors.Criteria.from_json(export.criteria)
    content, count = exports.as_csv(selectors.whole_stream(criteria, limit=EXPORT_LIMIT))
    AuditExport.objects.filter(id=export_id, state=ExportState.WAITING).update(
        content=content, row_count=count, state=ExportState.DONE, finished_at=at
    )


def clear_exports(*, at: datetime) -> int:
    """Take the content out of exports made more than a day ago."""
    old = AuditExport.objects.filter(state=ExportState.DONE, finished_at__lt=at - EXPORT_LIFETIME)
    return old.update(state=ExportState.CLEARED, content=None)
