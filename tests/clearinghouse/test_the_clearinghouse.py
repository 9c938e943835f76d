"""The simulated clearinghouse answers as clearinghouses and payers do, and knows how often it got what."""

import datetime
import json
from concurrent.futures import ThreadPoolExecutor

import pytest

import x12
from clearinghouse.simulator.adjudication import PayerProfile
from clearinghouse.simulator.behaviours import Temper
from clearinghouse.simulator.clearinghouse import Clearinghouse
from clearinghouse.simulator.house import Account, LineLost
from clearinghouse.simulator.paying import decided, remittance
from clearinghouse.simulator.payments import claim_payment
from tests.x12.support import fixture

PAYER, OTHER = b"EHP01", b"EXM02"
STREET, ZIP, BORN, MEMBER = b"7 SAMPLE ST", b"627011234~\nDMG", b"19700301", b"W123456789"
SOON, IN_AN_HOUR = datetime.timedelta(seconds=15), datetime.timedelta(hours=1)


class Customer:
    """Sends files to a house and reads what it lays out."""

    def __init__(self, folder):
        self.folder, self.account = folder, Account("riverside", "secret", folder / "customers/riverside")
        self.open()

    def open(self, temper=None):
        self.house = Clearinghouse(self.folder, [self.account], temper=temper)
        self.house.take_all()

    def send(self, content, name="a.edi"):
        place = self.account.folder / "in" / name
        unfinished = place.with_suffix(".part")
        unfinished.write_bytes(content)
        self.house.arriving(self.account, unfinished, place)
        unfinished.replace(place)
        self.house.arrived(self.account, place)

    def answers(self, after=IN_AN_HOUR):
        """What has been laid out by then, name and content; every file of it is faultless."""
        self.house.lay_out(at=datetime.datetime.now(datetime.UTC) + after)
        found = {}
        for one in sorted((self.account.folder / "out").iterdir()):
            content = found[one.name] = one.read_bytes()
            for record in x12.read_all(content):
                assert not [
                    each.message for each in getattr(record, "findings", ()) if each.severity == "ERROR"
                ]
        return found

    def records(self, kind, after=IN_AN_HOUR):
        return [
            one
            for content in self.answers(after).values()
            for one in x12.read_all(content)
            if isinstance(one, kind)
        ]

    def said(self, number):
        """The codes said of a claim, as (who, category, code)."""
        return [
            (one.source.entity_code, one.statuses[0].codes[0].category, one.statuses[0].codes[0].code)
            for one in self.records(x12.ClaimStatus)
            if one.trace_number == number
        ]

    def truth(self):
        return json.loads((self.folder / "truth.json").read_text())


@pytest.fixture
def customer(tmp_path):
    return Customer(tmp_path)


def claims(payer="EHP01", *, number=201, isa14="1", form="837p_good"):
    """Two professional claims of different payers, the first an original, or an institutional one."""
    content = fixture(form).replace(b"*0*P*:", f"*{isa14}*P*:".encode()).replace(PAYER, payer.encode())
    return content.replace(b"000000201", f"{number:09}".encode()).replace(OTHER, b"EXM03")


@pytest.mark.parametrize(("form", "number"), [("837p_good", "PT0001"), ("837i_good", "HP0001")])
def test_a_clean_claim_is_acknowledged_accepted_and_paid(customer, form, number):
    customer.send(claims(form=form))
    assert customer.said(number) == [("AY", "A0", "16"), ("PR", "A2", "20")]
    [accepted] = [one for one in customer.records(x12.ClaimStatus) if one.trace_number == number][1:]
    [paid] = [one for one in customer.records(x12.ClaimPayment) if one.patient_control_number == number]
    assert accepted.payer_control_number == paid.payer_control_number
    assert {one.verdict for one in customer.records(x12.SetAcknowledgement)} == {"A"}
    assert [one["payer"] for one in customer.truth()["claims"]["riverside"][number]]


