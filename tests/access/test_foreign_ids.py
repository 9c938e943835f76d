"""Somebody with every right in one practice tries ids of another: in forms, JSON, filters, cursors, jobs and files.

Each attempt is made with an own id first, so that the refusal cannot pass for another reason; after each the other
practice is as it was, and nothing of ours names what is theirs.
"""

import dataclasses
import datetime
import json
import uuid

import pytest
from django.db import transaction
from django.utils import timezone

from claims.models import BillingRun, Claim
from clearinghouse.models import Connection, ExchangeFile, Interchange
from denials.models import Appeal, RoutingRule, WriteOff
from eligibility.models import BatchRow, EligibilityInquiry
from patients.models import Coverage, Encounter
from rcm_site.demo import story
from reference.models import Payer, Provider
from remittances.choices import WorkKey
from remittances.models import RemitClaim, Remittance
from tenancy.choices import MessageState
from tenancy.ids import uuid7
from tenancy.jobs import enqueue, job_names, run_message
from tenancy.models import Grant, Location, OutboxMessage, Person
from tenancy.scope import organization_scope
from tests.architecture.addresses import Objects, fill, practice_addresses
from tests.architecture.callers import caller_of, keep_something
from tests.architecture.test_models import TENANT_MODELS
from tests.factories.era import Era, ingest
from tests.stage import set_stage
from workbench.models import BulkRun, ExportFile, SavedView, WorkItem

OWN, FOREIGN = "OWNCANARY", "ZQFOREIGN"
TODAY = timezone.now().date()
TOMORROW = (TODAY + datetime.timedelta(days=1)).isoformat()


class Things:
    """One id of everything a form or a filter may name, of one practice."""

    def __init__(self, practice, worker):
        with organization_scope(practice.pk):
            item = WorkItem.objects.filter(kind="DENIAL", is_open=True, assignee__isnull=True).order_by("pk")[
                0
            ]
            payment = RemitClaim.objects.get(patient_control_number="NOSUCH")
            self.person = worker.pk
            self.payer = Payer.objects.order_by("pk")[0].pk
            self.provider = Provider.objects.order_by("pk")[0].pk
            self.location = Location.objects.filter(organization=practice).order_by("pk")[0].pk
            claim = Claim.objects.order_by("pk")[0]
            self.claim, self.patient = claim.pk, claim.patient_id
            self.claim_number = claim.patient_control_number
            self.item, self.item_version = item.pk, item.version
            self.denial = item.subject_id
            appeal, write_off = Appeal.objects.order_by("pk")[0], WriteOff.objects.order_by("pk")[0]
            self.appeal, self.write_off = appeal.pk, write_off.pk
            self.appealed, self.given_up = appeal.denial_id, write_off.denial_id
            self.payment, self.payment_version = payment.pk, payment.version
            self.remittance = Remittance.objects.order_by("pk")[0].pk
            self.interchange = Interchange.objects.order_by("pk")[0].pk
            self.inquiry = EligibilityInquiry.objects.order_by("pk")[0].pk
            self.row = BatchRow.objects.order_by("pk")[0].pk
            self.connection = Connection.objects.order_by("pk")[0].pk
            self.file = ExchangeFile.objects.order_by("pk")[0].pk
            self.coverage = Coverage.objects.order_by("pk")[0].pk
            self.encounter = Encounter.objects.order_by("pk")[0].pk
            self.rule = RoutingRule.objects.order_by("pk")[0].pk
            self.view = SavedView.objects.order_by("pk")[0].pk
            run, export = BulkRun.objects.order_by("pk")[0], ExportFile.objects.order_by("pk")[0]
            self.run, self.run_key, self.export = run.pk, run.form_key, export.pk
            self.billing_run = BillingRun.objects.order_by("pk")[0].pk
            self.grant = Grant.objects.filter(practice=practice).order_by("pk")[0].pk
            self.practice = practice.pk

    def ids(self):
        return {str(value) for value in vars(self).values() if isinstance(value, uuid.UUID)}


def rows_of(practice):
    """Everything the practice has, without the trail: who asked for what is written there, refused or not."""
    with organization_scope(practice.pk):
        return {
            model._meta.label: {row[0]: repr(row) for row in model.objects.values_list("pk", *columns(model))}
            for model in TENANT_MODELS
            if model._meta.app_label != "audit"
        }


