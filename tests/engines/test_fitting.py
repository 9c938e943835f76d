"""A database another state of the code made is refused with its remedy, before anything is migrated or served."""

import pytest
from django.core.management import CommandError, call_command
from django.db import connections

from rcm_site.engines import places
from rcm_site.fitting import refuse_what_does_not_fit

MISFITS = {
    "a migration that is gone": (
        ["INSERT INTO django_migrations (app, name, applied) VALUES ('claims', '0099_gone', now())"],
        "it went through claims.0099_gone, unknown here",
    ),
    "a parent that never ran": (
        ["DELETE FROM django_migrations WHERE app = 'tenancy' AND name = '0001_initial'"],
        "applied before its dependency tenancy.0001_initial",
    ),
    "a table from before": (
        ["ALTER TABLE patients_patient RENAME COLUMN mrn TO chart_number"],
        "it has no patients_patient.mrn",
    ),
}


@pytest.mark.django_db(databases=["owner"])
@pytest.mark.parametrize("name", MISFITS)
def test_what_does_not_fit_is_refused_in_one_sentence(name):
    changes, words = MISFITS[name]
    owner = connections["owner"]
    refuse_what_does_not_fit(owner)
    with owner.cursor() as cursor:
        for change in changes:
            cursor.execute(change)

    for ask in (lambda: refuse_what_does_not_fit(owner), lambda: call_command("migrate", verbosity=0)):
        with pytest.raises(CommandError, match="made by another state of the code") as refused:
            ask()
        assert words in str(refused.value)
        assert "`make clean` forgets" in str(refused.value)


def test_the_servers_follow_the_folder_for_all_that_is_kept(monkeypatch, tmp_path):
    monkeypatch.delenv("RCM_ENGINES_DIR", raising=False)
    monkeypatch.setattr(places, "service_account", lambda: None)
    monkeypatch.setenv("RCM_VAR_DIR", str(tmp_path))

    assert places.home() == tmp_path / "engines"
