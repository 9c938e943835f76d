"""How an enrolment goes from a form to a payer that takes claims: the one table of its moves."""

from collections.abc import Mapping

MOVES: Mapping[str, tuple[str, ...]] = {
    "DRAFT": ("SUBMITTED", "LIVE"),
    "SUBMITTED": ("PROVISIONING", "PROVIDER_ACTION_REQUIRED", "LIVE", "REJECTED"),
    "PROVISIONING": ("PROVIDER_ACTION_REQUIRED", "LIVE", "REJECTED"),
    "PROVIDER_ACTION_REQUIRED": ("SUBMITTED", "REJECTED"),
    "LIVE": ("PROVIDER_ACTION_REQUIRED", "REJECTED"),
    "REJECTED": ("SUBMITTED",),
}


def may_move(state: str, to: str) -> bool:
    return to in MOVES.get(state, ())
