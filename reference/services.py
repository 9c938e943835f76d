"""Changes to payers, their clocks, providers and locations, each recorded in the transaction of the act."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F

from audit import services as audit
from reference.choices import AliasKind, Confidence, ProviderKind
from reference.models import Credentialing, DeadlineRule, Payer, PayerAlias, PayerRule, Provider
from reference.rules.code_files import our_rows
from reference.rules.names import (
    guessed_payer_kind,
    normalized_identifier,
    normalized_name,
    normalized_tax_id,
)
from reference.rules.npi import is_valid_npi
from tenancy.ids import uuid7
from tenancy.models import Location


class ReferenceRefused(Exception):
    """The change cannot be made; the text says why."""


class ChangedMeanwhile(ReferenceRefused):
    """Somebody else saved first; `fields` holds what is stored now."""

    def __init__(self, current: Payer | PayerRule | Provider) -> None:
        super().__init__("Somebody else has changed this meanwhile.")
        self.current = current


class AliasTaken(ReferenceRefused):
    """Another payer is known by this already."""

    def __init__(self, alias: PayerAlias) -> None:
        super().__init__(f"{alias.written_as} already means {alias.payer.name}.")
        self.alias = alias


@dataclass(frozen=True, slots=True)
class PayerSeen:
    """A payer as a file names it; the identifier may be empty."""

    name: str
    identifier: str = ""
    filing_indicator: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class ProviderSeen:
    """A provider as a file names it. `last_name` is the organization's name where it is one."""

    npi: str
    is_organization: bool
    last_name: str
    first_name: str = ""
    taxonomy_code: str = ""
    tax_id: str = ""
    address_line: str = ""
    address_line_2: str = ""
    city: str = ""
    state: str = ""
    postal_code: str = ""
    phone: str = ""


# -- payers -----------------------------------------------------------------------------------------------------


@transaction.atomic
def create_payer(
    *, name: str, payer_identifier: str = "", tax_id: str = "", kind: str = "", **fields: Any
) -> Payer:
    """With the example deadlines of its kind, until somebody confirms or replaces them."""
    payer: Payer = Payer.objects.create(
        name=name.strip(),
        name_normalized=normalized_name(name),
        payer_identifier=normalized_identifier(payer_identifier),
        tax_id=normalized_tax_id(tax_id),
        kind=kind or guessed_payer_kind(name),
        **fields,
    )
    DeadlineRule.objects.bulk_create(_example_rules(payer))
    audit.record("reference.payer.created", subject=payer, data={"kind": payer.kind})
    return payer


@transaction.atomic
def edit_payer(*, payer: Payer, version: int, changes: Mapping[str, Any]) -> Payer:
    changes = dict(changes)
    if "name" in changes:
        changes["name_normalized"] = normalized_name(changes["name"])
    if "payer_identifier" in changes:
        changes["payer_identifier"] = normalized_identifier(changes["payer_identifier"])
    if "tax_id" in changes:
        changes["tax_id"] = normalized_tax_id(changes["tax_id"])
    kind_before = payer.kind
    edited: Payer = _edit(payer, version, changes, "reference.payer.edited")
    if edited.kind != kind_before and not edited.deadlines_confirmed:
        DeadlineRule.objects.filter(payer=edited, confidence__in=_EXAMPLES).delete()
        DeadlineRule.objects.bulk_create(_example_rules(edited))
    return edited


@transaction.atomic
def remember_alias(*, payer: Payer, kind: str, written_as: str) -> PayerAlias:
    """From now on files that say this mean this payer. Remembering it again changes nothing."""
    value = _alias_value(kind, written_as)
    if not value:
        raise ReferenceRefused(f"{written_as!r} cannot be read as a {AliasKind(kind).label.lower()}.")
    alias: PayerAlias
    alias, created = PayerAlias.objects.select_related("payer").get_or_create(
        kind=kind, value=value, defaults={"payer": payer, "written_as": written_as.strip()}
    )
    if alias.payer_id != payer.id:
        raise AliasTaken(alias)
    if created:
        audit.record(
            "reference.payer_alias.added", subject=payer, data={"kind": kind, "alias": str(alias.id)}
        )
    return alias


