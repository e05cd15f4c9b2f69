"""Fixtures of every test; `conftest.py` at the root names this module."""

from collections.abc import Callable

import pytest
from rest_framework.authtoken.models import Token
from rest_framework.test import APIClient

from tests.world import World

Login = Callable[[str], APIClient]


@pytest.fixture
def world(db: None) -> World:
    return World()


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
