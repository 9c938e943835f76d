"""Claims from the visit's form to the partner's folder, judged by another program's guides and read back as written."""

import io

import pytest
from django.utils import timezone

import x12
from claims.models import Claim, ClaimVersion, EditRun
from claims.rules.building import Decision, LineDecision, Taken
from claims.rules.snapshot import snapshot_of
from claims.rules.states import Evidence
from claims.services import Said, bill_payer, bill_visit, move_claims, send_ready
from claims.tasks import take_evidence
from clearinghouse.services.partners import add_route
from patients.models import Charge, Encounter
from reference.models import Payer
from tenancy.scope import organization_scope
from tests.factories.billing import make_providers
from tests.factories.patients import make_coverage, make_patient, make_payer
from tests.patients.test_capture import OFFICE, STAY

pyx12_document = pytest.importorskip("pyx12.x12n_document")
pyx12_params = pytest.importorskip("pyx12.params")


def second_opinion(text):
    """What pyx12 finds wrong: nothing, or its report."""
    report = io.StringIO()
    params = pyx12_params.ParamsBase()
    is_right = pyx12_document.x12n_document(params, io.StringIO(text), None, None, None, report)
    return "" if is_right else report.getvalue()


@pytest.fixture
def patient(practice):
    with organization_scope(practice.pk):
        patient = make_patient(
            mrn="R1", birth_date="1980-02-01", sex="F", address_line="1 Main St", city="Toledo", state="OH",
            postal_code="43604",
        )  # fmt: skip
        make_coverage(patient)
        make_coverage(patient, make_payer("Acme Plan", "AC002"), member_id="W2002", rank=2)
        Payer.objects.update(filing_indicator="CI")
        return patient


@pytest.fixture
def sent(practice, wire, run_jobs, tmp_path):
    """What lies in the partner's folder after the claims were sent: the new files, as text."""
    seen = set()
    with organization_scope(practice.pk):
        for payer in [make_payer(), make_payer("Acme Plan", "AC002")]:
            for kind in ("837P", "837I"):
                add_route(
                    partner=wire, payer=payer, transaction_kind=kind, payer_identifier=payer.payer_identifier,
                    needs_enrolment=False,
                )  # fmt: skip

    def send():
        run_jobs()
        with organization_scope(practice.pk):
            runs = {run.version_id: run.blocked_by for run in EditRun.objects.order_by("ran_at")}
            assert not any(runs.values()), list(EditRun.objects.values_list("results", flat=True))
            send_ready(at=timezone.now(), is_urgent=True)
        run_jobs()
        with organization_scope(practice.pk):
            take_evidence()
        new = {file for file in (tmp_path / "in").iterdir() if file.name not in seen}
        seen.update(file.name for file in new)
        return [file.read_bytes() for file in sorted(new)]

    return send


@pytest.fixture
def claim(request, biller, practice, patient):
    """From the form of the browser to a claim."""
    form = {"office": OFFICE, "stay": STAY}[request.param]
    with organization_scope(practice.pk):
        billing, treating = make_providers()
    form = form | {"billing_provider": billing.pk, "rendering_provider": treating.pk}
    form["referring_provider"] = treating.pk
    answer = biller.post(biller.at(f"patients/{patient.pk}/encounters/new/"), form)
    assert answer.status_code == 302, answer.context["form"].errors
    with organization_scope(practice.pk):
        return bill_visit(encounter_id=Encounter.objects.get().id, at=timezone.now())


def judge(practice, files, *, frequency, rank):
    """One file of one claim, faultless in another program's eyes, and to our reader what was stored."""
    [file] = files
    assert second_opinion(file.decode()) == ""
    [read] = [one for one in x12.read_837(io.BytesIO(file)) if isinstance(one, x12.SubmittedClaim)]
    with organization_scope(practice.pk):
        version = ClaimVersion.objects.order_by("-number")[0]
        assert snapshot_of(read) == version.snapshot
        assert (version.frequency, version.payer_rank) == (frequency, rank)


def decide(practice, claim):
    taken_in = (Evidence.PAYER_ACCEPTED, Evidence.ADJUDICATED)
    with organization_scope(practice.pk):
        move_claims([Said(claim.id, one, timezone.now()) for one in taken_in])
        Claim.objects.update(payer_control_number="ICN20260001")


@pytest.mark.parametrize("claim", ["office", "stay"], indirect=True)
def test_what_is_sent_is_faultless_in_another_programs_eyes(biller, practice, claim, sent):
    judge(practice, sent(), frequency="1", rank=1)

    decide(practice, claim)
    with organization_scope(practice.pk):
        visit = Encounter.objects.get()
    change = {"version": visit.version, "referral_number": "LATE-1"}
    path = f"/api/v1/encounters/{visit.pk}/change/"
    assert biller.post(path, change, content_type="application/json").status_code == 200
    answer = biller.post(
        biller.at(f"claims/{claim.pk}/correct/"), {"reason": "A referral came late", "version": 1}
    )
    assert answer.status_code == 302
    judge(practice, sent(), frequency="7", rank=1)

    decide(practice, claim)
    with organization_scope(practice.pk):
        bill_payer(claim_id=claim.id, rank=2, decisions={1: decision(claim)}, at=timezone.now())
    judge(practice, sent(), frequency="1", rank=2)


@pytest.mark.parametrize("claim", ["office", "stay"], indirect=True)
def test_a_void_is_faultless_too(biller, practice, claim, sent):
    judge(practice, sent(), frequency="1", rank=1)
    decide(practice, claim)
    void = biller.post(biller.at(f"claims/{claim.pk}/void/"), {"reason": "Another patient's", "version": 1})
    assert void.status_code == 302
    judge(practice, sent(), frequency="8", rank=1)


def decision(claim):
    """Half of each line is paid, the rest is the patient's."""
    lines = []
    for charge in Charge.objects.filter(encounter=claim.encounter_id, state="BILLABLE"):
        half = charge.amount_cents // 2
        rest = (Taken("PR", "2", charge.amount_cents - half),)
        lines.append(
            LineDecision(charge.line_number, half, charge.units, rest, procedure_code=charge.procedure_code)
        )
    paid = sum(one.paid_cents for one in lines)
    return Decision(timezone.localdate(), paid, "ICN20260001", lines=tuple(lines))
