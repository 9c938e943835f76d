"""Reads of payers, providers and code sets. `payer_for` and `provider_for` are the only doors from an id."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.db.models import Count, F, Func, IntegerField, Max, Q, QuerySet, TextField, Value
from django.db.models.functions import Cast, NullIf

from reference.choices import AliasKind, CodeSet, ReleaseKind
from reference.models import (
    CODE_MODELS,
    AdjustmentReasonCode,
    CodePair,
    CodeRelease,
    CodeSetImport,
    Credentialing,
    DeadlineRule,
    DiagnosisCode,
    Payer,
    PayerAlias,
    PayerRule,
    Provider,
    RemarkCode,
    ServiceCode,
    UnitLimit,
)
from reference.rules.codes import CarcRule, PayerFacts, RarcRule
from reference.rules.deadlines import DeadlineRuleFacts
from reference.rules.names import normalized_identifier, normalized_name, normalized_tax_id
from reference.rules.overrides import OverrideRule
from tenancy.access import NotFound
from tenancy.models import Location, Organization
from tenancy.scope import Scope, current_scope


@dataclass(frozen=True, slots=True)
class PayerMatch:
    """`how` says what the payer was recognised by; several candidates and no payer mean a person decides."""

    payer: Payer | None
    how: str = ""
    candidates: tuple[Payer, ...] = ()


# -- codes ------------------------------------------------------------------------------------------------------


def carc_rules() -> Mapping[str, CarcRule]:
    """All judged adjustment reason codes by code. Cached until a code set is loaded."""
    return _carc_rules(_loaded())


def rarc_rules() -> Mapping[str, RarcRule]:
    return _rarc_rules(_loaded())


def meanings(code_set: str) -> Mapping[str, str]:
    """Code to words, retired and unjudged codes included."""
    return _meanings(code_set, _loaded())


def meaning(code_set: str, code: str) -> str:
    """Empty for a code nobody has told us of: it is shown bare."""
    return meanings(code_set).get(code, "")


def carc_meaning(code: str) -> str:
    return meaning(CodeSet.ADJUSTMENT_REASON, code)


def rarc_meaning(code: str) -> str:
    return meaning(CodeSet.REMARK, code)


# 1, 2, 10, A0, B1, B10: letters first, then the number as a number.
_letters = Func(F("code"), Value(r"\d+"), Value(""), function="regexp_replace")
_digits = Func(
    F("code"), Value(r"\D"), Value(""), Value("g"), function="regexp_replace", output_field=TextField()
)
_number = Cast(NullIf(_digits, Value("")), IntegerField())


def search_codes(code_set: str, words: str = "") -> QuerySet[Any]:
    """Codes that begin with the words, or whose meaning has them."""
    rows: QuerySet[Any] = CODE_MODELS[code_set].objects.order_by(_letters, _number, "code")
    words = words.strip()
    if not words:
        return rows
    return rows.filter(
        Q(code__istartswith=words) | Q(meaning__icontains=words) | Q(official_text__icontains=words)
    )


def latest_imports() -> list[CodeSetImport]:
    """The last loading of each code set, of ours and of the official lists."""
    return list(
        CodeSetImport.objects.order_by("code_set", "is_official", "-id").distinct("code_set", "is_official")
    )


def _loaded() -> int:
    return CodeSetImport.objects.aggregate(latest=Max("id"))["latest"] or 0


@lru_cache(maxsize=2)
def _carc_rules(loaded: int) -> Mapping[str, CarcRule]:
    return {
        row.code: CarcRule(
            code=row.code,
            meaning=row.words,
            category=row.category,
            is_denial=row.is_denial,
            root_cause=row.root_cause,
            actions=tuple(row.actions),
            subcategory=row.subcategory,
            is_preventable=row.is_preventable,
            owner_team=row.owner_team,
            group_hint=tuple(row.group_hint),
            is_group_mandated=row.is_group_mandated,
            requires_remark=row.requires_remark,
            core_scenario=row.core_scenario,
            note=row.note,
            replaced_by=row.replaced_by,
        )
        for row in AdjustmentReasonCode.objects.filter(is_mapped=True)
    }


@lru_cache(maxsize=2)
def _rarc_rules(loaded: int) -> Mapping[str, RarcRule]:
    return {
        row.code: RarcRule(
            code=row.code,
            meaning=row.words,
            is_alert=row.is_alert,
            category=row.category,
            is_decisive=row.is_decisive,
            root_cause=row.root_cause,
            actions=tuple(row.actions),
            typical_carcs=tuple(row.typical_carcs),
        )
        for row in RemarkCode.objects.filter(is_mapped=True)
    }


@lru_cache(maxsize=8)
def _meanings(code_set: str, loaded: int) -> Mapping[str, str]:
    return {row.code: row.words for row in CODE_MODELS[code_set].objects.all()}


# -- payers -----------------------------------------------------------------------------------------------------


def payer_for(scope: Scope, payer_id: UUID) -> Payer:
    payer = payers(scope).filter(id=payer_id).first()
    if payer is None:
        raise NotFound
    return payer


def payers(scope: Scope, words: str = "") -> QuerySet[Payer]:
    """By any part of a name, or the beginning of an id; other names and ids of theirs too."""
    rows = Payer.objects.order_by("name_normalized", "id")
    if scope.payer_ids is not None:
        rows = rows.filter(id__in=scope.payer_ids)
    if normalized := normalized_name(words):
        number = normalized_identifier(words)
        aliases = PayerAlias.objects.filter(
            Q(kind=AliasKind.NAME, value__contains=normalized)
            | Q(kind=AliasKind.IDENTIFIER, value__startswith=number)
        )
        rows = rows.filter(
            Q(name_normalized__contains=normalized)
            | Q(payer_identifier__startswith=number)
            | Q(id__in=aliases.values("payer_id"))
        )
    return rows


def payers_for_list(scope: Scope, words: str = "") -> QuerySet[Payer]:
    return payers(scope, words).annotate(
        alias_count=Count("aliases", distinct=True), rule_count=Count("deadline_rules", distinct=True)
    )


def payer_for_remittance(*, name: str = "", identifiers: Iterable[str] = (), tax_id: str = "") -> PayerMatch:
    """The payer of a remittance by its identifiers, else its tax number, else its name. Creates nothing."""
    keys = {
        AliasKind.IDENTIFIER: {normalized_identifier(one) for one in identifiers} - {""},
        AliasKind.TAX_ID: {normalized_tax_id(tax_id)} - {""},
        AliasKind.NAME: {normalized_name(name)} - {""},
    }
    found = {kind: _payers_by(kind, values) for kind, values in keys.items() if values}
    near: dict[UUID, Payer] = {}
    for kind, matches in found.items():
        near.update((payer.id, payer) for payer in matches)
        if len(matches) == 1:
            return PayerMatch(matches[0], AliasKind(kind).label)
        by_name = {payer.id for payer in found.get(AliasKind.NAME, [])}
        narrowed = [payer for payer in matches if payer.id in by_name]
        if len(narrowed) == 1:
            return PayerMatch(narrowed[0], f"{AliasKind(kind).label} and name")
    return PayerMatch(None, candidates=tuple(near.values()))


def _payers_by(kind: str, values: Collection[str]) -> list[Payer]:
    column = {
        AliasKind.IDENTIFIER: "payer_identifier__in",
        AliasKind.TAX_ID: "tax_id__in",
        AliasKind.NAME: "name_normalized__in",
    }[AliasKind(kind)]
    aliases = PayerAlias.objects.filter(kind=kind, value__in=values).values("payer_id")
    rows = Payer.objects.filter(is_active=True).filter(Q(**{column: values}) | Q(id__in=aliases))
    return list(rows.order_by("id")[:6])


def payer_facts(payer_ids: Collection[UUID]) -> dict[UUID, PayerFacts]:
    return {
        payer.id: PayerFacts(
            kind=payer.kind,
            is_capitated=payer.is_capitated,
            treats_pi_45_as_contractual=payer.treats_pi_45_as_contractual,
            underpayment_tolerance_cents=payer.underpayment_tolerance_cents,
            underpayment_tolerance_percent=payer.underpayment_tolerance_percent,
        )
        for payer in Payer.objects.filter(id__in=payer_ids)
    }


def credentialings_of(payer: Payer) -> QuerySet[Credentialing]:
    rows = Credentialing.objects.select_related("payer", "provider").filter(payer=payer)
    return rows.order_by("provider__search_name", "starts_on", "id")


def credentialed(payer_ids: Collection[UUID]) -> dict[UUID, dict[str, list[tuple[date, date | None]]]]:
    """By payer and NPI the times in which it takes the provider; nothing of payers that list nobody."""
    found: dict[UUID, dict[str, list[tuple[date, date | None]]]] = {}
    rows = Credentialing.objects.select_related("provider").filter(payer__in=payer_ids)
    rows = rows.exclude(provider__npi="")
    for one in rows.order_by("starts_on", "id"):
        times = found.setdefault(one.payer_id, {}).setdefault(one.provider.npi, [])
        times.append((one.starts_on, one.stops_on))
    return found


def credentialings_changed_at(payer_ids: Collection[UUID]) -> dict[UUID, datetime]:
    """By payer the last moment at which somebody was listed, or listed otherwise."""
    rows = Credentialing.objects.filter(payer__in=payer_ids).order_by().values("payer")
    return dict(rows.annotate(last=Max("set_at")).values_list("payer", "last"))


def deadline_rules(payer_ids: Collection[UUID]) -> dict[UUID, tuple[DeadlineRuleFacts, ...]]:
    """For each payer its own rules and the practice's defaults for its kind. Two queries."""
    kinds = dict(Payer.objects.filter(id__in=payer_ids).values_list("id", "kind"))
    rows = list(DeadlineRule.objects.filter(Q(payer_id__in=payer_ids) | Q(payer=None)).order_by("id"))
    facts = [_deadline_facts(row) for row in rows]
    return {
        payer_id: tuple(
            one
            for one in facts
            if one.payer_id == payer_id or (one.payer_id is None and one.payer_kind in {"", kind})
        )
        for payer_id, kind in kinds.items()
    }


