"""Every test payer's answer, by the bytes it sends, is read as its scenario wants it."""

from __future__ import annotations

import pytest

from tests.eligibility.expected.first import FIRST
from tests.eligibility.expected.model import Expected, told
from tests.eligibility.expected.payers import PAYERS, PROGRAMS
from tests.eligibility.expected.services import SERVICES, SHAPES
from tests.eligibility.test_asking_test_payers import answered

EXPECTED: dict[str, Expected] = {**FIRST, **SERVICES, **SHAPES, **PROGRAMS, **PAYERS}


@pytest.mark.parametrize("payer_id", EXPECTED)
def test_the_answer_is_read_as_its_scenario_wants(payer_id: str) -> None:
    assert told(answered(payer_id)) == EXPECTED[payer_id]
