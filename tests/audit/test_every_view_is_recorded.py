"""Whoever opens a page with patients' data leaves an audit event, whichever page it is."""

import pytest

from audit.models import AuditEvent
from tenancy.scope import organization_scope
from tests.architecture.addresses import Objects, Unstaged, fill, permission_for, practice_addresses
from tests.stage import set_stage

PATIENT_DATA = (
    "patients.",
    "eligibility.",
    "claims.",
    "ledger.",
    "clearinghouse.",
    "remittances.",
    "denials.",
    "workbench.",
    "audit.",
)
CANARY = "CANARYPATIENT"


@pytest.fixture
def staged(practice):
    set_stage(practice, canary=CANARY)
    return practice


def events(practice):
    with organization_scope(practice.pk):
        return AuditEvent.objects.exclude(verb__startswith="access.").count()


def test_every_page_that_names_a_patient_is_recorded(staged, sign_in):
    people = [sign_in("SUPERVISOR"), sign_in("AUDITOR")]
    unrecorded, looked_at, objects = [], 0, Objects(staged)
    for address, view in practice_addresses():
        if not (permission_for(view, "get") or "").startswith(PATIENT_DATA):
            continue
        try:
            path = fill(address, view, staged, objects).path
        except Unstaged:
            continue  # the access matrix fails for an address without an object; it is not this test's to say
        for person in people:
            before = events(staged)
            answer = person.get(path)
            if answer.status_code != 200 or CANARY.encode() not in b"".join(answer):
                continue
            looked_at += 1
            if events(staged) == before:
                unrecorded.append(path.replace(str(staged.pk), "…"))
    assert looked_at >= 5
    assert not sorted(set(unrecorded)), "\n".join(sorted(set(unrecorded)))