@transaction.atomic
def forget_alias(*, alias: PayerAlias) -> None:
    payer = alias.payer
    data = {"kind": alias.kind, "alias": str(alias.id)}
    alias.delete()
    audit.record("reference.payer_alias.removed", subject=payer, data=data)


@transaction.atomic
def set_credentialing(
    *, payer: Payer, provider: Provider, starts_on: date, stops_on: date | None, at: datetime
) -> Credentialing:
    """The same provider from the same day once more has another end."""
    if stops_on is not None and stops_on < starts_on:
        raise ReferenceRefused("It cannot end before it begins.")
    row: Credentialing
    row, _ = Credentialing.objects.update_or_create(
        payer=payer, provider=provider, starts_on=starts_on, defaults={"stops_on": stops_on, "set_at": at}
    )
    data = {"provider_id": str(provider.id), "starts_on": f"{starts_on}", "stops_on": f"{stops_on or ''}"}
    audit.record("reference.credentialing.set", subject=payer, data=data)
    return row


@transaction.atomic
def remove_credentialing(*, credentialing: Credentialing) -> None:
    payer, data = credentialing.payer, {"provider_id": str(credentialing.provider_id)}
    credentialing.delete()
    audit.record("reference.credentialing.removed", subject=payer, data=data)


@transaction.atomic
def ensure_payers(seen: Iterable[PayerSeen]) -> dict[PayerSeen, UUID]:
    """The payers of a file: by identifier, else by name; unknown ones are created with what the file says."""
    wanted = sorted(set(seen), key=lambda one: (one.name, one.identifier))
    known = _KnownPayers(wanted)
    found: dict[PayerSeen, UUID] = {}
    for one in wanted:
        payer_id = known.find(one)
        if payer_id is None:
            identifier = normalized_identifier(one.identifier)
            payer = create_payer(name=one.name.strip()[:120] or identifier, payer_identifier=identifier)
            payer_id = payer.id
            known.without_indicator.add(payer_id)
        elif payer_id in known.without_identifier and one.identifier.strip():
            Payer.objects.filter(id=payer_id).update(payer_identifier=normalized_identifier(one.identifier))
            known.without_identifier.discard(payer_id)
        if payer_id in known.without_indicator and one.filing_indicator:
            _learn_filing_indicator(payer_id, one.filing_indicator)
            known.without_indicator.discard(payer_id)
        known.add(one, payer_id)
        found[one] = payer_id
    return found


MEDICARE_PART_B = "MB"


def _learn_filing_indicator(payer_id: UUID, indicator: str) -> None:
    """Medicare Part B takes no replacements: what it has decided is sent again as new, or appealed."""
    Payer.objects.filter(id=payer_id).update(
        filing_indicator=indicator[:2], accepts_replacement=indicator != MEDICARE_PART_B
    )


