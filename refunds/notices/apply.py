"""What a stored notice changes: forward only, under the order's lock, and only where number, payment, amount and
currency fit. Everything else is for a person, and moves nothing (F6, F7)."""

from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from django.db import transaction
from django.db.models import Q

from kernel.actors import GATEWAY
from kernel.calls.clock import wall
from kernel.errors import DomainError, IllegalTransition
from kernel.jobs import enqueue_after_commit
from orders import services as orders
from orders.models import Payment

from ..chargebacks import shared
from ..chargebacks.record import record_chargeback
from ..gateways import ENVIRONMENT, NoticeKind, Outcome, Receipt
from ..machine import Status
from ..models import MerchantAccount, Refund
from ..policy import FAILS_AFTER_SUCCESS
from ..redirections.ending import is_conclusive
from ..services.outcome import fail, settle_open
from ..services.receipts import facts_of, forget_refusal
from ..services.returned import return_money, settle_late
from .models import FAILED, ChannelNotice, Flag, State
from .verified import payments_of, verifiers


class Verdict(NamedTuple):
    state: State
    flag: str = ""


DONE, NOTHING, EARLY = Verdict(State.APPLIED), Verdict(State.IGNORED), Verdict(State.PARKED)


def apply(notice_id: int, *, now: datetime) -> State:
    """The new state; `parked`: it came too early."""
    row = ChannelNotice.objects.get(pk=notice_id)
    if row.state != State.PARKED:
        return State(row.state)
    if row.kind == NoticeKind.REFUND:
        return _to_refund(row, now)
    verdict = _to_payment(row, now) if row.kind == NoticeKind.CHARGEBACK else NOTHING
    return _store(row, verdict)


def _to_refund(row: ChannelNotice, now: datetime) -> State:
    refund = Refund.objects.select_related("payment__order").filter(refund_no=row.refund_no).first()
    if refund is None:
        # Without a number of ours somebody made it at the channel, or the channel only says that something happened.
        verdict = EARLY if row.refund_no else Verdict(State.FLAGGED, Flag.UNKNOWN_REFUND) if row.outcome else NOTHING
        return _store(row, verdict)
    with transaction.atomic():
        order = orders.lock(refund.payment.order_id, shop_id=refund.shop_id, like=refund.payment.order)
        fresh = Refund.locked(refund.pk, shop_id=refund.shop_id)
        fresh.payment, fresh.payment.order = refund.payment, order
        locked = ChannelNotice.objects.select_for_update(no_key=True).get(pk=row.pk)
        if locked.state != State.PARKED:  # somebody else was faster
            return State(locked.state)
        locked.refund, locked.shop_id = fresh, fresh.shop_id
        return _store(locked, _judge(locked, fresh, now))


def _store(row: ChannelNotice, verdict: Verdict) -> State:
    if verdict.state == State.PARKED:
        return State.PARKED
    row.state, row.flag, row.next_look_at = verdict.state, verdict.flag, None
    columns = {"state": row.state, "flag": row.flag, "refund_id": row.refund_id, "shop_id": row.shop_id}
    if row.state != State.FLAGGED:
        columns["received_account"] = ""
    ChannelNotice.objects.filter(pk=row.pk).update(next_look_at=None, **columns)
    return verdict.state


def _judge(row: ChannelNotice, refund: Refund, now: datetime) -> Verdict:
    if flag := _misfit(row, refund):
        return Verdict(State.FLAGGED, flag)
    if not row.outcome or row.amount is None:
        return _ask_now(refund)
    match row.outcome:
        case Outcome.SUCCEEDED:
            return _succeeded(row, refund, now)
        case Outcome.RETURNED:
            return _returned(row, refund, now)
        case _ if row.outcome == FAILED:
            return _failed(row, refund, now)
    forget_refusal(refund)
    return NOTHING  # under way: known


def _misfit(row: ChannelNotice, refund: Refund) -> str:
    payment = refund.payment
    if row.channel != payment.channel or not _of_account(row, refund):
        return Flag.OTHER_ACCOUNT
    if payment.transaction_no not in (row.transaction_no, row.charge_no):
        return Flag.OTHER_PAYMENT
    if row.amount is not None and row.amount != refund.amount:
        return Flag.OTHER_AMOUNT
    return Flag.OTHER_CURRENCY if row.currency not in ("", payment.order.currency) else ""


def _of_account(row: ChannelNotice, refund: Refund) -> bool:
    """Who has the secrets of one account cannot speak of what was sent through another."""
    accounts = verifiers(row)
    if (refund.merchant_account_id or ENVIRONMENT) in accounts:
        return True
    # One that was not sent yet may go through each of its shop's; until then nothing is applied to it.
    rows = MerchantAccount.objects.filter(shop_id=refund.shop_id, channel=row.channel, pk__in=accounts)
    return refund.status == Status.PENDING and rows.exists()


def _ask_now(refund: Refund) -> Verdict:
    """The notice does not say enough to count: the channel is asked at once."""
    if refund.status == Status.PROCESSING:
        at = wall()
        # Also while it is asked: the answer may be from before the notice. What waits for its turn keeps it.
        later = Q(next_attempt_at__gt=at) | Q(claimed_until__gt=at)
        Refund.objects.filter(later, shop_id=refund.shop_id, pk=refund.pk).update(next_attempt_at=at)
        enqueue_after_commit("refunds.send", refund.pk)
    elif refund.may_arrive:
        Refund.objects.filter(shop_id=refund.shop_id, pk=refund.pk).update(look_again_at=wall())
    return DONE