def columns(model):
    skipped = ("BinaryField", "GeneratedField")
    return [
        field.attname for field in model._meta.concrete_fields if field.get_internal_type() not in skipped
    ]


@dataclasses.dataclass
class Two:
    practice: object
    other: object
    mine: Things
    theirs: Things


@pytest.fixture
def two(practice, other_practice):
    things = []
    for place, canary in ((practice, OWN), (other_practice, FOREIGN)):
        set_stage(place, canary=canary, claims=24)
        with organization_scope(place.pk):
            ingest(Era("NOBODYS", payee=("FI", place.tax_id)).paid("NOSUCH", "10.00 10.00"))
        worker = caller_of("SUPERVISOR", place)
        keep_something(worker, place)
        things.append(Things(place, worker.person))
    story.finish_jobs()
    return Two(practice, other_practice, *things)


def attempt(two, client, path, body, *, as_json=False):
    """One POST, undone afterwards. Returns its answer and what is wrong with what it left."""
    with transaction.atomic():
        before = rows_of(two.other)
        if as_json:
            response = client.post(path, json.dumps(body, default=str), content_type="application/json")
        else:
            response = client.post(path, body)
        story.finish_jobs()
        content = b"".join(response)
        wrong = []
        if FOREIGN.encode() in content:
            wrong.append("the answer names the other practice's patient")
        if rows_of(two.other) != before:
            wrong.append("the other practice changed")
        strange = two.theirs.ids()
        for label, rows in rows_of(two.practice).items():
            wrong += [f"{label} names {one}" for row in rows.values() for one in strange if one in row]
        transaction.set_rollback(True)
    return response, wrong


# Who sends what where, by form: the body is made of one practice's things.
FORMS = {
    "assign an item": ("SUPERVISOR", "work/item/{item}/assign/",
                       lambda it: {"assignee": it.person, "version": it.item_version}),
    "assign many": ("SUPERVISOR", "work/denials/bulk/run/",
                    lambda it: {"action": "ASSIGN", "item": ["{item}"], "assignee_id": it.person}),
    "note on many": ("SUPERVISOR", "work/denials/bulk/run/",
                     lambda it: {"action": "NOTE", "item": [it.item], "body": "seen"}),
    "route a payer": ("SUPERVISOR", "denials/routing/save/",
                      lambda it: {"payer": it.payer, "category": "", "team": "coding"}),
    "read a payer's codes": ("SUPERVISOR", "reference/readings/new/",
                             lambda it: {"payer": it.payer, "reason_code": "45", "owner_team": "coding",
                                         "source_note": "so agreed", "is_active": "on"}),
    "add coverage": ("SUPERVISOR", "patients/{patient}/coverages/new/",
                     lambda it: {"payer": it.payer, "member_id": "NEW1", "rank": "3", "plan_type": "UNKNOWN",
                                 "relationship": "SELF", "subscriber_sex": "U", "form_key": uuid7()}),
    "record a visit": ("SUPERVISOR", "patients/{patient}/encounters/new/",
                       lambda it: {"service_from_on": "2026-01-05", "owed_by": "0", "location": it.location,
                                   "rendering_provider": it.provider, "billing_provider": it.provider,
                                   "referring_provider": it.provider, "form_key": uuid7(),
                                   "charges-TOTAL_FORMS": "1", "charges-INITIAL_FORMS": "0",
                                   "charges-0-procedure_code": "99213", "charges-0-amount": "10.00",
                                   "charges-0-units": "1"}),
    "match a payment": ("SUPERVISOR", "remittances/payments/{payment}/match/",
                        lambda it: {"claim": it.claim, "version": "{payment_version}"}),
    "match by number": ("SUPERVISOR", "remittances/payments/{payment}/match/",
                        lambda it: {"number": it.claim_number, "version": "{payment_version}"}),
    "give a role at a place": ("PRACTICE_ADMIN", "access/people/{person}/give/",
                               lambda it: {"role": "READER", "starts_on": TODAY.isoformat(), "reason": "asked for",
                                           "locations": [it.location]}),
    "give a role for a payer": ("PRACTICE_ADMIN", "access/people/{person}/give/",
                                lambda it: {"role": "READER", "starts_on": TODAY.isoformat(),
                                            "reason": "asked for", "payers": [it.payer]}),
    "invite to a place": ("PRACTICE_ADMIN", "access/invite/",
                          lambda it: {"email": "new@example.test", "name": "New", "role": "READER",
                                      "starts_on": TODAY.isoformat(), "reason": "asked for",
                                      "locations": [it.location]}),
}  # fmt: skip
BODIES = {
    "check a coverage": ("/api/v1/eligibility/checks/",
                         lambda it: {"payerId": "00001", "testMode": True, "coverageId": it.coverage,
                                     "provider": {"organizationName": "Clinic", "npi": "0123456789"},
                                     "subscriber": {"memberId": "0000000000"}}),
    "assign an item": ("/api/v1/work-items/{other_item}/assign/", lambda it: {"assignee_id": it.person}),
    "assign a denial": ("/api/v1/denials/{denial}/assign/", lambda it: {"assignee_id": it.person}),
    "match a payment": ("/api/v1/remittances/payments/{payment}/match/",
                        lambda it: {"claim": it.claim, "version": "{payment_version}"}),
    "record a visit": ("/api/v1/encounters/",
                       lambda it: {"patient_id": it.patient, "service_from_on": "2026-01-05", "owed_by": 0,
                                   "location_id": it.location, "rendering_provider_id": it.provider,
                                   "billing_provider_id": it.provider, "referring_provider_id": it.provider,
                                   "charges": [{"procedure_code": "99213", "amount_cents": 1000}]}),
    "answer an appeal": ("/api/v1/denials/{appealed}/appeal-decision/",
                         lambda it: {"appeal_id": it.appeal, "outcome": "UPHELD",
                                     "decided_on": TODAY.isoformat()}),
    "approve a write-off": ("/api/v1/denials/{given_up}/write-off-approval/",
                            lambda it: {"write_off_id": it.write_off, "note": ""}),
}  # fmt: skip
# What a form says to an id it does not know: a page with the field's error, or that there is no such thing.
REFUSED = (400, 404, 409, 422)
# What a program hears of a body it got wrong; a rule of the trade may still refuse what is right (409).
UNKNOWN = (400, 401, 403, 404, 422)


