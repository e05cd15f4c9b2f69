"""Orders and SKUs at the desk."""

import pytest

from orders.models import Order, Sku
from tests.browser import Sit, listing, page, text
from tests.world import World


def buttons(client: object, row: object) -> list[str]:
    return [button.verb.name for button in client.get(page(row)).context["buttons"]]  # type: ignore[attr-defined]


def test_pack_ship_deliver(world: World, sit: Sit) -> None:
    order, mei = world.place_order(), sit("mei")
    line = order.lines.get()
    assert buttons(mei, order) == ["ship", "pack", "remark", "receiver", "apply"]
    assert mei.post(page(order, "pack")).status_code == 302
    part = {"courier": "sf", "tracking_no": "SF1", f"line_{line.pk}": "1"}
    assert mei.post(page(order, "ship"), part).status_code == 302
    order = Order.objects.get(pk=order.pk)
    assert (order.status, order.fulfilment) == ("paid", "packed")
    assert mei.post(page(order, "ship"), part | {"tracking_no": "SF2"}).status_code == 302
    order = Order.objects.get(pk=order.pk)
    assert order.status == "shipped"
    assert order.parcels.count() == 2
    assert buttons(mei, order) == ["deliver", "remark", "extend_receipt", "receiver", "apply", "prove_delivery"]
    assert mei.post(page(order, "deliver"), {}).status_code == 302
    order = Order.objects.get(pk=order.pk)
    assert order.fulfilment == "delivered"


def test_a_waybill_is_missing(world: World, sit: Sit) -> None:
    order = world.place_order()
    response = sit("mei").post(
        page(order, "ship"), {"courier": "", "tracking_no": "", f"line_{order.lines.get().pk}": "2"}
    )
    assert response.status_code == 400
    assert response.context["form"].errors["courier"]
    order = Order.objects.get(pk=order.pk)
    assert order.status == "paid"


def test_a_time_in_the_future_is_refused_on_the_field(world: World, sit: Sit) -> None:
    order = world.shipped()
    response = sit("mei").post(page(order, "deliver"), {"delivered_at": "2099-01-01T10:00"})
    assert response.status_code == 400
    assert "2099-01-01T10:00" in text(response)
    assert response.context["form"].errors["delivered_at"]


def test_remarks_carry_a_flag(world: World, sit: Sit) -> None:
    order, mei = world.place_order(), sit("mei")
    assert mei.post(page(order, "remark"), {"text": "<i>call first</i>", "flag": "red"}).status_code == 302
    html = text(mei.get(page(order)))
    assert "flag-red" in html
    assert "&lt;i&gt;call first" in html
    assert mei.post(page(order, "remark"), {"text": " ", "flag": "red"}).status_code == 400


def test_extend_close_and_reopen(world: World, sit: Sit) -> None:
    shipped, unpaid, done = world.shipped(), world.place_order(paid=False), world.completed()
    assert sit("mei").post(page(shipped, "extend_receipt"), {"days": "10", "reason": "storm"}).status_code == 302
    assert sit("mei").post(page(unpaid, "close"), {"reason": "asked for"}).status_code == 302
    assert sit("mei").post(page(done, "reopen_window"), {"days": "3", "reason": "checked"}).status_code == 403
    assert sit("sun").post(page(done, "reopen_window"), {"days": "3", "reason": "checked"}).status_code == 302
    assert {Order.objects.get(pk=unpaid.pk).status, Order.objects.get(pk=done.pk).status} == {"closed", "completed"}


def test_the_list_finds_and_counts(world: World, sit: Sit) -> None:
    order = world.place_order(order_no="Z-1")
    world.shipped(shop=world.harbor)
    mei = sit("mei")
    response = mei.get(listing(Order, "?q=z 1"))
    assert [row.pk for row in response.context["cl"].result_list] == [order.pk]
    counts = {tile["url"]: tile["count"] for tile in response.context["counters"]}
    assert (counts["?status__exact=paid"], counts["?status__exact=shipped"]) == (1, 0)
    for query in ("?status__exact=paid", "?fulfilment__exact=unallocated", "?shop=lantern", "?q=alice"):
        assert mei.get(listing(Order, query)).status_code == 200, query


def test_the_list_costs_the_same_for_one_and_for_many(
    world: World, sit: Sit, django_assert_max_num_queries: object
) -> None:
    mei = sit("mei")
    world.place_order()
    with django_assert_max_num_queries(10) as few:  # type: ignore[operator]
        mei.get(listing(Order))
    for _ in range(3):
        world.place_order()
    with django_assert_max_num_queries(10) as many:  # type: ignore[operator]
        mei.get(listing(Order))
    assert len(few) == len(many)


@pytest.mark.parametrize(("name", "may"), [("mei", True), ("wen", False), ("sun", False), ("root", True)])
def test_goods_and_stock_are_the_managers(world: World, sit: Sit, name: str, may: bool) -> None:
    sku, client = world.sku(on_hand=3), sit(name)
    assert (buttons(client, sku) == ["revise", "stock"]) is may
    response = client.post(page(sku, "stock"), {"on_hand": "7"})
    assert response.status_code == (302 if may else 403)
    sku = Sku.objects.select_related("stock").get(pk=sku.pk)
    assert sku.stock.on_hand == (7 if may else 3)


def test_a_manager_edits_and_adds_goods(world: World, sit: Sit) -> None:
    sku, mei = world.sku(on_hand=3), sit("mei")
    data = {"title": "Tee", "price": "88.00", "warranty_days": "365", "exchange_excluded": "on"}
    assert mei.post(page(sku, "revise"), data).status_code == 302
    sku.refresh_from_db()
    assert (str(sku.price), sku.warranty_days, sku.exchange_excluded) == ("88.00", 365, True)
    add = {"shop": world.lantern.pk, "code": "CAP", "title": "Cap", "price": "10.00", "warranty_days": "0"}
    assert mei.post(listing(Sku) + "add/", add).status_code == 302
    assert mei.post(listing(Sku) + "add/", add | {"shop": world.harbor.pk, "code": "X"}).status_code == 200
    assert sorted(Sku.objects.values_list("code", flat=True)) == ["CAP", "TEE"]
