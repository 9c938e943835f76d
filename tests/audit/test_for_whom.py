"""Pages that show several patients leave an event for each: the trail is asked by patient."""

import pytest

from audit.models import AuditEvent
from claims.models import ClaimVersion
from ledger.models import JournalEntry
from remittances.models import Remittance
from tenancy.scope import organization_scope
from tests.factories.claims import Person, SentClaim, import_claims
from tests.factories.era import Era, claim, post


@pytest.fixture
def remittance(practice):
    with organization_scope(practice.pk):
        owners = {claim(number, "100.00").patient_id for number in ("A1", "B1")}
        found = post(Era().paid("A1", "100.00 80.00 CO-45=20.00").paid("B1", "100.00 80.00 CO-45=20.00"))
    return found, owners


def shown_to(practice, verb):
    with organization_scope(practice.pk):
        return list(AuditEvent.objects.filter(verb=verb).values_list("patient_id", flat=True))


def test_a_remittance(practice, remittance, supervisor):
    found, owners = remittance
    supervisor.get(supervisor.at(f"remittances/{found.pk}/"))
    seen = shown_to(practice, "remittances.remittance.viewed")
    assert (set(seen), len(seen)) == (owners, 2)


def test_an_entry_of_the_books(practice, remittance, supervisor):
    with organization_scope(practice.pk):
        entry = JournalEntry.objects.filter(kind="CHARGE").first()
        [owner] = set(entry.postings.exclude(patient_id=None).values_list("patient_id", flat=True))
    supervisor.get(supervisor.at(f"ledger/entries/{entry.pk}/"))
    assert shown_to(practice, "ledger.journalentry.viewed") == [owner]


def test_raw_segments_of_a_remittance(practice, remittance, supervisor):
    found, owners = remittance
    supervisor.get(supervisor.at(f"files/{found.file_id}/segments/?at=1&to=60"))
    assert set(shown_to(practice, "clearinghouse.exchangefile.viewed")) == owners


def test_raw_segments_of_claims(practice, supervisor):
    with organization_scope(practice.pk):
        sent = [SentClaim(number=f"R{n}", person=Person(f"P{n}", "ANA", f"M{n}")) for n in range(4)]
        import_claims(*sent)
        version = ClaimVersion.objects.select_related("claim").order_by("source_position").first()
    supervisor.get(supervisor.at(f"files/{version.source_file_id}/segments/?at={version.source_position}"))
    seen = shown_to(practice, "clearinghouse.exchangefile.viewed")
    assert version.claim.patient_id in seen
    assert 1 <= len(seen) < 4


def test_what_names_nobody_is_still_recorded(practice, supervisor):
    with organization_scope(practice.pk):
        found = post(Era(trace="PLB").adjusted("WO", "OLD1", "-40.00"))
        assert Remittance.objects.count() == 1
    supervisor.get(supervisor.at(f"remittances/{found.pk}/"))
    assert shown_to(practice, "remittances.remittance.viewed") == [None]
