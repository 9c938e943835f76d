"""The file store as a person reads it: found by name, segment by segment in words."""

import re

from django.utils import timezone

from clearinghouse.services import store_inbound
from remittances.services import ingest_file
from tenancy.scope import organization_scope
from tests.factories import era
from tests.factories.era import Era

GOOD = Era("T1").paid("CLM1", "150.00 100.00 CO-45=50.00")


def stored(practice, content, name):
    with organization_scope(practice.pk):
        return store_inbound(name=name, content=content, source="COMMAND", at=timezone.now())[0]


def names(answer):
    return re.findall(r"<a data-open [^>]*>([^<]*)<", answer.content.decode())


def test_files_are_found_by_a_part_of_any_name_and_by_fingerprint(practice, biller, stranger):
    first = stored(practice, b"ISA*1", "march_aetna.835")
    stored(practice, b"ISA*2", "april.835")
    stored(practice, b"ISA*1", "again_77.835")
    page = biller.at("files/")
    assert names(biller.get(page, {"find": "AETNA"})) == ["march_aetna.835"]
    assert names(biller.get(page, {"find": "77"})) == ["march_aetna.835"], "the name it came again under"
    assert names(biller.get(page, {"find": first.sha256[:12].upper()})) == ["march_aetna.835"]
    assert names(biller.get(page)) == ["april.835", "march_aetna.835"]
    assert names(biller.get(page, {"find": "835", "state": "READ"})) == []
    nothing = biller.get(page, {"find": "%"}).content.decode()
    assert "No such file" in nothing
    assert "Clear filters" in nothing
    assert names(stranger.get(stranger.at("files/"), {"find": "aetna"})) == []


def test_the_next_page_keeps_what_was_looked_for(practice, biller):
    for number in range(51):
        stored(practice, b"ISA*%d" % number, f"payer_{number:02}.835")
    page = biller.get(biller.at("files/"), {"find": "payer_"}).content.decode()
    [address] = re.findall(r'rel="next" href="([^"]*)"', page)
    assert "find=payer_" in address
    rest = biller.get(biller.at("files/") + address.replace("&amp;", "&"))
    assert names(rest) == ["payer_00.835"]


def test_every_segment_is_a_line_with_its_name_and_its_elements(practice, biller):
    file = stored(practice, GOOD.text().encode(), "good.835")
    page = biller.get(biller.at(f"files/{file.pk}/segments/"), {"at": "10"}).content.decode()
    lines = re.findall(r'<li id="segment-(\d+)"(?: class="(marked)")?>(.*?)</li>', page, re.DOTALL)
    assert [number for number, _, _ in lines] == [str(one) for one in range(1, len(lines) + 1)]
    assert [number for number, marked, _ in lines if marked] == ["10"]
    claim = next(text for _, _, text in lines if "<b>CLP</b>" in text)
    assert '<span class="said">Claim payment</span>' in claim
    assert '<span title="CLP01 Patient control number">CLM1</span>' in claim


def test_a_finding_leads_to_its_segment(practice, biller):
    broken = GOOD.text().replace("CAS*CO*45*50", "CAS*CO*45*40")
    with organization_scope(practice.pk):
        remittance = era.post(broken)
    page = biller.get(biller.at(f"remittances/{remittance.pk}/")).content.decode()
    assert page.count("off by") == 2, "the line and its claim"
    addresses = re.findall(r'href="([^"]*/segments/\?at=\d+)">segment', page)
    marked = [
        re.findall(r'class="marked">.*?<b>(\w+)</b>', biller.get(one).content.decode()) for one in addresses
    ]
    assert marked == [["SVC"], ["CLP"]]


def test_what_cannot_be_x12_has_no_lines(practice, biller):
    file = stored(practice, b"%PDF-1.4", "scan.pdf")
    with organization_scope(practice.pk):
        ingest_file(file_id=file.pk, at=timezone.now())
    assert "/segments/" not in biller.get(biller.at(f"files/{file.pk}/")).content.decode()
