"""What stands in PLB is never dropped: four kinds have accounts of their own, any other is a person's to place."""

import pytest
from django.utils import timezone

from reference.models import ProviderAdjustmentCode
from remittances.choices import WorkCategory
from remittances.services import unpost_remittance
from tests.factories.era import Era, claim, post
from tests.remittances.test_worked_examples import books
from workbench.models import WorkItem

pytestmark = pytest.mark.usefixtures("in_practice")
PLACED = {"WO", "72", "FB", "L6"}


def waiting():
    return WorkItem.objects.filter(category=WorkCategory.UNKNOWN_PLB, is_open=True)


def test_every_other_kind_stands_in_suspense_and_before_a_person():
    codes = sorted({*ProviderAdjustmentCode.objects.values_list("code", flat=True), "ZZ"} - PLACED)
    assert len(codes) > 30
    claim("C1", "9000.00")
    era = Era().paid("C1", "9000.00 9000.00")
    amounts = {code: 100 + number for number, code in enumerate(codes)}
    for code, cents in amounts.items():
        era.adjusted(code, f"REF{code}", f"{cents / 100:.2f}")
    remittance = post(era)
    assert remittance.state == "POSTED"
    assert books("ERA_CLEARING") == remittance.payment_cents
    assert books("SUSPENSE") == sum(amounts.values())
    assert sorted(waiting().values_list("amount_cents", flat=True)) == sorted(amounts.values())
    told = " ".join(waiting().values_list("title", flat=True))
    assert all(code in told for code in codes)
    unpost_remittance(remittance_id=remittance.id, at=timezone.now())
    assert books("SUSPENSE") == 0
