"""Why a verb was refused; each message is meant for the person who asked."""

from __future__ import annotations

from remittances.models import PayerReceivable, RemitClaim, Remittance


class Refusal(Exception):
    """Something a rule does not allow. `str()` is the sentence to show."""


class ChangedMeanwhile(Refusal):
    """Somebody else changed it first."""

    def __init__(self, subject: Remittance | RemitClaim | PayerReceivable) -> None:
        super().__init__("Somebody changed this meanwhile. It is shown as it is now; look again and repeat.")
        self.subject = subject


class CannotPost(Refusal):
    """It does not balance, or is posted already."""


class CannotUnpost(Refusal):
    """It is not posted."""


class CannotMatch(Refusal):
    """The payment has a claim already, or the claim cannot take it."""


class CannotDetach(Refusal):
    """The payment has no claim."""


class CannotHold(Refusal):
    """The answer does not wait, or nobody let it pass."""


class CannotTie(Refusal):
    """Nothing of that amount is open under the reference, or the tie is gone."""


class CannotCorrect(Refusal):
    """The payer corrected nothing, or there is no patient to take it over to."""
