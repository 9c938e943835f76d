"""Damaged files by seed: never an unhandled error, never a cent posted out of balance, and the file is always kept."""

import io
import re
from collections import Counter
from decimal import Decimal, InvalidOperation

import pytest
from django.db import transaction
from django.utils import timezone

from claims.choices import ImportState
from claims.models import Claim, ClaimLine
from claims.services import import_837
from clearinghouse.selectors import content_of
from clearinghouse.services import store_inbound
from ledger.models import AccountBalance, JournalEntry
from ledger.selectors import balance_differences, unbalanced_entries
from remittances.models import Remittance
from remittances.rules.balance import Proof
from remittances.services import ingest_file, post_remittance
from tests.claims.test_import_837 import institutional
from tests.factories.claims import Person, SentClaim, file_837
from tests.factories.era import Era, claim
from tests.soak.mutations import mutated
from x12 import NotX12, read_835, read_837

ERA = (
    Era()
    .paid("C1", "150.00 100.00 CO-45=30.00 PR-2=20.00", "50.00 0 CO-197=50.00", remarks=("N385",))
    .paid("C2", "-80.00 -80.00", status="22")
    .whole("C3", "60.00", "10.00", "CO-45=50.00")
    .adjusted("WO", "C1", "5.00")
    .adjusted("L6", "", "-1.50")
)
CLAIMS = {
    "professional": file_837(
        SentClaim(other=("CEDAR SUPPLEMENT", "CS9", "X5")),
        SentClaim(
            number="A2", person=Person(mrn="R2", member_id="M2"), dependent=Person("RIVERA", "LUZ", "")
        ),
    ),
    "institutional": institutional(),
}
ENDS_OF_INGEST = {"UNBALANCED", "REFUSED", "QUARANTINED", "READ", "DUPLICATE"}


def read_all(reader, content):
    """What a reader makes of a file; only NotX12 is an answer."""
    try:
        return sum(1 for _ in reader(io.BytesIO(content)))
    except NotX12:
        return 0


def read_many(seeds):
    sources = [(read_835, ERA.bytes()), *((read_837, content) for content in CLAIMS.values())]
    for seed in seeds:
        for reader, content in sources:
            try:
                read_all(reader, mutated(seed, content))
            except Exception as error:
                raise AssertionError(f"{reader.__name__}, seed {seed}: {error!r}") from error


@pytest.fixture
def expecting(in_practice):
    """The claims the remittance is about, their charges in the books."""
    claim("C1", "150.00", "50.00")
    claim("C2", "80.00")
    claim("C3", "60.00")


def ingest_many(seeds):
    """Ingest and post each damaged file as if it were the only one. Returns how they ended."""
    ended = Counter()
    for seed in seeds:
        content = mutated(seed, ERA.bytes())
        with transaction.atomic():
            try:
                ended.update(ingest_one(content))
            except Exception as error:
                raise AssertionError(f"seed {seed}: {error!r}\n{content!r}") from error
            transaction.set_rollback(True)
    return ended


def ingest_one(content):
    now = timezone.now()
    file, _ = store_inbound(name="damaged.835", content=content, source="UPLOAD", at=now)
    results = ingest_file(file_id=file.id, at=now)
    assert content_of(file) == content
    assert {str(one.state) for one in results} <= ENDS_OF_INGEST
    assert all(one.message for one in results if one.state in ("REFUSED", "QUARANTINED")), (
        "a refusal says why"
    )
    for remittance in Remittance.objects.filter(state="READY"):
        post_remittance(remittance_id=remittance.id, at=now)
    assert balance_differences() == []
    assert unbalanced_entries() == []
    posted = list(Remittance.objects.filter(state="POSTED"))
    for remittance in posted:
        assert_to_the_cent(remittance)
    if len(posted) == 1:
        assert_as_the_bytes_say(posted[0], content)
    if not posted:
        assert not JournalEntry.objects.exclude(kind="CHARGE").exists(), "nothing is posted"
    return ["POSTED" if posted else str(results[0].state)]


