"""Before the first test: a PostgreSQL to test on, unless DATABASE_URL names one."""

import gc
from collections import Counter

import pytest
from hypothesis import HealthCheck, settings

from devserver import embedded, local

pytest_plugins = ["tests.fixtures", "tests.browser", "tests.checkout"]

# The same examples every time, however busy the machine is: one failure by chance refuses everybody's work.
SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
settings.register_profile("suite", deadline=None, derandomize=True, database=None, suppress_health_check=SLOW)
settings.load_profile("suite")
FEW = 3


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--few-cases", action="store_true", help=f"of each test that is not slow at most {FEW} sets of parameters"
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Files with slow tests come first, and of the others those of many tests: as the last ones they would keep one
    process busy while the others wait. Slow tests run unmeasured by coverage, which takes as long as they do again:
    they go the ways that the others have measured."""
    if config.getoption("--few-cases"):
        _leave_out_cases(config, items)
    for item in items:
        if item.get_closest_marker("slow"):
            item.add_marker(pytest.mark.no_cover)
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    tests = Counter(item.path for item in items)
    items.sort(key=lambda item: (item.path not in slow, 0 if item.path in slow else -tests[item.path]))


def _leave_out_cases(config: pytest.Config, items: list[pytest.Item]) -> None:
    cases = Counter[str]()
    kept: list[pytest.Item] = []
    left_out: list[pytest.Item] = []
    for item in items:
        test = item.nodeid.partition("[")[0]
        cases[test] += 1
        enough = cases[test] > FEW and not item.get_closest_marker("slow")
        (left_out if enough else kept).append(item)
    config.hook.pytest_deselected(items=left_out)
    items[:] = kept


def pytest_collection_finish() -> None:
    """What is loaded by now stays: looking through it again and again for garbage takes a tenth of the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    if not local.under_test():
        raise pytest.UsageError("tests/marker.py was not loaded (`-p tests.marker` in pytest.ini).")
    if not config.option.collectonly:
        embedded.attach_or_exit()
