"""Prepare a PostgreSQL server that somebody else runs: roles, database, rights, limits."""

from __future__ import annotations

import argparse
import os
from typing import Any

import psycopg
from django.core.management import BaseCommand, CommandError

from rcm_site.engines import addresses
from rcm_site.engines.provision import Wanted, provision


class Command(BaseCommand):
    help = "Make the roles and the database that the RCM_*_DATABASE_URL addresses name. Repeating it is safe."
    requires_system_checks = ()

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument(
            "--admin-url",
            default=os.environ.get("RCM_ADMIN_DATABASE_URL"),
            help="an administrator's address, postgresql://user:password@host:5432/postgres (RCM_ADMIN_DATABASE_URL)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        admin_url = options["admin_url"]
        if not admin_url:
            raise CommandError("Give an administrator's address by --admin-url or RCM_ADMIN_DATABASE_URL.")
        entries = self._entries()
        names = {entry["NAME"] for entry in entries.values()}
        if len(names) > 1:
            raise CommandError(f"The addresses name different databases: {', '.join(sorted(names))}.")

        def connect(database: str) -> psycopg.Connection[Any]:
            return psycopg.connect(admin_url, dbname=database, autocommit=True)

        with psycopg.connect(admin_url) as connection:
            first = connection.info.dbname
        refused = provision(
            connect,
            Wanted(
                passwords={role: entry["PASSWORD"] for role, entry in entries.items()},
                databases=tuple(names),
            ),
            first_database=first,
        )
        self.stdout.write(f"The database {names.pop()} and its {len(entries)} roles are ready: now migrate.")
        if refused:
            self.stdout.write(
                "The server's administrator alone may set these; put them into its configuration:"
            )
            for line in refused:
                self.stdout.write(f"  {line}")

    def _entries(self) -> dict[str, dict[str, Any]]:
        entries = {}
        for role in addresses.ROLES:
            variable = addresses.url_variable(role)
            if not os.environ.get(variable):
                raise CommandError(f"{variable} is not set; every role needs its address and password.")
            entry = addresses.database(role)
            if entry["USER"] != addresses.role_name(role):
                raise CommandError(
                    f"{variable} must name the user {addresses.role_name(role)!r}, not {entry['USER']!r}."
                )
            if not entry["PASSWORD"]:
                raise CommandError(f"{variable} has no password.")
            entries[role] = entry
        return entries
