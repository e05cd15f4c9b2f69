"""What a buyer reads of a parcel with which something is wrong, on the page of the order and of the ticket."""

from typing import Any

import pytest
from django.utils import translation

from kernel.actors import COURIER
from kernel.machine import advance
from logistics import services as logistics
from logistics.models import Parcel
from logistics.wording import for_buyer
from tests.browser import Sit, text
from tests.desk import Desk
from tests.world import DAY, NOW

LANGUAGES = ["en", "zh-hans"]
WRONG = ["exception", "damaged", "silent"]


def goes_wrong(parcel: Parcel, how: str) -> Parcel:
    if how == "silent":
        advance(parcel.suspect_loss, actor=COURIER, now=NOW + 5 * DAY, since=NOW)
    else:
        logistics.report(parcel, status=how, actor=COURIER, now=NOW + DAY)
    return Parcel.objects.get(pk=parcel.pk)


def said(parcel: Parcel) -> str:
    scanned = parcel.events.exists()
    notice = for_buyer(status=parcel.status, kind=parcel.kind, silent_since=parcel.silent_since, scanned=scanned)
    assert notice
    return notice


def read(client: Any, url: str, language: str) -> str:
    return text(client.get(url, headers={"accept-language": language}))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("how", WRONG)
def test_on_the_order(sit: Sit, desk: Desk, how: str, language: str) -> None:
    order = desk.world.place_order()
    logistics.ship(order, courier="sf", tracking_no="SF1", actor=desk.merchant, now=NOW)
    parcel, alice, url = Parcel.objects.get(), sit("alice"), f"/orders/{order.order_no}/"
    with translation.override(language):
        assert "as-hint--wait as-mt" not in read(alice, url, language)
        parcel = goes_wrong(parcel, how)
        page = read(alice, url, language)
        assert said(parcel) in page
        assert str(parcel.get_status_display()) in page.lower()
    logistics.report(parcel, status="delivering", at=NOW + 6 * DAY, actor=COURIER, now=NOW + 6 * DAY)
    assert "as-hint--wait as-mt" not in read(alice, url, language)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("how", WRONG)
@pytest.mark.parametrize("kind", ["return", "replacement"])
def test_on_the_ticket(sit: Sit, desk: Desk, how: str, kind: str, language: str) -> None:
    desk.world.sku("TEE", on_hand=9)
    ticket = desk.ship_back(desk.approve(desk.apply(desk.world.delivered(), "exchange", "quality")))
    if kind == "replacement":
        ticket = desk.reship(desk.receive(ticket))
    parcel = goes_wrong(Parcel.objects.get(order_id=ticket.order_id, kind=kind), how)
    with translation.override(language):
        assert said(parcel) in read(sit("alice"), f"/tickets/{ticket.ticket_no}/", language)


@pytest.mark.parametrize("scanned", [True, False])
def test_a_return_that_nobody_has_scanned_is_the_buyers_to_check(sit: Sit, desk: Desk, scanned: bool) -> None:
    ticket = desk.ship_back(desk.approve(desk.apply(desk.world.delivered(), "return_refund", "quality")))
    parcel = Parcel.objects.get(order_id=ticket.order_id, kind="return")
    if scanned:
        parcel = logistics.report(parcel, status="picked_up", actor=COURIER, now=NOW)
    goes_wrong(parcel, "silent")
    page = read(sit("alice"), f"/tickets/{ticket.ticket_no}/", "en")
    assert ("Check courier and number" in page) is not scanned
    assert ("The shop is asked to find your parcel" in page) is scanned


def test_what_the_shop_has_received_is_not_looked_for(sit: Sit, desk: Desk) -> None:
    ticket = desk.ship_back(desk.approve(desk.apply(desk.world.delivered(), "return_refund", "quality")))
    parcel = goes_wrong(Parcel.objects.get(order_id=ticket.order_id, kind="return"), "silent")
    desk.receive(ticket)
    for url in (f"/tickets/{ticket.ticket_no}/", f"/orders/{ticket.order.order_no}/"):
        assert said(parcel) not in read(sit("alice"), url, "en")
