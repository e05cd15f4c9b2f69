"""A refund that the bank sent back: its ticket says so, also after its end, and counts what is really paid."""

from datetime import timedelta
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.db import transaction
from django.utils import timezone

from aftersales import audit
from aftersales.models import Ticket
from aftersales.selectors import worklist
from aftersales.wording.labels import status_label
from kernel.jobs import job
from kernel.models import History
from orders import services as orders
from refunds import services as refunds
from refunds.models import Refund, SandboxRefund
from refunds.redirections.services import CONFIRM_WITHIN
from refunds.services.outcome import settle_open
from tests.browser import Sit, listing, page, text
from tests.desk import Desk
from tests.fixtures import Login
from tests.world import World

from . import books

pytestmark = pytest.mark.django_db
TWO = [("PAY-1", "58.00"), ("PAY-2", "140.00")]


@pytest.fixture
def desk(world: World) -> Desk:
    return Desk(world)


def completed(desk: Desk, payments: list[tuple[str, str]] | None = None) -> Ticket:
    order = desk.world.delivered(payments=payments or [("PAY-1", "198.00")])
    ticket = desk.pay_out(desk.approve(desk.apply(order, "refund_only", "compensation")))
    assert ticket.status == "completed"
    return ticket


def bring_back(desk: Desk, refund: Refund) -> None:
    SandboxRefund.objects.filter(refund_no=refund.refund_no).update(returned_at=desk.now)
    with transaction.atomic():
        orders.lock(refund.payment.order_id, shop_id=refund.shop_id)
        refunds.return_money(Refund.objects.get(pk=refund.pk), reason="lost_or_stolen_card", now=desk.now)


def fresh(ticket: Ticket) -> Ticket:
    return Ticket.objects.get(pk=ticket.pk)


def returned(desk: Desk, payments: list[tuple[str, str]] | None = None) -> Ticket:
    ticket = completed(desk, payments)
    bring_back(desk, ticket.refunds.order_by("pk")[0])
    return fresh(ticket)


def clean(ticket: Ticket) -> bool:
    books.check(ticket.order)
    return list(audit.run()) == []


def test_a_completed_ticket_is_not_called_refunded(desk: Desk, sit: Sit, api: Login) -> None:
    ticket = returned(desk)
    assert (ticket.status, ticket.alerts, ticket.refunded_amount) == ("completed", ["refund_returned"], 0)
    assert status_label(ticket) == "completed · refund returned"
    assert ticket.refunds.get().payment.refunded == 0
    row = History.objects.filter(machine="ticket", object_id=ticket.pk).latest("pk")
    assert (row.action, row.data) == ("refund_returned", {"refund_no": ticket.refunds.get().refund_no})
    # Its units and their money stay used up, so that nobody else has them meanwhile.
    assert clean(ticket)

    shown = text(sit("alice").get(f"/tickets/{ticket.ticket_no}/"))
    assert "The bank sent your refund back" in shown
    assert "¥198.00 could not be paid out." in shown
    assert "Returned by the bank" in shown
    assert "lost_or_stolen_card" not in shown
    to_mei = text(sit("mei").get(page(ticket)))
    assert "A refund came back. Open it to see what to do next." in to_mei
    assert "lost_or_stolen_card" in to_mei
    answer = api("alice").get(f"/api/v1/tickets/{ticket.ticket_no}/").json()
    assert [alert["code"] for alert in api("mei").get(f"/api/v1/tickets/{ticket.ticket_no}/").json()["alerts"]] == [
        "refund_returned"
    ]
    assert (answer["refunded_amount"], answer["refunds"][0]["status"]) == ("0.00", "returned")
    assert answer["refunds"][0]["expected_at"] is None
    assert "lost_or_stolen_card" not in str(answer)


