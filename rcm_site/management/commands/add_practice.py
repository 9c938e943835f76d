"""The first way in: a practice and the person who will let the others in."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any
from zoneinfo import available_timezones

from django.core.exceptions import ValidationError
from django.core.management import BaseCommand, CommandError
from django.core.validators import validate_email, validate_slug
from django.db import transaction
from django.utils import timezone

from rcm_site.access.services import invitation_path
from reference.rules.npi import is_valid_npi
from tenancy.choices import OrganizationKind, Role
from tenancy.models import Organization, Person
from tenancy.scope import organization_scope
from tenancy.services import create_organization, create_person, grant_role


class Command(BaseCommand):
    help = (
        "Add a practice and its first administrator; prints the link by which that person chooses a password."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", help="the practice as its payers know it")
        parser.add_argument(
            "--slug", required=True, help="its short name in commands: letters, digits, hyphens"
        )
        parser.add_argument("--npi", default="", help="the NPI it bills under")
        parser.add_argument("--tax-id", default="", help="nine digits, no hyphen")
        parser.add_argument(
            "--time-zone", default="America/New_York", help="where its days begin and end: America/Chicago"
        )
        parser.add_argument("--admin", required=True, metavar="EMAIL", help="the first administrator")
        parser.add_argument("--admin-name", required=True)
        parser.add_argument(
            "--address", default="http://127.0.0.1:8000", help="where the workbench is reached"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        self._check(options)
        with transaction.atomic():
            practice = create_organization(
                kind=OrganizationKind.PRACTICE,
                name=options["name"],
                slug=options["slug"],
                npi=options["npi"],
                tax_id=options["tax_id"],
                time_zone=options["time_zone"],
            )
            person = create_person(
                email=options["admin"].lower(), name=options["admin_name"], organization=practice
            )
            with organization_scope(practice.pk):
                grant_role(
                    person=person,
                    practice=practice,
                    role=Role.PRACTICE_ADMIN,
                    starts_on=timezone.now().date(),
                    reason="First administrator",
                )
        self.stdout.write(
            f"{practice.name} is there. Give {person.name} this link; it works once, for a day:"
        )
        self.stdout.write(options["address"].rstrip("/") + invitation_path(person))

    def _check(self, options: dict[str, Any]) -> None:
        """Everything that is wrong is said before anything is written."""
        wrong = []
        for check, value in ((validate_slug, options["slug"]), (validate_email, options["admin"])):
            try:
                check(value)
            except ValidationError as error:
                wrong.append(f"{value}: {' '.join(error.messages)}")
        if options["time_zone"] not in available_timezones():
            wrong.append(f"{options['time_zone']} is not a time zone, such as America/New_York.")
        if options["npi"] and not is_valid_npi(options["npi"]):
            wrong.append(f"{options['npi']} is not an NPI: ten digits whose last one checks the others.")
        if options["tax_id"] and not (options["tax_id"].isdigit() and len(options["tax_id"]) == 9):
            wrong.append("A tax number has nine digits and no hyphen.")
        if not (options["npi"] or options["tax_id"]):
            wrong.append("Give --npi or --tax-id: by them the practice knows which payments are its own.")
        if Organization.objects.filter(slug=options["slug"]).exists():
            wrong.append(f"There is a practice with the short name {options['slug']} already.")
        if Person.objects.filter(email=options["admin"].lower()).exists():
            wrong.append(f"{options['admin']} has an account already.")
        if wrong:
            raise CommandError("\n".join(wrong))
