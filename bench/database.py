"""A database of the benchmark's own, on the server of DATABASE_URL or the embedded one."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit, urlunsplit

import psycopg2

from devserver import embedded, local


@contextmanager
def own_database(keep: bool) -> Iterator[str]:
    """Its URL, which is DATABASE_URL from here on. Call before Django reads its settings."""
    embedded.attach_or_exit()
    server = local.get("DATABASE_URL") or embedded.url()
    name = f"aftersales_bench_{os.getpid()}"
    _run(server, f'CREATE DATABASE "{name}"')
    try:
        url = urlunsplit(urlsplit(server)._replace(path=f"/{name}"))
        os.environ["DATABASE_URL"] = url
        yield url
    finally:
        if not keep:
            _run(server, f'DROP DATABASE "{name}" WITH (FORCE)')


def _run(url: str, statement: str) -> None:
    connection = psycopg2.connect(url)
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(statement)
    connection.close()
