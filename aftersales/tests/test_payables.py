"""What is owed because of a ticket: return freight once the goods were received, the rest by a manager; the API."""

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from functools import partial
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Membership, Role
from aftersales import services
from aftersales.models import Given, Ticket
from kernel.actors import Actor
from kernel.errors import DomainError, Forbidden
from kernel.events import event_type
from refunds.models import Payable, Refund
from refunds.payables import services as payables
from refunds.payables.machine import GIVEN_KINDS, Kind
from tests.browser import Sit, text
from tests.desk import Desk
from tests.fixtures import Login
from tests.threads import dismissed, race  # noqa: F401
from tests.undone import undone
from tests.world import DAY, NOW, SECOND, World

ROOT = "/api/v1/payables/"


@pytest.fixture
def desk(world: World) -> Desk:
    world.revise_policy(return_freight_standard=Decimal("12.00"))
    return Desk(world)


def returned(desk: Desk, freight: str = "9.00", **more: Any) -> Ticket:
    ticket = desk.approve(desk.apply(desk.world.completed()))
    return desk.receive(desk.ship_back(ticket, freight_paid=Decimal(freight), **more))


@pytest.mark.parametrize(("paid", "owed"), [("9.00", "9.00"), ("12.00", "12.00"), ("30.00", "12.00")])
def test_return_freight_is_owed_once_the_goods_are_received(desk: Desk, paid: str, owed: str) -> None:
    ticket = desk.ship_back(desk.approve(desk.apply(desk.world.completed())), freight_paid=Decimal(paid))
    assert not Payable.objects.exists()
    ticket = desk.receive(ticket)
    row = Payable.objects.get()
    assert (row.kind, row.amount, row.status, row.payee) == ("return_freight", Decimal(owed), "pending", "buyer")
    assert (row.order_id, row.ticket_payable.ticket_id) == (ticket.order_id, ticket.pk)
    assert Ticket.objects.get(pk=ticket.pk).has_payables
    assert [event_type("payable", h.action, h.target) for h in row.history()] == ["payable.created"]
    assert [refund.amount for refund in Refund.objects.all()] == [Decimal("198.00")]


def test_nothing_is_owed_for_nothing(desk: Desk) -> None:
    returned(desk, "0.00")
    assert not Payable.objects.exists()


def test_a_buyer_who_pays_the_way_back_is_owed_nothing(desk: Desk) -> None:
    ticket = desk.approve(desk.apply(desk.world.completed(), "return_refund", "no_reason"))
    desk.receive(desk.ship_back(ticket, freight_paid=Decimal("9.00")))
    assert not Payable.objects.exists()


def test_units_that_come_late_owe_it_no_second_time(desk: Desk) -> None:
    ticket = desk.ship_back(desk.approve(desk.apply(desk.world.completed())), freight_paid=Decimal("9.00"))
    line = ticket.lines.get().line_id
    for _ in range(2):
        ticket = desk.receive(ticket, [{"line_id": line, "quantity": 1, "condition": "as_new"}])
    assert Payable.objects.count() == 1


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_received_twice_at_once(desk: Desk) -> None:
    ticket = desk.ship_back(desk.approve(desk.apply(desk.world.completed())), freight_paid=Decimal("9.00"))
    outcomes = race(*[partial(desk.receive, ticket) for _ in range(6)])
    assert outcomes.count("ok") == 1
    assert Payable.objects.count() == 1