@pytest.mark.parametrize(("payments", "arrived", "owed"), [(None, "0.00", "198.00"), (TWO, "140.00", "58.00")])
def test_no_page_of_the_order_calls_it_refunded(
    desk: Desk, sit: Sit, api: Login, payments: Any, arrived: str, owed: str
) -> None:
    order = desk.world.delivered(payments=payments or [("PAY-1", "198.00")])
    ticket = desk.receive(desk.ship_back(desk.approve(desk.apply(order))))
    while fresh(ticket).status != "completed":
        desk.pay_out(ticket)
    url = f"/api/v1/orders/{order.order_no}/"
    assert api("alice").get(url).json()["aftersales_state"] == "succeeded"
    bring_back(desk, ticket.refunds.order_by("pk")[0])
    answer = api("alice").get(url).json()
    money = (answer["refunded_amount"], answer["refund_owed"], answer["aftersales_state"])
    assert money == (arrived, owed, "open")
    for path in (f"/orders/{order.order_no}/", "/orders/", "/"):
        shown = text(sit("alice").get(path))
        assert f"¥{owed} hasn't reached you. The shop still owes it to you." in shown, path
        for part in ("fully refunded", "Everything you paid was refunded", "¥198.00 was refunded", "succeeded"):
            assert part not in shown, (path, part)
        chinese: Any = sit("alice").get(path, headers={"accept-language": "zh-hans"})
        assert f"¥{owed}尚未到账，店铺仍需退还给您" in text(chinese)
        assert "已全额退款" not in text(chinese)
    assert clean(ticket)

    # Not before the channel's last word either.
    refunds.retry(ticket.refunds.get(status="returned"), actor=desk.merchant, now=desk.now)
    answer = api("alice").get(url).json()
    assert (answer["refunded_amount"], answer["refund_owed"]) == (arrived, owed)
    assert clean(ticket)
    desk.pay_out(ticket)
    answer = api("alice").get(url).json()
    assert (answer["refunded_amount"], answer["refund_owed"]) == ("198.00", "0.00")
    assert answer["aftersales_state"] == "succeeded"
    assert "fully refunded" in text(sit("alice").get(f"/orders/{order.order_no}/"))
    assert clean(ticket)


def test_one_of_two_tenders(desk: Desk) -> None:
    ticket = returned(desk, TWO)
    assert (ticket.alerts, ticket.refunded_amount) == (["refund_returned"], 140)
    assert clean(ticket)


def test_another_try_pays_it(desk: Desk) -> None:
    ticket = returned(desk, TWO)
    refunds.retry(ticket.refunds.get(status="returned"), actor=desk.merchant, now=desk.now)
    assert fresh(ticket).alerts == []
    assert clean(ticket)
    ticket = desk.pay_out(ticket)
    assert (ticket.status, ticket.alerts, ticket.refunded_amount) == ("completed", [], 198)
    assert clean(ticket)


def test_two_people_pay_it_another_way(desk: Desk) -> None:
    ticket = returned(desk)
    refund = ticket.refunds.get()
    refunds.settle_by_hand(refund, proof="T-1", actor=desk.merchant, now=desk.now)
    assert fresh(ticket).alerts == ["refund_returned"]
    refunds.settle_by_hand(refund, proof="", actor=desk.world.actor("song"), now=desk.now)
    ticket = fresh(ticket)
    assert (ticket.alerts, ticket.refunded_amount, ticket.by_hand_at) == ([], 198, desk.now)
    assert clean(ticket)


def test_one_that_comes_back_under_way_leaves_the_ticket_open(desk: Desk) -> None:
    order = desk.world.delivered(payments=[("RETURNED-1", "198.00")])
    ticket = desk.pay_out(desk.pay_out(desk.approve(desk.apply(order, "refund_only", "compensation"))))
    assert (ticket.status, ticket.alerts) == ("pending_refund", ["refund_returned"])
    assert status_label(ticket) == "refund returned"
    assert clean(ticket)
    refunds.retry(ticket.refunds.get(), actor=desk.merchant, now=desk.now)
    ticket = desk.pay_out(ticket)
    assert (ticket.status, ticket.alerts, ticket.refunded_amount) == ("completed", [], 198)
    assert clean(ticket)


def test_failed_and_returned_are_one_list(desk: Desk, sit: Sit) -> None:
    back = returned(desk)
    order = desk.world.delivered(payments=[("FAIL-1", "198.00")])
    failed = desk.pay_out(desk.approve(desk.apply(order, "refund_only", "compensation")))
    answer = sit("mei").get(listing(Ticket, "?todo=failed"))
    assert {row.pk for row in answer.context["cl"].result_list} == {back.pk, failed.pk}
    assert worklist.todo_of(back) == "failed"
    assert worklist.queue_position(back) is not None