@pytest.mark.parametrize(
    ("payer", "blamed", "told"),
    [
        ("SIM999", STREET, []),
        ("SIMCLEAR", ZIP, [("AY", "A7", "500")]),
        ("SIMPAYER", BORN, [("AY", "A0", "16"), ("PR", "A7", "158")]),
        ("SIMNOONE", MEMBER, [("AY", "A0", "16"), ("PR", "A3", "33")]),
        ("SIMNEEDS", STREET, [("AY", "A0", "16"), ("PR", "A6", "503")]),
    ],
)
def test_what_is_refused_is_taken_when_what_was_blamed_has_changed(customer, payer, blamed, told):
    customer.send(claims(payer))
    assert customer.said("PT0001") == told
    if payer == "SIM999":
        [answer] = customer.records(x12.SetAcknowledgement)
        assert (answer.verdict, answer.errors[0].patient_control_number) == ("R", "PT0001")
        assert answer.errors[0].elements[0].value == "7 SAMPLE ST"
    customer.send(claims(payer, number=202), "b.edi")
    assert customer.said("PT0001") == told * 2
    assert blamed in claims(payer)
    customer.send(claims(payer, number=203).replace(blamed, blamed.replace(b"7", b"5", 1)), "c.edi")
    assert customer.said("PT0001")[-2:] == [("AY", "A0", "16"), ("PR", "A2", "20")]
    assert len(customer.truth()["claims"]["riverside"]["PT0001"]) == 3


def test_a_silent_payer_says_nothing_of_what_was_passed_on(customer):
    customer.send(claims("SIMMUTE"))
    assert customer.said("PT0001") == [("AY", "A0", "16")]
    assert "PT0001" not in {one.patient_control_number for one in customer.records(x12.ClaimPayment)}


def test_a_file_refused_by_ta1_is_taken_the_next_time(customer):
    customer.send(claims("SIMTA1"))
    [refused] = customer.records(x12.InterchangeAcknowledgement)
    assert (refused.verdict, refused.reason_code, len(customer.answers())) == ("R", "024", 1)
    customer.send(claims("SIMTA1", number=202), "b.edi")
    assert customer.said("PT0001")[-1] == ("PR", "A2", "20")


def test_an_interchange_that_comes_again_is_refused_and_counted(customer):
    customer.send(claims())
    before = len(customer.answers())
    customer.send(claims(), "copy.edi")
    assert len(customer.answers()) == before + 1
    assert {one.reason_code for one in customer.records(x12.InterchangeAcknowledgement)} == {"000", "025"}
    assert len(customer.truth()["claims"]["riverside"]["PT0001"]) == 2


def test_answers_come_late_twice_or_in_another_order(customer):
    customer.send(claims("SIMLATE", number=301), "late.edi")
    assert customer.answers(SOON) == {}
    customer.send(claims("SIMTWICE", number=302).replace(b"PT000", b"TW000"), "twice.edi")
    customer.send(claims("SIMORDER", number=303).replace(b"PT000", b"OR000"), "order.edi")
    early = [one.patient_control_number for one in customer.records(x12.ClaimPayment, SOON)]
    assert early == ["OR0001"]
    assert customer.said("TW0001") == [("AY", "A0", "16"), ("PR", "A2", "20")] * 2
    assert customer.said("PT0001")[-1] == ("PR", "A2", "20")


def test_mangled_numbers_are_not_quite_ours(customer):
    customer.send(claims("SIMMANGLE").replace(b"PT0001", b"PT-0001"))
    [start] = customer.records(x12.AcknowledgementStart)
    assert start.group_control_number != "201"
    assert customer.said("pt0001") == [("AY", "A0", "16")]


@pytest.mark.parametrize(("payer", "arrives"), [("SIMDROP", False), ("SIMLOST", True)])
def test_the_line_breaks_once(customer, payer, arrives):
    with pytest.raises(LineLost):
        customer.send(claims(payer))
    place = customer.account.folder / "in" / "a.edi"
    assert place.exists() is arrives
    if not arrives:
        assert place.with_suffix(".part").stat().st_size == len(claims(payer)) // 2
        customer.send(claims(payer))
    assert len(customer.truth()["claims"]["riverside"]["PT0001"]) == 1


