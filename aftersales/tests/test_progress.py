"""The steps of a ticket, whatever way it took (S-116): done is what was done, at the time when it was."""

from datetime import timedelta
from itertools import product
from typing import Any

import pytest

from aftersales import services
from aftersales.models import Ticket
from kernel.actors import CLOCK
from logistics import services as logistics
from tests.browser import Sit
from tests.desk import Desk
from tests.world import DAY, NOW, World

from ..states import ENDED, Status, Type
from ..wording.flow import BROKEN_OFF, PLANS, Entry, N
from ..wording.progress import ProgressStep, StepState, progress
from .desk_api import ApiDesk

S = Status
DONE, CURRENT, TODO = "done", "current", "todo"


def steps_of(ticket: Ticket) -> list[ProgressStep]:
    ticket = Ticket.objects.get(pk=ticket.pk)
    rows = ticket.history().values_list("action", "source", "target", "at", "actor_kind")
    return progress(ticket, [Entry(*row) for row in rows])


class Walk:
    """One ticket through the services, a day between its actions."""

    REASONS = {"refund_only": "not_received", "return_refund": "quality", "exchange": "quality", "repair": "fault",
               "reissue": "lost"}  # fmt: skip

    def __init__(self, desk: Desk, type_: str) -> None:
        self.desk, self.type = desk, type_
        shipped = type_ in ("refund_only", "reissue")
        order = desk.world.shipped() if shipped else desk.world.delivered()
        self.ticket = desk.apply(order, type_, self.REASONS[type_])

    def take(self, path: str) -> "Walk":
        for name in path.split():
            self.desk.now += DAY
            self.ticket = getattr(self, name)()
        return self

    def __getattr__(self, name: str) -> Any:
        return lambda: getattr(self.desk, name)(Ticket.objects.get(pk=self.ticket.pk))

    def _do(self, service: Any, who: Any, **facts: Any) -> Ticket:
        return service(Ticket.objects.get(pk=self.ticket.pk), actor=who, now=self.desk.now, **facts)

    def clock_approves(self) -> Ticket:
        return self._do(services.approve, CLOCK)

    def clock_receives(self) -> Ticket:
        return self._do(services.receive, CLOCK)

    def clock_confirms(self) -> Ticket:
        return self._do(services.confirm_replacement, CLOCK)

    def reject(self) -> Ticket:
        return self._do(services.reject, self.desk.merchant, reason="No")

    def close(self) -> Ticket:
        return self._do(services.close, CLOCK)

    def withdraw(self) -> Ticket:
        return self._do(services.withdraw, self.desk.buyer)

    def refuse(self) -> Ticket:
        return self._do(services.refuse_goods, self.desk.merchant, reason="Worn")

    def confirm(self) -> Ticket:
        return self._do(services.confirm_replacement, self.desk.buyer)

    def reopen(self) -> Ticket:
        return self._do(services.reopen, self.desk.support, reason="Ill")

    def convert(self) -> Ticket:
        return self._do(services.convert, self.desk.merchant, to="refund_only")

    def ahead(self) -> Ticket:
        return self.desk.reship(self.ticket, advance=True, note="In a hurry")

    def lose(self) -> Ticket:
        parcel = self.ticket.replacement_parcel
        assert parcel is not None
        logistics.report(parcel, status="lost", actor=self.desk.integration, now=self.desk.now)
        return self.ticket


def shown(ticket: Ticket) -> str:
    """ "review@1 return! refund": done on the first day, now, and to come."""
    marks = {DONE: "@", CURRENT: "!", TODO: ""}

    def one(step: ProgressStep) -> str:
        day = "" if step.at is None else str((step.at - NOW).days)
        return f"{step.name.value}{'~' * step.automatic}{marks[step.state.value]}{day}"

    return " ".join(one(step) for step in steps_of(ticket))


@pytest.fixture
def desk(world: World) -> Desk:
    world.sku("TEE", on_hand=20)
    return Desk(world)


