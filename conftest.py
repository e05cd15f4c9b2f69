"""Before the first test: a PostgreSQL to test on, unless DATABASE_URL names one."""

import pytest

from devserver import embedded, local

pytest_plugins = ["tests.fixtures", "tests.browser", "tests.checkout"]


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    if not local.under_test():
        raise pytest.UsageError("tests/marker.py was not loaded (`-p tests.marker` in pytest.ini).")
    if not config.option.collectonly:
        embedded.attach_or_exit()
