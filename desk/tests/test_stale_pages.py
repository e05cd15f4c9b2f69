"""A page that was open while the ticket changed decides nothing: it shows the new state, says so, and keeps what was
typed (contract §5: pages and bulk pages always send the version)."""

import re
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from aftersales import services
from aftersales.models import Ticket
from aftersales.rules.application import Application, LineRequest
from aftersales.states import Status
from refunds.models import Refund
from tests.browser import Sit, page, text
from tests.desk import Desk
from tests.world import NOW, World
from web.confirm import FIELD

SENTENCE = "This has changed since you looked. Review it again before deciding."


@pytest.fixture
def desk(world: World) -> Desk:
    world.sku("TEE", on_hand=5)
    return Desk(world)


def claim(desk: Desk, ticket: Ticket, amount: str) -> Ticket:
    """The buyer makes a refund without return of it."""
    line = ticket.lines.get()
    application = Application(
        "refund_only", "compensation", (LineRequest(line.line_id, 1),), claimed_amount=Decimal(amount), received=True
    )
    return services.amend(ticket, application, actor=desk.buyer, now=NOW)


def claimed(desk: Desk, amount: str, order: Any = None) -> Ticket:
    order = order or desk.world.delivered(lines=[("TEE", "199.00", 1)])
    return desk.apply(order, "refund_only", "compensation", quantity=1, claimed_amount=Decimal(amount), received=True)


def fields(shown: str, form: str) -> dict[str, str]:
    """What a browser would send of the form whose address ends in `form`, as it stands on the page."""
    found = re.search(rf'<form[^>]*action="[^"]*{form}"[^>]*>(.*?)</form>', shown, re.S)
    assert found, f"no form {form}"
    sent: dict[str, str] = {}
    for tag in re.findall(r"<input[^>]*>", found[1]):
        attributes = dict(re.findall(r'([a-z-]+)="([^"]*)"', tag))
        ticked = attributes.get("type") not in ("checkbox", "radio") or " checked" in tag
        if "name" in attributes and ticked and attributes.get("type") != "file":
            sent[attributes["name"]] = attributes.get("value", "")
    for name, options in re.findall(r'<select name="([^"]*)"[^>]*>(.*?)</select>', found[1], re.S):
        chosen = re.search(r'value="([^"]*)" selected', options) or re.search(r'value="([^"]*)"', options)
        sent[name] = chosen[1] if chosen else ""
    for name, typed in re.findall(r'<textarea name="([^"]*)"[^>]*>(.*?)</textarea>', found[1], re.S):
        sent[name] = typed.strip()
    sent.pop("csrfmiddlewaretoken", None)
    return sent


def now(ticket: Ticket) -> Ticket:
    return Ticket.objects.get(pk=ticket.pk)


# --- the page of one ticket -------------------------------------------------------------------------------


def test_a_click_on_a_return_does_not_pay_the_refund_it_became(world: World, desk: Desk, sit: Sit) -> None:
    ticket, mei = desk.apply(world.delivered(lines=[("TEE", "199.00", 1)])), sit("mei")
    body = fields(text(mei.get(page(ticket))), "/approve/") | {"note": "Called the buyer."}
    claim(desk, ticket, "150.00")
    answer = mei.post(page(ticket, "approve"), body)
    assert answer.status_code == 409
    shown = text(answer)
    assert SENTENCE in shown
    assert "refund only" in shown
    assert "Called the buyer." in shown
    assert (now(ticket).status, Refund.objects.count()) == (Status.PENDING_REVIEW, 0)
    # The page shows what it is now, so the next click decides on that.
    again = fields(shown, "/approve/")
    assert (again["version"], again["refund_amount"]) == ("2", "150.00")
    assert mei.post(page(ticket, "approve"), again).status_code == 302
    assert Refund.objects.get().amount == Decimal("150.00")


