"""Prove the books of a practice: balances, and what payers decided against what is posted."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from remittances.services import prove_ledger
from tenancy.models import Organization
from tenancy.scope import organization_scope
from tenancy.selectors import practice_by_slug


class Command(BaseCommand):
    help = "Prove that a practice's balances equal its postings and its postings what payers paid; prints every gap."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--organization", required=True, metavar="SLUG")

    def handle(self, *, organization: str, **_: Any) -> None:
        try:
            practice = practice_by_slug(organization)
        except Organization.DoesNotExist:
            raise CommandError(f"there is no practice {organization}") from None
        with organization_scope(practice.id):
            found = prove_ledger()
        for words in found:
            self.stdout.write(words)
        if found:
            raise CommandError("the ledger does not prove")
        self.stdout.write(
            "the ledger proves: every balance is the sum of its postings, and says what payers paid"
        )
