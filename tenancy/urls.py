"""Addresses carry the practice: `/p/<uuid>/…`."""

import uuid
from typing import Any

from django.urls import reverse

from tenancy.scope import current_scope


def practice_url(name: str, *args: Any, practice: uuid.UUID | None = None, **kwargs: Any) -> str:
    """The address of a page inside a practice: the scope's, or another one for a portfolio's rows."""
    organization_id = practice or current_scope().practice_id
    if kwargs:
        return reverse(name, kwargs={"organization_id": organization_id, **kwargs})
    return reverse(name, args=(organization_id, *args))
