"""What the sender does with a refund that two people have sent on to another account (`services`), and the job that
forgets cards nobody sends any more."""

import json
import logging
from datetime import datetime

from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Coalesce

from kernel.crypto import encryption
from kernel.jobs import Outcome as Done

from ..gateways import BankCard, Deadline, Gateway, GatewayError, Outcome, Receipt, redirecting
from ..gateways.port import FOR_A_PERSON
from ..labels import CARD_UNREADABLE, SENT_ON_ELSEWHERE
from ..machine import Status
from ..models import Redirection, Refund
from .ending import end, forget_account
from .models import State, Target
from .services import CONFIRM_WITHIN, withdraw

log = logging.getLogger(__name__)


def redirect(gateway: Gateway, refund: Refund, deadline: Deadline, wall: datetime) -> Receipt | None:
    """What the channel answers; None: there is nothing to send on, and it is asked about as usual. Raises GatewayError.

    The channel is asked first, because somebody may have sent the money on in its console, or an earlier request of
    ours, whose answer was lost, has. What it refuses for good leaves the refund returned; it may arrive yet."""
    channel = redirecting(gateway)
    row = Redirection.objects.filter(shop_id=refund.shop_id, refund=refund, state=State.CONFIRMED).first()
    if channel is None or row is None or refund.is_stopped():
        return None
    known = _look(gateway, refund, row, deadline)
    if not known.may_arrive:
        _conclude(refund, row)
        return known
    try:
        card = _card(row)
    except encryption.Undecryptable:
        log.error("refund %s: the card cannot be decrypted, it has to be entered again", refund.refund_no)
        _refuse(refund, row, CARD_UNREADABLE)
        return known
    deadline.left()
    _mark_asked(row, wall)
    try:
        receipt = channel.apply_abnormal_refund(
            refund_no=refund.refund_no,
            gateway_no=known.gateway_no,
            transaction_no=refund.payment.transaction_no,
            card=card,
            deadline=deadline,
        )
    except GatewayError as error:
        if not error.permanent:
            raise
        return _refused(gateway, refund, row, str(error), deadline)
    end(row, State.SENT)
    return receipt


def _look(gateway: Gateway, refund: Refund, row: Redirection, deadline: Deadline) -> Receipt:
    """What the channel has of it now."""
    payment = refund.payment
    try:
        known = gateway.query(
            refund_no=refund.refund_no, transaction_no=payment.transaction_no, deadline=deadline
        ).require(refund.amount, payment.order.currency)
    except GatewayError as error:
        if error.permanent:  # the channel is finished with it
            end = _withdraw if row.asked_at is None else _refuse
            end(refund, row, str(error))
        raise
    if known.outcome == Outcome.NOT_FOUND:
        # It had it before. A request under this number would send it to the first account once more.
        raise GatewayError(
            "the channel knew this refund and does not any more", permanent=False, retry_after=FOR_A_PERSON
        )
    return known


def _refused(gateway: Gateway, refund: Refund, row: Redirection, error: str, deadline: Deadline) -> Receipt:
    """Of a request that the channel refused for good: often because the money was sent on just before."""
    known = _look(gateway, refund, row, deadline)
    if known.may_arrive:
        _refuse(refund, row, error)
    else:
        _conclude(refund, row)
    return known


def _conclude(refund: Refund, row: Redirection) -> None:
    """The money was sent on, and not by a request that was answered: by an earlier one of ours, if there was one."""
    if row.asked_at is None:
        _withdraw(refund, row, SENT_ON_ELSEWHERE)
    else:
        end(row, State.SENT)


def _mark_asked(row: Redirection, wall: datetime) -> None:
    """From here on a request may have left (commit). `row` keeps what was so before this attempt. Raises GatewayError
    where it may not be sent any more."""
    with transaction.atomic(durable=True):
        rows = Redirection.objects.filter(shop_id=row.shop_id, pk=row.pk, state=State.CONFIRMED)
        if not rows.update(asked_at=Coalesce(F("asked_at"), wall)):
            raise GatewayError("somebody gave up sending it on", permanent=False)


def _card(row: Redirection) -> BankCard | None:
    if row.target == Target.MERCHANT:
        return None
    number, holder = json.loads(encryption.decrypt(row.sealed))
    return BankCard(row.bank, number, holder)


def _refuse(refund: Refund, row: Redirection, error: str) -> None:
    forget_account(refund)
    end(row, State.REFUSED, error)


def _withdraw(refund: Refund, row: Redirection, error: str) -> None:
    """Nothing of ours was sent."""
    forget_account(refund)
    end(row, State.WITHDRAWN, error)


def forget_cards(now: datetime, dry_run: bool) -> Done:
    """Of proposals that nobody confirmed in time, and of refunds that ended otherwise."""
    late = Q(state=State.PROPOSED, proposed_at__lt=now - CONFIRM_WITHIN)
    over = Q(state=State.PROPOSED) & ~Q(refund__status=Status.RETURNED)
    ended = Q(state=State.CONFIRMED) & ~Q(refund__status=Status.PROCESSING)
    rows = Redirection.objects.filter(late | over | ended)
    if dry_run:
        return Done(done=rows.count())
    return Done(done=sum(_give_up(row) for row in list(rows.select_related("refund"))))


def _give_up(row: Redirection) -> int:
    """Rows that changed, as they were read: it may have been confirmed or sent just now. A refund that has arrived
    without an attempt of the sender, by a notice, may have been sent on by us."""
    rows = Redirection.objects.filter(shop_id=row.shop_id, pk=row.pk, state=row.state, asked_at=row.asked_at)
    done = withdraw(rows)
    if done and row.refund.status == Status.SUCCEEDED and row.state == State.CONFIRMED and row.asked_at is None:
        forget_account(row.refund)
    return done
