"""The last days' visits, billed here and sent to a clearinghouse that answers while somebody looks on."""

from __future__ import annotations

import dataclasses
import datetime
import json
import os
import random
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from claims.models import Claim
from claims.services import bill_visit, follow_up, send_now
from clearinghouse.choices import EnrolmentState, Transaction
from clearinghouse.services.partners import (
    add_enrolment,
    add_route,
    create_partner,
    move_enrolment,
    set_connection,
)
from clearinghouse.simulator.practice_system import DIAGNOSES, SERVICES, VISITS
from patients.choices import Source
from patients.models import Coverage, Encounter
from patients.services import (
    ChargeDraft,
    EncounterDraft,
    diagnoses_in_order,
    mark_ready,
    record_encounter,
    update_coverage,
)
from patients.services.history import Origin
from rcm_site.demo import words
from reference.models import Payer, Provider
from reference.services import edit_payer, edit_provider
from tenancy.choices import ActorKind
from tenancy.models import Organization, Person
from tenancy.scope import organization_scope

NAME = "Loopback Clearinghouse"
PHONE = "8005550104"
TAXONOMY = "207Q00000X"
WITHIN_DAYS = 9
FORGOTTEN = datetime.timedelta(days=430)
CHANCE_FAULTY = 0.12
FOLLOWED_UP = 3
ENROLLING = "UTB05"
"""The payer whose enrolment is still being set up."""


@dataclasses.dataclass(frozen=True, slots=True)
class Letter:
    """What the clearinghouse has told a customer about its doors."""

    values: Mapping[str, Any]

    @classmethod
    def to(cls, name: str, folder: Path) -> Letter | None:
        place = folder / "letters" / f"{name}.json"
        return cls(json.loads(place.read_text(encoding="utf-8"))) if place.exists() else None

    def connection(self, transport: str) -> dict[str, Any]:
        named = ("address", "user_name", "outgoing_folder", "incoming_folder")
        return {
            "transport": transport,
            "secret_name": self.values["user_name"],
            **{name: self.values[name] for name in named},
            **self.values[transport],
        }


