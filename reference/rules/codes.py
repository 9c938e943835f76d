"""Adjustment reason and remark codes as the rules see them, made from the tables of `reference/data`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

NOT_DENIED_BY_DEFAULT = frozenset({"informational", "patient_responsibility", "contractual_bundling"})
KNOWN_GROUPS = frozenset({"CO", "PR", "OA", "PI", "CR"})


@dataclass(frozen=True, slots=True)
class CarcRule:
    """A claim adjustment reason code with our judgement of it. `is_denial` is "y", "n" or "conditional"."""

    code: str
    meaning: str
    category: str
    is_denial: str
    root_cause: str = "unknown"
    actions: tuple[str, ...] = ()
    subcategory: str = ""
    is_preventable: bool = False
    owner_team: str = "billing"
    group_hint: tuple[str, ...] = ()
    is_group_mandated: bool = False
    requires_remark: bool = False
    core_scenario: str = ""
    note: str = ""
    replaced_by: str = ""

    @property
    def is_retired(self) -> bool:
        return bool(self.replaced_by)


@dataclass(frozen=True, slots=True)
class RarcRule:
    """A remittance advice remark code. An alert explains; a supplemental remark may decide the category."""

    code: str
    meaning: str
    is_alert: bool
    category: str
    is_decisive: bool
    root_cause: str = "none"
    actions: tuple[str, ...] = ()
    typical_carcs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PayerFacts:
    """What of a payer changes the reading of its remittances.

    `treats_pi_45_as_contractual` is the practice's own rule: by definition PI has no contract behind it.
    """

    kind: str = ""
    is_capitated: bool = False
    treats_pi_45_as_contractual: bool = False
    underpayment_tolerance_cents: int = 100
    underpayment_tolerance_percent: int = 1


def carc_rule(row: Mapping[str, str]) -> CarcRule:
    return CarcRule(
        code=row["code"],
        meaning=row["meaning"],
        category=row["category"],
        is_denial=row["is_denial"],
        root_cause=row["root_cause"],
        actions=_split(row["action"], ">"),
        subcategory=row["subcategory"],
        is_preventable=row["preventable"] == "y",
        owner_team=row["owner_team"],
        group_hint=_split(row["group_hint"], "/"),
        is_group_mandated=row["group_mandated"] == "y",
        requires_remark=row["rarc_required"] == "y",
        core_scenario=row["core_scenario_likely"],
        note=row["notes"],
    )


def rarc_rule(row: Mapping[str, str]) -> RarcRule:
    return RarcRule(
        code=row["code"],
        meaning=row["meaning"],
        is_alert=row["type"] == "alert",
        category=row["category"],
        is_decisive=row["decisive"] == "y",
        root_cause=row["root_cause"],
        actions=_split(row["action"], ">"),
        typical_carcs=_split(row["typical_carc"], ";"),
    )


def carc_rules(
    active: Iterable[Mapping[str, str]], retired: Iterable[Mapping[str, str]] = ()
) -> dict[str, CarcRule]:
    """All rules by code. A retired code, still found on old remittances, is read as its successor."""
    rules = {row["code"]: carc_rule(row) for row in active}
    for row in retired:
        rules[row["code"]] = retired_carc_rule(row, rules)
    return rules


def rarc_rules(rows: Iterable[Mapping[str, str]]) -> dict[str, RarcRule]:
    return {row["code"]: rarc_rule(row) for row in rows}


def retired_carc_rule(row: Mapping[str, str], active: Mapping[str, CarcRule]) -> CarcRule:
    successors = replacement_codes(row["use_instead"])
    known = [active[code] for code in successors if code in active and not active[code].is_retired]
    fitting = [rule for rule in known if rule.category == row["fallback_category"]] or known
    label = row["use_instead"] or "no code"
    if fitting:
        return replace(
            fitting[0], code=row["code"], replaced_by=label, is_group_mandated=False, requires_remark=False
        )
    category = row["fallback_category"]
    is_denial = "n" if category in NOT_DENIED_BY_DEFAULT else "y"
    return CarcRule(
        code=row["code"],
        meaning="Retired code",
        category=category,
        is_denial=is_denial,
        actions=("call_payer",) if is_denial == "y" else ("post_only",),
        replaced_by=label,
    )


def replacement_codes(use_instead: str) -> tuple[str, ...]:
    """ "197/284/296" and "16+N4" and "177-180" name codes; "PLB WO" and "reversal method" name none."""
    codes: list[str] = []
    for part in _split(use_instead, "/"):
        part = part.partition("+")[0]
        first, dash, last = part.partition("-")
        if dash and first.isdigit() and last.isdigit():
            codes.extend(str(number) for number in range(int(first), int(last) + 1))
        elif " " not in part:
            codes.append(part)
    return tuple(codes)


def _split(text: str, separator: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(separator) if part.strip())
