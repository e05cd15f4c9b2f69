"""The double-entry ledger: what each step books, that nothing goes around it, and that accounts clear."""

import importlib
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from kernel.actors import GATEWAY
from kernel.machine import advance_many
from orders.models import Payment
from refunds import services
from refunds.chargebacks.machine import Status as ChargebackStatus
from refunds.gateways import GatewayError
from refunds.ledger import checks, triggers
from refunds.ledger.postings import CHARGEBACK, PAID_FROM, PAYABLE, PAYABLE_KINDS, REFUND, Position, difference
from refunds.machine import Status
from refunds.models import LedgerEntry, Payable, Refund
from refunds.payables import services as payables
from refunds.payables.machine import Kind as PayableKind
from refunds.payables.machine import Status as PayableStatus
from tests.world import DAY, NOW, World

from .helpers import YES, Scripted, channel, later, paid, payment, reserve

pytestmark = pytest.mark.django_db
D = Decimal
NO = GatewayError("no", permanent=True)
Row = tuple[str, str, str, Decimal]


def entries(about: str = "refund") -> list[Row]:
    rows = LedgerEntry.objects.filter(about=about).order_by("pk")
    return list(rows.values_list("kind", "debit", "credit", "amount"))


def balances(about: str = "refund") -> dict[str, Decimal]:
    """Debits less credits of each account; those that have cleared are left out."""
    sums: dict[str, Decimal] = {}
    for _kind, debit, credit, amount in entries(about):
        sums[debit] = sums.get(debit, D(0)) + amount
        sums[credit] = sums.get(credit, D(0)) - amount
    return {account: amount for account, amount in sums.items() if amount}


def differences() -> list[Any]:
    with connection.cursor() as cursor:
        rows: list[Any] = []
        for sql in checks.CHECKS.values():
            cursor.execute(sql)
            rows += cursor.fetchall()
        return rows


def execute(sql: str, *values: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, values or None)


def test_a_payment_is_booked_when_it_comes_in(world: World) -> None:
    order = paid(world, "PAY-1", "PAY-2")
    assert entries("payment") == [("captured", "channel", "sales", D(100))] * 2
    entry = LedgerEntry.objects.earliest("pk")
    first = payment(order)
    assert (entry.shop_id, entry.order_id, entry.payment_id) == (order.shop_id, order.pk, first.pk)
    assert (entry.number, entry.currency, entry.at) == ("PAY-1", "CNY", first.paid_at)
    assert differences() == []


def test_a_refund_that_arrives(world: World) -> None:
    refund = reserve(paid(world), now=NOW)
    with channel(Scripted(YES)):
        services.send(refund.pk, now=NOW + DAY)
    assert entries() == [
        ("reserved", "refunds", "refunds_owed", D(60)),
        ("sent", "refunds_owed", "refunds_in_transit", D(60)),
        ("settled", "refunds_in_transit", "channel", D(60)),
    ]
    rows = LedgerEntry.objects.filter(about="refund").order_by("pk")
    assert list(rows.values_list("at", flat=True)) == [NOW, NOW + DAY, NOW + DAY]
    assert set(rows.values_list("number", flat=True)) == {refund.refund_no}
    assert balances() == {"refunds": D(60), "channel": D(-60)}
    assert differences() == []


def test_a_refund_that_fails_leaves_nothing(world: World) -> None:
    refund = reserve(paid(world), now=NOW)
    with channel(Scripted(NO)):
        services.send(refund.pk, now=NOW)
    assert entries()[-1] == ("failed", "refunds_in_transit", "refunds", D(60))
    assert balances() == {}
    assert differences() == []


def by_hand(world: World, refund: Refund) -> Refund:
    refund = services.settle_by_hand(refund, proof="TR-1", actor=world.actor("mei"), now=NOW)
    return services.settle_by_hand(refund, proof="", actor=world.actor("song"), now=NOW + DAY)


def test_money_that_went_another_way_comes_from_the_bank(world: World) -> None:
    refund = reserve(paid(world), now=NOW)
    with channel(Scripted(NO)):
        services.send(refund.pk, now=NOW)
    by_hand(world, refund)
    assert entries()[-1] == ("settled", "refunds", "cash", D(60))
    assert balances() == {"refunds": D(60), "cash": D(-60)}
    assert LedgerEntry.objects.latest("pk").at == NOW + DAY
    with transaction.atomic():
        services.void_settlement(refund, note="Nothing came.", actor=world.actor("song"), now=NOW + 2 * DAY)
    assert entries()[-1] == ("voided", "cash", "refunds", D(60))
    assert balances() == {}
    assert differences() == []