def assert_to_the_cent(remittance):
    """What came into the clearing account is what the payer says it paid."""
    cleared = AccountBalance.objects.filter(account="ERA_CLEARING", subject_id=remittance.id)
    assert sum(cleared.values_list("balance_cents", flat=True)) == remittance.payment_cents


def one_payment(rows):
    """From BPR to the SE after it: what a damage put behind the set is not of the payment."""
    names = [row[0] for row in rows]
    if "BPR" not in names:
        return []
    first = names.index("BPR")
    return rows[first : names.index("SE", first) if "SE" in names[first:] else None]


def assert_as_the_bytes_say(remittance, content):
    """The payment as anybody adds it up who knows nothing of our reader: BPR02 = the CLP04 less the PLB."""
    element, terminator = content[3:4].decode("latin-1"), content[105:106].decode("latin-1")
    text = re.sub(r"[\r\n]", "", content.decode("latin-1"))
    rows = one_payment([segment.split(element) for segment in text.split(terminator)])
    try:
        paid = sum(Decimal(row[4] or 0) for row in rows if row[0] == "CLP")
        taken = sum(Decimal(one or 0) for row in rows if row[0] == "PLB" for one in row[4::2])
        stated = [Decimal(row[2] or 0) for row in rows if row[0] == "BPR"]
    except (InvalidOperation, IndexError):
        return
    if len(stated) == 1:
        assert stated[0] == paid - taken == Decimal(remittance.payment_cents) / 100


def import_many(seeds, content):
    ended = Counter()
    for seed in seeds:
        damaged = mutated(seed, content)
        with transaction.atomic():
            try:
                ended.update([import_one(damaged)])
            except Exception as error:
                raise AssertionError(f"seed {seed}: {error!r}\n{damaged!r}") from error
            transaction.set_rollback(True)
    return ended


def import_one(content):
    now = timezone.now()
    file, _ = store_inbound(name="damaged.837", content=content, source="UPLOAD", at=now)
    record = import_837(file=file, at=now)
    assert content_of(file) == content
    assert record.state in (ImportState.IMPORTED, ImportState.REFUSED)
    if record.state == ImportState.REFUSED:
        assert record.message
        assert not Claim.objects.exists()
    said = {finding["code"] for one in record.results for finding in one["findings"]}
    for one in Claim.objects.all():
        lines = ClaimLine.objects.filter(claim=one, version__number=one.current_version)
        assert sum(lines.values_list("amount_cents", flat=True)) == one.total_cents or "charge_total" in said
    assert balance_differences() == []
    assert unbalanced_entries() == []
    return str(record.state)


def test_the_reader_survives_damage():
    read_many(range(150))


def test_a_damaged_remittance_is_kept_and_never_unbalances_the_books(expecting, figures):
    figures("damaged 835", **ingest_many(range(30)))


@pytest.mark.parametrize("kind", CLAIMS)
def test_a_damaged_claim_file_is_kept_and_imported_whole_or_left_out(in_practice, kind, figures):
    figures(f"damaged 837 {kind}", **import_many(range(12), CLAIMS[kind]))


def test_the_kit_catches_a_reader_that_lets_a_wrong_total_pass(expecting, monkeypatch):
    """Known bad: the proof of balance finds nothing."""
    from remittances.services import ingest

    monkeypatch.setattr(ingest, "prove_payment", lambda **_: Proof())
    with pytest.raises(AssertionError):
        ingest_many(range(400))


@pytest.mark.soak
def test_the_reader_survives_much_damage(figures):
    read_many(range(1_000, 21_000))
    figures("reader", damaged_files=60_000)


@pytest.mark.soak
@pytest.mark.parametrize("first", range(1_000, 4_000, 500))
def test_many_damaged_remittances(expecting, figures, first):
    figures(f"damaged 835, seeds from {first}", **ingest_many(range(first, first + 500)))


@pytest.mark.soak
@pytest.mark.parametrize("kind", CLAIMS)
def test_many_damaged_claim_files(in_practice, kind, figures):
    figures(f"damaged 837 {kind}", **import_many(range(1_000, 2_500), CLAIMS[kind]))
