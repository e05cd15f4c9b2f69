"""Fixtures of every test; `conftest.py` at the root names this module."""

from collections.abc import Callable, Iterator
from importlib import import_module

import pytest
from django.apps import apps
from django.utils import translation
from rest_framework.authtoken.models import Token
from rest_framework.test import APIClient

from aftersales.models import Reason
from tests.world import World

Login = Callable[[str], APIClient]


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    """Sentences are compared in the language they are written in; doors still follow Accept-Language."""
    with translation.override("en"):
        yield


@pytest.fixture
def world(reference_data: None) -> World:
    return World()


@pytest.fixture
def reference_data(db: None) -> None:
    """What a migration filled, and a test with real transactions emptied again."""
    if not Reason.objects.exists():
        import_module("aftersales.migrations.0002_reasons_and_keywords").fill(apps, None)


@pytest.fixture
def api(world: World) -> Login:
    """`api("alice")`: a client with her token; `api("")`: without login. Answers in English."""

    def login(name: str) -> APIClient:
        client = APIClient(HTTP_ACCEPT_LANGUAGE="en")
        if name:
            token, _ = Token.objects.get_or_create(user=world.users[name])
            client.credentials(HTTP_AUTHORIZATION=f"Token {token.key}")
        return client

    return login
