"""The practice's other system: it sees invented patients for a year and exports their claims as 837 files."""

import dataclasses
import datetime
import itertools
import random
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from msgspec.structs import replace

from clearinghouse.simulator.adjudication import PayerProfile, to_dollars
from clearinghouse.simulator.payments import DELIMITERS, NOWHERE, contact, organization
from x12 import (
    ClaimBatchEnd,
    ClaimBatchStart,
    CoverageInformation,
    DateValue,
    Envelope,
    HealthCode,
    Party,
    Procedure,
    Reference,
    SubmittedClaim,
    SubmittedLine,
    write_837,
)

LAST_NAMES = (
    "Abbott", "Baker", "Castro", "Diaz", "Ellis", "Foster", "Garcia", "Hughes", "Irwin", "Jensen", "Keller",
    "Lopez", "Mason", "Nguyen", "Ortega", "Patel", "Quinn", "Reyes", "Stone", "Turner", "Underwood",
    "Vargas", "Walsh", "Xiong", "Young", "Zimmerman", "Okafor", "Lindqvist", "Haddad", "Kowalski",
)  # fmt: skip
FIRST_NAMES = (
    "Alma", "Bruno", "Clara", "Devon", "Elena", "Felix", "Greta", "Hugo", "Iris", "Jonas", "Kira", "Leo",
    "Maya", "Noah", "Olive", "Pablo", "Rosa", "Simon", "Tessa", "Vera", "Amir", "Bianca", "Cyrus", "Dalia",
    "Emil", "Farah", "Gideon", "Hana", "Ivo", "June",
)  # fmt: skip
STREETS = ("Alder Way", "Birch Street", "Cedar Lane", "Dogwood Drive", "Elm Court", "Fir Avenue")
# Procedure codes with an invented charge in cents.
SERVICES = {
    "99213": 145_00, "99214": 210_00, "99203": 190_00, "99204": 285_00, "36415": 22_00, "80053": 48_00,
    "85025": 35_00, "93000": 75_00, "71046": 120_00, "97110": 90_00, "97140": 85_00, "20610": 260_00, "81003": 18_00,
    "90837": 195_00, "45378": 1150_00,
}  # fmt: skip
VISITS = ("99213", "99214", "99203", "99204")
DIAGNOSES = ("E119", "I10", "M545", "J069", "F329", "K219", "N390", "M25561", "E785", "R079")


_LETTER, _DIGIT = "ACDEFGHJKMNPQRTUVWXY", "0123456789"
MEDICARE_SIGNS = (
    "123456789", _LETTER, _LETTER, _DIGIT, _LETTER, _LETTER, _DIGIT, _LETTER, _LETTER, _DIGIT, _DIGIT,
)  # fmt: skip
"""What may stand at each place of a Medicare number: no letter that looks like a digit."""


@dataclasses.dataclass(frozen=True, slots=True)
class PracticeProfile:
    name: str
    npi: str
    tax_identifier: str
    sender: str
    prefix: str
    """Begins every patient control number."""
    rendering: tuple[tuple[str, str, str], ...]
    """Last name, first name, NPI."""
    locations: tuple[tuple[str, str], ...]
    """Name and NPI of the places of service."""
    filing_indicators: dict[str, str]
    """By payer identifier."""
    last_names: tuple[str, ...] = LAST_NAMES
    """What its patients are called."""


@dataclasses.dataclass(frozen=True, slots=True)
class ClaimsFile:
    name: str
    exported_on: datetime.date
    content: bytes


@dataclasses.dataclass(frozen=True, slots=True)
class _Member:
    mrn: str
    person: Party
    payer: PayerProfile
    group_number: str


