"""Light or dark: the buyer's choice in a cookie, so that the server prints it and nothing flickers."""

from django.http import HttpRequest

COOKIE = "theme"
THEMES = ("light", "dark")


def chosen(request: HttpRequest) -> str:
    """Empty: as the device says."""
    theme = request.COOKIES.get(COOKIE, "")
    return theme if theme in THEMES else ""


def theme(request: HttpRequest) -> dict[str, str]:
    """For every page."""
    return {"theme": chosen(request)}
