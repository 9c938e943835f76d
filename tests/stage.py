"""A practice with one of everything in it, made by driving the product with files."""

import dataclasses

from django.utils import timezone

from audit import services as audit
from claims.models import Claim, EditSetting
from claims.services import find_silent_claims, order_billing, order_reading
from clearinghouse.models import DeliveryAttempt
from clearinghouse.services import bring_in, seal
from clearinghouse.services.partners import add_enrolment, add_route, set_connection
from denials.models import Denial
from denials.services import record_appeal, request_write_off, save_routing_rule
from eligibility.models import EligibilityResponse, stored
from eligibility.rules.answers import Member
from eligibility.rules.asking import Person as AskedPerson
from eligibility.rules.asking import Question
from eligibility.rules.by_hand import Told
from eligibility.rules.normalising import unanswered
from eligibility.rules.words import CoverageStatus, Outcome
from eligibility.services import (
    About,
    RowDraft,
    Verified,
    ask,
    exchange,
    order_batch,
    record_by_hand,
    save_rule,
    take,
)
from patients.choices import Source
from patients.models import Coverage, Encounter, Patient
from patients.services import (
    PaymentTaken,
    flag_sensitive,
    place_hold,
    plan_visit,
    record_consent,
    take_payment,
)
from patients.services.history import Origin
from rcm_site.demo import profiles, story
from reference.models import Payer, Provider
from reference.services import add_payer_rule, remember_alias, set_credentialing, set_deadline_rule
from tenancy.ids import uuid7
from tenancy.models import Person
from tenancy.scope import organization_scope
from tenancy.services import create_organization, create_person, issue_token, start_engagement
from tests.factories.answers import status_report
from tests.factories.claims import Person as Person837
from tests.factories.claims import SentClaim, file_837, import_bytes, import_claims
from tests.factories.era import Era, post
from tests.factories.partners import claims_to_send, make_partner
from workbench.kinds import kind_of
from workbench.models import WorkItem
from workbench.services import request_bulk, request_export, save_view


def set_stage(practice, *, canary, claims=48, seed=11):
    """Claims, remittances and denials of one practice. `canary` is in every patient's name and number, nowhere else."""
    profile = dataclasses.replace(
        profiles.RIVERSIDE,
        name=practice.name,
        prefix=canary[:6],
        tax_identifier=practice.tax_id,
        last_names=(canary,),
    )
    story.know_payers(practice, profiles.PAYERS, profiles.PAYER_KINDS)
    until = timezone.now().date()
    truth = story.tell(practice, profile, profiles.PAYERS, claims=claims, until=until, seed=seed, months=3)
    story.finish_jobs()
    _set_access_stage(practice)
    _set_work_stage(practice)
    _set_denial_stage(practice)
    _set_reference_stage(practice)
    _set_money_stage(practice)
    _set_exchange_stage(practice)
    _set_eligibility_stage(practice)
    return truth


def _set_eligibility_stage(practice):
    """A question about a patient that was put and waits to be put again: its payer is down."""
    with organization_scope(practice.pk):
        coverage = Coverage.objects.select_related("patient", "payer").filter(patient__mrn__gt="").first()
        patient = coverage.patient
        person = AskedPerson(
            patient.last_name, patient.first_name, patient.birth_date, "", coverage.member_id
        )
        question = Question(
            "Test payer", "00006", "Riverside", "1760854442", person, None, "", ("30",), timezone.now().date()
        )
        asked, *_ = ask(
            question=question,
            about=About(coverage=coverage, payer=coverage.payer),
            is_test=True,
            at=timezone.now(),
        )
        take(inquiry_id=asked.id, exchanged=exchange(asked, None, at=timezone.now()), at=timezone.now())
        save_rule(trigger="BEFORE_VISIT", version=0, is_active=True, days=3, budget=10)
        told = Told(
            CoverageStatus.ACTIVE, "98", "by telephone", Member(coverage.member_id, patient.last_name)
        )
        verified = Verified("PHONE", patient.last_name, "REF-7", evidence=b"%PDF-1.4")
        today = timezone.now().date()
        record_by_hand(coverage=coverage, told=told, verified=verified, service_on=today, at=timezone.now())
        EligibilityResponse.objects.create(
            inquiry=asked,
            content=b"HTML",
            sha256="0" * 64,
            received_at=timezone.now(),
            outcome="UNPARSEABLE",
            status="UNDETERMINED",
            answer=stored(unanswered(Outcome.UNPARSEABLE)),
        )
        plan_visit(patient_id=patient.id, on=today, values={}, origin=Origin(Source.PERSON, timezone.now()))
        draft = RowDraft(fault="Line 2, payer_id: is empty.", coverage=coverage, line_number=2)
        order_batch(kind="FILE", key="file:stage", rows=[draft], at=timezone.now(), name="people.csv")


