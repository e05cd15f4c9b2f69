"""Waybills from a list: what is wrong is said before and after, the rest leaves, and nothing leaves twice."""

import csv
import gzip
import io

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from logistics.models import Parcel
from orders import services as orders
from orders.models import Order
from tests.browser import text
from tests.desk import Desk
from tests.recognising import connect

from ..shipping.file import COLUMNS, MAX_BYTES, MAX_ROWS


@pytest.fixture
def desk(world):
    return Desk(world)


def table(rows, header=("order_no", "courier", "tracking_no")):
    out = io.StringIO()
    csv.writer(out).writerows([header, *rows])
    return out.getvalue()


def bring(client, content, name="list.csv"):
    content = content.encode() if isinstance(content, str) else content
    return client.post(reverse("admin:desk_ship"), {"file": SimpleUploadedFile(name, content)})


def go_on(client, answer, **more):
    return client.post(reverse("admin:desk_ship"), {"state": answer.context_data["state"]} | more)


def reasons(answer):
    return {bad.row.line: bad.reason for bad in answer.context_data["work"].bad}


def download(response):
    return list(csv.reader(io.StringIO(b"".join(response.streaming_content).decode("utf-8-sig"))))


def sent(order):
    return sorted(Parcel.objects.filter(order=order).values_list("courier", "tracking_no"))


# --- the list to take along -------------------------------------------------------------------------------


def test_the_list_holds_what_may_leave(world, desk, sit):
    world.sku("CODE", virtual=True)
    first = world.place_order(lines=[("TEE", "9.00", 3), ("CODE", "1.00", 1)], receiver=receiver("=1+1"))
    world.ship(first, {world.lines(first)[0].pk: 1})
    second = world.place_order(lines=[("CUP", "9.00", 1)])
    world.place_order(shop=world.harbor)
    world.shipped()
    world.place_order(paid=False)
    desk.apply(world.place_order(lines=[("BAG", "5.00", 1)]), "refund_only", "dont_want")
    rows = download(sit("wen").get(reverse("admin:desk_ship_export")))
    assert rows == [
        list(COLUMNS),
        [first.order_no, "'=1+1", "1 Lantern Street", "13800000000", "TEE", "Tee", "", "2", "", "", ""],
        [second.order_no, "Alice", "1 Lantern Street", "13800000000", "CUP", "Cup", "", "1", "", "", ""],
    ]
    assert "2 orders are waiting to ship." in text(sit("wen").get(reverse("admin:desk_ship")))


def test_remarks_are_read_where_orders_are_shipped(world, desk, sit):
    """S-130: in the list to take along, and beside what will be shipped; the list comes back with them."""
    order = world.place_order()
    orders.add_note(order, text="Leave it\nat the gate", flag="red", actor=desk.buyer, now=world.now)
    orders.add_note(order, text="=gift", flag="none", actor=desk.merchant, now=world.now)
    mei = sit("mei")
    header, *rows = download(mei.get(reverse("admin:desk_ship_export")))
    words = "red: Leave it at the gate | =gift"
    assert [dict(zip(header, row, strict=True))["remark"] for row in rows] == [words]
    rows[0][header.index("tracking_no")] = "SF1234567890123"
    page = bring(mei, table(rows, header))
    assert not page.context_data["work"].bad
    assert [packet.remark for packet in page.context_data["packets"]] == [words]
    assert "Leave it at the gate" in text(page)
    go_on(mei, page)
    assert [number for _courier, number in sent(order)] == ["SF1234567890123"]


def test_the_receiver_of_a_line_is_shown_by_a_button_and_history_says_so(world, sit):
    orders = [world.place_order(order_no=f"E-{n}", receiver=receiver(f"Name {n}")) for n in (61, 62)]
    mei = sit("mei")
    answer = bring(mei, table([("E-61", "sf", "SF61"), ("e 62", "sf", "SF62")]))
    assert "Name 6" not in text(answer)
    assert "data-copy=" not in text(answer)
    shown = text(go_on(mei, answer, do="receiver", order="e 62"))
    to = receiver("Name 62")
    assert f'data-copy="{to["name"]} {to["phone"]} {to["address"]}"' in shown
    assert "Name 61" not in shown
    assert [order.history().filter(action="receiver").count() for order in orders] == [0, 1]
    assert not Parcel.objects.exists()
    assert shown.count("Show the receiver") == 1  # of the other one


