from pathlib import Path

from kernel.progress import progress

from .reading import Survey, Unreadable, group, opened, rows_of
from .run import Import, Rejects, Summary
from .writing import Target


def rejects_path(path: Path) -> Path:
    """orders.csv.gz → orders.rejects.csv, beside it."""
    name = path.name.removesuffix(".gz").removesuffix(".csv")
    return path.with_name(f"{name}.rejects.csv")


def import_file(path: Path, target: Target, *, dry_run: bool) -> Summary:
    """Raises Unreadable where the file as a whole cannot be imported; bad orders go into the rejects file."""
    with opened(path) as text:
        survey = Survey(rows_of(text))
    rejects = _rejects(path)
    with opened(path) as text, progress(survey.rows, label=path.name, unit="rows") as bar:
        run = Import(target, rejects, dry_run=dry_run, step=bar.update)
        try:
            return run.run(group(rows_of(text), survey.scattered), survey.too_long)
        finally:
            rejects.close()


def _rejects(path: Path) -> Rejects:
    try:
        return Rejects(rejects_path(path))
    except OSError as error:
        raise Unreadable(f"{rejects_path(path)} cannot be written: {error.strerror}.") from error
