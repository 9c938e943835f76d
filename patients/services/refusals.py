from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class PatientRefusal(Exception):
    """A rule refuses the change; the text says why and what to do. `fields` names where, for a form."""

    def __init__(self, message: str, *, fields: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.fields = dict(fields or {})


class ChangedMeanwhile(Exception):
    """Somebody else changed the record first. `differing` has what is there now and what was to be written."""

    def __init__(self, current: Any, differing: Mapping[str, tuple[Any, Any]]) -> None:
        super().__init__("changed by somebody else in the meantime")
        self.current = current
        self.differing = dict(differing)
