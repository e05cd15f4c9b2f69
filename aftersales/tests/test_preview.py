"""An application before it is sent: the same figures as the quote, and what could come instead."""

from dataclasses import replace
from decimal import Decimal
from itertools import product
from typing import Any

import pytest

from aftersales import services
from aftersales.access import ticket_to_amend
from aftersales.models import Reason, Ticket
from kernel.errors import NotFound
from orders.access import own_orders
from orders.models import Order
from tests.desk import Desk
from tests.world import NOW, World

from ..api.representation.quote import quote_json
from ..rules.application import Application, LineRequest
from ..selectors.options import Choices
from ..selectors.preview import applications_left, asks_received, preview, to_amend, variants
from ..wording.next_steps import approval, next_steps, receiving, return_freight, was_sent

pytestmark = pytest.mark.django_db


ASKED: list[tuple[str, str, dict[str, Any]]] = [
    ("refund_only", "late", {}),
    ("refund_only", "compensation", {"claimed_amount": Decimal("12.34")}),
    ("refund_only", "compensation", {"claimed_amount": Decimal("9999.00")}),
    ("return_refund", "quality", {}),
    ("return_refund", "no_reason", {}),
    ("return_refund", "", {}),
    ("exchange", "wrong_choice", {"exchange_sku": "TEE-L"}),
    ("exchange", "quality", {"exchange_sku": "TEE-L"}),
    ("repair", "fault", {}),
    ("reissue", "lost", {}),
]


@pytest.fixture
def desk(world: World) -> Desk:
    return Desk(world)


def chosen(order: Order, world: World) -> Choices:
    return services.choices(own_orders(world.alice).get(pk=order.pk), now=NOW)


def asked(order: Order, type_: str, reason: str, units: int = 2, **more: Any) -> Application:
    sku = more.pop("exchange_sku", "")
    return Application(type_, reason, tuple(LineRequest(line.pk, units, sku) for line in order.lines.all()), **more)


class TestThePreviewIsTheQuote:
    @pytest.mark.parametrize("stage", ["place_order", "shipped", "delivered", "completed"])
    def test_for_every_type_and_stage(self, world: World, stage: str) -> None:
        world.sku("TEE", on_hand=2)
        world.sku("TEE-L", price="109.00", on_hand=2)
        order = getattr(world, stage)(freight="10.00", discount="0.01")
        for (type_, reason, more), units in product(ASKED, (1, 2, 3)):
            application = asked(order, type_, reason, units, **more)
            told = quote_json(services.quote(order, application, actor=world.actor("alice"), now=NOW), "CNY")
            shown = quote_json(preview(chosen(order, world), application).quote, "CNY")
            # Of what was never shipped the stock is not read: the first reason says enough.
            assert shown["reasons"][:1] == told["reasons"][:1], application
            assert {**shown, "reasons": None} == {**told, "reasons": None}, application

    def test_with_a_refund_agreed_already(self, world: World, desk: Desk) -> None:
        """Approved units count towards everything coming back, and so towards the freight."""
        order = world.place_order(freight="10.00")
        order = desk.apply(order, "refund_only", "late", quantity=1).order
        application = asked(order, "refund_only", "late", 1)
        told = services.quote(order, application, actor=world.actor("alice"), now=NOW)
        shown = preview(chosen(order, world), application)
        assert quote_json(shown.quote, "CNY") == quote_json(told, "CNY")
        assert (told.freight_amount, shown.at_once) == (Decimal("10.00"), True)

    def test_what_the_shop_keeps(self, world: World) -> None:
        order = world.delivered()
        claim = asked(order, "refund_only", "compensation", claimed_amount=Decimal("10.00"))
        assert preview(chosen(order, world), claim).retained == Decimal("188.00")


