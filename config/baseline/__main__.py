"""`python -m config.baseline`: runs each migration in a database of its own, and writes `baseline.sql` from it.

A new migration needs no new baseline, it runs on top. From time to time, when many have come together, this saves
every empty database that time. Needs `pg_dump`, not older than the server.
"""

import os
import re
import subprocess

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
HEAD = "-- Written by `python -m config.baseline` from the migrations that it names: run that again, do not edit.\n"
# `migrate` fills these afterwards, for whatever apps are installed.
FILLED_LATER = ("django_content_type", "auth_permission")
# Of the session that dumps, and remarks between statements.
_NOT_OURS = re.compile(r"^(--|\\|SET |SELECT pg_catalog\.set_config).*\n", re.MULTILINE)
_WHEN_APPLIED = re.compile(
    r"(INTO django_migrations \(id, app, name, applied\) VALUES \(.*), '[^']*'\);$", re.MULTILINE
)


def main() -> None:
    django.setup()
    from django.db import connection

    from config import baseline
    from config.baseline.scratch import scratch_database

    with scratch_database(f"baseline_{os.getpid()}"):
        baseline.run_each(connection)
        baseline.FILE.write_text(HEAD + statements(_dump(connection.settings_dict)), encoding="utf-8")


def statements(dump: str) -> str:
    """Of a dump what makes the tables, in whatever schema the connection looks first."""
    own = _NOT_OURS.sub("", dump).replace("public.", "")
    own = _WHEN_APPLIED.sub(r"\1, now());", own)
    return re.sub(r"\n{2,}", "\n\n", own)


def _dump(database: dict[str, str]) -> str:
    parameters = {"PGHOST": "HOST", "PGPORT": "PORT", "PGUSER": "USER", "PGPASSWORD": "PASSWORD", "PGDATABASE": "NAME"}
    environ = {name: str(database[key]) for name, key in parameters.items() if database[key]}
    command = ["pg_dump", "--no-owner", "--column-inserts"]
    command += [f"--exclude-table-data={table}*" for table in FILLED_LATER]
    done = subprocess.run(command, env=os.environ | environ, stdout=subprocess.PIPE, text=True, check=True)
    return done.stdout


if __name__ == "__main__":
    main()
