"""`manage.py check_channel NAME`: proves the settings of a payment channel without moving money."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from refunds import channel_settings, gateways
from refunds.gateways.wording import finding_text

SECONDS = 10.0


class Command(BaseCommand):
    help = "Asks a payment channel for a refund that cannot exist, and says in words what is wrong (exit 1)."
    # It says better than the checks what they refuse.
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("channel", metavar="NAME", help="as in payments: " + ", ".join(channel_settings.REQUIRED))

    def handle(self, *args: Any, **options: Any) -> None:
        channel = options["channel"]
        if channel not in channel_settings.REQUIRED:
            known = ", ".join(channel_settings.REQUIRED)
            raise CommandError(_("“%(name)s” has no settings. Known: %(known)s.") % {"name": channel, "known": known})
        finding = _check(channel)
        if finding.fault:
            raise CommandError(finding_text(finding, channel))
        self.stdout.write(finding_text(finding, channel))


def _check(channel: str) -> gateways.Finding:
    try:
        gateway = gateways.build(channel, settings)
    except gateways.Misconfigured as error:
        return error.finding
    return gateway.check(deadline=gateways.Deadline.after(SECONDS))
