"""`manage.py migrate`: Django's command, which begins with the baseline where the database is empty."""

from typing import Any

from django.core.management.base import CommandParser
from django.core.management.commands import migrate
from django.db import connections

from config import baseline

# With one of these the caller wants to look, or part of the migrations.
PARTIAL = ("app_label", "migration_name", "fake", "fake_initial", "plan", "check_unapplied", "prune")


class Command(migrate.Command):
    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "--each", action="store_true", help="Run each migration also in an empty database, without the baseline."
        )

    def handle(self, *args: Any, each: bool = False, **options: Any) -> None:
        if not each and not any(options[name] for name in PARTIAL):
            made = baseline.load(connections[options["database"]])
            if made and options["verbosity"] > 0:
                self.stdout.write("Made the tables by the baseline.")
        super().handle(*args, **options)