def filled_with(value, things):
    if isinstance(value, str):
        return value.format(**vars(things))
    if isinstance(value, list):
        return [filled_with(one, things) for one in value]
    if isinstance(value, dict):
        return {key: filled_with(one, things) for key, one in value.items()}
    return value


def forms_take_own_ids_only(two):
    callers = {role: caller_of(role, two.practice).client for role in ("SUPERVISOR", "PRACTICE_ADMIN")}
    wrong = []
    for name, (role, path, body) in FORMS.items():
        client, page = callers[role], f"/p/{two.practice.pk}/{path.format(**vars(two.mine))}"
        answer, left = attempt(two, client, page, filled_with(body(two.mine), two.mine))
        if answer.status_code not in (200, 302) or left:
            wrong.append(f"{name} with own ids: {answer.status_code} {left}")
        answer, left = attempt(two, client, page, filled_with(body(two.theirs), two.mine))
        if answer.status_code not in REFUSED or left:
            wrong.append(f"{name} with foreign ids: {answer.status_code} {left}")
    return wrong


def bodies_take_own_ids_only(two):
    program, wrong = caller_of("API_CLIENT", two.practice).client, []
    with organization_scope(two.practice.pk):
        others = WorkItem.objects.filter(is_open=True, kind=WorkKey.UNMATCHED)
        two.mine.other_item = others.order_by("pk")[0].pk
    for name, (path, body) in BODIES.items():
        page = path.format(**vars(two.mine))
        answer, left = attempt(two, program, page, filled_with(body(two.mine), two.mine), as_json=True)
        if answer.status_code in UNKNOWN or left:
            wrong.append(f"{name} with own ids: {answer.status_code} {left} {answer.content[:200]}")
        answer, left = attempt(two, program, page, filled_with(body(two.theirs), two.mine), as_json=True)
        if answer.status_code not in REFUSED or left:
            wrong.append(f"{name} with foreign ids: {answer.status_code} {left}")
    return wrong


