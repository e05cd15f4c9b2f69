"""`manage.py check_channel NAME [--shop CODE]`: proves the settings of a payment channel or of a courier service."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from kernel.connections import NotProved, checks


class Command(BaseCommand):
    help = "Asks a payment channel or courier service for what cannot exist, and says in words what is wrong (exit 1)."
    # It says better than the checks what they refuse.
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("channel", metavar="NAME", help=", ".join(checks()))
        parser.add_argument("--shop", metavar="CODE", help="the account of this shop instead of the environment's")

    def handle(self, *args: Any, channel: str, shop: str | None, **options: Any) -> None:
        known = checks()
        if channel not in known:
            names = ", ".join(known)
            raise CommandError(_("“%(name)s” has no settings. Known: %(known)s.") % {"name": channel, "known": names})
        try:
            lines = known[channel](shop or "")
        except NotProved as error:
            raise CommandError(str(error)) from None
        self.stdout.write("\n".join(lines))
