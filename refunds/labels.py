"""What a channel is called, and what people are told of money on its way."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from .machine import OPEN, Status
from .policy import Estimate, arrives
from .redirections.banks import account_text

CHANNELS: dict[str, "str | Promise"] = {
    "alipay": gettext_lazy("Alipay"),
    "wechatpay": gettext_lazy("WeChat Pay"),
    "unionpay": gettext_lazy("UnionPay"),
    "stripe": gettext_lazy("bank card"),
    "balance": gettext_lazy("account balance"),
    "sandbox": gettext_lazy("test payment"),
}
# Where buyers read another name than that of the company.
COMPANIES = {"stripe": "Stripe"}

VISIBLE_DIGITS = 4
# What is stored of a fault of our own; a channel's own words are stored as it said them.
NO_GATEWAY = "no_gateway"
SETTLEMENT_VOID = "settlement_void"
CLOSED_BY_CHANNEL = "closed_by_channel"
RETURNED = "returned"
MERCHANT = "merchant"  # where a refund was sent on to
NOT_TAKEN = "not_taken"
AT_MERCHANT = "at_merchant"
CHARGED_BACK = "charged_back"
CHARGEBACK_OPEN = "chargeback_open"
NO_MORE_REFUNDS = "no_more_refunds"
CALLED_OFF = "called_off"
TRANSFER_CALLED_OFF = "transfer_called_off"
TRANSFERS_OFF = "transfers_off"
TRANSFER_UNANSWERED = "transfer_unanswered"
TRANSFER_CHECKED = "transfer_checked"
CARD_UNREADABLE = "card_unreadable"
SENT_ON_ELSEWHERE = "sent_on_elsewhere"
NO_ANSWER = "no answer from the channel: "  # what kind of error follows
SANDBOX_REFUSES = gettext_noop("The test channel refuses this payment.")
ERRORS: dict[str, "str | Promise"] = {
    NO_GATEWAY: gettext_lazy("This payment channel isn't connected."),
    SETTLEMENT_VOID: gettext_lazy("It was settled manually, but support found that the money didn't arrive."),
    CLOSED_BY_CHANNEL: gettext_lazy(
        "The payment channel closed this refund without paying it. If you retry it, a new refund is sent."
    ),
    RETURNED: gettext_lazy("The bank sent the money back."),
    NOT_TAKEN: gettext_lazy(
        "The buyer's account didn't take the money, and the payment channel still has it. Send it to another account "
        "of the buyer's or back to the shop: here, or in the channel's console."
    ),
    AT_MERCHANT: gettext_lazy(
        "The payment channel has sent the money back to the shop. Pay the buyer another way and settle it manually."
    ),
    CHARGED_BACK: gettext_lazy("The bank has given the buyer this money back by a chargeback. It isn't paid again."),
    CHARGEBACK_OPEN: gettext_lazy("It waits until the bank has decided on the chargeback of this payment."),
    NO_MORE_REFUNDS: gettext_lazy(
        "The payment channel takes no more refunds of this payment: it has reached the number it allows. "
        "Settle this one manually."
    ),
    CARD_UNREADABLE: gettext_lazy("The card can't be decrypted any more. Enter it again."),
    SENT_ON_ELSEWHERE: gettext_lazy(
        "Nothing was sent from here: before that, somebody sent the money on in the payment channel's console."
    ),
    CALLED_OFF: gettext_lazy("It was called off: the payment channel doesn't have it. Retry it or settle it manually."),
    TRANSFER_CALLED_OFF: gettext_lazy("The transfer was called off, and the payment channel doesn't have it."),
    TRANSFERS_OFF: gettext_lazy("Transfers were switched off for this channel before this one was sent."),
    TRANSFER_UNANSWERED: gettext_lazy(
        "It was sent so long ago that the payment channel doesn't answer for its number any more. Look the number up "
        "in the channel's console, among its transfers and in the statement of the day on which it was sent, and then "
        "call it off. If it arrived, mark it as paid with the channel's number; if not, pay it again."
    ),
    TRANSFER_CHECKED: gettext_lazy(
        "It was called off when the payment channel didn't answer for its number any more. Before you pay it again, "
        "make sure that it isn't in the channel's console."
    ),
}

# Why a refund came back, by the word that Stripe has for it. Stored is the sentence, as that of any other channel.
BANK_REASONS = {
    "canceled": gettext_noop("The refund was cancelled at the payment channel."),
    "charge_for_pending_refund_disputed": gettext_noop(
        "The buyer disputed the payment at the bank while the refund was on its way."
    ),
    "declined": gettext_noop("The buyer's bank declined the refund."),
    "expired_or_canceled_card": gettext_noop("The buyer's card has expired or was cancelled."),
    "insufficient_funds": gettext_noop("The shop's balance at the payment channel was too low."),
    "lost_or_stolen_card": gettext_noop("The buyer's card was reported lost or stolen."),
    "merchant_request": gettext_noop("The shop stopped the refund at the payment channel."),
    "unknown": gettext_noop("The buyer's bank sent the refund back without a reason."),
}


SENTENCES = frozenset((*BANK_REASONS.values(), SANDBOX_REFUSES))


def error_text(stored: str) -> str:
    """In the reader's language where it is a code or a sentence of ours."""
    if stored.startswith(NO_ANSWER):
        return _("The payment channel didn't answer (%(detail)s).") % {"detail": stored.removeprefix(NO_ANSWER)}
    return _(stored) if stored in SENTENCES else str(ERRORS.get(stored, stored))


