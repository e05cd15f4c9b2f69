"""Every row says whose it is (architecture §2): the column, the constraints, and what the database refuses.

A new model is held to this by itself: it either has `shop_id NOT NULL` and foreign keys of its shop, or its name and
the reason stand in EXEMPT.
"""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, models, transaction

from accounts.models import Faq
from aftersales import services
from aftersales.models import Benefit, EmergencyOverride, Evidence, NotedConsent, OverrideAlarm, SecondApproval
from kernel import idempotency
from kernel.machine import Stateful, begin
from kernel.models import Delivery, History
from kernel.shops import SameShop
from logistics.models import Pickup, Tracking
from logistics.services import report, ship
from orders.models import Note
from orders.services import add_note
from refunds.complaints.record import record_complaints
from refunds.gateways import ENVIRONMENT, ComplaintReport, ComplaintStatus, Notice, NoticeKind, Outcome, Receipt
from refunds.models import ChannelFee, Difference, MerchantAccount, Redirection, Refund, Transfer
from refunds.notices.receive import receive
from refunds.services import record_chargeback

from .desk import Desk
from .world import NOW, World

# Model → why its rows belong to no one shop.
EXEMPT = {
    "accounts.User": "people buy and work at several shops",
    "accounts.ErasureRequest": "a person's own, who buys at several shops",
    "accounts.Shop": "the shop itself: its id is the shop_id of all others",
    "accounts.LoginTries": "an address that tries names of any shop",
    "accounts.Holiday": "a shop's own, or, without a shop, those of all shops",
    "aftersales.Reason": "one list for all shops",
    "aftersales.Keyword": "a shop's own, or, without a shop, those of all shops",
    "aftersales.CannedResponse": "a shop's own, or, without a shop, those of all shops",
    "orders.WarrantyTerm": "a shop's own, or, without a shop, the law's for all shops",
    "refunds.SandboxRefund": "the records of a channel, as a system outside would keep them; it knows no shops",
    "refunds.BillLine": "what a channel's bill lists; whose it is follows from the refund that it names",
    "refunds.Comparison": "when a channel was last compared, for all shops",
    "kernel.Heartbeat": "a process of the program, which works for all shops",
    "desk.SavedFilter": "a person's own, over the lists of all shops that they work for",
}
# Without a shop as long as they are about no row of one; a CHECK says so.
UNOWNED = {
    "aftersales.Evidence": "an upload is its uploader's until a ticket uses it",
    "refunds.Difference": "a refund in a channel's bill that nobody here knows is no shop's",
    "refunds.ChannelFee": "a fee in a channel's bill is nobody's until its payment is known",
    "refunds.ChannelNotice": "what a channel says is nobody's until its refund is known",
    "kernel.IdempotencyKey": "an answer about no shop: an upload, one's own account, what was refused at once",
}
# No row of these goes.
APPEND_ONLY = ("aftersales.Message", "refunds.LedgerEntry")
OURS = ("kernel", "accounts", "orders", "refunds", "logistics", "aftersales", "desk")


def label(model: Any) -> str:
    return str(model._meta.label)


def models_of_shops() -> list[Any]:
    found = [model for model in apps.get_models() if model._meta.app_label in OURS and not model._meta.proxy]
    return sorted((model for model in found if label(model) not in EXEMPT), key=label)


def links() -> list[Any]:
    """Every foreign key from a row of a shop to a row of a shop."""
    owned = set(models_of_shops())
    return [
        field
        for model in models_of_shops()
        for field in model._meta.local_concrete_fields
        if field.related_model in owned
    ]