def test_an_amount_that_was_typed_stays(world: World, desk: Desk, sit: Sit) -> None:
    ticket, mei = claimed(desk, "50.00"), sit("mei")
    body = fields(text(mei.get(page(ticket))), "/approve/") | {"refund_amount": "40.00", "refund_amount_consent": "on"}
    claim(desk, ticket, "60.00")
    again = fields(text(mei.post(page(ticket, "approve"), body)), "/approve/")
    assert (again["version"], again["refund_amount"], again["initial-refund_amount"]) == ("2", "40.00", "60.00")
    assert now(ticket).status == Status.PENDING_REVIEW


def test_what_is_missing_on_the_new_form_does_not_hide_that_it_is_new(world: World, desk: Desk, sit: Sit) -> None:
    """The form of a refund has no return freight, that of a return requires it."""
    order = world.delivered(lines=[("TEE", "199.00", 1)])
    ticket, mei = claimed(desk, "50.00", order), sit("mei")
    body = fields(text(mei.get(page(ticket))), "/approve/")
    services.amend(ticket, desk.application(order, "return_refund", "quality"), actor=desk.buyer, now=NOW)
    answer = mei.post(page(ticket, "approve"), body)
    assert (answer.status_code, SENTENCE in text(answer)) == (409, True)
    assert now(ticket).status == Status.PENDING_REVIEW


def test_a_stale_rejection_keeps_its_reason(world: World, desk: Desk, sit: Sit) -> None:
    ticket, mei = claimed(desk, "50.00"), sit("mei")
    body = fields(text(mei.get(page(ticket))), "/reject/") | {"reason": "Fifty is too much."}
    claim(desk, ticket, "1.00")
    answer = mei.post(page(ticket, "reject"), body)
    assert (answer.status_code, now(ticket).status) == (409, Status.PENDING_REVIEW)
    assert "Fifty is too much." in text(answer)


def test_every_form_that_decides_sends_the_version(world: World, desk: Desk, sit: Sit) -> None:
    ticket, mei = desk.apply(world.delivered(), "exchange", "quality"), sit("mei")
    seen = set()
    for step in (desk.approve, desk.ship_back, desk.receive, None):
        ticket = now(ticket)
        shown = text(mei.get(page(ticket)))
        for verb in ("approve", "reject", "receive", "refuse_goods", "reship", "convert"):
            if re.search(rf'<form[^>]*/{verb}/"', shown):
                assert fields(shown, f"/{verb}/")["version"] == str(ticket.version), verb
                seen.add(verb)
        if step is not None:
            step(ticket)
    assert seen == {"approve", "reject", "receive", "refuse_goods", "reship", "convert"}


# --- receiving --------------------------------------------------------------------------------------------


def test_a_parcel_on_the_table_that_changed_meanwhile(world: World, desk: Desk, sit: Sit) -> None:
    ticket, mei = desk.ship_back(desk.approve(desk.apply(world.delivered()))), sit("mei")
    body = fields(text(mei.get(reverse("admin:desk_receive"), {"q": ticket.ticket_no})), "/receive/")
    assert (body["verb"], body["version"]) == ("receive", str(now(ticket).version))
    desk.ship_back(ticket, tracking_no="SF999")
    answer = mei.post(reverse("admin:desk_receive"), body | {"note": "one is torn"})
    shown = text(answer)
    assert (answer.status_code, SENTENCE in shown, "SF999" in shown, "one is torn" in shown) == (409, True, True, True)
    assert (now(ticket).received_at, Refund.objects.count()) == (None, 0)
    assert mei.post(reverse("admin:desk_receive"), fields(shown, "/receive/")).status_code == 302
    assert now(ticket).received_at is not None


def test_refusing_goods_on_a_stale_page(world: World, desk: Desk, sit: Sit) -> None:
    ticket, mei = desk.ship_back(desk.approve(desk.apply(world.delivered()))), sit("mei")
    version = now(ticket).version
    desk.ship_back(ticket, tracking_no="SF999")
    body = {"verb": "refuse", "ticket": ticket.ticket_no, "reason": "Worn", "version": version}
    answer = mei.post(reverse("admin:desk_receive"), body)
    assert (answer.status_code, "Worn" in text(answer)) == (409, True)
    assert now(ticket).goods_refused_at is None