def test_a_retry_books_its_own_number(world: World) -> None:
    refund = reserve(paid(world), now=NOW)
    with channel(Scripted(NO)):
        services.send(refund.pk, now=NOW)
    again = services.retry(refund, actor=world.actor("mei"), now=NOW)
    assert LedgerEntry.objects.latest("pk").number == again.refund_no
    assert balances() == {"refunds": D(60), "refunds_owed": D(-60)}
    assert differences() == []


def test_many_at_once(world: World) -> None:
    rows = [reserve(paid(world, f"PAY-{number}"), now=NOW) for number in range(3)]
    chosen = Refund.objects.filter(pk__in=[row.pk for row in rows]).order_by("pk")
    advance_many(chosen, "settle", actor=GATEWAY, now=NOW, facts=lambda row: {"gateway_no": "G"})
    assert entries()[3:] == [("settled", "refunds_owed", "channel", D(60))] * 3
    assert differences() == []


def test_what_is_rolled_back_is_not_booked(world: World) -> None:
    order = paid(world)
    with transaction.atomic():
        reserve(order, now=NOW)
        transaction.set_rollback(True)
    assert entries() == []


def test_a_lease_or_an_attempt_books_nothing(world: World, django_assert_num_queries: Any) -> None:
    reserve(paid(world), now=NOW)
    before = LedgerEntry.objects.count()
    with django_assert_num_queries(1):
        assert len(services.lease(later(), 10)) == 1
    Refund.objects.update(attempts=5, last_error="x")
    Payment.objects.update(refunded=60)
    assert LedgerEntry.objects.count() == before


STATUSES = [*Status.values, *({"returned"} - set(Status.values))]


@pytest.mark.parametrize("source", STATUSES)
@pytest.mark.parametrize("target", STATUSES)
def test_every_change_of_status_ends_in_the_position_of_the_new_one(source: str, target: str, world: World) -> None:
    """By UPDATEs that no machine allows, and none of them writes to the ledger itself."""
    execute("ALTER TABLE refunds_refund DROP CONSTRAINT refund_status")
    refund = reserve(paid(world), now=NOW)
    for status in (source, target):
        execute(
            "UPDATE refunds_refund SET status = %s, settled_at = now(), returned_at = now(), next_attempt_at = NULL"
            " WHERE id = %s",
            status,
            refund.pk,
        )
    position = REFUND[target]
    if position is None:
        assert balances() == {}
    else:
        debit, credit = ("channel" if name == PAID_FROM else name for name in position)
        assert balances() == {debit: D(60), credit: D(-60)}
    assert [row for row in differences() if row[0] == "ledger of refunds"] == []


@pytest.mark.parametrize(
    ("statuses", "expected"),
    [
        (["open"], {"chargebacks_held": D(40), "channel": D(-40)}),
        (["open", "won"], {}),
        (["open", "lost"], {"chargebacks": D(40), "channel": D(-40)}),
        (["lost"], {"chargebacks": D(40), "channel": D(-40)}),
        (["won"], {}),
    ],
)
def test_a_chargeback(statuses: list[str], expected: dict[str, Decimal], world: World) -> None:
    order, oms = paid(world), world.actor("oms")
    for place, status in enumerate(statuses):
        services.record_chargeback(
            order, transaction_no="PAY-1", chargeback_no="CB-1", amount=D(40), status=status, actor=oms,
            now=NOW + place * DAY,
        )  # fmt: skip
    assert balances("chargeback") == expected
    assert set(LedgerEntry.objects.filter(about="chargeback").values_list("number", flat=True)) == {"CB-1"}
    assert entries("chargeback")[0] == ("held", "chargebacks_held", "channel", D(40))
    assert differences() == []
    posted = entries("chargeback")
    migration = importlib.import_module("refunds.migrations.0016_ledger_of_chargebacks")
    with writable():
        execute("DELETE FROM refunds_ledgerentry WHERE about = 'chargeback'")
        execute(migration.BACKFILL)
    assert entries("chargeback") == posted


def owed(world: World, kind: str, verbs: list[str]) -> Payable:
    """Of an order that was paid, each verb a day after the one before."""
    mei, song = world.actor("mei"), world.actor("song")
    with transaction.atomic():
        row, _ = payables.owe(paid(world, kind), kind=kind, amount=D(20), key="ticket:1", actor=mei, now=NOW)
    for place, verb in enumerate(verbs, start=1):
        now = NOW + place * DAY
        if verb == "approve":
            row = payables.approve(row, actor=mei, now=now)
        elif verb == "pay":
            row = payables.pay(row, proof="TR-1", actor=song, now=now)
        else:
            row = payables.cancel(row, note="It is not owed.", actor=song, now=now)
    return row


