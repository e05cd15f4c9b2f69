"""The ticket page at the desk: every button through the browser, and what the page shows."""

import re
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from aftersales.models import CannedResponse, Ticket
from logistics.models import ReturnAddress
from orders import services as orders
from orders.models import OrderLine
from tests.browser import Sit, listing, page, text
from tests.desk import Desk
from tests.world import World


@pytest.fixture
def desk(world: World) -> Desk:
    world.sku(on_hand=10)
    return Desk(world)


def fresh(ticket: Ticket) -> Ticket:
    return Ticket.objects.get(pk=ticket.pk)


def buttons(client: object, ticket: Ticket) -> list[str]:
    return [button.verb.name for button in client.get(page(ticket)).context["buttons"]]  # type: ignore[attr-defined]


def approval(ticket: Ticket, **more: str) -> dict[str, str]:
    address = ReturnAddress.objects.get(shop=ticket.shop)
    return {"return_address_id": str(address.pk), "return_freight_payer": "merchant", **more}


def waybill(**more: str) -> dict[str, str]:
    return {"courier": "sf", "tracking_no": "SF100", **more}


# --- every button --------------------------------------------------------------------------------------


def test_approve_return_receive_and_pay(desk: Desk, world: World, sit: Sit) -> None:
    ticket, mei = desk.apply(world.delivered()), sit("mei")
    assert buttons(mei, ticket) == ["approve", "reject", "offer"]
    response = mei.post(page(ticket, "approve"), approval(ticket, refund_amount="198.00"), follow=True)
    assert response.redirect_chain == [(page(ticket), 302)]
    assert "“Approve” done" in text(response)
    assert fresh(ticket).status == "pending_return"

    assert buttons(mei, ticket) == ["receive", "ship_back", "offer"]
    assert mei.post(page(ticket, "ship_back"), waybill(freight_paid="8.00")).status_code == 302
    assert (fresh(ticket).status, fresh(ticket).return_freight_amount) == ("pending_refund", Decimal("8.00"))

    assert buttons(mei, ticket) == ["receive", "ship_back", "refuse_goods", "offer"]
    line = ticket.lines.get()
    counted = {f"{line.line_id}-as_new": "1", f"{line.line_id}-damaged": "1", "note": "one is scratched"}
    assert mei.post(page(ticket, "receive"), counted).status_code == 302
    found = dict(line.inspections.values_list("condition", "quantity"))
    assert found == {"as_new": 1, "damaged": 1}
    assert desk.pay_out(ticket).status == "completed"
    assert buttons(mei, ticket) == []


def test_a_lower_amount_needs_the_buyers_yes_and_the_form_keeps_what_was_typed(
    desk: Desk, world: World, sit: Sit
) -> None:
    world.revise_policy(consent="note")
    ticket, mei = desk.apply(world.delivered()), sit("mei")
    data = approval(ticket, refund_amount="150.00", note="")
    response = mei.post(page(ticket, "approve"), data)
    assert response.status_code == 409
    assert 'value="150.00"' in text(response)
    assert "The buyer has to agree" in text(response)
    assert fresh(ticket).status == "pending_review"
    data |= {"refund_amount_consent": "on", "note": "agreed on the phone"}
    assert mei.post(page(ticket, "approve"), data).status_code == 302
    assert fresh(ticket).approved_amount == Decimal("150.00")


def test_too_much_is_422_with_the_amount_kept(desk: Desk, world: World, sit: Sit) -> None:
    ticket = desk.apply(world.delivered())
    response = sit("mei").post(page(ticket, "approve"), approval(ticket, refund_amount="500.00"))
    assert response.status_code == 422
    assert 'value="500.00"' in text(response)


def test_what_is_no_amount_is_400_on_the_field(desk: Desk, world: World, sit: Sit) -> None:
    ticket = desk.apply(world.delivered())
    response = sit("mei").post(page(ticket, "approve"), approval(ticket, refund_amount="-1"))
    assert response.status_code == 400
    assert response.context["form"].errors["refund_amount"]
    assert sit("mei").post(page(ticket, "approve"), {"note": "a\0b", **approval(ticket)}).status_code == 400


def test_an_agent_stops_at_the_limit(desk: Desk, world: World, sit: Sit) -> None:
    dear = desk.apply(world.delivered(lines=[("TEE", "99.00", 3)]))
    assert sit("wen").post(page(dear, "approve"), approval(dear)).status_code in (302, 403)
    cheap = desk.apply(world.delivered(lines=[("TEE", "99.00", 1)]))
    assert sit("wen").post(page(cheap, "approve"), approval(cheap)).status_code == 302
    order, claimed = world.delivered(lines=[("TEE", "99.00", 3)]), Decimal("250.00")
    refund = desk.apply(order, "refund_only", "compensation", claimed_amount=claimed)
    assert sit("wen").post(page(refund, "approve"), {"refund_amount": "250.00"}).status_code == 403
    assert fresh(refund).status == "pending_review"


