"""Answers that come by a file, after the line was closed: each is taken for the question its trace names."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import x12
from clearinghouse.choices import ExchangeProblem, FileState
from clearinghouse.models import ExchangeFile
from clearinghouse.selectors.files import content_of
from clearinghouse.services import mark_file, take_contents
from clearinghouse.services.problems import open_problem
from eligibility.models import EligibilityInquiry
from eligibility.services.checking import take_late


def take_fetched(*, at: datetime) -> int:
    """Take the answers among the files fetched from partners; returns how many files. A file is taken once."""
    taken = take_contents("271", at=at)
    for file_id in taken:
        _take(file_id, at)
    return len(taken)


def _take(file_id: UUID, at: datetime) -> None:
    file = ExchangeFile.objects.get(id=file_id)
    content = content_of(file)
    people = [one for one in _records(content) if isinstance(one, x12.EligibilityPerson)]
    traces = {trace.number for one in people for trace in one.traces}
    asked = EligibilityInquiry.objects.filter(trace_number__in=traces)
    mark_file(file_id=file.id, state=FileState.READ)
    if len(asked) == 1 and sum(one.is_asked_about for one in people) == 1:
        take_late(inquiry_id=asked[0].id, content=content, at=at)
        return
    parts = x12.split_271(content)
    ours = dict(
        EligibilityInquiry.objects.filter(trace_number__in={one.trace_number for one in parts}).values_list(
            "trace_number", "id"
        )
    )
    for part in parts:
        if part.trace_number in ours:
            take_late(inquiry_id=ours[part.trace_number], content=part.content, at=at)
    strange = sum(one.trace_number not in ours for one in parts)
    if strange or not parts:
        open_problem(
            ExchangeProblem.UNKNOWN_ANSWER, subject=file, title=_told(file, len(parts), strange), at=at
        )


def _told(file: ExchangeFile, count: int, strange: int) -> str:
    if count < 2 or strange == count:
        return f"{file.name} answers a question that was never asked"
    return f"{file.name}: {strange} of {count} answers are to questions that were never asked; the others were taken"


def _records(content: bytes) -> list[object]:
    try:
        return list(x12.read_271(content))
    except x12.NotX12:
        return []