# --- sent on to another account --------------------------------------------------------------------------------


CARD = {
    "to": "card", "bank_type": "ICBC_DEBIT", "bank_account": "6222 0202 00112233 445", "real_name": "Lin",
    "note": "Written on the ticket",
}  # fmt: skip


def not_taken(desk: Desk) -> Ticket:
    """By the buyer's card, and the channel has the money still."""
    ticket = returned(desk)
    refund = ticket.refunds.get()
    refund.payment.__class__.objects.filter(pk=refund.payment_id).update(channel="wechatpay")
    Refund.objects.filter(pk=refund.pk).update(look_again_at=desk.now, failure_reason="not_taken")
    return ticket


def test_two_people_send_it_on_at_the_desk_and_the_buyer_reads_where_to(desk: Desk, sit: Sit, settings: Any) -> None:
    settings.SECRETS_KEYS = Fernet.generate_key().decode()
    ticket = not_taken(desk)
    refund = ticket.refunds.get()
    assert "Send to another account" in text(sit("mei").get(page(refund)))
    assert "Send to another account" not in text(sit("wen").get(page(refund)))
    refused = sit("mei").post(page(refund, "redirect"), CARD | {"bank_account": "12"})
    assert "12 to 19 digits" in text(refused)
    shown = text(sit("mei").post(page(refund, "redirect"), CARD, follow=True))
    assert f"{refund.refund_no}: Proposed. It counts once a second person confirms." in shown
    for part in ("ICBC debit card ending 3445", "waits for a second person", "Ask a supervisor of platform support"):
        assert part in shown, part
    assert "00112233" not in shown
    assert "Confirm the other account" not in shown
    assert "Confirm the other account" in text(sit("song").get(page(refund)))
    assert fresh(ticket).alerts == ["refund_returned"]
    done = sit("song").post(
        page(refund, "confirm_redirection"), {"redirection": refund.redirections.get().pk}, follow=True
    )
    assert "being sent on" in text(done)
    assert "Confirmed. The money counts as paid back once the channel says that it arrived." in text(done)
    assert fresh(ticket).alerts == []
    assert Refund.objects.get().status == "processing"
    seen = text(sit("alice").get(f"/tickets/{ticket.ticket_no}/"))
    assert "being sent to ICBC debit card ending 3445 instead." in seen
    for path in (f"/tickets/{ticket.ticket_no}/", f"/orders/{ticket.order.order_no}/", "/tickets/"):
        shown = text(sit("alice").get(path))
        assert "ICBC debit card ending 3445" in shown, path
        assert "goes to your original payment method" not in shown, path
        chinese: Any = sit("alice").get(path, headers={"accept-language": "zh-hans"})
        assert "工商银行储蓄卡 尾号 3445" in text(chinese), path
    assert "Your refund is on its way to ICBC debit card ending 3445" in seen
    assert "Refunded ¥0.00" not in seen
    assert "00112233" not in seen
    assert History.objects.filter(machine="ticket", action="refund_redirected").count() == 1
    assert clean(ticket)
    refund.redirections.update(asked_at=desk.now)  # the request has left
    arrive(desk, Refund.objects.select_related("payment").get())
    seen = text(sit("alice").get(f"/tickets/{ticket.ticket_no}/"))
    assert "Refunded another way, not to your original payment method." in seen
    assert "It was refunded to ICBC debit card ending 3445 on" in seen
    assert "Refunded to your original" not in seen
    assert Refund.objects.get().received_account == "ICBC_DEBIT 3445", "where the channel names none"
    assert clean(ticket)


def test_the_ticket_leads_to_sending_it_on(desk: Desk, sit: Sit, settings: Any) -> None:
    settings.SECRETS_KEYS = Fernet.generate_key().decode()
    ticket = not_taken(desk)
    refund = ticket.refunds.get()

    def panel(name: str) -> str:
        shown = text(sit(name).get(page(ticket)))
        return shown.split('id="failed-refunds"')[1].split("</section>")[0]

    assert f'href="{page(refund, "redirect")}?next=' in panel("mei")
    assert page(refund, "redirect") not in panel("wen")
    sit("mei").post(page(refund, "redirect"), CARD)
    assert f'href="{page(refund, "confirm_redirection")}?next=' in panel("song")
    assert page(refund, "confirm_redirection") not in panel("mei")