class _KnownPayers:
    def __init__(self, wanted: Iterable[PayerSeen]) -> None:
        identifiers = {normalized_identifier(one.identifier) for one in wanted} - {""}
        names = {normalized_name(one.name) for one in wanted} - {""}
        self.without_indicator: set[UUID] = set()
        self.by_identifier: dict[str, UUID] = {}
        self.without_identifier: set[UUID] = set()
        numbered = Payer.objects.filter(payer_identifier__in=identifiers)
        for payer in numbered.only("id", "payer_identifier", "filing_indicator"):
            self.by_identifier[payer.payer_identifier] = payer.id
            self._note_gaps(payer)
        rows = Payer.objects.filter(name_normalized__in=names).order_by("-is_active", "id")
        self.by_name: dict[str, UUID] = {}
        for payer in rows.only("id", "name_normalized", "payer_identifier", "filing_indicator"):
            self.by_name.setdefault(payer.name_normalized, payer.id)
            self._note_gaps(payer)
        aliases = PayerAlias.objects.filter(value__in=identifiers | names)
        for kind, value, payer_id in aliases.values_list("kind", "value", "payer_id"):
            if kind == AliasKind.IDENTIFIER:
                self.by_identifier.setdefault(value, payer_id)
            elif kind == AliasKind.NAME:
                self.by_name.setdefault(value, payer_id)

    def _note_gaps(self, payer: Payer) -> None:
        if not payer.payer_identifier:
            self.without_identifier.add(payer.id)
        if not payer.filing_indicator:
            self.without_indicator.add(payer.id)

    def find(self, one: PayerSeen) -> UUID | None:
        """An identifier nobody has seen makes a new payer even under a known name, for plans share names;
        unless the known one has none yet.
        """
        identifier = normalized_identifier(one.identifier)
        by_name = self.by_name.get(normalized_name(one.name))
        if not identifier:
            return by_name
        if identifier not in self.by_identifier and by_name in self.without_identifier:
            return by_name
        return self.by_identifier.get(identifier)

    def add(self, one: PayerSeen, payer_id: UUID) -> None:
        if identifier := normalized_identifier(one.identifier):
            self.by_identifier[identifier] = payer_id
        self.by_name.setdefault(normalized_name(one.name), payer_id)


# -- deadlines --------------------------------------------------------------------------------------------------

_EXAMPLES = (Confidence.SOURCED, Confidence.GENERAL, Confidence.CONFLICTING)


@transaction.atomic
def set_deadline_rule(
    *, payer: Payer, rule: DeadlineRule | None = None, values: Mapping[str, Any]
) -> DeadlineRule:
    """A changed rule gets a new version, so that a stored deadline tells which one made it."""
    if rule is None:
        rule = DeadlineRule.objects.create(payer=payer, **values)
        audit.record("reference.deadline_rule.added", subject=payer, data={"rule": str(rule.id)})
        return rule
    for name, value in values.items():
        setattr(rule, name, value)
    rule.version += 1
    rule.save()
    audit.record(
        "reference.deadline_rule.changed",
        subject=payer,
        fields=tuple(values),
        data={"rule": str(rule.id), "version": rule.version},
    )
    return rule


@transaction.atomic
def remove_deadline_rule(*, rule: DeadlineRule) -> None:
    payer, rule_id = rule.payer, str(rule.id)
    rule.delete()
    audit.record("reference.deadline_rule.removed", subject=payer, data={"rule": rule_id})


@transaction.atomic
def confirm_deadlines(*, payer: Payer) -> None:
    """The practice says the examples are right for this payer."""
    rules = DeadlineRule.objects.filter(payer=payer, confidence__in=_EXAMPLES)
    count = rules.update(confidence=Confidence.CONFIRMED, version=F("version") + 1)
    Payer.objects.filter(id=payer.id).update(deadlines_confirmed=True, version=F("version") + 1)
    audit.record("reference.deadlines.confirmed", subject=payer, data={"rules": count})


@transaction.atomic
def ensure_default_deadlines() -> int:
    """The examples that hold for any payer, once a practice."""
    if DeadlineRule.objects.filter(payer=None).exists():
        return 0
    rules = [_example_rule(row, None) for row in our_rows("example_deadlines") if not row["payer_kind"]]
    return len(DeadlineRule.objects.bulk_create(rules))


def _example_rules(payer: Payer) -> list[DeadlineRule]:
    return [
        _example_rule(row, payer) for row in our_rows("example_deadlines") if row["payer_kind"] == payer.kind
    ]


