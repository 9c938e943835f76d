"""From facts on file to the claim as it is sent: one input one claim, and what is sent reads back unchanged."""

import dataclasses
import datetime
import random
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import x12
from claims.rules.building import (
    Accident,
    Address,
    BuildFacts,
    CoverageFacts,
    Decision,
    Hospital,
    LineDecision,
    LineFacts,
    Named,
    Taken,
    build_claim,
)
from claims.rules.snapshot import canonical_json, claim_of, snapshot_of

DAY = datetime.date(2026, 3, 10)
HOME = Address("12 Elm Street", city="Springfield", state="IL", postal_code="62701")
PATIENT = Named("Nuñez", first_name="José", birth_date=datetime.date(1980, 2, 29), sex="M", address=HOME)
BILLING = Named(
    "Lakeside Family Practice",
    is_organization=True,
    npi="1234567893",
    tax_id="12-3456789",
    taxonomy_code="207Q00000X",
    address=Address("1 Lake Road", city="Springfield", state="IL", postal_code="62701-1234"),
    phone="(217) 555-0100",
)
DOCTOR = Named("Young", first_name="Clara", npi="1760854442", taxonomy_code="207Q00000X")
MEDICARE = CoverageFacts(1, "Medicare Part B", "00952", "1EG4TE5MK73", "MB", "18", PATIENT)
PLAN = CoverageFacts(2, "Acme Health", "60054", "W123456789", "CI", "18", PATIENT, group_number="G-77")
LINES = (
    LineFacts(1, "C1-1", 200_00, Decimal(1), DAY, DAY, "99214", ("25",), pointers=("1", "2")),
    LineFacts(2, "C1-2", 36_00, Decimal("2.0"), DAY, DAY, "36415", pointers=("1",)),
)
DIAGNOSES = ((1, "ABK", "E11.9", ""), (2, "ABF", "I10", ""))
VISIT = BuildFacts(
    "C1", 1, BILLING, PATIENT, (MEDICARE,), LINES, DIAGNOSES, place_of_service="11", rendering=DOCTOR
)
STAY = dataclasses.replace(
    VISIT,
    place_of_service="",
    hospital=Hospital(
        "11", (DAY, DAY + datetime.timedelta(3)), "1", "1", "01", DAY, "0830", "12", drg="470",
        conditions=("C1",), occurrences=(("11", DAY),), values=(("80", 3_00),), procedures=(("0SR9019", DAY),),
    ),
    attending=DOCTOR,
    lines=(dataclasses.replace(LINES[0], revenue_code="0120", unit_code="DA", to_on=DAY + datetime.timedelta(3)),),
    diagnoses=((1, "ABK", "M16.11", "Y"), (2, "ABF", "I10", "Y"), (3, "ABJ", "M16.11", "")),
)  # fmt: skip
DECIDED = Decision(
    DAY + datetime.timedelta(20),
    94_08,
    "ICN1",
    lines=(
        LineDecision(
            1,
            94_08,
            Decimal(1),
            (Taken("PR", "2", 24_00), Taken("CO", "45", 80_00), Taken("CO", "253", 1_92)),
        ),
    ),
)
SECONDARY = dataclasses.replace(
    VISIT,
    billed_rank=2,
    coverages=(PLAN, dataclasses.replace(MEDICARE, decision=DECIDED)),
    lines=LINES[:1],
)


