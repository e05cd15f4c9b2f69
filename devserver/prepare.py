"""`python -m devserver.prepare`: the database brought up to date, and the demo in an empty one. `make run` calls it."""

import os
import sys

import django

DEMO_ORDER = "DEMO-1001"  # every demo has it


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    from django.conf import settings
    from django.contrib.auth import get_user_model
    from django.core.management import call_command, get_commands

    from orders.models import Order
    from web import health

    if health.waiting_migrations():  # `migrate` with nothing to do costs a second of every start
        call_command("migrate", interactive=False, verbosity=0)
    if not settings.DEBUG:
        # Hashed files are only served from STATIC_ROOT; and accounts with a printed password stay out.
        call_command("collectstatic", interactive=False, verbosity=0)
    elif "seed_demo" in get_commands() and not get_user_model().objects.exists():
        print("Filling the empty database with the demo …", file=sys.stderr, flush=True)
        call_command("seed_demo", verbosity=0)
    elif settings.FAKE_CHANNELS and Order.objects.filter(order_no=DEMO_ORDER).exists():
        call_command("seed_demo", verbosity=0)  # the demo is older than the orders to try the fake channels with


if __name__ == "__main__":
    main()
