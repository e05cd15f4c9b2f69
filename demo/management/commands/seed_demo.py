"""`manage.py seed_demo`: two shops, their people, and every state of orders and tickets (contract §3)."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from ...seed import seed


class Command(BaseCommand):
    help = "Fills the database with demo shops, orders and tickets. Running it again changes nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--force", action="store_true", help="also while DEBUG is off")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEBUG and not options["force"]:
            raise CommandError(
                "The demo has accounts with a known password; while DEBUG is off say --force to add them."
            )
        settings.ENQUEUE_JOBS = False  # the refunds of the past are sent here, not by a worker
        new = seed(timezone.now())
        if options["verbosity"]:
            self.stdout.write(f"The demo is there: {new} orders are new. Password of all accounts: aftersales-demo")
