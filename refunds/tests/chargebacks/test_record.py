"""What is stored of a chargeback: once, by a program, within what was paid; the matrix of its machine; its answers."""

from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction

from accounts.models import Membership
from kernel.actors import KINDS, Actor
from kernel.errors import Forbidden, IllegalTransition
from kernel.events import event_type
from kernel.machine import advance, transition_names
from orders import services as orders
from orders.models import Order
from refunds import services
from refunds.models import Chargeback, Refund
from tests.fixtures import Login
from tests.world import World

from ..helpers import paid, reserve
from .steps import report, sums

BODY = {
    "transaction_no": "PAY-1",
    "chargeback_no": "CB-1",
    "amount": "99.00",
    "status": "open",
    "reason": "not received",
}
# People on a complaint to the channel only: `record_chargeback` refuses them elsewhere.
REPORTERS = {"gateway", "integration", "merchant", "support"}
MATRIX = {
    "win": {"open": "won", "lost": "won"},
    "lose": {"open": "lost", "won": "lost"},
    "reopen": {"won": "open"},
    "take_evidence": {"open": "open", "won": "won", "lost": "lost"},
}
MAY = dict.fromkeys(MATRIX, REPORTERS) | {"take_evidence": {"merchant", "integration", "support"}}


def address(order: Order) -> str:
    return f"/api/v1/orders/{order.order_no}/chargebacks/"


def test_the_matrix_is_complete() -> None:
    assert set(MATRIX) == set(transition_names(Chargeback))


@pytest.mark.parametrize("status", ["open", "won", "lost"])
@pytest.mark.parametrize("verb", MATRIX)
def test_state_verb_role(world: World, status: str, verb: str) -> None:
    chargeback = report(world, paid(world), status=status)
    for kind in sorted(KINDS):
        expected: Any = Forbidden if kind not in MAY[verb] else MATRIX[verb].get(status, IllegalTransition)
        with transaction.atomic():
            outcome = attempt(chargeback, verb, Actor(kind, kind), world)
            transaction.set_rollback(True)
        assert outcome == expected, kind


def attempt(chargeback: Chargeback, verb: str, actor: Actor, world: World) -> Any:
    try:
        with transaction.atomic():
            return advance(getattr(chargeback, verb), actor=actor, now=world.now).status
    except (Forbidden, IllegalTransition) as refusal:
        return type(refusal)


def test_a_chargeback_in_full(world: World, api: Login) -> None:
    order = paid(world)
    answer = api("oms").post(address(order), BODY)
    assert answer.status_code == 201
    row = Chargeback.objects.get()
    assert answer.json() == {
        "chargeback_no": "CB-1",
        "order_no": order.order_no,
        "status": "open",
        "status_label": "open",
        "amount": "99.00",
        "currency": "CNY",
        "channel": "sandbox",
        "channel_label": "test payment",
        "transaction_no": "PAY-1",
        "reason": "not received",
        "reason_label": "not received",
        "excess": "0.00",
        "opened_at": answer.json()["opened_at"],
        "ended_at": None,
    }
    again = api("oms").post(address(order), BODY)
    assert (again.status_code, again.json()) == (200, answer.json())
    assert api("oms").get(address(order)).json()["results"] == [answer.json()]
    assert [(h.action, event_type("chargeback", h.action, h.target)) for h in row.history()] == [
        ("create", "chargeback.opened")
    ]
    payments = api("alice").get(f"/api/v1/orders/{order.order_no}/").json()["payments"]
    assert [(each["refunded"], each["charged_back"]) for each in payments] == [("0.00", "99.00")]


