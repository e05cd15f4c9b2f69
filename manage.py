#!/usr/bin/env python
"""Django's commands, on the same database and broker as `make run` with no variable set."""

import os
import sys

# Answered from the code alone: not worth a database server.
WITHOUT_DATABASE = frozenset(
    [
        "check",
        "collectstatic",
        "compilemessages",
        "diffsettings",
        "findstatic",
        "help",
        "makemessages",
        "spectacular",
        "startapp",
        "version",
    ]
)


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    command = sys.argv[1] if len(sys.argv) > 1 else "help"
    from devserver import embedded, local

    if not os.environ.get("DJANGO_SECRET_KEY"):
        local.ensure()
    if command not in WITHOUT_DATABASE and not command.startswith("-"):
        embedded.attach_or_exit()
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