def channel_label(channel: str) -> str:
    return str(CHANNELS.get(channel, channel))


def company(channel: str) -> str:
    """For those who set it up."""
    return COMPANIES.get(channel) or channel_label(channel)


def trace_text(channel: str, number: str) -> str:
    """By which number the buyer finds a refund, and with whom: a wallet, or the bank of a card."""
    if channel == "alipay":
        return _("Alipay transaction no.: %(number)s") % {"number": number}
    if channel == "wechatpay":
        return _("WeChat Pay refund no.: %(number)s") % {"number": number}
    return _("Trace number for your bank: %(number)s") % {"number": number}


def tender_texts(tenders: Iterable[tuple[str, str, str]]) -> list[str]:
    """What each tender is called beside the others. `tenders`: channel, receiving account, transaction no.; without an
    account two of one channel are told apart by the end of their numbers."""
    rows = list(tenders)
    often = Counter(channel for channel, _account, _number in rows)
    return [
        f"{channel_label(channel)} · {account_text(account) or '…' + number[-VISIBLE_DIGITS:]}"
        if account or often[channel] > 1
        else channel_label(channel)
        for channel, account, number in rows
    ]


def expected(
    status: str,
    channel: str,
    *,
    created_at: datetime,
    settled_at: datetime | None,
    expected_at: datetime | None = None,
    account: str = "",
) -> Estimate | None:
    """When the buyer should see the money; None where it is not coming this way. `expected_at`: what was promised when
    it was sent; once the channel has said yes, its own days count from there."""
    if status == Status.SUCCEEDED:
        return arrives(channel, settled_at or created_at, account)
    if status not in OPEN:
        return None
    estimate = arrives(channel, created_at, account)
    if expected_at is None:
        return estimate
    promised = timezone.localtime(expected_at).date()
    return Estimate(min(estimate.earliest, promised), promised)


def arrival_text(
    status: str,
    channel: str,
    *,
    created_at: datetime,
    settled_at: datetime | None,
    now: datetime,
    expected_at: datetime | None = None,
    account: str = "",
) -> str:
    """One sentence on a refund: on its way until when, paid back on which day, or not paid."""
    estimate = expected(
        status, channel, created_at=created_at, settled_at=settled_at, expected_at=expected_at, account=account
    )
    today = timezone.localdate(now)
    if status == Status.RETURNED:
        return returned_text()
    if estimate is None:
        return _("This couldn't be paid out. The shop has been notified.")
    values = {"channel": channel_label(channel), "by": _day(estimate.ends), "on": _day(settled_at or created_at)}
    if status == Status.PENDING:
        return _to_be_sent(estimate, late=today > estimate.latest) % values
    if status != Status.SUCCEEDED:
        return _under_way(estimate, late=today > estimate.latest) % values
    if estimate.at_once or today > estimate.latest:
        return _("Refunded to %(channel)s on %(on)s.") % values
    return _("Refunded to %(channel)s on %(on)s. It appears in your account by %(by)s.") % values


