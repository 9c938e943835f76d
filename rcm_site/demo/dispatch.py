"""The last days' visits, billed here and sent to a clearinghouse that answers while somebody looks on."""

from __future__ import annotations

import dataclasses
import datetime
import json
import os
import random
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

from claims.models import Claim
from claims.services import bill_visit, follow_up, send_now
from clearinghouse.choices import Direction, EnrolmentState, Transaction, Transport
from clearinghouse.choices import Source as FileSource
from clearinghouse.models import ExchangeFile
from clearinghouse.selectors import open_file
from clearinghouse.services import bring_in
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
)
from patients.services.history import Origin
from rcm_site.demo import words
from rcm_site.demo.journal import Journal
from reference.models import Payer, Provider
from reference.services import edit_payer, edit_provider
from tenancy.choices import ActorKind
from tenancy.models import Organization, Person
from tenancy.scope import organization_scope
from x12 import write_999
from x12.ack import answers

NAME = "Loopback Clearinghouse"
ASKED = "Loopback Eligibility"
PHONE = "8005550104"
TAXONOMY = "207Q00000X"
WITHIN_DAYS = 9
FORGOTTEN = datetime.timedelta(days=430)
CHANCE_FAULTY = 0.16
OFFICE, HOSPITAL = "11", "21"
"""Places of service; a stay in a hospital needs the day of admission."""
FOLLOWED_UP = 3
ENROLLING = "UTB05"
"""The payer whose enrolment is still being set up."""
MOST_ENROLLING = 5


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
    journal: Journal = dataclasses.field(default_factory=Journal)

    def connect(self, letter: Letter) -> None:
        """Partner, connection and routes as an administrator enters them; one payer's enrolment is not through yet."""
        keep_secret(letter.values["user_name"], letter.values["password"])
        self.journal.once(lambda: self._connect(letter))

    def _connect(self, letter: Letter) -> None:
        with self._scope():
            self._introduce_billing()
            partner = create_partner(values=self._partner())
            set_connection(partner=partner, values=letter.connection(self.transport))
            self._connect_questions(letter)
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

    def _connect_questions(self, letter: Letter) -> None:
        """Questions about coverage are answered at once, over a line of their own."""
        asked = create_partner(values={**self._partner(), "name": ASKED, "opens_at": None, "closes_at": None})
        line = {**letter.connection(Transport.HTTPS), "outgoing_folder": "", "incoming_folder": ""}
        set_connection(partner=asked, values=line)
        for payer in Payer.objects.exclude(payer_identifier="").order_by("id"):
            add_route(
                partner=asked,
                payer=payer,
                transaction_kind=Transaction.ELIGIBILITY,
                payer_identifier=payer.payer_identifier,
                needs_enrolment=False,
            )

    def _partner(self) -> dict[str, Any]:
        return {
            "name": NAME,
            "receiver_id": "LOOPBACK",
            "sender_id": self.sender,
            "contact_name": "Billing office",
            "contact_phone": PHONE,
            "claims_per_set": 5,
            # By night alone: what is ready waits for whoever presses Send now.
            "opens_at": datetime.time(1),
            "closes_at": datetime.time(4),
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

    def choose(self, count: int) -> list[str]:
        """The last visits of so many patients, few of them of the payer who is not ready for us."""
        return self.journal.once(lambda: self._chosen(count))

    def _chosen(self, count: int) -> list[str]:
        chosen: dict[uuid.UUID, str] = {}
        enrolling = 0
        with self._scope():
            visits = Encounter.objects.filter(
                patient__coverages__rank=1, service_from_on__lt=self.at.date()
            ).order_by("-service_from_on", "id")
            for visit_id, patient_id, payer in visits.values_list(
                "id", "patient_id", "patient__coverages__payer__payer_identifier"
            ):
                if patient_id in chosen or (payer == ENROLLING and enrolling == MOST_ENROLLING):
                    continue
                enrolling += payer == ENROLLING
                chosen[patient_id] = str(visit_id)
                if len(chosen) == count:
                    break
        return list(chosen.values())

    def bill(self, visits: Iterable[str]) -> Iterator[str]:
        """Their patients come again in the last days; some visits are entered carelessly, and their edits will say so.
        Yields the claims.
        """
        for number, visit_id in enumerate(visits):
            yield self.journal.once(partial(self._billed, visit_id, number))

    def _billed(self, visit_id: str, number: int) -> str:
        dice = random.Random(f"{self.seed}:{self.practice.slug}:{number}")  # noqa: S311 - not a secret
        with self._scope():
            return str(self._claim(Encounter.objects.get(pk=visit_id), dice).pk)

    def _introduce_billing(self) -> None:
        """What an export of claims did not say of who bills."""
        billing = self._billing()
        changes = {"phone": PHONE, "taxonomy_code": TAXONOMY}
        edit_provider(provider=billing, version=billing.version, changes=changes)

    def _claim(self, last: Encounter, dice: random.Random) -> Claim:
        coverage = Coverage.objects.get(patient=last.patient_id, rank=1)
        visit = record_encounter(
            draft=self._draft(last, coverage, dice), origin=Origin(Source.PERSON, self.at)
        )
        mark_ready(encounter_id=visit.id)
        return bill_visit(encounter_id=visit.id, at=self.at)

    def _draft(self, last: Encounter, coverage: Coverage, dice: random.Random) -> EncounterDraft:
        on = self.at.date() - datetime.timedelta(days=dice.randint(1, WITHIN_DAYS))
        codes = [
            dice.choice(VISITS),
            *dice.sample([one for one in SERVICES if one not in VISITS], dice.randint(0, 2)),
        ]
        units, place = Decimal(1), OFFICE
        if dice.random() < CHANCE_FAULTY:
            on, units, place = dice.choice(
                ((on - FORGOTTEN, units, place), (on, Decimal("1.5"), place), (on, units, HOSPITAL))
            )
        return EncounterDraft(
            patient_id=last.patient_id,
            service_from_on=on,
            service_to_on=on,
            diagnoses=diagnoses_in_order(dice.sample(DIAGNOSES, dice.randint(1, 2))),
            charges=tuple(
                ChargeDraft(
                    line_number=number,
                    procedure_code=code,
                    units=units,
                    amount_cents=SERVICES[code],
                    service_date=on,
                    diagnosis_pointers="1",
                )
                for number, code in enumerate(codes, start=1)
            ),
            payer_id=coverage.payer_id,
            values={
                "location_id": last.location_id,
                "rendering_provider_id": last.rendering_provider_id,
                "billing_provider_id": self._billing().id,
                "place_of_service": place,
            },
        )

    # -- sending ------------------------------------------------------------------------------------------------

    def send(self) -> int:
        return self.journal.once(self._send)

    def _send(self) -> int:
        with self._scope():
            return send_now(at=self.at).sent

    def promise(self, claims: Sequence[str]) -> None:
        """The clerk wants to look at a few of them again."""
        self.journal.once(lambda: self._promise(claims[:FOLLOWED_UP]))

    def _promise(self, claims: Sequence[str]) -> None:
        with self._scope():
            follow_up(
                claims=list(Claim.objects.filter(id__in=claims)),
                body=words.WATCHED,
                follow_up_on=self.at.date() + datetime.timedelta(days=2),
                assignee_id=self.clerk.pk,
                at=self.at,
            )

    def bring_in_a_stray(self) -> None:
        """The mailbox also holds what answers a file that the practice's old system sent."""
        self.journal.once(self._bring_in_a_stray)

    def _bring_in_a_stray(self) -> None:
        with self._scope():
            sent = ExchangeFile.objects.filter(name__endswith=".837", direction=Direction.INBOUND).latest(
                "received_at", "id"
            )
            with open_file(sent) as content:
                told = answers(content, control_number=871, date=f"{self.at:%Y%m%d}", time="0430")
                stray = b"".join(write_999(told))
            bring_in(name="ACK_000000871.999", content=stray, source=FileSource.UPLOAD, at=self.at)

    def _scope(self) -> Any:
        return organization_scope(self.practice.pk, actor_kind=ActorKind.JOB)


def keep_secret(name: str, secret: str) -> None:
    """As whoever runs the machine puts it where the workers look for it."""
    folder = Path(os.environ["RCM_SECRETS_FOLDER"])
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    place = folder / name
    place.touch(mode=0o600)
    place.write_text(f"{secret}\n", encoding="utf-8")