PAID, NOT_OWED = ["approve", "pay"], ["approve", "cancel"]
FREIGHT, GOODWILL, CLAIM = ("return_freight",), ("goodwill", "compensation"), ("courier_claim",)


@pytest.mark.parametrize(
    ("kinds", "verbs", "expected"),
    [
        (FREIGHT + GOODWILL + CLAIM, [], []),
        (FREIGHT + GOODWILL + CLAIM, ["cancel"], []),
        (FREIGHT, PAID, [("approved", "freight_compensation", "payables"), ("paid", "payables", "cash")]),
        (GOODWILL, PAID, [("approved", "goodwill", "payables"), ("paid", "payables", "cash")]),
        (CLAIM, PAID, [("approved", "courier_claims", "courier_compensation"), ("paid", "cash", "courier_claims")]),
        (
            FREIGHT,
            NOT_OWED,
            [("approved", "freight_compensation", "payables"), ("cancelled", "payables", "freight_compensation")],
        ),
        (GOODWILL, NOT_OWED, [("approved", "goodwill", "payables"), ("cancelled", "payables", "goodwill")]),
        (
            CLAIM,
            NOT_OWED,
            [
                ("approved", "courier_claims", "courier_compensation"),
                ("cancelled", "courier_compensation", "courier_claims"),
            ],
        ),
    ],
)
def test_a_payable(
    kinds: tuple[str, ...], verbs: list[str], expected: list[tuple[str, str, str]], world: World
) -> None:
    """What is booked, when, of which order and along no tender; the migration books the same afterwards."""
    migration = importlib.import_module("refunds.migrations.0020_ledger_of_payables")
    columns = ("number", "shop_id", "order_id", "payment_id", "currency", "at", "kind", "debit", "credit", "amount")
    rows = LedgerEntry.objects.filter(about="payable").order_by("pk").values_list(*columns)
    for kind in kinds:
        row = owed(world, kind, verbs)
        whose = (row.payable_no, row.shop_id, row.order_id, None, "CNY")
        booked = [(*whose, NOW + place * DAY, *entry, D(20)) for place, entry in enumerate(expected, start=1)]
        assert list(rows.filter(number=row.payable_no)) == booked
        assert not {"payables", "courier_claims"} & set(balances("payable"))
    assert differences() == []
    posted = list(rows.all())
    with writable():
        execute("DELETE FROM refunds_ledgerentry WHERE about = 'payable'")
        execute(migration.BACKFILL)
    assert list(rows.all()) == posted


def payable_balances(position: Position | None, paid_from: str = "cash") -> dict[str, Decimal]:
    if position is None:
        return {}
    debit, credit = (paid_from if account == PAID_FROM else account for account in position)
    return {debit: D(20), credit: D(-20)}


@pytest.mark.parametrize("through", ["", "alipay"])
@pytest.mark.parametrize("kind", PayableKind.values)
@pytest.mark.parametrize("source", PayableStatus.values)
def test_every_change_of_a_payable_ends_in_the_position_of_its_status(
    kind: str, source: str, through: str, world: World
) -> None:
    """By UPDATEs that no machine allows. `through`: the channel that paid it, or empty: by hand."""
    for name in ("payable_paid_by_another", "payable_transferred_by_another", "payable_paid_through"):
        execute(f"ALTER TABLE refunds_payable DROP CONSTRAINT {name}")
    row = owed(world, kind, [])
    for target in PayableStatus.values:
        for status in (source, target):
            paid_through = through if status == "paid" else ""
            sql = "UPDATE refunds_payable SET status = %s, paid_through = %s WHERE id = %s"
            execute(sql, status, paid_through, row.pk)
        paid_from = "channel" if through else "cash"
        assert balances("payable") == payable_balances(PAYABLE[kind][target], paid_from)
        assert differences() == []


@pytest.mark.parametrize("status", PayableStatus.values)
def test_a_payable_that_comes_in_with_a_status(status: str, world: World) -> None:
    """As an import would write it."""
    for name in ("payable_paid_by_another", "payable_transferred_by_another"):
        execute(f"ALTER TABLE refunds_payable DROP CONSTRAINT {name}")
    order, times = paid(world), {"created_at": NOW, "due_at": NOW + DAY}
    Payable.objects.create(
        order=order, shop_id=order.shop_id, payable_no="PY-1", kind="goodwill", payee="buyer", amount=D(20), key="k",
        status=status, **times,
    )  # fmt: skip
    assert balances("payable") == payable_balances(PAYABLE["goodwill"][status])
    assert differences() == []