def test_a_payable_in_full(desk: Desk, api: Login, sit: Sit) -> None:
    ticket = returned(desk)
    number = Payable.objects.get().payable_no
    row = api("mei").get(f"{ROOT}{number}/").json()
    assert (row["ticket_no"], row["amount"], row["status"]) == (ticket.ticket_no, "9.00", "pending")
    assert row["allowed_actions"] == ["approve"]
    assert api("mei").post(f"{ROOT}{number}/pay/", {"proof": "x"}).status_code == 409
    assert api("mei").post(f"{ROOT}{number}/approve/").json()["status"] == "approved"
    assert "Approved, to be paid by" in sit("alice").get(f"/tickets/{ticket.ticket_no}/").content.decode()
    assert api("mei").post(f"{ROOT}{number}/pay/", {"proof": "slip 7"}).status_code == 403
    assert api("song").post(f"{ROOT}{number}/pay/", {"proof": ""}).status_code == 400
    done = api("song").post(f"{ROOT}{number}/pay/", {"proof": "slip 7"}).json()
    people = (done["approved_by"], done["paid_by"])
    assert (done["status"], people, done["allowed_actions"]) == ("paid", ("mei", "song"), [])
    assert api("song").post(f"{ROOT}{number}/pay/", {"proof": "slip 7"}).status_code == 409
    seen = api("alice").get(f"/api/v1/tickets/{ticket.ticket_no}/").json()["payables"]
    assert [(each["status"], each["proof"], each["approved_by"]) for each in seen] == [("paid", "slip 7", "")]
    page = sit("alice").get(f"/tickets/{ticket.ticket_no}/").content.decode()
    assert "Proof: slip 7" in page
    assert sit("mei").get("/admin/refunds/payable/").status_code == 200
    assert number in sit("mei").get(f"/admin/refunds/payable/{Payable.objects.get().pk}/change/").content.decode()


def body(ticket: Ticket, **more: str) -> dict[str, str]:
    return {"ticket_no": ticket.ticket_no, "kind": "goodwill", "amount": "20.00", "ground": "Too late", **more}


@pytest.mark.parametrize(
    ("name", "status"),
    [("mei", 201), ("sun", 201), ("song", 201), ("wen", 403), ("oms", 403), ("alice", 403), ("bob", 404), ("", 401)],
)
def test_who_makes_one(desk: Desk, api: Login, name: str, status: int) -> None:
    answer = api(name).post(ROOT, body(desk.apply(desk.world.completed())))
    assert answer.status_code == status
    assert Payable.objects.count() == (status == 201)


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"kind": "return_freight"}, 400), ({"amount": "0.00"}, 400), ({"amount": "-1"}, 400), ({"ground": " "}, 400),
        ({"amount": "1.001"}, 400), ({"ticket_no": "T0"}, 404), ({"kind": "courier_claim"}, 201), ({"key": "b"}, 201),
        ({}, 409),
    ],
)  # fmt: skip
def test_what_is_refused(desk: Desk, api: Login, change: dict[str, str], status: int) -> None:
    ticket = desk.apply(desk.world.completed())
    assert api("mei").post(ROOT, body(ticket)).status_code == 201
    assert api("mei").post(ROOT, body(ticket) | change).status_code == status
    assert Payable.objects.count() == 1 + (status == 201)


@pytest.mark.parametrize(
    ("name", "amount", "more", "status"),
    [
        ("mei", "198.00", {}, 201),
        ("mei", "198.01", {}, 403),
        ("mei", "9999999999.99", {}, 403),
        ("song", "198.01", {}, 201),
        ("mei", "198.01", {"kind": "courier_claim"}, 201),
    ],
)
def test_what_nobody_of_the_shop_could_approve_is_not_created(
    desk: Desk, api: Login, name: str, amount: str, more: dict[str, str], status: int
) -> None:
    answer = api(name).post(ROOT, body(desk.apply(desk.world.completed()), amount=amount, **more))
    assert (answer.status_code, Payable.objects.count()) == (status, int(status == 201))
    if status == 403:
        assert (answer.json()["details"], "platform support" in answer.json()["message"]) == ({"limit": "198.00"}, True)


@pytest.mark.parametrize("amount", ["99.00", "99.01", "198.00"])
def test_the_same_again_is_known_also_where_it_has_used_up_the_ceiling(desk: Desk, api: Login, amount: str) -> None:
    """Of 198.00. Neither creating it twice nor approving it twice needs support."""
    ticket = desk.apply(desk.world.completed())
    number = api("mei").post(ROOT, body(ticket, amount=amount)).json()["payable_no"]
    assert api("mei").post(f"{ROOT}{number}/approve/").status_code == 200
    for answer in (api("mei").post(ROOT, body(ticket, amount=amount)), api("mei").post(f"{ROOT}{number}/approve/")):
        assert answer.status_code == 409
    assert Payable.objects.count() == 1