BACK = "approve ship_back"
RETURNED = "review@1 return@2"
# Type, the way, and what is to be seen. Days are those of the actions; "!" with a day is an end that may be reopened.
WAYS = [
    ("refund_only", "", "review! refund completed"),
    ("refund_only", "approve", "review@1 refund! completed"),
    ("refund_only", "approve pay_out", "review@1 refund@2 completed@2"),
    ("refund_only", "clock_approves", "review~@1 refund! completed"),
    ("refund_only", "reject", "review@1 rejected!1"),
    ("refund_only", "reject close", "review@1 rejected@1 closed@2"),
    ("refund_only", "reject withdraw", "review@1 rejected@1 cancelled@2"),
    ("refund_only", "reject close reopen", "review@1 rejected!1"),
    ("refund_only", "reject approve", "review@2 refund! completed"),
    ("refund_only", "withdraw", "review cancelled@1"),
    ("return_refund", "", "review! return refund completed"),
    ("return_refund", "approve", "review@1 return! refund completed"),
    ("return_refund", BACK, f"{RETURNED} refund! completed"),
    ("return_refund", f"{BACK} ship_back", f"{RETURNED} refund! completed"),  # a corrected number
    ("return_refund", f"{BACK} receive", f"{RETURNED} refund! completed"),
    ("return_refund", f"{BACK} receive pay_out", f"{RETURNED} refund@4 completed@4"),
    ("return_refund", f"{BACK} clock_receives pay_out", f"{RETURNED} refund~@4 completed@4"),
    ("return_refund", "approve receive", "review@1 return@2 refund! completed"),  # without a number
    ("return_refund", "approve close", "review@1 return closed@2"),
    ("return_refund", "approve withdraw", "review@1 return cancelled@2"),
    ("return_refund", "approve close reopen", "review@1 return! refund completed"),
    ("return_refund", f"{BACK} refuse", f"{RETURNED} refund rejected!3"),
    ("return_refund", f"{BACK} refuse receive", f"{RETURNED} refund! completed"),
    ("return_refund", f"{BACK} refuse close", f"{RETURNED} refund rejected@3 closed@4"),
    ("exchange", "", "review! return inspection reship confirmation completed"),
    ("exchange", "approve", "review@1 return! inspection reship confirmation completed"),
    ("exchange", BACK, f"{RETURNED} inspection! reship confirmation completed"),
    ("exchange", f"{BACK} receive", f"{RETURNED} inspection@3 reship! confirmation completed"),
    ("exchange", f"{BACK} clock_receives", f"{RETURNED} inspection~@3 reship! confirmation completed"),
    ("exchange", f"{BACK} receive reship", f"{RETURNED} inspection@3 reship@4 confirmation! completed"),
    ("exchange", f"{BACK} receive reship lose", f"{RETURNED} inspection@3 reship@4 confirmation! completed"),
    ("exchange", f"{BACK} receive reship lose reship", f"{RETURNED} inspection@3 reship@6 confirmation! completed"),
    ("exchange", f"{BACK} receive reship lose convert", f"{RETURNED} reship@4 refund! completed"),
    ("exchange", f"{BACK} receive reship confirm", f"{RETURNED} inspection@3 reship@4 confirmation@5 completed@5"),
    ("exchange", f"{BACK} receive reship clock_confirms",
     f"{RETURNED} inspection@3 reship@4 confirmation~@5 completed@5"),
    ("exchange", f"{BACK} ahead", f"{RETURNED} reship@3 confirmation! inspection completed"),
    ("exchange", f"{BACK} ahead receive", f"{RETURNED} reship@3 inspection@4 confirmation! completed"),
    ("exchange", f"{BACK} ahead confirm", f"{RETURNED} reship@3 confirmation@4 completed@4"),
    ("exchange", f"{BACK} refuse", f"{RETURNED} inspection@3 rejected!3"),
    ("exchange", "approve close", "review@1 return closed@2"),
    ("exchange", f"{BACK} refuse close", f"{RETURNED} inspection@3 rejected@3 closed@4"),
    ("exchange", "withdraw", "review cancelled@1"),
    ("repair", "", "review! return inspection reship confirmation completed"),
    ("repair", BACK, f"{RETURNED} inspection! reship confirmation completed"),
    ("repair", f"{BACK} receive reship confirm", f"{RETURNED} inspection@3 reship@4 confirmation@5 completed@5"),
    ("repair", f"{BACK} receive convert pay_out", f"{RETURNED} refund@5 completed@5"),
    ("repair", "approve", "review@1 return! inspection reship confirmation completed"),
    ("repair", f"{BACK} receive", f"{RETURNED} inspection@3 reship! confirmation completed"),
    ("repair", f"{BACK} receive reship", f"{RETURNED} inspection@3 reship@4 confirmation! completed"),
    ("repair", "reject", "review@1 rejected!1"),
    ("repair", "approve close", "review@1 return closed@2"),
    ("repair", "approve withdraw", "review@1 return cancelled@2"),
    ("reissue", "", "review! reship confirmation completed"),
    ("reissue", "approve", "review@1 reship! confirmation completed"),
    ("reissue", "approve reship", "review@1 reship@2 confirmation! completed"),
    ("reissue", "approve reship confirm", "review@1 reship@2 confirmation@3 completed@3"),
    ("reissue", "approve reship lose convert pay_out", "review@1 reship@2 refund@5 completed@5"),
    ("reissue", "reject", "review@1 rejected!1"),
    ("reissue", "withdraw", "review cancelled@1"),
    ("reissue", "reject close", "review@1 rejected@1 closed@2"),
]  # fmt: skip