def _example_rule(row: Mapping[str, str], payer: Payer | None) -> DeadlineRule:
    return DeadlineRule(
        payer=payer,
        kind=row["kind"],
        days=int(row["days"]) if row["days"] else None,
        months=int(row["months"]) if row["months"] else None,
        fixed_date=row["fixed_date"],
        basis=row["basis"],
        day_type=row["day_type"],
        source_note=row["source_note"],
        confidence=row["confidence"],
    )


# -- the practice's own readings ----------------------------------------------------------------------------------


@transaction.atomic
def add_payer_rule(*, values: Mapping[str, Any]) -> PayerRule:
    """It reads denials found from now on; those already on file keep their reading."""
    rule: PayerRule = PayerRule.objects.create(**values)
    audit.record("reference.payer_rule.added", subject=rule, data={"code": str(rule)})
    return rule


@transaction.atomic
def edit_payer_rule(*, rule: PayerRule, version: int, changes: Mapping[str, Any]) -> PayerRule:
    edited: PayerRule = _edit(rule, version, changes, "reference.payer_rule.edited")
    return edited


# -- providers --------------------------------------------------------------------------------------------------


@transaction.atomic
def create_provider(*, kind: str, npi: str = "", **fields: Any) -> Provider:
    if npi and not is_valid_npi(npi):
        raise ReferenceRefused(f"{npi} is not an NPI: its check digit does not fit.")
    provider = Provider(kind=kind, npi=npi, **fields)
    provider.search_name = _search_name(provider)
    provider.save()
    audit.record("reference.provider.created", subject=provider)
    return provider


@transaction.atomic
def edit_provider(*, provider: Provider, version: int, changes: Mapping[str, Any]) -> Provider:
    changes = dict(changes)
    npi = changes.get("npi", "")
    if npi and npi != provider.npi and not is_valid_npi(npi):
        raise ReferenceRefused(f"{npi} is not an NPI: its check digit does not fit.")
    named = Provider(
        **{name: getattr(provider, name) for name in _NAME_FIELDS} | _only(changes, _NAME_FIELDS)
    )
    changes["search_name"] = _search_name(named)
    edited: Provider = _edit(provider, version, changes, "reference.provider.edited")
    return edited


@transaction.atomic
def ensure_providers(seen: Iterable[ProviderSeen]) -> dict[ProviderSeen, UUID]:
    """The providers of a file: by NPI, else by name. What is on file is never overwritten, only completed."""
    wanted = sorted(set(seen), key=lambda one: (one.npi, one.last_name, one.first_name))
    new = {one: _provider_from(one) for one in wanted}
    npis = {provider.npi for provider in new.values()} - {""}
    names = {provider.search_name for provider in new.values()}
    by_npi = {row.npi: row for row in Provider.objects.filter(npi__in=npis)}
    by_name = {row.search_name: row for row in Provider.objects.filter(search_name__in=names).order_by("-id")}
    found: dict[ProviderSeen, UUID] = {}
    added: list[Provider] = []
    completed: dict[UUID, Provider] = {}
    for one, provider in new.items():
        known = by_npi.get(provider.npi) if provider.npi else by_name.get(provider.search_name)
        if known is None:
            known = provider
            added.append(provider)
            by_name.setdefault(provider.search_name, provider)
            if provider.npi:
                by_npi[provider.npi] = provider
        elif _complete(known, provider) and known not in added:
            completed[known.id] = known
        found[one] = known.id
    Provider.objects.bulk_create(added)
    Provider.objects.bulk_update(completed.values(), _COMPLETED_FIELDS)
    audit.record_many(
        audit.Entry(verb="reference.provider.created", subject_type="reference.provider", subject_id=one.id)
        for one in added
    )
    return found


def trust_billing_providers(npis: Iterable[str]) -> None:
    """These bill for the practice: claims under their numbers, and payments to them, are its own."""
    for provider in Provider.objects.filter(npi__in=set(npis) - {""}, bills=False):
        Provider.objects.filter(id=provider.id).update(bills=True, version=F("version") + 1)
        audit.record("reference.provider.edited", subject=provider, fields=("bills",))