@pytest.mark.parametrize("status", ["won", "lost"])
@pytest.mark.parametrize("opened", [True, False])
def test_the_end_with_and_without_a_beginning(world: World, api: Login, status: str, opened: bool) -> None:
    order = paid(world)
    if opened:
        api("oms").post(address(order), BODY)
    answer = api("oms").post(address(order), BODY | {"status": status})
    assert (answer.status_code, answer.json()["status"]) == (200 if opened else 201, status)
    assert api("oms").post(address(order), BODY | {"status": status}).status_code == 200
    # Notices come in any order: this one is older than what is known.
    late = api("oms").post(address(order), BODY)
    assert (late.status_code, late.json()["status"]) == (200, status)
    # A second round at the bank, or a late reversal: the later word counts.
    turned = "lost" if status == "won" else "won"
    other = api("oms").post(address(order), BODY | {"status": turned})
    assert (other.status_code, other.json()["status"]) == (200, turned)
    history = [event_type("chargeback", h.action, h.target) for h in Chargeback.objects.get().history()]
    assert history == ["chargeback.opened", f"chargeback.{status}", f"chargeback.{turned}"]
    assert sums(order) == (("0.00", "99.00", "1.00") if turned == "lost" else ("0.00", "0.00", "100.00"))


@pytest.mark.parametrize(
    ("change", "status", "field"),
    [
        ({"amount": "98.00"}, 409, ""),
        ({"transaction_no": "PAY-2"}, 409, ""),
        ({"chargeback_no": "cb 1", "amount": "98.00"}, 409, ""),
        ({"chargeback_no": "CB-2", "amount": "0.00"}, 400, "amount"),
        ({"chargeback_no": "CB-2", "amount": "-1.00"}, 400, "amount"),
        ({"chargeback_no": "CB-2", "amount": "1.001"}, 400, "amount"),
        ({"chargeback_no": "CB-2", "transaction_no": "PAY-9"}, 400, "transaction_no"),
        ({"chargeback_no": ""}, 400, "chargeback_no"),
        ({"status": "closed"}, 400, "status"),
        ({"chargeback_no": "CB-2", "channel": "alipay"}, 400, "transaction_no"),
    ],
)
def test_what_does_not_fit_is_refused(
    world: World, api: Login, change: dict[str, str], status: int, field: str
) -> None:
    order = paid(world, "PAY-1", "PAY-2")
    api("oms").post(address(order), BODY)
    answer = api("oms").post(address(order), BODY | change)
    assert (answer.status_code, list(answer.json().get("errors", {}))) == (status, [field] if field else [])
    assert Chargeback.objects.count() == 1


def test_of_another_order_of_the_shop(world: World, api: Login) -> None:
    api("oms").post(address(paid(world)), BODY)
    assert api("oms").post(address(paid(world, "PAY-2")), BODY | {"transaction_no": "PAY-2"}).status_code == 409
    assert (
        api("oms")
        .post(address(paid(world, "PAY-3", shop=world.harbor)), BODY | {"transaction_no": "PAY-3"})
        .status_code
        == 201
    )


@pytest.mark.parametrize(
    ("name", "read", "write"),
    [
        ("alice", 403, 403), ("mei", 200, 403), ("wen", 200, 403), ("sun", 200, 403), ("song", 200, 403),
        ("oms", 200, 201), ("bob", 404, 404), ("rui", 404, 404), ("eve", 404, 404), ("", 401, 401),
    ],
)  # fmt: skip
def test_who_reads_and_who_reports(world: World, api: Login, name: str, read: int, write: int) -> None:
    order = paid(world)
    assert api(name).get(address(order)).status_code == read
    assert api(name).post(address(order), BODY).status_code == write
    assert Chargeback.objects.count() == (write == 201)


def test_a_program_of_another_shop_finds_nothing(world: World, api: Login) -> None:
    order = paid(world)
    Membership.objects.filter(user=world.oms, shop=world.lantern).delete()
    assert api("oms").post(address(order), BODY).status_code == 404
    assert not Chargeback.objects.exists()


