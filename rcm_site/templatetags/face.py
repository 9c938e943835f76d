"""How money, days, states and codes are written on every screen: formatted once, here, and nowhere else."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Literal

from django import template
from django.forms import BoundField
from django.http import QueryDict
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from rcm_site.templatetags._states import Tone, tone_of

register = template.Library()

MINUS = "\N{MINUS SIGN}"
NOTHING = "\N{EN DASH}"
SHAPES = {
    Tone.OPEN: "shape-open",
    Tone.PROGRESS: "shape-progress",
    Tone.WAITING: "shape-waiting",
    Tone.DONE: "shape-done",
    Tone.DENIED: "shape-denied",
    Tone.OVERDUE: "shape-overdue",
}
SOON_DAYS = 7
OTHER_YEAR_DAYS = 300
SPARK_WIDTH, SPARK_HEIGHT = 88, 24


# Money ---------------------------------------------------------------------------------------------------


@register.filter
def money(cents: int | Literal[""] | None) -> str:
    """Integer cents as `$1,234.50`, negative as `−$5.00`, nothing as a dash."""
    if cents is None or cents == "":
        return NOTHING
    sign = MINUS if int(cents) < 0 else ""
    return f"{sign}${_dollars(abs(int(cents)))}"


@register.filter
def money_short(cents: int | Literal[""] | None) -> str:
    """For cards and headings where cents carry nothing: `$8,410`, `$84.1k`, `$1.2M`."""
    if cents is None or cents == "":
        return NOTHING
    sign, amount = (MINUS if int(cents) < 0 else ""), Decimal(abs(int(cents))) / 100
    if amount >= 1_000_000:
        return f"{sign}${amount / 1_000_000:.1f}M"
    if amount >= 10_000:
        return f"{sign}${amount / 1000:.1f}k"
    return f"{sign}${amount:,.0f}"


def _dollars(cents: int) -> str:
    whole, rest = divmod(cents, 100)
    return f"{whole:,}.{rest:02}"


# Days and moments ----------------------------------------------------------------------------------------


@register.filter
def day(value: date | datetime | None, now: date | datetime | None = None) -> str:
    """`Mar 10`, the full date on hover. With the page's moment given, a day far from it also shows its year."""
    moment_day = _as_day(value)
    if moment_day is None:
        return NOTHING
    words = f"{moment_day:%b} {moment_day.day}"
    today = _as_day(now)
    if today is not None and abs((today - moment_day).days) > OTHER_YEAR_DAYS:
        words = f"{words}, {moment_day.year}"
    return _time(moment_day.isoformat(), words, full_day(moment_day))


@register.filter
def full_day(value: date | datetime | None) -> str:
    """`March 10, 2026`"""
    moment_day = _as_day(value)
    return NOTHING if moment_day is None else f"{moment_day:%B} {moment_day.day}, {moment_day.year}"


@register.filter
def moment(value: datetime | None) -> str:
    """`Mar 10, 2:05 PM`, the full date and the zone on hover."""
    if value is None or value == "":
        return NOTHING
    local = timezone.localtime(value)
    words = f"{local:%b} {local.day}, {_clock(local)}"
    return _time(local.isoformat(timespec="seconds"), words, f"{full_day(local)}, {_clock(local)} {local:%Z}")


@register.filter
def age(value: date | datetime | int | None, now: date | datetime | None = None) -> str:
    """`12 d`, from a number of days, or from a day and the page's moment: `{{ denial.denied_on|age:request.now }}`."""
    if value is None or value == "":
        return NOTHING
    if isinstance(value, int):
        return f"{value} d"
    then, today = _as_day(value), _as_day(now)
    return NOTHING if then is None or today is None else f"{(today - then).days} d"


@register.simple_tag
def due(value: date | datetime | None, now: date | datetime) -> str:
    """A deadline in words as well as colour: `Mar 10 · 3 d left`, `today`, `4 d over`."""
    deadline, today = _as_day(value), _as_day(now)
    if deadline is None or today is None:
        return NOTHING
    left = (deadline - today).days
    if left < 0:
        tone, words = "due-over", f"{-left} d over"
    elif left == 0:
        tone, words = "due-soon", "today"
    else:
        tone, words = ("due-soon" if left <= SOON_DAYS else "due-later"), f"{left} d"
    sign = icon("shape-overdue") if left < 0 else ""
    return format_html(
        '<span class="due {}">{}{} <small>{}</small></span>', tone, sign, day(deadline, today), words
    )


def _as_day(value: date | datetime | str | None) -> date | None:
    if isinstance(value, datetime):
        return timezone.localtime(value).date() if timezone.is_aware(value) else value.date()
    return value if isinstance(value, date) else None


def _clock(value: datetime) -> str:
    return f"{value.hour % 12 or 12}:{value:%M %p}"


def _time(machine: str, words: str, full: str) -> SafeString:
    return format_html('<time datetime="{}" title="{}">{}</time>', machine, full, words)


# States, icons, codes ------------------------------------------------------------------------------------


