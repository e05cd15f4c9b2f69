"""`manage.py import_orders`: what goes in, what is left out and why, and what happens when it is killed."""

import csv
import gzip
import io
import os
import signal
import subprocess
import sys
import time
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from accounts.models import Shop, User
from accounts.services import open_shop
from kernel.models import History
from logistics.models import Parcel
from orders.importing import Target, import_file
from orders.importing.columns import HEADER
from orders.importing.file import rejects_path
from orders.models import Order, OrderLine, Payment, Sku
from tests.processes import database_url, peak_memory

GOOD = {
    "order_no": "P-1", "placed_at": "2025-03-01T10:00:00+08:00", "buyer": "carol", "sku": "CUP", "title": "Cup",
    "spec": "Red", "category": "kitchen", "unit_price": "3.33", "quantity": "3", "line_discount": "0.00",
    "order_discount": "", "freight": "5.00", "channel": "sandbox", "transaction_no": "PAY-1",
    "paid_at": "2025-03-01T10:01:00+08:00", "status": "completed", "shipped_at": "2025-03-02T09:00:00+08:00",
    "courier": "SF", "tracking_no": "SF1", "delivered_at": "2025-03-03T09:00:00+08:00",
    "completed_at": "2025-03-04T09:00:00+08:00",
}  # fmt: skip


def row(**changes):
    return GOOD | changes


def unpaid(**changes):
    later = ("shipped_at", "courier", "tracking_no", "delivered_at", "completed_at")
    nothing = dict.fromkeys(("channel", "transaction_no", "paid_at", *later), "")
    return GOOD | nothing | {"status": "pending_payment"} | changes


def text_of(rows, header=HEADER):
    out = io.StringIO()
    writer = csv.DictWriter(out, header)
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


@pytest.fixture
def shop(db):
    return open_shop(Shop(code="lantern", name="Lantern"))


@pytest.fixture
def run(tmp_path, shop, capsys):
    def run(rows, name="orders.csv", **options):
        path = tmp_path / name
        data = rows if isinstance(rows, bytes) else text_of(rows).encode()
        path.write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
        capsys.readouterr()
        call_command("import_orders", str(path), **options)
        return capsys.readouterr().out

    run.rejects = tmp_path / "orders.rejects.csv"  # type: ignore[attr-defined]
    return run


def reasons(run):
    return [r["reason"] for r in csv.DictReader(io.StringIO(run.rejects.read_text()))]


def test_a_completed_order_with_everything(run, shop):
    jug = {"sku": "JUG", "title": "Jug", "unit_price": "10.00", "quantity": "1"}
    said = run([row(order_discount="1.00"), row(order_discount="1.00", **jug)])
    assert said.startswith("1 orders imported (2 lines), 0 existing, 0 rejected")
    order = Order.objects.get(order_no="P-1")
    assert (order.status, order.fulfilment) == ("completed", "delivered")
    assert (order.shop, order.buyer.username) == (shop, "carol")
    assert order.amount == Decimal("9.99") + 10 - 1 + 5
    assert order.completed_at is not None
    assert order.window_ends_at is not None
    assert order.window_ends_at - order.completed_at == timedelta(days=15)
    assert order.policy_id == shop.policy_id
    shares = list(order.lines.values_list("discount_share", "paid_amount", "shipped_quantity"))
    assert shares == [(Decimal("0.50"), Decimal("9.49"), 3), (Decimal("0.50"), Decimal("9.50"), 1)]
    assert order.payments.get().captured == order.amount
    parcel = order.parcels.get()
    assert (parcel.status, parcel.courier, parcel.tracking_no, parcel.lines.count()) == ("delivered", "SF", "SF1", 2)
    assert not User.objects.get(username="carol").has_usable_password()
    assert Sku.objects.get(code="JUG").price == 10


def test_every_row_has_its_history(run):
    run([row()])
    rows = History.objects.order_by("machine").values_list("machine", "action", "target", "actor_kind", "actor_name")
    assert list(rows) == [
        ("order", "import", "completed", "rule", "import"),
        ("parcel", "import", "delivered", "rule", "import"),
    ]
    assert History.objects.get(machine="order").object_id == Order.objects.get().pk
    assert not History.objects.filter(dispatched_at=None).exists()


