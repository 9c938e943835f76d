"""Who has to prove more than a password: whoever may see patients' data in a practice that asks for it."""

from datetime import datetime

from allauth.mfa.models import Authenticator
from django.core.cache import cache

from tenancy.models import Organization, Person
from tenancy.selectors import rights_of

# Permissions that show no patient.
WITHOUT_PATIENTS = frozenset(
    {
        "reference.view_reference",
        "reference.edit_reference",
        "tenancy.view_access",
        "denials.configure_routing",
    }
)
_CACHE_SECONDS = 60


def is_missing(person: Person, now: datetime) -> bool:
    """Whether this person has to set up a second factor before anything else. Only a no is cached."""
    if cache.get(_key(person)):
        return False
    if _is_required(person, now) and not has_one(person):
        return True
    cache.set(_key(person), True, _CACHE_SECONDS)
    return False


def has_one(person: Person) -> bool:
    return Authenticator.objects.filter(user=person, type=Authenticator.Type.TOTP).exists()


def forget(person: Person) -> None:
    cache.delete(_key(person))


def _is_required(person: Person, now: datetime) -> bool:
    rights = rights_of(person, now)
    sensitive = [
        practice
        for practice in rights.by_practice
        if any(right.permissions - WITHOUT_PATIENTS for right in rights.in_practice(practice, now))
    ]
    return Organization.objects.filter(id__in=sensitive, require_second_factor=True).exists()


def _key(person: Person) -> str:
    return f"second-factor:{person.pk}:{person.access_stamp}"
