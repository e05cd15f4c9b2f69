"""One order: what it shows, where one may apply, and the three small verbs with every refusal."""

import re
from datetime import timedelta

import pytest

from accounts.models import Shop
from logistics import services as logistics
from logistics.models import Parcel, ParcelEvent
from orders import services
from orders.models import Order, Payment
from orders.models.note import Flag
from tests.browser import text
from tests.world import DAY, PASSWORD

pytestmark = pytest.mark.usefixtures("now")


def url(order, verb=""):
    return f"/orders/{order.order_no}/{verb and verb + '/'}"


def words(page):
    """The text of a page, without its tags."""
    return " ".join(re.sub(r"<[^>]+>", " ", text(page)).split())


def popup(page, name):
    found = re.search(rf'<section class="as-pop" id="{name}".*?</section>', text(page), re.DOTALL)
    return found[0] if found else ""


class TestWho:
    def test_strangers_find_nothing_at_any_address(self, world, now, sit):
        order = world.shipped()
        for name in ("bob", "eve", "rui"):
            assert sit(name).get(url(order)).status_code == 404
            for verb in ("confirm-receipt", "extend", "remark"):
                assert sit(name).get(url(order, verb)).status_code == 404
                assert sit(name).post(url(order, verb), {"text": "x"}).status_code == 404
        assert not order.notes.exists()

    def test_the_shop_is_shown_the_row_at_its_desk(self, world, now, sit):
        order = world.shipped()
        for name in ("mei", "sun"):
            assert sit(name).get(url(order)).url == f"/admin/orders/order/{order.pk}/change/"
            assert sit(name).post(url(order, "confirm-receipt"), {"password": PASSWORD}).status_code == 302
        assert Order.objects.get().status == "shipped"

    def test_anonymous_is_sent_to_the_login_and_comes_back_to_the_pop_up(self, world, now, sit):
        order = world.shipped()
        for verb in ("", "confirm-receipt", "extend", "remark"):
            assert sit("").post(url(order, verb)).url == f"/login/?next={url(order, verb)}"
        assert sit("alice").get(url(order, "remark")).url == f"{url(order)}?open=remark"


class TestWhatIsNext:
    @pytest.mark.parametrize(
        ("state", "sentence"),
        [
            ("unpaid", "Waiting for your payment"),
            ("paid", "The shop is preparing your order Nothing has shipped yet."),
            ("packed", "Packed and ready to ship Your parcel is packed, so"),
            ("part", "Part of your order is on its way"),
            ("shipped", "On its way to you Confirm once everything has arrived"),
            ("delivered", "Delivered Confirm once everything has arrived"),
            ("open", "is paused while your after-sales ticket is open"),
            ("completed", "Order complete After-sales service until"),
            ("refunded", "Closed, fully refunded Everything you paid was refunded."),
            ("closed", "Closed without payment no payment came. You didn't pay"),
        ],
    )
    def test_is_shown_in_every_state(self, world, desk, sit, state, sentence):
        page = sit("alice").get(url(self.reach(state, world, desk)))
        assert page.status_code == 200
        assert sentence in words(page)

    def reach(self, state, world, desk):
        oms = world.actor("oms")
        match state:
            case "unpaid":
                return world.place_order(paid=False)
            case "packed":
                return services.pack(world.place_order(), actor=oms, now=desk.now)
            case "part":
                order = world.place_order()
                return world.ship(order, {order.lines.get().pk: 1})
            case "open":
                desk.apply(order := world.delivered())
                return order
            case "refunded":
                desk.pay_out(desk.apply(order := world.place_order(), "refund_only", "dont_want"))
                return order
            case "closed":
                return services.close(world.place_order(paid=False), reason="no payment came", actor=oms, now=desk.now)
        return {"paid": world.place_order, "shipped": world.shipped, "delivered": world.delivered}.get(
            state, world.completed
        )()

    def test_the_end_of_the_window_is_shown(self, world, now, sit):
        order = world.completed()
        Order.objects.filter(pk=order.pk).update(window_ends_at=now - DAY)
        assert "The after-sales period has ended." in words(sit("alice").get(url(order)))


