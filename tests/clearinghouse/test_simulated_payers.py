"""What a payer of the simulated clearinghouse pays, and how it says so, follows from its id."""

import datetime

import pytest

import x12
from clearinghouse.simulator.scenarios import DENIALS, OUTCOME_BY_PAYER, Outcome
from tests.clearinghouse.test_the_clearinghouse import Customer, claims

AT_LAST = datetime.datetime(2100, 1, 1, tzinfo=datetime.UTC)
PAYERS = {"837p_good": (b"EHP01", "PT0001"), "837i_good": (b"EMC01", "HP0001")}


@pytest.fixture
def customer(tmp_path):
    return Customer(tmp_path)


def remittances(customer, content):
    """The 835s that answer a file, in the order in which they leave."""
    customer.send(content)
    names = [one.name for one in customer.house.books.waiting(at=AT_LAST.timestamp())]
    customer.house.lay_out(at=AT_LAST)
    laid_out = customer.account.folder / "out"
    return [list(x12.read_835(laid_out / name)) for name in names if name.endswith(".835")]


def paid(customer, payer, *, form="837p_good"):
    """What that payer says of the one claim that is sent to it."""
    own_payer, _ = PAYERS[form]
    told = remittances(customer, claims(form=form).replace(own_payer, payer.encode()))
    return [one for start, *claims, _ in told if start.payer.identifier == payer for one in claims]


@pytest.mark.parametrize("form", ["837p_good", "837i_good"])
@pytest.mark.parametrize(
    ("payer", "reasons"),
    [("SIMPAID", set()), ("SIMDEDUC", {"1"}), ("SIMCOINS", {"2"}), ("SIMCOPAY", {"3"})],
)
def test_a_payer_leaves_the_patient_a_share(customer, payer, reasons, form):
    [payment] = paid(customer, payer, form=form)
    adjustments = [one for line in payment.service_lines for one in line.adjustments]
    assert {one.reason for one in adjustments if one.group == "PR"} == reasons
    assert payment.patient_control_number == PAYERS[form][1]
    assert payment.status_code == "1"


@pytest.mark.parametrize("form", ["837p_good", "837i_good"])
def test_a_payer_bundles_the_last_line_into_the_first(customer, form):
    [payment] = paid(customer, "SIMBUNDL", form=form)
    first, *_, last = payment.service_lines
    assert last.procedure == first.procedure != last.original_procedure
    assert [(one.group, one.reason) for one in last.adjustments] == [("CO", "97")]


def test_a_payer_allows_less_than_it_should(customer):
    [payment] = paid(customer, "SIMUNDER")
    allowed = payment.service_lines[0].allowed_amount / payment.service_lines[0].charge_amount
    assert 0.4 < allowed < 0.8 * 0.85


def test_a_payer_passes_the_claim_on(customer):
    [payment] = paid(customer, "SIMCROSS")
    assert payment.status_code == "19"
    assert "SIMULATED SUPPLEMENT" in [one.name for one in payment.parties if one.entity_code == "TT"]


def test_a_payer_splits_the_claim(customer):
    assert [len(one.service_lines) for one in paid(customer, "SIMSPLIT")] == [1, 1]


def test_a_payer_refuses_part_of_it(customer):
    [payment] = paid(customer, "SIMPART")
    assert [line.paid_amount > 0 for line in payment.service_lines] == [True, False]


def test_a_payer_has_forgotten_our_number(customer):
    assert [one.patient_control_number for one in paid(customer, "SIMZERO")] == ["0"]


def test_a_payer_takes_the_claim_in_and_never_pays(customer):
    assert paid(customer, "SIMNOPAY") == []
    assert customer.said("PT0001")[-1] == ("PR", "A2", "20")


def test_a_payer_denies_for_every_reason_by_the_procedure(customer):
    said = set()
    for number in range(len(DENIALS)):
        content = claims("SIMDENY", number=300 + number).replace(b"HC:99213", b"HC:992%02d" % number)
        customer.send(content.replace(b"PT0001", b"DN%04d" % number), f"{number}.edi")
    for payment in customer.records(x12.ClaimPayment):
        if payment.patient_control_number.startswith("DN"):
            first = payment.service_lines[0]
            said.add((first.adjustments[0].group, first.adjustments[0].reason, first.remark_codes))
    assert said == {(one.group, one.reason, one.remarks) for one in DENIALS}


@pytest.mark.parametrize(("payer", "statuses"), [("SIMBACK", "1 22 1"), ("SIMFIRST", "22 1 1")])
def test_a_payer_corrects_itself_in_a_file_of_its_own(customer, payer, statuses):
    payments = paid(customer, payer)
    assert [one.status_code for one in payments] == statuses.split()
    assert sum(one.charge_amount for one in payments) == payments[-1].charge_amount


def test_a_payment_is_a_cent_off_its_claims(customer):
    [told] = [one for one in remittances(customer, claims("SIMCENT")) if one[0].payer.identifier == "SIMCENT"]
    assert told[-1].balanced is False


def test_a_payment_holds_more_than_its_claims(customer):
    [told] = [one for one in remittances(customer, claims("SIMPLB")) if one[0].payer.identifier == "SIMPLB"]
    assert told[-1].balanced is True
    assert {"L6", "WO", "72"} <= {one.reason_code for one in told[-1].provider_adjustments}


def test_every_outcome_has_a_payer():
    assert set(OUTCOME_BY_PAYER.values()) == set(Outcome)
