"""Numbers are drawn and bytes are kept before anything leaves: no gap, no repeat, nothing half done."""

import datetime
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import DatabaseError, connection, transaction

import x12
from audit.models import DomainEvent
from clearinghouse.models import ExchangeFile, Interchange, InterchangeSet, NumberSeries
from clearinghouse.selectors import content_of
from clearinghouse.services import CannotSeal, seal
from tenancy.ids import uuid7
from tenancy.scope import organization_scope
from tests.factories.partners import built, claims_to_send, make_partner

AT = datetime.datetime(2026, 3, 11, 14, 5, tzinfo=datetime.UTC)
LATER = AT + datetime.timedelta(days=1)


def bytes_of(sealed):
    return content_of(ExchangeFile.objects.get(id=sealed.file_id))


def test_an_interchange_holds_its_claims_in_sets_of_the_partners_size(in_practice):
    partner = make_partner(claims_per_set=2, receiver_identifier="PCH1", is_production=True)
    claims = claims_to_send(5)

    sealed = seal(partner_id=partner.id, kind="837P", claims=claims, at=AT)

    records = list(x12.read_837(bytes_of(sealed), checked=True))
    assert [finding for one in records for finding in getattr(one, "findings", ())] == []
    starts = [one for one in records if isinstance(one, x12.ClaimBatchStart)]
    envelope = starts[0].envelope
    assert (envelope.sender, envelope.receiver, envelope.usage_indicator) == ("RIVERSIDE", "PRAIRIE", "P")
    assert (starts[0].submitter.name, starts[0].receiver.identifier) == ("Riverside Family Medicine", "PCH1")
    written, current = {}, None
    for one in records:
        if isinstance(one, x12.ClaimBatchStart):
            current = written.setdefault(one.envelope.transaction_control_number, [])
        elif isinstance(one, x12.SubmittedClaim):
            current.append(one.patient_control_number)
    numbers = {version: claim.patient_control_number for version, claim in claims}
    told = {one.control_number: [numbers[version] for version in one.subject_ids] for one in sealed.sets}
    assert told == written == {"0001": ["C1", "C2"], "0002": ["C3", "C4"], "0003": ["C5"]}
    file = ExchangeFile.objects.get(id=sealed.file_id)
    assert (file.direction, file.kinds, file.interchanges.get().state) == ("OUTBOUND", ["837"], "SEALED")
    told = DomainEvent.objects.filter(subject_id=sealed.interchange_id).order_by("occurred_at")
    assert [one.name for one in told] == ["batch.opened", "batch.sealed"]
    assert {one.correlation_id for one in told} == {in_practice.correlation_id}
    assert told[0].data == {"control_number": 1, "claims": 5, "partner_id": str(partner.id)}


def test_the_next_interchange_goes_on_counting(in_practice):
    partner, other = make_partner(), make_partner(name="Another", receiver_id="OTHER")
    first = seal(partner_id=partner.id, kind="837P", claims=claims_to_send(1), at=AT)
    elsewhere = seal(partner_id=other.id, kind="837P", claims=claims_to_send(1), at=AT)
    second = seal(partner_id=partner.id, kind="837P", claims=claims_to_send(1), at=AT)

    assert [one.control_number for one in (first, elsewhere, second)] == [
        "000000001",
        "000000001",
        "000000002",
    ]
    assert second.sets[0].control_number == "0002"


def test_the_same_claims_are_the_same_bytes_but_for_numbers_and_times(in_practice):
    partner = make_partner()
    claims = claims_to_send(3)
    first, second = (
        bytes_of(seal(partner_id=partner.id, kind="837P", claims=claims, at=at)) for at in (AT, LATER)
    )
    changed = {
        one.split(b"*")[0]
        for one, two in zip(first.split(b"~"), second.split(b"~"), strict=True)
        if one != two
    }
    assert changed == {b"ISA", b"GS", b"ST", b"BHT", b"SE", b"GE", b"IEA"}


def test_what_cannot_be_written_is_named_and_draws_no_number(in_practice):
    partner = make_partner()
    bad = uuid7()
    broken = built("C2-IS-LONGER-THAN-TWENTY")
    with pytest.raises(CannotSeal) as refusal:
        seal(partner_id=partner.id, kind="837P", claims=[*claims_to_send(1), (bad, broken)], at=AT)
    assert refusal.value.subject_id == bad
    with pytest.raises(CannotSeal, match="837I"):
        seal(partner_id=partner.id, kind="837I", claims=claims_to_send(1), at=AT)
    with pytest.raises(CannotSeal, match="no claim"):
        seal(partner_id=partner.id, kind="837P", claims=[], at=AT)

    assert not NumberSeries.objects.exists()
    assert not Interchange.objects.exists()
    assert not ExchangeFile.objects.exists()
    sealed = seal(partner_id=partner.id, kind="837P", claims=claims_to_send(1), at=AT)
    assert sealed.control_number == "000000001"


def test_what_stands_in_a_set_never_changes(in_practice):
    partner = make_partner()
    seal(partner_id=partner.id, kind="837P", claims=claims_to_send(1), at=AT)
    with pytest.raises(DatabaseError), transaction.atomic():
        InterchangeSet.objects.update(subject_ids=[])


WORKERS, EACH = 4, 5


def test_four_workers_draw_without_gap_or_repeat_though_some_fail(transactional_db, practice):
    with organization_scope(practice.pk):
        partner = make_partner(claims_per_set=1)
    ready = threading.Barrier(WORKERS)

    class Lost(Exception):
        """The worker is gone before its transaction ends."""

    def work(worker):
        try:
            ready.wait(timeout=30)
            for turn in range(EACH):
                claims = claims_to_send(2, f"W{worker}T{turn}N")
                try:
                    with organization_scope(practice.pk):
                        seal(partner_id=partner.id, kind="837P", claims=claims, at=AT)
                        if turn == 2:
                            raise Lost
                except Lost:
                    continue
        finally:
            connection.close()

    with ThreadPoolExecutor(WORKERS) as pool:
        list(pool.map(work, range(WORKERS)))

    sealed = WORKERS * (EACH - 1)
    with organization_scope(practice.pk):
        assert sorted(Interchange.objects.values_list("control_number", flat=True)) == list(
            range(1, sealed + 1)
        )
        assert sorted(Interchange.objects.values_list("group_number", flat=True)) == list(
            range(1, sealed + 1)
        )
        sets = sorted(InterchangeSet.objects.values_list("control_number", flat=True))
        assert sets == list(range(1, 2 * sealed + 1))
        assert ExchangeFile.objects.count() == sealed
