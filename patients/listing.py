"""The list of patients, as the machine of lists shows it: columns, chips with counts, CSV."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

from patients import selectors
from patients.selectors import PatientFilters, PatientRow
from tenancy.scope import Scope
from tenancy.urls import practice_url
from workbench.columns import Column
from workbench.facets import Choice, Facet, shortened
from workbench.querysets import Narrowing
from workbench.records import ExportRow, RecordList, Row
from workbench.selectors import Totals

PATIENTS = "PATIENT"
COLUMNS = (
    Column("patient", "Patient", width=190, is_fixed=True),
    Column("born", "Born", width=95),
    Column("mrn", "Record number", css="drop-2", width=120),
    Column("coverage", "Coverage", css="long", width=260),
    Column("phone", "Telephone", css="drop-3", width=120),
    Column("city", "City", css="drop-4", width=120),
    Column("sex", "Sex", width=70, is_extra=True),
    Column("email", "E-mail", css="long", width=160, is_extra=True),
)
QUICK = (
    ("All", "all=1"),
    ("No coverage", "coverage=none"),
    ("Order to settle", "coverage=unsettled"),
)
ROWS_AT_A_TIME = 500


def present(row: PatientRow) -> Row:
    patient = row.patient
    return Row(f"patient-{patient.id}", practice_url("patients:patient", patient.id), 0, row)


def facets(scope: Scope, asked: PatientFilters) -> list[Facet]:
    choices = [
        Choice(str(payer_id), name, count, 0, payer_id in asked.payer)
        for payer_id, name, count in selectors.patients_by_payer(scope, asked)
    ]
    return [Facet("payer", "Payer", shortened(choices))]


def totals(scope: Scope, asked: PatientFilters) -> Totals:
    return Totals(selectors.patients_matching(scope, asked).count(), 0)


EXPORT_TITLES = (
    "Record number", "Last name", "First name", "Middle name", "Birth date", "Sex", "Telephone", "E-mail",
    "Street", "City", "State", "ZIP code", "Payer", "Member id", "Second payer", "Second member id",
)  # fmt: skip


def export(asked: PatientFilters, narrowing: Narrowing) -> Iterator[ExportRow]:
    patients = selectors.patients_to_export(asked, narrowing.locations).iterator(chunk_size=ROWS_AT_A_TIME)
    while chunk := list(islice(patients, ROWS_AT_A_TIME)):
        for row in selectors.as_rows(chunk):
            yield ExportRow(_cells(row), patient_id=row.patient.id)


def _cells(row: PatientRow) -> Sequence[Any]:
    patient = row.patient
    payers = [cell for one in row.coverages[:2] for cell in (one.payer.name, one.member_id)]
    return (
        patient.mrn, patient.last_name, patient.first_name, patient.middle_name, patient.birth_date,
        patient.get_sex_display(), patient.phone, patient.email, patient.address_line, patient.city, patient.state,
        patient.postal_code, *payers, *[""] * (4 - len(payers)),
    )  # fmt: skip


PATIENT_LIST = RecordList(
    key=PATIENTS,
    plural="Patients",
    slug="patients",
    icon="people",
    queue_route="patients:patients",
    view_permission="patients.view_patient",
    columns=COLUMNS,
    row_template="patients/_row.html",
    order_words="by name",
    read=selectors.read_patient_filters,
    page=selectors.patient_page,
    present=present,
    facets=facets,
    totals=totals,
    quick=QUICK,
    export_titles=EXPORT_TITLES,
    export=export,
    empty_words="Register the first one, or import the claims your billing system exported: their patients come with"
    " them.",
    audit_kind="patients.patients",
    has_money=False,
)
