"""`python -m examples.online_retail.replay [FILE] [--keep]`: a year of a real shop through the ordinary services."""

import argparse
import json
import os
import signal
import sys
from pathlib import Path

DEFAULT = Path(__file__).resolve().parents[3] / "shared" / "data" / "online_retail_h1.csv.gz"


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="replay", description=__doc__)
    parser.add_argument("file", nargs="?", type=Path, default=DEFAULT)
    parser.add_argument("--keep", action="store_true", help="keep the database and print its name")
    options = parser.parse_args(arguments)
    if not options.file.is_file():
        sys.exit(f"There is no file {options.file}. Name one: make replay FILE=…")
    prepare()
    return replay(options.file, keep=options.keep)


def prepare() -> None:
    """Django as in manage.py, and no messages to workers: everything happens here."""
    from devserver import embedded, local

    signal.signal(signal.SIGTERM, signal.default_int_handler)  # so that the database is dropped all the same
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    os.environ["ENQUEUE_JOBS"] = "false"
    if not os.environ.get("DJANGO_SECRET_KEY"):
        local.ensure()
    embedded.attach_or_exit()
    import django

    django.setup()


def replay(file: Path, *, keep: bool) -> int:
    from orders.importing import Unreadable

    from .database import fresh_database
    from .rule import NotRetail
    from .show import look_through, run

    try:
        invoices = look_through(file)  # before a database is made, which takes longer
        with fresh_database(keep=keep) as name:
            result = run(file, invoices)
    except (Unreadable, NotRetail) as error:
        sys.exit(str(error))
    except KeyboardInterrupt:
        sys.exit("Interrupted.")
    if keep:
        print(f"The database is kept as {name}.", file=sys.stderr)
    print(json.dumps(result, ensure_ascii=False))
    return 1 if result["problems"] else 0


if __name__ == "__main__":
    sys.exit(main())
