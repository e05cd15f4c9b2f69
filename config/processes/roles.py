"""What a process is, and the limits of its database connections and of its broker that follow from it.

web      answers people: config/wsgi.py
worker   works for nobody who waits; beat too: the signals in config/celery.py, however Celery was started
command  a person at a terminal, who can press Ctrl-C: no limits
"""

import os
from typing import Any

VARIABLE = "AFTERSALES_ROLE"


def present() -> str:
    return os.environ.get(VARIABLE) or "command"


def limits(role: str) -> dict[str, object]:
    """PostgreSQL's settings of a connection, in milliseconds where they are times."""
    if role == "web":
        return {
            # A reader has connecting up by then, and a statement that runs on would only hold its locks.
            "statement_timeout": _number("DB_STATEMENT_TIMEOUT_MS", 15_000),
            # The second comer is told (409) while still looking at the page.
            "lock_timeout": _number("DB_LOCK_TIMEOUT_MS", 2_000),
            "idle_in_transaction_session_timeout": 30_000,
            # Compiling a statement took forty times what running it took (measured on the desk's lists): no page reads
            # as many rows as would pay for it.
            "jit": "off",
        }
    if role == "worker":
        # A sweep may be long, but it must neither wait for a lock for ever nor hold one while idle: its row is due
        # again later, and others are due now.
        return {"lock_timeout": 5_000, "idle_in_transaction_session_timeout": 300_000}
    return {}


def options(role: str, before: str = "") -> str:
    """libpq's `options`; what DATABASE_URL already says stays, and the last of two settings counts."""
    return " ".join([before, *(f"-c {name}={value}" for name, value in limits(role).items())]).strip()


def become(role: str, conf: Any) -> None:
    """Call before the first connection. `conf`: Celery's settings, read long before it is known what the process is."""
    from django.conf import settings
    from django.db import connections

    from config.celery_settings import transport_options

    os.environ[VARIABLE] = settings.ROLE = role  # in the environment for whatever it starts
    for alias, database in settings.DATABASES.items():
        connecting = database.setdefault("OPTIONS", {})
        if text := options(role, connecting.get("options", "")):
            connecting["options"] = text
        connections[alias].close()  # a connection that is open has the limits of before
    if not conf.broker_url.startswith(("memory:", "filesystem:")):
        conf.broker_transport_options = transport_options(conf.broker_url, role=role)


def _number(variable: str, default: int) -> int:
    return int(os.environ.get(variable) or default)
