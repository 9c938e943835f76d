"""Pages of a search as bundles, and parameters as operations answer them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from urllib.parse import urlencode
from uuid import UUID

from eligibility.fhir.parts import Json, present
from eligibility.services.lifting import Lifted


def searchset(
    address: str,
    asked: Mapping[str, list[str]],
    matches: Iterable[Json],
    *,
    base: str,
    included: Iterable[Json] = (),
    next_after: UUID | None = None,
    total: int | None = None,
) -> Json:
    """`address` is that of the search, without its parameters."""
    parameters = {name: values for name, values in asked.items() if name != "_after"}
    links = [{"relation": "self", "url": _with(address, asked)}]
    if next_after is not None:
        links.append({"relation": "next", "url": _with(address, {**parameters, "_after": [str(next_after)]})})
    entries = [_entry(base, one, "match") for one in matches]
    entries += [_entry(base, one, "include") for one in included]
    return present(resourceType="Bundle", type="searchset", total=total, link=links, entry=entries)


def references(lifted: Lifted) -> Json:
    """What an answer's contained resources are stored as, and which of them were not on file before."""
    stored = {
        "patient": f"Patient/{lifted.patient_id}",
        "coverage": f"Coverage/{lifted.coverage_id}",
        "insurer": f"Organization/{lifted.payer_id}",
    }
    named = [{"name": name, "valueReference": {"reference": where}} for name, where in stored.items()]
    return {
        "resourceType": "Parameters",
        "parameter": [*named, *({"name": "created", "valueString": one} for one in lifted.created)],
    }


def _with(address: str, parameters: Mapping[str, list[str]]) -> str:
    return f"{address}?{urlencode(parameters, doseq=True)}" if parameters else address


def _entry(base: str, resource: Json, mode: str) -> Json:
    where = f"{base}/{resource['resourceType']}/{resource['id']}"
    return {"fullUrl": where, "resource": resource, "search": {"mode": mode}}
