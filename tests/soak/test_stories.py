"""The stories of claims at the clearinghouse once more, professional and institutional, by real workers."""

import pytest

from tests.flows.test_changed_and_lost_claims import (  # noqa: F401
    test_a_claim_lost_on_its_way_is_found_sent_again_and_paid,
    test_a_paid_claim_is_corrected_then_voided,
    test_what_the_first_payer_leaves_the_second_pays_to_the_cent,
)
from tests.flows.test_through_the_clearinghouse import (  # noqa: F401
    test_a_claim_refused_on_its_way_is_mended_sent_again_and_paid,
    test_a_clean_claim_is_acknowledged_accepted_and_paid,
)

pytestmark = [pytest.mark.soak, pytest.mark.worker, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def customer(scene):
    return lambda kind="837P", **facts: scene(kinds=(kind,), **facts).story
