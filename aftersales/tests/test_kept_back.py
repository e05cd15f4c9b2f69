"""What was kept back of an order that was closed by its full return stays claimable while money is left (B-21)."""

from decimal import Decimal
from typing import Any

import pytest

from aftersales import audit, services
from aftersales.models import Ticket
from kernel.errors import NotEligible
from orders import services as orders
from orders.models import Order
from tests.browser import Sit, page, text
from tests.desk import Desk
from tests.world import NOW, World

from ..rules.application import Application, LineRequest
from ..rules.eligibility import kept_back
from ..selectors.openings import open_entries
from . import books
from .desk_api import TICKETS, ApiDesk

pytestmark = pytest.mark.django_db
D = Decimal
FEE = {"service_fee": D("5.00"), "service_fee_consent": True, "note": "chat"}
LESS = {"refund_amount": D("193.00"), "refund_amount_consent": True, "note": "chat"}
OFF = {"deduction": D("5.00"), "deduction_consent": True, "note": "chat"}


@pytest.fixture
def desk(world: World, time_machine: Any) -> Desk:
    time_machine.move_to(NOW, tick=False)  # the pages read the clock
    world.revise_policy(consent="note")  # what is tested here is the money, not whose yes it needs
    return Desk(world)


def closed(desk: Desk, order: Order, *, approve: Any = None, receive: Any = None, reason: str = "other") -> Order:
    """All goods came back before the receipt: the order is closed."""
    ticket = desk.approve(desk.apply(order, "return_refund", reason), **approve or {})
    desk.pay_out(desk.receive(desk.ship_back(ticket), **receive or {}))
    return again(order)


def again(order: Order) -> Order:
    order = Order.objects.select_related("policy", "shop", "buyer").get(pk=order.pk)
    assert order.status == "closed"
    return order


def claim(desk: Desk, order: Order, amount: str) -> Ticket:
    return desk.apply(order, "refund_only", "compensation", quantity=1, claimed_amount=D(amount))


def refused(desk: Desk, order: Order, type_: str, reason: str, **more: Any) -> list[str]:
    with pytest.raises(NotEligible) as refusal:
        desk.apply(order, type_, reason, **more)
    return refusal.value.reasons


@pytest.mark.parametrize(
    ("freight", "kept"),
    [("0.00", {"approve": FEE}), ("0.00", {"approve": LESS}), ("0.00", {"receive": OFF}), ("5.00", {})],
    ids=["fee", "less", "deduction", "freight"],
)
def test_what_was_kept_back_is_claimed_to_the_cent(desk: Desk, freight: str, kept: dict[str, Any]) -> None:
    order = closed(desk, desk.world.delivered(freight=freight), **kept)
    assert "amount_exceeded" in refused(
        desk, order, "refund_only", "compensation", quantity=1, claimed_amount=D("5.01")
    )
    ticket = desk.approve(claim(desk, order, "2.00"))
    assert desk.pay_out(ticket).refunded_amount == 2
    assert desk.pay_out(desk.approve(claim(desk, again(order), "3.00"))).refunded_amount == 3
    assert [payment.left for payment in order.payments.all()] == [0]
    books.check(order)
    assert list(audit.run()) == []
    # Nothing is left: now the order is closed for good.
    assert "order_closed" in refused(
        desk, again(order), "refund_only", "compensation", quantity=1, claimed_amount=D("0.01")
    )


def test_units_are_not_given_back_twice(desk: Desk) -> None:
    order = closed(desk, desk.world.delivered(), approve=FEE)
    assert refused(desk, order, "return_refund", "quality") == ["quantity_exceeded"]
    assert refused(desk, order, "refund_only", "late") == ["quantity_exceeded"]


def test_a_fee_on_goods_that_never_left(desk: Desk) -> None:
    order = orders.pack(desk.world.place_order(), actor=desk.integration, now=NOW)
    desk.pay_out(desk.approve(desk.apply(order, "refund_only", "dont_want"), **FEE))
    assert desk.pay_out(desk.approve(claim(desk, again(order), "5.00"))).refunded_amount == 5