def test_each_status_with_its_clock(run):
    run([
        unpaid(order_no="P-1"),
        row(order_no="P-2", status="paid", shipped_at="", tracking_no="", delivered_at="", completed_at=""),
        row(order_no="P-3", status="shipped", delivered_at="", completed_at=""),
        row(order_no="P-4", status="", completed_at=""),
        unpaid(order_no="P-5", status="closed"),
    ])  # fmt: skip
    found = {o.order_no: o for o in Order.objects.all()}
    assert {no: (o.status, o.fulfilment) for no, o in found.items()} == {
        "P-1": ("pending_payment", "unallocated"),
        "P-2": ("paid", "unallocated"),
        "P-3": ("shipped", "shipped"),
        "P-4": ("shipped", "delivered"),
        "P-5": ("closed", "unallocated"),
    }
    due, shipped = found["P-3"].receipt_due_at, found["P-3"].shipped_at
    assert due is not None
    assert shipped is not None
    assert (due - shipped).days == 14
    assert [o for o, n in [(no, o.payments.count()) for no, o in found.items()] if n] == ["P-2", "P-3", "P-4"]
    assert Parcel.objects.count() == 2
    assert not OrderLine.objects.filter(order__order_no="P-2", shipped_quantity__gt=0).exists()


def test_known_buyers_and_skus_are_used_and_their_flags_frozen(run, shop):
    carol = User.objects.create_user("carol", password="x")
    Sku.objects.create(shop=shop, code="CUP", title="Old", price=9, warranty_days=90, exchange_excluded=True)
    run([row()])
    line = OrderLine.objects.select_related("order").get()
    assert (line.order.buyer_id, line.title, line.warranty_days, line.exchange_excluded) == (carol.pk, "Cup", 90, True)
    assert Sku.objects.get().price == 9


@pytest.mark.parametrize(("change", "reason"), [
    ({"quantity": "0"}, "quantity"), ({"quantity": "1.5"}, "quantity"), ({"quantity": "-3"}, "quantity"),
    ({"quantity": "٣"}, "quantity"), ({"unit_price": "-1.00"}, "unit_price"), ({"unit_price": "1.999"}, "unit_price"),
    ({"unit_price": ""}, "unit_price is missing"), ({"sku": ""}, "sku is missing"), ({"buyer": ""}, "buyer is missing"),
    ({"order_no": ""}, "order_no is missing"), ({"line_discount": "10.00"}, "add up"),
    ({"order_discount": "10.00"}, "add up"),
    ({"status": "lost"}, "status"), ({"placed_at": "yesterday"}, "placed_at"),
    ({"placed_at": ""}, "placed_at is missing"),
    ({"placed_at": "0001-01-01"}, "placed_at"), ({"completed_at": ""}, "completed_at is missing"),
    ({"channel": ""}, "channel"), ({"paid_at": ""}, "paid_at is missing"), ({"title": "x" * 241}, "title is longer"),
    ({"order_no": "9" * 65}, "order_no is longer"), ({"title": "a\0b"}, "NUL"),
    ({"freight": "9999999999.99"}, "add up"),
    ({"status": "paid"}, "later time"), ({"status": "pending_payment"}, "later time"),
    ({"status": "shipped"}, "completed_at"),
    ({"unit_price": "9999999999.99", "quantity": "2"}, "add up"),
])  # fmt: skip
def test_a_bad_order_is_left_out_with_its_reason(run, change, reason):
    said = run([row(**change), row(order_no="P-2")])
    assert "1 orders imported (1 lines), 0 existing, 1 rejected (1 rows)" in said
    assert str(run.rejects) in said
    assert reason in reasons(run)[0]
    assert list(Order.objects.values_list("order_no", flat=True)) == ["P-2"]


YEN = {"unit_price": "100", "line_discount": "0", "order_discount": "1", "freight": "0"}


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"unit_price": "10.55"}, "unit_price “10.55” has decimals, and JPY has none"),
        ({"unit_price": "100.00"}, "unit_price “100.00” has decimals, and JPY has none"),
        ({"line_discount": "1.5"}, "line_discount “1.5” has decimals, and JPY has none"),
        ({"freight": "5.00"}, "freight “5.00” has decimals, and JPY has none"),
    ],
)
def test_decimals_that_the_currency_does_not_have_are_left_out(tmp_path, shop, change, reason):
    path = tmp_path / "yen.csv"
    path.write_text(text_of([row(**YEN | change), row(**YEN, order_no="P-2"), row(**YEN, order_no="P-2", sku="JUG")]))
    summary = import_file(path, Target(shop, timezone.now(), currency="JPY"), dry_run=False)
    assert (summary.orders, summary.rejected) == (1, 1)
    assert reason in rejects_path(path).read_text()
    # 3 × 100 twice, less 1: the shares are whole yen (F-1, F-2).
    assert list(OrderLine.objects.values_list("paid_amount", flat=True)) == [299, 300]


