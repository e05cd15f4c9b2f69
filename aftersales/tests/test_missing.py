"""A replacement that the buyer says did not arrive: 48 hours for the shop's answer, else the buyer chooses."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from aftersales import services
from aftersales.models import Ticket
from aftersales.selectors import worklist
from kernel.actors import COURIER, Actor
from kernel.errors import Conflict, Forbidden, IllegalTransition, Invalid
from kernel.jobs import Outcome, job
from logistics import services as logistics
from tests.desk import Desk
from tests.world import DAY, NOW, SECOND, World

HOUR = timedelta(hours=1)
ZERO = timedelta(0)
SAID = NOW + 5 * DAY


@pytest.fixture
def desk(world: World) -> Desk:
    world.sku("TEE", on_hand=9)
    return Desk(world)


def fresh(ticket: Ticket) -> Ticket:
    return Ticket.objects.get(pk=ticket.pk)


def sent(desk: Desk, type_: str = "exchange") -> Ticket:
    if type_ == "reissue":
        return desk.reship(desk.approve(desk.apply(desk.world.shipped(), "reissue", "lost")))
    ticket = desk.apply(desk.world.delivered(), type_, "fault" if type_ == "repair" else "quality")
    return desk.reship(desk.receive(desk.ship_back(desk.approve(ticket))))


def missing(desk: Desk, type_: str = "exchange", at: datetime = SAID) -> Ticket:
    return services.not_arrived(sent(desk, type_), note="Nothing came", actor=desk.buyer, now=at)


def scan(ticket: Ticket, status: str, at: datetime, actor: Actor = COURIER) -> None:
    parcel = ticket.replacement_parcel
    assert parcel is not None
    logistics.report(parcel, status=status, actor=actor, now=at)


def proves(desk: Desk, ticket: Ticket, at: datetime, **more: Any) -> Ticket:
    more = {"evidence": [desk.photo(desk.merchant.user_id)]} | more
    return services.prove_arrival(ticket, actor=desk.merchant, now=at, **more)


def test_the_fourteen_days_stand_still(desk: Desk) -> None:
    ticket = missing(desk)
    assert (ticket.status, ticket.due_at, ticket.due_action) == ("reshipped", SAID + 48 * HOUR, "overdue")
    assert ticket.history().latest("sequence").note == "Nothing came"
    assert job("complete_reshipped").run(NOW + 60 * DAY, False) == Outcome()
    assert list(worklist.counts(Ticket.objects.all()).items())[2] == ("reship", 1)
    assert worklist.todo_of(ticket) == "reship"


@pytest.mark.parametrize(("off", "late"), [(-SECOND, 0), (ZERO, 1), (SECOND, 1)])
@pytest.mark.parametrize("type_", ["exchange", "repair", "reissue"])
def test_without_an_answer_the_buyer_may_convert(desk: Desk, type_: str, off: timedelta, late: int) -> None:
    ticket, at = missing(desk, type_), SAID + 48 * HOUR + off
    assert job("mark_overdue").run(at, False) == Outcome(done=late)
    ticket = fresh(ticket)
    assert ("convert" in services.allowed_actions(ticket, desk.buyer, now=NOW)) is bool(late)
    if late:
        ticket = services.convert(ticket, to=services.refund_instead(ticket), actor=desk.buyer, now=at)
        assert (ticket.status, ticket.not_arrived_at, ticket.refunds.count()) == ("pending_refund", None, 1)
    else:
        with pytest.raises(IllegalTransition):
            services.convert(ticket, to="refund_only", actor=desk.buyer, now=at)


def test_the_shop_sends_it_again(desk: Desk) -> None:
    ticket = missing(desk)
    desk.now = SAID + DAY
    again = desk.reship(ticket, tracking_no="SF-AGAIN")
    assert (again.not_arrived_at, again.due_at, again.due_action) == (None, SAID + 15 * DAY, "complete")
    assert "not-arrived" in services.allowed_actions(
        again, desk.buyer, now=NOW
    )  # of the second parcel it may be said again


def test_the_shop_refunds_it(desk: Desk) -> None:
    ticket = services.convert(missing(desk), to="return_refund", actor=desk.merchant, now=SAID + DAY)
    assert (ticket.status, ticket.refunds.count()) == ("pending_refund", 1)


class TestProof:
    @pytest.mark.parametrize("off", [-SECOND, ZERO, SECOND])
    def test_the_days_go_on_with_what_was_left(self, desk: Desk, off: timedelta) -> None:
        ticket = proves(desk, missing(desk), SAID + DAY, note="Signed by the porter")
        assert (ticket.not_arrived_at, ticket.arrival_proven_at) == (None, SAID + DAY)
        assert (ticket.due_at, ticket.due_action) == (NOW + 15 * DAY, "complete")
        assert ticket.evidence.filter(uploader_id=desk.merchant.user_id).count() == 1
        assert job("complete_reshipped").run(NOW + 15 * DAY + off, False).done == int(off >= ZERO)

    def test_once_proven_it_is_not_said_again(self, desk: Desk) -> None:
        ticket = proves(desk, missing(desk), SAID + DAY)
        with pytest.raises(IllegalTransition):
            services.not_arrived(ticket, actor=desk.buyer, now=SAID + DAY)

    def test_a_word_is_no_proof(self, desk: Desk) -> None:
        ticket = missing(desk)
        scan(ticket, "delivered", SAID + HOUR, desk.merchant)
        with pytest.raises(Invalid) as refused:
            proves(desk, fresh(ticket), SAID + DAY, evidence=[], note="It came")
        assert "evidence" in (refused.value.errors or {})

    def test_the_couriers_scan_is_one(self, desk: Desk) -> None:
        ticket = sent(desk)
        scan(ticket, "delivered", NOW + DAY)
        ticket = services.not_arrived(fresh(ticket), actor=desk.buyer, now=SAID)
        assert proves(desk, ticket, SAID + DAY, evidence=[]).not_arrived_at is None

    @pytest.mark.parametrize("word_first", [False, True])
    def test_a_scan_that_comes_later_needs_no_answer(self, desk: Desk, word_first: bool) -> None:
        ticket = missing(desk)
        if word_first:
            scan(ticket, "delivered", SAID + HOUR, desk.merchant)
        scan(ticket, "delivered", SAID + DAY)
        assert (fresh(ticket).due_at, fresh(ticket).due_action) == (NOW + 15 * DAY, "complete")

    @pytest.mark.parametrize(("off", "fine"), [(-SECOND, True), (ZERO, False), (SECOND, False)])
    def test_comes_too_late_once_the_time_is_over(self, desk: Desk, off: timedelta, fine: bool) -> None:
        ticket, at = missing(desk), SAID + 48 * HOUR + off
        if fine:
            assert proves(desk, ticket, at).arrival_proven_at == at
        else:
            with pytest.raises(Conflict):
                proves(desk, ticket, at)


def test_a_report_of_a_loss_gives_the_shop_no_more_time(desk: Desk) -> None:
    """B-19: nobody gains the seven days of a lost parcel by saying so."""
    ticket = missing(desk)
    scan(ticket, "lost", SAID + HOUR, desk.merchant)
    assert (fresh(ticket).due_at, fresh(ticket).due_action) == (SAID + 48 * HOUR, "overdue")


def test_the_buyer_finds_it_after_all(desk: Desk) -> None:
    ticket = services.confirm_replacement(missing(desk), actor=desk.buyer, now=SAID + DAY)
    assert ticket.status == "completed"


@pytest.mark.parametrize("who", ["merchant", "agent", "support"])
def test_only_the_buyer_says_so(desk: Desk, who: str) -> None:
    with pytest.raises(Forbidden):
        services.not_arrived(sent(desk), actor=getattr(desk, who), now=SAID)


def test_over_http(desk: Desk, api: Callable[[str], Any]) -> None:
    ticket = sent(desk)
    address = f"/api/v1/tickets/{ticket.ticket_no}"
    said = api("alice").post(f"{address}/not-arrived/", {"note": "nothing"}, format="json")
    assert (said.status_code, said.json()["due_action"]) == (200, "overdue")
    assert {"reship", "convert", "prove-arrival"} <= set(api("mei").get(f"{address}/").json()["allowed_actions"])
    assert api("alice").post(f"{address}/not-arrived/", {}, format="json").status_code == 409
    assert api("mei").post(f"{address}/prove-arrival/", {}, format="json").status_code == 400
    proof = {"evidence": [str(desk.photo(desk.merchant.user_id))], "note": "slip"}
    assert api("mei").post(f"{address}/prove-arrival/", proof, format="json").status_code == 200
