from datetime import date, timedelta
from typing import Any

from workbench import services
from workbench.models import WorkItem

DAY = date(2026, 3, 10)


def make_item(number: int = 1, *, kind: str = "MANAGER", **facts: Any) -> WorkItem:
    """An item as another app would open one; `number` tells items and their priorities apart."""
    defaults: dict[str, Any] = {
        "cause_key": f"cause:{number}",
        "title": f"Item {number}",
        "occurred_on": DAY - timedelta(days=number),
        "priority": number % 100,
        "amount_cents": 1000 * number,
        "reference": f"CLM{number:05d}",
        "queue": "billing",
    }
    return services.open_item(kind=kind, **{**defaults, **facts})
