"""Numbers are clean everywhere, and are compared as people print and type them (contract §5)."""

from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.migrations import Migration
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st

from aftersales.models import Ticket
from aftersales.selectors.filters import has_number
from aftersales.selectors.parcel_lookup import matching_tickets
from desk.find.hits import hits
from kernel.numbers import comparable, fault_of, trimmed
from logistics import services as logistics
from orders.models import Order, Sku

from .browser import Sit
from .desk import Desk
from .fixtures import Login
from .indexes import begins_by_index
from .migrating import before
from .world import World

QUICK = settings(max_examples=60, deadline=None, derandomize=True, database=None)
SIGNS = "aZ09 -\u3000\u00a0\u2011\u2212－Ａ１\u200b\ufeff\t灯é①İΣς"
SPELLED = ["SF-1234 5678", "sf12345678", "ＳＦ１２３４５６７８", " SF\u200b1234-5678\ufeff", "Sf\u00a01234\u20115678"]


@pytest.mark.parametrize("number", SPELLED)
def test_one_number_in_many_spellings(number: str) -> None:
    assert comparable(number) == "sf12345678"


@pytest.mark.django_db
@QUICK
@given(
    st.lists(
        st.text(alphabet=st.sampled_from("aZ09 -\u3000\u00a0\u2011\u2212－Ａ１\u200b\ufeff\t灯é①İΣς"), max_size=12),
        max_size=20,
    )
)
def test_the_database_compares_as_we_do(numbers: list[str]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT array_agg(number_key(n) ORDER BY at) FROM unnest(%s::text[]) WITH ORDINALITY x(n, at)", [numbers]
        )
        assert (cursor.fetchone()[0] or []) == [comparable(number) for number in numbers]


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("\ufeffE-1\u200b", "E-1"),
        ("\u3000E\u00a01 ", "E 1"),
        ("\u2066E-1\u2069", "E-1"),
        ("\u200b", ""),
        ("E\t1", "E\t1"),
    ],
)
def test_what_nobody_sees_is_no_part_of_a_number(text: str, kept: str) -> None:
    assert trimmed(text) == kept


SQL = "SELECT array_agg(number_key(n) ORDER BY at) FROM unnest(%s::text[]) WITH ORDINALITY x(n, at)"
BAD = ["E/1", "／", ".", "..", "．．", "E\t1", "E\n1", "E\x7f", "E\x851", "E\x00"]


@pytest.mark.parametrize("number", BAD)
def test_what_is_no_number(number: str) -> None:
    assert fault_of(number, in_address=True)
    assert bool(fault_of(number)) is not number.isprintable()


BODY: dict[str, Any] = {
    "order_no": "E-1001", "shop": "lantern", "buyer": "alice",
    "lines": [{"sku": "TEE", "title": "Tee", "unit_price": "9.00", "quantity": 1}],
    "payments": [{"channel": "sandbox", "transaction_no": "PAY-1", "amount": "9.00"}],
}  # fmt: skip


@pytest.mark.parametrize("number", BAD)
def test_the_api_refuses_it_and_stores_nothing(api: Login, number: str) -> None:
    client = api("oms")
    line, payment = BODY["lines"][0], BODY["payments"][0]
    bodies = [BODY | {"order_no": number}, BODY | {"lines": [line | {"sku": number}]}]
    if not number.isprintable():
        bodies.append(BODY | {"payments": [payment | {"transaction_no": number}]})
    for body in bodies:
        assert client.post("/api/v1/orders/", body, format="json").status_code == 400
    assert not Order.objects.exists()
    assert not Sku.objects.exists()


@pytest.mark.parametrize("number", ["SF\t1", "SF\x00", "\u200b", "SF\x85"])
def test_no_waybill_has_such_a_number(world: World, api: Login, number: str) -> None:
    order = world.place_order()
    answer = api("oms").post(
        f"/api/v1/orders/{order.order_no}/ship/", {"courier": "sf", "tracking_no": number}, format="json"
    )
    assert answer.status_code == 400
    assert not order.parcels.exists()


def test_invisible_characters_are_trimmed(world: World, api: Login) -> None:
    answer = api("oms").post("/api/v1/orders/", BODY | {"order_no": "\ufeffE-1001\u200b"}, format="json")
    assert answer.json()["order_no"] == "E-1001"
    sent = {"courier": "sf", "tracking_no": "\u2066SF 1\u2069"}
    assert api("oms").post("/api/v1/orders/E-1001/ship/", sent, format="json").status_code == 200
    assert Order.objects.get().parcels.get().tracking_no == "SF 1"


@pytest.mark.django_db
@pytest.mark.parametrize("number", ["E/1", "..", ".", "E\t1"])
def test_the_database_holds_no_such_number(world: World, number: str) -> None:
    order = world.place_order()
    with pytest.raises(IntegrityError, match="order_no_in_an_address"), transaction.atomic():
        Order.objects.filter(pk=order.pk).update(order_no=number)
    with pytest.raises(IntegrityError, match="sku_code_in_an_address"), transaction.atomic():
        Sku.objects.update(code=number)


@pytest.mark.parametrize("typed", ["e-1001", "E1001", "E 1001", "Ｅ１００１", "e‑1001"])
def test_an_order_is_found_as_it_is_typed_and_no_second_one_is_made(world: World, api: Login, typed: str) -> None:
    client = api("oms")
    assert client.post("/api/v1/orders/", BODY, format="json").status_code == 201
    assert client.get(f"/api/v1/orders/{typed}/").json()["order_no"] == "E-1001"
    assert client.post("/api/v1/orders/", BODY | {"order_no": typed}, format="json").status_code == 200
    other = BODY | {"order_no": typed, "freight": "1.00", "payments": []}
    assert client.post("/api/v1/orders/", other, format="json").status_code == 409
    assert Order.objects.count() == 1