def _deadline_facts(row: DeadlineRule) -> DeadlineRuleFacts:
    return DeadlineRuleFacts(
        kind=row.kind,
        basis=row.basis,
        days=row.days,
        months=row.months,
        fixed_date=row.fixed_date,
        day_type=row.day_type,
        cutoff=row.cutoff,
        grace_days=row.grace_days,
        safety_days=row.safety_days,
        payer_id=row.payer_id,
        payer_kind=row.payer_kind,
        starts_on=row.starts_on,
        stops_on=row.stops_on,
        source_note=row.source_note,
        is_example=row.is_example,
        id=row.id,
        version=row.version,
    )


def payer_rules(scope: Scope) -> QuerySet[PayerRule]:
    """A person narrowed to some payers sees those payers' rules and the rules for any payer."""
    rows = PayerRule.objects.select_related("payer").order_by("reason_code", "group_code", "id")
    if scope.payer_ids is not None:
        rows = rows.filter(Q(payer=None) | Q(payer_id__in=scope.payer_ids))
    return rows


def payer_rule_for(scope: Scope, rule_id: UUID) -> PayerRule:
    rule = payer_rules(scope).filter(id=rule_id).first()
    if rule is None:
        raise NotFound
    return rule


def override_rules(payer_ids: Collection[UUID]) -> tuple[OverrideRule, ...]:
    """The practice's own readings that may fit denials of these payers."""
    rows = PayerRule.objects.filter(Q(payer=None) | Q(payer_id__in=payer_ids), is_active=True)
    return tuple(
        OverrideRule(
            id=row.id,
            payer_id=row.payer_id,
            group=row.group_code,
            carc=row.reason_code,
            rarc=row.remark_code,
            procedure_code=row.procedure_code,
            place_of_service=row.place_of_service,
            text_pattern=row.text_pattern,
            priority_boost=row.priority_boost,
            category=row.category,
            root_cause=row.root_cause,
            actions=tuple(row.actions),
            owner_team=row.owner_team,
        )
        for row in rows.order_by("id")
    )


