"""Changing a record that somebody else may be changing too."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.db.models import F

from patients.choices import HistoryAction
from patients.services.history import Change, as_text
from patients.services.refusals import ChangedMeanwhile
from tenancy.models import TenantModel


def differences(instance: TenantModel, values: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    return {
        name: (getattr(instance, name), value)
        for name, value in values.items()
        if as_text(getattr(instance, name)) != as_text(value)
    }


def write(
    instance: Any,
    values: Mapping[str, Any],
    *,
    version: int,
    patient_id: UUID,
    subject_type: str,
    always: bool = False,
) -> Change | None:
    """Write `values` if the record still has `version`; None when nothing differs and it is not written `always`.

    Raises ChangedMeanwhile with both values otherwise: the database decides who was first.
    """
    changed = differences(instance, values)
    if not changed and not always:
        return None
    model = type(instance)
    taken = model.objects.filter(id=instance.id, version=version).update(
        **{name: pair[1] for name, pair in changed.items()}, version=F("version") + 1
    )
    if not taken:
        current = model.objects.get(id=instance.id)
        raise ChangedMeanwhile(current, differences(current, values))
    before = {name: [as_text(old), as_text(new)] for name, (old, new) in changed.items()}
    for name, (_, new) in changed.items():
        setattr(instance, name, new)
    instance.version = version + 1
    return Change(patient_id, subject_type, instance.id, HistoryAction.UPDATED, before)


def only(values: Mapping[str, Any], allowed: Iterable[str]) -> dict[str, Any]:
    unknown = set(values) - set(allowed)
    if unknown:
        raise TypeError(f"not fields of the record: {', '.join(sorted(unknown))}")
    return dict(values)
