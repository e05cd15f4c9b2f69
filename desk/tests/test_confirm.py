"""No money leaves by one press: a page names the amount and the goods, and what it showed is bound to the yes."""

from decimal import Decimal
from typing import Any

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from aftersales.models import Ticket
from aftersales.selectors.pending_action import desk_acts
from refunds.models import Refund
from tests.browser import Sit, page, press_once, text
from tests.desk import Desk
from tests.world import World
from web.admin.base import ReadOnlyAdmin
from web.confirm import BACK, FIELD

from .test_stale_pages import fields

pytestmark = pytest.mark.django_db
KEYS_OF_THE_PAGE = {"j", "k", "q", "m"}


@pytest.fixture
def desk(world: World) -> Desk:
    world.sku("TEE", on_hand=10)
    return Desk(world)


def once(client: Client, ticket: Any, verb: str, **data: str) -> Any:
    return press_once(client, page(ticket, verb), data)


def now(ticket: Ticket) -> Ticket:
    return Ticket.objects.get(pk=ticket.pk)


def coming(desk: Desk, **more: Any) -> Ticket:
    return desk.ship_back(desk.approve(desk.apply(desk.world.delivered(lines=[("TEE", "199.00", 1)]), **more)))


def counts(ticket: Ticket) -> dict[str, str]:
    return {f"{item.line_id}-as_new": str(item.quantity) for item in ticket.lines.all()}


# --- the page that asks -----------------------------------------------------------------------------------


def test_a_refund_without_goods_is_asked_about(desk: Desk, world: World, sit: Sit) -> None:
    ticket, mei = desk.apply(world.delivered(lines=[("TEE", "199.00", 1)]), "refund_only", "compensation"), sit("mei")
    answer = once(mei, ticket, "approve", refund_amount="199.00", note="seen")
    shown = text(answer)
    assert answer.status_code == 200
    for said in ("Pay ¥199.00?", ticket.ticket_no, "Tee × 1", "The buyer keeps them.", "Test payment"):
        assert said in shown, said
    assert (now(ticket).status, Refund.objects.count()) == ("pending_review", 0)
    done = mei.post(page(ticket, "approve"), {"refund_amount": "199.00", "note": "seen", FIELD: confirmed(answer)})
    assert (done.status_code, Refund.objects.get().amount) == (302, Decimal("199.00"))
    assert now(ticket).history().get(action="approve").note == "seen"


def confirmed(answer: Any) -> str:
    seen: str = answer.context["confirmation"].seen
    return seen


def test_received_goods_are_named_with_their_parcel(desk: Desk, sit: Sit) -> None:
    ticket, mei = coming(desk), sit("mei")
    for answer in (
        once(mei, ticket, "receive", **counts(ticket)),
        press_once(
            mei, reverse("admin:desk_receive"), {"verb": "receive", "ticket": ticket.ticket_no, **counts(ticket)}
        ),
    ):
        assert "Pay ¥199.00?" in text(answer)
        assert "SF Express SF1" in text(answer)
    assert (now(ticket).received_at, Refund.objects.count()) == (None, 0)


def test_every_other_way_to_pay_asks_too(desk: Desk, world: World, sit: Sit) -> None:
    mei, order = sit("mei"), world.place_order()
    swap = desk.approve(desk.apply(world.shipped(), "reissue", "lost"))
    assert "Pay ¥" in text(once(mei, swap, "convert", to="refund_only"))
    body = {"reason": "refund_only:dont_want", f"units_{order.lines.get().pk}": "1", "description": "on the phone"}
    assert "Pay ¥99.00?" in text(once(mei, order, "apply", **body))
    assert not Refund.objects.exists()

    failing = world.delivered(payments=[("FAIL-1", "198.00")])
    refund = desk.approve(desk.apply(failing, "refund_only", "compensation")).refunds.get()
    desk.send_refunds()
    answer = once(mei, refund, "retry")
    assert "Pay ¥198.00?" in text(answer)
    assert Refund.objects.count() == 1
    assert once(mei, refund, "retry", **{FIELD: confirmed(answer)}).status_code == 302
    assert Refund.objects.get(retry_of=refund).amount == Decimal("198.00")


def test_a_ticket_that_changed_is_asked_about_again(desk: Desk, sit: Sit) -> None:
    """The answer is to what was shown: another version, or another amount, is not what was agreed to."""
    ticket, mei = coming(desk), sit("mei")
    seen = confirmed(once(mei, ticket, "receive", **counts(ticket)))
    desk.ship_back(ticket, tracking_no="SF2")
    answer = once(mei, ticket, "receive", **counts(ticket), **{FIELD: seen})
    assert answer.status_code == 409
    assert "This has changed since you looked at it. Nothing was paid" in text(answer)
    assert "SF Express SF2" in text(answer)
    assert not Refund.objects.exists()
    assert once(mei, ticket, "receive", **counts(ticket), **{FIELD: confirmed(answer)}).status_code == 302
    assert Refund.objects.get().amount == Decimal("199.00")