@pytest.mark.parametrize("number", ["E-63", "", "E-64"])
def test_only_receivers_of_what_is_to_be_shipped(world, sit, number):
    world.place_order(order_no="E-62")
    world.place_order(order_no="E-63", receiver=receiver("Nobody asked"))
    world.place_order(order_no="E-64", shop=world.harbor, receiver=receiver("Elsewhere"), payments=[("P-64", "198.00")])
    mei = sit("mei")
    answer = go_on(mei, bring(mei, table([("E-62", "sf", "SF62")])), do="receiver", order=number)
    assert answer.status_code == 404
    assert "Nobody asked" not in text(answer)
    assert "Elsewhere" not in text(answer)


def receiver(name):
    return {"name": name, "phone": "13800000000", "address": "1 Lantern Street"}


@pytest.mark.parametrize("name", ["sun", "song", "root"])
def test_addresses_are_for_the_people_of_the_shop(world, sit, name):
    world.place_order()
    assert sit(name).get(reverse("admin:desk_ship_export")).status_code == 403
    assert sit(name).get(reverse("admin:desk_ship")).status_code == 403
    assert bring(sit(name), table([])).status_code == 403


@pytest.mark.parametrize("page", ["desk_ship", "desk_ship_export"])
def test_nobody_comes_in_without_a_login(world, sit, page):
    assert sit("").get(reverse(f"admin:{page}")).url.startswith("/login/?next=")
    assert sit("alice").get(reverse(f"admin:{page}")).status_code == 404


def test_the_list_filled_in_ships_everything(world, sit):
    world.sku("CODE", virtual=True)
    client, orders = sit("mei"), [world.place_order(lines=[("TEE", "9.00", 2), ("CODE", "1.00", 1)]) for _ in range(3)]
    header, *rows = download(client.get(reverse("admin:desk_ship_export")))
    filled = [[*row[:-1], f"SF{number:013}"] for number, row in enumerate(rows)]
    checked = bring(client, table(filled, header))
    assert not Parcel.objects.exists()
    assert "Ship 3 parcels" in text(checked)
    assert "3 parcels shipped" in text(go_on(client, checked))
    for number, order in enumerate(orders):
        assert sent(order) == [("sf", f"SF{number:013}")]
        assert Order.objects.get(pk=order.pk).status == "shipped"


def test_consecutive_numbers_from_a_roll(world, sit):
    client = sit("mei")
    two = world.place_order(lines=[("TEE", "9.00", 1), ("CUP", "9.00", 1)])
    one = world.place_order()
    answer = client.get(reverse("admin:desk_ship_export"), {"first": "SF0099", "courier": "sf"})
    rows = download(answer)
    assert [(row[0], *row[-2:]) for row in rows[1:]] == [
        (two.order_no, "sf", "SF0099"),
        (two.order_no, "sf", "SF0099"),
        (one.order_no, "sf", "SF0100"),
    ]
    go_on(client, bring(client, table(rows[1:], rows[0])))
    assert (sent(two), sent(one)) == ([("sf", "SF0099")], [("sf", "SF0100")])


def test_a_roll_without_a_courier_has_the_likely_one(world, sit, monkeypatch):
    connect(monkeypatch, "yunda")
    world.place_order()
    for first, courier in (("SF1405882017346", "sf"), ("881234567890", "yunda"), ("X01", "")):
        rows = download(sit("mei").get(reverse("admin:desk_ship_export"), {"first": first, "courier": ""}))
        assert (rows[1][-2], rows[1][-1].strip('="')) == (courier, first)


@pytest.mark.parametrize("first", ["SF", "1" * 65, "SF①"])
def test_a_roll_has_numbers(world, sit, first):
    answer = sit("mei").get(reverse("admin:desk_ship_export"), {"first": first})
    assert answer.status_code == 400
    assert "has to end with digits" in text(answer)


# --- what people bring ------------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_as_spreadsheets_save_it(world, sit, encoding, delimiter):
    order = world.place_order(order_no="订单-1")
    lines = (
        delimiter.join(("订单号", "快递公司", "运单号"))
        + "\r\n"
        + delimiter.join(("订单-1", "顺丰", "SF1"))
        + "\r\n\r\n"
    )
    client = sit("mei")
    go_on(client, bring(client, lines.encode(encoding)))
    assert sent(order) == [("sf", "SF1")]