def test_a_currency_with_three_decimals_is_left_out(tmp_path, shop):
    path = tmp_path / "dinar.csv"
    path.write_text(text_of([row()]))
    assert import_file(path, Target(shop, timezone.now(), currency="KWD"), dry_run=False).rejected == 1
    assert "KWD have more than two decimals" in rejects_path(path).read_text()


def test_one_bad_row_leaves_the_whole_order_out(run):
    run([row(), row(quantity="x"), row(sku="JUG"), row(order_no="P-2")])
    assert Order.objects.get().order_no == "P-2"
    why = reasons(run)
    assert "quantity" in why[1]
    assert "left out" in why[0]
    assert "left out" in why[2]


def test_order_columns_have_to_repeat(run):
    run([row(), row(freight="6.00")])
    assert "freight: not the same" in reasons(run)[1]


def test_a_corrected_rejects_file_goes_in_as_it_is(run):
    run([row(quantity="x"), row(order_no="P-2")])
    assert "1 orders imported" in run(run.rejects.read_text().replace(",x,", ",4,").encode(), name="fixed.csv")
    assert OrderLine.objects.get(order__order_no="P-1").quantity == 4


def test_rejects_of_the_last_run_are_not_left_behind(run):
    run([row(quantity="x")])
    run([row()])
    assert not run.rejects.exists()


def test_columns_in_another_order_bom_and_blank_lines(run):
    shuffled = text_of([row()], header=HEADER[::-1])
    assert "1 orders imported" in run(b"\xef\xbb\xbf" + shuffled.replace("\r\n", "\r\n\r\n").encode())


def test_bytes_that_are_not_utf_8(run):
    run(text_of([row(title="caf#"), row(order_no="P-2")]).encode().replace(b"#", b"\xe9"))
    assert Order.objects.get().order_no == "P-2"
    assert b"caf\xe9" in run.rejects.read_bytes()
    assert b"not UTF-8" in run.rejects.read_bytes()


def in_a_workbook(rows):
    book, out = openpyxl.Workbook(), io.BytesIO()
    book.active.append(["订单导出"])
    book.active.append(list(HEADER))
    for cells in rows:
        book.active.append([cells[name] or None for name in HEADER])
    book.save(out)
    return out.getvalue()


def test_the_same_orders_in_any_wrapper_are_the_same_orders(run):
    """A second file with the same content is known to the last byte of its fingerprint."""
    rows = [row(title="灯", spec="红"), row(order_no="P-2", title="灯罩")]
    plain = text_of(rows)
    assert "2 orders imported (2 lines), 0 existing" in run(plain.encode())
    same = {
        "gbk.csv": plain.encode("gbk"), "utf16.csv": plain.encode("utf-16"), "a.csv.gz": plain.encode("gbk"),
        "tab.csv": plain.replace(",", "\t").encode(), "semicolon.csv": ("sep=;\n" + plain.replace(",", ";")).encode(),
        "book.xlsx": in_a_workbook(rows),
        "names.csv": plain.replace("order_no", "* 订单编号").replace("quantity", "Qty").encode(),
        "times.csv": plain.replace("2025-03-01T10:00:00+08:00", "2025/3/1 10:00").encode(),
    }  # fmt: skip
    for name, content in same.items():
        assert "0 orders imported (0 lines), 2 existing, 0 rejected" in run(content, name=name), name


def more(name, *cells):
    header, *lines = text_of([row(order_no=f"P-{n}") for n, _cell in enumerate(cells)]).splitlines()
    return "\n".join(
        [f"{header},{name}", *(f"{line},{cell}" for line, cell in zip(lines, cells, strict=True))]
    ).encode()


