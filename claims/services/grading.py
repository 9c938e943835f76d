"""How much this practice lets the faults of a rule weigh."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from audit import services as audit
from claims.models import EditSetting
from claims.selectors.edit_items import items_stopped_by
from tenancy.jobs import enqueue
from tenancy.scope import current_scope
from workbench.services import Refusal


def save_setting(*, setting: EditSetting, version: int, values: Mapping[str, Any]) -> EditSetting:
    """A new setting, or changes to the one of this version. Claims the rule stops are judged anew."""
    if not setting._state.adding:
        now = EditSetting.objects.select_for_update().get(id=setting.id)
        if now.version != version:
            raise Refusal("Somebody changed this setting after you opened it. Look at it again.")
        setting = now
        setting.version += 1
    for name, value in values.items():
        setattr(setting, name, value)
    setting.save()
    _record("claims.edit_setting.saved", setting)
    return setting


def remove_setting(*, setting: EditSetting) -> None:
    _record("claims.edit_setting.removed", setting)
    setting.delete()


def _record(verb: str, setting: EditSetting) -> None:
    data = {"rule": setting.rule_id, "severity": setting.severity, "version": setting.version}
    audit.record(verb, subject=setting, organization_id=current_scope().practice_id, data=data)
    stopped = [str(one.subject_id) for one in items_stopped_by(current_scope(), setting.rule_id)]
    if stopped:
        enqueue("claims.run_edits", claim_ids=stopped)
