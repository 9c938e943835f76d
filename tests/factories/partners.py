"""A trading partner and claims for it; built by the product's own builder."""

import dataclasses
import datetime
from decimal import Decimal

from claims.rules.building import Address, BuildFacts, CoverageFacts, LineFacts, Named, build_claim
from clearinghouse.models import TradingPartner
from tenancy.ids import uuid7

DAY = datetime.date(2026, 3, 10)
HOME = Address("12 Elm Street", city="Springfield", state="IL", postal_code="62701")
PATIENT = Named("Rivera", first_name="Ana", birth_date=datetime.date(1980, 2, 29), sex="F", address=HOME)
BILLING = Named(
    "Riverside Family Medicine",
    is_organization=True,
    npi="1234567893",
    tax_id="99-0000001",
    taxonomy_code="207Q00000X",
    address=Address("1 Lake Road", city="Springfield", state="IL", postal_code="62701-1234"),
    phone="2175550100",
)
PLAN = CoverageFacts(1, "Acme Health", "60054", "W123456789", "CI", "18", PATIENT)
LINES = (LineFacts(1, "C1-1", 125_00, Decimal(1), DAY, DAY, "99213", (), pointers=("1",)),)
VISIT = BuildFacts(
    "C1", 1, BILLING, PATIENT, (PLAN,), LINES, ((1, "ABK", "E11.9", ""),), place_of_service="11"
)


def make_partner(**fields):
    return TradingPartner.objects.create(
        **{
            "name": "Prairie Clearinghouse",
            "receiver_id": "PRAIRIE",
            "sender_id": "RIVERSIDE",
            "contact_name": "Billing",
            "contact_phone": "2175550100",
            **fields,
        }
    )


def built(number="C1"):
    return build_claim(dataclasses.replace(VISIT, control_number=number))


def claims_to_send(count, prefix="C"):
    return [(uuid7(), built(f"{prefix}{number}")) for number in range(1, count + 1)]
