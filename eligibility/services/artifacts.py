"""Short-lived addresses of answers as they came, for programs that hand them on. They hold ids alone, signed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.core import signing

from eligibility.models import EligibilityResponse
from tenancy.models import Person
from tenancy.scope import Scope
from tenancy.selectors import rights_of

LIVES = timedelta(minutes=5)
SALT = "eligibility.artifact"
PERMISSION = "eligibility.view_inquiry"


class NoSuchAddress(Exception):
    """Nobody handed it out, or whom it was handed to may see answers no longer."""


class Expired(Exception):
    pass


@dataclass(frozen=True, slots=True)
class Meant:
    practice_id: UUID
    response_id: UUID
    person_id: UUID


def token_for(response: EligibilityResponse, *, scope: Scope, at: datetime) -> tuple[str, datetime]:
    """What the address ends in, and until when it leads anywhere."""
    until = at + LIVES
    ids = (response.organization_id, response.id, scope.person_id)
    said = [str(one) for one in ids]
    return signing.dumps([*said, int(until.timestamp())], salt=SALT), until


def meant_by(token: str, *, at: datetime) -> Meant:
    """Raises NoSuchAddress or Expired. The right of whom it was handed to is looked at anew."""
    try:
        *ids, until = signing.loads(token, salt=SALT)
        meant = Meant(*(UUID(one) for one in ids))
    except (signing.BadSignature, ValueError, TypeError) as reason:
        raise NoSuchAddress from reason
    if at > datetime.fromtimestamp(until, UTC):
        raise Expired
    person = Person.objects.filter(pk=meant.person_id).first()
    rights = rights_of(person, at).in_practice(meant.practice_id, at) if person else []
    if not any(PERMISSION in one.permissions for one in rights):
        raise NoSuchAddress
    return meant