def redirected_text(to: str, settled_at: datetime | None) -> str:
    """For the buyer, of what is under way or has arrived. `to`: as `Refund.redirected_to`."""
    if settled_at is not None:
        values = {"account": account_text(to), "on": _day(settled_at)}
        return _("Your account didn't take this money. It was refunded to %(account)s on %(on)s instead.") % values
    if to == MERCHANT:
        return _("The payment channel sends this money back to the shop, which pays you another way.")
    return _(
        "Your account didn't take this money. It's being sent to %(account)s instead. If that isn't yours, tell the"
        " shop or platform support at once."
    ) % {"account": account_text(to)}


def returned_text() -> str:
    """For the buyer."""
    return _("The bank sent this money back. The shop has been notified and will pay you another way.")


def may_arrive_text() -> str:
    """Why nothing is paid instead of a returned refund."""
    return _(
        "The payment channel may still pay this refund, and the buyer would be paid twice. Send it to another account "
        "first. Once the channel says that it's finished, you can settle it manually."
    )


def refund_label(status: str, *, again: bool, by_bank: bool = False) -> str:
    """`again`: it failed, and another refund was sent instead of it. `by_bank`: the bank has paid at least a part."""
    if by_bank:
        return _("paid by the bank")
    return _("failed, tried again") if again else str(Status(status).label)


def tried_again_text(number: str) -> str:
    return _("Tried again as %(number)s.") % {"number": number}


def on_hold_text(*, decided: bool = False) -> str:
    """`decided`: the chargeback was lost, and it is not known yet whether the refund had left before."""
    if decided:
        return _(
            "The bank has paid money of this payment back. The channel is asked whether this refund had left before."
        )
    return _("The bank is deciding on a chargeback of this payment. The refund waits until then.")


def held_text() -> str:
    """For the buyer, of money that is owed and that a bank holds."""
    return _(
        "The payment was disputed, and the bank is deciding. What the bank holds can't be refunded until then, so that "
        "nothing is paid twice."
    )


def charged_back_text(amount: str, again: str | None) -> str:
    """`again`: the number of the refund that carries what the bank has not paid."""
    text = _("The bank has paid %(amount)s back by a chargeback, so it isn't refunded again.") % {"amount": amount}
    return text if not again else text + " " + _("The rest is refunded as %(number)s.") % {"number": again}


def by_hand_text(proof: str, settled_at: datetime) -> str:
    """Of a refund that two people of the shop or support settled."""
    values = {"on": _day(settled_at), "proof": proof}
    return _("Refunded another way on %(on)s, not through the payment channel. Proof: %(proof)s") % values


def _to_be_sent(estimate: Estimate, *, late: bool) -> str:
    if late:
        return _("It hasn't been sent to %(channel)s yet. This is taking longer than usual; we're following up.")
    if estimate.at_once:
        return _("It's about to be sent to %(channel)s. It usually arrives right away.")
    return _("It's about to be sent to %(channel)s. It usually arrives by %(by)s.")


def _under_way(estimate: Estimate, *, late: bool) -> str:
    if late:
        return _("Sent to %(channel)s on %(on)s. This is taking longer than usual; we're following up.")
    if estimate.at_once:
        return _("Sent to %(channel)s. It usually arrives right away.")
    return _("Sent to %(channel)s. It usually arrives by %(by)s.")


def _day(at: datetime) -> str:
    return date_format(timezone.localtime(at), "DATE_FORMAT")