_NAME_FIELDS = ("kind", "last_name", "first_name", "middle_name", "organization_name")
_ADDRESS_FIELDS = ("address_line", "address_line_2", "city", "state", "postal_code")
_COMPLETED_FIELDS = ("taxonomy_code", "tax_id", "first_name", "phone", *_ADDRESS_FIELDS)


def _provider_from(one: ProviderSeen) -> Provider:
    npi = one.npi.strip()
    provider = Provider(
        id=uuid7(),
        kind=ProviderKind.ORGANIZATION if one.is_organization else ProviderKind.PERSON,
        npi=npi if len(npi) == 10 and npi.isdigit() else "",
        taxonomy_code=one.taxonomy_code.strip()[:10],
        tax_id=normalized_tax_id(one.tax_id),
        address_line=one.address_line[:55],
        address_line_2=one.address_line_2[:55],
        city=one.city[:30],
        state=one.state[:2],
        postal_code=one.postal_code[:15],
        phone=one.phone[:40],
    )
    name = one.last_name.strip() or npi or "UNNAMED"
    if one.is_organization:
        provider.organization_name = name[:120]
    else:
        provider.last_name, provider.first_name = name[:80], one.first_name.strip()[:60]
    provider.search_name = _search_name(provider)
    return provider


def _complete(known: Provider, seen: Provider) -> bool:
    """An address is taken whole or not at all: half of one and half of another is no place."""
    kept = _ADDRESS_FIELDS if known.address_line else ()
    empty = [
        name
        for name in _COMPLETED_FIELDS
        if name not in kept and not getattr(known, name) and getattr(seen, name)
    ]
    for name in empty:
        setattr(known, name, getattr(seen, name))
    return bool(empty)


# -- locations --------------------------------------------------------------------------------------------------


@transaction.atomic
def create_location(*, practice_id: UUID, **fields: Any) -> Location:
    _check_location_npi(fields)
    location = Location.objects.create(organization_id=practice_id, **fields)
    audit.record("tenancy.location.created", subject=location)
    return location


@transaction.atomic
def edit_location(*, location: Location, changes: Mapping[str, Any]) -> Location:
    _check_location_npi(changes)
    for name, value in changes.items():
        setattr(location, name, value)
    location.save(update_fields=list(changes))
    audit.record("reference.location.edited", subject=location, fields=tuple(changes))
    return location


def _check_location_npi(fields: Mapping[str, Any]) -> None:
    npi = fields.get("npi", "")
    if npi and not is_valid_npi(npi):
        raise ReferenceRefused(f"{npi} is not an NPI: its check digit does not fit.")


def _edit(row: Any, version: int, changes: Mapping[str, Any], verb: str) -> Any:
    """Take, then do: the version decides which of two editors was first."""
    model = type(row)
    changed = tuple(name for name, value in changes.items() if getattr(row, name) != value)
    if not changed and row.version == version:
        return row
    taken = model.objects.filter(pk=row.pk, version=version).update(**changes, version=F("version") + 1)
    current = model.objects.get(pk=row.pk)
    if not taken:
        raise ChangedMeanwhile(current)
    audit.record(verb, subject=current, fields=changed)
    return current


def _search_name(provider: Provider) -> str:
    if provider.kind == ProviderKind.ORGANIZATION:
        return normalized_name(provider.organization_name)[:150]
    return normalized_name(f"{provider.last_name} {provider.first_name}")[:150]


def _alias_value(kind: str, written_as: str) -> str:
    normal = {
        AliasKind.NAME: normalized_name,
        AliasKind.IDENTIFIER: normalized_identifier,
        AliasKind.TAX_ID: normalized_tax_id,
    }[AliasKind(kind)]
    return normal(written_as)


def _only(values: Mapping[str, Any], names: Iterable[str]) -> dict[str, Any]:
    return {name: values[name] for name in names if name in values}