@register.simple_tag
def status(code: str, label: str = "", tone: str = "") -> SafeString:
    """A state as a word, a shape and a tint: `{% status denial.state denial.get_state_display %}`.

    The tone is known for the states of every app; a page may name another: open, progress, waiting, done, denied,
    overdue, quiet.
    """
    chosen = Tone(tone) if tone else tone_of(code)
    words = label or str(code).replace("_", " ").capitalize()
    shape = icon(SHAPES[chosen]) if chosen in SHAPES else ""
    return format_html('<span class="status status-{}">{}{}</span>', chosen.value, shape, words)


@register.simple_tag
def icon(name: str, title: str = "") -> SafeString:
    """An icon of the sprite; without a title it is decoration and hidden from screen readers."""
    sheet = (
        "images/shapes.svg"
        if name.startswith("shape-") or name == "mark"
        else "vendor/bootstrap-icons/sprite.svg"
    )
    address = f"{static(sheet)}#{name}"
    if title:
        return format_html(
            '<svg class="icon" role="img" aria-label="{}"><title>{}</title><use href="{}"></use></svg>',
            title,
            title,
            address,
        )
    return format_html('<svg class="icon" aria-hidden="true"><use href="{}"></use></svg>', address)


@register.simple_tag
def code_chip(code: str, words: str = "", group: str = "", wide: bool = False) -> SafeString:
    """A CARC or RARC: `CO-16`, its meaning on hover and focus, and beside it where the row is wide (`wide=True`)."""
    shown = f"{group}-{code}" if group else code
    beside = format_html('<span class="words words-wide">{}</span>', words) if wide and words else ""
    if not words:
        return format_html('<span class="code-chip"><b>{}</b></span>', shown)
    return format_html(
        '<span class="code-chip hint" tabindex="0"><b>{}</b>{}<span class="hint-body" role="note">{}</span></span>',
        shown, beside, words,
    )  # fmt: skip


# Small drawings: numbers first, drawing beside them ------------------------------------------------------


@register.simple_tag
def sparkline(values: Sequence[int | float], label: str = "") -> SafeString:
    """One line of trend; the label says in words what it shows."""
    numbers = [float(value) for value in values]
    if len(numbers) < 2:
        return SafeString("")
    low, high = min(numbers), max(numbers)
    span = (high - low) or 1.0
    step = (SPARK_WIDTH - 4) / (len(numbers) - 1)
    points = [
        (2 + index * step, SPARK_HEIGHT - 3 - (number - low) / span * (SPARK_HEIGHT - 6))
        for index, number in enumerate(numbers)
    ]
    return format_html(
        '<svg class="sparkline" viewBox="0 0 {} {}" role="img" aria-label="{}"><polyline points="{}"/>'
        '<circle cx="{}" cy="{}" r="2"/></svg>',
        SPARK_WIDTH, SPARK_HEIGHT, label or f"from {numbers[0]:g} to {numbers[-1]:g}",
        " ".join(f"{x:.1f},{y:.1f}" for x, y in points), f"{points[-1][0]:.1f}", f"{points[-1][1]:.1f}",
    )  # fmt: skip


@register.simple_tag
def bar(
    value: int | None, parts: Iterable[tuple[str, str]] | dict[str, str] = (), name: str = "Priority"
) -> SafeString:
    """Priority 0 to 100 as number and bar, its parts (name, value) on hover and focus."""
    if value is None:
        return SafeString(NOTHING)
    share = max(0, min(100, int(value)))
    pairs = list(parts.items()) if isinstance(parts, dict) else list(parts)
    rows = format_html_join("", "<dt>{}</dt><dd>{}</dd>", pairs)
    body = format_html('<span class="hint-body" role="note"><dl>{}</dl></span>', rows) if pairs else ""
    return format_html(
        '<span class="bar{}{}"{}><b>{}</b><svg viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true">'
        '<rect width="{}" height="6"/></svg><span class="visually-hidden">{} {} of 100</span>{}</span>',
        "" if share >= 50 else " bar-low", " hint" if pairs else "", SafeString(' tabindex="0"') if pairs else "",
        share, share, name, share, body,
    )  # fmt: skip


# Addresses and forms of lists ----------------------------------------------------------------------------


@register.simple_tag
def toggled(query: QueryDict, name: str, value: str) -> str:
    """The list's query string with one filter value added, or taken away if it is there; back on the first page."""
    changed = query.copy()
    values = changed.getlist(name)
    changed.setlist(
        name, [one for one in values if one != str(value)] if str(value) in values else [*values, str(value)]
    )
    for cursor in ("page", "after", "before", "open"):
        changed.pop(cursor, None)
    return f"?{changed.urlencode()}"


@register.simple_tag
def carried(query: QueryDict, *left_out: str) -> SafeString:
    """The other filters as hidden fields, so that a form of the filter line keeps them."""
    pairs = ((name, value) for name, values in query.lists() if name not in left_out for value in values)
    return format_html_join("", '<input type="hidden" name="{}" value="{}">', pairs)


@register.simple_tag
def control(field: BoundField) -> SafeString:
    """A form's control in the frame's clothes; its help and errors are tied to it by Django's own aria-describedby."""
    kind = getattr(field.field.widget, "input_type", "")
    css = "form-select" if kind == "select" else "" if kind in ("checkbox", "radio") else "form-control"
    if field.errors:
        css = f"{css} is-invalid"
    own = field.field.widget.attrs.get("class", "")
    return field.as_widget(attrs={"class": f"{own} {css}".strip()})
