"""What tests read of a page."""

from django.http import HttpResponse
from django.middleware.csrf import get_token
from django.test import RequestFactory

from .browser import text


def test_nothing_random_is_left_of_a_page() -> None:
    token = get_token(RequestFactory().get("/"))
    page = f'<form><input type="hidden" name="csrfmiddlewaretoken" value="{token}"></form><script nonce="{token}">'
    assert token not in text(HttpResponse(page))
    assert text(HttpResponse(page)).count("token") == 3
