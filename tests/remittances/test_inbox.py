"""The inbox folder: finished files are taken once, unfinished ones are left alone."""

import os
import time

import pytest
from django.utils import timezone

from clearinghouse.models import ExchangeFile
from remittances.models import Remittance
from remittances.services import collect_inbox, inbox_of
from tenancy.scope import organization_scope
from tests.factories.era import claim
from tests.remittances.test_bad_input import GOOD


@pytest.fixture
def inbox(practice, settings, tmp_path):
    settings.VAR_DIR = tmp_path
    folder = inbox_of(practice)
    folder.mkdir(parents=True)
    return folder


def put(folder, name, content, *, quiet=60):
    path = folder / name
    path.write_bytes(content)
    moment = time.time() - quiet
    os.utime(path, (moment, moment))
    return path


def collect(practice, capture):
    with capture(execute=True), organization_scope(practice.pk):
        return collect_inbox(at=timezone.now())


def test_finished_files_are_taken_posted_and_put_away(
    practice, inbox, run_jobs, django_capture_on_commit_callbacks
):
    with organization_scope(practice.pk):
        claim("C1", "150.00")
    path = put(inbox, "era.835", GOOD.bytes())
    assert collect(practice, django_capture_on_commit_callbacks) == 1
    assert not path.exists()
    assert [one.name.endswith("-era.835") for one in (inbox / "done").iterdir()] == [True]
    run_jobs()
    with organization_scope(practice.pk):
        assert Remittance.objects.get().state == "POSTED"
    put(inbox, "again.835", GOOD.bytes())
    assert collect(practice, django_capture_on_commit_callbacks) == 1
    run_jobs()
    with organization_scope(practice.pk):
        assert (ExchangeFile.objects.count(), Remittance.objects.count()) == (1, 1)


def test_what_is_still_being_written_is_left_alone(practice, inbox, django_capture_on_commit_callbacks):
    put(inbox, "writing.835", GOOD.bytes(), quiet=1)
    put(inbox, "half.835", GOOD.bytes()[:300])
    put(inbox, "copy.part", GOOD.bytes())
    put(inbox, ".hidden", GOOD.bytes())
    assert collect(practice, django_capture_on_commit_callbacks) == 0


def test_a_file_that_never_gets_its_end_is_taken_and_quarantined(
    practice, inbox, run_jobs, django_capture_on_commit_callbacks
):
    put(inbox, "half.835", GOOD.bytes()[:450], quiet=3600)
    assert collect(practice, django_capture_on_commit_callbacks) == 1
    run_jobs()
    with organization_scope(practice.pk):
        assert ExchangeFile.objects.get().state == "QUARANTINED"