def test_nothing_is_lost_or_doubled_when_it_is_killed(customer):
    place = customer.account.folder / "in" / "a.edi"
    place.write_bytes(claims())
    customer.open()
    customer.open()
    expected = {one.name for one in customer.house.books.waiting(at=9e12)}
    first, *_ = customer.house.books.waiting(at=9e12)
    staged = customer.folder / "staged/riverside" / first.name
    staged.replace(customer.account.folder / "out" / first.name)
    (customer.account.folder / "out" / first.name).unlink()
    customer.open()
    assert set(customer.answers()) == expected - {first.name}
    assert len(customer.truth()["claims"]["riverside"]["PT0001"]) == 1
    assert sorted(customer.truth()["answers"]["riverside"]) == sorted(expected)


def test_its_count_is_whole_while_files_come_and_answers_go(customer):
    """The doors take files in while the clock lays answers out."""

    def turn(number):
        if number % 2:
            customer.house.books.write_truth()
        else:
            customer.send(claims(number=300 + number), name=f"{number}.edi")

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(turn, range(40)))
    assert len(customer.truth()["claims"]["riverside"]["PT0001"]) == 20


def test_a_corrected_claim_takes_back_what_was_decided_and_a_void_pays_nothing(customer):
    customer.send(claims())
    [first] = [one for one in customer.records(x12.ClaimPayment) if one.patient_control_number == "PT0001"]
    for number, frequency in ((202, b"7"), (203, b"8")):
        again = claims(number=number).replace(b"11:B:1*", b"11:B:%s*" % frequency)
        assert again != claims(number=number)
        customer.send(again, f"{number}.edi")
    mine = [one for one in customer.records(x12.ClaimPayment) if one.patient_control_number == "PT0001"]
    assert [one.status_code for one in mine].count("22") == 2
    assert mine[0].payer_control_number == first.payer_control_number
    assert sum(one.charge_amount for one in mine) == 0


def test_a_payment_is_never_below_zero(customer):
    customer.send(claims())
    [paid] = [one for one in customer.records(x12.ClaimPayment) if one.patient_control_number == "PT0001"]
    claim = next(one for one in x12.read_837(claims()) if isinstance(one, x12.SubmittedClaim))
    back = claim_payment(decided(claim, seed=7), sign=-1)
    payer = PayerProfile("EXAMPLE", "EHP01", "990001001", 0.6, 0)
    content, owed = remittance(
        payer,
        claim.billing_provider,
        [back],
        carried_cents=0,
        number=1,
        receiver="RIVERSIDE",
        on=datetime.date(2026, 3, 1),
    )
    assert owed == round(paid.paid_amount * 100)
    [start, _, end] = x12.read_835(content)
    assert start.payment_amount == 0
    assert end.findings == ()


def test_questions_are_answered_by_where_the_claim_stands(customer):
    asked = fixture("276_good").replace(b"PT0000411", b"PT0001")
    customer.send(claims())
    customer.send(asked, "question.edi")
    answers = [
        one.statuses[0].codes[0] for one in customer.records(x12.ClaimStatus) if one.trace_number[:3] == "ASK"
    ]
    assert [(one.category, one.code) for one in answers] == [("P1", "20"), ("A4", "35")]


def test_the_dice_choose_the_same_every_time(customer):
    temper = Temper(seed=3, claims=40, files=20)
    chosen = [temper.of_claim("EHP01", f"PT{number:04}") for number in range(200)]
    assert chosen == [Temper(3, 40, 20).of_claim("EHP01", f"PT{number:04}") for number in range(200)]
    assert 60 < sum(one != "CLEAN" for one in chosen) < 100
    assert {temper.of_file(["EHP01"], str(number)) for number in range(200)} > {"CLEAN", "TWICE", "LATE"}
