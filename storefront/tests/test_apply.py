"""The application page without a script: every type, what is offered and why not, what is refused and kept."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest

from aftersales import services
from aftersales.models import Ticket
from orders.models import Order
from tests.browser import Sit, text
from tests.desk import Desk
from tests.world import World

from .filled import body, send, ticket_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("now")]


def url(order: Order, more: str = "") -> str:
    return f"/orders/{order.order_no}/apply/{more}"


class TestTheWayIn:
    def test_a_stranger_finds_nothing(self, world: World, sit: Sit) -> None:
        order = world.place_order()
        for client, method in ((sit("bob"), "get"), (sit("bob"), "post"), (sit("eve"), "get")):
            assert getattr(client, method)(url(order)).status_code == 404
            assert getattr(client, method)(url(order, "quote/")).status_code == (405 if method == "get" else 404)

    def test_without_a_login_to_the_login(self, world: World, sit: Sit) -> None:
        order = world.place_order()
        answer = sit("").get(url(order))
        assert (answer.status_code, answer["Location"]) == (302, f"/login/?next={url(order)}")

    def test_the_desk_has_its_own_page(self, world: World, sit: Sit) -> None:
        order = world.place_order()
        assert sit("mei").get(url(order))["Location"].startswith("/admin/orders/order/")

    @pytest.mark.parametrize("paid", [True, False])
    def test_where_nothing_may_the_page_says_why_and_whom_to_call(self, world: World, sit: Sit, paid: bool) -> None:
        order = world.place_order(paid=paid)
        if paid:
            services.apply(
                order, Desk(world).application(order, "refund_only", "late"), actor=world.actor("alice"), now=world.now
            )
        page = text(sit("alice").get(url(order)))
        assert ("already an open ticket" if paid else "hasn't been paid") in page
        assert "400-000" in page
        assert 'id="apply"' not in page


class TestWhatIsOffered:
    def test_an_unshipped_order_needs_a_reason_and_nothing_else(self, world: World, sit: Sit) -> None:
        order, client = world.place_order(freight="10.00"), sit("alice")
        page = text(client.get(url(order)))
        assert re.search(r'id="type-refund_only" value="refund_only" checked', page)
        assert re.search(r'id="type-return_refund" value="return_refund" disabled', page)
        assert "This hasn't shipped yet" in page
        assert "¥208.00" in page  # two at 99.00 and the freight
        done = ticket_of(client.post(url(order), body(page) | {"reason_refund_only": "dont_want"}))
        assert (done.type, done.requested_amount) == ("refund_only", Decimal("208.00"))
        assert "on its way to your original" in text(client.get(f"/tickets/{done.ticket_no}/"))

    def test_one_line_can_be_asked_for(self, world: World, sit: Sit) -> None:
        world.sku("CAP")
        order, client = world.place_order(lines=[("TEE", "99.00", 2), ("CAP", "20.00", 1)]), sit("alice")
        first, second = world.lines(order)
        assert body(text(client.get(url(order))))["line"] == [str(first.pk), str(second.pk)]
        assert body(text(client.get(url(order, f"?line={second.pk}"))))["line"] == [str(second.pk)]
        assert body(text(client.get(url(order, "?line=x"))))["line"] == [str(first.pk), str(second.pk)]

    def test_reasons_that_would_be_refused_are_grey_and_say_why(self, world: World, sit: Sit) -> None:
        world.revise_policy(no_reason_days=7)
        order = world.place_order(placed_at=world.now - timedelta(days=30), now=world.now - timedelta(days=30))
        world.deliver(world.ship(order, now=world.now - timedelta(days=20)), now=world.now - timedelta(days=12))
        page = text(sit("alice").get(url(order)))
        assert re.search(r'value="no_reason" disabled', page)
        assert "The period for no-reason returns ended on" in page

    def test_who_pays_the_freight_is_said_with_the_reason(self, world: World, sit: Sit) -> None:
        page = text(sit("alice").get(url(world.delivered())))
        note = re.findall(r'id="note-return_refund-(\w+)">([^<]+)', page)
        notes = {code: words.strip() for code, words in note}
        assert notes["wrong_choice"] == "You pay for return shipping."
        assert notes["quality"].startswith("The shop pays for return shipping")

    def test_the_last_application_of_a_line_is_announced(self, world: World, sit: Sit) -> None:
        order, client = world.delivered(), sit("alice")
        assert "last request" not in text(client.get(url(order)))
        order.lines.update(failed_applications=order.policy.max_applications - 1)
        assert "last request" in text(client.get(url(order)))


class TestEveryType:
    """Each posts the page as it stands, with what a buyer would choose."""

    def photo(self, desk: Desk) -> str:
        return str(desk.photo())

    def test_refund_of_what_has_not_arrived(self, world: World, sit: Sit) -> None:
        order, client = world.shipped(), sit("alice")
        page = text(client.get(url(order)))
        assert "Have you received the goods?" in page
        done = ticket_of(
            client.post(
                url(order), body(page) | {"type": "refund_only", "reason_refund_only": "not_received", "received": "no"}
            )
        )
        assert (done.type, done.status, done.received) == ("refund_only", "pending_review", False)

    def test_a_part_of_the_money(self, world: World, sit: Sit) -> None:
        order = world.delivered()
        chosen = {
            "type": "refund_only",
            "reason_refund_only": "compensation",
            "how": "part",
            "claimed_amount": "￥10.5",
        }
        done = ticket_of(send(sit("alice"), url(order), **chosen))
        assert (done.claimed_amount, done.requested_amount) == (Decimal("10.50"), Decimal("10.50"))

    def test_return_of_some_units_with_a_photo(self, world: World, desk: Desk, sit: Sit) -> None:
        order, photo = world.delivered(), self.photo(desk)
        line = order.lines.get()
        chosen = {"type": "return_refund", "reason_return_refund": "quality", f"quantity_{line.pk}": "1"}
        done = ticket_of(send(sit("alice"), url(order), evidence=photo, description="A hole.\r\nA big one.", **chosen))
        assert (done.requested_amount, done.description) == (Decimal("99.00"), "A hole.\nA big one.")
        assert str(done.evidence.get().pk) == photo
        assert done.return_freight_payer == "merchant"

    def test_exchange_for_another_size(self, world: World, desk: Desk, sit: Sit) -> None:
        world.sku("TEE", title="Tee", spec="S", on_hand=5)
        world.sku("TEE-L", title="Tee", spec="L", price="109.00", on_hand=5)
        world.sku("CAP", title="Cap", on_hand=5)
        order, client = world.delivered(), sit("alice")
        page, line = text(client.get(url(order))), order.lines.get()
        assert re.search(r'Tee · L</b><small><span class="as-num">¥109.00</span>\s*\(\+¥10.00\)\s*· \d+ in stock', page)
        assert "Cap" not in page
        chosen = {"type": "exchange", "reason_exchange": "wrong_choice", f"exchange_sku_{line.pk}": "TEE-L"}
        done = ticket_of(client.post(url(order), body(page) | chosen | {"evidence": self.photo(desk)}))
        assert (done.type, done.price_difference) == ("exchange", Decimal("20.00"))
        wanted = done.lines.get().exchange_sku
        assert wanted is not None
        assert wanted.code == "TEE-L"

    def test_an_exchange_is_offered_where_only_the_same_is_sold_out(self, world: World, sit: Sit) -> None:
        world.sku("TEE", title="Tee", spec="S", on_hand=0)
        world.sku("TEE-L", title="Tee", spec="L", on_hand=5)
        order = world.delivered()
        page = text(sit("alice").get(url(order)))
        assert not re.search(r'value="exchange" disabled', page)
        assert body(page)[f"exchange_sku_{order.lines.get().pk}"] == ["TEE-L"]

    def test_repair(self, world: World, desk: Desk, sit: Sit) -> None:
        order = world.delivered()
        chosen = {"type": "repair", "reason_repair": "fault", "evidence": self.photo(desk)}
        assert ticket_of(send(sit("alice"), url(order), **chosen)).type == "repair"

    def test_reissue(self, world: World, sit: Sit) -> None:
        world.sku("TEE", on_hand=5)
        order = world.delivered()
        done = ticket_of(send(sit("alice"), url(order), type="reissue", reason_reissue="lost"))
        assert (done.type, done.requested_amount) == ("reissue", Decimal(0))

    def test_a_reason_of_another_type_is_not_taken_over(self, world: World, sit: Sit) -> None:
        """Each type keeps the reason that was chosen for it."""
        chosen = {"type": "return_refund", "reason_return_refund": "wrong_choice", "reason_exchange": "quality"}
        assert ticket_of(send(sit("alice"), url(world.delivered()), **chosen)).reason.code == "wrong_choice"


class TestRefusals:
    def refused(self, answer: object, status: int, *sentences: str) -> str:
        page = text(answer)  # type: ignore[arg-type]
        assert answer.status_code == status  # type: ignore[attr-defined]
        summary = page[page.index('id="problems"') : page.index("</section>", page.index('id="problems"'))]
        for sentence in sentences:
            assert sentence in summary
        assert 'tabindex="-1" autofocus' in page
        assert not Ticket.objects.exists()
        return page

    def test_a_missing_photo_keeps_everything(self, world: World, sit: Sit) -> None:
        order = world.delivered()
        line = order.lines.get()
        chosen = {"type": "return_refund", "reason_return_refund": "quality", f"quantity_{line.pk}": "1"}
        answer = send(sit("alice"), url(order), description="Two <holes>", **chosen)
        page = self.refused(answer, 422, "needs a photo")
        kept = body(page)
        assert kept["type"] == ["return_refund"]
        assert kept["reason_return_refund"] == ["quality"]
        assert kept[f"quantity_{line.pk}"] == ["1"]
        assert kept["description"] == ["Two &lt;holes&gt;"]
        assert 'aria-describedby="photo-tip photo-help photos-err"' in page

    def test_no_type_no_goods(self, world: World, sit: Sit) -> None:
        client, order = sit("alice"), world.delivered()
        self.refused(send(client, url(order)), 400, "Choose a service.")
        self.refused(send(client, url(order), line=[], type="repair"), 400, "Choose at least one item.")

    def test_no_reason(self, world: World, sit: Sit) -> None:
        page = self.refused(send(sit("alice"), url(world.place_order())), 422, "Choose one of the listed reasons")
        assert 'href="#reason"' in page

    def test_too_many_units(self, world: World, sit: Sit) -> None:
        order = world.delivered()
        pk = order.lines.get().pk
        chosen = {"type": "return_refund", "reason_return_refund": "wrong_choice", f"quantity_{pk}": "9"}
        page = self.refused(send(sit("alice"), url(order), **chosen), 422, "some were already refunded")
        assert body(page)[f"quantity_{pk}"] == ["9"]

    @pytest.mark.parametrize("units", ["", "0", "-1", "1.5", "x", "１x", "99999999999"])
    def test_what_is_no_number_of_units(self, world: World, sit: Sit, units: str) -> None:
        order = world.delivered()
        chosen = {"type": "return_refund", "reason_return_refund": "wrong_choice"}
        answer = send(sit("alice"), url(order), **chosen, **{f"quantity_{order.lines.get().pk}": units})
        self.refused(answer, 400, "Enter the quantity")

    @pytest.mark.parametrize("amount", ["", "0", "-5", "1e3", "ten", "10.005"])
    def test_what_is_no_amount(self, world: World, sit: Sit, amount: str) -> None:
        chosen = {"type": "refund_only", "reason_refund_only": "compensation", "how": "part", "claimed_amount": amount}
        self.refused(send(sit("alice"), url(world.delivered()), **chosen), 400, "such as 10.00")

    def test_more_than_was_paid(self, world: World, sit: Sit) -> None:
        chosen = {"type": "refund_only", "reason_refund_only": "compensation", "how": "part", "claimed_amount": "500"}
        page = self.refused(send(sit("alice"), url(world.delivered()), **chosen), 422, "more than what's left")
        assert body(page)["claimed_amount"] == ["500"]
        assert "You can ask for up to ¥198.00." in page

    @pytest.mark.parametrize("field", ["type", "reason_refund_only", "line", "description", "evidence", "received"])
    @pytest.mark.parametrize("value", ["\x00", "x" * 3000, "‮", "-1", "９", "'\"><script>"])
    def test_nonsense_is_refused_and_breaks_nothing(self, world: World, sit: Sit, field: str, value: str) -> None:
        order = world.place_order()
        answer = send(sit("alice"), url(order), **{"reason_refund_only": "late", field: value})
        assert answer.status_code in (302, 400, 422)
        assert "<script>" not in text(answer).replace("<script src", "")

    def test_the_line_of_another_order(self, world: World, sit: Sit) -> None:
        mine, other = world.place_order(), world.place_order(buyer="bob")
        answer = send(sit("alice"), url(mine), line=str(other.lines.get().pk), reason_refund_only="late")
        self.refused(answer, 400)


class TestWithoutAScript:
    def test_the_amount_can_be_asked_for(self, world: World, sit: Sit) -> None:
        order = world.delivered()
        chosen = {"type": "return_refund", f"quantity_{order.lines.get().pk}": "1", "show": "1"}
        answer = send(sit("alice"), url(order), **chosen)
        assert answer.status_code == 200
        assert "¥99.00</dd>" in text(answer)
        assert 'id="problems"' not in text(answer)
        assert not Ticket.objects.exists()
