"""Bringing code tables into the database, as their owner: the running roles may only read them.

Loading again changes nothing. A code that left a list stays, because old remittances still carry it.
"""

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from django.db import transaction
from django.db.models.functions import Now

from reference.choices import CodeSet
from reference.models import CODE_MODELS, CodeSetImport
from reference.rules.code_files import (
    DATA,
    OfficialCode,
    UnreadableCodeList,
    our_rows,
    read_official,
    resembles,
)
from reference.rules.codes import carc_rules, rarc_rules

OUR_FILES: dict[str, tuple[str, ...]] = {
    CodeSet.ADJUSTMENT_REASON: ("adjustment_reason_codes", "adjustment_reason_codes_retired"),
    CodeSet.REMARK: ("remark_codes",),
    CodeSet.PROVIDER_ADJUSTMENT: ("provider_adjustment_codes",),
    CodeSet.CLAIM_STATUS: ("claim_status_codes",),
}
OFFICIAL_SETS = (CodeSet.ADJUSTMENT_REASON, CodeSet.REMARK, CodeSet.CLAIM_STATUS)
JUDGED_SETS = (CodeSet.ADJUSTMENT_REASON, CodeSet.REMARK)
LEAST_RESEMBLANCE = 0.3


def load_our_code_sets(*, using: str = "owner") -> list[CodeSetImport]:
    """Those whose files changed since they were last loaded."""
    loaded = []
    for code_set, files in OUR_FILES.items():
        content = b"".join((DATA / f"{name}.csv").read_bytes() for name in files)
        digest = hashlib.sha256(content).hexdigest()
        if _is_loaded(code_set, digest, using):
            continue
        loaded.append(_load(code_set, _our_fields(code_set), "our own table", digest, False, using))
    return loaded


def load_official(path: Path, *, code_set: str = "", using: str = "owner") -> CodeSetImport:
    """The organisation's licensed copy. Its texts live in the database only."""
    content = path.read_bytes()
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("latin-1")
    codes = read_official(text)
    chosen = code_set or _recognised(codes, using)
    digest = hashlib.sha256(content).hexdigest()
    known = CodeSetImport.objects.using(using).filter(code_set=chosen, sha256=digest).order_by("-id").first()
    if known and _is_loaded(chosen, digest, using):
        return known
    return _load(chosen, _official_fields(codes), path.name, digest, True, using)


def unmapped_codes(*, using: str = "default") -> dict[str, list[str]]:
    """Codes in force that a list named and our own tables do not judge: remittances with them go to a person."""
    return {
        code_set: sorted(
            CODE_MODELS[code_set]
            .objects.using(using)
            .filter(is_mapped=False, is_retired=False)
            .values_list("code", flat=True)
        )
        for code_set in JUDGED_SETS
    }


def _is_loaded(code_set: str, digest: str, using: str) -> bool:
    imports = CodeSetImport.objects.using(using).filter(code_set=code_set)
    official = imports.filter(sha256=digest).values_list("is_official", flat=True).first()
    if official is None:
        return False
    latest = imports.filter(is_official=official).order_by("-id").first()
    return latest is not None and latest.sha256 == digest


def _recognised(codes: list[OfficialCode], using: str) -> str:
    scores = {
        code_set: resembles(codes, CODE_MODELS[code_set].objects.using(using).values_list("code", flat=True))
        for code_set in OFFICIAL_SETS
    }
    best = max(scores, key=lambda code_set: scores[code_set])
    if scores[best] < LEAST_RESEMBLANCE:
        raise UnreadableCodeList(
            "Neither adjustment reasons nor remarks nor claim statuses; say which with --code-set."
        )
    return best


def _load(
    code_set: str, rows: Mapping[str, dict[str, Any]], source: str, digest: str, official: bool, using: str
) -> CodeSetImport:
    model = CODE_MODELS[code_set]
    with transaction.atomic(using=using):
        known = {row.code: row for row in model.objects.using(using).select_for_update()}
        added = [model(code=code, **fields) for code, fields in rows.items() if code not in known]
        changed = [
            known[code]
            for code, fields in rows.items()
            if code in known and _changes(known[code], fields, official)
        ]
        names = sorted({name for fields in rows.values() for name in fields})
        model.objects.using(using).bulk_create(added)
        if changed:
            model.objects.using(using).bulk_update(changed, names)
        return CodeSetImport.objects.using(using).create(
            code_set=code_set,
            source=source,
            sha256=digest,
            is_official=official,
            row_count=len(rows),
            added=len(added),
            changed=len(changed),
            loaded_at=Now(),
        )


def _changes(row: Any, fields: Mapping[str, Any], official: bool) -> bool:
    """Whether a code is retired is the official list's to say, once one was loaded."""
    settled = set() if official or not row.official_text else {"is_retired"}
    different = [
        name for name, value in fields.items() if name not in settled and getattr(row, name) != value
    ]
    for name in different:
        setattr(row, name, fields[name])
    return bool(different)


def _official_fields(codes: Iterable[OfficialCode]) -> dict[str, dict[str, Any]]:
    return {
        one.code: {
            "official_text": one.text,
            "usage_note": one.usage_note,
            "starts_on": one.starts_on,
            "modified_on": one.modified_on,
            "stops_on": one.stops_on,
            "is_retired": one.is_retired,
        }
        for one in codes
    }


def _our_fields(code_set: str) -> dict[str, dict[str, Any]]:
    if code_set == CodeSet.ADJUSTMENT_REASON:
        return _carc_fields()
    if code_set == CodeSet.REMARK:
        return _rarc_fields()
    if code_set == CodeSet.PROVIDER_ADJUSTMENT:
        return {
            row["code"]: {
                "meaning": row["meaning"],
                "usual_sign": row["usual_sign"],
                "post_to": row["post_to"],
                "is_mapped": True,
            }
            for row in our_rows("provider_adjustment_codes")
        }
    return {
        row["code"]: {"meaning": row["meaning"], "work_type": row["work_type"], "is_mapped": True}
        for row in our_rows("claim_status_codes")
    }


def _carc_fields() -> dict[str, dict[str, Any]]:
    rules = carc_rules(our_rows("adjustment_reason_codes"), our_rows("adjustment_reason_codes_retired"))
    return {
        code: {
            "meaning": rule.meaning,
            "is_mapped": True,
            "is_retired": rule.is_retired,
            "replaced_by": rule.replaced_by,
            "category": rule.category,
            "subcategory": rule.subcategory,
            "is_denial": rule.is_denial,
            "root_cause": rule.root_cause,
            "actions": list(rule.actions),
            "is_preventable": rule.is_preventable,
            "owner_team": rule.owner_team,
            "group_hint": list(rule.group_hint),
            "is_group_mandated": rule.is_group_mandated,
            "requires_remark": rule.requires_remark,
            "core_scenario": rule.core_scenario,
            "note": rule.note,
        }
        for code, rule in rules.items()
    }


def _rarc_fields() -> dict[str, dict[str, Any]]:
    return {
        code: {
            "meaning": rule.meaning,
            "is_mapped": True,
            "is_alert": rule.is_alert,
            "category": rule.category,
            "is_decisive": rule.is_decisive,
            "root_cause": rule.root_cause,
            "actions": list(rule.actions),
            "typical_carcs": list(rule.typical_carcs),
        }
        for code, rule in rarc_rules(our_rows("remark_codes")).items()
    }