@pytest.mark.parametrize(
    ("content", "status", "sentence"),
    [
        (b"", 400, "empty"),
        (b"PK\x03\x04workbook", 400, "read this workbook"),
        (b"\xd0\xcf\x11\xe0old", 400, "an old Excel format"),
        (b"\x1f\x8bnot gzip", 400, "couldn't read the file: "),
        (b"\xff\xfe\xff", 400, "couldn't read the file's text"),
        (b"order,number\n1,2\n", 400, "at least order_no, tracking_no"),
        (b'order_no,tracking_no\n"' + b"x" * 200_000, 400, "isn't a CSV file"),
        (b"order_no,tracking_no\n" + b"E-1,SF1\n" * (MAX_ROWS + 1), 413, "more than 5000 lines"),
        (b"order_no,tracking_no\n" + b"x" * MAX_BYTES, 413, "larger than 2 MB"),
    ],
)
def test_a_file_that_is_no_list(world, sit, content, status, sentence):
    answer = bring(sit("mei"), content)
    assert answer.status_code == status
    assert sentence in text(answer)


@pytest.mark.parametrize(
    ("header", "named"),
    [
        (("order_no", "tracking_no", "colour"), "colour"),
        (("order_no", "tracking_no", "what", "how many"), "“what”, “how many”"),
        (("order_no", "tracking_no", "title"), "names goods (title)"),
        (("order_no", "tracking_no", "qty"), "names goods (quantity)"),
        (("order_no", "tracking_no", "商品名称", "数量"), "names goods (title, quantity)"),
        (("order_no", "tracking_no", "sku"), "names goods (sku)"),
    ],
)
def test_goods_under_names_that_nobody_reads_ship_nothing(world, sit, header, named):
    """Such a list shipped whole orders."""
    order = world.place_order(lines=[("TEE", "9.00", 3)])
    answer = bring(sit("mei"), table([(order.order_no, "SF0000000000001", *["1"] * (len(header) - 2))], header))
    assert answer.status_code == 400
    assert named in text(answer)
    assert "Nothing was shipped" in text(answer)


def test_a_line_that_names_goods_but_no_sku(world, sit):
    order = world.place_order(lines=[("TEE", "9.00", 3)])
    rows = [(order.order_no, "", "", "Tee", "1", "sf", "SF1")]
    answer = bring(
        sit("mei"), table(rows, ("order_no", "remark", "sku", "title", "quantity", "courier", "tracking_no"))
    )
    assert "names goods but no sku" in reasons(answer)[2]


def test_goods_and_units_are_shown_before_anything_ships(world, sit):
    part = world.place_order(lines=[("TEE", "9.00", 3), ("CUP", "9.00", 1)])
    whole = world.place_order(lines=[("TEE", "9.00", 2)])
    rows = [(part.order_no, "TEE", "2", "sf", "SF1"), (whole.order_no, "", "", "sf", "SF2")]
    answer = bring(sit("mei"), table(rows, PARTS))
    assert [packet.goods for packet in answer.context_data["packets"]] == [[("TEE", "Tee", 2)], [("TEE", "Tee", 2)]]
    assert text(answer).count("× 2") == 2
    assert not Parcel.objects.exists()


def test_no_file_at_all(world, sit):
    answer = sit("mei").post(reverse("admin:desk_ship"), {})
    assert answer.status_code == 400
    assert 'role="alert"' in text(answer)


def workbook(rows):
    book, out = openpyxl.Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(out)
    return out.getvalue()


def test_the_same_list_in_any_wrapper_ships_the_same(world, sit):
    header = ["* 订单编号", "SKU", "数量", "快递公司", "运单号", "备注"]
    make = {
        "list.csv": lambda rows: table(rows[1:], rows[0]).encode("utf-16"),
        "list.txt": lambda rows: ("sep=;\n" + "\n".join(";".join(map(str, row)) for row in rows)).encode("gbk"),
        "list.xlsx": lambda rows: workbook([["发货清单"], [], *rows]),
        "list.csv.gz": lambda rows: gzip.compress(table(rows[1:], rows[0]).encode()),
    }
    for name, pack in make.items():
        order, client = world.place_order(lines=[("TEE", "9.00", 3)]), sit("mei")
        go_on(client, bring(client, pack([header, [order.order_no, "TEE", 2, "顺丰", '="0012"', ""]]), name))
        assert sent(order) == [("sf", "0012")], name
        assert [line.shipped_quantity for line in world.lines(order)] == [2], name


