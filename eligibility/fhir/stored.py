"""Patients, coverages, payers and providers on file as resources of their own."""

from __future__ import annotations

from datetime import datetime

from eligibility.fhir import systems
from eligibility.fhir.editions import Edition
from eligibility.fhir.parts import Json, concept, day, hl7, identifier, instant, period, present, reference
from eligibility.fhir.people import classes, human_name, organization
from eligibility.rules.answers import Period
from patients.models import Coverage, Patient
from reference.models import Payer, Provider

RELATIONSHIPS = {"SELF": "self", "SPOUSE": "spouse", "CHILD": "child", "OTHER": "other"}


def patient(row: Patient, changed_at: datetime) -> Json:
    return present(
        resourceType="Patient",
        id=str(row.id),
        meta=_meta(row.version, changed_at),
        identifier=[_record_number(row.mrn)] if row.mrn else [],
        name=[human_name(row.last_name, row.first_name, row.middle_name)],
        telecom=[
            {"system": system, "value": value}
            for system, value in (("phone", row.phone), ("email", row.email))
            if value
        ],
        gender=systems.GENDERS[row.sex],
        birthDate=day(row.birth_date),
        address=[one] if (one := _address(row)) else [],
    )


def coverage(edition: Edition, row: Coverage, changed_at: datetime) -> Json:
    return present(
        resourceType="Coverage",
        id=str(row.id),
        meta=_meta(row.version, changed_at),
        status="active",
        subscriber=reference(f"Patient/{row.patient_id}") if row.relationship == "SELF" else {},
        beneficiary=reference(f"Patient/{row.patient_id}"),
        relationship=concept(hl7("subscriber-relationship", RELATIONSHIPS[row.relationship])),
        period=period(Period(row.starts_on, row.ends_on)),
        order=row.rank,
        class_=classes(edition, ("group", row.group_number, ""), ("plan", row.plan_name, row.plan_name)),
        **edition.insured(f"Organization/{row.payer_id}", row.member_id),
    )


def payer(row: Payer) -> Json:
    known = identifier(systems.PAYER_ID, row.payer_identifier)
    return organization(str(row.id), "pay", row.name, known) | {"active": row.is_active}


def provider(row: Provider) -> Json:
    known = identifier(systems.NPI, row.npi)
    return organization(str(row.id), "prov", row.organization_name, known) | {"active": row.is_active}


def _meta(version: int, changed_at: datetime) -> Json:
    return {"versionId": str(version), "lastUpdated": instant(changed_at)}


def _record_number(number: str) -> Json:
    return {"type": concept(hl7("v2-0203", "MR")), **identifier(systems.RECORD_NUMBER, number)}


def _address(row: Patient) -> Json:
    return present(
        line=[one for one in (row.address_line, row.address_line_2) if one],
        city=row.city,
        state=row.state,
        postalCode=row.postal_code,
    )