# -- providers and locations ------------------------------------------------------------------------------------


def provider_for(scope: Scope, provider_id: UUID) -> Provider:
    provider: Provider | None = providers(scope).filter(id=provider_id).first()
    if provider is None:
        raise NotFound
    return provider


def providers(scope: Scope, words: str = "") -> QuerySet[Provider]:
    rows = Provider.objects.order_by("search_name", "id")
    words = words.strip()
    if words.isdigit():
        return rows.filter(npi__startswith=words)
    if normalized := normalized_name(words):
        rows = rows.filter(search_name__contains=normalized)
    return rows


def location_for(scope: Scope, location_id: UUID) -> Location:
    location = locations(scope).filter(id=location_id).first()
    if location is None:
        raise NotFound
    return location


def locations(scope: Scope) -> QuerySet[Location]:
    rows = Location.objects.filter(organization_id=scope.practice_id).order_by("name")
    return rows if scope.location_ids is None else rows.filter(id__in=scope.location_ids)


@dataclass(frozen=True, slots=True)
class BillingNames:
    """Under which numbers and names this practice bills and is paid, as a person has confirmed them."""

    numbers: frozenset[str]
    names: frozenset[str]

    def __bool__(self) -> bool:
        return bool(self.numbers)

    def know(self, *, npi: str = "", tax_id: str = "", name: str = "") -> bool:
        """Whether that is this practice. A name decides only where no number is told."""
        told = frozenset(filter(None, (npi, normalized_tax_id(tax_id))))
        return bool(told & self.numbers) if told else normalized_name(name) in self.names