def test_reject_with_a_ready_text(desk: Desk, world: World, sit: Sit) -> None:
    CannedResponse.objects.create(shop=world.lantern, text="No photo of the damage.")
    ticket, mei = desk.apply(world.delivered()), sit("mei")
    assert "No photo of the damage." in text(mei.get(page(ticket, "reject")))
    assert mei.post(page(ticket, "reject"), {"template": "", "reason": ""}).status_code == 400
    assert mei.post(page(ticket, "reject"), {"template": "No photo of the damage.", "reason": ""}).status_code == 302
    assert (fresh(ticket).status, fresh(ticket).rejection_reason) == ("rejected", "No photo of the damage.")
    assert buttons(mei, ticket) == ["approve"]
    assert buttons(sit("sun"), ticket) == ["reopen"]


def test_a_no_reason_return_asks_for_the_ground(desk: Desk, world: World, sit: Sit) -> None:
    ticket, mei = desk.apply(world.delivered(), reason="no_reason"), sit("mei")
    response = mei.post(page(ticket, "reject"), {"reason": "we do not like it", "ground": ""})
    assert response.status_code == 422
    assert "we do not like it" in text(response)
    assert "no legal ground against it applies" in text(response)
    assert 'name="ground"' not in text(response)
    OrderLine.objects.update(no_reason_exempt=True, exempt_confirmed=True)
    shown = text(mei.get(page(ticket, "reject")))
    assert re.findall(r'<option value="(\w+)">', shown.split('name="ground"')[1]) == ["exempt_confirmed"]
    assert mei.post(page(ticket, "reject"), {"reason": "cut", "ground": "exempt_confirmed"}).status_code == 302


def test_goods_that_have_not_left_need_a_waybill(desk: Desk, world: World, sit: Sit) -> None:
    """B-18."""
    order, mei = world.place_order(), sit("mei")
    ticket = desk.apply(orders.pack(order, actor=desk.merchant, now=world.now), "refund_only", "dont_want")
    assert "Rejecting ships them" in text(mei.get(page(ticket, "reject")))
    answer = mei.post(page(ticket, "reject"), {"reason": "It is on its way", "courier": "sf"})
    assert answer.status_code == 422
    assert "Enter the tracking number" in text(answer)
    assert mei.post(page(ticket, "reject"), {"reason": "It is on its way"} | waybill()).status_code == 302
    assert (fresh(ticket).status, fresh(ticket).rejection_ground) == ("rejected", "already_shipped")
    assert fresh(ticket).order.status == "shipped"


def test_refuse_goods_and_send_them_back(desk: Desk, world: World, sit: Sit) -> None:
    ticket, mei = desk.apply(world.delivered()), sit("mei")
    desk.approve(ticket)
    desk.ship_back(ticket)
    assert mei.post(page(ticket, "refuse_goods"), {"reason": "a brick"}).status_code == 302
    assert buttons(mei, ticket) == ["receive", "return_goods"]
    assert mei.post(page(ticket, "return_goods"), waybill()).status_code == 302
    assert fresh(ticket).send_back_parcel is not None


def test_exchange_is_sent_ahead_only_when_that_is_said(desk: Desk, world: World, sit: Sit) -> None:
    ticket, mei = desk.apply(world.delivered(), "exchange"), sit("mei")
    desk.approve(ticket)
    desk.ship_back(ticket)
    assert mei.post(page(ticket, "reship"), waybill()).status_code == 409
    ahead = waybill(advance="on", note="urgent")
    assert mei.post(page(ticket, "reship"), ahead).status_code == 302
    assert fresh(ticket).status == "reshipped"


def test_what_cannot_be_sent_is_converted(desk: Desk, world: World, sit: Sit) -> None:
    ticket, mei = desk.apply(world.delivered(), "exchange"), sit("mei")
    desk.approve(ticket)
    assert mei.post(page(ticket, "convert"), {"to": "return_refund", "note": "sold out"}).status_code == 302
    assert (fresh(ticket).type, fresh(ticket).status) == ("return_refund", "pending_return")


def test_support_reopens(desk: Desk, world: World, sit: Sit) -> None:
    ticket = desk.apply(world.delivered())
    assert sit("mei").post(page(ticket, "reject"), {"reason": "no"}).status_code == 302
    assert sit("mei").post(page(ticket, "reopen"), {"reason": "x"}).status_code == 403
    assert sit("sun").post(page(ticket, "reopen"), {"reason": "the photo came late"}).status_code == 302
    assert fresh(ticket).status == "pending_review"