def test_the_page_repeats_what_was_sent_and_has_no_field(desk: Desk, world: World, sit: Sit) -> None:
    ticket, mei = desk.apply(world.delivered(), "refund_only", "compensation"), sit("mei")
    shown = text(once(mei, ticket, "approve", refund_amount="198.00", note="as agreed", onward="next"))
    form = shown.split('<form class="panel asking"')[1].split("</form>")[0]
    kinds = {kind.split('"')[0] for kind in form.split('<input type="')[1:]}
    assert kinds == {"hidden"}
    assert "autofocus" not in form
    sent = fields(shown.replace('<form class="panel asking"', '<form action="asking/"'), "asking/")
    assert {"refund_amount", "note", "onward", FIELD} <= set(sent)


def test_back_to_the_form_keeps_what_was_typed(desk: Desk, world: World, sit: Sit) -> None:
    ticket, mei = desk.apply(world.delivered(), "refund_only", "compensation"), sit("mei")
    shown = text(once(mei, ticket, "approve", refund_amount="198.00", note="as agreed", **{BACK: "1"}))
    assert "as agreed" in shown.split('id="do-approve"')[1].split("</form>")[0]
    assert not Refund.objects.exists()


def test_what_pays_nothing_is_not_asked_about(desk: Desk, world: World, sit: Sit) -> None:
    ticket, mei = desk.apply(world.delivered()), sit("mei")
    sent = fields(text(mei.get(page(ticket))), "/approve/")
    assert once(mei, ticket, "approve", **sent).status_code == 302
    assert now(ticket).status == "pending_return"


# --- whose turn it is -------------------------------------------------------------------------------------


def primary(shown: str) -> list[str]:
    body = shown.split('id="content-main"')[1].split("</main>")[0]
    classes = [part.split('"')[0] for part in body.split('class="button ')[1:]]
    return [each for each in classes if each in ("default", "danger")]


def test_nothing_stands_out_while_it_is_the_buyers_turn(desk: Desk, world: World, sit: Sit) -> None:
    mei = sit("mei")
    to_send = desk.approve(desk.apply(world.delivered()))
    offered = desk.apply(world.delivered())
    desk_offer = {"type": "refund_only", "amount": "30.00", "note": "keep it"}
    assert once(mei, offered, "offer", **desk_offer).status_code == 302
    for ticket in (to_send, offered):
        assert not desk_acts(now(ticket))
        assert primary(text(mei.get(page(ticket)))) == []
    assert "default" in primary(text(mei.get(page(desk.apply(world.delivered())))))


def test_goods_that_were_not_sent_are_not_filled_in(desk: Desk, world: World, sit: Sit) -> None:
    ticket, mei = desk.approve(desk.apply(world.delivered())), sit("mei")
    for shown in (mei.get(page(ticket, "receive")), mei.get(reverse("admin:desk_receive"), {"q": ticket.ticket_no})):
        found = fields(text(shown), "/receive/")
        assert [value for name, value in found.items() if name.endswith("-as_new")] == [""]
    answer = once(mei, ticket, "receive", note="none")
    assert answer.status_code == 400
    assert "You haven't counted anything." in text(answer)
    line = ticket.lines.get().line_id
    assert f'name="{line}-as_new" value="2"' in text(mei.get(page(desk.ship_back(ticket))))


def test_many_at_once_pay_for_no_goods_that_were_not_sent(desk: Desk, world: World, sit: Sit) -> None:
    ticket, mei = desk.approve(desk.apply(world.delivered())), sit("mei")
    shown = text(mei.get(reverse("admin:desk_bulk"), {"verb": "receive", "ids": str(ticket.pk)}))
    assert "The buyer still has to send the goods or to answer." in shown


def test_many_at_once_are_paid_on_a_page_without_a_field(desk: Desk, sit: Sit) -> None:
    """Enter sends the page with the choice, which pays nothing; the next one names amount and parcel."""
    ticket, mei = coming(desk), sit("mei")
    shown = text(mei.get(reverse("admin:desk_bulk"), {"verb": "receive", "ids": str(ticket.pk)}))
    sent = fields(shown, "/bulk/") | {"condition": "as_new"}
    asked = text(press_once(mei, reverse("admin:desk_bulk"), sent))
    assert not Refund.objects.exists()
    assert "SF Express" in asked
    form = asked.split('<form class="panel"')[1].split("</form>")[0]
    assert "1 ticket · ¥199.00</button>" in form
    assert {kind.split('"')[0] for kind in form.split(' type="')[1:]} == {"hidden", "submit"}
    assert "1 ticket processed" in text(press_once(mei, reverse("admin:desk_bulk"), fields(asked, "/bulk/")))
    assert Refund.objects.get().amount == Decimal("199.00")


# --- keys -------------------------------------------------------------------------------------------------


def test_a_key_has_one_meaning() -> None:
    for model, model_admin in admin.site._registry.items():
        if isinstance(model_admin, ReadOnlyAdmin):
            keys = [verb.key for verb in model_admin.verbs if verb.key]
            assert len(keys) == len(set(keys)), model
            assert not KEYS_OF_THE_PAGE.intersection(keys), model


def test_the_key_leads_to_its_form_alone(desk: Desk, world: World, sit: Sit) -> None:
    mei = sit("mei")
    shown = text(mei.get(page(desk.apply(world.delivered()))))
    assert 'id="do-approve" data-opened-by="a"' in shown
    assert 'id="do-reject" data-opened-by="r"' in shown
    waiting = text(mei.get(page(desk.approve(desk.apply(world.delivered())))))
    assert 'data-opened-by="a"' not in waiting
    assert 'data-key="g"' in waiting