class TestEntries:
    def links(self, page):
        return re.findall(r'href="(/orders/[^"]+/apply/[^"]*)"[^>]*>([^<]+)', text(page))

    def test_each_line_and_the_whole_order(self, world, now, sit):
        order = world.place_order(lines=[("A", "1.00", 1), ("B", "2.00", 1)])
        one, two = world.lines(order)
        links = self.links(sit("alice").get(url(order)))
        assert (f"{url(order)}apply/?line={one.pk}", "Refund") in links
        assert (f"{url(order)}apply/?line={two.pk}", "Refund") in links
        assert (f"{url(order)}apply/", "Refund") in links

    def test_a_shipped_line_is_not_just_refunded(self, world, now, sit):
        order = world.place_order(lines=[("A", "1.00", 1), ("B", "2.00", 1)])
        one, two = world.lines(order)
        world.ship(order, {one.pk: 1})
        links = self.links(sit("alice").get(url(order)))
        assert (f"{url(order)}apply/?line={one.pk}", "Request after-sales service") in links
        assert (f"{url(order)}apply/?line={two.pk}", "Refund") in links
        assert (f"{url(order)}apply/", "Request after-sales service") in links

    def test_a_line_in_after_sales_says_why_not(self, world, desk, sit):
        order = world.place_order(lines=[("A", "1.00", 1), ("B", "2.00", 1)])
        services.pack(order, actor=world.actor("oms"), now=desk.now)
        one, two = world.lines(order)
        application = desk.application(order, "refund_only", "dont_want")
        from dataclasses import replace

        from aftersales import services as tickets

        tickets.apply(order, replace(application, lines=application.lines[:1]), actor=desk.buyer, now=desk.now)
        page = sit("alice").get(url(order))
        assert not [link for link, _ in self.links(page) if link.endswith(f"?line={one.pk}")]
        assert [link for link, _ in self.links(page) if link.endswith(f"?line={two.pk}")]
        assert "There's already an open ticket" in words(page)

    def test_a_closed_entry_says_why_and_whom_to_call(self, world, now, sit):
        order = world.completed()
        Order.objects.filter(pk=order.pk).update(window_ends_at=now - DAY)
        Shop.objects.update(hotline="400-820-0001")
        page = sit("alice").get(url(order))
        assert self.links(page) == []
        assert re.search(r"The after-sales period ended on .*400-820-0001", words(page))

    def test_an_unpaid_order_has_no_entry_either(self, world, now, sit):
        page = sit("alice").get(url(world.place_order(paid=False)))
        assert self.links(page) == []
        assert "This order hasn't been paid for yet. Questions? Call the shop: 400-000." in words(page)


