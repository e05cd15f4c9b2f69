"""For tests with threads: on a busy machine those that come last wait longer than a request may."""

from django.db import connection


def patient() -> None:
    """This thread's connection waits for a lock as long as it takes. Who comes too late is told so by other tests."""
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '120s'; SET statement_timeout = '120s'")
