"""The audit screen: one stream of reads and writes, for auditors only, and every look at it recorded."""

import datetime
import uuid

import pytest

from audit import services as audit
from audit.exports import safe_cell
from audit.models import AuditEvent, AuditExport, SealVerification
from tenancy.scope import organization_scope


@pytest.fixture
def some_acts(practice, biller):
    patient, denial = uuid.uuid4(), uuid.uuid4()
    with organization_scope(practice.pk, actor_kind="PERSON", person_id=biller.person.pk):
        audit.record(
            "tenancy.location.created", subject_type="tenancy.location", subject_id=denial, patient_id=patient,
            fields=("name",), data={"reason": "=HYPERLINK(1)"},
        )  # fmt: skip
        audit.record_search(kind="denials.queue", count=7)
    return patient, denial


def events(practice):
    with organization_scope(practice.pk):
        return list(AuditEvent.objects.order_by("recorded_at"))


def test_only_auditors_see_it(auditor, biller, admin_person, stranger, practice):
    address = auditor.at("audit/")
    for who, status in ((stranger, 404), (biller, 403), (admin_person, 403), (auditor, 200)):
        assert who.get(address).status_code == status


def test_reads_and_writes_stand_in_one_stream(auditor, biller, some_acts):
    page = auditor.get(auditor.at("audit/")).content.decode()
    assert "added a location" in page
    assert "searched queue" in page
    assert biller.person.name in page
    assert "signed in" in page


def test_a_trail_that_was_never_sealed_is_late_after_some_minutes(auditor, some_acts, monkeypatch):
    assert "Not sealed yet" in auditor.get(auditor.at("audit/")).content.decode()
    monkeypatch.setattr("audit.selectors.LATE", datetime.timedelta(0))
    page = auditor.get(auditor.at("audit/")).content.decode()
    assert "Not sealed yet" not in page
    assert "The sealer is silent" in page
    assert "seal_audit" in page


@pytest.mark.parametrize(
    ("query", "seen"),
    [
        ("verb=tenancy.location.created", {"added a location"}),
        ("verb=*.searched", {"searched queue"}),
        ("patient={patient}", {"added a location"}),
        ("subject={denial}", {"added a location"}),
        ("person={biller}", {"added a location", "searched queue"}),
        ("since=2999-01-01", set()),
        ("until=1999-01-01", set()),
        ("outcome=REFUSED", set()),
        ("purpose=TREAT", set()),
        ("kind=ROW", set()),
    ],
)
def test_it_is_searched(auditor, biller, some_acts, query, seen):
    patient, denial = some_acts
    address = auditor.at("audit/?" + query.format(patient=patient, denial=denial, biller=biller.person.pk))
    page = auditor.get(address).content.decode()
    rows = page.split("<tbody", 1)[-1] if "<tbody" in page else ""
    assert {words for words in ("added a location", "searched queue") if words in rows} == seen


def test_a_bad_search_says_so(auditor, practice):
    assert auditor.get(auditor.at("audit/?patient=smith")).status_code == 422


def test_pages_follow_each_other_without_a_gap(auditor, practice):
    with organization_scope(practice.pk):
        audit.record_many(audit.Entry(verb="tenancy.grant.ended", data={"n": n}) for n in range(120))
    seen, address = [], auditor.at("audit/?verb=tenancy.grant.ended")
    for _ in range(3):
        answer = auditor.get(address)
        seen += [line.data["n"] for line in answer.context["lines"]]
        address = auditor.at(
            f"audit/?verb=tenancy.grant.ended&after={answer.context['after']}".replace("+", "%2B")
        )
    assert len(seen) == 120
    assert set(seen) == set(range(120))


def test_looking_is_recorded(auditor, practice, some_acts):
    auditor.get(auditor.at(f"audit/?patient={some_acts[0]}"))
    last = events(practice)[-1]
    assert (last.verb, last.actor_id, last.item_count) == ("audit.trail.searched", auditor.person.pk, 1)
    assert last.patient_id == some_acts[0]
    assert last.role == "AUDITOR"


def test_an_export_needs_a_reason_and_is_a_job(auditor, practice, some_acts, run_jobs):
    address = auditor.at("audit/export/?verb=tenancy.location.created")
    assert auditor.post(address, {"reason": ""}).status_code == 422
    assert auditor.post(address, {"reason": "yearly review"}).status_code == 302
    assert "audit.make_export" in run_jobs()
    with organization_scope(practice.pk):
        export = AuditExport.objects.get()
    assert (export.state, export.row_count) == ("DONE", 1)
    file = auditor.get(auditor.at(f"audit/export/{export.pk}/file/"))
    text = file.content.decode("utf-8-sig")
    assert "added a location" in text
    assert [event.verb for event in events(practice)][-2:] == [
        "audit.export.requested",
        "audit.export.downloaded",
    ]


def test_nobody_else_downloads_it(auditor, biller, stranger, practice, run_jobs, sign_in, other_practice):
    auditor.post(auditor.at("audit/export/"), {"reason": "yearly review"})
    run_jobs()
    with organization_scope(practice.pk):
        export = AuditExport.objects.get()
    foreign = sign_in("AUDITOR", other_practice)
    assert foreign.get(foreign.at(f"audit/export/{export.pk}/file/")).status_code == 404
    assert biller.get(biller.at(f"audit/export/{export.pk}/file/")).status_code == 403


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_formulas_are_defused(text):
    assert safe_cell(text) == "'" + text


def test_verification_is_asked_for_and_awaited(auditor, practice):
    assert auditor.post(auditor.at("audit/verify/")).status_code == 302
    with organization_scope(practice.pk):
        wish = SealVerification.objects.get()
    assert wish.requested_by_id == auditor.person.pk
    card = auditor.get(auditor.at(f"audit/verify/{wish.pk}/"))
    assert card.status_code == 200
    assert "Waiting for the sealer" in card.content.decode()
    assert "no-store" in card["Cache-Control"]


def test_objects_and_roles_read_as_words(auditor, biller, practice):
    with organization_scope(practice.pk):
        audit.record("tenancy.configuration.changed", subject_type="clearinghouse.exchangefile")
    biller.get(biller.at("access/"))
    page = auditor.get(auditor.at("audit/")).content.decode()
    assert "exchange file" in page
    assert ">exchangefile" not in page
    assert "access:people" in page, "which page was refused stands beside the refusal"
