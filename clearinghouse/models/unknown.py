"""What partners' files hold that no guide names."""

from __future__ import annotations

from django.db import models

from clearinghouse.choices import Strangeness
from clearinghouse.models.files import ExchangeFile
from clearinghouse.models.partners import TradingPartner
from tenancy.models import TenantForeignKey, TenantModel


class UnknownThing(TenantModel):
    """A segment, field, code or transaction that a partner sent for the first time, and where it stands."""

    partner = TenantForeignKey(
        TradingPartner, on_delete=models.PROTECT, related_name="unknown_things", db_index=False
    )
    kind = models.CharField(max_length=12, choices=Strangeness)
    transaction = models.CharField("ST01", max_length=6)
    label = models.CharField(max_length=12)
    code = models.CharField(max_length=4, blank=True)
    file = TenantForeignKey(ExchangeFile, on_delete=models.PROTECT, related_name="unknown_things")
    segment = models.PositiveIntegerField()
    seen_at = models.DateTimeField()

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "partner", "kind", "transaction", "label", "code"],
                name="unknown_thing_once",
            ),
        ]

    def __str__(self) -> str:
        place = f"{self.code} in {self.label}" if self.code else self.label
        return f"{self.get_kind_display().lower()} {place}"
