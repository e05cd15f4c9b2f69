"""A refund that the channel refused has words of its own on both sides, a list, and its ways on are on the ticket."""

import pytest
from django.utils import translation

from aftersales.models import Ticket
from aftersales.selectors import worklist
from aftersales.selectors.pending_action import pending_action
from aftersales.wording.labels import status_label
from refunds import services as refunds
from refunds.models import Refund
from tests.browser import Sit, listing, page, press_once, text
from tests.desk import Desk
from tests.fixtures import Login
from tests.world import World

pytestmark = pytest.mark.django_db
IN_PART = [("FAIL-1", "58.00"), ("PAY-2", "140.00")]


@pytest.fixture
def desk(world: World) -> Desk:
    return Desk(world)


def failed(desk: Desk, payments: list[tuple[str, str]] | None = None) -> Ticket:
    order = desk.world.delivered(payments=payments or [("FAIL-1", "198.00")])
    return desk.pay_out(desk.approve(desk.apply(order, "refund_only", "compensation")))


def fresh(ticket: Ticket) -> Ticket:
    return Ticket.objects.get(pk=ticket.pk)


def test_the_status_has_its_own_words(desk: Desk) -> None:
    ticket = failed(desk)
    assert (ticket.status, status_label(ticket)) == ("pending_refund", "refund failed")
    step = pending_action(ticket, desk.now)
    assert step is not None
    assert step.text == "A refund failed: the shop has to retry it or settle it manually"
    with translation.override("zh-hans"):
        assert status_label(ticket) == "退款失败"


def test_goods_that_still_come_back_keep_their_words(desk: Desk) -> None:
    ticket = desk.ship_back(desk.approve(desk.apply(desk.world.delivered())))
    ticket.alerts = ["refund_failed"]  # of a difference
    assert "refund failed" not in status_label(ticket)


def test_the_buyer_reads_no_money_on_its_way(desk: Desk, sit: Sit) -> None:
    ticket, alice = failed(desk), sit("alice")
    for shown in (text(alice.get(f"/tickets/{ticket.ticket_no}/")), text(alice.get("/tickets/"))):
        assert "Your refund is on its way" not in shown
        assert "Refund failed" in shown
        assert "The shop knows and will try again or pay you another way." in shown
    assert "¥198.00 could not be paid out." in text(alice.get(f"/tickets/{ticket.ticket_no}/"))


def test_two_payments_of_which_one_failed(desk: Desk, sit: Sit) -> None:
    """Both amounts, on both sides."""
    ticket = failed(desk, IN_PART)
    said = "¥58.00 could not be paid out. ¥140.00 has been paid back."
    assert said in text(sit("alice").get(f"/tickets/{ticket.ticket_no}/"))
    assert said in text(sit("mei").get(page(ticket)))


def test_what_was_tried_again_is_no_failure_any_more(desk: Desk, sit: Sit) -> None:
    ticket = failed(desk)
    mei, refund = sit("mei"), ticket.refunds.get()
    assert mei.post(page(refund, "retry")).status_code == 302
    shown = text(sit("alice").get(f"/tickets/{ticket.ticket_no}/"))
    assert "Your refund is on its way" in shown
    assert f"Tried again as {Refund.objects.get(retry_of=refund).refund_no}." in shown
    assert "Failed, tried again" in shown
    assert "could not carry out this refund" not in shown.split('id="refunds-h"')[1].split("</section>")[0]
    assert "Tried again as" in text(mei.get(page(ticket)))


def test_the_answer_says_which_one_was_sent_instead(desk: Desk, api: Login) -> None:
    ticket = failed(desk)
    refund = ticket.refunds.get()
    answer = api("alice").get(f"/api/v1/tickets/{ticket.ticket_no}/").json()
    assert answer["status_label"] == "refund failed"
    assert [(row["status"], row["retried_as"]) for row in answer["refunds"]] == [("failed", None)]
    new = refunds.retry(refund, actor=desk.merchant, now=desk.now)
    answer = api("alice").get(f"/api/v1/tickets/{ticket.ticket_no}/").json()
    first = answer["refunds"][0]
    assert (first["status_label"], first["retried_as"]) == ("failed, tried again", new.refund_no)
    assert first["failure_reason"] == ""