@pytest.mark.parametrize("kind", GIVEN_KINDS)
def test_a_buyer_reads_of_a_gift_once_it_was_approved(desk: Desk, api: Login, sit: Sit, kind: str) -> None:
    ticket = desk.apply(desk.world.completed())
    number = api("mei").post(ROOT, body(ticket, kind=kind, ground="Sorry for the wait")).json()["payable_no"]

    def seen() -> tuple[int, int, int, bool]:
        alice = api("alice")
        rows, ticket_rows = alice.get(ROOT).json()["results"], alice.get(address).json()["payables"]
        page = "Sorry for the wait" in text(sit("alice").get(f"/tickets/{ticket.ticket_no}/"))
        return alice.get(f"{ROOT}{number}/").status_code, len(rows), len(ticket_rows), page

    address = f"/api/v1/tickets/{ticket.ticket_no}/"
    assert seen() == (404, 0, 0, False)
    assert "Paid separately" not in text(sit("alice").get(f"/tickets/{ticket.ticket_no}/"))
    approve(Payable.objects.get(), desk.merchant)
    assert seen() == (200, 1, 1, True)


def test_a_gift_that_was_never_approved_stays_inside_when_cancelled(desk: Desk, api: Login) -> None:
    ticket = desk.apply(desk.world.completed())
    number = api("mei").post(ROOT, body(ticket)).json()["payable_no"]
    assert api("mei").post(f"{ROOT}{number}/cancel/", {"note": "No"}).status_code == 200
    assert api("alice").get(ROOT).json()["results"] == []


def test_return_freight_is_seen_at_once(desk: Desk, api: Login) -> None:
    returned(desk)
    assert [row["status"] for row in api("alice").get(ROOT).json()["results"]] == ["pending"]


@pytest.mark.parametrize(
    ("query", "count"),
    [("", 3), ("?status=pending", 2), ("?kind=goodwill", 1), ("?order_no={order}", 3), ("?ticket_no={ticket}", 3),
     ("?order_no=E-0", 0), ("?status=cancelled", 1)],
)  # fmt: skip
def test_the_list(desk: Desk, api: Login, query: str, count: int) -> None:
    ticket = desk.apply(desk.world.completed())
    for kind in ("goodwill", "courier_claim", "compensation"):
        last = api("mei").post(ROOT, body(ticket, kind=kind)).json()
    assert api("mei").post(f"{ROOT}{last['payable_no']}/cancel/", {"note": "No"}).status_code == 200
    address = ROOT + query.format(order=ticket.order.order_no, ticket=ticket.ticket_no)
    assert len(api("mei").get(address).json()["results"]) == count
    assert len(api("rui").get(address).json()["results"]) == 0


def test_a_buyer_does_not_see_what_a_courier_owes(desk: Desk, api: Login) -> None:
    ticket = desk.apply(desk.world.completed())
    made = api("mei").post(ROOT, body(ticket, kind="courier_claim")).json()
    assert (made["payee"], api("mei").get(ROOT).json()["results"][0]["payable_no"]) == ("shop", made["payable_no"])
    assert api("alice").get(ROOT).json()["results"] == []
    assert api("alice").get(f"{ROOT}{made['payable_no']}/").status_code == 404
    assert api("alice").get(f"/api/v1/tickets/{ticket.ticket_no}/").json()["payables"] == []


@pytest.mark.parametrize("name", ["wen", "oms", "alice"])
@pytest.mark.parametrize("verb", ["approve", "pay", "cancel"])
def test_who_only_reads(desk: Desk, api: Login, name: str, verb: str) -> None:
    number = api("mei").post(ROOT, body(desk.apply(desk.world.completed()))).json()["payable_no"]
    approve(Payable.objects.get(), desk.support)  # before that, its buyer does not see it
    assert api(name).get(f"{ROOT}{number}/").status_code == 200
    assert api(name).post(f"{ROOT}{number}/{verb}/", {"proof": "x", "note": "x"}).status_code == 403


def test_a_list_takes_few_statements(desk: Desk, api: Login, django_assert_max_num_queries: Callable[..., Any]) -> None:
    for _ in range(6):
        api("mei").post(ROOT, body(desk.apply(desk.world.completed())))
    client = api("mei")
    client.get(ROOT)
    with django_assert_max_num_queries(6):
        assert len(client.get(ROOT).json()["results"]) == 6


