"""What the books say is open on a refused line."""

from claims.models import ClaimLine
from denials.models import Denial
from ledger.selectors import charge_balances, claim_balances


def open_in_books(denial: Denial) -> int:
    """What insurance still owes on the line in the turn of the payer that refused it, never more than on its claim."""
    rank = denial.responsibility_rank
    charges = list(
        ClaimLine.objects.filter(claim_id=denial.claim_id).values_list("charge_id", flat=True).distinct()
    )
    whole = claim_balances({denial.claim_id: charges})[denial.claim_id]
    cents = whole.insurance_by_rank.get(rank, 0)
    if denial.charge_id is not None:
        line = charge_balances([denial.charge_id])[denial.charge_id]
        cents = min(cents, line.insurance_by_rank.get(rank, 0))
    return max(0, cents)


def open_amount(denial: Denial) -> int:
    """What is still refused, not given up, and open in the books."""
    return max(0, min(denial.denied_cents - denial.written_off_cents, open_in_books(denial)))
