"""Layer 4: who is insured, and by whom."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from claims.rules.edits.facts import EditContext
from claims.rules.edits.model import Fix, Found, Layer, Unchecked, rule
from reference.rules.medicare import is_mbi
from x12 import Party, SubmittedClaim

Result = Iterator[Found | Unchecked]
SELF = "18"
MEDICARE_PART_B, MEDICARE_PART_A = "MB", "MA"
GREATEST_AGE = 124
_TITLES = frozenset({"MR", "MRS", "MS", "DR", "PROF", "REV"})
_MEND = "Correct it on the patient's coverage, then build the claim anew."
_MEND_PERSON = "Correct it on the patient's page, then build the claim anew."


@rule("E040", Layer.SUBSCRIBER)
def each_payer_has_its_place(claim: SubmittedClaim, context: EditContext) -> Result:
    coverages = [claim.coverage, *(one.coverage for one in claim.other_coverages)]
    places = Counter(one.responsibility_code for one in coverages if one is not None)
    for code, count in places.items():
        if count > 1 and code != "U":
            yield Found(
                "2000B", "SBR", 1, f"{count} payers of the claim have the same place ({code}) in the order of payers.",
                "Give each coverage of the patient its own place.", fix=Fix.REBUILD,
            )  # fmt: skip


@rule("E041", Layer.SUBSCRIBER)
def patient_stands_where_the_guide_wants(claim: SubmittedClaim, context: EditContext) -> Result:
    if claim.coverage is None:
        return
    says_self = claim.coverage.relationship_code == SELF
    if says_self and claim.dependent is not None:
        yield Found(
            "2000B", "SBR", 2, "The patient is said to be the subscriber, and is named as a dependent as well.",
            _MEND, fix=Fix.REBUILD,
        )  # fmt: skip
    elif not says_self and claim.dependent is None:
        yield Found(
            "2000B", "SBR", 2, "The patient is not said to be the subscriber, and no dependent is named.",
            _MEND, fix=Fix.REBUILD,
        )  # fmt: skip


@rule("E042", Layer.SUBSCRIBER)
def member_id_is_there(claim: SubmittedClaim, context: EditContext) -> Result:
    if claim.subscriber is None:
        return
    number = claim.subscriber.identifier
    pattern = context.payer.member_id_pattern if context.payer else ""
    if not number:
        yield Found("2010BA", "NM1", 9, "The member id is missing.", _MEND, fix=Fix.REBUILD)
    elif not re.fullmatch(r"[A-Z0-9-]{2,80}", number):
        yield Found(
            "2010BA",
            "NM1",
            9,
            "The member id holds signs other than letters and digits.",
            _MEND,
            fix=Fix.REBUILD,
        )
    elif pattern and not re.fullmatch(pattern, number):
        yield Found(
            "2010BA",
            "NM1",
            9,
            "The member id does not look like one of this payer's.",
            _MEND,
            fix=Fix.REBUILD,
        )


@rule("E043", Layer.SUBSCRIBER)
def name_is_as_on_the_card(claim: SubmittedClaim, context: EditContext) -> Result:
    for party, loop in _insured(claim):
        words = set(f"{party.name} {party.first_name}".upper().replace(".", " ").split())
        has_digit = any(sign.isdigit() for word in words for sign in word)
        if not party.name or has_digit or words & _TITLES:
            yield Found(
                loop, "NM1", 3, "The name is missing, or holds a digit or a title that no card shows.", _MEND_PERSON,
                fix=Fix.REBUILD,
            )  # fmt: skip


@rule("E044", Layer.SUBSCRIBER)
def subscriber_is_described(claim: SubmittedClaim, context: EditContext) -> Result:
    person = claim.subscriber
    if person is None or claim.dependent is not None:
        return
    wanted = (
        (person.birth_date, "DMG", 2, "birth date"),
        (person.sex, "DMG", 3, "sex"),
        (person.address_line, "N3", 1, "street"),
        (person.city, "N4", 1, "city"),
        (person.postal_code, "N4", 3, "ZIP code"),
    )
    for value, segment, element, what in wanted:
        if not value:
            yield Found(
                "2010BA", segment, element, f"The patient's {what} is missing.", _MEND_PERSON, fix=Fix.REBUILD
            )


@rule("E045", Layer.SUBSCRIBER)
def birth_date_is_possible(claim: SubmittedClaim, context: EditContext) -> Result:
    for party, loop in _insured(claim):
        born = party.birth_date
        if born is None:
            continue
        first = claim.service_from_on or context.on
        if born > context.on or born > first:
            yield Found(
                loop, "DMG", 2, "The birth date lies after the day of service or in the future.", _MEND_PERSON,
                fix=Fix.REBUILD,
            )  # fmt: skip
        elif first.year - born.year > GREATEST_AGE:
            yield Found(
                loop, "DMG", 2, f"By the birth date the patient is older than {GREATEST_AGE} years.", _MEND_PERSON,
                fix=Fix.REBUILD,
            )  # fmt: skip


@rule("E046", Layer.SUBSCRIBER)
def filing_indicator_is_the_payers(claim: SubmittedClaim, context: EditContext) -> Result:
    if claim.coverage is None:
        return
    given = claim.coverage.filing_indicator
    if not given:
        yield Found(
            "2000B", "SBR", 9, "The kind of insurance (claim filing indicator) is missing.",
            "Choose it on the payer's page, then build the claim anew.", fix=Fix.REBUILD,
        )  # fmt: skip
    elif context.payer and context.payer.filing_indicator and given != context.payer.filing_indicator:
        yield Found(
            "2000B", "SBR", 9,
            f"The kind of insurance (claim filing indicator) is {given}; this payer's is"
            f" {context.payer.filing_indicator}.",
            "Build the claim anew: it takes the payer's.", fix=Fix.REBUILD,
        )  # fmt: skip


@rule("E047", Layer.SUBSCRIBER)
def payer_takes_this_claim(claim: SubmittedClaim, context: EditContext) -> Result:
    if claim.payer is not None and not claim.payer.identifier:
        yield Found(
            "2010BB", "NM1", 9, "The payer's identifier is missing.",
            "Enter it on the payer's page, then build the claim anew.", fix=Fix.REBUILD,
        )  # fmt: skip
    elif context.payer is None:
        yield Unchecked("nothing is on file about the payer")
    elif not context.payer.is_active:
        yield Found(
            "2010BB", "NM1", 9, "The payer is no longer active.",
            "Choose the payer that took over on the patient's coverage.", fix=Fix.REBUILD,
        )  # fmt: skip
    elif claim.kind not in context.payer.kinds:
        yield Found(
            "2010BB", "NM1", 9, f"The payer takes no {claim.kind.lower()} claims at this identifier.", _MEND
        )


@rule("E048", Layer.SUBSCRIBER)
def medicare_number_is_valid(claim: SubmittedClaim, context: EditContext) -> Result:
    if claim.coverage is None or claim.subscriber is None:
        return
    is_medicare = claim.coverage.filing_indicator in (MEDICARE_PART_A, MEDICARE_PART_B)
    if is_medicare and not is_mbi(claim.subscriber.identifier):
        yield Found(
            "2010BA", "NM1", 9,
            "The Medicare number is not valid: eleven signs as on the card, such as 1EG4-TE5-MK73, without hyphens.",
            _MEND, fix=Fix.REBUILD,
        )  # fmt: skip


def _insured(claim: SubmittedClaim) -> Iterator[tuple[Party, str]]:
    if claim.subscriber is not None:
        yield claim.subscriber, "2010BA"
    if claim.dependent is not None:
        yield claim.dependent, "2010CA"
