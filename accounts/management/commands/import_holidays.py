"""`manage.py import_holidays`: a year of official holidays, as soon as it is announced."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.holidays import import_file
from accounts.models import Shop
from kernel.progress import SOON, progress


class Command(BaseCommand):
    help = "Adds the holidays of a CSV file (name_zh, name_en, first, last) to the calendar; again changes nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE.csv")
        parser.add_argument("--shop", metavar="CODE", help="only for this shop; otherwise for all")
        parser.add_argument("--dry-run", action="store_true", help="check the file, write nothing into the database")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            # utf-8-sig: spreadsheets put a byte order mark in front.
            lines = options["file"].read_text(encoding="utf-8-sig").splitlines()
            shop = self._shop(options["shop"])
            with progress(len(lines), label=options["file"].name, unit="lines", after=SOON) as bar:
                summary = import_file(lines, shop, dry_run=options["dry_run"], step=bar.update)
        except (OSError, ValueError) as fault:
            raise CommandError(str(fault)) from fault
        for line, reason in summary.rejected:
            self.stderr.write(f"line {line}: {reason}")
        self.stdout.write(("dry run, nothing written: " if options["dry_run"] else "") + str(summary))
        if summary.rejected:
            raise CommandError("Mend these lines and run it again: what is in stays.")

    def _shop(self, code: str | None) -> Shop | None:
        if code is None:
            return None
        shop = Shop.objects.filter(code=code).first()
        if shop is None:
            raise CommandError(f"There is no shop “{code}”.")
        return shop
