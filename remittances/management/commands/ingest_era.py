"""`manage.py ingest_era FILE… --organization SLUG`: one JSON line for each transaction set."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from clearinghouse.choices import Source
from clearinghouse.services import store_inbound
from remittances.choices import ResultState
from remittances.models import TransactionResult
from remittances.selectors import results_of_file
from remittances.services import ingest_file, order_posting
from tenancy.jobs import run_message
from tenancy.models import Organization
from tenancy.scope import organization_scope
from tenancy.selectors import practice_by_slug
from workbench.services import dollars

TROUBLES = (ResultState.REFUSED, ResultState.QUARANTINED, ResultState.UNBALANCED)


class Command(BaseCommand):
    help = (
        "Read remittances from 835 files and post what balances. Prints one JSON line for each transaction set;"
        " exits 1 if any was refused, quarantined or does not balance."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", nargs="+", metavar="FILE")
        parser.add_argument(
            "--organization", required=True, metavar="SLUG", help="the practice that was paid"
        )
        parser.add_argument("--hold", action="store_true", help="read only; a person posts")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            practice = practice_by_slug(options["organization"])
        except Organization.DoesNotExist as unknown:
            raise CommandError(
                f"No practice has the short name {options['organization']!r}. See the list under Access."
            ) from unknown
        troubles = [self.one_file(practice, Path(name), hold=options["hold"]) for name in options["files"]]
        if any(troubles):
            raise SystemExit(1)

    def one_file(self, practice: Organization, path: Path, *, hold: bool) -> bool:
        """Each file is a transaction of its own, and so is each posting: one bad file leaves the others unharmed."""
        now = timezone.now()
        try:
            source = path.open("rb")
        except OSError as fault:
            self.line(
                {"file": path.name, "state": "REFUSED", "message": f"Cannot be opened: {fault.strerror}."}
            )
            return True
        with source, organization_scope(practice.pk):
            file, is_new = store_inbound(name=path.name, content=source, source=Source.COMMAND, at=now)
            results = ingest_file(file_id=file.id, at=now)
            orders = [] if hold else order_posting(results, at=now)
        for order in orders:
            run_message(order)
        return self.report(practice, path.name, file.id, is_new=is_new)

    def report(self, practice: Organization, name: str, file_id: UUID, *, is_new: bool) -> bool:
        with organization_scope(practice.pk):
            results = list(results_of_file(file_id))
        for result in results:
            self.line({"file": name, "file_id": str(file_id), **said(result, is_new=is_new)})
        return any(result.state in TROUBLES for result in results)

    def line(self, content: dict[str, Any]) -> None:
        self.stdout.write(json.dumps(content))


def said(result: TransactionResult, *, is_new: bool) -> dict[str, Any]:
    """One transaction set in words and numbers; money as dollars in text."""
    content: dict[str, Any] = {"transaction": result.ordinal, "control_number": result.control_number}
    state = result.state
    if not is_new and state == ResultState.READ:
        state = ResultState.DUPLICATE
        content["message"] = "This file came before. Nothing was posted again."
    elif result.message:
        content["message"] = result.message
    content["state"] = str(state)
    content["findings"] = result.findings
    remittance = result.remittance
    if remittance is not None:
        content |= {
            "remittance_id": str(remittance.id),
            "trace": remittance.trace_number,
            "payment": dollars(remittance.payment_cents),
            "claims": remittance.claim_count,
            "lines": remittance.line_count,
            "unmatched": remittance.unmatched_count,
            "denied": remittance.denied_count,
            "remittance_state": remittance.state,
            "findings": remittance.findings,
        }
        if remittance.hold:
            content["hold"] = remittance.hold
        if remittance.alert:
            content["alert"] = remittance.alert
    return content
