"""What a partner answers to the files it got, written by the codec from the files themselves."""

import itertools
from pathlib import Path

import msgspec

import x12
from x12 import InterchangeAcknowledgement, Position
from x12.ack import answers

NOWHERE = Position(0, 0, 0, 0)
NUMBERS = itertools.count(1)
PATTERN = Path(__file__).parents[1] / "fixtures/x12/277ca_good.edi"


def acknowledged(sent, *, change=lambda event: event, ta1=True):
    """TA1 and 999 to a sent file; `change(event)` may give another event in place of one of them."""
    events = answers(sent, control_number=next(NUMBERS), date="20261123", time="1200")
    kept = (one for one in events if ta1 or not isinstance(one, InterchangeAcknowledgement))
    return b"".join(x12.write_999(change(one) for one in kept))


def ta1_alone(sent, verdict="A", reason="000"):
    [first, *_] = answers(sent, control_number=next(NUMBERS), date="20261123", time="1200")
    answer = msgspec.structs.replace(first, verdict=verdict, reason_code=reason)
    return b"".join(x12.write_999([answer]))


def status_report(sent, said, *, source="AY", numbers=None, batch=None, on="20261123"):
    """A 277CA for the claims of a sent file. `said` gives by CLM01 the statuses as (category, code, entity), `numbers`
    the payer's numbers; `batch` names another batch than the file's.
    """
    numbers = numbers or {}
    claims = [one for one in x12.read_837(sent) if isinstance(one, x12.SubmittedClaim)]
    batches = [one.batch_reference for one in x12.read_837(sent) if isinstance(one, x12.ClaimBatchStart)]
    start, level20, level21, level19, pattern, *_, end = x12.read_277(PATTERN)
    replace = msgspec.structs.replace
    envelope = replace(
        start.envelope,
        sender="PRAIRIE",
        receiver="RIVERSIDE",
        interchange_control_number=f"{next(NUMBERS):09}",
    )
    party = replace(level20.parties[0], entity_code=source)
    events = [
        replace(start, envelope=envelope),
        replace(level20, parties=(party,)),
        replace(level21, trace_number=batch or batches[0]),
        level19,
    ]
    for ordinal, claim in enumerate((one for one in claims if one.patient_control_number in said), 1):
        codes = tuple(x12.StatusCode(*code) for code in said[claim.patient_control_number])
        action = "U" if any(one.category in ("A3", "A6", "A7", "A8") for one in codes) else "WQ"
        number = numbers.get(claim.patient_control_number)
        person = replace(
            pattern.subscriber, name=claim.subscriber.name, identifier=claim.subscriber.identifier
        )
        events.append(
            replace(
                pattern,
                ordinal=ordinal,
                trace_number=claim.patient_control_number,
                source=party,
                subscriber=person,
                statuses=(x12.Status(codes, 0, on, action, claim.charge_amount),),
                references=(x12.Reference("1K", number, 0),) if number else (),
            )
        )
    return b"".join(x12.write_status([*events, end]))


def batch_refused(sent, *, by_provider="", source="AY"):
    """A 277CA whose word is on all of a sent file at once, or with an NPI on one provider's claims in it."""
    batch = next(one for one in x12.read_837(sent) if isinstance(one, x12.ClaimBatchStart))
    start, level20, level21, level19, _, *_, end = x12.read_277(PATTERN)
    replace = msgspec.structs.replace
    number = f"{next(NUMBERS):09}"
    envelope = replace(
        start.envelope, sender="PRAIRIE", receiver="RIVERSIDE", interchange_control_number=number
    )
    refused = (x12.Status((x12.StatusCode("A3", "496", "85"),), 0, "20261123", "U"),)
    events = [
        replace(start, envelope=envelope),
        replace(level20, parties=(replace(level20.parties[0], entity_code=source),)),
    ]
    level21 = replace(level21, trace_number=batch.batch_reference)
    if by_provider:
        party = replace(level19.parties[0], identifier=by_provider)
        events.append(replace(level21, statuses=()))
        events.append(replace(level19, has_levels_below="0", parties=(party,), statuses=refused))
    else:
        events.append(replace(level21, has_levels_below="0", statuses=refused))
    return b"".join(x12.write_status([*events, end]))


def status_answer(asked, said, *, numbers=None, paid=None, on="20261123"):
    """A 277 to a file of questions (276). `said` gives by CLM01 the statuses as (category, code, entity); a claim it
    leaves out is not answered. `paid` gives by CLM01 amount, day and check of a payment.
    """
    numbers, paid = numbers or {}, paid or {}
    replace, events = msgspec.structs.replace, []
    for event in x12.read_276(asked):
        if isinstance(event, x12.StatusStart):
            envelope = replace(
                event.envelope,
                sender="PRAIRIE",
                receiver="RIVERSIDE",
                functional_code="HN",
                transaction_code="277",
                interchange_control_number=f"{next(NUMBERS):09}",
            )
            event = replace(
                event,
                kind="RESPONSE",
                structure_code="",
                purpose_code="08",
                report_code="DG",
                envelope=envelope,
            )
        elif isinstance(event, x12.ClaimStatus):
            number = event.patient_account_number
            if number not in said:
                continue
            amount, day, check = paid.get(number, (None, "", ""))
            status = x12.Status(
                tuple(x12.StatusCode(*code) for code in said[number]), 0, on, "", event.charge_amount, amount, day,
                "ACH" if check else "", day, check,
            )  # fmt: skip
            known = x12.Reference("1K", numbers[number], 0) if number in numbers else None
            event = replace(
                event,
                trace_type="2",
                statuses=(status,),
                references=tuple(
                    one
                    for one in (known, *event.references)
                    if one and (one.qualifier != "1K" or one is known)
                ),
                amounts=(),
                subscriber=replace(event.subscriber, birth_date=None, sex=""),
            )
        events.append(event)
    return b"".join(x12.write_status(events))
