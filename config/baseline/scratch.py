"""A database for a while, on the server that the settings name; nothing of the data there is touched."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection


@contextmanager
def scratch_database(name: str, *, keep: bool = False) -> Iterator[None]:
    """The default connection points at a new, empty database inside; dropped afterwards unless `keep`."""
    before = connection.settings_dict["NAME"]
    _switch(before)
    _server(f'CREATE DATABASE "{name}"')
    try:
        _switch(name)
        yield
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