def _set_money_stage(practice):
    """A payer that will take money back: a receivable. A payment that resembles a claim and names none: a candidate."""
    payee = ("FI", practice.tax_id)
    recovery = Era(f"WO-{practice.slug}", payee=payee).adjusted("WO", "REF1", "-25.00")
    with organization_scope(practice.pk):
        insured = Claim.objects.select_related("coverage").earliest("id").coverage
        post(recovery)
        post(Era(f"NM-{practice.slug}", payee=payee).paid("NOBODYS1", "9.00 9.00", member=insured.member_id))


def _set_access_stage(practice):
    """An engaged billing company, a program with a token, a check of the seals and an export of the trail."""
    today = timezone.now().date()
    with organization_scope(practice.pk):
        person = Person.objects.filter(organization=practice).first() or create_person(
            email=f"owner@{practice.slug}.test", name="Owner", organization=practice
        )
        company = create_organization(kind="BILLING_COMPANY", name="Engaged", slug=f"engaged-{practice.slug}")
        start_engagement(
            practice=practice,
            billing_company=company,
            agreement_reference="BAA",
            ceiling_roles=["BILLER"],
            starts_on=today,
        )
        issue_token(
            practice=practice,
            person=person,
            name="Loader",
            permissions=["claims.view_claim"],
            created_by=person,
            expires_on=today,
        )
        audit.request_verification(person=person)
        export = audit.request_export(person=person, criteria={}, reason="for a test", at=timezone.now())
        audit.make_export(export_id=export.id, at=timezone.now())


def _set_work_stage(practice):
    """A routing rule, and what one person keeps at the work queues: a view, bulk runs, an export."""
    now = timezone.now()
    person = Person.objects.filter(organization=practice).first()
    kind = kind_of("DENIAL")
    with organization_scope(practice.pk, person_id=person.pk):
        save_routing_rule(payer_id=None, category="coding", team="coding", note="for a test", version=None)
        save_view(kind=kind.key, name="Mine", query="", visibility="TEAM", is_default=False)
        items = list(WorkItem.objects.filter(kind=kind.key).values_list("id", flat=True)[:2])
        parameters = {"body": "Seen"}
        request_bulk(
            kind=kind, item_ids=items, action="NOTE", parameters=parameters, form_key=uuid7(), at=now
        )
        request_export(listing=kind, query="", at=now)
        order_billing(visits=Encounter.objects.order_by("id")[:1], form_key=uuid7(), at=now)
    story.finish_jobs()


def _set_denial_stage(practice):
    """An appeal sent, and a write-off above the requester's limit that waits for a second person."""
    now = timezone.now()
    person = Person.objects.filter(organization=practice).first()
    with organization_scope(practice.pk, person_id=person.pk):
        remember_alias(payer=Payer.objects.first(), kind="NAME", written_as="Prairie of Old")
        add_payer_rule(
            values={"reason_code": "197", "owner_team": "auth_team", "source_note": "as we agreed"}
        )
        appealed, given_up = Denial.objects.filter(is_appealable=True).order_by("id")[:2]
        record_appeal(
            denial=appealed,
            item=item_of(appealed),
            method="FAX",
            sent_on=now.date(),
            decision_due_on=None,
            reference="FAX-1",
            note="",
            form_key=uuid7(),
            at=now,
        )
        request_write_off(
            denial=given_up,
            item=item_of(given_up),
            amount_cents=given_up.denied_cents,
            reason="SMALL_BALANCE",
            note="",
            form_key=uuid7(),
            at=now,
        )


