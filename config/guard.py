"""Production entry points refuse to start half-configured, in a sentence that names the variable."""

import os
from typing import Any

from accounts.privacy.retention import MIN_YEARS
from devserver.local import MADE_BY_RUN
from kernel.crypto import encryption
from logistics import courier_settings
from refunds import channel_settings

# Good enough for a command on a developer's machine; every entry point for real traffic refuses it.
DEFAULT_SECRET = "development-only-set-DJANGO_SECRET_KEY"  # noqa: S105  (refused below)
SHORTEST_SECRET = 32


def problems(settings: Any, environ: dict[str, str]) -> list[str]:
    """One sentence a fault; empty when the settings are fit for real traffic."""
    faults = []
    secret = environ.get("DJANGO_SECRET_KEY", "")
    if not secret:
        faults.append("DJANGO_SECRET_KEY is not set. Set it to a long random string that only this installation knows.")
    elif secret == DEFAULT_SECRET or secret.startswith("django-insecure") or len(secret) < SHORTEST_SECRET:
        faults.append(
            f"DJANGO_SECRET_KEY is a default or too short. Set a random one of at least {SHORTEST_SECRET} characters."
        )
    if settings.RETENTION_YEARS < MIN_YEARS:
        faults.append(
            f"RETENTION_YEARS is {settings.RETENTION_YEARS}. Set it to {MIN_YEARS} or more: the law has records of"
            f" transactions kept for {MIN_YEARS} years after they were completed."
        )
    if settings.DEBUG:
        faults.append("DJANGO_DEBUG is on. Set DJANGO_DEBUG=false: it shows the inside of the program to everybody.")
    if not settings.ALLOWED_HOSTS:
        faults.append("DJANGO_ALLOWED_HOSTS is not set. Set it to the host names that this site answers to.")
    elif "*" in settings.ALLOWED_HOSTS:
        faults.append(
            "DJANGO_ALLOWED_HOSTS is *. Name the hosts instead: anybody could otherwise forge links in mails."
        )
    if not environ.get("NUM_PROXIES"):
        faults.append(
            "NUM_PROXIES is not set. Set it to the number of your own proxies in front of this program, 0 for none:"
            " by it the address of a caller is known, and guesses at passwords are counted by address."
        )
    elif settings.NUM_PROXIES < 0:
        faults.append(f"NUM_PROXIES is {settings.NUM_PROXIES}. Set it to the number of your own proxies, 0 for none.")
    if not environ.get("DATABASE_URL"):
        faults.append(
            "DATABASE_URL is not set. Set it to the PostgreSQL database; the embedded one is for development."
        )
    faults += channel_settings.fakes_in_production(settings)
    return (
        faults
        + encryption.problems(settings)
        + channel_settings.problems(settings)
        + courier_settings.problems(settings)
    )


def refuse_unless_ready() -> None:
    """Called by wsgi, worker and beat before they serve anything. Exits with the sentences."""
    # `make run` is for one developer's machine and listens on 127.0.0.1.
    if os.environ.get(MADE_BY_RUN):
        return
    from django.conf import settings

    faults = problems(settings, dict(os.environ))
    if faults:
        raise SystemExit("Not started:\n" + "\n".join(f"  {sentence}" for sentence in faults))
