"""Claims uploaded in the browser, and imported by the command line."""

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command

from claims.models import Claim, ClaimImport
from clearinghouse.models import ExchangeFile
from tenancy.scope import organization_scope
from tests.factories.claims import Person, SentClaim, file_837


def upload(person, content, name="claims.837"):
    return person.post(person.at("claims/imports/"), {"files": [SimpleUploadedFile(name, content)]})


def test_an_upload_is_kept_and_read_by_a_job(biller, practice, run_jobs):
    answer = upload(biller, file_837(SentClaim()))
    assert answer.status_code == 202
    with organization_scope(practice.pk):
        file = ExchangeFile.objects.get()
        assert not Claim.objects.exists()
    path = biller.at(f"claims/imports/file/{file.pk}/")
    assert biller.get(path).status_code == 200
    assert "claims.import_file" in run_jobs()
    done = biller.get(path)
    assert done.status_code == 286
    assert "1 new" in done.content.decode()
    with organization_scope(practice.pk):
        record = ClaimImport.objects.get()
    report = biller.get(biller.at(f"claims/imports/{record.pk}/"))
    assert "1 claims: 1 new" in report.content.decode()


def test_a_bad_upload_says_what_to_do(biller, practice, run_jobs):
    answer = upload(biller, b"PK\x03\x04zipped", "claims.zip")
    assert "zip archive" in answer.content.decode()
    run_jobs()
    text = biller.get(biller.at("claims/imports/")).content.decode()
    assert "Unpack it" in text


def test_the_same_upload_twice_changes_nothing(biller, practice, run_jobs):
    for _ in range(2):
        upload(biller, file_837(SentClaim()))
        run_jobs()
    with organization_scope(practice.pk):
        assert Claim.objects.count() == 1
        assert ClaimImport.objects.order_by("-requested_at").first().claims_unchanged == 1


def test_only_those_who_may_import(biller, reader, stranger, practice):
    assert upload(reader, file_837(SentClaim())).status_code == 403
    upload(biller, file_837(SentClaim()))
    with organization_scope(practice.pk):
        file = ExchangeFile.objects.get()
    assert stranger.get(stranger.at(f"claims/imports/file/{file.pk}/")).status_code == 404
    assert stranger.get(biller.at("claims/imports/")).status_code == 404


def run(capsys, *files, organization="riverside"):
    code = 0
    try:
        call_command("import_claims", *map(str, files), organization=organization)
    except SystemExit as leaving:
        code = leaving.code
    return code, [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_the_command_prints_one_line_for_each_transaction_set(practice, tmp_path, capsys):
    good = tmp_path / "good.837"
    good.write_bytes(
        file_837(SentClaim())
        + file_837(SentClaim(number="A2", person=Person("B", "C", "M2")), control="000000102")
    )
    bad = tmp_path / "cut.837"
    bad.write_bytes(file_837(SentClaim(number="A3"))[:600])
    code, lines = run(capsys, good, bad, tmp_path / "missing.837")
    assert code == 1
    assert [(line["file"], line["state"]) for line in lines] == [
        ("good.837", "IMPORTED"),
        ("good.837", "IMPORTED"),
        ("cut.837", "REFUSED"),
        ("missing.837", "REFUSED"),
    ]
    assert [line["created"] for line in lines[:2]] == [1, 1]
    assert "send it again" in lines[2]["message"]
    code, lines = run(capsys, good)
    assert (code, [line["unchanged"] for line in lines]) == (0, [1, 1])


def test_the_command_wants_a_practice_it_knows(practice, tmp_path):
    with pytest.raises(CommandError, match="No practice"):
        call_command("import_claims", str(tmp_path / "x"), organization="nowhere")
