"""People in front of a browser: Django's test client with a session."""

from collections.abc import Callable
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from .world import World

Sit = Callable[[str], Client]


@pytest.fixture
def sit(world: World) -> Sit:
    """`sit("mei")`: she is logged in; `sit("root")` is the administrator. Pages are in English."""

    def login(name: str) -> Client:
        if name == "root" and name not in world.users:
            from accounts.models import User

            world.users["root"] = User.objects.create(username="root", is_superuser=True, is_staff=True)
        client = Client(headers={"accept-language": "en"})
        if name:
            client.force_login(world.users[name], backend="django.contrib.auth.backends.ModelBackend")
        return client

    return login


def page(row: Any, verb: str = "change") -> str:
    meta = row._meta
    return reverse(f"admin:{meta.app_label}_{meta.model_name}_{verb}", args=[row.pk])


def listing(model: Any, query: str = "") -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist") + query


def text(response: HttpResponse) -> str:
    return response.content.decode()
