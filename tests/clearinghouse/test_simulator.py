"""The simulated payers: the same claims and seed give the same bytes, and what they pay always agrees but once."""

import datetime

import pytest

from clearinghouse.simulator.practice_system import PracticeSystem
from clearinghouse.simulator.remitter import Remitter
from rcm_site.demo.profiles import PAYERS, RIVERSIDE
from x12 import ClaimPayment, RemittanceEnd, RemittanceStart, read_835, read_837, write_835, write_837

UNTIL = datetime.date(2026, 11, 18)


def year(seed=3, claims=400):
    system = PracticeSystem(RIVERSIDE, PAYERS, seed=seed, until=UNTIL)
    remitter = Remitter({payer.identifier: payer for payer in PAYERS}, receiver="RFM", seed=seed, until=UNTIL)
    batches = [file.content for file in system.batches(claims)]
    for content in batches:
        remitter.receive(content)
    return batches, list(remitter.files()), remitter.truth


@pytest.fixture(scope="module")
def told():
    return year()


def test_the_same_seed_gives_the_same_bytes(told):
    batches, files, truth = year()

    assert (batches, files, truth) == told


def test_another_seed_decides_otherwise(told):
    assert year(seed=4)[1] != told[1]


def test_claims_files_read_without_a_finding_and_write_back_to_the_same_bytes(told):
    for content in told[0]:
        events = list(read_837(content))

        assert events[-1].findings == ()
        assert b"".join(write_837(events)) == content


def test_every_payment_agrees_except_the_one_accident_of_a_cent(told):
    off = [file.name for file in told[1] for event in read_835(file.content)
           if isinstance(event, RemittanceEnd) and not event.balanced]  # fmt: skip

    assert len(off) == 1
    assert off[0].endswith("-off.835")


def test_remittances_write_back_to_the_same_bytes(told):
    for file in told[1]:
        events = list(read_835(file.content))

        assert b"".join(write_835(events, allow_unbalanced=True)) == file.content


def test_the_truth_is_what_the_last_payment_on_each_claim_says(told):
    _, files, truth = told
    paid: dict[str, int] = {}
    seen: set[bytes] = set()
    for file in files:
        if file.name.endswith("-off.835") or file.content in seen:
            continue
        seen.add(file.content)
        for event in read_835(file.content):
            if isinstance(event, ClaimPayment):
                paid[event.patient_control_number] = paid.get(event.patient_control_number, 0) + int(
                    event.paid_amount * 100
                )

    for number, claim in truth.claims.items():
        if claim["matched"]:
            assert paid[number] == claim["paid_cents"], number


def test_a_year_holds_every_kind_of_accident(told):
    files, truth = told[1], told[2]
    reasons = {one.reason_code for file in files for event in read_835(file.content)
               if isinstance(event, RemittanceEnd) for one in event.provider_adjustments}  # fmt: skip
    statuses = {event.status_code for file in files for event in read_835(file.content)
                if isinstance(event, ClaimPayment)}  # fmt: skip

    assert {"WO", "L6"} <= reasons
    assert "22" in statuses
    assert len({file.content for file in files}) == len(files) - 1
    assert {claim["outcome"] for claim in truth.claims.values()} >= {
        "PAID",
        "DENIED",
        "PARTLY_DENIED",
        "SILENT",
    }
    assert any(isinstance(event, RemittanceStart) and event.payment_method == "NON"
               for file in files for event in read_835(file.content))  # fmt: skip


def test_a_corrected_claim_and_an_appeal_are_answered_once_each_and_never_twice_as_different(told):
    refused = [number for number, claim in told[2].claims.items() if claim["denials"]][:40]
    system = PracticeSystem(RIVERSIDE, PAYERS, seed=3, until=UNTIL)
    remitter = Remitter({payer.identifier: payer for payer in PAYERS}, receiver="RFM", seed=3, until=UNTIL)
    for batch in system.batches(400):
        remitter.receive(batch.content)
    before = {number: remitter.truth.claims[number]["paid_cents"] for number in refused}
    sent_on = UNTIL - datetime.timedelta(days=120)
    corrected, appealed = refused[:20], refused[20:]

    remitter.receive(system.replacements(dict.fromkeys(corrected, "PAYERS1"), on=sent_on).content)
    letters = {number: remitter.appeal(number, sent_on=sent_on) for number in appealed}

    assert letters == {number: remitter.appeal(number, sent_on=UNTIL) for number in appealed}
    assert {letter and letter.is_overturned for letter in letters.values()} == {True, False, None}
    for number, letter in letters.items():
        now = remitter.truth.claims[number]
        assert bool(now["paid_cents"] > before[number]) == bool(letter and letter.is_overturned)
    answered = [remitter.truth.claims[number]["paid_cents"] > before[number] for number in corrected]
    assert {True, False} == set(answered)
