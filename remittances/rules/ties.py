"""How much of what persons said stands: never more than the payer's own words leave under the reference."""

from __future__ import annotations

from collections.abc import Sequence


def shared_out(moved_cents: int, wanted: Sequence[int]) -> list[int]:
    """What of each wish is met, in their order. A wish of the other sign than what moved is not met."""
    left = moved_cents
    met = []
    for cents in wanted:
        part = 0
        if cents > 0 and left > 0:
            part = min(cents, left)
        elif cents < 0 and left < 0:
            part = max(cents, left)
        left -= part
        met.append(part)
    return met