@pytest.mark.parametrize(
    ("name", "cells"), [("colour", ["red", ""]), ("refund fee", ["", ""]), ("仓库", ["一仓", "二仓"])]
)
def test_a_column_that_cannot_change_what_a_row_means_is_passed_over_and_named(run, capsys, name, cells):
    path = run.rejects.with_name("more.csv")
    path.write_bytes(more(name, *cells))
    call_command("import_orders", str(path))
    said = capsys.readouterr()
    assert f"the column “{name}” is not known" in said.err
    assert "2 orders imported" in said.out


@pytest.mark.parametrize(
    ("name", "cells"), [("tax", ["", "x"]), ("extra", ["", "5.00"]), ("退税", ["", "有"]), ("when", ["2025/3/1", ""])]
)
def test_a_column_that_may_mean_something_stops_the_import(run, name, cells):
    with pytest.raises(CommandError, match=f"The column “{name}” is not known"):
        run(more(name, *cells))
    assert not Order.objects.exists()


def test_remarks_are_known_and_mean_nothing(run):
    assert "1 orders imported" in run(more("备注", "gift, 2 pieces".replace(",", "")))


def test_a_row_that_is_cut_off(run):
    run(text_of([row(order_no="P-2"), row()]).encode()[:-40])
    assert Order.objects.get().order_no == "P-2"
    assert "columns instead of 21" in reasons(run)[0]


def test_texts_that_a_copy_could_trip_over(run):
    nasty = 'a\tb\\N "q", \\. %s \n2nd \'x'
    run([row(title=nasty, spec="\\N", courier="\\.")])
    assert OrderLine.objects.get().title == nasty
    assert OrderLine.objects.get().spec == "\\N"


def test_gz(run):
    assert "1 orders imported" in run([row()], name="orders.csv.gz")


def test_a_second_run_finds_everything(run):
    run([row(), row(order_no="P-2")])
    before = History.objects.count(), OrderLine.objects.count(), Payment.objects.count()
    assert "0 orders imported (0 lines), 2 existing, 0 rejected" in run([row(), row(order_no="P-2")])
    assert (History.objects.count(), OrderLine.objects.count(), Payment.objects.count()) == before


def test_the_same_content_in_other_words_is_the_same(run):
    run([row()])
    again = row(freight="5", line_discount="", placed_at="2025-03-01 02:00:00Z", order_discount="0.0")
    assert "1 existing, 0 rejected" in run([again])


def test_other_content_under_a_known_number(run):
    run([row()])
    assert "0 existing, 1 rejected" in run([row(quantity="4")])
    assert "other content" in reasons(run)[0]
    assert OrderLine.objects.get().quantity == 3


def test_rows_of_an_order_need_not_stand_together(run):
    run([row(), row(order_no="P-2"), row(sku="JUG")])
    assert list(OrderLine.objects.filter(order__order_no="P-1").values_list("sku__code", flat=True)) == ["CUP", "JUG"]


def test_dry_run(run):
    said = run([row(), row(order_no="P-2", quantity="x")], dry_run=True)
    assert said.startswith("dry run, nothing written: 1 orders imported (1 lines), 0 existing, 1 rejected")
    assert not Order.objects.exists()
    assert not User.objects.exists()
    assert not Sku.objects.exists()


def test_naive_times_are_local(run, settings):
    run([row(placed_at="2025-03-01 10:00:00")])
    assert Order.objects.get().placed_at.isoformat() == "2025-03-01T02:00:00+00:00"


ZIPPED = gzip.compress(text_of([row()]).encode())
OTHER_FILES = {
    "empty": b"", "other header": b"a,b,c\r\n1,2,3\r\n", "no gzip": b"\x1f\x8bnot gzip", "binary": b"\x00\x01\x02\xff",
    "cut off": ZIPPED[:-20], "damaged": ZIPPED[:60] + b"?" * 40 + ZIPPED[100:],
    "no end of the quote": (",".join(HEADER) + '\r\n"' + "x" * 200_000).encode(),
}  # fmt: skip


@pytest.mark.parametrize("data", OTHER_FILES.values(), ids=OTHER_FILES.keys())
def test_a_file_of_something_else(run, data):
    with pytest.raises(CommandError) as refusal:
        run(data)
    assert len(str(refusal.value).splitlines()) == 1


