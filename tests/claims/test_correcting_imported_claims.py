"""A claim another system has sent is corrected here: all it said is sent again, but what a person has changed."""

import datetime
import re

import pytest

from claims.models import Claim, ClaimVersion, EditRun
from claims.rules.snapshot import claim_of
from claims.rules.writing import readable
from claims.services import draft_replacement
from patients.models import Charge, Encounter
from tenancy.scope import organization_scope
from tests.factories.claims import SentClaim, import_bytes, import_claims
from tests.x12.support import fixture


def segments(content):
    written, refusal = readable(content)
    assert refusal == ""
    return ["*".join(one.elements) for one in written]


def imported(practice, content):
    with organization_scope(practice.pk):
        import_bytes(content)
        Claim.objects.update(payer_control_number="ICN1", submission_state="ADJUDICATED")
        claim = Claim.objects.earliest("patient_control_number")
        version = ClaimVersion.objects.get(claim=claim)
        return claim, segments(claim_of(version.snapshot))


def entered(page):
    """The form of a visit as a browser sends it back untouched."""
    form, charges = page.context["form"], page.context["charges"]
    bound = [*form, *charges.management_form, *(field for line in charges.forms for field in line)]
    values = {one.html_name: one.value() for one in bound}
    return {name: "" if value is None else str(value) for name, value in values.items()}


def change_visit(client, claim, **values):
    path = client.at(f"patients/encounters/{claim.encounter_id}/edit/")
    answer = client.post(path, entered(client.get(path)) | values)
    assert answer.status_code == 302, answer.context["form"].errors or answer.context["charges"].errors


def changed_segments(practice, claim, sent):
    """What is sent no more, and what is sent instead."""
    with organization_scope(practice.pk):
        now = segments(draft_replacement(Claim.objects.get(id=claim.id), "7"))
    return [one for one in sent if one not in now], [one for one in now if one not in sent]


def test_a_corrected_charge_of_a_hospital_claim_leaves_all_else_as_it_was_sent(practice, biller):
    claim, sent = imported(practice, fixture("837i_good"))
    change_visit(biller, claim, **{"charges-1-amount": "1100.00"})
    before, after = changed_segments(practice, claim, sent)
    assert before == ["CLM*HP0001*5200.5***11:A:1**A*Y*Y", "SV2*0300*HC:85025*1000*UN*2**50"]
    assert after == [
        "CLM*HP0001*5300.5***11:A:7**A*Y*Y",
        "REF*F8*ICN1",
        "SV2*0300*HC:85025*1100*UN*2**50",
    ]


def test_a_corrected_charge_of_an_office_claim_leaves_all_else_as_it_was_sent(practice, biller):
    claim, sent = imported(practice, fixture("837p_good"))
    change_visit(biller, claim, **{"charges-0-amount": "1.00"})
    before, after = changed_segments(practice, claim, sent)
    assert [one.split("*")[0] for one in before] == ["CLM", "SV1"]
    assert [one.split("*")[0] for one in after] == ["CLM", "REF", "SV1"]


def test_the_day_of_admission_is_told_of_a_visit_in_the_hospital_and_kept(practice, biller):
    claim, sent = imported(practice, fixture("837p_good"))
    with organization_scope(practice.pk):
        day = Encounter.objects.get(id=claim.encounter_id).service_from_on
    change_visit(biller, claim, place_of_service="21", admitted_on=f"{day}")
    before, after = changed_segments(practice, claim, sent)
    assert f"DTP*435*D8*{day:%Y%m%d}" in after
    assert [one.split("*")[0] for one in before] == ["CLM"]
    page = biller.get(biller.at(f"claims/{claim.pk}/correct/")).content.decode()
    assert "admission" in page and f"{day:%m/%d/%Y}" in page and "D8</ins>" not in page


def test_the_visit_of_an_imported_hospital_claim_says_what_the_claim_said(practice, biller):
    claim, _ = imported(practice, fixture("837i_good"))
    page = biller.get(biller.at(f"patients/encounters/{claim.encounter_id}/edit/")).content.decode()
    for told in (
        "2026-03-01", "0815", "1130", "247", "02703DZ 03/02/2026", "11 02/28/2026", "80 3.00", "C1", "I2510/Y", "R079",
    ):  # fmt: skip
        assert told in page, told


def test_what_is_taken_out_of_the_visit_is_not_sent(practice, biller):
    claim, sent = imported(practice, fixture("837i_good"))
    emptied = dict.fromkeys(("drg", "discharge_hour", "occurrence_codes", "value_codes", "procedures"), "")
    change_visit(biller, claim, **emptied, condition_codes="C3")
    before, after = changed_segments(practice, claim, sent)
    assert {"HI*DR:247", "DTP*096*TM*1130", "HI*BH:11:D8:20260228", "HI*BG:C1"} <= set(before)
    assert "HI*BG:C3" in after and "HI*BI:74:RD8:20260301-20260302" not in before


