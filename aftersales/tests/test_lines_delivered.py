"""Eligibility by the parcel of the line: what was signed for counts as received, whatever is still on its way."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import translation

from aftersales import services
from aftersales.rules.application import Application, LineRequest
from kernel.actors import COURIER
from kernel.errors import IllegalTransition, Invalid, NotEligible
from logistics.models import Parcel
from logistics.services import report, ship
from orders.models import Order, OrderLine
from tests.desk import Desk
from tests.world import DAY, NOW, SECOND, World

from .desk_api import file


@pytest.fixture
def desk(world: World) -> Desk:
    world.sku("TEE", on_hand=9)
    world.sku("CUP", on_hand=9)
    return Desk(world)


def split(desk: Desk) -> tuple[Order, OrderLine, OrderLine]:
    """TEE in parcel A, CUP in parcel B; A is delivered."""
    order = desk.world.place_order(lines=[("TEE", "10.00", 1), ("CUP", "5.00", 1)])
    tee, cup = desk.world.lines(order)
    for number, line in (("A", tee), ("B", cup)):
        ship(order, courier="sf", tracking_no=number, lines=[line.pk], actor=desk.merchant, now=NOW)
    arrives("A", NOW)
    return Order.objects.get(pk=order.pk), tee, cup


def arrives(number: str, at: datetime, **more: Any) -> None:
    report(Parcel.objects.get(tracking_no=number), status="delivered", **{"actor": COURIER, **more}, at=at, now=at)


def asked(desk: Desk, order: Order, line: OrderLine, type_: str, reason: str, now: datetime, **more: Any) -> list[str]:
    application = Application(type_, reason, (LineRequest(line.pk, 1),), **({"evidence": (desk.photo(),)} | more))
    return services.quote(Order.objects.get(pk=order.pk), application, actor=desk.buyer, now=now).reasons


@pytest.mark.parametrize(("type_", "reason"), [("exchange", "quality"), ("repair", "fault")])
def test_a_signed_parcel_opens_exchange_and_repair_for_its_lines(desk: Desk, type_: str, reason: str) -> None:
    order, tee, cup = split(desk)
    assert asked(desk, order, tee, type_, reason, NOW) == []
    assert asked(desk, order, cup, type_, reason, NOW) == ["not_delivered"]
    with pytest.raises(NotEligible):
        desk.apply(order, type_, reason)  # both lines together
    arrives("B", NOW + DAY)
    assert asked(desk, order, cup, type_, reason, NOW + DAY) == []


@pytest.mark.parametrize(
    ("off", "said"), [(-SECOND, []), (timedelta(0), ["window_closed"]), (SECOND, ["window_closed"])]
)
def test_the_days_without_a_reason_begin_with_the_line(desk: Desk, off: timedelta, said: list[str]) -> None:
    """D-4 art. 10: from 00:00 of the day after its own parcel was signed for."""
    order, tee, cup = split(desk)
    arrives("B", NOW + 3 * DAY)
    midnight = (NOW + DAY).replace(hour=0)
    assert asked(desk, order, tee, "return_refund", "no_reason", midnight + 7 * DAY + off) == said
    assert asked(desk, order, cup, "return_refund", "no_reason", midnight + 7 * DAY + off) == []
    assert asked(desk, order, cup, "return_refund", "no_reason", midnight + 10 * DAY + off) == said


@pytest.mark.parametrize(
    ("off", "said"), [(-SECOND, []), (timedelta(0), ["window_closed"]), (SECOND, ["window_closed"])]
)
def test_the_warranty_begins_with_the_line(desk: Desk, off: timedelta, said: list[str]) -> None:
    """D-8: after the window the 三包 of a line runs from its own delivery."""
    order, tee, cup = split(desk)
    arrives("B", NOW + 3 * DAY)
    OrderLine.objects.filter(order=order).update(warranty_days=100)
    desk.world.complete(order, now=NOW + 4 * DAY)
    for line, delivered in ((tee, NOW), (cup, NOW + 3 * DAY)):
        assert asked(desk, order, line, "repair", "fault", delivered + 100 * DAY + off) == said


class TestReceived:
    """Who says that the goods came, and whom that overrules."""

    def received(self, desk: Desk, line: OrderLine, **more: Any) -> bool:
        application = Application("refund_only", more.pop("reason", "not_received"), (LineRequest(line.pk, 1),), **more)
        return services.apply(line.order, application, actor=desk.buyer, now=NOW).received

    def test_by_the_parcel_of_the_line(self, desk: Desk) -> None:
        _order, tee, cup = split(desk)
        assert self.received(desk, tee, received=False)
        assert not self.received(desk, cup)

    @pytest.mark.parametrize("more", [{"received": False}, {}])
    def test_the_bare_word_of_the_shop_does_not_overrule_the_buyer(self, desk: Desk, more: Any) -> None:
        _order, _tee, cup = split(desk)
        arrives("B", NOW, actor=desk.merchant)
        assert not self.received(desk, cup, **more)

    def test_it_counts_where_the_buyer_says_nothing(self, desk: Desk) -> None:
        _order, _tee, cup = split(desk)
        arrives("B", NOW, actor=desk.merchant)
        assert self.received(desk, cup, reason="dont_want")

    def test_what_never_left_was_not_received(self, desk: Desk) -> None:
        order = desk.world.place_order(lines=[("TEE", "10.00", 1), ("CUP", "5.00", 1)])
        tee, cup = desk.world.lines(order)
        ship(order, courier="sf", tracking_no="A", lines=[tee.pk], actor=desk.merchant, now=NOW)
        assert not self.received(desk, cup, received=True)


class TestProof:
    """`deliver` with a proof counts also against a buyer who says that nothing came."""

    def order(self, desk: Desk) -> Order:
        order = desk.world.place_order(order_no="P-1")
        ship(order, courier="sf", tracking_no="A", actor=desk.merchant, now=NOW)
        return Order.objects.get(pk=order.pk)

    def proven(self, order: Order) -> list[bool]:
        parcels = Parcel.objects.filter(order=order)
        return [row.delivery_proven for rows in (order.lines.all(), parcels) for row in rows]

    def test_a_bare_word_and_a_proof(self, desk: Desk) -> None:
        order = self.order(desk)
        services.deliver(order, actor=desk.merchant, now=NOW + DAY)
        assert self.proven(order) == [False, False]
        proof = desk.photo(desk.merchant.user_id)
        done = services.deliver(order, proof=proof, actor=desk.merchant, now=NOW + 2 * DAY)
        assert self.proven(order) == [True, True]
        assert (done.delivered_at, order.lines.get().delivered_at) == (NOW + DAY, NOW + DAY)
        message = services.conversation(done).get()
        assert [file.pk for file in message.evidence.all()] == [proof]
        # A code is stored, which each reader reads in their own language.
        assert (message.text, message.remark) == ("", "delivery_proof")
        with translation.override("zh-hans"):
            chinese = message.words
        assert message.words == "Proof of the delivery."
        assert chinese not in ("", "delivery_proof", "Proof of the delivery.")
        assert done.history().latest("sequence").action == "prove_delivery"
        with pytest.raises(IllegalTransition):  # once is enough
            services.deliver(order, proof=desk.photo(desk.merchant.user_id), actor=desk.merchant, now=NOW + 2 * DAY)

    def test_both_at_once(self, desk: Desk) -> None:
        order = self.order(desk)
        services.deliver(order, proof=desk.photo(desk.merchant.user_id), actor=desk.merchant, now=NOW + DAY)
        assert self.proven(order) == [True, True]

    @pytest.mark.parametrize("who", ["integration", "courier"])
    def test_the_shops_system_and_the_courier_need_none(self, desk: Desk, who: str) -> None:
        order = self.order(desk)
        services.deliver(order, actor=desk.merchant, now=NOW + DAY)
        services.deliver(order, actor=COURIER if who == "courier" else desk.integration, now=NOW + 2 * DAY)
        assert self.proven(order) == [True, True]

    def test_a_file_of_somebody_else_is_none(self, desk: Desk) -> None:
        order = self.order(desk)
        with pytest.raises(Invalid):
            services.deliver(order, proof=desk.photo(), actor=desk.merchant, now=NOW + DAY)
        assert self.proven(order) == [False, False]
        assert Order.objects.get(pk=order.pk).delivered_at is None

    def test_over_http(self, desk: Desk, api: Callable[[str], Any]) -> None:
        self.order(desk)
        body = {"proof": str(desk.photo(desk.merchant.user_id))}
        answer = api("mei").post("/api/v1/orders/P-1/deliver/", body, format="json")
        assert (answer.status_code, answer.json()["fulfilment"]) == (200, "delivered")
        assert answer.json()["lines"][0]["delivered_at"] is not None
        [said] = api("alice").get("/api/v1/orders/P-1/messages/").json()["results"]
        assert [file["id"] for file in said["evidence"]] == [body["proof"]]

    def test_at_the_desk(self, desk: Desk, sit: Any, settings: Any, tmp_path: Path) -> None:
        settings.MEDIA_ROOT = tmp_path
        order = self.order(desk)
        there = f"/admin/orders/order/{order.pk}/prove_delivery/"
        assert "Add one picture" in sit("mei").post(there, {}).content.decode()
        answer = sit("mei").post(there, {"photos": file()})
        assert answer.status_code == 302
        assert self.proven(order) == [True, True]
