"""`manage.py grant_run_role NAME`: the role of the running program may do its work and cannot change history."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from kernel.roles import UnfitRole, grant_run_role


class Command(BaseCommand):
    help = (
        "Gives a database role what the running program needs, without UPDATE, DELETE and TRUNCATE on history. "
        "Run it as the role that migrates, after every migration."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("role", help="a role that is there, owns no table and is no superuser")

    def handle(self, *args: Any, role: str, **options: Any) -> None:
        try:
            tables = grant_run_role(role)
        except UnfitRole as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(f"{role} may run the program; it cannot change or delete rows of {', '.join(tables)}.")