def sent(claim: x12.SubmittedClaim) -> bytes:
    contact = x12.Contact("IC", "EDI", (("TE", "2175550100"),), 0)
    version = "005010X222A1" if claim.kind == "PROFESSIONAL" else "005010X223A2"
    start = x12.ClaimBatchStart(
        envelope=x12.Envelope(
            x12.Delimiters("*", "^", ":", "~"),
            "ZZ", "US", "ZZ", "THEM", "260310", "1200", "00501", "000000001", "0", "T", "HC", "US", "THEM",
            "20260310", "1200", "1", version, "837", "0001",
        ),
        position=x12.Position(0, 0, 0, 0),
        kind=claim.kind,
        batch_reference="B1",
        created_on=DAY,
        created_time="1200",
        submitter=x12.Party("41", "2", "US", "", "", "", "46", "US1", 0, contacts=(contact,)),
        receiver=x12.Party("40", "2", "THEM", "", "", "", "46", "THEM1", 0),
    )  # fmt: skip
    end = x12.ClaimBatchEnd(position=x12.Position(0, 0, 0, 0))
    return b"".join(x12.write_837([start, claim, end]))


def read_back(content: bytes) -> x12.SubmittedClaim:
    records = list(x12.read_837(content, checked=True))
    assert [finding for one in records for finding in getattr(one, "findings", ())] == []
    return next(one for one in records if isinstance(one, x12.SubmittedClaim))


@pytest.mark.parametrize("facts", [VISIT, STAY, SECONDARY], ids=["office", "hospital", "secondary"])
def test_what_is_sent_reads_back_unchanged(facts):
    claim = build_claim(facts)
    assert snapshot_of(read_back(sent(claim))) == snapshot_of(claim)
    assert sent(claim_of(snapshot_of(claim))) == sent(claim)


@pytest.mark.parametrize("facts", [VISIT, STAY, SECONDARY], ids=["office", "hospital", "secondary"])
def test_the_order_of_what_is_given_does_not_matter(facts):
    once = sent(build_claim(facts))
    for seed in range(20):
        dice = random.Random(seed)
        mixed = dataclasses.replace(
            facts,
            coverages=tuple(
                dice.sample([_mixed(one, dice) for one in facts.coverages], len(facts.coverages))
            ),
            lines=tuple(dice.sample(facts.lines, len(facts.lines))),
            diagnoses=tuple(dice.sample(facts.diagnoses, len(facts.diagnoses))),
        )
        assert sent(build_claim(mixed)) == once


AMOUNTS = st.integers(min_value=0, max_value=9_999_999)
UNITS = st.decimals(min_value=Decimal("0.001"), max_value=Decimal(9999), places=3)
CODES = st.sampled_from(["99213", "99214", "36415", "J0696", "85025"])
DIAGNOSIS_CODES = st.lists(
    st.sampled_from(["E11.9", "I10", "J06.9", "M54.50", "R07.9", "Z00.00"]),
    min_size=1,
    max_size=6,
    unique=True,
)


@st.composite
def visits(draw: st.DrawFn) -> BuildFacts:
    """Visits of both kinds with some lines and diagnoses of any size."""
    facts = draw(st.sampled_from([VISIT, STAY]))
    count = draw(st.integers(min_value=1, max_value=8))
    lines = tuple(
        dataclasses.replace(
            facts.lines[0], line_number=number, control_number=f"C1-{number}", procedure_code=draw(CODES),
            charge_cents=draw(AMOUNTS), units=draw(UNITS), to_on=DAY + datetime.timedelta(draw(st.integers(0, 3))),
            modifiers=tuple(draw(st.lists(st.sampled_from(["25", "59", "RT"]), unique=True))),
        )
        for number in range(1, count + 1)
    )  # fmt: skip
    codes = draw(DIAGNOSIS_CODES)
    diagnoses = tuple((place, "ABF" if place > 1 else "ABK", code, "") for place, code in enumerate(codes, 1))
    return dataclasses.replace(facts, lines=lines, diagnoses=diagnoses)


