"""A practice with somebody who bills, a covered patient, and a payer at the other end of a line."""

from __future__ import annotations

import datetime

import pytest
from django.utils import timezone

from clearinghouse.services.partners import add_route, set_connection
from patients.services import plan_visit
from reference.models import Provider
from tenancy.scope import organization_scope
from tests.factories.billing import make_providers
from tests.factories.eligibility import SECRET, Payer
from tests.factories.partners import make_partner
from tests.factories.patients import by_hand, make_coverage, make_patient

TODAY = timezone.localdate()
TOMORROW = TODAY + datetime.timedelta(days=1)


@pytest.fixture
def front_desk(sign_in):
    return sign_in("FRONT_DESK")


@pytest.fixture
def billing(practice):
    with organization_scope(practice.pk):
        billing = make_providers()[0]
        Provider.objects.filter(pk=billing.pk).update(bills=True)
        return billing


@pytest.fixture
def coverage(practice):
    with organization_scope(practice.pk):
        return make_coverage(make_patient(mrn="R1"))


@pytest.fixture
def payer(practice, coverage, billing, tmp_path, monkeypatch):
    """Says of everybody what a test tells it to say."""
    monkeypatch.setenv("RCM_SECRETS_FOLDER", str(tmp_path))
    (tmp_path / "payer").write_text(SECRET)
    payer = Payer(tmp_path)
    with organization_scope(practice.pk):
        partner = make_partner()
        set_connection(partner=partner, values=payer.form())
        add_route(
            partner=partner, payer=coverage.payer, transaction_kind="270", payer_identifier="GP001",
            needs_enrolment=False,
        )  # fmt: skip
    yield payer
    payer.close()


@pytest.fixture
def planned(practice, coverage):
    """A visit of tomorrow."""
    with organization_scope(practice.pk):
        return plan_visit(patient_id=coverage.patient_id, on=TOMORROW, values={}, origin=by_hand())
