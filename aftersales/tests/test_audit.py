"""`audit_money`: clean after every kind of story, and blind to no total: each is changed behind the services' back."""

from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from aftersales.audit import CHECKS, run
from tests.desk import Desk
from tests.world import World

pytestmark = pytest.mark.django_db
D = Decimal


@pytest.fixture
def stories(world: World) -> dict[str, int]:
    """The ids of: a `returned` order, one with a `return` asked for, one with an `exchange`, one `unsent` refund."""
    desk = Desk(world)
    world.sku("TEE", on_hand=5)
    returned = world.completed(lines=[("TEE", "99.00", 2), ("CAP", "10.00", 1)], freight="10.00", discount="30.00")
    ticket = desk.apply(returned)
    desk.pay_out(desk.receive(desk.ship_back(desk.approve(ticket))))
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
    rows = {"returned": returned, "asked": asked, "exchange": exchange, "unsent": later}
    return {name: order.pk for name, order in rows.items()}


def test_clean_after_every_story(stories, capsys):
    assert list(run()) == []
    call_command("audit_money")
    assert capsys.readouterr().out.endswith("checks, no difference.\n")


TICKET = "(SELECT id FROM aftersales_ticket WHERE order_id = %(returned)s)"
PAYMENT = "(SELECT id FROM orders_payment WHERE order_id = %(returned)s)"
REFUND_NO = f"(SELECT refund_no FROM refunds_refund WHERE payment_id = {PAYMENT})"
LINE = "UPDATE orders_orderline SET {} WHERE order_id = %({})s AND position = 1"
ORDER = "UPDATE orders_order SET {} WHERE id = %({})s"
SETS = "UPDATE {} SET {} WHERE id = {}"
UNCHECKED = "ALTER TABLE {} DROP CONSTRAINT {}; "

PLANTED = [
    ("order.discount", ORDER.format("discount = discount + 1", "returned")),
    ("order.points_deduction", ORDER.format("points_deduction = 1", "returned")),
    ("order.points_used", ORDER.format("points_used = 1", "asked")),
    ("order.amount", ORDER.format("amount = amount - 0.01", "unsent")),
    ("line.paid_amount", UNCHECKED.format("orders_orderline", "line_paid_adds_up")
     + LINE.format("paid_amount = paid_amount + 1", "asked")),
    ("order payments", SETS.format("orders_payment", "captured = captured + 0.01", PAYMENT)),
    ("stock.reserved", "UPDATE orders_stock SET reserved = reserved + 1 WHERE on_hand > 0 AND reserved > 0"),
    ("line.open_quantity", LINE.format("open_quantity = open_quantity - 1", "exchange")),
    ("line.reserved_quantity", LINE.format("reserved_quantity = reserved_quantity - 1", "unsent")),
    ("line.cancelled_quantity", LINE.format("cancelled_quantity = 1", "unsent")),
    ("line.refunded_quantity", LINE.format("refunded_quantity = refunded_quantity - 1", "returned")),
    ("line.allocated_share", LINE.format("allocated_share = allocated_share - 0.01", "returned")),
    ("line.open_amount", LINE.format("open_amount = open_amount - 0.01", "asked")),
    ("line.refunded_amount", LINE.format("refunded_amount = refunded_amount - 0.01", "returned")),
    ("order.freight_open", ORDER.format("freight_open = freight_open - 0.01", "asked")),
    ("order.freight_refunded", ORDER.format("freight_refunded = freight_refunded - 0.01", "returned")),
    ("order.open_cases", ORDER.format("open_cases = open_cases + 1", "returned")),
    ("order.succeeded_cases", ORDER.format("succeeded_cases = 0", "returned")),
    ("ticket.refunded_amount", SETS.format("aftersales_ticket", "refunded_amount = refunded_amount - 1", TICKET)),
    ("ticket paid what was approved",
     SETS.format("aftersales_ticket", "approved_amount = approved_amount + 1", TICKET)),
    ("ticket.approved_amount",
     f"UPDATE aftersales_ticketline SET refund_amount = refund_amount + 1 WHERE ticket_id = {TICKET}"),
    ("reservation of an ended ticket", "UPDATE orders_reservation SET holder = 'nobody'"),
    ("reservation of an ended ticket",
     "UPDATE aftersales_ticket SET status = 'rejected' WHERE order_id = %(exchange)s"),
    ("ticket.buyer_waits_since", SETS.format("aftersales_ticket", "buyer_waits_since = now()", TICKET)),
    ("payment.refunded", SETS.format("orders_payment", "refunded = refunded - 0.01", PAYMENT)),
    ("refunds within the payment", UNCHECKED.format("orders_payment", "payment_never_over_refunded")
     + SETS.format("orders_payment", "captured = 1", PAYMENT)),
    ("refund without ticket", f"DELETE FROM aftersales_ticketrefund WHERE ticket_id = {TICKET}"),
    ("refund in the sandbox's books", f"DELETE FROM refunds_sandboxrefund WHERE refund_no = {REFUND_NO}"),
    ("refund in the sandbox's books",
     f"UPDATE refunds_sandboxrefund SET amount = amount + 1 WHERE refund_no = {REFUND_NO}"),
    ("sandbox's books in refunds",
     "INSERT INTO refunds_sandboxrefund (refund_no, transaction_no, amount, requests, queries, carried_out_at)"
     " VALUES ('RF-TWICE', 'PAY-1', 1, 1, 0, now())"),
]  # fmt: skip


@pytest.mark.parametrize(("what", "change"), PLANTED, ids=lambda value: value if " " not in value[:12] else "")
def test_a_planted_difference_is_found(stories, what, change, capsys):
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(change, stories)
        assert cursor.rowcount > 0
    assert what in {difference.what for difference in run()}
    with pytest.raises(CommandError, match=r"\d+ checks, \d+ differences"):
        call_command("audit_money")
    assert f"{what}: " in capsys.readouterr().out


def test_every_check_has_its_planted_difference():
    assert {name for check in CHECKS for name in check.names} == {what for what, _ in PLANTED}


def test_a_difference_says_which_row_and_both_numbers(stories):
    with connection.cursor() as cursor:
        cursor.execute("UPDATE orders_order SET order_no = 'E-X', open_cases = 5 WHERE id = %(returned)s", stories)
    assert [str(difference) for difference in run()] == ["order.open_cases: E-X: stored 5, computed 0"]
