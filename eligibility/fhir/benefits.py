"""Rows of benefits as items of a CoverageEligibilityResponse: one item for each service, network, level and period."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from eligibility.fhir import systems
from eligibility.fhir.parts import Json, coding, concept, extension, hl7, money, period, present, told
from eligibility.rules.answers import BenefitRow, BenefitValue, Period
from eligibility.rules.codes import service_type_label, service_types
from eligibility.rules.entities import clean
from eligibility.rules.words import BenefitKind, Network

MOST = 2**31 - 1
_TEXTS = {Network.BOTH: "In and out of network"}


def items_of(rows: Iterable[BenefitRow]) -> list[Json]:
    """In the order the payer gave them; rows that differ in their amounts alone share an item."""
    items: dict[tuple[Any, ...], Json] = {}
    for row in rows:
        item = items.setdefault(_key(row), _item(row))
        item["benefit"] += benefits_of(row)
    return list(items.values())


def _key(row: BenefitRow) -> tuple[Any, ...]:
    key = row.key
    return (
        key.service_type, key.procedure, key.network, row.level_code, _period(row), key.plan, key.insurance_type,
        key.places, key.kind is BenefitKind.NOT_COVERED, row.needs_authorization, row.messages, row.valid,
        row.is_network_inferred, key.diagnoses,
    )  # fmt: skip


def _item(row: BenefitRow) -> Json:
    key = row.key
    return present(
        extension=told(_conditions(row)),
        category=service_type(key.service_type) if key.service_type else {},
        **procedure(key.procedure),
        excluded=_excluded(key.kind),
        name=clean(key.plan),
        description="\n".join(clean(one) for one in row.messages),
        network=_network(key.network),
        unit=_unit(row.level_code),
        term=_term(_period(row)),
        authorizationRequired=row.needs_authorization,
    ) | {"benefit": []}


def service_type(code: str) -> Json:
    known = service_types().get(code)
    return concept(
        coding(systems.SERVICE_TYPE, code, known.label if known else ""), text=service_type_label(code)
    )


def procedure(written: str) -> Json:
    """HC:97110:59 as code and modifiers."""
    qualifier, _, rest = written.partition(":")
    code, *modifiers = rest.split(":")
    if not code:
        return {}
    system = systems.PROCEDURES.get(qualifier, "")
    if qualifier == "HC" and code[0].isdigit():
        system = systems.CPT
    if not system:
        return {"productOrService": concept(text=written)}
    listed = [concept(coding(system, one)) for one in modifiers if one]
    return {"productOrService": concept(coding(system, code))} | ({"modifier": listed} if listed else {})


def _excluded(kind: BenefitKind) -> bool | None:
    """Said only where the payer says it: that something is not covered, or that it is."""
    return {BenefitKind.NOT_COVERED: True, BenefitKind.COVERED: False}.get(kind)


def _network(network: Network) -> Json:
    if network is Network.UNKNOWN:
        return {}
    known = hl7("benefit-network", systems.NETWORKS.get(network))
    return concept(known or coding(systems.NETWORK, network.lower()), text=_TEXTS.get(network, ""))


def _unit(level_code: str) -> Json:
    if not level_code:
        return {}
    return concept(
        hl7("benefit-unit", systems.UNITS.get(level_code)), coding(systems.X12_COVERAGE_LEVEL, level_code)
    )


def _period(row: BenefitRow) -> str:
    """What remains and what is used are told with the period of their total."""
    return row.key.period or row.of_period


def _term(code: str) -> Json:
    if not code:
        return {}
    return concept(hl7("benefit-term", systems.TERMS.get(code)), coding(systems.X12_PERIOD, code))


def _conditions(row: BenefitRow) -> list[Json]:
    """What limits a benefit and has no element of its own."""
    said = [
        extension(systems.PLACE, valueCoding=coding(systems.PLACE_OF_SERVICE, one)) for one in row.key.places
    ]
    said += [extension(systems.DIAGNOSIS, valueString=one) for one in row.key.diagnoses]
    if row.key.insurance_type:
        kind = coding(systems.X12_INSURANCE_TYPE, row.key.insurance_type)
        said.append(extension(systems.INSURANCE_TYPE, valueCoding=kind))
    if row.valid != Period():
        said.append(extension(systems.VALID, valuePeriod=period(row.valid)))
    if row.is_network_inferred:
        said.append(extension(systems.IS_NETWORK_INFERRED, valueBoolean=True))
    return said


# -- amounts -------------------------------------------------------------------------------------------------------


def benefits_of(row: BenefitRow) -> list[Json]:
    """One for each amount of the row; one without an amount where the payer gave none."""
    part = "used" if row.key.kind.endswith("_USED") else "allowed"
    amounts = _amounts(row.value, part) or [{}]
    return [present(extension=told(_proofs(row)), type=benefit_type(row)) | amount for amount in amounts]


def benefit_type(row: BenefitRow) -> Json:
    kind = row.key.kind
    is_visit = kind in (BenefitKind.LIMIT_TOTAL, BenefitKind.LIMIT_USED) and row.value.unit == "VS"
    known = "visit" if is_visit else systems.BENEFIT_TYPES.get(kind)
    return concept(hl7("benefit-type", known), coding(systems.BENEFIT, kind.lower().replace("_", "-")))


def _amounts(value: BenefitValue, part: str) -> list[Json]:
    amounts: list[Json] = []
    if value.cents is not None:
        amounts.append({f"{part}Money": money(value.cents)})
    if value.basis_points is not None:
        whole, rest = divmod(value.basis_points, 100)
        amounts.append(_count(part, str(whole) if not rest else f"{value.basis_points / 100:g}"))
    if value.quantity is not None:
        amounts.append(_count(part, value.quantity))
    return amounts


def _count(part: str, number: str) -> Json:
    """FHIR counts in whole numbers below two thousand million; others are told in words."""
    is_count = number.isdecimal() and int(number) <= MOST
    return {f"{part}UnsignedInt": int(number)} if is_count else {f"{part}String": number}


def _proofs(row: BenefitRow) -> list[Json]:
    said = [extension(systems.SEGMENT, valuePositiveInt=one) for one in row.segments if one]
    if row.value.quantity is not None and row.value.unit:
        said.append(
            extension(systems.QUANTITY_UNIT, valueCoding=coding(systems.X12_QUANTITY, row.value.unit))
        )
    if row.is_derived:
        said.append(extension(systems.IS_DERIVED, valueBoolean=True))
    if row.is_contested:
        said.append(extension(systems.IS_CONTESTED, valueBoolean=True))
    return said