def spray(it):
    """Every name under which any form or body takes an id, with that practice's, and words for the rest."""
    return {
        "assignee": it.person, "assignee_id": it.person, "person": it.person, "person_id": it.person,
        "payer": it.payer, "payer_id": it.payer, "payers": [it.payer], "coverage": it.coverage,
        "coverage_id": it.coverage, "claim": it.claim, "claim_id": it.claim, "number": it.claim_number,
        "patient": it.patient, "patient_id": it.patient, "location": it.location, "location_id": it.location,
        "locations": [it.location], "provider": it.provider, "rendering_provider": it.provider,
        "billing_provider": it.provider, "referring_provider": it.provider, "encounter": it.encounter,
        "item": [it.item], "items": [it.item], "item_ids": [it.item], "queue": it.rule, "rule": it.rule,
        "view": it.view, "run_id": it.run, "export_id": it.export, "appeal_id": it.appeal,
        "write_off_id": it.write_off, "remittance": it.remittance, "remittance_id": it.remittance,
        "file": it.file, "file_id": it.file, "grant": it.grant, "billing_company": it.practice,
        "organization": it.practice, "organization_id": it.practice, "practice": it.practice,
        "subject": it.denial, "subject_id": it.denial, "form_key": it.run_key, "everything": "1",
        "filter": f"payer={it.payer}&owner={it.person}", "query": f"payer={it.payer}",
        "action": "NOTE", "body": "seen", "reason": "OTHER", "outcome": "OTHER", "until": TOMORROW,
        "waiting_on": "PAYER", "kind": "NOTE", "version": "1", "role": "READER", "starts_on": TODAY.isoformat(),
        "email": "x@example.test", "name": "X", "note": "n", "member_id": "N1", "amount": "1.00",
        "ceiling_roles": ["READER"], "agreement_reference": "BAA", "team": "coding", "category": "coding",
    }  # fmt: skip


