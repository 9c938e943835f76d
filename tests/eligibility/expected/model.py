"""An answer in lines a person can compare."""

from __future__ import annotations

from dataclasses import dataclass

from eligibility.rules.answers import Answer, BenefitRow, Entity, Plan, Refusal
from eligibility.rules.words import BenefitKind, Level, Network

SAID_ELSEWHERE = (BenefitKind.COVERED, BenefitKind.NOTE)


@dataclass(frozen=True)
class Expected:
    """All of it is compared: what is not listed must not be there."""

    status: str = "ACTIVE"
    outcome: str = "ANSWERED"
    plans: tuple[str, ...] = ()
    """Name, then insurance type and status where they are not empty and active."""
    covered: str = ""
    """Service types said to be covered, in the order sent; `-` where none is named."""
    rows: tuple[str, ...] = ()
    """Everything with a value, and what is not covered, in the order sent."""
    notes: tuple[str, ...] = ()
    """Messages, each once."""
    entities: tuple[str, ...] = ()
    refusals: tuple[str, ...] = ()
    flags: str = ""
    numbers: str = ""
    member: str = "0000000000"
    patient: str = "JOHNONE 18"
    """First name and relationship; of a dependent also where they are the subscriber's."""


def told(answer: Answer) -> Expected:
    person = answer.member
    return Expected(
        status=answer.status.value,
        outcome=answer.outcome.value,
        plans=tuple(_plan(one) for one in answer.plans),
        covered=" ".join(
            one.key.service_type or "-" for one in answer.benefits if one.key.kind is BenefitKind.COVERED
        ),
        rows=tuple(_row(one) for one in answer.benefits if one.key.kind not in SAID_ELSEWHERE),
        notes=answer.messages,
        entities=tuple(_entity(one) for one in answer.entities),
        refusals=tuple(_refusal(one) for one in answer.refusals),
        flags=" ".join(answer.flags),
        numbers=" ".join(f"{one.kind}={one.value}" for one in answer.numbers),
        member=person.number if person else "",
        patient=f"{person.first_name} {person.relationship or '18'}" if person else "",
    )


def _plan(plan: Plan) -> str:
    status = "" if plan.status == "ACTIVE" else plan.status.value
    return " ".join(filter(None, (plan.name, plan.insurance_type, status)))


def _row(row: BenefitRow) -> str:
    key = row.key
    words = [key.kind.value, key.service_type or key.procedure or "-"]
    if key.level is not Level.INDIVIDUAL:
        words.append(row.level_code)
    if key.network is not Network.UNKNOWN:
        words.append(key.network.value + ("?" if row.is_network_inferred else ""))
    words += [key.insurance_type, f"per {key.period}" if key.period else ""]
    words += [f"of {row.of_period}" if row.of_period else "", _value(row)]
    words += ["authorization" if row.needs_authorization else "", "derived" if row.is_derived else ""]
    words += ["contested" if row.is_contested else "", *(f"for {one}" for one in key.diagnoses)]
    return " ".join(filter(None, words))


def _value(row: BenefitRow) -> str:
    value = row.value
    if value.cents is not None:
        return f"${value.cents / 100:g}"
    if value.basis_points is not None:
        return f"{value.basis_points / 100:g}%"
    return f"{value.quantity} {value.unit}" if value.quantity is not None else ""


def _entity(one: Entity) -> str:
    said = (
        one.benefit_code,
        one.insurance_type,
        one.role,
        one.name,
        one.identifier,
        one.number,
        one.phone,
        one.url,
    )
    return " ".join(filter(None, said))


def _refusal(one: Refusal) -> str:
    retry = "retry" if one.may_retry else ""
    return " ".join(filter(None, (one.loop, one.reason, one.follow_up, one.field, retry)))
