"""Ids that are unique across databases.

Shops may be spread over several PostgreSQL databases, the cells. Each gives ids from a range of its own: `CELL` ×
2^43 up to the next. So a row keeps its id when its shop moves, and API ids stay integers that JavaScript holds
exactly: 1,024 cells of 8.8 × 10^12 ids end below 2^53.
"""

from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import connections, models

ID_BITS = 43
MAX_CELL = 1023

# What differs from the wanted range, so that a database which is right already is not touched. A table is missing
# while only some apps are migrated.
_DIFFERING = """
SELECT s.seqrelid::regclass::text, coalesce(pg_sequence_last_value(s.seqrelid), 0)
FROM (
    SELECT pg_get_serial_sequence(quote_ident(name), 'id')::regclass AS id
    FROM unnest(%(tables)s) AS t (name) WHERE to_regclass(quote_ident(name)) IS NOT NULL
) counted
JOIN pg_sequence s ON s.seqrelid = counted.id
WHERE (s.seqmin, s.seqmax) <> (%(first)s, %(last)s)
"""


def id_range(cell: int) -> tuple[int, int]:
    """The first and the last id of a cell."""
    if not 0 <= cell <= MAX_CELL:
        raise ValueError(f"CELL must be 0 to {MAX_CELL}.")
    return (cell << ID_BITS) or 1, (cell + 1 << ID_BITS) - 1


def set_id_ranges(using: str = "default", **_signal: Any) -> None:
    """After every `migrate`: each table that counts its ids counts them in the range of this cell."""
    first, last = id_range(settings.CELL)
    tables = [model._meta.db_table for model in apps.get_models() if isinstance(model._meta.pk, models.BigAutoField)]
    with connections[using].cursor() as cursor:
        cursor.execute(_DIFFERING, {"tables": tables, "first": first, "last": last})
        for sequence, reached in cursor.fetchall():
            # Inside the range it goes on where it was; a database that becomes another cell starts at its first id.
            restart = "" if first <= reached <= last else f"RESTART WITH {first}"
            # ALTER SEQUENCE takes no parameters. What goes into it are integers and names from the catalogue, no input.
            cursor.execute(f"ALTER SEQUENCE {sequence} MINVALUE {first} MAXVALUE {last} START WITH {first} {restart}")
