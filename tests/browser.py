"""People in front of a browser: Django's test client with a session."""

import re
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

import pytest
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.test import Client
from django.urls import reverse

from web.confirm import FIELD

from .world import World

Sit = Callable[[str], Client]


@pytest.fixture
def sit(world: World) -> Sit:
    """`sit("mei")`: she is logged in; `sit("root")` is the administrator. Pages are in English."""

    def login(name: str) -> Client:
        if name == "root" and name not in world.users:
            from accounts.models import User

            world.users["root"] = User.objects.create(username="root", is_superuser=True, is_staff=True)
        client = Pressing(headers={"accept-language": "en"})
        if name:
            client.force_login(world.users[name], backend="django.contrib.auth.backends.ModelBackend")
        return client

    return login


class Pressing(Client):
    """Presses on where a page asks before money leaves (`web.confirm`); `press_once` does not."""

    def post(self, *args: Any, **kwargs: Any) -> Any:
        answer = super().post(*args, **kwargs)
        asks = (getattr(answer, "context", None) or {}).get("confirmation")
        if asks is None or answer.status_code != HTTPStatus.OK:
            return answer
        path, data = args[0], args[1] if len(args) > 1 else kwargs.pop("data", {})
        return super().post(path, {**data, FIELD: asks.seen}, *args[2:], **kwargs)


def press_once(client: Client, path: str, data: dict[str, str]) -> Any:
    return Client.post(client, path, data)


def page(row: Any, verb: str = "change") -> str:
    meta = row._meta
    return reverse(f"admin:{meta.app_label}_{meta.model_name}_{verb}", args=[row.pk])


def listing(model: Any, query: str = "") -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist") + query


_RANDOM = re.compile(
    r"""(csrfmiddlewaretoken"[^>]*?value="|nonce="|nonce-|csrfToken['": =]+)[A-Za-z0-9+/=_-]{16,}(["'])"""
)
_QUOTED = r"""(?:"[^"]*"|'[^']*')"""
_TAG = re.compile(rf"""(<[a-zA-Z/!](?:{_QUOTED}|[^<>"'])*>)""")


def text(response: HttpResponseBase) -> str:
    """The answer's body; of a page, without the line breaks and indentation that only lay out its source, and without
    its random tokens, in which one letter in so many pages makes a word that a test says is not there."""
    assert isinstance(response, HttpResponse), "a streamed answer has no text"
    body = _RANDOM.sub(r"\1token\2", response.content.decode())
    return laid_flat(body) if response.headers.get("Content-Type", "").startswith("text/html") else body


def laid_flat(page: str) -> str:
    """A line break in the source is nothing beside a tag, and else a space. What was typed into a field stays. An
    apostrophe is one, escaped or not: whether a sentence is a variable or stands in the template is no difference."""
    flat, typed = [], False
    for piece in _TAG.split(page):
        if piece.startswith("<"):
            flat.append(_attributes_in_a_row(piece))
            typed = piece.startswith("<textarea")
        else:
            piece = piece.replace("&#x27;", "'")
            flat.append(piece if typed else re.sub(r"\s*\n\s*", " ", re.sub(r"^\s*\n\s*|\s*\n\s*$", "", piece)))
    return "".join(flat)


def _attributes_in_a_row(tag: str) -> str:
    """One space apart; their values are left alone, but for the list in `class`."""
    spaced = re.sub(rf"({_QUOTED})|\s+", lambda found: found[1] or " ", tag)
    spaced = re.sub(r'class="([^"]*)"', lambda found: f'class="{" ".join(found[1].split())}"', spaced)
    return re.sub(r"\s+>$", ">", spaced)
