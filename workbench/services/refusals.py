from datetime import datetime
from typing import TYPE_CHECKING

from django.utils.timezone import localtime

if TYPE_CHECKING:
    from workbench.models import WorkItem


class Refusal(Exception):
    """A rule says no; the text is a sentence for the person who asked."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class ChangedMeanwhile(Refusal):
    """Somebody else changed the item after this person read it."""

    def __init__(self, item: "WorkItem") -> None:
        who = str(item.changed_by) if item.changed_by_id else "The system"
        when = f" at {_clock(item.changed_at)}" if item.changed_at else ""
        super().__init__(f"{who} changed this{when}, after you opened it. This is how it is now.")
        self.item = item


class NotPossible(Refusal):
    """The item is in a state from which this verb does not start."""

    def __init__(self, item: "WorkItem", verb: str) -> None:
        super().__init__(
            f"This item is {item.get_state_display().lower()}; {verb.replace('_', ' ')} is not possible."
        )
        self.item = item


class HeldByAnother(Refusal):
    """A colleague has the item in hand."""

    def __init__(self, item: "WorkItem") -> None:
        until = f" until {_clock(item.lease_until)}" if item.lease_until else ""
        super().__init__(f"{item.lease_person} has this item in hand{until}.")
        self.item = item


def _clock(at: datetime) -> str:
    """The time of day where the practice is, as the pages show it."""
    return f"{localtime(at):%I:%M %p}".lstrip("0")
