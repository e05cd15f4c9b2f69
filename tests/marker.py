"""Tells this process and its children that our tests run. pytest.ini loads it before Django's settings are read."""

import os

from devserver import local

os.environ[local.UNDER_TEST] = str(local.VAR)