def test_yen_have_no_decimals(world: World, api: Login) -> None:
    order = paid(world, "PAY-1", amount="100", currency="JPY")
    assert api("oms").post(address(order), BODY).status_code == 400
    answer = api("oms").post(address(order), BODY | {"amount": "99"})
    assert (answer.status_code, answer.json()["amount"]) == (201, "99")


def test_the_reason_may_come_with_the_end(world: World) -> None:
    order = paid(world)
    report(world, order)
    assert report(world, order, status="lost", reason="fraud").reason == "fraud"
    assert Chargeback.objects.get().amount == Decimal(100)


@pytest.mark.parametrize("number", ["cb1", "CB 1", "Cb-1", "\uff23\uff22\uff0d\uff11"])
def test_a_number_is_the_same_however_it_is_typed(world: World, api: Login, number: str) -> None:
    order = paid(world)
    api("oms").post(address(order), BODY)
    answer = api("oms").post(address(order), BODY | {"chargeback_no": number, "status": "lost"})
    assert (answer.status_code, answer.json()["chargeback_no"], answer.json()["status"]) == (200, "CB-1", "lost")
    assert Chargeback.objects.count() == 1


def shared(world: World, number: str) -> Order:
    """An order of 100, by a transaction of 200."""
    data = world.order_data(lines=[("TEE", "100.00", 1)], payments=[(number, "100.00")])
    data["payments"][0]["shared_total"] = Decimal("200.00")
    order, _new = orders.create(world.lantern, data, actor=world.actor("oms"), now=world.now)
    return order


def at(hours: int) -> dict[str, str]:
    return {"reported_at": f"2026-03-02T{hours:02d}:00:00+08:00"}


@pytest.mark.parametrize(
    ("reports", "status"),
    [
        ([("open", 1), ("won", 2), ("open", 3)], "open"),
        ([("open", 1), ("open", 3), ("won", 2)], "open"),
        ([("won", 2), ("open", 1)], "won"),
        ([("won", 2), ("open", 2)], "won"),
        ([("lost", 3), ("won", 2)], "lost"),
        ([("won", 2), ("lost", 1)], "won"),
        ([("won", 2), ("open", 3), ("lost", 4)], "lost"),
        ([("won", 2), ("open", 3), ("won", 4), ("open", 3)], "won"),
        ([("lost", 2), ("open", 3)], "lost"),
        ([("lost", 2), ("open", 3), ("won", 4)], "won"),
        # Who says no time is believed as before.
        ([("won", None), ("open", 3)], "won"),
        ([("won", 2), ("open", None)], "won"),
        ([("open", 1), ("won", None), ("open", 3)], "won"),
        ([("open", 1), ("lost", None), ("won", 3), ("open", 2)], "won"),
        ([("won", 2), ("lost", None)], "lost"),
        # And stays later than what was said before it.
        ([("won", 3), ("lost", None), ("won", 2)], "lost"),
        ([("won", 3), ("lost", None), ("won", 3)], "lost"),
        ([("open", 3), ("won", None), ("lost", 2)], "won"),
        ([("open", 3), ("won", None), ("lost", 2), ("open", 4)], "won"),
        ([("open", 3), ("won", None), ("lost", 4), ("won", 5), ("open", 6)], "open"),
        ([("won", 3), ("lost", None), ("won", None), ("open", 4), ("lost", 2)], "won"),
    ],
)
def test_the_channels_own_time_decides(
    world: World, api: Login, reports: list[tuple[str, int | None]], status: str
) -> None:
    """A second round at the bank, and reports that come in any order."""
    order = paid(world)
    for each, hours in reports:
        answer = api("oms").post(address(order), BODY | {"status": each} | (at(hours) if hours else {}))
        assert answer.status_code in (200, 201)
    assert answer.json()["status"] == status
    assert sums(order) == (("0.00", "0.00", "100.00") if status == "won" else ("0.00", "99.00", "1.00"))
    row = Chargeback.objects.get()
    assert (row.ended_at is None) == (status == "open")
    payment = order.payments.get()
    assert (payment.disputed, payment.lost) == tuple(Decimal("99.00") * (status == each) for each in ("open", "lost"))


