"""Claims go out to a clearinghouse in a process of its own and come back paid, whatever it makes of them first."""

import pytest

from claims.models import Claim
from remittances.models import Remittance
from tests.factories.simulator import Practice, Process
from workbench.models import WorkItem


@pytest.mark.parametrize(("kind", "transport"), [("837P", "SFTP"), ("837I", "HTTPS")])
def test_a_clean_claim_is_acknowledged_accepted_and_paid(customer, biller, kind, transport):
    story = customer(kind=kind, transport=transport)
    claim_id = story.bill()
    story.until_paid()
    assert [one["frequency"] for one in story.deliveries(claim_id)] == ["1"]
    page = biller.get(biller.at(f"claims/{claim_id}/answers/")).content.decode()
    assert "proves timely filing" in page


@pytest.mark.parametrize(
    ("kind", "payer", "state", "mended"),
    [
        ("837P", "SIMTA1", "SYNTAX_REJECTED", None),
        ("837P", "SIM999", "SYNTAX_REJECTED", {"address_line": "10 Main St"}),
        ("837I", "SIMCLEAR", "CH_REJECTED", {"postal_code": "43605"}),
        ("837P", "SIMPAYER", "PAYER_REJECTED", {"birth_date": "1980-02-11"}),
    ],
)
def test_a_claim_refused_on_its_way_is_mended_sent_again_and_paid(
    customer, biller, kind, payer, state, mended
):
    """Every stage for both kinds, by real workers: tests/soak/test_stories.py."""
    story = customer(payer=payer, kind=kind)
    claim_id = story.bill()
    story.until_state(state)
    with story.scope():
        item = WorkItem.objects.get(kind="REJECTION", is_open=True)
        patient = Claim.objects.select_related("patient").get().patient
    if mended:
        form = {
            "mrn": patient.mrn, "last_name": patient.last_name, "first_name": patient.first_name, "sex": patient.sex,
            "birth_date": patient.birth_date.isoformat(), "address_line": patient.address_line, "city": patient.city,
            "state": patient.state, "postal_code": patient.postal_code, "version": patient.version, **mended,
        }  # fmt: skip
        assert biller.post(biller.at(f"patients/{patient.id}/edit/"), form).status_code == 302
    assert biller.post(biller.at(f"claims/rejections/{item.id}/send-again/")).status_code in (200, 302)
    story.until_paid()
    assert len(story.deliveries(claim_id)) == 2
    with story.scope():
        assert not WorkItem.objects.filter(kind="REJECTION", is_open=True).exists()


@pytest.mark.parametrize(
    ("payer", "transport"), [("SIMPLE", "SFTP"), ("SIMDROP", "SFTP"), ("SIMLOST", "HTTPS")]
)
def test_a_clearinghouse_killed_before_it_answers_has_every_claim_once(
    practice, run_jobs, secrets, tmp_path_factory, payer, transport
):
    pace = {"acknowledged": 3, "forwarded": 3.1, "accepted": 3.2, "paid": 3.3}
    process = Process(tmp_path_factory.mktemp("clearinghouse"), **pace)
    story = Practice(practice, process, run_jobs, secrets, payer=payer, transport=transport)
    try:
        claim_id = story.bill()
        story.minute()
        story.minute()
        process.kill()
        assert story.answers() == []
        story.minute()
        process.start()
        story.forget_pauses()
        story.until_paid()
        assert len(story.deliveries(claim_id)) == 1
        assert len(story.answers()) == len(set(story.answers())) == 4
        with story.scope():
            assert Remittance.objects.count() == 1
    finally:
        assert process.stop() == 0
