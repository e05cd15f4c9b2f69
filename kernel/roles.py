"""The database role that the program runs as owns nothing and cannot change history.

Triggers refuse UPDATE and DELETE of history to everybody, but the owner of a table can drop a trigger, and TRUNCATE
fires none. So there are two roles: one that migrates and owns the tables, and one that runs.
"""

from django.db import connection, transaction

# What may change in a table that is append only: the outbox marks what it has fanned out.
CHANGEABLE = {"kernel_history": ("dispatched_at",)}

_ROLE = """
SELECT rolsuper OR rolcreaterole OR pg_has_role(rolname, current_user, 'MEMBER'),
       EXISTS (SELECT 1 FROM pg_class WHERE relowner = pg_roles.oid AND relnamespace = 'public'::regnamespace)
FROM pg_roles WHERE rolname = %s
"""
_APPEND_ONLY = """
SELECT DISTINCT tgrelid::regclass::text FROM pg_trigger JOIN pg_proc ON pg_proc.oid = tgfoid
WHERE proname LIKE '%append\\_only' ORDER BY 1
"""

_DEFINERS = """
SELECT oid::regprocedure::text FROM pg_proc
WHERE prosecdef AND proname LIKE '%\\_erase\\_%' AND pronamespace = 'public'::regnamespace
"""


class UnfitRole(Exception):
    """Why this role cannot be the one that runs the program."""


def append_only_tables() -> list[str]:
    """Those that a trigger keeps."""
    with connection.cursor() as cursor:
        cursor.execute(_APPEND_ONLY)
        return [table for (table,) in cursor.fetchall()]


@transaction.atomic
def grant_run_role(role: str) -> list[str]:
    """Gives `role` what the running program needs on every table that is there now, and of those that are append only
    no UPDATE, DELETE or TRUNCATE. Answers their names. To be repeated after every migration that makes a table."""
    _check(role)
    quoted, tables = connection.ops.quote_name(role), append_only_tables()
    with connection.cursor() as cursor:
        database = connection.ops.quote_name(connection.settings_dict["NAME"])
        # TEMPORARY: the import of orders keeps what it reads in temporary tables.
        cursor.execute(f"GRANT CONNECT, TEMPORARY ON DATABASE {database} TO {quoted}")
        cursor.execute(f"GRANT USAGE ON SCHEMA public TO {quoted}")
        cursor.execute(f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {quoted}")
        cursor.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {quoted}")
        cursor.execute(f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {quoted}")
        # The one way to erase personal data in what is append only (docs/privacy.md).
        cursor.execute(_DEFINERS)
        for (function,) in cursor.fetchall():
            cursor.execute(f"GRANT EXECUTE ON FUNCTION {function} TO {quoted}")
        # Which migrations ran is written by who migrates.
        cursor.execute(f"REVOKE INSERT, UPDATE, DELETE ON django_migrations FROM {quoted}")
        for table in tables:
            cursor.execute(f"REVOKE UPDATE, DELETE ON {table} FROM {quoted}")
            for column in CHANGEABLE.get(table, ()):
                cursor.execute(f"GRANT UPDATE ({column}) ON {table} TO {quoted}")
    return tables


def _check(role: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_ROLE, [role])
        row = cursor.fetchone()
    if row is None:
        raise UnfitRole(f"There is no role \"{role}\". Make it first: CREATE ROLE {role} LOGIN PASSWORD '…'.")
    mighty, owner = row
    if mighty:
        raise UnfitRole(
            f'"{role}" is a superuser, may make roles or is a member of this role: it could change history.'
        )
    if owner:
        raise UnfitRole(f'"{role}" owns tables. Make another role, which owns none, for the running program.')
