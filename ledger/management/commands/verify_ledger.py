"""Prove that every cached balance is the sum of its postings."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from ledger.selectors import balance_differences, trial_balance, unbalanced_entries
from tenancy.models import Organization
from tenancy.scope import organization_scope
from tenancy.selectors import practice_by_slug


class Command(BaseCommand):
    help = "Prove that a practice's cached balances equal the fold of its postings; prints every difference."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--organization", required=True, metavar="SLUG")

    def handle(self, *, organization: str, **_: Any) -> None:
        try:
            practice = practice_by_slug(organization)
        except Organization.DoesNotExist:
            raise CommandError(f"there is no practice {organization}") from None
        with organization_scope(practice.id):
            differences = balance_differences()
            broken = unbalanced_entries()
            total = sum(cents for _, _, cents in trial_balance())
        for one in differences:
            self.stdout.write(
                f"{one.account} rank {one.rank} {one.subject_kind} {one.subject_id} {one.reference}:"
                f" cached {one.cached_cents}, posted {one.posted_cents}"
            )
        for entry_id in broken:
            self.stdout.write(f"entry {entry_id} does not balance")
        if total:
            self.stdout.write(f"the accounts sum to {total} cents instead of zero")
        if differences or broken or total:
            raise CommandError("the ledger does not prove")
        self.stdout.write("the ledger proves: every balance is the sum of its postings")