def test_no_file_no_shop(shop, tmp_path):
    with pytest.raises(CommandError, match="couldn't read the file: No such file"):
        call_command("import_orders", str(tmp_path / "none.csv"))
    with pytest.raises(CommandError, match="no shop “nowhere”"):
        call_command("import_orders", "x.csv", shop="nowhere")
    open_shop(Shop(code="harbor", name="Harbor"))
    with pytest.raises(CommandError, match=r"--shop harbor \| lantern"):
        call_command("import_orders", "x.csv")


def test_a_shop_by_its_code(run, shop):
    harbor = open_shop(Shop(code="harbor", name="Harbor"))
    run([row()], shop="harbor")
    assert Order.objects.get().shop == harbor


def test_what_only_the_database_refuses_costs_one_order(run, shop, monkeypatch):
    """Somebody else stored the same number between our look and our write."""
    from orders.importing import run as module

    run([row(order_no="P-2")])
    blind = iter([True])
    look = module.Import._only_new

    def only_new(self, chunk):
        return chunk if next(blind, False) else look(self, chunk)

    monkeypatch.setattr(module.Import, "_only_new", only_new)
    said = run([row(order_no=f"P-{n}") for n in range(1, 8)])
    assert "6 orders imported (6 lines), 1 existing, 0 rejected" in said


def many(path: Path, lines: int, per_order: int = 10):
    with gzip.open(path, "wt", newline="", compresslevel=1) as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        for n in range(lines):
            order = n // per_order
            cells = row(order_no=f"M-{order}", buyer=f"c{order % 500}", sku=f"S{n % 3000}", transaction_no=f"T{order}")
            writer.writerow([cells[name] for name in HEADER])


def command(path):
    environment = os.environ | {"DATABASE_URL": database_url()}
    return subprocess.Popen(
        [sys.executable, "manage.py", "import_orders", str(path), "--shop", "lantern"],
        env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_kill_in_the_middle_loses_nothing(tmp_path):
    open_shop(Shop(code="lantern", name="Lantern"))
    path = tmp_path / "many.csv.gz"
    many(path, 20_000)
    first = command(path)
    give_up = time.monotonic() + 60
    while not Order.objects.exists() and time.monotonic() < give_up:
        time.sleep(0.01)
    os.kill(first.pid, signal.SIGKILL)
    first.communicate()
    there = Order.objects.count()
    assert 0 < there < 2_000
    assert OrderLine.objects.count() == there * 10
    assert Payment.objects.count() == Parcel.objects.count() == there == History.objects.filter(machine="order").count()
    out, _ = (second := command(path)).communicate()
    assert second.returncode == 0
    assert f"{2_000 - there} orders imported" in out
    assert f"{there} existing" in out
    assert (Order.objects.count(), OrderLine.objects.count()) == (2_000, 20_000)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_large_file_in_constant_memory(tmp_path):
    open_shop(Shop(code="lantern", name="Lantern"))
    path = tmp_path / "many.csv.gz"
    many(path, 50_000)
    process = command(path)
    peak = peak_memory(process)
    out, bar = process.communicate()
    assert process.returncode == 0, bar
    assert "5000 orders imported (50000 lines)" in out
    assert "many.csv.gz" in bar
    assert "Traceback" not in bar
    assert 0 < peak < 300 * 1024


@pytest.mark.django_db(transaction=True)
def test_tables_that_were_counted_when_they_were_empty_are_counted_again(tmp_path):
    """PostgreSQL would take them for empty, and go through them once for each line: minutes for one chunk."""
    path = tmp_path / "few.csv.gz"
    many(path, 10)
    assert counted(path) == [0, 0]
    import_file(path, Target(Shop.objects.get(), timezone.now()), dry_run=False)
    assert counted() == [1, 10]


def counted(emptied_of: Path | None = None) -> list[int]:
    """Rows that the planner expects: of buyers and of SKUs. `emptied_of`: after those of this file were there, and are
    gone again."""
    if emptied_of is not None:
        import_file(emptied_of, Target(open_shop(Shop(code="harbor", name="Harbor")), timezone.now()), dry_run=False)
        call_command("flush", interactive=False, reset_sequences=False, verbosity=0)
        open_shop(Shop(code="lantern", name="Lantern"))
    with connection.cursor() as cursor:
        if emptied_of is not None:
            cursor.execute("ANALYZE accounts_user, orders_sku")
        cursor.execute(
            "SELECT reltuples::int FROM pg_class WHERE relname IN ('accounts_user', 'orders_sku') ORDER BY relname"
        )
        return [number for (number,) in cursor.fetchall()]