def test_bad_lines_are_named_and_the_others_leave(world, desk, sit):
    fine, gone, unpaid = world.place_order(), world.shipped(), world.place_order(paid=False)
    foreign, asked = world.place_order(shop=world.harbor), world.place_order()
    later, nameless, endless = (world.place_order() for _ in range(3))
    desk.apply(asked, "refund_only", "dont_want")
    rows = [
        (fine.order_no, "", "SF0000000000001"),
        ("E-none", "sf", "SF2"),
        (gone.order_no, "sf", "SF3"),
        (unpaid.order_no, "sf", "SF4"),
        (foreign.order_no, "sf", "SF5"),
        (asked.order_no, "sf", "SF6"),
        ("", "sf", "SF7"),
        (later.order_no, "", ""),
        (later.order_no, "sf", "7.31E+13"),
        (nameless.order_no, "", "0815"),
        (endless.order_no, "sf", "x" * 65),
    ]
    client = sit("mei")
    checked = bring(client, table(rows))
    expected = {
        3: "None of your shops has this order",
        4: "the order is “to be received”",
        5: "the order is “pending payment”",
        6: "None of your shops has this order",
        7: "There's nothing left to ship",
        8: "order number is missing",
        10: "shortened",
        11: "courier",
        12: "64",
    }
    done = go_on(client, checked)
    for answer in (checked, done):
        found = reasons(answer)
        assert list(found) == list(expected)
        for line, words in expected.items():
            assert words in found[line], line
            assert f"Line {line}<" in text(answer)
    assert "1 line without a tracking number" in text(checked)
    assert sent(fine) == [("sf", "SF0000000000001")]
    assert Parcel.objects.count() == 1
    header, *rejects = download(go_on(client, done, do="rejects"))
    assert header[-1] == "reason"
    assert [int(row[0]) for row in rejects] == list(expected)
    again = bring(client, table([row[1:] for row in rejects], header[1:]))
    assert again.status_code == 200
    assert len(reasons(again)) == len(expected)


@pytest.mark.parametrize("typed", ["e-77", "E 77", "Ｅ７７", "\ufeffE-77"])
def test_orders_are_found_as_they_are_typed(world, sit, typed):
    order, client = world.place_order(order_no="E-77"), sit("mei")
    go_on(client, bring(client, table([(typed, "sf", "SF1")])))
    assert sent(order) == [("sf", "SF1")]
    again = bring(client, table([("E77", "sf", "sf-1")]))
    assert "1 line was already shipped" in text(again)


@pytest.mark.parametrize("number", ["E\x0077", "E\t77", "E\udce977"])
def test_a_number_that_is_none_is_a_bad_line(world, sit, number):
    content = table([(number, "sf", "SF1")]).encode(errors="surrogateescape")
    assert "printable" in reasons(bring(sit("mei"), content))[2]


def test_the_same_list_again_is_no_mistake(world, sit):
    order, client = world.place_order(), sit("mei")
    rows = table([(order.order_no, "sf", "SF1")])
    checked = bring(client, rows)
    go_on(client, checked)
    pressed_twice = go_on(client, checked)
    brought_twice = bring(client, rows)
    for answer in (pressed_twice, brought_twice):
        assert answer.status_code == 200
        assert "1 line was already shipped" in text(answer)
        assert reasons(answer) == {}
    assert sent(order) == [("sf", "SF1")]


# --- parts of orders --------------------------------------------------------------------------------------

PARTS = ("order_no", "sku", "quantity", "courier", "tracking_no")


