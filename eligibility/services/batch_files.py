"""Files of questions: each line a person, put to the payer it names."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from eligibility.choices import BatchKind
from eligibility.models import EligibilityBatch
from eligibility.rules.answers import WHOLE_PLAN
from eligibility.rules.asking import Person, Question
from eligibility.rules.tables import CannotRead, Column, Line, one_of, read_day, read_lines, text_of
from eligibility.services.about_visits import OFFICE_VISIT, usual_provider
from eligibility.services.batches import RowDraft, order_batch
from eligibility.services.day_checks import NOBODY_BILLS
from patients.models import Coverage
from patients.rules.names import normalized_number
from reference.models import Payer, Provider


def read_service_type(text: str) -> str:
    """Payers know more of them than we have words for."""
    if not re.fullmatch("[A-Z0-9]{1,2}", text.upper()):
        raise CannotRead(f"{text[:20]} is no service type code.")
    return text.upper()


COLUMNS = (
    Column("payer_id", text_of(80), is_required=True),
    Column("member_id", text_of(80)),
    Column("last_name", text_of(60)),
    Column("first_name", text_of(35)),
    Column("birth_date", read_day),
    Column("sex", one_of({"F": "F", "M": "M"}, "neither F nor M")),
    Column("group_number", text_of(50)),
    Column("service_date", read_day),
    Column("service_type", read_service_type),
    Column("provider_npi", text_of(10)),
)
TEST_NPI = "1760854442"


def order_file(
    *, name: str, content: bytes, is_test: bool, today: date, payer_ids: frozenset[UUID] | None, at: datetime
) -> tuple[EligibilityBatch, bool]:
    """The same file is taken once a day. `payer_ids` are those that may be asked; None is all. Raises CannotRead."""
    mark = hashlib.sha256(f"{today}:".encode() + content).hexdigest()
    key = f"file:{mark}{':test' if is_test else ''}"
    known = EligibilityBatch.objects.filter(key=key).first()
    if known is not None:
        return known, False
    lines = read_lines(content, COLUMNS)
    facts = _Facts(lines, payer_ids, is_test=is_test)
    rows = [_row(line, facts, today) for line in lines]
    return order_batch(kind=BatchKind.FILE, key=key, rows=rows, at=at, name=name, is_test=is_test)


class _Facts:
    """What is on file of all that the lines name, in four queries."""

    def __init__(self, lines: list[Line], payer_ids: frozenset[UUID] | None, *, is_test: bool) -> None:
        self.is_test = is_test
        self.usual = usual_provider()
        said = [line.values for line in lines]
        payers = Payer.objects.filter(payer_identifier__in={one.get("payer_id") for one in said})
        if payer_ids is not None:
            payers = payers.filter(id__in=payer_ids)
        self.payers = {} if is_test else {one.payer_identifier: one for one in payers}
        npis = {one["provider_npi"] for one in said if "provider_npi" in one}
        providers = Provider.objects.filter(npi__in=npis, is_active=True)
        self.providers = {one.npi: one for one in providers}
        numbers = {normalized_number(one["member_id"]) for one in said if "member_id" in one}
        coverages = Coverage.objects.select_related("patient", "payer").filter(
            member_id_normalized__in=numbers, payer__in=self.payers.values()
        )
        self.coverages: dict[tuple[UUID, str], list[Coverage]] = {}
        for one in coverages:
            self.coverages.setdefault((one.payer_id, one.member_id_normalized), []).append(one)

    def coverage(self, payer: Payer | None, said: Mapping[str, Any]) -> Coverage | None:
        """The one on file where payer, member id and birth date agree: then the answer stands in the record."""
        if payer is None or "member_id" not in said:
            return None
        found = [
            one
            for one in self.coverages.get((payer.id, normalized_number(said["member_id"])), ())
            if one.relationship == "SELF" and one.patient.birth_date == said.get("birth_date")
        ]
        return found[0] if len(found) == 1 else None


def _row(line: Line, facts: _Facts, today: date) -> RowDraft:
    said, faults = line.values, dict(line.faults)
    payer = facts.payers.get(said.get("payer_id", ""))
    npi = said.get("provider_npi")
    provider = facts.providers.get(npi) if npi else facts.usual
    if not facts.is_test:
        if payer is None and "payer_id" not in faults:
            faults["payer_id"] = "No payer is known under this id."
        if provider is None:
            faults["provider_npi"] = "No provider of this number is on file." if npi else NOBODY_BILLS
    if not (said.get("member_id") or (said.get("last_name") and said.get("birth_date"))):
        faults.setdefault("member_id", "Write it, or else last_name and birth_date.")
    if faults:
        words = Line(line.number, {}, faults).fault
        return RowDraft(payer=payer, fault=f"Line {line.number}, {words}", line_number=line.number)
    question = Question(
        payer_name=payer.name if payer else "Test payer",
        payer_identifier=said["payer_id"] if facts.is_test else "",
        provider_name=str(provider) if provider else "Test provider",
        provider_npi=TEST_NPI if facts.is_test or provider is None else provider.npi,
        subscriber=Person(
            said.get("last_name", ""), said.get("first_name", ""), said.get("birth_date"), said.get("sex", ""),
            said.get("member_id", ""), said.get("group_number", ""),
        ),
        dependent=None,
        relationship="",
        service_types=tuple(dict.fromkeys((said.get("service_type", OFFICE_VISIT), WHOLE_PLAN))),
        service_on=said.get("service_date") or today,
    )  # fmt: skip
    return RowDraft(question, facts.coverage(payer, said), payer, provider, line_number=line.number)
