"""What a view declares about who may call it. A view that declares nothing is refused by the middleware."""

import dataclasses
import datetime
from collections.abc import Callable
from typing import Any, TypeVar

from django.http import Http404, HttpRequest
from django.urls import URLPattern, URLResolver

from tenancy.models import Person
from tenancy.roles import PERMISSIONS
from tenancy.scope import Scope

View = TypeVar("View", bound=Callable[..., Any])


class NotFound(Http404):
    """Not there, or not for you to know of: the same answer."""


class Request(HttpRequest):
    """A request the tenancy middleware has prepared. `now` is the only clock a view may read."""

    user: Person
    scope: Scope
    now: datetime.datetime
    htmx: Any


@dataclasses.dataclass(frozen=True, slots=True)
class Access:
    """`permission` None with `signed_in` True: any person with some grant in the practice of the address."""

    permission: str | None = None
    signed_in: bool = True
    portfolio: bool = False
    session_practice: bool = False
    own_transactions: bool = False
    """The view waits for somebody else: it opens its scope itself (`tenancy.scope.within`), never while it waits."""


PUBLIC = Access(signed_in=False)
SIGNED_IN = Access()
SESSION_PRACTICE = Access(session_practice=True)


def requires(
    needed: str | Access, *, portfolio: bool = False, own_transactions: bool = False
) -> Callable[[View], View]:
    """Declare the permission of a view. Portfolio views read, and only read, every practice that grants it."""
    if isinstance(needed, str) and needed not in PERMISSIONS:
        raise ValueError(f"unknown permission {needed}")
    if isinstance(needed, Access):
        access = needed
    else:
        access = Access(permission=needed, portfolio=portfolio, own_transactions=own_transactions)

    def declare(view: View) -> View:
        view.access = access  # type: ignore[attr-defined]
        return view

    return declare


def declare_all(patterns: Any, access: Access) -> Any:
    """Give every view of another package's URL patterns (allauth, the admin, the API) one access."""
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            declare_all(pattern.url_patterns, access)
        elif isinstance(pattern, URLPattern) and not hasattr(pattern.callback, "access"):
            pattern.callback.access = access  # type: ignore[attr-defined]
    return patterns
