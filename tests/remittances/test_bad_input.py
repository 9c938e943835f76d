"""What cannot be posted is kept, said in words that name place and remedy, and harms nothing else."""

import io
import json
import re
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command

from clearinghouse.models import ExchangeFile
from clearinghouse.selectors import content_of
from ledger.models import JournalEntry
from remittances.models import Remittance
from tenancy.scope import organization_scope
from tests.factories.claims import SentClaim, file_837
from tests.factories.era import Era, claim, ingest, post
from workbench.models import WorkItem

GOOD = Era().paid("C1", "150.00 100.00 CO-45=50.00")


def zipped():
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("era.835", GOOD.text())
    return content.getvalue()


TEXT = GOOD.text()
REFUSED = {
    "empty": (b"", "empty"),
    "blank": (b"  \n", "empty"),
    "binary": (b"\x7fELF\x00\x01\x02" + bytes(200), "binary"),
    "html": (b"<!DOCTYPE html><html><body>Session expired</body></html>", "web page"),
    "zip": (zipped(), "Unpack"),
    "pdf": (b"%PDF-1.7 ...", "PDF"),
    "plain_text": (b"Dear provider, your payment is on its way.", "ISA"),
    "4010": (Era(version="004010X091A1").paid("C1", "150.00 150.00").bytes(), "005010X221A1"),
}
QUARANTINED = {
    "cut_in_the_middle": (TEXT[: TEXT.index("SVC") + 10].encode(), "no SE"),
    "another_payee": (
        Era(payee=("XX", "1999999992")).paid("C1", "150.00 150.00").bytes(),
        "not known as this practice",
    ),
    "fraction_of_a_cent": (
        GOOD.bytes().replace(b"*150.00*100.00*", b"*150.00*100.001*"),
        "finer than a cent",
    ),
}
UNBALANCED = {
    "line": (GOOD.bytes().replace(b"CAS*CO*45*50.00", b"CAS*CO*45*49.99"), "claim 1 (C1), line 1", 1),
    "claim": (GOOD.bytes().replace(b"CLP*C1*1*150.00", b"CLP*C1*1*151.00"), "claim 1 (C1)", -100),
    "payment": (GOOD.bytes().replace(b"BPR*I*100.00", b"BPR*I*100.01"), "payment", 1),
}
OTHER_FORMS = {
    "bom": b"\xef\xbb\xbf" + GOOD.bytes(),
    "other_delimiters": Era(separators=("|", ">", "'")).paid("C1", "150.00 100.00 CO-45=50.00").bytes(),
    "a_segment_a_line": GOOD.bytes().replace(b"~", b"~\r\n"),
    "wrong_segment_count": GOOD.bytes().replace(b"SE*", b"SE*9"),
}


@pytest.fixture
def one(in_practice):
    return claim("C1", "150.00")


def nothing_posted():
    return not JournalEntry.objects.exclude(kind="CHARGE").exists()


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_not_x12_5010_is_kept_and_refused(one, name):
    content, words = REFUSED[name]
    [result] = ingest(content, name)
    assert result.state == "REFUSED"
    assert words in result.message
    assert content_of(ExchangeFile.objects.get()) == content
    assert nothing_posted()
    assert not Remittance.objects.exists()


@pytest.mark.parametrize("name", QUARANTINED)
def test_what_must_not_be_posted_is_quarantined(one, name):
    content, words = QUARANTINED[name]
    [result] = ingest(content, name)
    assert result.state == "QUARANTINED"
    assert words in result.message
    file = ExchangeFile.objects.get()
    assert file.state == "QUARANTINED"
    assert content_of(file) == content
    assert nothing_posted()
    assert not Remittance.objects.exists()


@pytest.mark.parametrize("name", UNBALANCED)
def test_what_does_not_balance_says_where_and_by_how_much(one, name):
    content, place, difference = UNBALANCED[name]
    remittance = post(content)
    assert remittance.state == "UNBALANCED"
    finding, *others = [one for one in remittance.findings if one["severity"] == "ERROR"]
    assert place in finding["message"]
    for told in (finding, *others):
        assert "$" in told["message"]
        assert "off by " in told["message"], "in our words alone"
        assert told["segment"]
    assert remittance.difference_cents in (difference, -difference)
    assert nothing_posted()


def test_what_is_odd_is_said_once_in_our_words_with_its_place(one):
    """CLP05 is not what the PR adjustments come to, and the lines' charges not what the claim's is."""
    era = Era().paid("C1", "150.00 100.00 CO-45=50.00")
    era.body = [line.replace("*150.00*100.00**12*", "*151.00*100.00*7.00*12*") for line in era.body]
    [place] = [index for index, line in enumerate(era.body) if line.startswith("CLP")]
    era.body.insert(place + 1, "CAS*CO*45*1.00")
    remittance = post(era)
    said = [finding["message"] for finding in remittance.findings]
    assert len(said) == 2, said
    assert "CLP05 says $7.00" in " ".join(said)
    assert "The lines' charges come to $150.00, the claim's is $151.00" in " ".join(said)
    assert all(finding["segment"] for finding in remittance.findings)