class TestToAmend:
    def test_what_the_ticket_holds_is_free_for_it(self, world: World, desk: Desk) -> None:
        world.sku("TEE", on_hand=2)
        order = world.delivered(freight="10.00")
        for type_, reason in (("return_refund", "quality"), ("exchange", "quality"), ("refund_only", "compensation")):
            claim = {"claimed_amount": Decimal("198.00")} if type_ == "refund_only" else {}
            ticket = desk.apply(order, type_, reason, **claim)
            before = order.lines.get()
            found, application = to_amend(ticket_to_amend(world.alice, ticket.ticket_no)[0], now=NOW)
            shown = preview(found, application).quote
            assert shown.reasons == [], type_
            again = services.amend(ticket, application, actor=desk.buyer, now=NOW)
            assert again.freight_amount == shown.freight_amount
            assert again.requested_amount == (shown.total if again.pays_money else 0)
            after = order.lines.get()
            assert (after.open_quantity, after.open_amount) == (before.open_quantity, before.open_amount)
            services.withdraw(again, actor=desk.buyer, now=NOW)

    def test_goods_of_another_ticket_are_not(self, world: World, desk: Desk) -> None:
        order = world.delivered()
        desk.apply(order, quantity=1)
        mine = desk.apply(order, quantity=1)
        found, application = to_amend(ticket_to_amend(world.alice, mine.ticket_no)[0], now=NOW)
        more = replace(application, lines=tuple(replace(item, quantity=2) for item in application.lines))
        assert preview(found, application).quote.reasons == []
        assert preview(found, more).quote.reasons == ["open_ticket_exists"]

    def test_only_ones_own(self, world: World, desk: Desk) -> None:
        ticket = desk.apply(world.delivered())
        for user in (world.bob, world.mei, world.sun):
            with pytest.raises(NotFound):
                ticket_to_amend(user, ticket.ticket_no)


class TestVariants:
    def offered(self, world: World, order: Order) -> list[tuple[str, bool, Decimal]]:
        found = variants(chosen(order, world))
        return [(item.sku.code, item.available, item.difference) for item in found.get(order.lines.get().pk, [])]

    def test_the_same_first_then_its_kind_that_is_on_the_shelf(self, world: World) -> None:
        order = world.delivered()
        world.sku("TEE", title="Tee", category="tops", on_hand=1)
        world.sku("TEE-L", title="Tee", price="89.00", on_hand=1)
        world.sku("SHIRT", title="Shirt", category="tops", price="129.00", on_hand=1)
        world.sku("TEE-XL", title="Tee", on_hand=0)
        world.sku("TEE-NO", title="Tee", exchange_excluded=True, on_hand=1)
        world.sku("TEE-H", title="Tee", shop=world.harbor, on_hand=1)
        world.sku("CAP", title="Cap", on_hand=1)
        assert self.offered(world, order) == [
            ("TEE", True, Decimal(0)),
            ("TEE-L", True, Decimal("-10.00")),
            ("SHIRT", True, Decimal("30.00")),
        ]

    def test_no_category_is_no_kind(self, world: World) -> None:
        order = world.delivered()
        world.sku("CAP", title="Cap", on_hand=1)
        assert self.offered(world, order) == [("TEE", False, Decimal(0))]

    def test_none_where_nothing_can_be_exchanged(self, world: World) -> None:
        assert self.offered(world, world.place_order()) == []
        world.sku("TEE", exchange_excluded=True)
        assert self.offered(world, world.delivered()) == []

    def test_the_switch_of_the_shop(self, world: World) -> None:
        world.revise_policy(exchange_only_in_stock=False)
        assert self.offered(world, world.delivered()) == [("TEE", True, Decimal(0))]


def test_who_says_whether_the_goods_came(world: World) -> None:
    expected = {"place_order": False, "shipped": True, "delivered": False}
    for stage, asks in expected.items():
        found = chosen(getattr(world, stage)(), world)
        assert asks_received(found, "refund_only") is asks, stage
        assert not asks_received(found, "return_refund")


def test_how_often_is_left(world: World) -> None:
    order = world.delivered()
    for failed, left in ((0, 5), (4, 1), (5, 0), (9, 0)):
        order.lines.update(failed_applications=failed)
        found = chosen(order, world)
        assert applications_left(found, found.lines[0]) == left


