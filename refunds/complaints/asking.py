"""Asks the channels about complaints: about one that a notice names, and about all of the last weeks."""

import logging
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from kernel.calls.clock import wall
from orders.models import Payment

from .. import channel_settings, gateways
from ..gateways import ENVIRONMENT, Complaining, ComplaintReport, Deadline, GatewayError
from ..models import ChannelNotice, Complaint, MerchantAccount
from ..notices.models import State
from ..notices.receive import park
from ..notices.verified import verifiers
from . import policy
from .machine import Status
from .record import record_complaints

if TYPE_CHECKING:
    from django.db.models import QuerySet

log = logging.getLogger(__name__)


class Source(NamedTuple):
    """An account that may be asked. `account_id`: ENVIRONMENT for that of the environment, which speaks for every
    shop and has none."""

    channel: str
    account_id: int
    shop_id: int
    complaints: Complaining


def sources() -> list[Source]:
    """Every connected account of a channel that has complaints, those that are not in use any more included."""
    rows = MerchantAccount.objects.exclude(secrets="").defer("secrets").order_by("pk")
    accounts = gateways.Accounts(rows)
    usable = [
        Source(channel, ENVIRONMENT, 0, complaints)
        for channel in channel_settings.REQUIRED
        if (complaints := gateways.complaining(gateways.get(channel)))
    ]
    for row in rows:
        if complaints := gateways.complaining(accounts.sent_through(row.channel, row.pk).gateway):
            usable.append(Source(row.channel, row.pk, row.shop_id, complaints))
    return usable


def ask_about(row: ChannelNotice, *, now: datetime) -> bool:
    """Stores what the channel says of the complaint that a notice names; whether it answered. What it is about may
    have come later than the notice: then it waits, and the notice knows for which payment."""
    if row.state != State.PARKED:
        return True
    asked_at, answered, missing = wall(), False, ""
    for source in _verified_by(row):
        try:
            report = source.complaints.find(complaint_no=row.complaint_no, deadline=Deadline.after(policy.SECONDS))
        except GatewayError as error:
            log.warning("complaint %s of %s is asked about later: %s", row.complaint_no, row.channel, error)
            continue
        answered = True
        if report is None:
            continue
        if not (missing := store(source, report, asked_at=asked_at, now=now)):
            rows = ChannelNotice.objects.filter(pk=row.pk, state=State.PARKED)
            rows.update(state=State.APPLIED, next_look_at=None)
            return True
    if missing and missing != row.transaction_no:
        ChannelNotice.objects.filter(pk=row.pk).update(transaction_no=missing[:128])
    park(row)
    return answered


def _verified_by(row: ChannelNotice) -> list[Source]:
    """The accounts whose secrets have verified it, and no others."""
    shops = dict(MerchantAccount.objects.filter(pk__in=verifiers(row)).values_list("pk", "shop_id"))
    of_number = gateways.named(row.channel, row.account)
    return [
        Source(row.channel, pk, shops.get(pk, 0), complaints)
        for pk in verifiers(row)
        if (complaints := gateways.complaining(of_number.get(pk)))
    ]


def store(source: Source, report: ComplaintReport, *, asked_at: datetime, now: datetime) -> str:
    """With each payment of its shops that it is about. Answers the number of a payment that is not here; empty: all
    of them are."""
    numbers = list(dict.fromkeys(report.transactions))
    rows = Payment.objects.select_related("order").filter(channel=source.channel, transaction_no__in=numbers)
    if source.account_id != ENVIRONMENT:
        rows = rows.filter(shop_id=source.shop_id)
    payments = list(rows.order_by("order_id", "pk"))
    record_complaints(payments, report, asked_at=asked_at, now=now)
    known = {payment.transaction_no for payment in payments}
    return next((number for number in numbers if number not in known), "" if numbers else "?")


def list_all(source: Source, *, now: datetime) -> int:
    """Those of the last weeks, and each that is open here and older; how many. Raises GatewayError where there is no
    list."""
    asked_at, count, in_a_row, listed = wall(), 0, 0, set[str]()
    deadline = Deadline.after(policy.LIST_SECONDS)
    for report in source.complaints.since(asked_at - policy.LISTED, asked_at, deadline=deadline):
        count, listed = count + 1, listed | {report.complaint_no}
        store(source, report, asked_at=asked_at, now=now)
    for number in (
        _unfinished(source).exclude(complaint_no__in=listed).values_list("complaint_no", flat=True).distinct()
    ):
        if answered := _ask_again(source, number, now=now):
            count, in_a_row = count + 1, 0
        in_a_row += not answered
        if in_a_row >= policy.BREAK_AFTER:
            break
    return count


def _ask_again(source: Source, number: str, *, now: datetime) -> bool:
    """About one that is open here; False: this account says nothing of it, which may be another one's."""
    asked_at = wall()
    try:
        report = source.complaints.find(complaint_no=number, deadline=Deadline.after(policy.SECONDS))
    except GatewayError as error:
        log.warning("complaint %s of %s is asked about later: %s", number, source.channel, error)
        return False
    if report is not None:
        store(source, report, asked_at=asked_at, now=now)
    return report is not None


def _unfinished(source: Source) -> "QuerySet[Complaint]":
    rows = Complaint.objects.filter(payment__channel=source.channel).exclude(status=Status.CLOSED)
    if source.account_id == ENVIRONMENT:
        return rows
    return rows.filter(shop_id=source.shop_id)


def due(at: datetime) -> "QuerySet[ChannelNotice]":
    """Notices of complaints about which a channel has not been asked, or did not answer, or whose payment was not
    here."""
    rows = ChannelNotice.objects.filter(state=State.PARKED, kind="complaint", next_look_at__lte=at)
    return rows.order_by("next_look_at", "id")
