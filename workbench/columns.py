"""The columns of a list: all as it was made, or those one person chose, in their order."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

# How wide the list must be for a column that ends this far to the right; worklist.css has the same steps.
_STEPS = ((490, ""), (770, "drop-2"), (970, "drop-3"), (1190, "drop-4"))
_LAST_STEP = "drop-5"


@dataclass(frozen=True)
class Column:
    """One column of a list. `sort` names one of `criteria.SORTS`; `css` are classes of the worklist; `width`
    is about what it takes in pixels; a fixed one names the row and is never hidden; an extra one is hidden
    until somebody chooses it.
    """

    key: str
    label: str
    sort: str = ""
    css: str = ""
    width: int = 110
    is_fixed: bool = False
    is_extra: bool = False


def arranged(columns: Sequence[Column], chosen: Sequence[str]) -> tuple[Column, ...]:
    """What a person chose, in their order; as the list narrows, the columns on the right step back first."""
    if not chosen:
        return tuple(column for column in columns if not column.is_extra)
    known = {column.key: column for column in columns}
    keys = [column.key for column in columns if column.is_fixed and column.key not in chosen]
    keys += [key for key in dict.fromkeys(chosen) if key in known]
    end, shown = 0, []
    for key in keys:
        end += known[key].width
        shown.append(replace(known[key], css=_stepping_back(known[key], end)))
    return tuple(shown)


def _stepping_back(column: Column, end: int) -> str:
    own = [name for name in column.css.split() if not name.startswith("drop-")]
    step = next((name for width, name in _STEPS if end <= width), _LAST_STEP)
    return " ".join([*own, *([] if column.is_fixed or not step else [step])])


def offered(columns: Sequence[Column], chosen: Sequence[str]) -> list[tuple[Column, bool]]:
    """Every column with whether it is shown: the shown ones in their order, then the hidden ones."""
    shown = arranged(columns, chosen)
    keys = {column.key for column in shown}
    return [(column, True) for column in shown] + [
        (column, False) for column in columns if column.key not in keys
    ]