class TestWhatItShows:
    def test_amounts_broken_down_with_each_tender(self, world, desk, sit):
        order = world.place_order(
            lines=[("A", "100.00", 1), ("B", "50.00", 2)],
            freight="10.00",
            discount="30.00",
            points_deduction="5.00",
            payments=[("PAY-1", "100.00"), ("PAY-2", "75.00")],
        )
        page = words(sit("alice").get(url(order)))
        for row in ("Goods ¥200.00", "Discounts −¥30.00", "−¥5.00", "Freight ¥10.00", "Paid ¥175.00"):
            assert row in page
        assert page.count("Test payment") == 2
        assert "¥100.00" in page
        assert "¥75.00" in page

    def test_many_lines_come_in_pages(self, world, now, sit):
        order, client = world.place_order(lines=[(f"S{n}", "1.00", 1) for n in range(51)]), sit("alice")
        first, last = client.get(url(order)), client.get(url(order) + "?goods=2")
        assert [text(page).count("as-line__t") for page in (first, last, client.get(url(order) + "?goods=x"))] == [
            50,
            1,
            50,
        ]
        assert 'href="?goods=2#goods"' in text(first)
        for page in (first, last):
            assert "Goods ¥51.00" in words(page)
            assert f'href="{url(order)}apply/"' in text(page)

    def test_what_was_refunded(self, world, desk, sit):
        order = world.delivered(lines=[("A", "100.00", 1)])
        desk.pay_out(desk.receive(desk.ship_back(desk.approve(desk.apply(order)))))
        page = words(sit("alice").get(url(order)))
        assert "Refunded × 1" in page
        assert "Refunded ¥100.00" in page
        assert "¥100.00 refunded or on its way" in page

    def test_buyers_read_their_own_address_in_full(self, world, now, sit):
        page = words(sit("alice").get(url(world.place_order())))
        assert "Alice 13800000000" in page
        assert "1 Lantern Street" in page

    def test_parcels_with_their_trace_the_older_steps_folded(self, world, now, sit):
        order = world.place_order()
        logistics.ship(
            order, courier="sf", tracking_no="SF-77", lines=None, replaces=None, actor=world.actor("oms"), now=now
        )
        parcel = Parcel.objects.get()
        for n in range(5):
            ParcelEvent.objects.create(parcel=parcel, at=now + timedelta(hours=n), status="x", text=f"step {n}")
        page = text(sit("alice").get(url(order)))
        assert 'data-copy="SF-77"' in page
        shown, folded = page.split("<details", 1)
        assert [n for n in range(5) if f"step {n}" in shown] == [2, 3, 4]
        assert "2 earlier steps" in folded

    def test_tickets_of_the_order(self, world, desk, sit):
        order = world.delivered()
        ticket = desk.apply(order)
        page = sit("alice").get(url(order))
        assert f'href="/tickets/{ticket.ticket_no}/"' in text(page)
        assert "In after-sales × 2" in words(page)

    def test_remarks_with_flag_author_and_time(self, world, now, sit):
        order = world.place_order()
        services.add_note(order, text="Gift wrap", flag=Flag.RED, actor=world.actor("mei"), now=now)
        page = words(sit("alice").get(url(order)))
        assert re.search(r"Gift wrap Flag: Red · Lantern · \d{4}-", page)
        for n in range(25):
            services.add_note(order, text=f"note {n}.", actor=world.actor("alice"), now=now)
        page = words(sit("alice").get(url(order)))
        assert "note 24." in page
        assert "Gift wrap" not in page
        assert "Only the latest remarks are shown." in page

    def test_fourteen_statements_whatever_the_order_holds(self, world, desk, sit, django_assert_max_num_queries):
        order = world.place_order(lines=[(f"SKU{n}", "10.00", 3) for n in range(8)])
        for n, line in enumerate(world.lines(order)):
            logistics.ship(
                order, courier="sf", tracking_no=f"SF-{n}", lines=[{"line_id": line.pk, "quantity": 2}], replaces=None,
                actor=world.actor("oms"), now=desk.now,
            )  # fmt: skip
        for parcel in Parcel.objects.all():
            ParcelEvent.objects.create(parcel=parcel, at=desk.now, status="x", text="picked up")
        world.revise_policy(window_days=20)
        for _ in range(2):
            desk.apply(order, quantity=1)
            services.add_note(order, text="x", actor=desk.buyer, now=desk.now)
        client = sit("alice")
        with django_assert_max_num_queries(14):
            assert client.get(url(order)).status_code == 200


class TestConfirmReceipt:
    def test_with_the_password(self, world, now, sit):
        order = world.shipped()
        world.password("alice")
        client = sit("alice")
        answer = client.post(url(order, "confirm-receipt"), {"password": PASSWORD}, follow=True)
        assert answer.redirect_chain == [(url(order), 302)]
        assert "Thanks for confirming." in words(answer)
        assert Order.objects.get().status == "completed"

    def test_the_pop_up_names_the_consequence(self, world, now, sit):
        world.revise_policy(window_days=20)
        sheet = popup(sit("alice").get(url(world.shipped())), "receipt")
        assert "20 more days" in sheet
        assert "You can't undo this." in sheet
        assert "data-open" not in sheet

    def test_a_wrong_password_opens_it_again(self, world, now, sit):
        order = world.shipped()
        world.password("alice")
        answer = sit("alice").post(url(order, "confirm-receipt"), {"password": "guess"})
        sheet = popup(answer, "receipt")
        assert answer.status_code == 400
        assert "data-open" in sheet
        assert "Wrong password." in sheet
        assert "guess" not in sheet
        assert Order.objects.get().status == "shipped"

    def test_no_password_is_asked_for(self, world, now, sit):
        answer = sit("alice").post(url(world.shipped(), "confirm-receipt"), {})
        assert answer.status_code == 400
        assert 'aria-invalid="true"' in popup(answer, "receipt")

    def test_guessing_locks_as_in_the_api(self, world, now, sit, settings):
        settings.AXES_FAILURE_LIMIT = 3
        order = world.shipped()
        world.password("alice")
        client = sit("alice")
        for _ in range(3):
            answer = client.post(url(order, "confirm-receipt"), {"password": "guess"})
        assert answer.status_code == 429
        assert client.post(url(order, "confirm-receipt"), {"password": PASSWORD}).status_code == 429
        assert Order.objects.get().status == "shipped"

    def test_an_open_ticket_forbids_it(self, world, desk, sit):
        order = world.delivered()
        desk.apply(order)
        world.password("alice")
        assert popup(sit("alice").get(url(order)), "receipt") == ""
        answer = sit("alice").post(url(order, "confirm-receipt"), {"password": PASSWORD})
        assert answer.status_code == 409
        assert "Finish or withdraw it first." in popup(answer, "receipt")

    def test_twice_is_refused(self, world, now, sit):
        order = world.completed()
        world.password("alice")
        answer = sit("alice").post(url(order, "confirm-receipt"), {"password": PASSWORD})
        assert answer.status_code == 409
        assert "as-note--error" in popup(answer, "receipt")