def test_the_shop_applies_for_the_buyer(desk: Desk, world: World, sit: Sit) -> None:
    order, mei = world.delivered(), sit("mei")
    line = order.lines.get()
    data = {"reason": "return_refund:wrong_choice", f"units_{line.pk}": "1", "description": "by phone"}
    response = mei.post(page(order, "apply"), data)
    assert response.status_code == 302, response.context["form"].errors
    ticket = Ticket.objects.get()
    assert response.headers["Location"] == page(ticket)
    assert (ticket.buyer, ticket.history()[0].actor_kind) == (world.alice, "merchant")
    response = mei.post(page(order, "apply"), {**data, "reason": "return_refund:quality"})
    assert response.status_code == 422
    assert "by phone" in text(response)


def photo() -> SimpleUploadedFile:
    picture = BytesIO()
    Image.new("RGB", (40, 30), "red").save(picture, "PNG")
    return SimpleUploadedFile("red.png", picture.getvalue(), "image/png")


def test_photos_go_along(desk: Desk, world: World, sit: Sit, tmp_path: Path, settings: Any) -> None:
    settings.MEDIA_ROOT = tmp_path
    order, mei = world.delivered(), sit("mei")
    data = {"reason": "return_refund:quality", f"units_{order.lines.get().pk}": "1", "photos": [photo(), photo()]}
    response = mei.post(page(order, "apply"), data)
    ticket = Ticket.objects.get()
    assert response.headers["Location"] == page(ticket)
    html = text(mei.get(page(ticket)))
    for file in ticket.evidence.all():
        assert f"/api/v1/evidence/{file.pk}/thumbnail/" in html
    assert ticket.evidence.count() == 2
    desk.approve(ticket)
    desk.ship_back(ticket)
    bad = SimpleUploadedFile("x.png", b"<svg onload=alert(1)>", "image/png")
    assert mei.post(page(ticket, "refuse_goods"), {"reason": "a brick", "photos": [bad]}).status_code == 415
    assert mei.post(page(ticket, "refuse_goods"), {"reason": "a brick", "photos": [photo()]}).status_code == 302
    assert ticket.evidence.count() == 3


def test_a_verb_that_is_past_says_so(desk: Desk, world: World, sit: Sit) -> None:
    ticket, mei = desk.apply(world.delivered()), sit("mei")
    desk.approve(ticket)
    assert mei.post(page(ticket, "reject"), {"reason": "late thought"}).status_code == 409
    response = mei.get(page(ticket, "reject"), follow=True)
    assert "isn't possible right now" in text(response)


def test_get_does_nothing_and_post_wants_the_token(desk: Desk, world: World, sit: Sit) -> None:
    from django.test import Client

    ticket = desk.apply(world.delivered())
    for name in ("approve", "reject"):
        assert sit("mei").get(page(ticket, name)).status_code == 200
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(world.mei, backend="django.contrib.auth.backends.ModelBackend")
    assert strict.post(page(ticket, "approve"), approval(ticket)).status_code == 403
    assert fresh(ticket).status == "pending_review"


def test_ones_own_purchase_is_not_ones_own_to_decide(desk: Desk, world: World, sit: Sit) -> None:
    order = world.delivered(buyer="mei")
    application = desk.application(order, "return_refund", "no_reason", evidence=())
    from accounts.access import actor_for
    from aftersales import services

    buyer = actor_for(world.mei, shop_id=order.shop_id, buyer_id=order.buyer_id)
    assert buyer is not None
    ticket = services.apply(order, application, actor=buyer, now=world.now)
    assert buttons(sit("mei"), ticket) == []
    assert sit("mei").post(page(ticket, "approve"), approval(ticket)).status_code == 403


# --- the page ------------------------------------------------------------------------------------------


def test_what_a_buyer_writes_is_text(desk: Desk, world: World, sit: Sit) -> None:
    ticket = desk.apply(world.delivered(), description="<script>alert(1)</script>\n<img src=x onerror=alert(2)>")
    html = text(sit("mei").get(page(ticket)))
    assert "&lt;script&gt;alert(1)" in html
    assert "<script>alert" not in html
    assert "<img src=x" not in html
    sit("mei").post(page(ticket, "reject"), {"reason": "<b onclick=x>no</b>"})
    html = text(sit("mei").get(page(ticket)))
    assert "<b onclick" not in html


INLINE = re.compile(r"<style|\sstyle=|\son[a-z]+=|<script(?![^>]*\ssrc=)|javascript:", re.IGNORECASE)


