"""`python -m faults [--seed N] [--count N]`: real processes, real faults; exit 1 where a promise breaks.

The bar and progress go to standard error, the result to standard output.
"""

import argparse
import shutil
import signal
import sys
import tempfile
import time
from pathlib import Path

from kernel.progress import progress

from . import plan, report
from .campaign import Campaign, Result
from .channel import PLANTS
from .kinds import Kind
from .processes import postgres, redis_server
from .system import System


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m faults", description=__doc__)
    parser.add_argument("--seed", type=int, default=1, help="the same seed and count: the same cases and faults (1)")
    parser.add_argument("--count", type=int, default=2000, help="refunds (2000); a fault for ten of them")
    names = [kind.name.lower().replace("_", "-") for kind in Kind]
    parser.add_argument(
        "--only", nargs="*", choices=names, help="these faults of processes; none: those of the channel"
    )
    parser.add_argument("--plant", choices=PLANTS, default="", help="break the sender, to see that it is found")
    parser.add_argument("--keep", action="store_true", help="keep the folder of logs also when all is well")
    return parser.parse_args()


def main() -> int:
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(1))  # so that all of it is stopped
    options, began = arguments(), time.monotonic()
    # Not below the checkout: root's PostgreSQL runs as another user, who must be able to enter it.
    folder = Path(tempfile.mkdtemp(prefix="aftersales-faults-"))
    folder.chmod(0o755)
    if not redis_server.installed():
        print("No redis-server on this machine: files are the broker, and the faults of Redis are left out.")
    only = None if options.only is None else [Kind[name.upper().replace("-", "_")] for name in options.only]
    course = plan.make(options.seed, options.count, redis=redis_server.installed(), only=only)
    result = _run(course, folder, options.plant)
    for line in report.lines(result, options.seed, time.monotonic() - began):
        print(line)
    if report.kept(result) and not options.keep:
        postgres.remove(folder / "pg")
        shutil.rmtree(folder, ignore_errors=True)
        return 0
    print(f"The logs, the database and the channel's ledger are in {folder}.", file=sys.stderr)
    return 0 if report.kept(result) else 1


def _run(course: plan.Plan, folder: Path, plant: str) -> Result:
    system = System(folder, postgres.PostgreSQL(folder / "pg"), plant)
    try:
        print("Starting database, broker, channel, web, workers and beat …", file=sys.stderr, flush=True)
        system.prepare()
        system.start()
        refunds = sum(case.refunds for case in course.cases)
        with progress(refunds, label="faults", unit="refunds") as bar:
            return Campaign(course, system, bar.update).run()
    except BaseException:
        print(f"Not finished. The logs are in {folder}.", file=sys.stderr)
        raise
    finally:
        system.stop()


if __name__ == "__main__":
    sys.exit(main())