@pytest.mark.parametrize(("type_", "path", "expected"), WAYS, ids=[f"{way[0]}: {way[1]}" for way in WAYS])
def test_what_was_done_and_when(desk: Desk, type_: str, path: str, expected: str) -> None:
    ticket = Walk(desk, type_).take(path).ticket
    assert shown(ticket) == expected
    if ticket.status not in (*BROKEN_OFF, S.COMPLETED):
        here = [step for step in steps_of(ticket) if step.state == StepState.CURRENT]
        assert [step.status for step in here] == [ticket.status]


@pytest.mark.parametrize("type_", Type.values)
def test_every_state_of_every_type_is_walked(type_: str) -> None:
    ways = [expected.split() for way_type, _path, expected in WAYS if way_type == type_]
    # Where each way has led: the present step, or else the last one.
    reached = {next((step for step in way if "!" in step), way[-1]).split("@")[0].split("!")[0] for way in ways}
    plan = {name.value for name in PLANS[type_]} - {N.SUPPLEMENT}  # below
    assert plan | {N.REJECTED, N.CANCELLED, N.CLOSED, N.COMPLETED} <= reached


def test_unshipped_goods_are_refunded_without_a_review(desk: Desk) -> None:
    ticket = desk.apply(desk.world.place_order(), "refund_only", "dont_want")
    assert shown(ticket) == "refund! completed"
    desk.now += DAY
    assert shown(desk.pay_out(ticket)) == "refund@1 completed@1"


def test_the_difference_is_a_step_once_it_is_owed(desk: Desk) -> None:
    desk.world.sku("XL", price="119.00", on_hand=9, product="TEE")
    order = desk.world.delivered(lines=[("TEE", "99.00", 1)])
    ticket = desk.apply(order, "exchange", "wrong_choice", exchange_sku="XL")
    plan = "return inspection reship confirmation completed"
    assert shown(ticket) == f"review! supplement {plan}"
    desk.now += DAY
    ticket = desk.approve(ticket)
    assert shown(ticket) == f"review@1 supplement! {plan}"
    desk.now += DAY
    closed = services.close(ticket, now=desk.now)
    assert shown(closed) == "review@1 supplement closed@2"
    ticket = services.reopen(closed, reason="Late", actor=desk.support, now=desk.now)
    assert shown(desk.pay_difference(ticket, "20.00")) == f"review@1 supplement@2 {plan.replace('return', 'return!')}"


def test_what_was_not_done_is_not_said_to_come(desk: Desk) -> None:
    stopped = steps_of(Walk(desk, "return_refund").take("approve close").ticket)[1]
    assert (stopped.name, stopped.state, stopped.state_label, stopped.at) == (N.RETURN, TODO, "not done", None)


def test_what_the_clock_did_is_called_so(desk: Desk) -> None:
    ticket = Walk(desk, "exchange").take("clock_approves ship_back clock_receives reship clock_confirms").ticket
    labels = [step.label for step in steps_of(ticket) if step.automatic]
    assert labels == ["approved automatically", "counted as received", "completed automatically"]


def test_a_lost_replacement_is_not_waiting_to_be_confirmed(desk: Desk) -> None:
    ticket = Walk(desk, "reissue").take("approve reship lose").ticket
    assert steps_of(ticket)[2].label == "did not arrive"


def test_any_way_has_steps_that_end_where_the_ticket_is() -> None:
    for moves in product([S.PENDING_REVIEW, S.REJECTED, S.CANCELLED, S.CLOSED], repeat=5):
        history = [
            Entry("", source, status, NOW + n * DAY, "buyer")
            for n, (status, source) in enumerate(zip(moves, ["", *moves], strict=False))
        ]
        steps = progress(Ticket(type=Type.RETURN_REFUND, status=moves[-1]), history)
        names = [step.name for step in steps]
        assert len(set(names)) == len(names), moves
        if moves[-1] in BROKEN_OFF:
            state = StepState.DONE if moves[-1] in ENDED else StepState.CURRENT
            assert (steps[-1].status, steps[-1].state) == (moves[-1], state), moves


def test_a_ticket_that_was_closed_after_a_rejection_is_reopened_and_can_be_read(apidesk: ApiDesk, sit: Sit) -> None:
    """S-014."""
    order = apidesk.world.delivered()
    ticket = apidesk.apply(order, "return_refund", "wrong_choice", quantity=1)
    ticket = apidesk.do("mei", ticket, "reject", reason="Worn")
    row = Ticket.objects.get(ticket_no=ticket["ticket_no"])
    services.close(row, now=NOW + timedelta(days=7))
    ticket = apidesk.do("sun", ticket, "reopen", reason="The buyer was ill")
    assert ticket["status"] == "rejected"
    assert [step["status"] for step in ticket["steps"]] == ["pending_review", "rejected"]
    assert apidesk.get("alice", ticket)["status"] == "rejected"
    assert sit("alice").get(f"/tickets/{row.ticket_no}/").status_code == 200
    assert sit("mei").get(f"/admin/aftersales/ticket/{row.pk}/change/").status_code == 200
