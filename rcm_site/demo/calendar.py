"""Who is expected today and in the next days: visits the front desk plans, by the forms' own service."""

from __future__ import annotations

import datetime
from itertools import cycle

from patients.choices import Source
from patients.models import Coverage
from patients.services import plan_visit
from patients.services.history import Origin
from reference.models import Provider
from tenancy.models import Organization
from tenancy.scope import organization_scope

A_DAY = 8
DAYS = (0, 1, 2, 7)
FIRST, EVERY = datetime.time(8, 30), datetime.timedelta(minutes=45)


def plan_visits(practice: Organization, *, at: datetime.datetime) -> None:
    """Of patients covered today, each on another day."""
    with organization_scope(practice.pk):
        today = at.date()
        providers = list(
            Provider.objects.filter(is_active=True, kind="PERSON")
            .order_by("npi")
            .values_list("id", flat=True)[:4]
        )
        covered = Coverage.objects.filter(rank=1, ends_on__isnull=True).order_by("-member_id")
        patients = list(dict.fromkeys(covered.values_list("patient_id", flat=True)))[: A_DAY * len(DAYS)]
        treating = cycle(providers or [None])
        for place, patient_id in enumerate(patients):
            day = today + datetime.timedelta(days=DAYS[place // A_DAY])
            begins = datetime.datetime.combine(day, FIRST) + EVERY * (place % A_DAY)
            values = {"start_time": begins.time(), "rendering_provider_id": next(treating)}
            plan_visit(patient_id=patient_id, on=day, values=values, origin=Origin(Source.PERSON, at))
