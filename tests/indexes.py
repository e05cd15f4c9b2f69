"""Which index serves a lookup. Of the few rows of a test PostgreSQL reads any index, and leaves out one that was built
over rows of another transaction: so the definition is asked, and not a plan."""

import re
from typing import Any

from django.db import connection


def begins_by_index(model: type[Any], column: str | None) -> bool:
    """Numbers in this column are found from their beginning on, as they are compared (`kernel.numbers`)."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT indexdef FROM pg_indexes WHERE tablename = %s", [model._meta.db_table])
        definitions = [definition for (definition,) in cursor.fetchall()]
    wanted = rf"number_key\(\(?{column}\)?(::text)?\) text_pattern_ops"
    return any(re.search(wanted, definition) for definition in definitions)


def definition(index: str) -> str:
    """As PostgreSQL tells it; empty where there is none."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT indexdef FROM pg_indexes WHERE indexname = %s", [index])
        row = cursor.fetchone()
    return str(row[0]) if row else ""
