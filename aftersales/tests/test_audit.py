"""`audit_money`: clean after every kind of story, and blind to no total: each is changed behind the services' back."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from aftersales import services
from aftersales.audit import CHECKS, run
from aftersales.models import Ticket
from aftersales.rules.application import Application, LineRequest
from orders import services as orders
from orders.models import Order
from refunds.payables import services as payables
from tests.desk import Desk
from tests.fixtures import world_of_module
from tests.world import World

pytestmark = pytest.mark.django_db
D = Decimal


@pytest.fixture(scope="module")
def played(django_db_setup: None, django_db_blocker: Any) -> Iterator[dict[str, int]]:
    with world_of_module(django_db_blocker) as world:
        yield play(world)


@pytest.fixture
def stories(played: dict[str, int], db: None) -> dict[str, int]:
    return played


def play(world: World) -> dict[str, int]:
    """The ids of: an order bought under promotions and returned (`promoted`), one with a `dearer` replacement, a
    `returned` one, one with a return `asked` for, one with an open `exchange`, one with a refund of what is `unsent`,
    one whose buyer took a gift instead of money (`consoled`)."""
    desk = Desk(world)
    world.sku("TEE", on_hand=5)
    promoted, dearer = _promoted(desk), _dearer(desk)
    returned = world.completed(lines=[("TEE", "99.00", 2), ("CAP", "10.00", 1)], freight="10.00", discount="30.00")
    ticket = desk.apply(returned)
    desk.pay_out(desk.receive(desk.ship_back(desk.approve(ticket))))
    _owed(desk, ticket)
    asked = world.completed(lines=[("CAP", "33.33", 3)], freight="7.00")
    desk.apply(asked)
    world.completed(lines=[("CAP", "5.00", 1)])
    exchange = world.completed(lines=[("TEE", "99.00", 3)])
    desk.apply(exchange, "exchange", "quality", quantity=1)
    unsent = world.place_order(lines=[("CAP", "10.00", 4)], freight="3.00")
    desk.apply(unsent, "refund_only", "dont_want", quantity=2)
    refused = world.place_order(lines=[("CAP", "10.00", 1)], payments=[("FAIL-1", "10.00")])
    desk.apply(refused, "refund_only", "dont_want")
    desk.send_refunds()
    later = world.place_order(lines=[("CAP", "10.00", 4)], freight="3.00")
    desk.apply(later, "refund_only", "dont_want", quantity=2)
    rows = {
        "consoled": _consoled(desk),
        "promoted": promoted,
        "dearer": dearer,
        "returned": returned,
        "asked": asked,
        "exchange": exchange,
        "unsent": later,
    }
    return {name: order.pk for name, order in rows.items()}


def _promoted(desk: Desk) -> Order:
    """Wholly returned in two tickets: the first kept a part of the discount, the second gave it back. A gift stays."""
    desk.world.revise_policy(promotion_refund="recalculate", free_shipping_deducted=True)
    data = desk.world.order_data(
        lines=[("CAP", "60.00", 2)], discount="20.00", points_used=100, points_earned=50,
        promotions=[
            {"kind": "threshold", "code": "100-20", "threshold": D(100), "discount": D(20)},
            {"kind": "free_shipping", "code": "from-100", "threshold": D(100), "freight": D(8)},
        ],
    )  # fmt: skip
    gift = {"sku": "MUG", "title": "Mug", "unit_price": D(5), "quantity": 1, "kind": "gift"}
    data["lines"].append(gift)
    order, _ = orders.create(desk.world.lantern, data, actor=desk.integration, now=desk.now)
    order = desk.world.complete(desk.world.deliver(desk.world.ship(order)))
    for _ in range(2):
        caps = Application("return_refund", "wrong_choice", (LineRequest(desk.world.lines(order)[0].pk, 1),))
        ticket = services.apply(order, caps, actor=desk.buyer, now=desk.now)
        desk.pay_out(desk.receive(desk.ship_back(desk.approve(ticket), tracking_no=f"SF{ticket.pk}")))
    desk.world.revise_policy()
    return order


def _consoled(desk: Desk) -> Order:
    order = desk.world.completed(lines=[("CAP", "10.00", 1)])
    ticket = desk.apply(order, "refund_only", "late")
    gift = services.offer(
        ticket, type="gift", amount=D(5), what="A box of tea", note="Sorry", actor=desk.merchant, now=desk.now
    )
    services.accept_offer(ticket, offer=gift.offers.get().pk, actor=desk.buyer, now=desk.now)
    return order


def _owed(desk: Desk, ticket: Ticket) -> None:
    """Beyond its refund: goodwill that is approved, and a claim that the courier has paid."""
    for kind in ("goodwill", "courier_claim"):
        row = services.create_payable(
            ticket, kind=kind, amount=D(5), ground="Wet box", actor=desk.merchant, now=desk.now
        )
        row = payables.approve(row, actor=desk.merchant, now=desk.now)
    payables.pay(row, proof="TR-1", actor=desk.world.actor("song"), now=desk.now)


def _dearer(desk: Desk) -> Order:
    """Two units at +60.00 were asked for, one came back; 10.00 of the replacement were refunded since."""
    desk.world.sku("BIG", price="159.00", on_hand=5)
    order = desk.world.completed(lines=[("TEE", "99.00", 2)])
    ticket = desk.approve(desk.apply(order, "exchange", "wrong_choice", exchange_sku="BIG"))
    ticket = desk.ship_back(desk.pay_difference(ticket, "120.00"))
    came = [{"line_id": order.lines.get().pk, "quantity": 1, "condition": "as_new"}]
    services.confirm_replacement(desk.reship(desk.receive(ticket, came)), actor=desk.buyer, now=desk.now)
    new = order.lines.get(position=2)
    claim = Application("refund_only", "compensation", (LineRequest(new.pk, 1),), claimed_amount=D(10))
    desk.approve(services.apply(order, claim, actor=desk.buyer, now=desk.now))
    desk.send_refunds()
    return order


def test_clean_after_every_story(stories, capsys):
    assert list(run()) == []
    call_command("audit_money")
    assert capsys.readouterr().out.endswith("checks, no difference.\n")


TICKET = "(SELECT id FROM aftersales_ticket WHERE order_id = %(returned)s)"
PAYMENT = "(SELECT id FROM orders_payment WHERE order_id = %(returned)s)"
REFUND_NO = f"(SELECT refund_no FROM refunds_refund WHERE payment_id = {PAYMENT})"
LINE = "UPDATE orders_orderline SET {} WHERE order_id = %({})s AND position = 1"
NEW = "UPDATE orders_orderline SET {} WHERE order_id = %(dearer)s AND position = 2"
EXCHANGE = (
    "UPDATE aftersales_ticketline SET {} WHERE ticket_id ="
    " (SELECT id FROM aftersales_ticket WHERE order_id = %(dearer)s AND type = 'exchange')"
)
ORDER = "UPDATE orders_order SET {} WHERE id = %({})s"
SETS = "UPDATE {} SET {} WHERE id = {}"
KEEPS = "UPDATE aftersales_ticket SET {} WHERE order_id = %(promoted)s"
CONSOLED = "UPDATE aftersales_ticket SET outcome_cost = {} WHERE order_id = %(consoled)s"
# Behind the triggers' back, and an entry that no trigger wrote.
UNPOSTED = "ALTER TABLE {} DISABLE TRIGGER USER; "
ENTRY = (
    "INSERT INTO refunds_ledgerentry (shop_id, order_id, payment_id, about, number, kind, debit, credit, amount,"
    " currency, at) SELECT shop_id, order_id, payment_id, {0}, number, kind, {1}, 1, {2}, at"
    f" FROM refunds_ledgerentry WHERE payment_id = {PAYMENT} ORDER BY id LIMIT 1"
)
UNCHECKED = "ALTER TABLE {} DROP CONSTRAINT {}; "

PLANTED = [
    ("order.discount", ORDER.format("discount = discount + 1", "returned")),
    ("order.points_deduction", ORDER.format("points_deduction = 1", "returned")),
    ("order.points_used", ORDER.format("points_used = 1", "asked")),
    ("order.amount", ORDER.format("amount = amount - 0.01", "unsent")),
    ("line.paid_amount", UNCHECKED.format("orders_orderline", "line_paid_adds_up")
     + LINE.format("paid_amount = paid_amount + 1", "asked")),
    ("order payments", SETS.format("orders_payment", "captured = captured + 0.01", PAYMENT)),
    ("amounts in whole units", ORDER.format("currency = 'JPY'", "asked")),
    ("stock.reserved", "UPDATE orders_stock SET reserved = reserved + 1 WHERE on_hand > 0 AND reserved > 0"),
    ("line.open_quantity", LINE.format("open_quantity = open_quantity - 1", "exchange")),
    ("line.reserved_quantity", LINE.format("reserved_quantity = reserved_quantity - 1", "unsent")),
    ("line.cancelled_quantity", LINE.format("cancelled_quantity = 1", "unsent")),
    ("line.refunded_quantity", LINE.format("refunded_quantity = refunded_quantity - 1", "returned")),
    ("line.allocated_share", LINE.format("allocated_share = allocated_share - 0.01", "returned")),
    ("line.open_amount", LINE.format("open_amount = open_amount - 0.01", "asked")),
    ("line.refunded_amount", LINE.format("refunded_amount = refunded_amount - 0.01", "returned")),
    ("line.exchanged_quantity", LINE.format("exchanged_quantity = 0", "dearer")),
    ("line.exchanged_amount", LINE.format("exchanged_amount = exchanged_amount - 0.01", "dearer")),
    ("replacement.replaces", EXCHANGE.format("replacement_id = NULL")),
    ("replacement.quantity", NEW.format("quantity = 2")),
    ("replacement.unit_price", NEW.format("unit_price = unit_price + 1")),
    ("replacement.list_paid", NEW.format("list_paid = list_paid - 0.01")),
    ("replacement.difference_paid", NEW.format("difference_paid = difference_paid + 60")),
    ("lines against payments", NEW.format("paid_amount = paid_amount + 0.01")),
    ("differences in lines", NEW.format("difference_paid = difference_paid - 1")),
    ("line.difference_refunded", NEW.format("difference_refunded = difference_refunded - 1")),
    ("refund of a paid difference", "UPDATE aftersales_ticketrefund SET is_supplement = false WHERE is_supplement"),
    ("ticket_line.given_back", EXCHANGE.format("given_back = 1")),
    ("replacement.points", NEW.format("points = 1")),
    ("order.freight_open", ORDER.format("freight_open = freight_open - 0.01", "asked")),
    ("order.freight_refunded", ORDER.format("freight_refunded = freight_refunded - 0.01", "returned")),
    ("order.open_cases", ORDER.format("open_cases = open_cases + 1", "returned")),
    ("order.succeeded_cases", ORDER.format("succeeded_cases = 0", "returned")),
    ("order.refund_owed", ORDER.format("refund_owed = 1", "returned")),
    ("refund owed within what counts", ORDER.format("refund_owed = 1000", "returned")),
    ("ticket.refund_held", SETS.format("aftersales_ticket", "refund_held = true", TICKET)),
    ("ticket.refunded_amount", SETS.format("aftersales_ticket", "refunded_amount = refunded_amount - 1", TICKET)),
    ("ticket paid what was approved",
     SETS.format("aftersales_ticket", "approved_amount = approved_amount + 1", TICKET)),
    ("ticket.outcome_cost", CONSOLED.format("outcome_cost + 1")),
    ("order in kind within what was paid", CONSOLED.format("1000")),
    ("ticket.approved_amount",
     f"UPDATE aftersales_ticketline SET refund_amount = refund_amount + 1 WHERE ticket_id = {TICKET}"),
    ("order.promotion_kept", ORDER.format("promotion_kept = promotion_kept + 1", "promoted")),
    ("order.promotion_open", ORDER.format("promotion_open = 1", "promoted")),
    ("discounts lost", KEEPS.format("discount_lost = discount_lost + 21")),
    ("gifts kept", KEEPS.format("gift_kept = gift_kept + 6")),
    ("free shipping lost", KEEPS.format("free_shipping_lost = free_shipping_lost + 1")),
    ("discount lost of an order wholly refunded", KEEPS.format("discount_lost = discount_lost + 1")),
    ("points taken back", "UPDATE aftersales_benefit SET points = points + 1 WHERE kind = 'points_taken_back'"),
    ("ticket.points_returned", "UPDATE aftersales_benefit SET points = points + 1 WHERE kind = 'points_back'"),
    ("ticket.missing_quantity", SETS.format("aftersales_ticket", "missing_quantity = 1", TICKET)),
    ("reservation of an ended ticket", "UPDATE orders_reservation SET holder = 'nobody'"),
    ("reservation of an ended ticket",
     "UPDATE aftersales_ticket SET status = 'rejected' WHERE order_id = %(exchange)s"),
    ("order.buyer_waits_since", ORDER.format("buyer_waits_since = now()", "returned")),
    ("ticket.buyer_waits_since", SETS.format("aftersales_ticket", "buyer_waits_since = now()", TICKET)),
    ("payment.refunded", SETS.format("orders_payment", "refunded = refunded - 0.01", PAYMENT)),
    ("refunded before the import", SETS.format("orders_payment", "refunded_before = 0.01", PAYMENT)),
    ("refunds within the payment", UNCHECKED.format("orders_payment", "payment_never_over_refunded")
     + UNCHECKED.format("orders_payment", "payment_shared_cap")
     + SETS.format("orders_payment", "captured = 1", PAYMENT)),
    ("payment.disputed", UNCHECKED.format("orders_payment", "payment_shared_cap")
     + SETS.format("orders_payment", "disputed = 1", PAYMENT)),
    ("payment.lost", UNCHECKED.format("orders_payment", "payment_shared_cap")
     + SETS.format("orders_payment", "lost = 1", PAYMENT)),
    ("payment.charged_back", UNCHECKED.format("orders_payment", "payment_shared_cap")
     + UNCHECKED.format("orders_payment", "payment_never_over_refunded")
     + SETS.format("orders_payment", "charged_back = 1", PAYMENT)),
    ("chargeback.excess", UNCHECKED.format("orders_payment", "payment_shared_cap")
     + SETS.format("orders_payment", "lost = 1", PAYMENT)),
    ("refunds paid by the bank", UNCHECKED.format("refunds_refund", "refund_charged_back")
     + f"UPDATE refunds_refund SET charged_back = 1 WHERE payment_id = {PAYMENT}"),
    ("gateway no. of one refund",
     "UPDATE orders_payment SET channel = 'stripe'; UPDATE refunds_refund SET gateway_no = 're_1'"),
    ("refund without ticket", f"DELETE FROM aftersales_ticketrefund WHERE ticket_id = {TICKET}"),
    ("refund in the sandbox's books", f"DELETE FROM refunds_sandboxrefund WHERE refund_no = {REFUND_NO}"),
    ("refund in the sandbox's books",
     f"UPDATE refunds_sandboxrefund SET amount = amount + 1 WHERE refund_no = {REFUND_NO}"),
    ("sandbox's books in refunds",
     "INSERT INTO refunds_sandboxrefund (refund_no, transaction_no, amount, requests, queries, carried_out_at)"
     " VALUES ('RF-TWICE', 'PAY-1', 1, 1, 0, now())"),
    ("ledger of payments", UNPOSTED.format("orders_payment")
     + SETS.format("orders_payment", "captured = captured + 0.01", PAYMENT)),
    ("ledger of payments", ENTRY.format("'payment'", "'channel', 'sales'", "currency")),
    ("ledger of refunds", UNPOSTED.format("refunds_refund")
     + f"UPDATE refunds_refund SET status = 'failed' WHERE payment_id = {PAYMENT}"),
    ("ledger of refunds", ENTRY.format("'refund'", "'refunds_owed', 'refunds_in_transit'", "currency")),
    ("ledger of refunds", f"UPDATE refunds_refund SET amount = amount - 0.01 WHERE payment_id = {PAYMENT}"),
    ("ledger of refunds", UNPOSTED.format("refunds_ledgerentry")
     + f"DELETE FROM refunds_ledgerentry WHERE kind = 'settled' AND payment_id = {PAYMENT}"),
    ("ledger of chargebacks", ENTRY.format("'chargeback'", "'chargebacks_held', 'channel'", "currency")),
    ("ledger of payables", ENTRY.format("'payable'", "'goodwill', 'payables'", "currency")),
    ("ledger of payables", "UPDATE refunds_payable SET amount = amount + 1 WHERE status = 'approved'"),
    ("ledger of payables", UNPOSTED.format("refunds_payable")
     + "UPDATE refunds_payable SET status = 'cancelled' WHERE status = 'approved'"),
    ("ledger of payables", UNPOSTED.format("refunds_ledgerentry")
     + "DELETE FROM refunds_ledgerentry WHERE about = 'payable' AND kind = 'paid'"),
    ("ledger of fees", ENTRY.format("'fee'", "'fees', 'channel'", "currency")),
    ("ledger against payment.refunded", SETS.format("orders_payment", "refunded = refunded - 0.01", PAYMENT)),
    ("ledger: order and currency", ENTRY.format("'payment'", "'channel', 'sales'", "'EUR'")),
]  # fmt: skip


@pytest.mark.parametrize(("what", "change"), PLANTED, ids=lambda value: value if " " not in value[:12] else "")
def test_a_planted_difference_is_found(stories, what, change, capsys):
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(change, stories)
        assert cursor.rowcount > 0
    with pytest.raises(CommandError, match=r"\d+ checks, \d+ differences"):
        call_command("audit_money")
    assert f"{what}: " in capsys.readouterr().out


def test_every_check_has_its_planted_difference():
    assert {name for check in CHECKS for name in check.names} == {what for what, _ in PLANTED}


def test_a_difference_says_which_row_and_both_numbers(stories):
    with connection.cursor() as cursor:
        cursor.execute("UPDATE orders_order SET order_no = 'E-X', open_cases = 5 WHERE id = %(returned)s", stories)
    assert [str(difference) for difference in run()] == ["order.open_cases: E-X: stored 5, computed 0"]
