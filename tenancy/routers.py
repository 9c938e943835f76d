from typing import Any


class OwnerMigrates:
    """Tables are made by their owner; the running roles neither migrate nor own anything."""

    def allow_migrate(self, db: str, app_label: str, **_: Any) -> bool:
        return db == "owner"
