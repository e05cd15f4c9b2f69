"""The parcels of a ticket: the newest of each kind counts, every number ever given is kept and found."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from aftersales import services
from aftersales.models import Ticket, TicketParcel
from aftersales.selectors.parcel_lookup import matching_tickets
from kernel.actors import COURIER
from logistics import services as logistics
from logistics.models import Parcel
from tests.desk import Desk
from tests.world import NOW, World

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def desk(world: World) -> Desk:
    return Desk(world)


@pytest.fixture
def corrected(desk: Desk) -> Ticket:
    """A return whose number was given twice, and corrected once."""
    ticket = desk.ship_back(desk.approve(desk.apply(desk.world.delivered())), tracking_no="OLD-1")
    return desk.ship_back(ticket, tracking_no="NEW-2")


def rows(ticket: Ticket) -> list[tuple[str, str, bool]]:
    links = TicketParcel.objects.filter(ticket=ticket).order_by("parcel_id")
    return list(links.values_list("kind", "parcel__tracking_no", "is_current"))


def test_a_corrected_number_leaves_the_old_one(corrected: Ticket) -> None:
    assert rows(corrected) == [("return", "OLD-1", False), ("return", "NEW-2", True)]
    parcel = corrected.return_parcel
    assert parcel is not None
    assert (parcel.tracking_no, corrected.replacement_parcel, corrected.send_back_parcel) == ("NEW-2", None, None)


def test_a_replacement_that_is_sent_again(desk: Desk) -> None:
    desk.world.sku("TEE", price="99.00", on_hand=9)
    ticket = desk.approve(desk.apply(desk.world.delivered(), "exchange"))
    ticket = desk.reship(desk.receive(desk.ship_back(ticket)), tracking_no="R-1")
    lost = ticket.replacement_parcel
    assert lost is not None
    logistics.report(lost, status="lost", actor=COURIER, now=NOW)
    ticket = desk.reship(Ticket.objects.get(pk=ticket.pk), tracking_no="R-2")
    assert rows(ticket) == [("return", "SF1", True), ("replacement", "R-1", False), ("replacement", "R-2", True)]
    # News of the parcel that was lost moves nothing any more.
    logistics.report(lost, status="delivered", actor=COURIER, now=NOW + DAY)
    assert Ticket.objects.get(pk=ticket.pk).lost_at is None


def test_refused_goods_go_back_once(desk: Desk) -> None:
    ticket = desk.ship_back(desk.approve(desk.apply(desk.world.delivered())))
    refused = services.refuse_goods(ticket, reason="Worn", actor=desk.merchant, now=NOW)
    sent = services.return_goods(refused, courier="sf", tracking_no="B-1", actor=desk.merchant, now=NOW + DAY)
    assert sent.goods_returned_at == NOW + DAY
    assert rows(sent)[-1] == ("send_back", "B-1", True)


def test_only_the_current_number_moves_the_ticket(corrected: Ticket) -> None:
    old, new = Parcel.objects.filter(ticket_parcel__ticket=corrected).order_by("id")
    logistics.report(old, status="delivered", actor=COURIER, now=NOW + DAY)
    assert Ticket.objects.get(pk=corrected.pk).arrived_at is None
    logistics.report(new, status="delivered", actor=COURIER, now=NOW + 2 * DAY)
    assert Ticket.objects.get(pk=corrected.pk).arrived_at == NOW + 2 * DAY


@pytest.mark.parametrize("number", ["OLD-1", "NEW-2", "old-", "ew-2"])
@pytest.mark.parametrize("who", ["alice", "mei", "sun"])
def test_the_list_finds_every_number_once(corrected: Ticket, api: Callable[[str], Any], who: str, number: str) -> None:
    answer = api(who).get("/api/v1/tickets/", {"search": number}).json()
    assert [row["ticket_no"] for row in answer["results"]] == [corrected.ticket_no]
    assert api("rui").get("/api/v1/tickets/", {"search": number}).json()["results"] == []


@pytest.mark.parametrize("number", ["OLD-1", "NEW-2", "old-1"])
def test_the_warehouse_finds_every_number_of_a_return(corrected: Ticket, number: str) -> None:
    assert list(matching_tickets(Ticket.objects.all(), number, 5)) == [corrected]


def test_the_warehouse_does_not_find_what_it_sent(desk: Desk) -> None:
    desk.world.sku("TEE", price="99.00", on_hand=9)
    ticket = desk.approve(desk.apply(desk.world.delivered(), "exchange"))
    desk.reship(desk.receive(desk.ship_back(ticket)), tracking_no="R-1")
    assert list(matching_tickets(Ticket.objects.all(), "R-1", 5)) == []


@pytest.mark.parametrize("number", ["OLD-1", "NEW-2"])
def test_the_desk_finds_every_number(corrected: Ticket, desk: Desk, client: Any, number: str) -> None:
    client.force_login(desk.world.mei)
    page = client.get("/admin/aftersales/ticket/", {"q": number}).content.decode()
    assert page.count(f"/admin/aftersales/ticket/{corrected.pk}/") >= 1
    assert client.get("/admin/aftersales/ticket/", {"q": "OLD-9"}).content.decode().count(corrected.ticket_no) == 0


def test_the_answer_shows_the_current_one(corrected: Ticket, api: Callable[[str], Any]) -> None:
    answer = api("alice").get(f"/api/v1/tickets/{corrected.ticket_no}/").json()
    assert answer["return_parcel"]["tracking_no"] == "NEW-2"
    assert (answer["replacement_parcel"], answer["send_back_parcel"]) == (None, None)


@pytest.mark.parametrize(
    ("values", "constraint"),
    [
        ({"is_current": True, "kind": "return"}, "ticket_parcel_one_current"),
        ({"kind": "gift"}, "ticket_parcel_kind"),
    ],
)
def test_what_the_database_refuses(corrected: Ticket, values: dict[str, Any], constraint: str) -> None:
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        TicketParcel.objects.filter(ticket=corrected, is_current=False).update(**values)