def asked(sql: str, *values: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return list(cursor.fetchall())


def constraints(table: str, kind: str) -> set[str]:
    sql = "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = %s::regclass AND contype = %s"
    return {text for (text,) in asked(sql, table, kind)}


def test_the_exceptions_are_models() -> None:
    names = {label(model) for model in apps.get_models()}
    assert set(EXEMPT) | set(UNOWNED) <= names


@pytest.mark.django_db
@pytest.mark.parametrize("model", models_of_shops(), ids=label)
def test_the_column_is_there_and_not_null(model: Any) -> None:
    sql = "SELECT attnotnull FROM pg_attribute WHERE attrelid = %s::regclass AND attname = 'shop_id'"
    assert asked(sql, model._meta.db_table) == [(label(model) not in UNOWNED,)]


@pytest.mark.django_db
@pytest.mark.parametrize("field", links(), ids=str)
def test_a_foreign_key_holds_both_in_one_shop(field: Any) -> None:
    child, parent = field.model._meta.db_table, field.related_model._meta.db_table
    assert "UNIQUE (shop_id, id)" in constraints(parent, "u")
    wanted = f"FOREIGN KEY (shop_id, {field.column}) REFERENCES {parent}(shop_id, id) DEFERRABLE INITIALLY DEFERRED"
    keys = constraints(child, "f")
    assert wanted in keys
    assert not any(key.startswith(f"FOREIGN KEY ({field.column})") for key in keys), "the simple key is superfluous"


@pytest.mark.django_db
def test_a_shop_has_only_a_policy_of_its_own() -> None:
    keys = constraints("accounts_shop", "f")
    assert any(key.startswith("FOREIGN KEY (id, policy_id) REFERENCES accounts_policy(shop_id, id)") for key in keys)


@pytest.fixture
def one_of_each(world: World) -> dict[Any, models.Model]:
    """A row of every table of a shop, all of `lantern`, made by the services where there is one."""
    desk, shop = Desk(world), world.lantern
    world.sku("BIG", price="109.00", on_hand=5)
    promotions = [{"kind": "coupon_given", "code": "NEXT"}]
    order = world.place_order(lines=[("TEE", "99.00", 2)], points_earned=10, promotions=promotions)
    ship(order, courier="sf", tracking_no="SF0", actor=desk.merchant, now=NOW)
    parcel = order.parcels.get()
    Tracking.objects.create(parcel=parcel)
    collected = Pickup(
        order=order, pickup_no="PU1", key="AS1", courier="sf", receiver={}, starts_at=NOW,
        ends_at=NOW + timedelta(hours=2), created_at=NOW,
    )  # fmt: skip
    begin(collected, actor=desk.buyer, now=NOW)
    report(parcel, status="delivered", actor=desk.support, now=NOW)
    add_note(order, text="A remark.", flag="red", actor=desk.merchant, now=NOW)
    exchange = desk.apply(order, "exchange", "wrong_choice", quantity=1, exchange_sku="BIG")
    ticket = desk.apply(order, quantity=1)
    services.offer(ticket, note="For the box", actor=desk.merchant, now=NOW)
    services.post_message(ticket, text="Hello.", evidence=[desk.photo()], actor=desk.buyer, now=NOW)
    message = ticket.messages.latest("pk")
    services.mark_read(ticket, message_id=message.pk, actor=desk.merchant, now=NOW)
    extras = [{"quantity": 1, "condition": "wrong"}]
    ticket = desk.pay_out(desk.receive(desk.ship_back(desk.approve(ticket)), extras=extras))
    coupon = {"kind": "coupon_cancelled", "key": "NEXT", "code": "NEXT", "created_at": NOW}
    Benefit.objects.create(ticket=ticket, order=order, **coupon)
    told = {"note": "On the phone.", "noted_by": "mei", "at": NOW}
    SecondApproval.objects.create(ticket=ticket, user=world.mei, version=1, amount=1, at=NOW)
    alone = {"user": world.mei, "version": 1, "amount": 1, "reason": "Nobody answers.", "at": NOW,
             "without_second": True, "above_daily_limit": False}  # fmt: skip
    override = EmergencyOverride.objects.create(ticket=ticket, **alone)
    OverrideAlarm.objects.create(override=override, user=world.song, retry_after=NOW)
    NotedConsent.objects.create(ticket=ticket, claim=exchange, objected_at=NOW, **told)
    idempotency.store(1, "K", "print", 200, "", NOW, acted=(shop.pk, "merchant"))
    Faq.objects.create(shop=shop, question="When?", answer="Soon.")
    MerchantAccount.objects.create(shop=shop, channel="sandbox", account="1")
    disputed = world.place_order()
    number = disputed.payments.get().transaction_no
    bank = {"chargeback_no": "CB", "amount": Decimal(9), "status": "open"}
    record_chargeback(disputed, transaction_no=number, actor=desk.integration, now=NOW, **bank)  # type: ignore[arg-type]
    complained = ComplaintReport("CP", ComplaintStatus.OPEN, "PENDING", [], NOW)
    record_complaints([disputed.payments.get()], complained, asked_at=NOW, now=NOW)
    seen = {"first_seen": NOW, "last_seen": NOW}
    Difference.objects.create(shop_id=shop.pk, channel="sandbox", kind="stuck", number="RF1", source="bill", **seen)
    of_refund = Refund.objects.filter(shop_id=shop.pk).latest("id")
    ChannelFee.objects.create(
        payment=of_refund.payment, channel="sandbox", line_id="1", occurrence=1, number="1", transaction_no="1",
        amount=Decimal(1), currency="CNY", at=NOW,
    )  # fmt: skip
    said = Notice("E-1", NoticeKind.REFUND, refund_no=of_refund.refund_no, receipt=Receipt(Outcome.PROCESSING))
    receive("sandbox", "", said, verified_by=[ENVIRONMENT], now=NOW)
    elsewhere = {"target": "merchant", "note": "Asked for it", "proposed_by": 1, "proposed_at": NOW}
    Redirection.objects.create(refund=of_refund, **elsewhere)
    owed = services.create_payable(
        ticket, kind="goodwill", amount=Decimal(5), ground="Late", actor=desk.merchant, now=NOW
    )
    Transfer.objects.create(
        payable=owed, payment=of_refund.payment, transfer_no=f"TF{shop.pk}", created_at=NOW, next_attempt_at=NOW
    )
    news = History.objects.filter(shop_id=shop.pk).latest("id")
    Delivery.objects.create(history=news, channel="inbox", recipient="1", created_at=NOW, retry_after=NOW)
    rows = {model: model._base_manager.filter(shop_id=shop.pk).order_by("pk").last() for model in models_of_shops()}
    assert [label(model) for model, row in rows.items() if row is None] == []
    return {model: row for model, row in rows.items() if row is not None}


@pytest.mark.django_db
def test_the_database_refuses_another_shops_parent(
    world: World, one_of_each: dict[Any, models.Model], subtests: Any
) -> None:
    """By raw SQL: a row like one that is there, which says that it is `harbor`'s and hangs on a parent of `lantern`."""
    for field in links():
        with subtests.test(str(field)):
            refuses(field, one_of_each, world.harbor.pk)


def refuses(field: Any, one_of_each: dict[Any, models.Model], other: int) -> None:
    row, parent = one_of_each[field.model], one_of_each[field.related_model]
    name = next(c.name for c in row._meta.constraints if isinstance(c, SameShop) and c.field == field.name)
    replacing = field.related_model is not field.model and label(field.model) not in APPEND_ONLY
    # A line that replaces another one stands beside it.
    given = {field.column: parent.pk} | ({"position": 99} if label(field.model) == "orders.OrderLine" else {})
    if field.name == "gift_of":  # only a gift has one, and nobody paid for it
        amounts = dict.fromkeys(("paid_amount", "allocated_share", "open_amount", "refunded_amount"), 0)
        given |= {"kind": "gift", "unit_price": 0, "discount": 0, **amounts}
    insert = insert_like(row, replacing=replacing, given={"shop_id": other, **given})
    with pytest.raises(IntegrityError, match=f'insert or update on table .* violates .*"{name}"'), transaction.atomic():
        insert(immediate=name)
    # The very same row is taken where it says that it is the parent's shop's: nothing else is wrong with it.
    insert = insert_like(row, replacing=replacing, given={"shop_id": shop_of(parent), **given})
    with transaction.atomic():
        insert(immediate=name)
        transaction.set_rollback(True)


def check_at_once(name: str) -> None:
    """A foreign key is checked with each statement from here on, not only at COMMIT."""
    with connection.cursor() as cursor:
        cursor.execute(f"SET CONSTRAINTS {name} IMMEDIATE")


def shop_of(row: Any) -> int:
    return int(row.shop_id)


def insert_like(row: models.Model, *, replacing: bool, given: dict[str, Any]) -> Callable[..., None]:
    """INSERTs a copy of `row` with `given`. `replacing`: the row itself goes first, so that what may be there once is
    free; foreign keys are checked at COMMIT, which never comes. Texts that are unique get another letter."""
    texts = {name for c in row._meta.constraints if isinstance(c, models.UniqueConstraint) for name in c.fields}
    values: dict[str, Any] = {}
    for field in row._meta.concrete_fields:
        value = field.get_db_prep_save(getattr(row, field.attname), connection)
        if isinstance(field, models.UUIDField):
            value = uuid4()
        elif field.primary_key:
            continue
        elif (
            isinstance(field, models.CharField)
            and not field.choices
            and field.name != "side"
            and (field.unique or field.name in texts)
        ):
            value += "x"
        values[str(field.column)] = value
    values |= given

    def insert(immediate: str) -> None:
        table, places = row._meta.db_table, ", ".join(["%s"] * len(values))
        with connection.cursor() as cursor:
            if replacing:
                cursor.execute(f"DELETE FROM {table} WHERE id = %s", [row.pk])
            cursor.execute(f"INSERT INTO {table} ({', '.join(values)}) VALUES ({places})", list(values.values()))
        check_at_once(immediate)

    return insert


@pytest.mark.django_db
def test_a_file_that_is_used_has_the_shop_of_its_ticket(world: World) -> None:
    desk = Desk(world)
    photo, ticket = desk.photo(), desk.apply(world.delivered())
    check_at_once("evidence_ticket_same_shop")
    for shop in (None, world.harbor.pk):
        with pytest.raises(IntegrityError), transaction.atomic():
            Evidence.objects.filter(pk=photo).update(ticket=ticket, shop_id=shop)


@pytest.mark.django_db
def test_the_shop_comes_from_the_parent(world: World) -> None:
    """`save` and `bulk_create` alike; who gives another shop is refused by the database."""
    order = world.place_order()
    assert Note.objects.create(order=order, text="1", at=NOW).shop_id == order.shop_id
    (note,) = Note.objects.bulk_create([Note(order_id=order.pk, text="2", at=NOW)])
    assert note.shop_id == order.shop_id
    check_at_once("note_order_same_shop")
    with pytest.raises(IntegrityError), transaction.atomic():
        Note.objects.bulk_create([Note(shop_id=world.harbor.pk, order=order, text="3", at=NOW)])


@pytest.mark.django_db
def test_history_has_the_shop_of_its_row(one_of_each: dict[Any, models.Model]) -> None:
    for model, row in one_of_each.items():
        if isinstance(row, Stateful):
            moves = History.objects.filter(machine=model.machine_name, object_id=row.pk)
            assert set(moves.values_list("shop_id", flat=True)) == {shop_of(row)}
