"""The story the product exists for: a file comes in, is posted, a denial is worked and closed; all of it over HTTP."""

import datetime
import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from audit.models import AuditEvent, DomainEvent
from clearinghouse.simulator.practice_system import PracticeSystem
from clearinghouse.simulator.remitter import Remitter
from denials.models import Denial
from ledger.models import JournalEntry
from rcm_site.demo.profiles import PAYERS, RIVERSIDE
from remittances.models import Remittance
from tenancy.jobs import for_each_organization
from tenancy.scope import organization_scope
from workbench.models import WorkItem


@pytest.fixture
def files():
    """A month of claims and the remittances that answer them."""
    until = timezone.now().date()
    system = PracticeSystem(RIVERSIDE, PAYERS, seed=5, until=until - datetime.timedelta(days=45))
    remitter = Remitter({payer.identifier: payer for payer in PAYERS}, receiver="RFM", seed=5, until=until)
    [claims] = system.batches(30, months=1)
    remitter.receive(claims.content)
    return claims.content, [
        file for file in remitter.files() if "-off" not in file.name and "-again" not in file.name
    ]


def upload(client, address, name, content):
    return client.post(client.at(address), {"files": SimpleUploadedFile(name, content), "post": "on"})


def test_file_in_posted_denial_worked_closed(practice, biller, poster, auditor, files, run_jobs):
    claims, remittances = files

    assert upload(biller, "claims/imports/", "claims.837", claims).status_code in (200, 202, 302)
    run_jobs()
    for file in remittances:
        assert upload(poster, "remittances/upload/", file.name, file.content).status_code in (200, 202, 302)
    run_jobs()
    for_each_organization("denials.take_facts")
    run_jobs()

    with organization_scope(practice.pk):
        assert set(Remittance.objects.values_list("state", flat=True)) == {"POSTED"}
        denial = Denial.objects.filter(is_appealable=True).first()
        item = WorkItem.objects.get(subject_id=denial.pk)
        entries = JournalEntry.objects.count()
    queue = biller.get(biller.at("denials/?stage=TO_WORK"))
    page = biller.get(biller.at(f"denials/{denial.pk}/"))
    assert str(denial.pk) in queue.content.decode() or str(item.pk) in queue.content.decode()
    assert page.status_code == 200

    work(biller, item, "claim")
    work(biller, item, "note", body="Called the payer.", follow_up_on=str(timezone.now().date()))
    work(biller, item, "close", outcome="CONTRACTUAL", reason="As the contract says.")

    with organization_scope(practice.pk):
        item.refresh_from_db()
        verbs = set(
            AuditEvent.objects.filter(subject_id__in=[item.pk, denial.pk]).values_list("verb", flat=True)
        )
        names = set(DomainEvent.objects.values_list("name", flat=True))
        assert JournalEntry.objects.count() == entries + 1
    assert item.state == "DONE"
    assert {"denials.denial.viewed"} <= verbs
    assert {"era.received", "era.applied", "denial.detected", "workitem.claimed", "workitem.done"} <= names
    assert auditor.get(auditor.at("audit/")).status_code == 200


def work(client, item, verb, **form):
    with organization_scope(client.practice.pk):
        version = WorkItem.objects.get(pk=item.pk).version
    response = client.post(
        client.at(f"work/item/{item.pk}/{verb}/"), {"version": version, "form_key": str(uuid.uuid4()), **form}
    )
    assert response.status_code in (200, 302), (verb, response.status_code, response.content[:500])
