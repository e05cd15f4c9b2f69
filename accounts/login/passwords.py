"""Checking passwords. A wrong one counts as a failed login, also where it confirms a step of a logged-in user."""

from django.contrib.auth import authenticate
from django.contrib.auth.signals import user_logged_in
from django.http import HttpRequest
from django.utils.translation import gettext as _

from kernel.errors import Invalid

from ..models import User


def log_in(request: HttpRequest, username: str, password: str) -> User:
    """The user, or 400. Too many failures: the middleware of axes turns the answer into 429."""
    user = authenticate(request, username=username, password=password)
    if not isinstance(user, User):
        text = _("Wrong user name or password. Check both and try again.")
        raise Invalid(text, errors={"password": [text]})
    user_logged_in.send(sender=User, request=request, user=user)  # also forgets the failures
    return user


def check_own_password(request: HttpRequest, user: User, password: str) -> None:
    """For steps that cost money: the person at the screen is the owner of the login."""
    if authenticate(request, username=user.username, password=password) != user:
        raise Invalid(errors={"password": [_("Wrong password.")]})
