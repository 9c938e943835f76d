"""The words of the audit trail. An app registers its own in `AppConfig.ready()`.

`<app>.<model>.viewed` and `<app>.<list>.searched` need no registration: every view and every search has one.
"""

import functools
import re
from collections.abc import Mapping

from django.apps import apps

_FORM = re.compile(r"[a-z0-9_]+\.[a-z0-9_]+\.[a-z0-9_]+")
_verbs: dict[str, str] = {}


class UnknownVerb(LookupError):
    """No app has registered this verb."""


def register(words: Mapping[str, str]) -> None:
    for verb, meaning in words.items():
        if not _FORM.fullmatch(verb):
            raise ValueError(f"an audit verb reads <app>.<noun>.<past tense>: {verb!r}")
        if _verbs.setdefault(verb, meaning) != meaning:
            raise ValueError(f"two meanings for the audit verb {verb!r}")


def registered() -> dict[str, str]:
    return dict(_verbs)


def meaning(verb: str) -> str:
    if verb in _verbs:
        return _verbs[verb]
    kind, _, past = verb.rpartition(".")
    return f"{past} {words_of_models().get(kind) or kind.partition('.')[2].replace('_', ' ')}"


@functools.cache
def words_of_models() -> dict[str, str]:
    """What a model is called, by its label and by its table."""
    models = apps.get_models()
    words = [(model._meta.label_lower, model._meta.verbose_name) for model in models]
    words += [(model._meta.db_table, model._meta.verbose_name) for model in models]
    return {name: str(said) for name, said in words}


def check(verb: str) -> str:
    if verb in _verbs or (_FORM.fullmatch(verb) and verb.endswith((".viewed", ".searched"))):
        return verb
    raise UnknownVerb(verb)


OWN_VERBS = {
    "audit.export.downloaded": "downloaded an export of the audit trail",
    "audit.trail.verified": "asked for the seals to be verified",
    "audit.export.requested": "asked for an export of the audit trail",
    "access.session.opened": "signed in",
    "access.session.closed": "signed out",
    "access.session.expired": "session ended by time-out",
    "access.sign_in.failed": "sign-in failed",
    "access.sign_in.locked": "sign-in locked after repeated failures",
    "access.second_factor.failed": "second factor failed",
    "access.second_factor.added": "added a second factor",
    "access.second_factor.removed": "removed a second factor",
    "access.second_factor.reset": "took away a person's second factor",
    "access.recovery_codes.made": "made new recovery codes",
    "access.password.changed": "changed the password",
    "access.password.reset": "reset the password by link",
    "access.purpose.chosen": "chose a purpose of use",
    "access.break_glass.opened": "entered as support by break-glass",
    "access.break_glass.reviewed": "reviewed an entry by break-glass",
    "access.request.refused": "was refused",
    "access.record.missed": "asked for something that is not there or not theirs",
}

# The tenancy app stands below this one and cannot register its own.
OWN_VERBS |= {
    "tenancy.organization.created": "set up an organization",
    "tenancy.location.created": "added a location",
    "tenancy.person.invited": "invited a person",
    "access.invitation.withheld": "invited somebody who belongs to another organization; nothing was given",
    "tenancy.person.disabled": "disabled a person",
    "tenancy.person.enabled": "enabled a person again",
    "tenancy.grant.given": "gave a role",
    "tenancy.grant.ended": "ended a role",
    "tenancy.engagement.started": "started an engagement",
    "tenancy.engagement.ended": "ended an engagement",
    "tenancy.token.issued": "issued an API token",
    "tenancy.token.revoked": "revoked an API token",
    "tenancy.configuration.added": "added configuration in the admin",
    "tenancy.configuration.changed": "changed configuration in the admin",
}