def test_a_list_of_approved_ones_takes_two_more(
    desk: Desk, api: Login, django_assert_max_num_queries: Callable[..., Any]
) -> None:
    """Who may pay them is asked once for all."""
    for _ in range(6):
        approve(owed(desk, "1.00"), desk.support)
    client = api("mei")
    client.get(ROOT)
    with django_assert_max_num_queries(10):
        rows = client.get(ROOT).json()["results"]
    assert [row["allowed_actions"] for row in rows] == [["pay", "cancel"]] * 6


def test_who_was_appointed_for_it_is_offered_nothing_and_told_whom_to_ask(desk: Desk, api: Login, sit: Sit) -> None:
    """By page and API: a manager since today, after mei has approved it (contract §5)."""
    world, today = desk.world, timezone.now()
    member = {"shop": world.lantern, "user": world.eve, "role": Role.MANAGER, "accepted_at": today - 400 * DAY}
    appointed = Membership.objects.create(**member, role_since=today - DAY)
    row = approve(owed(desk, "100.00"), desk.merchant)
    address, there = f"{ROOT}{row.payable_no}/", f"/admin/refunds/payable/{row.pk}/"
    assert api("eve").get(address).json()["allowed_actions"] == ["cancel"]
    assert "/pay/" not in sit("eve").get(f"{there}change/").content.decode()
    assert "Ask a supervisor of platform support: the shop has no other" in text(sit("eve").get(f"{there}change/"))
    refused = api("eve").post(f"{address}pay/", {"proof": "slip"})
    assert (refused.status_code, "supervisor" in refused.json()["message"]) == (403, True)
    sit("eve").post(f"{there}pay/", {"proof": "slip"})
    assert Payable.objects.get().status == "approved"
    Membership.objects.filter(pk=appointed.pk).update(role_since=today - 30 * DAY)
    assert api("eve").get(address).json()["allowed_actions"] == ["pay", "cancel"]
    assert "Ask eve, or a supervisor of platform support." in text(sit("mei").get(f"{there}change/"))
    assert api("eve").post(f"{address}pay/", {"proof": "slip"}).json()["paid_by"] == "eve"


def test_a_second_open_payment_is_refused_by_the_service(desk: Desk) -> None:
    from aftersales.services import create_payable

    ticket = desk.apply(desk.world.completed())
    create_payable(ticket, kind="goodwill", amount=Decimal(5), ground="Late", actor=desk.merchant, now=NOW)
    with pytest.raises(DomainError):
        create_payable(ticket, kind="goodwill", amount=Decimal(6), ground="Late", actor=desk.merchant, now=NOW)


# --- the daily limit of who approves --------------------------------------------------------------------------


def limited(desk: Desk, amount: str = "100.00") -> Actor:
    Membership.objects.filter(user=desk.world.mei).update(daily_limit=Decimal(amount))
    desk.world.mei.__dict__.pop("_memberships", None)
    return desk.world.actor("mei")


def test_every_kind_is_given_or_named() -> None:
    """A new kind is decided on: whether it counts in what a person gives away (docs/limits.md)."""
    assert set(Kind) - set(GIVEN_KINDS) == {Kind.RETURN_FREIGHT, Kind.COURIER_CLAIM}


def owed(desk: Desk, amount: str, kind: str = "goodwill") -> Payable:
    ticket = desk.apply(desk.world.completed())
    return services.create_payable(
        ticket, kind=kind, amount=Decimal(amount), ground="Too late", actor=desk.support, now=NOW
    )


def approve(payable: Payable, actor: Actor, now: datetime = NOW) -> Payable:
    return services.approve_payable(Payable.objects.get(pk=payable.pk), actor=actor, now=now)


def above(payable: Payable, actor: Actor, now: datetime = NOW) -> dict[str, Any]:
    with undone(), pytest.raises(Forbidden) as refusal:
        approve(payable, actor, now)
    assert Payable.objects.get(pk=payable.pk).status == "pending"
    return refusal.value.details


def test_what_is_approved_counts_in_the_day_with_what_is_decided(desk: Desk) -> None:
    mei = limited(desk)
    approve(owed(desk, "60.00"), mei)
    second = owed(desk, "40.01", "compensation")
    assert above(second, mei) == {"limit": "100.00", "amount": "100.01", "period": "day"}
    approve(owed(desk, "39.00", "compensation"), mei)
    claim = desk.apply(
        desk.world.delivered(), "refund_only", "compensation", claimed_amount=Decimal("1.01"), received=True
    )
    with undone(), pytest.raises(Forbidden):  # and the other way round
        services.approve(claim, actor=mei, now=NOW)
    approve(second, desk.world.actor("song"))  # support has no such limit
    midnight = timezone.localtime(NOW).replace(hour=0, minute=0, second=0, microsecond=0) + DAY
    above(owed(desk, "2.00"), mei, midnight - SECOND)
    approve(owed(desk, "100.00"), mei, midnight)


