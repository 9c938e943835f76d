"""Answers about a coverage, in the words of a payer."""

from __future__ import annotations

import datetime
from typing import Any

from clearinghouse.services.questions import Asked
from eligibility import services
from eligibility.models import EligibilityInquiry
from eligibility.rules.asking import Person, Question
from tenancy.ids import uuid7
from tests.eligibility.test_normalising import ABOVE, answer_bytes

ACTIVE = "EB*1**30"


def answered(
    coverage: Any, *body: str, on: datetime.date, at: datetime.datetime, payer: str = "000039"
) -> EligibilityInquiry:
    """A test payer is asked about the coverage for the day and answers so."""
    patient = coverage.patient
    who = Person(patient.last_name, patient.first_name, patient.birth_date, "", coverage.member_id)
    question = Question("Test payer", payer, "Lakeside Clinic", "1760854442", who, None, "", ("98", "30"), on)
    about = services.About(coverage=coverage)
    inquiry, *_ = services.ask(question=question, about=about, is_test=True, at=at, anew=True)
    return take(inquiry, *body, at=at)


def take(inquiry: EligibilityInquiry, *body: str, at: datetime.datetime) -> EligibilityInquiry:
    above = [line.replace("CHK-1*9LAKESIDE1", f"{inquiry.trace_number}*9") for line in ABOVE]
    came = Asked(uuid7(), 120, "the payer", answer_bytes(*body, above=above))
    return services.take(inquiry_id=inquiry.id, exchanged=services.Exchanged(came, None, None, at), at=at)
