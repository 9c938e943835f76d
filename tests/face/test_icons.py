"""Every icon a template or a kind of work names is in the sprite."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SPRITES = ("static/vendor/bootstrap-icons/sprite.svg", "static/images/shapes.svg")
NAMED = re.compile(r"""\{%\s*icon\s+"([\w-]+)"|\bicon="([\w-]+)"|"icon": "([\w-]+)"|\bicon\("([\w-]+)"\)""")


def test_every_icon_named_is_drawn() -> None:
    drawn = {
        name for sheet in SPRITES for name in re.findall(r'<symbol id="([\w-]+)"', (ROOT / sheet).read_text())
    }
    sources = [
        *(ROOT / "templates").rglob("*.html"),
        *(path for path in ROOT.glob("*/**/*.py") if is_ours(path)),
    ]
    named = {
        (name, str(path.relative_to(ROOT)))
        for path in sources
        for match in NAMED.findall(path.read_text())
        for name in match
        if name
    }
    assert {pair for pair in named if pair[0] not in drawn} == set()


def is_ours(path: Path) -> bool:
    return not {".venv", "var", "tests"} & set(path.relative_to(ROOT).parts)
