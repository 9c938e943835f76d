"""Files of planned visits: each line a visit, by the number the sender gives it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils.timezone import localdate

from eligibility.rules.tables import Column, Line, read_day, read_lines, read_time, text_of
from patients.choices import ReceivedAs, Source
from patients.models import Patient
from patients.services import PatientRefusal, receive_planned_visit
from patients.services.history import Origin
from reference.models import Provider

COLUMNS = (
    Column("visit_number", text_of(50), is_required=True),
    Column("mrn", text_of(50), is_required=True),
    Column("date", read_day, is_required=True),
    Column("time", read_time),
    Column("provider_npi", text_of(10)),
)


@dataclass(slots=True)
class VisitsTaken:
    counts: dict[ReceivedAs, int] = field(default_factory=dict)
    faults: list[tuple[int, str]] = field(default_factory=list)
    """By line."""

    def add(self, outcome: ReceivedAs) -> None:
        self.counts[outcome] = self.counts.get(outcome, 0) + 1

    @property
    def shown(self) -> list[tuple[str, int]]:
        return [(one.label, self.counts[one]) for one in ReceivedAs if one in self.counts]


def take_visits(*, content: bytes, patients: QuerySet[Patient], at: datetime) -> VisitsTaken:
    """Each line is taken or refused by itself; the same file again changes nothing. Raises CannotRead."""
    lines = read_lines(content, COLUMNS)
    known = dict(
        patients.filter(mrn__in={one.values.get("mrn", "") for one in lines} - {""}).values_list("mrn", "id")
    )
    npis = {one.values["provider_npi"] for one in lines if "provider_npi" in one.values}
    providers = dict(Provider.objects.filter(npi__in=npis, is_active=True).values_list("npi", "id"))
    taken = VisitsTaken()
    for line in lines:
        _take(line, known, providers, taken, at)
    return taken


def _take(
    line: Line, known: dict[str, UUID], providers: dict[str, UUID], taken: VisitsTaken, at: datetime
) -> None:
    said, faults = line.values, dict(line.faults)
    if "mrn" in said and said["mrn"] not in known:
        faults["mrn"] = "No patient has this record number."
    if "provider_npi" in said and said["provider_npi"] not in providers:
        faults["provider_npi"] = "No provider of this number is on file."
    if "date" in said and said["date"] < localdate(at):
        faults["date"] = "This day is over."
    if not faults:
        values = {
            "start_time": said.get("time"),
            "rendering_provider_id": providers.get(said.get("provider_npi", "")),
        }
        try:
            with transaction.atomic():
                _, outcome = receive_planned_visit(
                    number=said["visit_number"], patient_id=known[said["mrn"]], on=said["date"], values=values,
                    origin=Origin(Source.PERSON, at),
                )  # fmt: skip
        except PatientRefusal as refusal:
            faults["visit_number"] = str(refusal)
        else:
            taken.add(outcome)
            return
    taken.add(ReceivedAs.REFUSED)
    taken.faults.append((line.number, Line(line.number, {}, faults).fault))