def test_every_status_has_a_position() -> None:
    assert set(PAYABLE) == set(PayableKind.values)
    assert all(set(PayableStatus.values) == set(row) == set(PAYABLE_KINDS) for row in PAYABLE.values())
    assert set(Status.values) <= set(REFUND)
    assert set(ChargebackStatus.values) == set(CHARGEBACK)


def test_two_positions_that_share_nothing_are_two_entries() -> None:
    a, b = Position("channel", "sales"), Position("refunds", "cash")
    assert difference(a, b) == [Position("sales", "channel"), b]
    assert difference(a, Position("fees", "sales")) == [Position("fees", "channel")]
    assert difference(None, None) == difference(a, a) == []


def test_an_amount_that_somebody_corrects(world: World) -> None:
    order = paid(world)
    Payment.objects.filter(order=order).update(captured=D(120))
    Payment.objects.filter(order=order).update(captured=D(90), refunded=D(10), refunded_before=D(10))
    assert entries("payment") == [
        ("captured", "channel", "sales", D(100)),
        ("captured", "channel", "sales", D(20)),
        ("captured", "sales", "channel", D(30)),
        ("refunded_before", "refunds", "channel", D(10)),
    ]
    assert differences() == []


@pytest.mark.parametrize(
    "sql", ["UPDATE refunds_ledgerentry SET amount = amount + 1", "DELETE FROM refunds_ledgerentry"]
)
def test_it_is_append_only(sql: str, world: World) -> None:
    paid(world)
    with pytest.raises(IntegrityError, match="the ledger is append only"), transaction.atomic():
        execute(sql)


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"amount": D(0)}, "ledger_amount"),
        ({"amount": D(-1)}, "ledger_amount"),
        ({"credit": "channel"}, "ledger_two_accounts"),
        ({"credit": "pocket"}, "ledger_accounts"),
        ({"debit": ""}, "ledger_accounts"),
        ({"about": "gift"}, "ledger_about"),
    ],
)
def test_no_entry_is_out_of_balance(change: dict[str, Any], name: str, world: World) -> None:
    paid(world)
    entry = LedgerEntry.objects.earliest("pk")
    entry.pk = None
    for field, value in change.items():
        setattr(entry, field, value)
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        entry.save(force_insert=True)


def test_the_functions_of_the_database_are_those_of_the_table() -> None:
    with connection.cursor() as cursor:
        for name, body in triggers.FUNCTIONS.items():
            cursor.execute("SELECT prosrc, proconfig FROM pg_proc WHERE proname = %s", [name])
            source, settings = cursor.fetchone()
            assert source == body
            assert settings == ["enable_hashjoin=off", "enable_mergejoin=off", "enable_seqscan=off"]


@contextmanager
def writable() -> Iterator[None]:
    execute("SET CONSTRAINTS ALL IMMEDIATE")
    execute("ALTER TABLE refunds_ledgerentry DISABLE TRIGGER USER")
    yield
    execute("ALTER TABLE refunds_ledgerentry ENABLE TRIGGER USER")


def test_the_migration_books_what_was_there_before(world: World) -> None:
    """The same entries as the triggers have written, from payments and the history of refunds."""
    migration = importlib.import_module("refunds.migrations.0009_ledger")
    sent, failed = reserve(paid(world, "PAY-1"), now=NOW), reserve(paid(world, "PAY-2"), now=NOW)
    reserve(paid(world, "PAY-3"), now=NOW)
    Payment.objects.filter(transaction_no="PAY-3").update(refunded=D(70), refunded_before=D(10))
    with channel(Scripted(YES)):
        services.send(sent.pk, now=NOW)
    with channel(Scripted(NO)):
        services.send(failed.pk, now=NOW)
    by_hand(world, failed)
    columns = (
        "shop_id", "order_id", "payment_id", "about", "number", "kind", "debit", "credit", "amount", "currency",
    )  # fmt: skip
    posted = sorted(LedgerEntry.objects.values_list(*columns, "at"))
    with writable():
        execute("DELETE FROM refunds_ledgerentry")
        execute(migration.BACKFILL)
    rows = sorted(LedgerEntry.objects.values_list(*columns, "at"))
    # A correction has the time at which it was made; nobody knows it afterwards.
    assert [row[:10] for row in rows] == [row[:10] for row in posted]
    assert [row for row in rows if row[5] != "refunded_before"] == [
        row for row in posted if row[5] != "refunded_before"
    ]
    assert differences() == []
