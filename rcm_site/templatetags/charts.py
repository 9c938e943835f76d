"""Drawings of counts. Each stands beside the table of its numbers; a bar says in words what it shows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

register = template.Library()

WIDTH, HEIGHT, FOOT, HEAD = 720, 186, 24, 14
GAP = 0.25
LABELLED_EVERY = 7
Bar = tuple[date, str, Sequence[int]]


@register.simple_tag
def day_bars(bars: Sequence[Bar], label: str, kinds: str) -> SafeString:
    """A bar for each day, its parts stacked in order. `kinds` names the class of each part, the lowest first."""
    highest = max((sum(parts) for _, _, parts in bars), default=0)
    step = WIDTH / max(1, len(bars))
    scale = (HEIGHT - FOOT - HEAD) / max(1, highest)
    classes = kinds.split()
    drawn = format_html_join(
        "", "{}", ((_bar(place * step, step, scale, bar, classes),) for place, bar in enumerate(bars))
    )
    return format_html(
        '<svg class="day-bars" viewBox="0 0 {} {}" role="img" aria-label="{}">'
        '<line class="axis" x1="0" x2="{}" y1="{}" y2="{}"/><text x="0" y="10">{}</text>{}{}</svg>',
        WIDTH, HEIGHT, label, WIDTH, HEIGHT - FOOT, HEIGHT - FOOT, f"{highest} a day at most", drawn,
        _days(bars, step),
    )  # fmt: skip


def _bar(left: float, step: float, scale: float, bar: Bar, classes: Sequence[str]) -> SafeString:
    _, words, parts = bar
    top, drawn = float(HEIGHT - FOOT), []
    for css, count in zip(classes, parts, strict=True):
        if count:
            high = count * scale
            top -= high
            drawn.append(
                (css, f"{left + step * GAP / 2:.1f}", f"{top:.1f}", f"{step * (1 - GAP):.1f}", f"{high:.1f}")
            )
    rects = format_html_join("", '<rect class="{}" x="{}" y="{}" width="{}" height="{}"/>', drawn)
    return format_html("<g><title>{}</title>{}</g>", words, rects)


def _days(bars: Sequence[Bar], step: float) -> SafeString:
    marked = [
        (f"{place * step + step / 2:.1f}", HEIGHT - 5, f"{day:%b} {day.day}")
        for place, (day, _, _) in enumerate(bars)
        if place % LABELLED_EVERY == LABELLED_EVERY // 2
    ]
    return format_html_join("", '<text class="day" x="{}" y="{}">{}</text>', marked)