def test_no_page_needs_inline_script_or_style(desk: Desk, world: World, sit: Sit) -> None:
    order = world.delivered()
    ticket = desk.apply(order)
    mei = sit("mei")
    addresses = [
        page(ticket),
        page(order),
        page(ticket, "reject"),
        listing(Ticket),
        "/admin/",
        "/admin/password_change/",
    ]
    addresses += ["/admin/accounts/membership/add/", "/admin/accounts/shop/", "/", "/help/"]
    for address in addresses:
        response = mei.get(address)
        assert response.status_code == 200, address
        found = INLINE.search(text(response))
        assert not found, (address, text(response)[found.start() - 80 : found.end() + 80] if found else "")
        assert "unsafe" not in response["Content-Security-Policy"]


def test_the_page_says_who_must_act_by_when(desk: Desk, world: World, sit: Sit) -> None:
    ticket = desk.apply(world.delivered(), description="please exchange it")
    html = text(sit("mei").get(page(ticket)))
    for part in (
        "Shop needs to review",
        "The description suggests a different service.",
        "please exchange it",
        "¥198.00",
        "Quality problem",
    ):
        assert part in html, part


def test_pages_speak_chinese_unless_asked(desk: Desk, world: World, sit: Sit) -> None:
    mei = sit("mei")
    html = text(mei.get("/admin/", headers={"accept-language": "zh-CN,zh;q=0.9"}))
    assert '<html lang="zh-hans"' in html
    mei.post("/i18n/setlang/", {"language": "zh-hans", "next": "/admin/"})
    assert '<html lang="zh-hans"' in text(mei.get("/admin/", headers={"accept-language": "en"}))


# --- the queue -----------------------------------------------------------------------------------------


def test_what_runs_out_first_stands_first_and_what_ended_last(desk: Desk, world: World, sit: Sit) -> None:
    ended = desk.apply(world.place_order(), "refund_only", "dont_want", evidence=())
    ended = desk.pay_out(ended)
    later, sooner = (desk.apply(world.delivered()) for _ in range(2))
    Ticket.objects.filter(pk=sooner.pk).update(due_at=world.now)
    found = [row.pk for row in sit("mei").get(listing(Ticket)).context["cl"].result_list]
    assert found == [sooner.pk, later.pk, ended.pk]


def test_a_refusal_that_names_no_field_stands_in_the_form_and_is_announced(desk: Desk, world: World, sit: Sit) -> None:
    ticket = desk.apply(world.delivered())
    response = sit("mei").post(page(ticket, "approve"), approval(ticket, refund_amount="1.00"))
    assert response.status_code == 409
    pane = response.content.decode().split('id="do-approve"')[1].split("</form>")[0]
    assert '<p class="errornote" role="alert" tabindex="-1">' in pane
    assert 'value="1.00"' in pane


def test_filters_and_search(desk: Desk, world: World, sit: Sit) -> None:
    ticket, mei = desk.apply(world.delivered(order_no="F-77")), sit("mei")
    other = desk.apply(world.delivered(), "exchange")
    desk.approve(other)
    desk.ship_back(other, tracking_no="ZT-9")

    def found(query: str) -> list[int]:
        response = mei.get(listing(Ticket, query))
        assert response.status_code == 200, query
        return sorted(row.pk for row in response.context["cl"].result_list)

    assert found("?stage=pending") == [ticket.pk]
    assert found("?stage=approved") == [other.pk]
    assert found("?overdue=1") == []
    assert found("?type__exact=exchange") == [other.pk]
    assert found("?q=F-77") == found(f"?q={ticket.ticket_no}") == [ticket.pk]
    assert found("?q=zt-9") == [other.pk]
    assert found("?q=alice") == [ticket.pk, other.pk]
    assert mei.get(listing(Ticket, "?q=%00")).status_code == 400
    assert mei.get(listing(Ticket, "?status__exact=nonsense&page=x")).status_code in (200, 302)


def test_the_queue_costs_the_same_for_one_ticket_and_for_many(
    desk: Desk, world: World, sit: Sit, django_assert_max_num_queries: object
) -> None:
    mei = sit("mei")
    desk.apply(world.delivered())
    mei.get(listing(Ticket))
    # With the shop's choice of columns, the goods of all rows, their last messages, and the tiles' two counts.
    with django_assert_max_num_queries(13) as few:  # type: ignore[operator]
        mei.get(listing(Ticket))
    for _ in range(4):
        desk.apply(world.delivered())
    with django_assert_max_num_queries(13) as many:  # type: ignore[operator]
        mei.get(listing(Ticket))
    assert len(few) == len(many)


def test_the_page_costs_a_fixed_number_of_queries(
    desk: Desk, world: World, sit: Sit, django_assert_max_num_queries: object
) -> None:
    ticket, mei = desk.apply(world.delivered()), sit("mei")
    with django_assert_max_num_queries(22):  # type: ignore[operator]
        mei.get(page(ticket))
