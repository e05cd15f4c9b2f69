"""An order in words for its buyer: one sentence of what is true now, the same in the list and on its page."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from aftersales.rules.eligibility import kept_back
from aftersales.selectors.refunds.owed import NOTHING, Owed
from kernel.languages import paragraph
from orders.machine import Fulfilment, Status
from orders.models import Order, OrderLine
from web.money import format_money

from .templatetags.shop import countdown, when

ICONS: dict[str, str] = {
    Status.PENDING_PAYMENT: "wallet", Status.PAID: "box", Status.SHIPPED: "truck",
    Status.COMPLETED: "circle-check", Status.CLOSED: "lock",
}  # fmt: skip
TONES: dict[str, str] = {
    Status.PENDING_PAYMENT: "wait", Status.PAID: "go", Status.SHIPPED: "go",
    Status.COMPLETED: "ok", Status.CLOSED: "off",
}  # fmt: skip


@dataclass(frozen=True)
class OrderStatus:
    """`sentence` is HTML, with the countdown in it."""

    headline: str
    sentence: SafeString
    icon: str
    tone: str


def after_window(order: Order, now: datetime) -> bool:
    """The after-sales period is over: what is done about the goods now needs the agreement of both sides (S-015)."""
    return order.status == Status.COMPLETED and not order.window_open(now)


def is_on_its_way(order: Order) -> bool:
    """Something was sent that has not all arrived."""
    return order.fulfilment == Fulfilment.SHIPPED


@dataclass(frozen=True)
class OrderFacts:
    """What the sentence is made of. `order`: with its lines. `can_apply`: one may apply for after-sales now. `owed`:
    agreed and not arrived."""

    order: Order
    can_apply: bool
    now: datetime
    owed: Owed = NOTHING

    @property
    def lines(self) -> list[OrderLine]:
        return list(self.order.lines.all())

    @property
    def shipped(self) -> bool:
        return any(line.shipped_quantity for line in self.lines)

    @property
    def to_ship(self) -> int:
        return sum(line.to_ship for line in self.lines)

    @property
    def refunded(self) -> Decimal:
        """What has arrived."""
        counted = sum((line.refunded_amount for line in self.lines), self.order.freight_refunded)
        return counted - self.order.promotion_settled - self.order.refund_owed

    @property
    def on_its_way(self) -> Decimal:
        """Asked for or promised, and not paid back yet."""
        return sum((line.open_amount for line in self.lines), self.order.freight_open) - self.order.promotion_open

    @property
    def all_refunded(self) -> bool:
        return not any(line.left_quantity for line in self.lines)


def order_status(facts: OrderFacts) -> OrderStatus:
    status = facts.order.status
    headline, sentence = _TEXTS[status](facts)
    owed = [conditional_escape(text) for text in _owed(facts)]
    # `paragraph` makes a plain text of what was HTML before.
    sentence = SafeString(paragraph(conditional_escape(sentence), *owed))
    return OrderStatus(headline, sentence, ICONS[status], "wait" if owed else TONES[status])


def _owed(facts: OrderFacts) -> list[str]:
    """Whatever else is said of the order: where the money is that has not arrived, and who sees to it."""
    amounts = {
        name: format_money(getattr(facts.owed, name), facts.order.currency) for name in ("sent", "with_bank", "failed")
    }
    texts = {
        "sent": _("%(sent)s is on its way to you."),
        "with_bank": _("%(with_bank)s waits for the bank, which is deciding on a chargeback of your payment."),
        "failed": _("%(failed)s hasn't reached you. The shop still owes it to you."),
    }
    return [text % amounts for name, text in texts.items() if getattr(facts.owed, name)]


def _unpaid(facts: OrderFacts) -> tuple[str, str]:
    return _("Waiting for your payment"), _("The shop ships your order once you've paid.")


def _paid(facts: OrderFacts) -> tuple[str, str]:
    if not facts.to_ship:
        return _nothing_to_ship(facts)
    if facts.shipped:
        return _("Part of your order is on its way"), _with_money(facts, _("The shop is still preparing the rest."))
    if facts.order.fulfilment == Fulfilment.PACKED:
        text = _("Your parcel is packed, so the shop needs to approve a refund.")
        return _("Packed and ready to ship"), _with_money(facts, text)
    if facts.refunded or facts.on_its_way or facts.owed.total:
        return _("The shop is preparing the rest of your goods"), _with_money(facts, _("Nothing has shipped yet."))
    return _("The shop is preparing your order"), _("Nothing has shipped yet.")


def _nothing_to_ship(facts: OrderFacts) -> tuple[str, str]:
    """What has not left is asked back, or was refunded."""
    headline = _("Part of your order is on its way") if facts.shipped else _("You asked for your money back")
    if facts.shipped:
        text = _("The rest won't ship, because you asked for a refund.")
    elif facts.order.open_cases:
        text = _("Nothing ships while your refund is in progress.")
    else:
        text = _("Nothing else will ship.")
    return headline, _with_money(facts, text)


def _shipped(facts: OrderFacts) -> tuple[str, str]:
    arrived = facts.order.fulfilment == Fulfilment.DELIVERED
    headline = _("Delivered") if arrived else _("On its way to you")
    due_at = facts.order.receipt_due_at
    # An open ticket suspends the deadline.
    if due_at is None:
        waits = facts.order.open_cases > 0
        text = _("The confirmation deadline is paused while your after-sales ticket is open.") if waits else ""
        return headline, text or _("Confirm once everything has arrived.")
    if due_at <= facts.now:
        return headline, _("The deadline has passed. Your order will be confirmed automatically in a moment.")
    return headline, format_html(
        _("Confirm once everything has arrived. Otherwise it's confirmed automatically in {left}."),
        left=format_html("<b>{}</b>", countdown(due_at)),
    )


def _completed(facts: OrderFacts) -> tuple[str, str]:
    headline = _("Order complete")
    if facts.all_refunded:
        return headline, _with_money(facts, "" if facts.owed.total else _("All goods were refunded."))
    if facts.order.window_open(facts.now):
        ends = when(facts.order.window_ends_at, "Y-m-d H:i")
        return headline, format_html(_("After-sales service until {ends}."), ends=format_html("<b>{}</b>", ends))
    if facts.can_apply:
        text = _("The after-sales period has ended. You can still request what your warranty or a replacement covers.")
        return headline, text
    return headline, _with_money(facts, _("The after-sales period has ended."))


def _closed(facts: OrderFacts) -> tuple[str, str]:
    order = facts.order
    if order.paid_at is None:
        text = _("You didn't pay anything, so there's nothing to refund.")
        return _("Closed without payment"), paragraph(order.why_closed, text)
    if not order.closed_by_refund:
        return _("This order is closed"), _with_money(facts, order.why_closed)
    retained = kept_back(order, facts.lines)
    retained_text = _("The shop kept %(amount)s.") % {"amount": format_money(retained, order.currency)}
    text = paragraph(retained_text, _about_kept(facts)) if retained > 0 else ""
    if facts.owed.total:
        return _("Closed, but your refund hasn't reached you"), _with_money(facts, text)
    if not text:
        return _("Closed, fully refunded"), _("Everything you paid was refunded.")
    return _("Closed. All goods were refunded"), text


def _about_kept(facts: OrderFacts) -> str:
    if facts.on_its_way:
        return _("You've asked for it back.")
    return _("You can still ask for it back.") if facts.can_apply else ""


def _with_money(facts: OrderFacts, text: str) -> str:
    """With what was refunded and what is being refunded, where there is any."""
    amounts = {name: format_money(getattr(facts, name), facts.order.currency) for name in ("refunded", "on_its_way")}
    if facts.refunded > 0 and facts.on_its_way > 0:
        money = _("%(refunded)s was refunded, and you've asked for %(on_its_way)s more.") % amounts
    elif facts.refunded > 0:
        money = _("%(refunded)s was refunded.") % amounts
    else:
        money = _("You've asked for a refund of %(on_its_way)s.") % amounts if facts.on_its_way > 0 else ""
    return paragraph(text, money)


_TEXTS: dict[str, Callable[[OrderFacts], tuple[str, str]]] = {
    Status.PENDING_PAYMENT: _unpaid,
    Status.PAID: _paid,
    Status.SHIPPED: _shipped,
    Status.COMPLETED: _completed,
    Status.CLOSED: _closed,
}