@dataclasses.dataclass(frozen=True, slots=True)
class Dispatch:
    """One practice's claims of the last days."""

    practice: Organization
    clerk: Person
    sender: str
    filing_indicators: Mapping[str, str]
    transport: str
    seed: int
    at: datetime.datetime

    def connect(self, letter: Letter) -> None:
        """Partner, connection and routes as an administrator enters them; one payer's enrolment is not through yet."""
        keep_secret(letter.values["user_name"], letter.values["password"])
        with self._scope():
            partner = create_partner(values=self._partner())
            set_connection(partner=partner, values=letter.connection(self.transport))
            for payer in Payer.objects.filter(payer_identifier__in=self.filing_indicators).order_by("id"):
                indicator = self.filing_indicators[payer.payer_identifier]
                edit_payer(payer=payer, version=payer.version, changes={"filing_indicator": indicator})
                for kind in (Transaction.PROFESSIONAL, Transaction.STATUS):
                    add_route(
                        partner=partner,
                        payer=payer,
                        transaction_kind=kind,
                        payer_identifier=payer.payer_identifier,
                        needs_enrolment=payer.payer_identifier == ENROLLING,
                    )
                if payer.payer_identifier == ENROLLING:
                    self._enrol(payer)

    def _partner(self) -> dict[str, Any]:
        return {
            "name": NAME,
            "receiver_id": "LOOPBACK",
            "sender_id": self.sender,
            "contact_name": "Billing office",
            "contact_phone": PHONE,
            "claims_per_set": 10,
            "is_production": True,
        }

    def _enrol(self, payer: Payer) -> None:
        enrolment = add_enrolment(
            provider=self._billing(), payer=payer, transaction_kind=Transaction.PROFESSIONAL, at=self.at
        )
        move_enrolment(enrolment=enrolment, to=EnrolmentState.SUBMITTED, note=words.ENROLLING, at=self.at)

    def _billing(self) -> Provider:
        return Provider.objects.get(npi=self.practice.npi)

    # -- visits -------------------------------------------------------------------------------------------------

    def bill(self, count: int, *, first: int = 0) -> Iterator[Claim]:
        """Visits of the last days become claims; some were entered carelessly, and their edits will say so."""
        dice = random.Random(f"{self.seed}:{self.practice.slug}:{first}")  # noqa: S311 - not a secret
        with self._scope():
            self._introduce_billing()
            known = list(self._known(count, first))
        for encounter in known:
            with self._scope():
                yield self._claim(encounter, dice)

    def _introduce_billing(self) -> None:
        """What an export of claims did not say of who bills."""
        billing = self._billing()
        changes = {"phone": PHONE, "taxonomy_code": TAXONOMY}
        edit_provider(provider=billing, version=billing.version, changes=changes)

    def _known(self, count: int, first: int) -> Iterator[Encounter]:
        """The last visit of each of so many patients."""
        seen: set[Any] = set()
        visits = Encounter.objects.select_related("patient").order_by("-service_from_on", "external_id", "id")
        for visit in visits.filter(service_from_on__lt=self.at.date()):
            if visit.patient_id in seen:
                continue
            seen.add(visit.patient_id)
            if len(seen) > first + count:
                return
            if len(seen) > first:
                yield visit

    def _claim(self, last: Encounter, dice: random.Random) -> Claim:
        coverage = Coverage.objects.filter(patient=last.patient_id).order_by("id").first()
        assert coverage is not None
        origin = Origin(Source.PERSON, self.at)
        if coverage.rank is None:
            update_coverage(coverage=coverage, version=coverage.version, origin=origin, rank=1)
        visit = record_encounter(draft=self._draft(last, coverage, dice), origin=origin)
        mark_ready(encounter_id=visit.id)
        return bill_visit(encounter_id=visit.id, at=self.at)

    def _draft(self, last: Encounter, coverage: Coverage, dice: random.Random) -> EncounterDraft:
        on = self.at.date() - datetime.timedelta(days=dice.randint(1, WITHIN_DAYS))
        codes = [
            dice.choice(VISITS),
            *dice.sample([one for one in SERVICES if one not in VISITS], dice.randint(0, 2)),
        ]
        diagnoses, faulty = dice.sample(DIAGNOSES, dice.randint(1, 2)), dice.random() < CHANCE_FAULTY
        modifiers = {0: ""}
        if faulty:
            on, diagnoses, modifiers = dice.choice(
                ((on - FORGOTTEN, diagnoses, {0: ""}), (on, ["E11"], {0: ""}), (on, diagnoses, {0: "ZZ"}))
            )
        return EncounterDraft(
            patient_id=last.patient_id,
            service_from_on=on,
            service_to_on=on,
            diagnoses=diagnoses_in_order(diagnoses),
            charges=tuple(
                ChargeDraft(
                    line_number=number,
                    procedure_code=code,
                    units=Decimal(1),
                    amount_cents=SERVICES[code],
                    service_date=on,
                    modifiers=modifiers.get(number - 1, ""),
                    diagnosis_pointers="1",
                )
                for number, code in enumerate(codes, start=1)
            ),
            payer_id=coverage.payer_id,
            values={
                "location_id": last.location_id,
                "rendering_provider_id": last.rendering_provider_id,
                "billing_provider_id": self._billing().id,
                "place_of_service": "11",
            },
        )

    # -- sending ------------------------------------------------------------------------------------------------

    def send(self) -> int:
        with self._scope():
            return send_now(at=self.at).sent

    def promise(self, claims: Sequence[Claim]) -> None:
        """The clerk wants to look at a few of them again."""
        with self._scope():
            follow_up(
                claims=claims[:FOLLOWED_UP],
                body=words.WATCHED,
                follow_up_on=self.at.date() + datetime.timedelta(days=2),
                assignee_id=self.clerk.pk,
                at=self.at,
            )

    def _scope(self) -> Any:
        return organization_scope(self.practice.pk, actor_kind=ActorKind.JOB)


def keep_secret(name: str, secret: str) -> None:
    """As whoever runs the machine puts it where the workers look for it."""
    folder = Path(os.environ["RCM_SECRETS_FOLDER"])
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    place = folder / name
    place.touch(mode=0o600)
    place.write_text(f"{secret}\n", encoding="utf-8")
