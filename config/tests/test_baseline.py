"""An empty database that the baseline makes is the one that the migrations make, each of them run."""

import os
import re
from collections import Counter
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection

from config import baseline
from config.baseline.__main__ import statements
from config.baseline.scratch import scratch_database

# What PostgreSQL knows of the tables, without the order of columns and what only counts.
SCHEMA = {
    "columns": """
        SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity, a.attcollation,
               pg_get_expr(d.adbin, d.adrelid)
        FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
        LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
        WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'v', 'm', 'p')
          AND a.attnum > 0 AND NOT a.attisdropped""",
    # From PostgreSQL 18 on a NOT NULL has a name, that of its column when it was made; "columns" has the fact.
    "constraints": """
        SELECT conrelid::regclass::text, conname, contype, convalidated, condeferrable, condeferred,
               pg_get_constraintdef(oid)
        FROM pg_constraint WHERE connamespace = 'public'::regnamespace
          AND contype <> 'n'""",
    "indexes": "SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'",
    # Without brackets: read from a dump, a row of ORs has fewer.
    "triggers": """
        SELECT tgname, tgenabled, translate(pg_get_triggerdef(oid), '()', '') FROM pg_trigger WHERE NOT tgisinternal""",
    "functions": """
        SELECT proname, proacl::text, pg_get_functiondef(oid)
        FROM pg_proc WHERE pronamespace = 'public'::regnamespace""",
    "sequences": """
        SELECT sequencename, data_type::text, start_value, min_value, max_value, increment_by, cycle, last_value
        FROM pg_sequences WHERE schemaname = 'public' AND sequencename <> 'django_migrations_id_seq'""",
    "others": """
        SELECT relkind, relname, relacl::text, reloptions FROM pg_class WHERE relnamespace = 'public'::regnamespace""",
    "types and extensions": """
        SELECT typname FROM pg_type WHERE typnamespace = 'public'::regnamespace
        UNION ALL SELECT extname FROM pg_extension""",
}

# The same array of texts, read from a statement or from a dump: PostgreSQL casts the whole or each of them.
_CAST_EACH = re.compile(r"\(('(?:[^']|'')*'::character varying)\)::text")
_CAST_WHOLE = re.compile(r"\((ARRAY\[[^]]*\])\)::text\[\]")


def _comparable(definition: object) -> str:
    return _CAST_WHOLE.sub(r"\1", _CAST_EACH.sub(r"\1", str(definition)))


def contents() -> dict[str, Counter[tuple[str, ...]]]:
    """Of the default connection's database: what it is made of, and the rows of every table but of the migrations."""
    with connection.cursor() as cursor:
        known = {}
        for name, query in SCHEMA.items():
            cursor.execute(query)
            known[name] = Counter(tuple(map(_comparable, row)) for row in cursor.fetchall())
        for table in connection.introspection.table_names(cursor):
            columns = "app, name" if table == "django_migrations" else "to_jsonb(t)"
            cursor.execute(f'SELECT {columns} FROM "{table}" t')
            known[table] = Counter(tuple(map(str, row)) for row in cursor.fetchall())
    return known


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_the_baseline_is_what_the_migrations_make() -> None:
    """The only test in which every migration runs."""
    output = StringIO()
    with scratch_database(f"test_baseline_{os.getpid()}"):
        call_command("migrate", stdout=output)
        made = contents()
    assert output.getvalue().startswith("Made the tables by the baseline.")
    with scratch_database(f"test_each_{os.getpid()}"):
        call_command("migrate", each=True, stdout=output)
        by_each = contents()
    assert "Applying accounts.0001_people_and_shops... OK" in output.getvalue()
    for name in made | by_each:
        assert made[name] - by_each[name] == by_each[name] - made[name] == Counter(), name
    assert all(made[name] for name in ("functions", "triggers", "aftersales_reason"))


@pytest.mark.django_db
def test_a_database_with_tables_is_left_to_its_migrations() -> None:
    assert not baseline.load(connection)


@pytest.mark.django_db(transaction=True)
def test_another_version_of_a_library_has_no_baseline(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(baseline, "migrations_in", lambda sql: {("knox", "9999_of_tomorrow")})
    with scratch_database(f"test_library_{os.getpid()}"):
        assert not baseline.load(connection)
        assert connection.introspection.table_names() == []


def test_a_dump_is_cut_down_to_what_makes_the_tables() -> None:
    dump = (
        "-- PostgreSQL database dump\n\\restrict x\nSET statement_timeout = 0;\n"
        "SELECT pg_catalog.set_config('search_path', '', false);\n\n\n\nCREATE TABLE public.t (id integer);\n"
        "INSERT INTO public.django_migrations (id, app, name, applied) VALUES (1, 'kernel', '0001_x', '2026-01-01');\n"
    )
    sql = statements(dump)
    assert sql == (
        "\n\nCREATE TABLE t (id integer);\n"
        "INSERT INTO django_migrations (id, app, name, applied) VALUES (1, 'kernel', '0001_x', now());\n"
    )
    assert baseline.migrations_in(sql) == {("kernel", "0001_x")}