def test_what_may_still_be_paid_is_asked_about_and_not_called_a_retry(desk: Desk, sit: Sit) -> None:
    ticket = not_taken(desk)
    refund = ticket.refunds.get()
    assert refund.may_arrive
    for where in (page(ticket), page(refund)):
        shown = text(sit("mei").get(where))
        assert "Ask the channel again" in shown, where
        assert "Retry refund" not in shown, where
    assert sit("mei").post(page(refund, "ask_again")).status_code == 302
    assert Refund.objects.count() == 1
    owed = text(sit("mei").get(page(ticket.order)))
    assert "¥198.00 of the refunds hasn't arrived" in owed


def tile(sit: Sit) -> str:
    """How many refunds the finance page says wait for a second person."""
    shown: Any = sit("song").get("/admin/finance/")
    return next(each.value for each in shown.context["tiles"] if each.url.endswith("?open=second"))


def test_the_second_person_sees_what_they_confirm_and_is_led_there(desk: Desk, sit: Sit, settings: Any) -> None:
    settings.SECRETS_KEYS = Fernet.generate_key().decode()
    refund = not_taken(desk).refunds.get()
    label = "Refunds that need a second person"
    assert label not in text(sit("song").get("/admin/"))
    sit("mei").post(page(refund, "redirect"), CARD | {"real_name": "Lin Yifei"})
    row = refund.redirections.get()
    confirm = sit("song").get(page(refund, "confirm_redirection"))
    shown, at = text(confirm), f"{timezone.localtime(row.proposed_at):%Y-%m-%d %H:%M}"
    for part in ("ICBC debit card ending 3445", "L**", "Written on the ticket", desk.merchant.name, at):
        assert part in shown, part
    assert "Yifei" not in shown
    assert "00112233" not in shown
    [(_heading, pairs)] = confirm.context["facts"]
    assert all(value != "–" and value for _label, value in pairs)
    for name in ("song", "sun"):
        assert label in text(sit(name).get("/admin/"))
        listed = sit(name).get(listing(Refund, "?open=second"))
        assert [each.pk for each in listed.context["cl"].result_list] == [refund.pk]
    assert tile(sit) == "1"
    # What nobody confirmed in time waits for nobody.
    job("forget_cards").run(row.proposed_at + CONFIRM_WITHIN + timedelta(seconds=1), False)
    assert label not in text(sit("song").get("/admin/"))
    assert tile(sit) == "0"


def test_in_chinese_the_bank_has_its_name(desk: Desk, sit: Sit, settings: Any) -> None:
    settings.SECRETS_KEYS = Fernet.generate_key().decode()
    refund = not_taken(desk).refunds.get()
    for bank, shown in (("ICBC_DEBIT", "工商银行储蓄卡 尾号 3445"), ("XYZ_DEBIT", "XYZ_DEBIT 尾号 3445")):
        sit("mei").post(page(refund, "redirect"), CARD | {"bank_type": bank})
        chinese: Any = sit("song").get(page(refund, "confirm_redirection"), headers={"accept-language": "zh-hans"})
        assert shown in text(chinese)


def arrive(desk: Desk, refund: Refund) -> None:
    with transaction.atomic():
        order = orders.lock(refund.payment.order_id, shop_id=refund.shop_id)
        locked = Refund.locked(refund.pk, shop_id=refund.shop_id)
        locked.payment.order = order
        settle_open(locked, {}, now=desk.now)


def test_to_the_shops_account_the_buyer_reads_that_too(desk: Desk, sit: Sit) -> None:
    ticket = not_taken(desk)
    refund = ticket.refunds.select_related("payment").get()
    refunds.propose_redirection(refund, to="merchant", note="A transfer is easier", actor=desk.merchant, now=desk.now)
    row = refund.redirections.get().pk
    refunds.confirm_redirection(refund, redirection=row, actor=desk.world.actor("song"), now=desk.now)
    assert "which pays you another way" in text(sit("alice").get(f"/tickets/{ticket.ticket_no}/"))
