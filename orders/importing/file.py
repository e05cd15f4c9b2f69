from pathlib import Path

from kernel.progress import progress
from kernel.tables import Unreadable

from .reading import Survey, group, opened, rows_of, width_of
from .run import Import, Rejects, Summary
from .unknown import Unknown
from .writing import Target


def rejects_path(path: Path) -> Path:
    """orders.csv.gz, orders.xlsx → orders.rejects.csv, beside it."""
    name = path.name.removesuffix(".gz").removesuffix(".csv").removesuffix(".xlsx")
    return path.with_name(f"{name}.rejects.csv")


def import_file(path: Path, target: Target, *, dry_run: bool) -> Summary:
    """Raises Unreadable where the file as a whole cannot be imported; bad orders go into the rejects file."""
    with opened(path) as table:
        unknown = Unknown(table)
        survey = Survey(rows_of(table, unknown))
        rejects = _rejects(path, width_of(table))
    with opened(path) as table, progress(survey.rows, label=path.name, unit="rows") as bar:
        run = Import(target, rejects, dry_run=dry_run, step=bar.update)
        run.summary.passed_over = unknown.names
        try:
            return run.run(group(rows_of(table), survey.scattered), survey.too_long)
        finally:
            rejects.close()


def _rejects(path: Path, width: int) -> Rejects:
    try:
        return Rejects(rejects_path(path), width)
    except OSError as error:
        where = str(rejects_path(path))
        raise Unreadable("%(path)s cannot be written: %(why)s.", path=where, why=error.strerror) from error
