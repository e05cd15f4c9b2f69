"""What the docs say of the code is what the code says."""

import re
from pathlib import Path

from django.conf import settings

from config import __version__
from kernel.jobs import jobs
from scripts import rules, states

DOCS = Path(settings.BASE_DIR) / "docs"


def test_the_tables_of_the_machines() -> None:
    page = states.PAGE.read_text(encoding="utf-8")
    assert states.render(page) == page, "run `python -m scripts.states`"


def test_every_job_is_told_of_with_its_period() -> None:
    page = (DOCS / "time.md").read_text(encoding="utf-8")
    told = dict(re.findall(r"^\| `(\w+)` \| (\S+ \S+) \|", page, flags=re.M))
    units = {"s": 1, "min": 60, "h": 3600}
    periods = {name: float(text.split()[0]) * units[text.split()[1]] for name, text in told.items()}
    assert periods == {job.name: job.every for job in jobs()}


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