def billing_names() -> BillingNames:
    """Of the practice of the scope. What files alone have told of a provider is not enough."""
    practice = Organization.objects.get(id=current_scope().practice_id)
    numbers = {practice.npi, normalized_tax_id(practice.tax_id)}
    names = {normalized_name(practice.name)}
    for provider in Provider.objects.filter(bills=True):
        numbers.update((provider.npi, normalized_tax_id(provider.tax_id)))
        names.add(provider.search_name)
    return BillingNames(frozenset(filter(None, numbers)), frozenset(filter(None, names)))


# -- releases of code sets ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CodeTable:
    """What the loaded releases say of some codes: rows by code, in the order of their first days."""

    rows: Mapping[str, tuple[Any, ...]]
    is_whole: bool
    """A code without rows does not exist; a sample does not know it."""


@dataclass(frozen=True, slots=True)
class DatedCode:
    from_on: date | None
    to_on: date | None
    is_billable: bool = True
    units: int = 0
    indicator: str = ""
    other: str = ""


def diagnosis_table(codes: Collection[str]) -> CodeTable | None:
    """Each year's release rules from its first day to the eve of the next; None if none is loaded."""
    return _by_release(ReleaseKind.DIAGNOSES, "", DiagnosisCode, codes, "is_billable")


def unit_limit_table(setting: str, codes: Collection[str]) -> CodeTable | None:
    return _by_release(ReleaseKind.UNIT_LIMITS, setting, UnitLimit, codes, "units", "indicator")


def service_table(codes: Collection[str]) -> CodeTable | None:
    """The newest release: it keeps what was in force before, with its dates."""
    release = _newest(ReleaseKind.SERVICES, "")
    if release is None:
        return None
    rows = ServiceCode.objects.filter(release=release, code__in=codes)
    named = {row.code: (DatedCode(row.starts_on, row.stops_on),) for row in rows}
    return CodeTable(named, not release.is_sample)


def pair_table(setting: str, codes: Collection[str]) -> CodeTable | None:
    """Pairs of these codes with each other, by the code that includes the `other`."""
    release = _newest(ReleaseKind.CODE_PAIRS, setting)
    if release is None:
        return None
    named: dict[str, list[DatedCode]] = defaultdict(list)
    for row in CodePair.objects.filter(release=release, column_1__in=codes, column_2__in=codes).order_by(
        "column_1", "column_2", "starts_on"
    ):
        named[row.column_1].append(
            DatedCode(row.starts_on, row.stops_on, indicator=row.indicator, other=row.column_2)
        )
    return CodeTable({code: tuple(rows) for code, rows in named.items()}, not release.is_sample)


def _newest(kind: str, setting: str) -> CodeRelease | None:
    return CodeRelease.objects.filter(kind=kind, setting=setting).order_by("-starts_on", "-id").first()


def _by_release(
    kind: str, setting: str, table: type[Any], codes: Collection[str], *columns: str
) -> CodeTable | None:
    releases = list(CodeRelease.objects.filter(kind=kind, setting=setting).order_by("starts_on", "id"))
    if not releases:
        return None
    ends = [one.starts_on - timedelta(1) for one in releases[1:]]
    periods = {one.id: (one.starts_on, end) for one, end in zip(releases, [*ends, None], strict=True)}
    named: dict[str, list[DatedCode]] = defaultdict(list)
    for row in table.objects.filter(release_id__in=periods, code__in=codes).order_by(
        "code", "release__starts_on"
    ):
        facts = {column: getattr(row, column) for column in columns}
        named[row.code].append(DatedCode(*periods[row.release_id], **facts))
    is_whole = not any(one.is_sample for one in releases)
    return CodeTable({code: tuple(rows) for code, rows in named.items()}, is_whole)
