"""Erasing a person's data: asked for, withdrawn, carried out, and gone on with as the law lets go (D-6).

Whatever is killed half way is taken up by the next run: each step looks for what is left.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from kernel.actors import Actor
from kernel.errors import Conflict

from ..models import User
from .models import ErasureRequest
from .parts import Blocker, Erased, parts

# Time to think again, and to notice that somebody else asked.
GRACE = timedelta(days=7)
State = ErasureRequest.State


def nothing() -> None:
    """For who draws no progress."""


def blockers(user: User) -> list[Blocker]:
    """Why the person's data cannot be erased yet."""
    return [blocker for part in parts() for blocker in part.blockers if blocker.holds(user)]


def _check(user: User) -> None:
    reasons = blockers(user)
    if reasons:
        text = " ".join(str(blocker.sentence) for blocker in reasons)
        raise Conflict(text, details={"reasons": [blocker.code for blocker in reasons]})


def open_request(user: User) -> ErasureRequest | None:
    """The one that waits, or whose records the law still keeps."""
    return ErasureRequest.objects.filter(user=user, state__in=[State.REQUESTED, State.CARRIED_OUT]).first()


@transaction.atomic
def request_erasure(user: User, *, actor: Actor, now: datetime, grace: timedelta = GRACE) -> ErasureRequest:
    """409 with the reasons while something is open. Asked for twice it is the same request."""
    # Two requests at once: the second one waits here and finds the first.
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
    request = open_request(user) or ErasureRequest.objects.filter(user=user, state=State.DONE).first()
    if request is not None:
        return request
    _check(user)
    return ErasureRequest.objects.create(
        user=user,
        username=user.username,
        by_kind=actor.kind,
        by_name=actor.name,
        by_id=actor.user_id,
        requested_at=now,
        due_at=now + grace,
    )


def withdraw_erasure(user: User, *, now: datetime) -> None:
    """409 once it was carried out."""
    rows = ErasureRequest.objects.filter(user=user, state=State.REQUESTED)
    # One statement: it cannot be withdrawn and carried out at the same time.
    if not rows.update(state=State.WITHDRAWN, withdrawn_at=now):
        raise Conflict(_("There's no request to withdraw."))


def foresee(user: User, *, now: datetime) -> Erased:
    """How many records could be erased now, and until when the law keeps the next one."""
    return sum((part.due(user, now) for part in parts() if part.due), Erased())


def carry_out(
    request: ErasureRequest, *, actor: Actor, now: datetime, step: Callable[[], object] = nothing
) -> ErasureRequest:
    """Closes the account, erases what no law keeps, and of the rest what is due. 409 while something is open.

    `step` is called after each record. May be repeated at any time, and goes on where it stopped.
    """
    user = request.user
    if not _close_account(request, now=now):
        return request
    erased = Erased()
    for part in parts():
        if part.erase_due is not None:
            erased += part.erase_due(user, actor, now, step)
    return _finish(request, erased.keep_until)


@transaction.atomic
def _close_account(request: ErasureRequest, *, now: datetime) -> bool:
    """False: the request was withdrawn, or everything is done already."""
    row = ErasureRequest.objects.select_for_update(no_key=True).get(pk=request.pk)
    request.state, request.carried_out_at = row.state, row.carried_out_at
    if row.state != State.REQUESTED:
        return bool(row.state == State.CARRIED_OUT)
    user = User.objects.select_for_update(no_key=True).get(pk=row.user_id)
    _check(user)
    for part in parts():
        if part.forget is not None:
            part.forget(user)
    request.state, request.carried_out_at = State.CARRIED_OUT, now
    request.save(update_fields=["state", "carried_out_at"])
    return True


def _finish(request: ErasureRequest, keep_until: datetime | None) -> ErasureRequest:
    request.state = State.DONE if keep_until is None else State.CARRIED_OUT
    request.keep_until = keep_until
    if keep_until is None:
        request.username = ""
    request.save(update_fields=["state", "keep_until", "username"])
    return request
