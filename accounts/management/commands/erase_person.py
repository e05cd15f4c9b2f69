"""`manage.py erase_person USERNAME`: what the law does not keep of a person is erased now, the rest when it is due."""

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db.models import Q
from django.utils import timezone

from accounts.models import User
from accounts.privacy.erasure import State, blockers, carry_out, foresee, request_erasure
from accounts.privacy.models import ErasureRequest
from kernel.actors import SUPPORT, Actor
from kernel.errors import Conflict
from kernel.progress import SOON, progress

# Who has a shell on the server is support of the highest rank; which person it was, the server's own log says.
OPERATOR = Actor(SUPPORT, "operator")


class Command(BaseCommand):
    help = "Erases a person's account and what the law keeps of them no longer. May be repeated at any time."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username", help="the login, or what stood there before it was erased")
        parser.add_argument("--dry-run", action="store_true", help="say what would be erased, change nothing")

    def handle(self, *args: Any, username: str, dry_run: bool, **options: Any) -> None:
        user, now = _person(username), timezone.now()
        reasons = [str(blocker.sentence) for blocker in blockers(user)] if user.is_active else []
        if reasons:
            raise CommandError(" ".join(reasons))
        expected = foresee(user, now=now)
        if dry_run:
            self.stdout.write(f"{expected.done} records would be erased now{_rest(expected.keep_until)}.")
            return
        try:
            request = request_erasure(user, actor=OPERATOR, now=now, grace=timedelta(0))
            with progress(expected.done, label="erasing", unit="records", after=SOON) as bar:
                request = carry_out(request, actor=OPERATOR, now=now, step=lambda: bar.update(1))
        except Conflict as refusal:
            raise CommandError(refusal.message) from refusal
        self.stdout.write(f"{username}: {State(request.state).label}{_rest(request.keep_until)}.")


def _rest(keep_until: Any) -> str:
    return (
        "" if keep_until is None else f"; the law keeps the next ones until {timezone.localtime(keep_until):%Y-%m-%d}"
    )


def _person(username: str) -> User:
    user = User.objects.filter(username=username).first()
    if user is None:
        # Carried out before: the name is kept in the request until everything is erased.
        named = Q(username=username, state=State.CARRIED_OUT)
        request = ErasureRequest.objects.filter(named).select_related("user").first()
        user = request.user if request is not None else None
    if user is None:
        raise CommandError(f'There is nobody called "{username}".')
    return user