def test_a_line_taken_out_leaves_the_others_theirs(practice, biller):
    claim, sent = imported(practice, fixture("837i_good"))
    with organization_scope(practice.pk):
        first, version = Charge.objects.get(line_number=1), Encounter.objects.get().version
    path = f"/api/v1/charges/{first.pk}/void/"
    assert biller.post(path, {"version": version}, content_type="application/json").status_code == 200
    _, after = changed_segments(practice, claim, sent)
    assert "SV2*0120**4200.5*DA*3" not in after
    with organization_scope(practice.pk):
        content = draft_replacement(Claim.objects.get(), "7")
    assert [(one.line_number, one.revenue_code, one.non_covered_amount) for one in content.lines] == [
        ("1", "0300", 50)
    ]


def test_nothing_changed_is_nothing_to_send(practice, biller):
    claim, _ = imported(practice, fixture("837i_good"))
    page = biller.get(biller.at(f"claims/{claim.pk}/correct/")).content.decode()
    assert "Nothing has changed since the claim was sent" in page


def test_names_in_small_letters_are_no_change(practice, biller):
    with organization_scope(practice.pk):
        person = SentClaim().person
        small = person.__class__(last_name="Rivera", first_name="Ana", address_line="1 Main Street")
        import_claims(SentClaim(person=small))
        Claim.objects.update(payer_control_number="ICN1", submission_state="ADJUDICATED")
        claim = Claim.objects.get()
    change_visit(biller, claim, **{"charges-0-amount": "130.00"})
    page = biller.get(biller.at(f"claims/{claim.pk}/correct/")).content.decode()
    assert "130.00" in page and "subscriber" not in page
    with organization_scope(practice.pk):
        import_claims(SentClaim(person=person, frequency="7", prior_number="ICN1"), control="000000102")
    versions = biller.get(biller.at(f"claims/{claim.pk}/versions/")).content.decode()
    assert "subscriber last name" not in versions and "subscriber name" not in versions


@pytest.mark.parametrize("verb", ["correct", "void"])
def test_what_another_system_sent_in_small_letters_is_no_fault_of_form(practice, biller, run_jobs, verb):
    with organization_scope(practice.pk):
        import_claims(SentClaim(payer=("Great Plains Health", "GP001")))
        Claim.objects.update(payer_control_number="Icn1", submission_state="ADJUDICATED")
        claim = Claim.objects.get()
    if verb == "correct":
        change_visit(biller, claim, **{"charges-0-amount": "130.00"})
    address = biller.at(f"claims/{claim.pk}/{verb}/")
    [version] = re.findall(r'name="version" value="(\d+)"', biller.get(address).content.decode())
    assert biller.post(address, {"reason": "Wrong charge", "version": version}).status_code == 302
    run_jobs()
    with organization_scope(practice.pk):
        run = EditRun.objects.get(version__number=2)
        sent = segments(claim_of(ClaimVersion.objects.get(claim=claim, number=2).snapshot))
    assert "E006" not in set(run.blocked_by)
    assert "REF*F8*Icn1" in sent
    payer = "GREAT PLAINS HEALTH" if verb == "correct" else "Great Plains Health"
    assert f"NM1*PR*2*{payer}*****PI*GP001" in sent


def test_a_later_file_brings_the_visit_up_to_what_it_says(practice, biller):
    claim, _ = imported(practice, fixture("837i_good"))
    later = fixture("837i_good").replace(b"11:A:1*", b"11:A:7*").replace(b"HI*DR:247~", b"HI*DR:248~")
    later = later.replace(b"HI*ABF:E119:::::::Y*ABF:I10:::::::N~", b"HI*ABF:I10:::::::N~")
    with organization_scope(practice.pk):
        import_bytes(later)
        visit = Encounter.objects.get()
        assert (visit.drg, visit.billing_state) == ("248", "BILLED")
        assert [one.code for one in visit.diagnoses.order_by("ordinal")] == ["I2510", "R079", "I10"]
    page = biller.get(biller.at(f"claims/{claim.pk}/correct/")).content.decode()
    assert "Nothing has changed since the claim was sent" in page


def test_a_coverage_without_an_order_is_named(practice, biller):
    claim, _ = imported(practice, fixture("837i_good"))
    with organization_scope(practice.pk):
        claim.coverage.__class__.objects.update(rank=None)
        Encounter.objects.update(service_to_on=datetime.date(2026, 3, 5))
    page = biller.get(biller.at(f"claims/{claim.pk}/correct/")).content.decode()
    assert "has no order on the day of service" in page