class TestWords:
    def titles(self, world: World, order: Order, application: Application) -> list[str]:
        shown = preview(chosen(order, world), application)
        return [step.title for step in next_steps(shown.facts, shown.quote, at_once=shown.at_once)]

    def test_the_steps_of_each_type(self, world: World) -> None:
        world.sku("TEE", on_hand=9)
        world.sku("TEE-L", price="109.00", on_hand=9)
        order, fresh = world.delivered(), world.place_order()
        review, back = "The shop reviews it", ["You send the goods back", "The shop checks the goods"]
        goods = ["The shop sends the new goods", "You confirm it arrived"]
        money = "You get your money back"
        assert self.titles(world, fresh, asked(fresh, "refund_only", "late")) == ["You send your request", money]
        assert self.titles(world, order, asked(order, "refund_only", "late")) == [review, money]
        assert self.titles(world, order, asked(order, "return_refund", "quality")) == [review, *back, money]
        assert self.titles(world, order, asked(order, "exchange", "quality")) == [review, *back, *goods]
        dearer = asked(order, "exchange", "wrong_choice", exchange_sku="TEE-L")
        assert self.titles(world, order, dearer) == [review, "You pay the difference", *back, *goods]
        repaired = ["The shop sends the repaired goods", goods[1]]
        assert self.titles(world, order, asked(order, "repair", "fault")) == [review, *back, *repaired]
        assert self.titles(world, order, asked(order, "reissue", "lost")) == [review, *goods]

    def test_nothing_virtual_is_sent_back(self, world: World) -> None:
        world.sku("CARD", virtual=True)
        order = world.delivered(lines=[("CARD", "10.00", 1)])
        titles = self.titles(world, order, asked(order, "return_refund", "quality", 1))
        assert titles == ["The shop reviews it", "You get your money back"]

    def test_the_review_says_what_the_clock_does(self, world: World) -> None:
        """E-6: money for received goods is not approved by the clock."""
        world.revise_policy(review_hours=30)
        order = world.delivered()
        for type_, words in (("return_refund", "approved automatically"), ("refund_only", "it's overdue")):
            shown = preview(chosen(order, world), asked(order, type_, ""))
            review = next_steps(shown.facts, shown.quote, at_once=shown.at_once)[0]
            assert words in review.text
            assert "30 hours" in review.text

    def test_who_pays_for_sending_back(self, world: World) -> None:
        """S-063, S-065…S-067"""
        policy = world.lantern.policy
        by_code = {reason.code: reason for reason in Reason.objects.filter(type="return_refund")}
        assert return_freight(by_code["wrong_choice"], policy, "CNY").startswith("You pay")
        assert return_freight(by_code["quality"], policy, "CNY").startswith("The shop pays")
        assert return_freight(by_code["damaged"], policy, "CNY").startswith("The shop pays")
        policy.return_freight_standard = Decimal("12.00")
        assert "up to ¥12.00" in return_freight(by_code["quality"], policy, "CNY")
        assert return_freight(Reason.objects.get(type="reissue", code="lost"), policy, "CNY") == ""

    def test_what_is_said_after_sending(self, world: World, desk: Desk) -> None:
        def told(ticket: Ticket) -> str:
            return was_sent(ticket, NOW)

        assert "on its way to your original" in told(desk.apply(world.place_order(), "refund_only", "late"))
        assert told(desk.apply(world.delivered())) == (
            "Request sent. The shop has until 03-04 10:00 to review it. After that, it's approved automatically."
        )
        assert told(desk.apply(world.delivered(), "refund_only", "late")) == (
            "Request sent. The shop has until 03-04 10:00 to review it."
        )

    def test_what_the_shop_is_told_before_it_says_yes(self) -> None:
        def told(type_: str, **more: object) -> str:
            return approval(Ticket(type=type_, order=Order(currency="CNY"), **more))

        assert "right away" in told("refund_only")
        assert "right away" in told("return_refund", returnless=True)
        assert "Once you've received" in told("return_refund")
        assert "you send the replacement" in told("exchange")
        assert "difference of ¥40.00 first" in told("exchange", price_difference=Decimal(40))
        assert "You repair" in told("repair")
        assert told("reissue").startswith("Nothing is returned.")
        assert "¥9.50 is refunded right away" in receiving(
            Ticket(type="return_refund", approved_amount=Decimal("9.50"), order=Order(currency="CNY"))
        )
