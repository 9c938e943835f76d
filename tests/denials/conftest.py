import datetime

import pytest

from denials import services
from denials.models import Denial
from tenancy.scope import organization_scope
from tests.factories import era

NOW = datetime.datetime(2026, 3, 25, 15, 0, tzinfo=datetime.UTC)
TODAY = NOW.date()


@pytest.fixture
def take(practice):
    """Turn what remittances decided into denials; returns how many facts were taken."""

    def take_all(at=NOW):
        return services.take_facts(on=at.date(), at=at)

    return take_all


@pytest.fixture
def denied(practice, take):
    """One claim of one line, refused for a missing authorization: `denied()` within a scope, or with
    other codes.
    """

    def make(number="CLM00001", *, amount="150.00", codes="CO-197", trace="T1", **paid):
        with organization_scope(practice.pk):
            era.claim(number, amount)
            era.post(era.Era(trace=trace).paid(number, f"{amount} 0 {codes}={amount}", **paid))
            take()
            return Denial.objects.select_related("claim", "patient", "work_item").get(
                claim__patient_control_number=number
            )

    return make