# --- the desk ---------------------------------------------------------------------------------------------


def test_the_menu_counts_them_and_leads_to_the_list(desk: Desk, sit: Sit) -> None:
    ticket, mei = failed(desk), sit("mei")
    failed(desk, [("FAIL-2", "198.00")])
    desk.apply(desk.world.delivered())
    answer = mei.get(listing(Ticket, "?todo=failed"))
    assert {row.pk for row in answer.context["cl"].result_list} == set(
        Ticket.objects.filter(alerts__contains=["refund_failed"]).values_list("pk", flat=True)
    )
    shown = text(answer)
    assert 'Failed refunds</span><b class="loud">2</b>' in shown
    assert "Refund failed" in shown or "refund failed" in shown
    assert worklist.todo_of(ticket) == "failed"
    assert "refund_failed" not in text(mei.get(page(ticket)))


def test_a_ticket_that_ended_is_among_them(desk: Desk, sit: Sit) -> None:
    """Support found that a settlement by hand was no payment: the money is owed on a completed ticket."""
    ticket = failed(desk)
    Ticket.objects.filter(pk=ticket.pk).update(alerts=["refund_failed"])
    ended = fresh(ticket)
    ended.__dict__["status"] = "completed"
    assert status_label(ended) == "completed · refund failed"
    assert pending_action(ended, desk.now) is not None
    assert worklist.queue_position(ended) is not None


def test_both_ways_on_are_on_the_ticket(desk: Desk, sit: Sit) -> None:
    ticket, mei = failed(desk, IN_PART), sit("mei")
    refund = ticket.refunds.get(status="failed")
    shown = text(mei.get(page(ticket)))
    panel = shown.split('id="failed-refunds"')[1].split("</section>")[0]
    back = f"?next={page(ticket).replace('/', '%2F')}"
    assert f'<form method="post" action="{page(refund, "retry")}{back}">' in panel
    assert f'href="{page(refund, "settle")}{back}"' in panel
    assert "Settle manually" in panel

    asked = press_once(mei, f"{page(refund, 'retry')}{back}", {})
    assert "Pay ¥58.00?" in text(asked)
    done = mei.post(f"{page(refund, 'retry')}{back}", {})
    assert (done.status_code, done["Location"]) == (302, page(ticket))
    assert 'id="failed-refunds"' not in text(mei.get(page(ticket)))


def test_settling_on_the_ticket_needs_a_second_person(desk: Desk, sit: Sit) -> None:
    ticket, mei = failed(desk), sit("mei")
    refund = ticket.refunds.get()
    back = f"?next={page(ticket)}"
    assert mei.post(f"{page(refund, 'settle')}{back}", {"proof": "T-9", "note": ""})["Location"] == page(ticket)
    shown = text(mei.get(page(ticket)))
    assert "Proposed. It counts once a second person confirms." in shown
    assert "“Settle manually” done" not in shown
    panel = shown.split('id="failed-refunds"')[1].split("</section>")[0]
    assert "One person has proposed to settle it manually (T-9)" in panel
    assert "Settle manually" not in panel
    assert "supervisor of platform support" in panel
    assert "Confirm manual settlement" in text(sit("song").get(page(ticket)))
    assert fresh(ticket).status == "pending_refund"
    done = sit("song").post(page(refund, "settle"), {"note": "seen"}, follow=True)
    assert "Confirmed. The money counts as paid back." in text(done)
    assert fresh(ticket).status == "completed"


def test_an_agent_reads_whom_to_ask(desk: Desk, sit: Sit) -> None:
    panel = text(sit("wen").get(page(failed(desk)))).split('id="failed-refunds"')[1].split("</section>")[0]
    assert "A manager of the shop retries it or settles it manually." in panel
    assert "<form" not in panel