def item_of(denial):
    return WorkItem.objects.get(kind="DENIAL", subject_id=denial.pk)


def _set_reference_stage(practice):
    """A payer's own deadline, and a patient of whom a later file says something else; nobody answers its claim."""
    now = timezone.now()
    values = {"kind": "APPEAL_1", "days": 90, "basis": "REMITTANCE", "source_note": "contract"}
    with organization_scope(practice.pk):
        set_deadline_rule(payer=Payer.objects.first(), values={**values, "confidence": "CONFIRMED"})
        set_credentialing(
            payer=Payer.objects.first(),
            provider=Provider.objects.first(),
            starts_on=now.date(),
            stops_on=None,
            at=now,
        )
        known = Patient.objects.exclude(mrn="").exclude(address_line="").first()
        told = Person837(
            known.last_name, known.first_name, "M0SEEN", f"{known.birth_date:%Y%m%d}", mrn=known.mrn,
            address_line="9 ANOTHER STREET",
        )  # fmt: skip
        import_claims(SentClaim(number="SEEN1", person=told), at=now, tax_id=practice.tax_id)
        find_silent_claims(at=now)
        waiting = Encounter.objects.filter(patient=known).first()
        Encounter.objects.filter(id=waiting.id).update(billing_state="OPEN")
        flag_sensitive(encounter_id=waiting.id, is_sensitive=True, at=now)
        place_hold(encounter_id=waiting.id, reason="CODING", at=now)
        values = {"recipients": "All payers", "how": "On paper", "starts_on": now.date()}
        record_consent(patient_id=known.id, values=values, at=now)
        take_payment(patient=known, taken=PaymentTaken(2500, "CASH", now.date()), at=now)
        EditSetting(rule_id="E022", severity="warn", starts_on=now.date(), note="Our payers take it").save()
    story.finish_jobs()


def _set_exchange_stage(practice):
    """A trading partner with a payer's route and an interchange that waits to be sent, and an enrolment."""
    now = timezone.now()
    with organization_scope(practice.pk):
        partner, payer = make_partner(), Payer.objects.first()
        add_route(
            partner=partner,
            payer=payer,
            transaction_kind="837P",
            payer_identifier="P1",
            needs_enrolment=True,
        )
        connection = set_connection(partner=partner, values={"transport": "MANUAL"})
        add_enrolment(provider=Provider.objects.first(), payer=payer, transaction_kind="837P", at=now)
        sealed = seal(partner_id=partner.id, kind="837P", claims=claims_to_send(1), at=now)
        DeliveryAttempt.objects.create(
            interchange_id=sealed.interchange_id,
            connection=connection,
            request_id=uuid7(),
            started_at=now,
            latency_ms=1,
        )
        _reject_a_claim(practice, now)
    story.finish_jobs()


def _reject_a_claim(practice, now):
    """A claim that the clearinghouse did not take in."""
    known = Patient.objects.exclude(mrn="").first()
    person = Person837(
        known.last_name, known.first_name, "M0REJ", f"{known.birth_date:%Y%m%d}", mrn=known.mrn
    )
    sent = file_837(SentClaim(number="REJ1", person=person), tax_id=practice.tax_id, control="000000777")
    import_bytes(sent, at=now)
    said = status_report(sent, {"REJ1": [("A7", "562", "85")]})
    bring_in(name="answer.277", content=said, source="API", at=now)
    order_reading(at=now)