def _succeeded(row: ChannelNotice, refund: Refund, now: datetime) -> Verdict:
    receipt = Receipt(Outcome.SUCCEEDED, row.gateway_no, row.trace_no, row.received_account)
    facts = facts_of(refund, receipt, now)
    match refund.status:
        case Status.PENDING:
            return EARLY  # not sent by what is committed here: the claim may still be on its way
        case Status.PROCESSING:
            if not is_conclusive(refund, receipt.account, row.at):
                return _ask_now(refund)
            settle_open(refund, facts, now=now)
            return DONE
        case Status.FAILED:
            return Verdict(State.FLAGGED, Flag.AFTER_FAILURE)
        case Status.SUCCEEDED:
            return Verdict(State.FLAGGED, Flag.BY_HAND) if refund.confirmed_by is not None else _note_trace(row, refund)
    if verdict := _older(row, refund, (Outcome.RETURNED, FAILED), refund.returned_at):
        return verdict
    if not is_conclusive(refund, receipt.account, row.at):
        # Where the channel was finished with it, the money had come to the shop, and this may be said of that.
        return _ask_now(refund) if refund.may_arrive else Verdict(State.FLAGGED, Flag.PAID_OTHERWISE)
    try:
        with transaction.atomic():
            settle_late(refund, facts, now=now)
    except DomainError:
        return Verdict(State.FLAGGED, Flag.PAID_OTHERWISE)
    return DONE


def _note_trace(row: ChannelNotice, refund: Refund) -> Verdict:
    """The bank's own number, which a card has some days after the channel's yes: by it the buyer's bank finds it."""
    if refund.trace_no or not row.trace_no or row.gateway_no not in ("", refund.gateway_no):
        return NOTHING
    Refund.objects.filter(shop_id=refund.shop_id, pk=refund.pk).update(trace_no=row.trace_no)
    return DONE


def _returned(row: ChannelNotice, refund: Refund, now: datetime) -> Verdict:
    if refund.status == Status.PENDING:
        return EARLY
    if refund.status in (Status.FAILED, Status.RETURNED):
        return NOTHING
    if refund.redirected_at is not None and row.at is None:
        return _ask_now(refund)
    # What did not reach the first account, and has been sent on to another one since.
    if refund.redirected_at is not None and row.at is not None and row.at < refund.redirected_at:
        return NOTHING
    arrived = refund.status == Status.SUCCEEDED and refund.confirmed_by is None
    if arrived and (verdict := _older(row, refund, (Outcome.SUCCEEDED,), refund.settled_at)):
        return verdict
    try:
        with transaction.atomic():
            return_money(refund, reason=row.reason, now=now)
    except IllegalTransition:
        return Verdict(State.FLAGGED, Flag.BY_HAND)
    return DONE


def _failed(row: ChannelNotice, refund: Refund, now: datetime) -> Verdict:
    match refund.status:
        case Status.PENDING:
            return EARLY
        case Status.PROCESSING:
            fail(refund, row.reason, now=now)
            return DONE
        case Status.SUCCEEDED if refund.confirmed_by is None:
            if row.channel in FAILS_AFTER_SUCCESS:
                return _returned(row, refund, now)
            return Verdict(State.FLAGGED, Flag.AFTER_SUCCESS)
    return NOTHING


def _older(row: ChannelNotice, refund: Refund, outcomes: tuple[str, ...], ours: datetime | None) -> Verdict | None:
    """What was said before the present state, and only came later, changes nothing. `ours`: when the state was stored
    here, which counts where no notice has said it."""
    rows = ChannelNotice.objects.filter(
        shop_id=refund.shop_id, refund=refund, state=State.APPLIED, outcome__in=outcomes
    )
    dated_at = rows.filter(at__isnull=False).order_by("-at").values_list("at", flat=True).first()
    since = dated_at or ours
    if row.at is not None and since is not None and row.at > since:
        return None
    if dated_at is not None and row.at is not None and row.at < dated_at:
        return NOTHING
    return Verdict(State.FLAGGED, Flag.AFTER_SUCCESS if Outcome.SUCCEEDED in outcomes else Flag.PAID_OTHERWISE)


def _to_payment(row: ChannelNotice, now: datetime) -> Verdict:
    # Two of them that come at once lock the orders of a transaction one after the other.
    several = list(payments_of(row))
    if not several:
        return EARLY
    if row.currency and any(payment.order.currency != row.currency for payment in several):
        return Verdict(State.FLAGGED, Flag.OTHER_CURRENCY)
    parts = shared.parts(several, row.chargeback_no, row.amount) if row.amount and row.chargeback_no else []
    if not parts:
        return EARLY if shared.missing(several) else Verdict(State.FLAGGED, Flag.CHARGEBACK)
    try:
        with transaction.atomic():
            for payment, amount in parts:
                _record(row, payment, amount, now)
    except DomainError:
        return Verdict(State.FLAGGED, Flag.CHARGEBACK)
    # What is here is held now. Looked at again, it stays as it is, and orders that have come get their parts.
    return DONE if sum(amount for _payment, amount in parts) == row.amount else EARLY


def _record(row: ChannelNotice, payment: Payment, amount: Decimal, now: datetime) -> None:
    record_chargeback(
        payment.order,
        transaction_no=payment.transaction_no,
        chargeback_no=row.chargeback_no,
        amount=amount,
        status=row.chargeback_status,
        reason=row.reason,
        channel=row.channel,
        reported_at=row.at,
        actor=GATEWAY,
        now=now,
    )
