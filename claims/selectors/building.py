"""What stands on file of one visit, as the builder wants it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from uuid import UUID

from django.db.models import Q

from claims.models import Claim, ClaimLine
from claims.rules.building import (
    Accident,
    Address,
    BuildFacts,
    CoverageFacts,
    Decision,
    Hospital,
    LineFacts,
    Named,
)
from patients.choices import RELATIONSHIP_CODES, ChargeState, ClaimKind, Relationship
from patients.models import Charge, Coverage, Diagnosis, Encounter, Patient
from reference.choices import ProviderKind
from reference.models import Provider
from tenancy.models import Location


def facts_of_visit(
    encounter_id: UUID, *, control_number: str, rank: int, decisions: Mapping[int, Decision]
) -> BuildFacts:
    """Of the visit's billable charges and the coverages in force on its first day.

    `decisions` are what earlier payers decided, by their rank.
    """
    encounter = Encounter.objects.select_related(
        "patient",
        "location",
        "rendering_provider",
        "billing_provider",
        "referring_provider",
        "supervising_provider",
        "operating_provider",
    ).get(id=encounter_id)
    patient = _patient(encounter.patient)
    is_hospital = encounter.claim_kind == ClaimKind.INSTITUTIONAL
    rendering = _provider(encounter.rendering_provider)
    billing = encounter.billing_provider or encounter.rendering_provider
    return BuildFacts(
        control_number=control_number,
        billed_rank=rank,
        billing=_provider(billing) or Named("", is_organization=True),
        pay_to=_pay_to(billing),
        patient=patient,
        coverages=tuple(
            _coverage(one, decisions.get(one.rank or 0))
            for one in coverages_on(encounter, encounter.service_from_on)
        ),
        lines=_lines(encounter.id, control_number),
        diagnoses=tuple(
            Diagnosis.objects.filter(encounter=encounter).values_list(
                "ordinal", "qualifier", "code", "present_on_admission"
            )
        ),
        place_of_service="" if is_hospital else encounter.place_of_service,
        hospital=_hospital(encounter) if is_hospital else None,
        rendering=None if is_hospital else rendering,
        attending=rendering if is_hospital else None,
        operating=_provider(encounter.operating_provider),
        referring=_provider(encounter.referring_provider),
        supervising=_provider(encounter.supervising_provider),
        facility=_facility(encounter.location),
        record_number=encounter.patient.mrn,
        authorization_number=encounter.authorization_number,
        referral_number=encounter.referral_number,
        laboratory_number=encounter.laboratory_number,
        accident=_accident(encounter),
        onset_on=encounter.onset_on,
        admitted_on=encounter.admitted_on,
        patient_paid_cents=encounter.patient_paid_cents,
        note=encounter.claim_note,
    )


def coverages_on(encounter: Encounter, on: date) -> list[Coverage]:
    """Those with an order, in it. An ended coverage is no payer of the day."""
    return list(
        Coverage.objects.select_related("payer")
        .filter(patient_id=encounter.patient_id, rank__isnull=False)
        .filter(Q(starts_on__isnull=True) | Q(starts_on__lte=on))
        .filter(Q(ends_on__isnull=True) | Q(ends_on__gte=on))
        .order_by("rank")
    )


def has_several_payers(claim: Claim) -> bool:
    """Whether more than one payer is asked in turn for it."""
    return claim.payer_rank > 1 or len(coverages_on(claim.encounter, claim.service_from_on)) > 1


def billable_charges(encounter_id: UUID) -> list[Charge]:
    """What insurance is to pay; charges the patient pays stand on no claim."""
    charges = Charge.objects.filter(encounter_id=encounter_id, state=ChargeState.BILLABLE, payer_rank__gte=1)
    return list(charges.order_by("line_number"))


def _patient(patient: Patient) -> Named:
    return Named(
        patient.last_name,
        first_name=patient.first_name,
        middle_name=patient.middle_name,
        birth_date=patient.birth_date,
        sex=patient.sex,
        address=Address(
            patient.address_line, patient.address_line_2, patient.city, patient.state, patient.postal_code
        ),
    )


def _provider(provider: Provider | None) -> Named | None:
    if provider is None:
        return None
    is_organization = provider.kind == ProviderKind.ORGANIZATION
    return Named(
        provider.organization_name if is_organization else provider.last_name,
        is_organization=is_organization,
        first_name=provider.first_name,
        middle_name=provider.middle_name,
        npi=provider.npi,
        tax_id=provider.tax_id,
        taxonomy_code=provider.taxonomy_code,
        address=Address(
            provider.address_line,
            provider.address_line_2,
            provider.city,
            provider.state,
            provider.postal_code,
        ),
        phone=provider.phone,
    )


def _pay_to(provider: Provider | None) -> Address:
    if provider is None:
        return Address()
    return Address(
        provider.pay_to_line,
        city=provider.pay_to_city,
        state=provider.pay_to_state,
        postal_code=provider.pay_to_postal_code,
    )


def _facility(location: Location | None) -> Named | None:
    if location is None:
        return None
    address = Address(location.address_line, "", location.city, location.state, location.postal_code)
    return Named(location.name, is_organization=True, npi=location.npi, address=address)


def _coverage(coverage: Coverage, decision: Decision | None) -> CoverageFacts:
    assert coverage.rank is not None
    return CoverageFacts(
        rank=coverage.rank,
        payer_name=coverage.payer.name,
        payer_identifier=coverage.payer.payer_identifier,
        member_id=coverage.member_id,
        filing_indicator=coverage.payer.filing_indicator,
        relationship_code=RELATIONSHIP_CODES[Relationship(coverage.relationship)],
        subscriber=Named(
            coverage.subscriber_last_name,
            first_name=coverage.subscriber_first_name,
            birth_date=coverage.subscriber_birth_date,
            sex=coverage.subscriber_sex,
        ),
        group_number=coverage.group_number,
        plan_name=coverage.plan_name,
        decision=decision,
    )


def _lines(encounter_id: UUID, control_number: str) -> tuple[LineFacts, ...]:
    """Control numbers stay with their lines through every version of the claim, whoever gave them, and also where a
    file gave none.
    """
    charges = billable_charges(encounter_id)
    told = ClaimLine.objects.filter(
        charge__encounter_id=encounter_id, claim__patient_control_number=control_number
    ).order_by("version__number", "line_number")
    rows = list(told.values_list("charge_id", "charge__line_number", "line_control_number"))
    by_charge = {charge_id: number for charge_id, _, number in rows}
    by_place = {place: number for _, place, number in rows}
    return tuple(
        _line(
            one,
            by_charge.get(one.id, by_place.get(one.line_number, f"{control_number}-{one.line_number}")),
        )
        for one in charges
    )


def _line(charge: Charge, control_number: str) -> LineFacts:
    return LineFacts(
        line_number=charge.line_number,
        control_number=control_number,
        charge_cents=charge.amount_cents,
        units=charge.units,
        from_on=charge.service_date,
        to_on=charge.service_to_on or charge.service_date,
        procedure_code=charge.procedure_code,
        modifiers=tuple(one for one in charge.modifiers.split(":") if one),
        revenue_code=charge.revenue_code,
        unit_code=charge.unit_code,
        pointers=tuple(one for one in charge.diagnosis_pointers.split(":") if one),
        place_of_service=charge.place_of_service,
        authorization_number=charge.authorization_number,
        description=charge.description,
        drug_code=charge.drug_code,
        drug_units=charge.drug_units,
        drug_unit_code=charge.drug_unit_code,
    )


def _accident(encounter: Encounter) -> Accident | None:
    if not encounter.accident_cause:
        return None
    on = encounter.accident_on or encounter.service_from_on
    return Accident(encounter.accident_cause, on, encounter.accident_state)


def _hospital(encounter: Encounter) -> Hospital:
    def listed(*kinds: str) -> list[list[str]]:
        return [rest for kind, *rest in encounter.hospital_codes if kind in kinds]

    return Hospital(
        type_of_bill=encounter.type_of_bill,
        span=(encounter.service_from_on, encounter.service_to_on),
        admission_type=encounter.admission_type,
        admission_source=encounter.admission_source,
        patient_status=encounter.patient_status,
        admitted_on=encounter.admitted_on,
        admission_hour=encounter.admission_hour,
        discharge_hour=encounter.discharge_hour,
        drg=encounter.drg,
        conditions=tuple(code for (code,) in listed("BG")),
        occurrences=tuple((code, date.fromisoformat(on)) for code, on in listed("BH")),
        values=tuple((code, int(cents)) for code, cents in listed("BE")),
        procedures=tuple((code, date.fromisoformat(on)) for code, on in listed("BBR", "BBQ")),
    )