def test_a_second_round_holds_what_is_under_way_and_counts_what_was_paid(world: World, api: Login) -> None:
    order = paid(world)
    api("oms").post(address(order), BODY | {"amount": "80.00", "status": "won"} | at(2))
    services.send(reserve(order, "50.00", now=world.now).pk, now=world.now)
    waiting = reserve(order, "40.00", now=world.now)
    answer = api("oms").post(address(order), BODY | {"amount": "80.00"} | at(3))
    assert (answer.json()["status"], answer.json()["excess"], answer.json()["ended_at"]) == ("open", "30.00", None)
    assert sums(order) == ("90.00", "10.00", "0.00")
    assert Refund.objects.get(pk=waiting.pk).on_hold
    assert services.send(waiting.pk, now=world.now) is False
    events = [event_type("chargeback", h.action, h.target) for h in Chargeback.objects.get().history()]
    assert events == ["chargeback.opened", "chargeback.won", "chargeback.opened"]
    api("oms").post(address(order), BODY | {"amount": "80.00", "status": "won"} | at(4))
    assert services.send(waiting.pk, now=world.now) is True


def test_no_report_is_of_the_future(world: World, api: Login) -> None:
    answer = api("oms").post(address(paid(world)), BODY | {"reported_at": "2199-01-01T00:00:00Z"})
    assert (answer.status_code, list(answer.json()["errors"])) == (400, ["reported_at"])
    assert not Chargeback.objects.exists()


def test_a_transaction_that_paid_two_orders(world: World, api: Login) -> None:
    """The bank takes 200 of it: each order has its part, by the same number."""
    first, second = (shared(world, "PAY-1") for _ in range(2))
    for order, amount in ((first, "100.00"), (second, "90.00")):
        answer = api("oms").post(address(order), BODY | {"amount": amount, "status": "lost"})
        assert (answer.status_code, answer.json()["amount"]) == (201, amount)
    assert (sums(first), sums(second)) == (("0.00", "100.00", "0.00"), ("0.00", "90.00", "10.00"))


@pytest.mark.parametrize("status", ["open", "lost"])
def test_a_bank_that_takes_more_than_was_paid(world: World, status: str) -> None:
    """Its fee, or the whole transaction of several orders: stored as it says; the payment has no more than was paid."""
    order = paid(world)
    row = report(world, order, "115.00", status)
    assert (row.amount, row.excess, sums(order)) == (Decimal("115.00"), Decimal(0), ("0.00", "100.00", "0.00"))
    assert row.payment.disputed + row.payment.lost == Decimal("100.00")
    report(world, order, "115.00", "won")
    assert sums(order) == ("0.00", "0.00", "100.00")


def test_lost_after_it_was_won_takes_what_is_not_refunded(world: World) -> None:
    order = paid(world)
    report(world, order, "80.00", "won")
    refund = reserve(order, "60.00", now=world.now)
    report(world, order, "80.00", "lost")
    row = Refund.objects.get(pk=refund.pk)
    assert (row.status, row.charged_back, sums(order)) == ("failed", Decimal("40.00"), ("20.00", "80.00", "0.00"))


def test_won_after_a_loss_for_which_refunds_made_way(world: World, api: Login) -> None:
    """Nobody can know what is owed now: tickets may have ended with what the bank had paid."""
    order = paid(world)
    refund = reserve(order, "60.00", now=world.now)
    report(world, order, "99.00", "lost")
    answer = api("oms").post(address(order), BODY | {"status": "won"})
    assert answer.status_code == 409
    assert Chargeback.objects.get().status == "lost"
    assert (Refund.objects.get(pk=refund.pk).charged_back, sums(order)) == (Decimal("59.00"), ("1.00", "99.00", "0.00"))
