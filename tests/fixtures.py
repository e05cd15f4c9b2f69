"""Fixtures of every test; `conftest.py` at the root names this module."""

from collections.abc import Callable, Iterator
from importlib import import_module

import pytest
from django.apps import apps
from django.core.cache import cache
from django.utils import timezone, translation
from rest_framework.test import APIClient

from accounts.login import tokens
from accounts.models import Holiday, User
from aftersales.models import Reason
from kernel import jobs
from orders.models import WarrantyTerm
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


@pytest.fixture
def world(reference_data: None) -> World:
    return World()


@pytest.fixture
def reference_data(db: None) -> None:
    """What a migration filled, and a test with real transactions emptied again."""
    if not Reason.objects.exists():
        for name in ("0002_reasons_and_keywords", "0026_kinds_of_not_as_described"):
            import_module(f"aftersales.migrations.{name}").fill(apps, None)
    if not Holiday.objects.exists():
        import_module("accounts.migrations.0017_holidays").fill(apps, None)
    if not WarrantyTerm.objects.exists():
        import_module("orders.migrations.0018_warranty_terms").fill(apps, None)


@pytest.fixture
def api(world: World) -> Login:
    """`api("alice")`: a client with her token; `api("")`: without login. Answers in English."""

    def login(name: str) -> APIClient:
        client = APIClient(HTTP_ACCEPT_LANGUAGE="en")
        if name:
            client.credentials(HTTP_AUTHORIZATION=authorization(world.users[name]))
        return client

    return login