def test_one_order_in_two_parcels(world, sit):
    order = world.place_order(lines=[("TEE", "9.00", 3), ("CUP", "9.00", 1)])
    client = sit("mei")
    rows = [(order.order_no, "TEE", "2", "sf", "SF1"), (order.order_no, "TEE", "1", "sf", "SF2"),
            (order.order_no, "CUP", "1", "sf", "SF2")]  # fmt: skip
    assert "2 parcels shipped" in text(go_on(client, bring(client, table(rows, PARTS))))
    tee, cup = world.lines(order)
    found = [dict(p.lines.values_list("line_id", "quantity")) for p in Parcel.objects.order_by("tracking_no")]
    assert found == [{tee.pk: 2}, {tee.pk: 1, cup.pk: 1}]
    assert Order.objects.get().status == "shipped"


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([("TEE", "4", "SF1")], "More units than can ship"),
        ([("HAT", "1", "SF1")], "doesn't contain “HAT”"),
        ([("TEE", "many", "SF1")], "quantity isn't a number"),
        ([("TEE", "0", "SF1")], "quantity isn't a number"),
        ([("", "", "SF1"), ("TEE", "1", "SF2")], "several tracking numbers"),
    ],
)
def test_parts_that_do_not_fit(world, sit, rows, words):
    order = world.place_order(lines=[("TEE", "9.00", 3)])
    lines = [(order.order_no, sku, quantity, "sf", number) for sku, quantity, number in rows]
    answer = bring(sit("mei"), table(lines, PARTS))
    assert words in reasons(answer)[2]


def test_two_lines_of_the_same_goods(world, sit):
    order = world.place_order(lines=[("TEE", "9.00", 1), ("TEE", "8.00", 2)])
    client = sit("mei")
    go_on(client, bring(client, table([(order.order_no, "TEE", "3", "sf", "SF1")], PARTS)))
    assert [line.shipped_quantity for line in world.lines(order)] == [1, 2]


# --- long lists -------------------------------------------------------------------------------------------


def test_a_long_list_goes_in_slices(world, sit, monkeypatch):
    monkeypatch.setattr("desk.shipping.work.SLICE", 2)
    orders, client = [world.place_order() for _ in range(5)], sit("mei")
    answer = bring(client, table([(order.order_no, "sf", f"SF{order.pk}") for order in orders]))
    shipped = []
    while answer.context_data["work"].todo:
        answer = go_on(client, answer)
        shipped.append(answer.context_data["work"].shipped)
        assert ("data-next" in text(answer)) == (shipped[-1] < 5)
    assert shipped == [2, 4, 5]
    assert Parcel.objects.count() == 5


def test_a_slow_slice_answers_in_time(world, sit, monkeypatch):
    monkeypatch.setattr("desk.shipping.work.SECONDS", -1)
    orders, client = [world.place_order() for _ in range(2)], sit("mei")
    answer = go_on(client, bring(client, table([(order.order_no, "sf", "SF1") for order in orders])))
    assert answer.context_data["work"].shipped == 1


def test_what_came_between_is_told(world, sit):
    order, client = world.place_order(), sit("mei")
    checked = bring(client, table([(order.order_no, "sf", "SF1")]))
    world.ship(order)
    assert "to be received" in reasons(go_on(client, checked))[2]


@pytest.mark.parametrize("state", ["", "nonsense", None])
def test_a_list_that_was_tampered_with(world, sit, state):
    """Nor can it be carried to another person."""
    order = world.place_order()
    checked = bring(sit("mei"), table([(order.order_no, "sf", "SF1")]))
    client = sit("wen")
    body = {"state": checked.context_data["state"] if state is None else state}
    answer = client.post(reverse("admin:desk_ship"), body)
    assert answer.status_code == 400
    assert "Choose the file again" in text(answer)
    assert not Parcel.objects.exists()


def test_checking_costs_the_same_for_any_list(world, sit):
    orders, client, costs = [world.place_order() for _ in range(9)], sit("mei"), []
    for many in (2, 9):
        rows = table([(order.order_no, "sf", "SF1") for order in orders[:many]])
        with CaptureQueriesContext(connection) as seen:
            bring(client, rows)
        costs.append(len(seen))
    assert costs[0] == costs[1] <= 12


def test_each_parcel_costs_the_same(world, sit):
    orders, client, costs = [world.place_order() for _ in range(9)], sit("mei"), []
    for chosen in (orders[:2], orders[2:5], orders[5:9]):
        checked = bring(client, table([(order.order_no, "sf", f"SF{order.pk}") for order in chosen]))
        with CaptureQueriesContext(connection) as seen:
            go_on(client, checked)
        costs.append(len(seen))
    assert costs[1] - costs[0] == costs[2] - costs[1] <= 22


@pytest.mark.parametrize(("name", "there"), [("mei", True), ("wen", True), ("sun", False)])
def test_goods_stand_in_the_menu_of_the_shop(world, sit, name, there):
    shown = text(sit(name).get(reverse("admin:desk_find")))
    for page in ("desk_ship", "desk_receive"):
        assert (f'href="{reverse(f"admin:{page}")}"' in shown) == there
