"""A database of its own on the server that the settings name; nothing of the data there is touched."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from django.core.management import call_command
from django.db import connection


@contextmanager
def fresh_database(*, keep: bool) -> Iterator[str]:
    """The default connection points at a new, migrated database inside; dropped afterwards unless `keep`."""
    before, name = connection.settings_dict["NAME"], f"retail_replay_{os.getpid()}"
    _switch(before)
    _server(f'CREATE DATABASE "{name}"')
    try:
        _switch(name)
        call_command("migrate", verbosity=0)
        yield name
    finally:
        _switch(before)
        if not keep:
            _server(f'DROP DATABASE "{name}" WITH (FORCE)')


def _switch(name: str) -> None:
    connection.close()
    connection.settings_dict["NAME"] = name


def _server(statement: str) -> None:
    # The connection that Django itself makes and drops test databases with.
    with connection._nodb_cursor() as cursor:
        cursor.execute(statement)
