"""Fixtures of every test; `conftest.py` at the root names this module."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection, transaction
from django.db.backends.postgresql.operations import DatabaseOperations
from django.db.models import Model
from django.utils import timezone, translation
from rest_framework.test import APIClient

from accounts.login import tokens
from accounts.login.hashers import LeanArgon2PasswordHasher
from accounts.models import Holiday, User
from aftersales.models import Reason
from kernel import jobs
from orders.models import WarrantyTerm
from tests import flushing
from tests.world import World
from web.api import throttles

Login = Callable[[str], APIClient]


def authorization(user: User) -> str:
    """The header of a request with a token of this user."""
    return f"Token {tokens.issue(user, now=timezone.now())[0]}"


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    """Sentences are compared in the language they are written in; doors still follow Accept-Language."""
    with translation.override("en"):
        yield


@pytest.fixture(autouse=True)
def nothing_is_left_alone() -> None:
    """A broker or cache that did not answer in one test is asked again in the next, and what callers have used up of
    their limits is forgotten: how many tests fall into one minute is chance."""
    jobs.BROKER.succeeded()
    throttles.COUNTERS.succeeded()
    cache.clear()


@pytest.fixture(autouse=True, scope="session")
def passwords_are_hashed_quickly() -> Iterator[None]:
    """By the same algorithm, with the least of memory and time that it takes."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(LeanArgon2PasswordHasher, "time_cost", 1)
        patch.setattr(LeanArgon2PasswordHasher, "memory_cost", 8)
        yield


@pytest.fixture(autouse=True, scope="session")
def only_what_is_there_is_flushed() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(DatabaseOperations, "sql_flush", flushing.sql_flush)
        yield


@pytest.fixture
def world(reference_data: None) -> World:
    return World()


@contextmanager
def world_of_module(blocker: Any) -> Iterator[World]:
    """For a fixture of a whole module, where what its tests need takes long to play: the rows are committed, each test
    changes them in its own transaction, and after the last of them the database is empty again."""
    with blocker.unblock(), translation.override("en"):
        fill_reference_data()
        yield World()
        call_command("flush", interactive=False, reset_sequences=False, verbosity=0)


@pytest.fixture
def reference_data(db: None) -> None:
    """Filled by a connection of its own, so that it is there for the tests after this one too, until one with real
    transactions empties the tables."""
    if not all(reference_data_is_there()):
        with ThreadPoolExecutor(1) as pool:
            pool.submit(_fill_for_all).result()


def _fill_for_all() -> None:
    try:
        with transaction.atomic():
            fill_reference_data()
    finally:
        connection.close()


# What migrations filled, and a test with real transactions emptied again: table → where it is filled from.
REFERENCE_DATA: dict[type[Model], tuple[str, ...]] = {
    Reason: ("aftersales.migrations.0002_reasons_and_keywords", "aftersales.migrations.0026_kinds_of_not_as_described"),
    Holiday: ("accounts.migrations.0017_holidays",),
    WarrantyTerm: ("orders.migrations.0018_warranty_terms",),
}
_THERE = "SELECT " + ", ".join(f"EXISTS (SELECT FROM {model._meta.db_table})" for model in REFERENCE_DATA)


def reference_data_is_there() -> tuple[bool, ...]:
    """Of each table. One question, because it is asked before every test."""
    with connection.cursor() as cursor:
        cursor.execute(_THERE)
        there: tuple[bool, ...] = cursor.fetchone()
    return there


def fill_reference_data() -> None:
    for filled, modules in zip(reference_data_is_there(), REFERENCE_DATA.values(), strict=True):
        for module in modules if not filled else ():
            import_module(module).fill(apps, None)


@pytest.fixture
def api(world: World) -> Login:
    """`api("alice")`: a client with her token; `api("")`: without login. Answers in English."""

    def login(name: str) -> APIClient:
        client = APIClient(HTTP_ACCEPT_LANGUAGE="en")
        if name:
            client.credentials(HTTP_AUTHORIZATION=authorization(world.users[name]))
        return client

    return login
