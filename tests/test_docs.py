"""What the docs say of the code is what the code says."""

import re
from pathlib import Path
from typing import NamedTuple

from django.apps import apps
from django.conf import settings

from config import __version__
from config.celery import app
from kernel.jobs import jobs
from orders.importing.names import ALSO
from scripts import rules, states

DOCS = Path(settings.BASE_DIR) / "docs"


def test_the_tables_of_the_machines() -> None:
    page = states.PAGE.read_text(encoding="utf-8")
    assert states.render(page) == page, "run `python -m scripts.states`"


class Described(NamedTuple):
    task: str
    queue: str
    every: float | None
    limit: float | None


UNITS = {"s": 1, "min": 60, "h": 3600}


def seconds(text: str) -> float:
    number, unit = text.split()
    return float(number) * UNITS[unit]


def test_the_page_of_jobs_is_what_celery_knows() -> None:
    """Task, queue, period and time limit, in the order of `run_due`; then the tasks that a commit sends."""
    page = (DOCS / "jobs.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `([\w.]+)` \| (\w+) \| ([^|]+) \| ([^|]+) \| [^|]+ \| [^|]+ \|$", page, flags=re.M)
    described = [
        Described(task, queue, None if every == "on commit" else seconds(every), seconds(limit))
        for task, queue, every, limit in rows
    ]
    app.loader.import_default_modules()
    periods = {job.task: job.every for job in jobs()}
    ours = tuple(f"{config.label}." for config in apps.get_app_configs())
    on_commit = sorted(name for name in app.tasks if name.startswith(ours) and name not in periods)
    assert described == [
        Described(
            name, app.amqp.router.route({}, name)["queue"].name, periods.get(name), app.tasks[name].soft_time_limit
        )
        for name in [*periods, *on_commit]
    ]


def test_links_lead_somewhere() -> None:
    for page in (*DOCS.glob("*.md"), DOCS.parent / "README.md"):
        for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_every_rule_that_is_cited_is_in_the_list() -> None:
    page = rules.PAGE.read_text(encoding="utf-8")
    assert rules.render(page, rules.citations()) == ([], page), "add the rule, then run `python -m scripts.rules`"


def test_a_citation_is_found_in_remarks_and_not_in_data() -> None:
    source = '"""A span (F-2…F-4)."""\nORDER = "S-999"  # S-011, D-4 art. 10\n'
    assert set().union(*map(rules.codes, rules.remarks(source))) == {"F-2", "F-3", "F-4", "S-011", "D-4 art. 10"}


def test_the_newest_release_is_the_version() -> None:
    changelog = (DOCS.parent / "CHANGELOG.md").read_text(encoding="utf-8")
    assert re.findall(r"^## \[(\d[^\]]*)\]", changelog, flags=re.M)[0] == __version__


def test_the_other_names_of_columns_are_those_that_are_understood() -> None:
    rows = re.findall(r"^\| `(\w+)` \| (.+) \|$", (DOCS / "files.md").read_text(encoding="utf-8"), flags=re.M)
    assert {name: tuple(others.split(", ")) for name, others in rows} == ALSO