# --- many at once -----------------------------------------------------------------------------------------


def bulk_page(client: Client, verb: str, *tickets: Ticket) -> str:
    ids = ".".join(str(ticket.pk) for ticket in tickets)
    return text(client.get(reverse("admin:desk_bulk"), {"verb": verb, "ids": ids}))


def send(client: Client, body: dict[str, str]) -> Any:
    return client.post(reverse("admin:desk_bulk"), body)


def test_a_bulk_page_that_showed_one_does_not_pay_199(world: World, desk: Desk, sit: Sit) -> None:
    small, other, mei = claimed(desk, "1.00"), claimed(desk, "2.00"), sit("mei")
    body = fields(bulk_page(mei, "approve", small, other), "/bulk/")
    claim(desk, small, "199.00")
    answer = send(mei, body)
    shown = text(answer)
    assert answer.status_code == 409
    assert "1 ticket has changed since you opened this page. Nothing was done" in shown
    assert shown.count("Changed since you opened the page.") == 1
    assert "¥201.00" in shown
    assert (now(small).status, now(other).status) == (Status.PENDING_REVIEW, Status.PENDING_REVIEW)
    assert not Refund.objects.exists()
    assert "2 tickets processed" in text(send(mei, fields(shown, "/bulk/")))
    assert sorted(Refund.objects.values_list("amount", flat=True)) == [Decimal("2.00"), Decimal("199.00")]


def test_a_stale_bulk_rejection_keeps_its_reason(world: World, desk: Desk, sit: Sit) -> None:
    ticket, mei = claimed(desk, "1.00"), sit("mei")
    body = fields(bulk_page(mei, "reject", ticket), "/bulk/") | {"reason": "Not ours."}
    claim(desk, ticket, "3.00")
    answer = send(mei, body)
    assert (answer.status_code, "Not ours." in text(answer)) == (409, True)
    assert now(ticket).status == Status.PENDING_REVIEW


def test_what_the_bulk_page_listed_as_impossible_is_not_done(world: World, desk: Desk, sit: Sit) -> None:
    fine, alert, mei = claimed(desk, "1.00"), claimed(desk, "2.00"), sit("mei")
    Ticket.objects.filter(pk=alert.pk).update(alerts=["keyword_mismatch"])
    body = fields(bulk_page(mei, "approve", fine, alert), "/bulk/")
    Ticket.objects.filter(pk=alert.pk).update(alerts=[])
    assert "It wasn't possible when you looked" in text(send(mei, body))
    assert (now(fine).status, now(alert).status) == (Status.PENDING_REFUND, Status.PENDING_REVIEW)


def test_an_amount_that_another_ticket_changed_is_not_paid(world: World, desk: Desk, sit: Sit) -> None:
    """The version is the same, but the last return of an order carries its freight as well."""
    order = world.delivered(lines=[("TEE", "99.00", 2)], freight="10.00")
    first, second = (desk.apply(order, "return_refund", "quality", quantity=1) for _ in range(2))
    first, second = (desk.ship_back(desk.approve(ticket)) for ticket in (first, second))
    mei = sit("mei")
    body = fields(bulk_page(mei, "receive", second), "/bulk/") | {"condition": "as_new", FIELD: "1"}
    assert body["seen"].endswith("-99.00")
    desk.pay_out(desk.receive(first))
    assert "The amount is no longer what the page showed" in text(send(mei, body))
    assert now(second).received_at is None
    assert bulk_page(mei, "receive", second).count("¥109.00") == 2


def test_a_bulk_request_that_names_nothing_it_has_seen_does_nothing(world: World, desk: Desk, sit: Sit) -> None:
    ticket, mei = claimed(desk, "1.00"), sit("mei")
    answer = send(mei, {"verb": "approve", "ids": str(ticket.pk), "seen": "nonsense"})
    assert "1 ticket can be processed" in text(answer)
    assert (now(ticket).status, Refund.objects.count()) == (Status.PENDING_REVIEW, 0)
    assert "1 ticket processed" in text(send(mei, fields(text(answer), "/bulk/")))