def test_after_an_exchange_only_what_was_kept_back_of_the_replacement(desk: Desk) -> None:
    """The old line's money went along to the line of the replacement and is not there twice."""
    desk.world.sku("TEE", on_hand=5)
    order = desk.world.delivered(lines=[("TEE", "99.00", 1)])
    ticket = desk.receive(desk.ship_back(desk.approve(desk.apply(order, "exchange", "quality"))))
    services.confirm_replacement(desk.reship(ticket), actor=desk.buyer, now=NOW)
    held = order.lines.get(exchanged_quantity=0)
    asked = Application("return_refund", "other", (LineRequest(held.pk, 1),), evidence=(desk.photo(),))
    ticket = services.apply(order, asked, actor=desk.buyer, now=NOW)
    desk.pay_out(desk.receive(desk.ship_back(desk.approve(ticket, **FEE))))
    assert kept_back(again(order), order.lines.all()) == 5
    asked = Application("refund_only", "compensation", (LineRequest(held.pk, 1),), claimed_amount=D("5.00"))
    paid = desk.pay_out(desk.approve(services.apply(again(order), asked, actor=desk.buyer, now=NOW)))
    assert paid.refunded_amount == 5
    assert kept_back(again(order), order.lines.all()) == 0
    books.check(order)


def test_an_order_that_was_never_paid_is_closed_for_good(desk: Desk) -> None:
    order = desk.world.place_order(paid=False)
    orders.close(order, reason="refunded", actor=desk.integration, now=NOW)  # whatever word the shop writes
    last = {"quantity": 1, "claimed_amount": D("0.01")}
    assert refused(desk, again(order), "refund_only", "compensation", **last) == ["order_closed"]
    assert not services.may_apply_for_buyer(again(order), desk.merchant)


def test_it_waits_for_a_person(desk: Desk) -> None:
    """E-6: the clock never pays a claim."""
    ticket = claim(desk, closed(desk, desk.world.delivered(), approve=FEE), "5.00")
    assert (ticket.status, ticket.due_action) == ("pending_review", "overdue")


# --- the pages and the API offer it -------------------------------------------------------------------------


def test_the_storefront_offers_it(desk: Desk, sit: Sit) -> None:
    order = closed(desk, desk.world.delivered(), approve=FEE)
    assert open_entries([order], now=NOW) == {order.pk}
    alice = sit("alice")
    html = text(alice.get(f"/orders/{order.order_no}/"))
    assert "The shop kept ¥5.00. You can still ask for it back." in html
    assert f'href="/orders/{order.order_no}/apply/"' in html
    assert "You can ask for up to ¥5.00." in text(alice.get(f"/orders/{order.order_no}/apply/?type=refund_only"))
    desk.pay_out(desk.approve(claim(desk, order, "5.00")))
    html = text(alice.get(f"/orders/{order.order_no}/"))
    assert "Closed, fully refunded" in html
    assert f'href="/orders/{order.order_no}/apply/"' not in html


def test_the_desk_offers_it(desk: Desk, sit: Sit) -> None:
    order = closed(desk, desk.world.delivered(freight="8.00"), approve=FEE)
    assert services.may_apply_for_buyer(order, desk.merchant)
    mei, address = sit("mei"), page(order, "apply")
    assert "no units left; up to ¥13.00 can still be claimed" in text(mei.get(address))
    line = order.lines.get()
    asked = {"reason": "refund_only:compensation", f"units_{line.pk}": "1", "claimed_amount": "13.00"}
    assert mei.post(address, asked).status_code == 302
    assert Ticket.objects.latest("id").claimed_amount == 13


def test_the_api_takes_it(apidesk: ApiDesk) -> None:
    apidesk.world.revise_policy(consent="note")
    order = apidesk.world.delivered(order_no="K-1")
    ticket = apidesk.apply(order, "return_refund", "no_reason")
    apidesk.do("mei", ticket, "approve")
    apidesk.do("alice", ticket, "ship-back", courier="sf", tracking_no="SF1")
    apidesk.do(
        "mei", ticket, "receive", units=apidesk.units(ticket), deduction="5.00", deduction_consent=True, note="x"
    )
    apidesk.send_refunds()
    asked = apidesk.body(order, "refund_only", "compensation", 1, claimed_amount="5.00")
    quote = apidesk.api("alice").post(f"{TICKETS}quote/", asked).json()
    assert (quote["eligible"], quote["total"]) == (True, "5.00")
    assert apidesk.apply(order, "refund_only", "compensation", quantity=1, claimed_amount="5.00")["status"] == (
        "pending_review"
    )