class TestExtend:
    def test_once_by_ten_days_at_most(self, world, now, sit):
        order, client = world.shipped(), sit("alice")
        due = Order.objects.get().receipt_due_at
        assert due is not None
        answer = client.post(url(order, "extend"), {"days": "10", "reason": "away"}, follow=True)
        assert "You now have more time to confirm." in words(answer)
        assert Order.objects.get().receipt_due_at == due + 10 * DAY
        assert popup(answer, "extend") == ""
        again = client.post(url(order, "extend"), {"days": "1"})
        assert again.status_code == 409
        assert "already extended confirmation once" in popup(again, "extend")

    @pytest.mark.parametrize("days", ["0", "11", "x", "", "9" * 30])
    def test_what_does_not_fit_is_kept(self, world, now, sit, days):
        order = world.shipped()
        answer = sit("alice").post(url(order, "extend"), {"days": days, "reason": "I am away"})
        sheet = popup(answer, "extend")
        assert answer.status_code == 400
        assert "data-open" in sheet
        assert "I am away" in sheet
        assert "as-err" in sheet
        assert not Order.objects.get().buyer_extended


class TestRemark:
    def test_is_saved_with_its_flag(self, world, now, sit):
        order = world.place_order()
        answer = sit("alice").post(url(order, "remark"), {"text": "Ring twice", "flag": "blue"}, follow=True)
        assert "Remark saved" in words(answer)
        note = order.notes.get()
        assert (note.text, note.flag, note.author_kind, note.author_id) == (
            "Ring twice",
            "blue",
            "buyer",
            world.alice.pk,
        )
        assert "Ring twice Flag: Blue · You" in words(answer)

    def test_at_any_stage(self, world, now, sit):
        for order in (world.place_order(paid=False), world.completed()):
            assert sit("alice").post(url(order, "remark"), {"text": "x"}).status_code == 302
            assert order.notes.get().flag == "none"

    @pytest.mark.parametrize(
        ("typed", "kept"),
        [
            ({"text": "", "flag": "red"}, 'value="red" checked'),
            ({"text": "   ", "flag": "red"}, 'value="red" checked'),
            ({"text": "y" * 501, "flag": "red"}, "y" * 501),
            ({"text": "please", "flag": "pink"}, "please"),
            ({"text": "a\0b", "flag": "red"}, 'value="red" checked'),
        ],
    )
    def test_a_refusal_keeps_what_was_typed(self, world, now, sit, typed, kept):
        order = world.place_order()
        answer = sit("alice").post(url(order, "remark"), typed)
        sheet = popup(answer, "remark")
        assert answer.status_code == 400
        assert "data-open" in sheet
        assert kept in sheet
        assert "as-err" in sheet
        assert not order.notes.exists()

    def test_the_list_opens_it(self, world, now, sit):
        order, client = world.place_order(), sit("alice")
        assert "data-open" in popup(client.get(url(order) + "?open=remark"), "remark")
        assert "data-open" not in popup(client.get(url(order) + "?open=nothing"), "remark")

    def test_what_a_person_writes_is_no_html(self, world, now, sit):
        order = world.place_order()
        services.add_note(order, text="<b>x</b>", actor=world.actor("mei"), now=now)
        assert "&lt;b&gt;x&lt;/b&gt;" in text(sit("alice").get(url(order)))


def test_a_price_difference_paid_later_is_named(world, desk, sit):
    world.sku("TEE", on_hand=5)
    world.sku("GOLD", price="199.00", on_hand=5)
    order = world.delivered(lines=[("TEE", "99.00", 1)])
    ticket = desk.approve(desk.apply(order, "exchange", "wrong_choice", exchange_sku="GOLD"))
    desk.pay_difference(ticket, str(ticket.price_difference))
    assert Payment.objects.filter(purpose="difference").exists()
    assert "price difference" in words(sit("alice").get(url(order)))