class PracticeSystem:
    """`batches` are the claims files in the order they are exported, one each month; `replacements` follow them."""

    def __init__(
        self, practice: PracticeProfile, payers: Sequence[PayerProfile], *, seed: int, until: datetime.date
    ) -> None:
        self.practice = practice
        self.payers = payers
        self.until = until
        self._dice = random.Random(f"{seed}:{practice.npi}")  # noqa: S311 - not a secret
        self._members: list[_Member] = []
        self._exported: dict[str, SubmittedClaim] = {}
        self._file_numbers = itertools.count(1)

    def batches(self, claims: int, *, months: int = 12) -> Iterator[ClaimsFile]:
        """Each month's export; `claims` in all."""
        self._members = [self._member(number) for number in range(1, max(claims // 4, 1) + 1)]
        number = 0
        for month in range(months):
            share = claims // months + (month < claims % months)
            last_day = self.until - datetime.timedelta(days=30 * (months - 1 - month))
            submitted = [self._claim(number + ordinal, last_day) for ordinal in range(1, share + 1)]
            number += share
            self._exported |= {claim.patient_control_number: claim for claim in submitted}
            yield self._file(submitted, last_day)

    def replacements(self, payer_numbers: Mapping[str, str], *, on: datetime.date) -> ClaimsFile:
        """One file of corrected claims, each naming the payer's number of the claim it replaces."""
        corrected = [
            replace(
                self._exported[number],
                frequency_code="7",
                references=(
                    *self._exported[number].references,
                    Reference(qualifier="F8", value=payer_number, segment=0),
                ),
            )
            for number, payer_number in payer_numbers.items()
        ]
        return self._file(corrected, on, what="-corrected")

    def slip(self, on: datetime.date) -> ClaimsFile:
        """An accident: a claim leaves again under the number of another patient's."""
        first, *others = self._exported.values()
        other = next(one for one in others if one.subscriber != first.subscriber)
        reused = replace(other, patient_control_number=first.patient_control_number)
        return self._file([reused], on, what="-again")

    def _file(self, claims: Sequence[SubmittedClaim], on: datetime.date, *, what: str = "") -> ClaimsFile:
        start = self._start(on, next(self._file_numbers))
        content = b"".join(write_837([start, *claims, ClaimBatchEnd(position=NOWHERE)]))
        return ClaimsFile(f"{self.practice.prefix.lower()}-{on:%Y%m%d}{what}.837", on, content)

    # -- people -------------------------------------------------------------------------------------------------

    def _member(self, number: int) -> _Member:
        dice = self._dice
        payer = dice.choice(self.payers)
        born = datetime.date(1935, 1, 1) + datetime.timedelta(days=dice.randrange(365 * 80))
        if payer.sequesters:
            born = datetime.date(1931, 1, 1) + datetime.timedelta(days=dice.randrange(365 * 28))
        person = Party(
            entity_code="IL",
            entity_type="1",
            name=dice.choice(self.practice.last_names).upper(),
            first_name=dice.choice(FIRST_NAMES).upper(),
            middle_name="",
            suffix="",
            identifier_qualifier="MI",
            identifier=_member_number(payer, dice.randrange(10**9)),
            segment=0,
            address_line=f"{dice.randrange(1, 999)} {dice.choice(STREETS)}".upper(),
            city="SPRINGFIELD",
            state="IL",
            postal_code="62701",
            birth_date=born,
            sex=dice.choice("FM"),
        )
        group = "" if payer.sequesters else f"GRP{dice.randrange(10**5):05d}"
        return _Member(f"{self.practice.prefix}M{number:05d}", person, payer, group)

    # -- claims -------------------------------------------------------------------------------------------------

    def _claim(self, number: int, last_day: datetime.date) -> SubmittedClaim:
        dice = self._dice
        member = dice.choice(self._members)
        served_on = last_day - datetime.timedelta(days=dice.randrange(30))
        control_number = f"{self.practice.prefix}-{number:06d}"
        lines = self._lines(control_number, served_on)
        codes = dice.sample(DIAGNOSES, dice.randint(1, 3))
        return SubmittedClaim(
            ordinal=number,
            kind="PROFESSIONAL",
            billing_provider=self._billing_provider(),
            coverage=CoverageInformation(
                responsibility_code="P",
                relationship_code="18",
                group_number=member.group_number,
                group_name="",
                insurance_type_code="",
                filing_indicator=self.practice.filing_indicators.get(member.payer.identifier, "CI"),
                segment=0,
            ),
            subscriber=member.person,
            payer=organization("PR", member.payer.name, "PI", member.payer.identifier),
            patient_relationship_code="18",
            patient_control_number=control_number,
            charge_amount=sum((line.charge_amount for line in lines), Decimal(0)),
            facility_code="11",
            facility_qualifier="B",
            frequency_code="1",
            provider_signature="Y",
            assignment_code="A",
            benefits_assigned="Y",
            release_code="Y",
            codes=tuple(
                HealthCode(
                    qualifier="ABK" if position == 0 else "ABF",
                    code=code,
                    date_format="",
                    date_text="",
                    amount=None,
                    present_on_admission="",
                    segment=0,
                )
                for position, code in enumerate(codes)
            ),
            references=self._references(member),
            parties=self._parties(),
            lines=lines,
            position=NOWHERE,
        )

    def _references(self, member: _Member) -> tuple[Reference, ...]:
        references = [Reference(qualifier="EA", value=member.mrn, segment=0)]
        if self._dice.random() < 0.2:
            number = f"AUTH{self._dice.randrange(10**6):06d}"
            references.append(Reference(qualifier="G1", value=number, segment=0))
        return tuple(references)

    def _lines(self, control_number: str, served_on: datetime.date) -> tuple[SubmittedLine, ...]:
        dice = self._dice
        others = [code for code in SERVICES if code not in VISITS]
        codes = [dice.choice(VISITS), *dice.sample(others, dice.choice((0, 0, 1, 1, 2, 3)))]
        return tuple(
            self._line(f"{control_number}-{number}", number, code, served_on)
            for number, code in enumerate(codes, start=1)
        )

    def _line(self, line_control: str, number: int, code: str, served_on: datetime.date) -> SubmittedLine:
        units = self._dice.choice((1, 1, 2, 3)) if code.startswith("971") else 1
        modifiers = ("25",) if code in VISITS and self._dice.random() < 0.3 else ()
        return SubmittedLine(
            line_number=str(number),
            procedure=Procedure("HC", code, modifiers),
            revenue_code="",
            charge_amount=to_dollars(SERVICES[code] * units),
            unit_code="UN",
            units=Decimal(units),
            diagnosis_pointers=("1",),
            dates=(DateValue(qualifier="472", text=served_on.strftime("%Y%m%d"), segment=0, format="D8"),),
            references=(Reference(qualifier="6R", value=line_control, segment=0),),
            segment=0,
        )

    # -- the practice itself ------------------------------------------------------------------------------------

    def _billing_provider(self) -> Party:
        return organization_with_address(
            "85", self.practice.name, self.practice.npi, self.practice.tax_identifier
        )

    def _parties(self) -> tuple[Party, ...]:
        last_name, first_name, npi = self._dice.choice(self.practice.rendering)
        place, place_npi = self._dice.choice(self.practice.locations)
        rendering = Party(
            entity_code="82",
            entity_type="1",
            name=last_name.upper(),
            first_name=first_name.upper(),
            middle_name="",
            suffix="",
            identifier_qualifier="XX",
            identifier=npi,
            segment=0,
            taxonomy_code="207Q00000X",
        )
        return rendering, organization_with_address("77", place, place_npi, "")

    def _start(self, on: datetime.date, number: int) -> ClaimBatchStart:
        stamp = on.strftime("%Y%m%d")
        return ClaimBatchStart(
            envelope=Envelope(
                delimiters=DELIMITERS,
                sender_qualifier="ZZ",
                sender=self.practice.sender,
                receiver_qualifier="ZZ",
                receiver="SIMCLEAR",
                interchange_date=stamp[2:],
                interchange_time="2100",
                interchange_version="00501",
                interchange_control_number=f"{number:09d}",
                acknowledgement_requested="0",
                usage_indicator="P",
                functional_code="HC",
                application_sender=self.practice.sender,
                application_receiver="SIMCLEAR",
                group_date=stamp,
                group_time="2100",
                group_control_number=str(number),
                version="005010X222A1",
                transaction_code="837",
                transaction_control_number="0001",
            ),
            position=NOWHERE,
            kind="PROFESSIONAL",
            structure_code="0019",
            purpose_code="00",
            batch_reference=f"EXPORT{number:04d}",
            created_on=on,
            created_time="2100",
            claim_or_encounter="CH",
            submitter=organization(
                "41",
                self.practice.name.upper(),
                "46",
                self.practice.sender,
                contacts=(contact("IC", "BILLING OFFICE", "8005550104"),),
            ),
            receiver=organization("40", "SIMULATED CLEARINGHOUSE", "46", "SIMCLEAR"),
        )


def _member_number(payer: PayerProfile, number: int) -> str:
    if not payer.sequesters:
        return f"{payer.identifier[:2]}{number:09d}"
    dice = random.Random(number)  # noqa: S311 - not a secret
    return "".join(map(dice.choice, MEDICARE_SIGNS))


def organization_with_address(code: str, name: str, npi: str, tax_identifier: str) -> Party:
    return Party(
        entity_code=code,
        entity_type="2",
        name=name.upper(),
        first_name="",
        middle_name="",
        suffix="",
        identifier_qualifier="XX" if npi else "",
        identifier=npi,
        segment=0,
        address_line="200 TEST AVENUE",
        city="SPRINGFIELD",
        state="IL",
        postal_code="627011234",
        references=(Reference(qualifier="EI", value=tax_identifier, segment=0),) if tax_identifier else (),
    )