@pytest.mark.parametrize("count", ["SE*999*", "GE*7*"])
def test_wrong_counts_are_told_before_anything_is_posted(one, poster, run_jobs, count):
    content = re.sub(rf"{count[:2]}\*\d+\*", count, GOOD.text())
    sent = {"files": SimpleUploadedFile("counts.835", content.encode()), "post": "1"}
    poster.post(poster.at("remittances/upload/"), sent)
    run_jobs()
    file = ExchangeFile.objects.get()
    card = poster.get(poster.at(f"remittances/files/{file.pk}/")).content.decode()
    assert "Not posted yet." in card
    assert f"{count[:2]} says" in card
    assert "Ask the sender to send it again" in card
    assert nothing_posted()
    titles = WorkItem.objects.values_list("title", flat=True)
    assert list(titles) == ["Remittance T1 has to be looked at before posting"]


def test_claims_sent_as_a_remittance_are_kept_and_the_way_is_told(one):
    [result] = ingest(file_837(SentClaim("C9")), "claims.835")
    assert "claims (837)" in result.message
    assert "under Claims, Import a file" in result.message


def test_the_card_of_a_file_that_came_before_keeps_saying_so(one, poster, run_jobs):
    for name in ("first.835", "again.835"):
        sent = {"files": SimpleUploadedFile(name, GOOD.bytes())}
        card = poster.post(poster.at("remittances/upload/"), sent, headers={"HX-Request": "true"})
        run_jobs()
    file = ExchangeFile.objects.get()
    assert f"files/{file.pk}/?again=1" in card.content.decode()
    answer = poster.get(poster.at(f"remittances/files/{file.pk}/?again=1"), headers={"HX-Request": "true"})
    assert b"came before" in answer.content


@pytest.mark.parametrize("name", OTHER_FORMS)
def test_other_forms_of_the_same_file_are_read(one, name):
    remittance = post(OTHER_FORMS[name])
    assert (remittance.state, remittance.claim_count, remittance.unmatched_count) == ("POSTED", 1, 0)


def test_two_interchanges_in_one_file_are_two_payments(one):
    claim("C2", "50.00")
    second = Era("T2", control="000000002").paid("C2", "50.00 50.00")
    results = ingest(GOOD.text() + second.text())
    assert [(result.state, result.remittance.trace_number) for result in results] == [
        ("READ", "T1"),
        ("READ", "T2"),
    ]


def test_a_foreign_payee_holds_the_whole_file(one):
    foreign = Era("T2", control="000000002", payee=("XX", "1999999992")).paid("C1", "1.00 1.00")
    [result] = ingest(GOOD.text() + foreign.text())
    assert result.state == "QUARANTINED"
    assert not Remittance.objects.exists()


def test_the_same_file_twice_is_stored_and_posted_once(one):
    post(GOOD)
    before = JournalEntry.objects.count()
    post(GOOD)
    assert (ExchangeFile.objects.count(), Remittance.objects.count()) == (1, 1)
    assert ExchangeFile.objects.get().arrivals.count() == 2
    assert JournalEntry.objects.count() == before


def test_the_same_payment_in_a_new_envelope_is_a_duplicate(one):
    post(GOOD)
    [result] = ingest(
        GOOD.bytes()
        .replace(b"000000001", b"000000077")
        .replace(b"835*0001", b"835*0009")
        .replace(b"*0001~GE", b"*0009~GE")
    )
    assert result.state == "DUPLICATE"
    assert "came before" in result.message
    assert Remittance.objects.count() == 1


def test_one_trace_with_other_content_is_an_alert_and_waits_for_a_person(one):
    post(GOOD)
    other = Era().paid("C1", "150.00 90.00 CO-45=60.00")
    [result] = ingest(other)
    assert result.state == "READ"
    assert "came before with other content" in result.remittance.alert


def test_a_trace_reused_for_payments_of_zero_is_no_duplicate(one):
    claim("C2", "50.00")
    first = post(Era("ZERO").paid("C1", "150.00 0 CO-197=150.00"))
    second = post(Era("ZERO").paid("C2", "50.00 0 CO-197=50.00"))
    assert first.id != second.id
    assert (first.alert, second.alert, second.state) == ("", "", "POSTED")


@pytest.mark.django_db(transaction=True)
def test_the_command_says_it_in_one_line_each_and_goes_on(practice, tmp_path, capsys):
    with organization_scope(practice.pk):
        claim("C1", "150.00")
    bad, good = tmp_path / "bad.835", tmp_path / "good.835"
    bad.write_bytes(REFUSED["zip"][0])
    good.write_bytes(GOOD.bytes())
    with pytest.raises(SystemExit):
        call_command("ingest_era", str(bad), str(good), str(tmp_path / "none.835"), organization="riverside")
    refused, read, missing = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert (refused["state"], missing["state"]) == ("REFUSED", "REFUSED")
    assert (read["state"], read["remittance_state"], read["payment"]) == ("READ", "POSTED", "100.00")
    call_command("ingest_era", str(good), organization="riverside")
    assert json.loads(capsys.readouterr().out)["state"] == "DUPLICATE"
