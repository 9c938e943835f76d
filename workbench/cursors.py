"""Places in a keyset list, as short texts for an address. They hold sort values and an id, nothing of a
patient.
"""

import base64
import binascii
import json
from collections.abc import Sequence
from typing import Any

from django.core.exceptions import ValidationError

from workbench.models import WorkItem


def write_cursor(item: WorkItem, columns: Sequence[str]) -> str:
    packed = json.dumps([str(getattr(item, column)) for column in columns], separators=(",", ":"))
    return base64.urlsafe_b64encode(packed.encode()).decode().rstrip("=")


def read_cursor(cursor: str, columns: Sequence[str]) -> tuple[Any, ...] | None:
    """A cursor that does not fit the sort (another list's, cut, or made up) means the beginning."""
    if not cursor:
        return None
    try:
        texts = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        fields: list[Any] = [WorkItem._meta.get_field(column) for column in columns]
        plain = [getattr(field, "output_field", field) for field in fields]
        return tuple(field.to_python(text) for field, text in zip(plain, texts, strict=True))
    except (ValueError, TypeError, binascii.Error, ValidationError):
        return None
