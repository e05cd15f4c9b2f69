"""`python -m bench [--quick] [--keep]`. Progress on standard error; the table and a line of JSON on standard output."""

import argparse
import json
import logging
import os
import secrets
import sys
import tempfile
import time
import warnings

from .database import own_database


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a tenth of the rows and one short round: for a look")
    parser.add_argument("--keep", action="store_true", help="keep the database afterwards")
    parser.add_argument(
        "--only", metavar="JOB", help="this job alone: list, deep page, detail, apply, approve, refunds"
    )
    parser.add_argument("--seconds", type=float, help="of each measurement (4; with --quick 1.5)")
    parser.add_argument("--rounds", type=int, help="of which the middle one counts (3; with --quick 1)")
    return parser.parse_args()


def say(text: str) -> None:
    print(f"[{time.strftime('%H:%M:%S')}] {text}", file=sys.stderr, flush=True)


def main() -> None:
    options = arguments()
    load, cores = os.getloadavg()[0], os.cpu_count() or 1
    warnings.simplefilter("ignore")
    with tempfile.TemporaryDirectory() as media, own_database(options.keep) as url:
        os.environ |= {
            "DJANGO_SETTINGS_MODULE": "config.settings", "MEDIA_ROOT": media, "DJANGO_DEBUG": "false",
            "DJANGO_ALLOWED_HOSTS": "localhost", "DJANGO_SECRET_KEY": secrets.token_urlsafe(50), "NUM_PROXIES": "0",
            "CELERY_BROKER_URL": f"filesystem://{media}", "ENQUEUE_JOBS": "false",
        }  # fmt: skip
        import django

        django.setup()
        logging.disable(logging.WARNING)
        from .course import Course

        rows, bars = Course(options, url, say).run()
        from django.db import connection

        connection.close()
    from . import report

    print(report.table(rows, bars))
    if load > cores / 2:
        print(f"\nThe machine was busy before (load {load:.1f} on {cores} cores): rates are low, only ratios say much.")
    met = all(bar.met for bar in bars)
    print(json.dumps({"jobs": rows, "bars": report.as_dict(bars), "load_before": round(load, 2), "met": met}))


if __name__ == "__main__":
    main()