@settings(max_examples=60)
@given(facts=visits(), data=st.data())
def test_any_visit_in_any_order_makes_one_claim_of_the_same_bytes(facts, data):
    claim = build_claim(facts)
    mixed = dataclasses.replace(
        facts,
        lines=tuple(data.draw(st.permutations(facts.lines))),
        diagnoses=tuple(data.draw(st.permutations(facts.diagnoses))),
        coverages=tuple(data.draw(st.permutations(facts.coverages))),
    )
    again = build_claim(mixed)
    assert canonical_json(snapshot_of(again)) == canonical_json(snapshot_of(claim))
    assert sent(again) == sent(claim) == sent(claim_of(snapshot_of(claim)))
    assert snapshot_of(read_back(sent(claim))) == snapshot_of(claim)


def _mixed(coverage: CoverageFacts, dice: random.Random) -> CoverageFacts:
    if coverage.decision is None:
        return coverage
    lines = tuple(
        dataclasses.replace(one, taken=tuple(dice.sample(one.taken, len(one.taken))))
        for one in coverage.decision.lines
    )
    return dataclasses.replace(coverage, decision=dataclasses.replace(coverage.decision, lines=lines))


def test_a_secondary_claim_balances_to_the_cent():
    """Worked example 7: Medicare paid 94.08 of 200.00; paid and taken make up the charge."""
    claim = read_back(sent(build_claim(SECONDARY)))
    (line,) = claim.lines
    (decision,) = line.adjudications
    assert decision.paid_amount + sum(one.amount for one in decision.adjustments) == line.charge_amount == 200
    (other,) = claim.other_coverages
    assert (other.paid_amount, other.coverage.responsibility_code) == (Decimal("94.08"), "P")
    assert claim.coverage is not None
    assert (claim.coverage.responsibility_code, claim.payer and claim.payer.identifier) == ("S", "60054")
    assert decision.payer_identifier == "00952"


def test_a_replacement_names_what_it_replaces():
    claim = read_back(sent(build_claim(VISIT, frequency="7", prior_number="ICN1")))
    assert (claim.frequency_code, claim.payer_control_number) == ("7", "ICN1")
    assert claim.patient_control_number == "C1"


def test_a_dependent_stands_below_the_subscriber():
    parent = Named("Nunez", first_name="Ana")
    coverage = dataclasses.replace(PLAN, rank=1, relationship_code="19", subscriber=parent)
    claim = read_back(sent(build_claim(dataclasses.replace(VISIT, coverages=(coverage,)))))
    assert claim.subscriber is not None and claim.dependent is not None
    assert (claim.subscriber.first_name, claim.dependent.first_name) == ("ANA", "JOSE")
    assert claim.dependent.birth_date == PATIENT.birth_date
    assert claim.patient_relationship_code == "19"


def test_an_accident_an_admission_an_authorization_and_a_drug_are_told():
    line = dataclasses.replace(
        LINES[0],
        drug_code="00071-0155-23",
        drug_units=Decimal("1.5"),
        drug_unit_code="ML",
        authorization_number="LINE9",
    )
    facts = dataclasses.replace(
        VISIT,
        accident=Accident("AA", DAY, "IL"),
        authorization_number="auth 1",
        lines=(line,),
        admitted_on=DAY,
        patient_paid_cents=25_00,
    )
    claim = read_back(sent(build_claim(facts)))
    assert claim.related_causes == ("AA", "", "", "IL")
    assert (claim.authorization_number, claim.lines[0].references[0].value) == ("AUTH1", "LINE9")
    assert [(one.qualifier, one.date) for one in claim.dates] == [("439", DAY), ("435", DAY)]
    assert claim.amounts[0].amount == 25
    assert [one.elements[0] for one in claim.lines[0].unmapped] == ["LIN", "CTP"]


def test_text_is_what_every_receiver_reads():
    odd = dataclasses.replace(PATIENT, name="O'Brien~ *Søn:", first_name=" Zoë\n")
    claim = build_claim(dataclasses.replace(VISIT, patient=odd))
    assert claim.subscriber is not None
    assert (claim.subscriber.name, claim.subscriber.first_name) == ("O'BRIEN SN", "ZOE")
    assert canonical_json(snapshot_of(claim)).isascii()
