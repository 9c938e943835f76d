"""Lines and claims in the notation of a remittance: 150.00 / CO-45 50.00, PR-1 100.00 / 0.00."""

from decimal import Decimal

from reference.rules.code_files import our_rows
from reference.rules.codes import PayerFacts, carc_rules, rarc_rules
from remittances.rules.classification import classify_claim
from remittances.rules.facts import AdjustmentFacts, RemitClaimFacts, RemitLineFacts

CARCS = carc_rules(our_rows("adjustment_reason_codes"), our_rows("adjustment_reason_codes_retired"))
RARCS = rarc_rules(our_rows("remark_codes"))


def cents(dollars):
    return int(Decimal(str(dollars).replace(",", "")) * 100)


def adjustments(text):
    """ "CO-45 50.00, PR-1 100.00" """
    parsed = []
    for part in filter(None, (one.strip() for one in text.split(","))):
        code, amount = part.split()
        group, carc = code.split("-")
        parsed.append(AdjustmentFacts(group, carc, cents(amount)))
    return tuple(parsed)


def line(charge, cas, paid, *, remarks="", ordinal=1, **fields):
    return RemitLineFacts(
        ordinal, cents(charge), cents(paid), adjustments(cas), remark_codes=tuple(remarks.split()), **fields
    )


def claim(*lines, status="1", cas="", charge=None, paid=None, ordinal=1, number="A-1", **fields):
    total = cents(charge) if charge is not None else sum(one.charge_cents for one in lines)
    paid_cents = cents(paid) if paid is not None else sum(one.paid_cents for one in lines)
    fields.setdefault("payer_control_number", f"P{ordinal}")
    return RemitClaimFacts(
        ordinal, number, status, total, paid_cents, adjustments=adjustments(cas), lines=lines, **fields
    )


def classified(*lines, payer=None, expected=None, **claim_fields):
    whole = claim(*lines, **claim_fields)
    return classify_claim(
        whole, payer=payer or PayerFacts(), carcs=CARCS, rarcs=RARCS, expected_allowed=expected
    )
