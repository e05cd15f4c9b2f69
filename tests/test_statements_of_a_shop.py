"""Statements say which shop they are about (architecture §2): a journey of each kind runs, and in every statement each
table of shops is asked by `shop_id`: of a value, or of another table in the statement, by the JOIN, that is.

So the rows of a shop can lie in a database of their own, or on a node of theirs. What is asked of all shops, because it
is a person's own, support's search or a sweep, is written down with its reason; its joins stay within a shop too.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.urls import reverse

from aftersales import services
from aftersales.models import Ticket
from aftersales.rules.application import Application, LineRequest
from kernel.actors import CLOCK
from kernel.jobs import jobs
from kernel.machine import advance_many
from logistics.services import ship
from orders.models import Order
from refunds import services as refunds
from refunds.models import Refund

from .desk import Desk
from .test_shop_rows import models_of_shops
from .world import NOW, World

TABLES = frozenset(model._meta.db_table for model in models_of_shops())
# A table and its alias, where it has one. What follows a table without an alias is a word of SQL.
TABLE = re.compile(r'\b(?:FROM|JOIN|UPDATE|INTO) (?:ONLY )?"?(\w+)"?(?: (?:AS )?"?(?!(?:[A-Z]{2,})\b)(\w+)"?)?')
COLUMN = r'"?(\w+)"?\."?shop_id"?'
TIE = re.compile(rf"{COLUMN} = \(?{COLUMN}")
# The shop itself, whose id it is. Its table is the same in every database.
SHOP = '"accounts_shop"."id"'
FILTER = re.compile(rf"{COLUMN} (?:= (?:%s|ANY|\(?VALUES)|IN \()")
# SQL written by hand for one table names no alias.
BARE_FILTER = re.compile(r'(?<![\w."])shop_id"? (?:= (?:%s|%\(shop\)s|ANY)|IN \()|WHERE \(shop_id, id\) IN')
# A part of a statement → why it does not say which shop.
EXCEPTIONS = {
    '"aftersales_evidence"."uploader_id" = %s': "an upload has no shop before a ticket uses it; its uploader is asked",
    '"accounts_membership"."user_id" = %s': "where a person works is asked before any shop is known",
    '"kernel_idempotencykey"."user_id" = %s': "a key is its user's, and is looked up before the shop is known",
    'number_key("orders_payment"."transaction_no") = number_key(%s)': (
        "a channel knows no shops: its transaction may pay for another one"
    ),
    '"refunds_channelnotice"."transaction_no" IN (%s)': "a chargeback has no shop before its payment is known",
    '"kernel_history"."actor_id" = %s': "what a person did is theirs, in whichever shop",
    'AS "until" FROM "kernel_history"': "the newest rows of all shops are read up to a bound, then those of a shop",
    "FROM refunds_refund WHERE id = ANY(%(ids)s)": (
        "a task is given the ids of refunds, which are unique across databases"
    ),
}
# The same for statements about all shops.
OF_ALL_SHOPS = {
    "q ON q.channel = %(channel)s AND q.kind = d.kind AND q.number = d.number": (
        "a bill names no shop: a difference is looked up by channel, kind and number, which are unique everywhere"
    ),
    "INSERT INTO refunds_channelfee AS old (": (
        "a bill names no shop: a fee is looked up by channel, line and occurrence, which are unique everywhere"
    ),
    "WITH of_nobody AS (SELECT * FROM refunds_channelfee": "a fee has no shop before its payment is known",
    '."id" IN ((SELECT U0."id" AS "pk" FROM': "support's search finds ids in all shops, and they are unique everywhere",
}


def tables(sql: str) -> dict[str, str]:
    """Alias → table of shops, in the whole statement, its subqueries included."""
    return {alias or table: table for table, alias in TABLE.findall(sql) if table in TABLES}


def unasked(sql: str) -> tuple[set[str], set[str]]:
    """The aliases of tables of shops that nothing ties to another one, and those that are of no named shop."""
    parts = [_unasked(part) for part in re.split(r" UNION (?:ALL )?", sql)]
    return set().union(*(untied for untied, _ in parts)), set().union(*(unfiltered for _, unfiltered in parts))


def _unasked(sql: str) -> tuple[set[str], set[str]]:
    there = tables(sql)
    if sql.startswith("INSERT"):
        columns = sql.partition("(")[2].partition(")")[0]
        target = next(iter(there), "")
        there = {alias: table for alias, table in there.items() if alias != target or "shop_id" not in columns}
    sql = sql.replace(SHOP, "accounts_shop.shop_id")
    group = {alias: {alias} for alias in (*there, "accounts_shop")}
    filtered = set(FILTER.findall(sql))
    for one, other in TIE.findall(sql):
        if one in group and other in group:
            if group[one] is not group[other]:
                group[one] |= group[other]
                group.update(dict.fromkeys(group[one], group[one]))
        else:
            # The other side is a part of the statement whose own tables are judged, or a list of values.
            filtered |= {one, other}
    if len(there) == 1 and BARE_FILTER.search(sql):
        filtered |= set(there)
    unfiltered = {alias for alias in there if not group[alias] & filtered}
    untied = {alias for alias in unfiltered if len(there) > 1 and len(group[alias]) == 1}
    return untied, unfiltered


def about_a_shop(sql: str, all_shops: bool = False) -> bool:
    """Whether each table of shops is asked by shop. `all_shops`: the statement may be about all of them, but what it
    joins is of the same shop."""
    if any(part in sql for part in (*EXCEPTIONS, *(OF_ALL_SHOPS if all_shops else ()))):
        return True
    untied, unfiltered = unasked(sql)
    return not (untied if all_shops else unfiltered)


def short(sql: str) -> str:
    """Without the list of columns."""
    return re.sub(r"^SELECT .*? FROM", "SELECT … FROM", sql, flags=re.DOTALL)


@contextmanager
def every_statement_names_the_shop(all_shops: str = "") -> Iterator[None]:
    """`all_shops`: why the statements are about the rows of all shops."""
    missing: Counter[str] = Counter()

    def hook(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        missing[sql] += not about_a_shop(sql, bool(all_shops))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(hook):
        yield
    assert not +missing, "\n\n".join(f"{unasked(sql)}: {short(sql)}" for sql in +missing)


@pytest.fixture
def desk(world: World) -> Desk:
    world.sku("TEE", on_hand=9)
    world.sku("BIG", price="109.00", on_hand=9)
    return Desk(world)


def sent(desk: Desk) -> Any:
    order = desk.world.place_order()
    ship(order, courier="sf", tracking_no="SF0", actor=desk.merchant, now=NOW)
    return desk.world.deliver(order)


def paid(ticket: Ticket) -> Ticket:
    for refund in Refund.objects.filter(shop_id=ticket.shop_id, ticket_refund__ticket=ticket):
        refunds.send(refund.pk, now=NOW)
    return Ticket.objects.get(shop_id=ticket.shop_id, pk=ticket.pk)


def refund_only(desk: Desk) -> Ticket:
    order = sent(desk)
    line = order.lines.get()
    application = Application("refund_only", "compensation", (LineRequest(line.pk, 1),), evidence=(desk.photo(),))
    ticket = services.apply(order, application, actor=desk.buyer, now=NOW)
    return paid(desk.approve(ticket))


def unshipped(desk: Desk) -> Ticket:
    return paid(desk.apply(desk.world.place_order(), "refund_only", "dont_want"))


def return_refund(desk: Desk) -> Ticket:
    ticket = desk.apply(sent(desk))
    services.post_message(ticket, text="Hello.", evidence=[desk.photo()], actor=desk.buyer, now=NOW)
    return paid(desk.receive(desk.ship_back(desk.approve(ticket))))


def exchange(desk: Desk) -> Ticket:
    ticket = desk.apply(sent(desk), "exchange", "wrong_choice", quantity=1, exchange_sku="BIG")
    return desk.reship(desk.receive(desk.ship_back(desk.pay_difference(desk.approve(ticket), "10.00"))))


def repair(desk: Desk) -> Ticket:
    return desk.reship(desk.receive(desk.ship_back(desk.approve(desk.apply(sent(desk), "repair", "fault")))))


def reissue(desk: Desk) -> Ticket:
    return desk.reship(desk.approve(desk.apply(sent(desk), "reissue", "missing", quantity=1)))


def offers(desk: Desk) -> Ticket:
    ticket = desk.apply(sent(desk))
    for _ in range(2):  # the second supersedes the first
        services.offer(ticket, note="For the box", actor=desk.merchant, now=NOW)
    ticket = desk.ship_back(desk.approve(ticket))  # the approval ends it
    services.offer(ticket, note="For the dent", amount=Decimal(90), actor=desk.merchant, now=NOW)
    made = ticket.offers.latest("id")
    return services.accept_offer(ticket, offer=made.pk, actor=desk.buyer, now=NOW)


@pytest.mark.django_db
@pytest.mark.parametrize("journey", [refund_only, unshipped, return_refund, exchange, repair, reissue, offers])
def test_a_journey(journey: Callable[[Desk], Ticket], desk: Desk) -> None:
    with every_statement_names_the_shop():
        journey(desk)


@pytest.mark.django_db
def test_the_desk_of_a_merchant(desk: Desk, sit: Any) -> None:
    """The lists and the pages of a ticket and of an order, as the manager of one shop reads them."""
    ticket = return_refund(desk)
    order = ticket.order
    client = sit("mei")
    pages = [
        reverse("admin:aftersales_ticket_changelist"),
        reverse("admin:aftersales_ticket_change", args=[ticket.pk]),
        reverse("admin:orders_order_changelist"),
        reverse("admin:orders_order_change", args=[order.pk]),
    ]
    with every_statement_names_the_shop():
        for page in pages:
            assert client.get(page).status_code == 200


@pytest.mark.django_db
def test_the_api_of_a_merchant(desk: Desk, api: Any) -> None:
    ticket = return_refund(desk)
    mei = api("mei")
    number, order_no = ticket.ticket_no, ticket.order.order_no
    tickets = ["tickets/", f"tickets/{number}/", f"tickets/{number}/messages/", "tickets/summary/"]
    orders = ["orders/", f"orders/{order_no}/", f"orders/{order_no}/options/", f"orders/{order_no}/notes/"]
    with every_statement_names_the_shop():
        for path in [*tickets, *orders, "refunds/"]:
            assert mei.get(f"/api/v1/{path}").status_code == 200


MORE_PAGES = [
    "/admin/refunds/refund/", "/admin/logistics/parcel/", "/admin/orders/sku/", "/admin/orders/sku/?q=TEE",
    "/admin/aftersales/ticket/?q=SF0", "/admin/orders/order/?q=E-1", "/admin/logistics/parcel/?q=SF0",
    "/admin/find/?q=SF0", "/admin/find/?q=alice", "/admin/receive/?q=SF0", "/admin/ship/", "/admin/numbers/",
    "/admin/settings/", "/admin/activity/",
]  # fmt: skip


@pytest.mark.django_db
def test_the_other_pages_of_a_merchant(desk: Desk, sit: Any) -> None:
    ticket = return_refund(desk)
    client = sit("mei")
    refund, parcel = ticket.refunds.get(), ticket.order.parcels.first()
    assert parcel is not None
    rows = [reverse("admin:refunds_refund_change", args=[refund.pk])]
    rows += [reverse("admin:logistics_parcel_change", args=[parcel.pk])]
    with every_statement_names_the_shop():
        for page in [*MORE_PAGES, *rows]:
            assert client.get(page).status_code in (200, 302), page


@pytest.mark.django_db
def test_the_lists_of_a_buyer(desk: Desk, sit: Any, api: Any) -> None:
    """They are asked by buyer, over all shops; a page of one order or ticket asks for that number first."""
    ticket = return_refund(desk)
    client, alice, order_no = sit("alice"), api("alice"), ticket.order.order_no
    pages = ["/", "/orders/", "/orders/?search=tee", "/orders/?search=E-", "/tickets/", f"/orders/{order_no}/"]
    pages += [f"/orders/{order_no}/apply/", f"/tickets/{ticket.ticket_no}/", "/help/", "/account/"]
    paths = [
        "orders/",
        "tickets/",
        "tickets/summary/",
        "refunds/",
        f"orders/{order_no}/",
        f"orders/{order_no}/options/",
    ]
    with every_statement_names_the_shop(all_shops="what a person bought is theirs in every shop"):
        for page in pages:
            assert client.get(page).status_code in (200, 302), page
        for path in [*paths, f"tickets/{ticket.ticket_no}/", "orders/?search=tee", "tickets/?search=SF0"]:
            assert alice.get(f"/api/v1/{path}").status_code == 200, path


@pytest.mark.django_db
def test_the_desk_of_support(desk: Desk, sit: Any, api: Any) -> None:
    ticket = return_refund(desk)
    client, song = sit("song"), api("song")
    pages = [page for page in MORE_PAGES if not page.startswith(("/admin/receive/", "/admin/ship/"))]
    pages += ["/admin/aftersales/ticket/", "/admin/orders/order/", "/admin/orders/order/?shop=lantern"]
    pages += [reverse("admin:aftersales_ticket_change", args=[ticket.pk])]
    with every_statement_names_the_shop(all_shops="support looks after all shops and searches in all of them"):
        for page in pages:
            assert client.get(page).status_code in (200, 302), page
        for path in ("orders/", "tickets/", "refunds/", f"tickets/{ticket.ticket_no}/", "tickets/?search=SF0"):
            assert song.get(f"/api/v1/{path}").status_code == 200, path


@pytest.mark.django_db
def test_the_sweeps(desk: Desk) -> None:
    """Every job, with something to do: approval, automatic receipt, the end of the window, refunds, and the rest."""
    desk.apply(desk.world.place_order(), "refund_only", "dont_want")
    desk.apply(sent(desk))
    desk.ship_back(desk.approve(desk.apply(sent(desk))))
    reship = exchange(desk)
    desk.world.completed()
    sent(desk)
    desk.photo()
    with every_statement_names_the_shop(all_shops="a sweep finds what is due in every shop"):
        for days in (3, 20, 60):
            for job in jobs():
                outcome = job.run(NOW + timedelta(days=days), False)
                assert not outcome.failed, job.name
    assert Ticket.objects.get(shop_id=reship.shop_id, pk=reship.pk).status == "completed"


@pytest.mark.django_db
def test_a_sweep_over_one_shop_names_it(desk: Desk) -> None:
    """`advance_many` locks, writes and records by the shops of its rows."""
    orders = [sent(desk) for _ in range(3)]
    pks = [order.pk for order in orders]
    due = Order.objects.filter(shop_id=desk.world.lantern.pk, pk__in=pks)
    with every_statement_names_the_shop():
        assert len(advance_many(due, "confirm_receipt", actor=CLOCK, now=NOW + timedelta(days=30)).moved) == 3


JOINED = """SELECT "aftersales_ticket"."id" FROM "aftersales_ticket" INNER JOIN "orders_order" ON
 ("aftersales_ticket"."order_id" = "orders_order"."id"{tie}) WHERE "aftersales_ticket"."shop_id" {condition}"""


@pytest.mark.parametrize(
    ("tie", "condition", "about_one", "about_all"),
    [
        (' AND ("orders_order"."shop_id" = ("aftersales_ticket"."shop_id"))', "= %s", True, True),
        (' AND ("orders_order"."shop_id" = ("aftersales_ticket"."shop_id"))', "IS NOT NULL", False, True),
        ("", "= %s", False, False),
        (' AND "orders_order"."shop_id" IN (%s)', "= %s", True, True),
    ],
)
def test_a_join_is_judged_as_well(tie: str, condition: str, about_one: bool, about_all: bool) -> None:
    sql = JOINED.format(tie=tie, condition=condition)
    assert (about_a_shop(sql), about_a_shop(sql, all_shops=True)) == (about_one, about_all)


def test_a_subquery_is_judged_as_well() -> None:
    inside = 'SELECT U0."id" FROM "orders_orderline" U0 WHERE U0."order_id" = ("orders_order"."id")'
    sql = f'SELECT 1 FROM "orders_order" WHERE "orders_order"."shop_id" = %s AND EXISTS({inside}'
    assert not about_a_shop(sql + ")")
    assert about_a_shop(sql + ' AND U0."shop_id" = ("orders_order"."shop_id"))')


def test_a_statement_that_does_not_say_is_found() -> None:
    bare = 'SELECT "orders_order"."shop_id" FROM "orders_order" WHERE "orders_order"."id" = %s'
    assert not about_a_shop(bare)
    assert not about_a_shop('UPDATE "aftersales_ticket" SET "shop_id" = %s WHERE "aftersales_ticket"."id" = %s')
    assert not about_a_shop('INSERT INTO "orders_note" ("order_id") VALUES (%s)')
    assert about_a_shop(bare + ' AND "orders_order"."shop_id" = %s')
