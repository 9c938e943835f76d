"""Money, days, states and codes as a biller reads them."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.test import override_settings

from rcm_site.templatetags import face
from rcm_site.templatetags._states import _STATES

TODAY = date(2026, 3, 12)


@pytest.mark.parametrize(
    ("cents", "words"),
    [
        (123450, "$1,234.50"),
        (-500, "−$5.00"),
        (0, "$0.00"),
        (5, "$0.05"),
        (100_000_000_00, "$100,000,000.00"),
        (None, "–"),
    ],
)
def test_money_has_two_places_and_a_true_minus(cents: int | None, words: str) -> None:
    assert face.money(cents) == words


def test_money_on_cards_is_short() -> None:
    shown = face.moment(datetime(2026, 3, 10, 14, 5, tzinfo=UTC))
    assert "title=" in shown
    assert ":05" in shown


def test_ages_and_deadlines_are_words_too() -> None:
    assert face.age(12) == "12 d"
    assert face.age(date(2026, 3, 1), TODAY) == "11 d"
    assert "3 d</small>" in face.due(date(2026, 3, 15), TODAY)
    assert "due-soon" in face.due(TODAY, TODAY)
    over = face.due(date(2026, 3, 8), TODAY)
    assert "4 d over" in over
    assert "shape-overdue" in over


def test_a_status_is_a_word_and_a_shape() -> None:
    shown = face.status("PARTLY_DENIED")
    assert "Partly denied" in shown
    assert "shape-progress" in shown
    assert "shape" not in face.status("SOMETHING_ELSE")


def test_no_state_has_two_tones() -> None:
    states = " ".join(_STATES.values()).split()
    assert len(states) == len(set(states))


def test_a_code_says_its_words_and_escapes_them() -> None:
    chip = face.code_chip("16", "Lacks <information>", group="CO")
    assert "CO-16" in chip
    assert "Lacks &lt;information&gt;" in chip
    assert 'tabindex="0"' in chip


def test_drawings_carry_their_numbers() -> None:
    assert "72 of 100" in face.bar(72, {"Expected": "$180.00"})
    assert "<dt>Expected</dt><dd>$180.00</dd>" in face.bar(72, {"Expected": "$180.00"})
    assert 'aria-label="from 1 to 9"' in face.sparkline([1, 4, 9])
    assert face.sparkline([3]) == ""


@override_settings(STATIC_URL="/static/")
def test_nothing_drawn_here_needs_an_inline_style() -> None:
    drawn = (
        face.bar(40, {"a": "b"}),
        face.sparkline([1, 2]),
        face.icon("search"),
        face.status("OPEN"),
    )
    assert not any("style=" in one for one in drawn)
