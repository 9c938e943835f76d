"""Patients registered by hand."""

from __future__ import annotations

import datetime
from typing import Any

MOMENT = datetime.datetime(2026, 3, 10, 9, 0, tzinfo=datetime.UTC)


def by_hand() -> Any:
    from patients.choices import Source
    from patients.services.history import Origin

    return Origin(Source.PERSON, MOMENT)


def make_patient(**values: Any) -> Any:
    from patients.services import register_patient

    values = {"last_name": "Rivera", "first_name": "Ana", "birth_date": datetime.date(1980, 2, 14), **values}
    return register_patient(origin=by_hand(), **values)


def make_payer(name: str = "Great Plains Health", identifier: str = "GP001") -> Any:
    from reference.models import Payer
    from reference.services import PayerSeen, ensure_payers

    seen = PayerSeen(name=name, identifier=identifier)
    return Payer.objects.get(id=ensure_payers([seen])[seen])


def make_coverage(patient: Any, payer: Any = None, **values: Any) -> Any:
    from patients.services import add_coverage

    payer = payer or make_payer()
    return add_coverage(
        patient=patient, payer_id=payer.id, origin=by_hand(), **{"member_id": "M1001", "rank": 1, **values}
    )