def test_a_decision_on_a_ticket_leaves_less_for_payables(desk: Desk) -> None:
    mei = limited(desk)
    ticket = desk.apply(
        desk.world.delivered(), "refund_only", "compensation", claimed_amount=Decimal(70), received=True
    )
    services.approve(ticket, actor=mei, now=NOW)
    above(owed(desk, "30.01"), mei)
    approve(owed(desk, "30.00"), mei)


def test_what_a_rule_owes_what_couriers_owe_and_what_was_cancelled_does_not_count(desk: Desk) -> None:
    returned(desk, "12.00")
    Given.objects.all().delete()  # the return itself
    mei = limited(desk, "5.00")
    approve(Payable.objects.get(), mei)
    approve(owed(desk, "90.00", "courier_claim"), mei)
    first = approve(owed(desk, "5.00"), mei)
    again = owed(desk, "5.00")
    above(again, mei)
    payables.cancel(first, note="Not owed", actor=mei, now=NOW)
    approve(again, mei)


def test_in_another_currency_nobody_with_a_daily_limit_approves(desk: Desk) -> None:
    mei = limited(desk, "1000.00")
    desk.world.sku("IMPORT", price="10.00", currency="USD", on_hand=5)
    order = desk.world.completed(lines=[("IMPORT", "10.00", 1)], currency="USD")
    row = services.create_payable(
        desk.apply(order), kind="goodwill", amount=Decimal(1), ground="Too late", actor=desk.support, now=NOW
    )
    assert above(row, mei)["limit"] == "0.00"


def test_without_a_limit_nothing_is_read_for_it(desk: Desk) -> None:
    row = owed(desk, "5.00")
    with CaptureQueriesContext(connection) as queries:
        approve(row, desk.merchant)
    assert not [one for one in queries.captured_queries if "aftersales_given" in one["sql"]]


def test_the_desk_says_whose_turn_it_is_to_whom_and_why(desk: Desk, sit: Sit) -> None:
    returned(desk)
    row = Payable.objects.get()
    there = f"/admin/refunds/payable/{row.pk}/"
    shown = text(sit("mei").get(f"{there}change/"))
    assert "A manager or platform support approves it" in shown
    assert "The shop has the goods and pays for the way back, as the rule says." in shown
    approve(row, desk.merchant)
    shown = text(sit("mei").get(f"{there}change/"))
    assert "mei has approved it. Someone else has to pay it by" in shown
    assert "You have paid ¥9.00 to alice, the buyer of order" in text(sit("song").get(f"{there}pay/"))


def test_every_entry_point_asks_for_the_limit(desk: Desk, api: Login, sit: Sit) -> None:
    limited(desk, "4.00")
    row = owed(desk, "5.00")
    answer = api("mei").post(f"{ROOT}{row.payable_no}/approve/")
    assert (answer.status_code, answer.json()["details"]["period"]) == (403, "day")
    address = f"/admin/refunds/payable/{row.pk}/approve/"
    assert "above your limit of 4.00 per day" in text(sit("mei").post(address, follow=True))
    assert Payable.objects.get().status == "pending"
    assert "Approved. Someone else has to pay it now." in text(sit("song").post(address, follow=True))
    assert Payable.objects.get().status == "approved"


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("reference_data")
def test_two_approvals_at_once_do_not_both_have_the_rest_of_the_day(desk: Desk) -> None:
    mei = limited(desk)
    claims = {"claimed_amount": Decimal(50), "received": True}
    ticket = desk.apply(desk.world.delivered(), "refund_only", "compensation", **claims)
    deeds = [partial(approve, owed(desk, "50.00"), mei) for _ in range(4)]
    answers = race(*deeds, partial(services.approve, ticket, actor=mei, now=NOW))
    assert sorted(answers) == ["forbidden"] * 3 + ["ok"] * 2