@pytest.mark.soak
def test_no_address_follows_a_foreign_id_in_whatever_field(two):
    supervisor, admin = (caller_of(role, two.practice).client for role in ("SUPERVISOR", "PRACTICE_ADMIN"))
    program, own, wrong = caller_of("API_CLIENT", two.practice).client, Objects(two.practice), []
    # A saved filter may name any id; it finds nothing by it. A form's key is a browser's own word, once in a practice.
    harmless = (
        "workbench.SavedView", "workbench.ExportFile", f"workbench.WorkNote names {two.theirs.run_key}",
    )  # fmt: skip
    for address, view in practice_addresses():
        if hasattr(view, "actions") and "post" not in view.actions:
            continue
        page = fill(address, view, two.practice, own).path
        is_api = address.startswith("api/")
        for client in (program,) if is_api else (admin if "/access/" in address else supervisor,):
            answer, left = attempt(two, client, page, spray(two.theirs), as_json=is_api)
            left = [one for one in left if not one.startswith(harmless)]
            if left or answer.status_code >= 500:
                wrong.append(f"{page}: {answer.status_code} {left}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.soak
def test_filters_and_cursors_find_nothing_of_another_practice(two, stranger):
    supervisor = caller_of("SUPERVISOR", two.practice).client
    program, own, wrong = caller_of("API_CLIENT", two.practice).client, Objects(two.practice), []
    theirs = {name: value for name, value in spray(two.theirs).items() if not isinstance(value, list)}
    cursor = next_cursor(caller_of("API_CLIENT", two.other).client)
    for address, view in practice_addresses():
        page = fill(address, view, two.practice, own).path
        client = program if address.startswith("api/") else supervisor
        for query in (theirs, {"after": str(two.theirs.claim)}, {"cursor": cursor}):
            with transaction.atomic():
                response = client.get(page, query)
                content = b"".join(response)
                transaction.set_rollback(True)
            if FOREIGN.encode() in content or response.status_code >= 500:
                wrong.append(f"{page} {sorted(query)[:3]}: {response.status_code}")
    assert not wrong, "\n".join(wrong)


def next_cursor(program):
    """Where another practice's list of claims goes on."""
    answer = program.get("/api/v1/claims/?page_size=2").json()
    return (answer.get("next") or "?cursor=cD0x").partition("cursor=")[2]


JOBS = {
    "audit.make_export": ("export_id", "export"),
    "claims.bill_visits": ("run_id", "billing_run"),
    "claims.import_file": ("file_id", "file"),
    "claims.read_statuses": ("file_id", "file"),
    "clearinghouse.deliver": ("interchange_id", "interchange"),
    "clearinghouse.fetch": ("connection_id", "connection"),
    "clearinghouse.notice_unknown": ("file_id", "file"),
    "clearinghouse.read_answers": ("file_id", "file"),
    "eligibility.ask_again": ("inquiry_id", "inquiry"),
    "eligibility.ask_row": ("row_id", "row"),
    "remittances.ingest_file": ("file_id", "file"),
    "remittances.post_remittance": ("remittance_id", "remittance"),
    "workbench.run_bulk": ("run_id", "run"),
    "workbench.write_export": ("export_id", "export"),
    "denials.rescore": ("after", "denial"),
}


def jobs_reach_own_objects_only(two):
    wrong = []
    for name, (argument, thing) in JOBS.items():
        with transaction.atomic():
            OutboxMessage.objects.filter(state=MessageState.PENDING).update(state=MessageState.DONE)
            before = rows_of(two.other)
            with organization_scope(two.practice.pk):
                message = enqueue(name, **{argument: str(getattr(two.theirs, thing))})
            run_message(message)
            if rows_of(two.other) != before:
                wrong.append(f"{name}: the other practice changed")
            if any(one in repr(rows) for rows in rows_of(two.practice).values() for one in two.theirs.ids()):
                wrong.append(f"{name}: ours names theirs")
            transaction.set_rollback(True)
    return wrong


def test_every_job_that_takes_an_id_is_tried():
    with_ids = {name for name in job_names() if takes_an_id(name)}
    assert with_ids == set(JOBS)


def takes_an_id(name):
    import inspect

    from tenancy import jobs

    parameters = inspect.signature(jobs._jobs[name][0]).parameters
    return any(one.endswith("_id") or one == "after" for one in parameters)


def outbox_rows_open_their_own_scope(two):
    """A row that names our practice and their object is a job that fails, is counted, and in the end a person's."""
    with organization_scope(two.practice.pk):
        message = enqueue("workbench.run_bulk", run_id=two.theirs.run)
    before = rows_of(two.other)
    for _ in range(5):
        OutboxMessage.objects.filter(pk=message).update(due_at=timezone.now(), leased_until=None)
        assert run_message(message) is False
    row = OutboxMessage.objects.get(pk=message)
    assert (row.state, row.error) == (MessageState.NEEDS_HUMAN, "DoesNotExist")
    assert rows_of(two.other) == before


def files_are_own_only(two):
    supervisor = caller_of("SUPERVISOR", two.practice).client
    auditor = caller_of("AUDITOR", two.practice).client
    for client, path in (
        (supervisor, f"files/{two.theirs.file}/"),
        (supervisor, f"files/{two.theirs.file}/segments/"),
        (supervisor, f"work/export/{two.theirs.export}/file/"),
        (supervisor, f"work/bulk/{two.theirs.run}/"),
        (auditor, f"audit/export/{two.theirs.export}/file/"),
    ):
        answer = client.get(f"/p/{two.practice.pk}/{path}")
        assert answer.status_code == 404
        assert FOREIGN.encode() not in answer.content


def sessions_open_nothing_by_themselves(two):
    stranger = caller_of("SUPERVISOR", two.practice).client
    session = stranger.session
    session["practice"] = str(two.other.pk)
    session.save()
    for path in ("/api/v1/claims/", "/api/v1/patients/", "/admin/patients/patient/"):
        answer = stranger.get(path)
        assert answer.status_code == 404
        assert FOREIGN.encode() not in answer.content


def colleagues_are_of_the_practice(two):
    """The list of whom an item can be given to holds the practice's own people only."""
    stranger = Person.objects.get(pk=two.theirs.person)
    client = caller_of("SUPERVISOR", two.practice).client
    page = client.get(f"/p/{two.practice.pk}/denials/{two.mine.denial}/")
    assert page.status_code == 200
    assert str(stranger.pk) not in page.content.decode()


def test_a_strangers_ids_are_refused_like_ids_that_do_not_exist(two):
    wrong = [*forms_take_own_ids_only(two), *bodies_take_own_ids_only(two), *jobs_reach_own_objects_only(two)]
    assert not wrong, "\n".join(wrong)
    files_are_own_only(two)
    sessions_open_nothing_by_themselves(two)
    colleagues_are_of_the_practice(two)
    outbox_rows_open_their_own_scope(two)