def test_two_old_orders_that_differ_by_a_hyphen_are_found_by_their_own_spelling_alone(world: World, api: Login) -> None:
    first = world.place_order(order_no="E-77")
    second = world.place_order(order_no="E-78")
    Order.objects.filter(pk=second.pk).update(order_no="E77", spelling=1)
    client = api("oms")
    assert [client.get(f"/api/v1/orders/{number}/").status_code for number in ("E-77", "E77", "e77")] == [200, 200, 404]
    assert first.order_no == "E-77"


def test_the_database_holds_a_number_once_however_it_is_spelled(world: World) -> None:
    first, second = world.place_order(order_no="E-77"), world.place_order(order_no="E-78")
    with pytest.raises(IntegrityError, match="order_no_once_as_typed"), transaction.atomic():
        Order.objects.filter(pk=second.pk).update(order_no="e 77")
    other = world.place_order(order_no="e 77", shop=world.harbor, payments=[("PAY-2", "198.00")])
    assert other.spelling == first.spelling == 0


def test_an_order_of_several_old_spellings_is_known_by_its_own(world: World, api: Login) -> None:
    client = api("oms")
    old = BODY | {"order_no": "E1001", "payments": []}
    assert client.post("/api/v1/orders/", old, format="json").status_code == 201
    Order.objects.update(order_no="elsewhere")
    assert client.post("/api/v1/orders/", BODY, format="json").status_code == 201
    Order.objects.filter(order_no="elsewhere").update(order_no="E1001", spelling=1)
    answers = [client.post("/api/v1/orders/", body, format="json") for body in (BODY, old, old | {"order_no": "e1001"})]
    assert [answer.status_code for answer in answers] == [200, 200, 409]


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_the_migration_keeps_older_spellings_and_says_which(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    orders = [world.place_order(order_no=f"E-{n}") for n in (1, 2, 3, 4)]
    with before("orders", "0021_order_no_once_as_typed", "0024_beginnings_of_numbers"), connection.cursor() as cursor:
        for order, number in zip(orders, ("E-1", "e1", "E 1", "E-4"), strict=True):
            cursor.execute("UPDATE orders_order SET order_no = %s WHERE id = %s", [number, order.pk])
    assert list(Order.objects.order_by("pk").values_list("order_no", "spelling")) == [
        ("E-1", 0), ("e1", 1), ("E 1", 2), ("E-4", 0),
    ]  # fmt: skip
    said = capsys.readouterr().out
    assert ["e1" in said, "E 1" in said, "E-4" in said, "lantern" in said] == [True, True, False, True]


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_migration_that_cannot_be_taken_back_leaves_the_tables_as_they_were(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of the helper: the ones that build on it were taken back before it, and the next test needs them."""
    real = Migration.unapply

    def unapply(self: Migration, *args: Any, **options: Any) -> Any:
        if self.name == "0021_order_no_once_as_typed":
            raise IntegrityError("rows of a test are in the way")
        return real(self, *args, **options)

    monkeypatch.setattr(Migration, "unapply", unapply)
    later = ("0021_order_no_once_as_typed", "0024_beginnings_of_numbers")
    with pytest.raises(IntegrityError, match="in the way"), before("orders", *later):
        pass
    assert begins_by_index(Order, "order_no")


@pytest.mark.parametrize("typed", ["pay-1", "PAY 1", "ＰＡＹ－１"])
def test_a_transaction_pays_one_order_however_it_is_typed(api: Login, world: World, typed: str) -> None:
    client = api("oms")
    assert client.post("/api/v1/orders/", BODY, format="json").status_code == 201
    again = BODY | {"order_no": "E-2", "payments": [BODY["payments"][0] | {"transaction_no": typed}]}
    assert client.post("/api/v1/orders/", again, format="json").status_code == 409


@pytest.mark.parametrize("typed", SPELLED)
def test_every_number_that_was_given_finds_its_ticket(world: World, sit: Sit, typed: str) -> None:
    world.sku("TEE", on_hand=5)
    desk = Desk(world)
    ticket = desk.ship_back(desk.approve(desk.apply(world.delivered())), tracking_no="SF-1234 5678")
    assert list(matching_tickets(Ticket.objects.all(), typed, 5)) == [ticket]
    assert list(Ticket.objects.filter(has_number(typed))) == [ticket]
    assert list(Ticket.objects.filter(has_number(typed[:-1]))) == [ticket]
    assert [hit.kind for hit in hits(world.mei, typed.strip())] == ["parcel"]
    assert sit("mei").get(reverse("admin:desk_find"), {"q": typed}).status_code in (200, 302)
    assert [hit.number for hit in hits(world.mei, ticket.ticket_no.lower())] == [ticket.ticket_no]


def test_the_same_waybill_again_is_no_second_parcel(world: World) -> None:
    order = world.place_order(lines=[("TEE", "9.00", 2)])
    line = world.lines(order)[0].pk
    send = {"courier": "sf", "lines": [{"line_id": line, "quantity": 1}], "actor": world.actor("mei"), "now": world.now}
    assert logistics.ship_once(order, tracking_no="SF-1", **send)  # type: ignore[arg-type]
    assert not logistics.ship_once(order, tracking_no="sf 1", **send)  # type: ignore[arg-type]
