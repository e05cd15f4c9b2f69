"""What waits for the buyer: one condition for the badge, the first page and the list, in every state of a ticket."""

import re
from collections.abc import Callable
from itertools import product
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils.translation import override

from aftersales import services
from aftersales.access import buyers_turn
from aftersales.conditions import waits_for_buyer
from aftersales.models import Ticket
from aftersales.selectors.pending_action import pending_action
from aftersales.states import Status
from kernel.jobs import job
from logistics import services as logistics
from tests.browser import Sit, text
from tests.desk import Desk
from tests.world import DAY, NOW

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("now", "stock")]
BUYER, OTHERS = True, False


def returned(desk: Desk, type_: str = "return_refund", **more: Any) -> Ticket:
    return desk.ship_back(desk.approve(desk.apply(desk.world.delivered(), type_)), **more)


def sent(desk: Desk) -> Ticket:
    return desk.reship(desk.receive(returned(desk, "exchange")))


def dearer(desk: Desk) -> Ticket:
    desk.world.sku("GOLD", price="199.00", on_hand=5)
    order = desk.world.delivered(lines=[("TEE", "99.00", 1)])
    return desk.approve(desk.apply(order, "exchange", "wrong_choice", exchange_sku="GOLD"))


def rejected(desk: Desk) -> Ticket:
    ticket = desk.apply(desk.world.delivered())
    return services.reject(ticket, reason="Worn", actor=desk.merchant, now=desk.now)


def suspended(desk: Desk) -> Ticket:
    return services.suspend(rejected(desk), actor=desk.support, now=desk.now)


def refused(desk: Desk) -> Ticket:
    return services.refuse_goods(returned(desk), reason="Worn", actor=desk.merchant, now=desk.now)


def sent_back(desk: Desk) -> Ticket:
    ticket = refused(desk)
    return services.return_goods(ticket, courier="sf", tracking_no="SF9", actor=desk.merchant, now=desk.now)


def empty(desk: Desk) -> Ticket:
    return desk.receive(returned(desk), [])


def offered(desk: Desk) -> Ticket:
    ticket = desk.apply(desk.world.delivered())
    terms: dict[str, Any] = {"type": "voucher", "amount": 5, "what": "5 off", "code": "SORRY", "note": "Sorry"}
    services.offer(ticket, **terms, actor=desk.merchant, now=desk.now)
    return Ticket.objects.get(pk=ticket.pk)


def lost(desk: Desk) -> Ticket:
    ticket = sent(desk)
    assert ticket.replacement_parcel is not None
    logistics.report(ticket.replacement_parcel, status="lost", at=desk.now, actor=desk.merchant, now=desk.now)
    return Ticket.objects.get(pk=ticket.pk)


def overdue(desk: Desk) -> Ticket:
    ticket = desk.receive(returned(desk, "exchange"))
    job("mark_overdue").run(desk.now + 30 * DAY, False)
    return Ticket.objects.get(pk=ticket.pk)


def withdrawn(desk: Desk) -> Ticket:
    return services.withdraw(desk.apply(desk.world.delivered()), actor=desk.buyer, now=desk.now)


STATES: dict[str, tuple[Callable[[Desk], Ticket], bool]] = {
    "to review": (lambda desk: desk.apply(desk.world.delivered()), OTHERS),
    "difference to pay": (dearer, BUYER),
    "to send back": (lambda desk: desk.approve(desk.apply(desk.world.delivered())), BUYER),
    "on the way back": (returned, OTHERS),
    "number to correct": (lambda desk: returned(desk, tracking_no="none"), BUYER),
    "money on its way": (lambda desk: desk.receive(returned(desk)), OTHERS),
    "replacement due": (lambda desk: desk.receive(returned(desk, "exchange")), OTHERS),
    "replacement late": (overdue, OTHERS),
    "replacement sent": (sent, BUYER),
    "replacement lost": (lost, OTHERS),
    "nothing came": (lambda desk: services.not_arrived(sent(desk), actor=desk.buyer, now=desk.now), OTHERS),
    "rejected": (rejected, BUYER),
    "rejected, decided by support": (suspended, OTHERS),
    "goods refused": (refused, OTHERS),
    "refused goods sent back": (sent_back, OTHERS),
    "empty parcel": (empty, OTHERS),
    "offer": (offered, BUYER),
    "withdrawn": (withdrawn, OTHERS),
    "completed": (lambda desk: desk.pay_out(desk.receive(returned(desk))), OTHERS),
}


def badge(page: str) -> set[int]:
    """Of the top and the bottom of the page; both say the same."""
    return {int(n) for n in re.findall(r'<b class="as-dot">.*?</span>\s*(\d+)', page, re.DOTALL)}


def rows(page: str) -> int:
    return page.count('<article class="as-card as-ticket')


@pytest.mark.parametrize("state", STATES)
def test_badge_list_and_sentence_agree_in_every_state(desk: Desk, sit: Sit, state: str) -> None:
    reach, theirs = STATES[state]
    ticket, client = reach(desk), sit("alice")
    ticket = Ticket.objects.get(pk=ticket.pk)
    assert waits_for_buyer(ticket) is theirs
    assert list(buyers_turn(desk.world.users["alice"])) == [ticket] * theirs
    for address in ("/", "/tickets/?stage=waiting"):
        page = text(client.get(address))
        assert badge(page) == ({1} if theirs else set()), address
        assert rows(page) == int(theirs), address
    action = pending_action(ticket, NOW)
    with override("en"):
        assert (action is not None and action.text.startswith("Buyer")) is theirs


def test_the_sum_of_the_rows_is_the_badge_and_the_tab(desk: Desk, sit: Sit) -> None:
    own = [reach(desk) for name, (reach, theirs) in STATES.items() if theirs]
    others = [STATES[name][0](desk) for name in ("to review", "goods refused", "nothing came", "withdrawn")]
    client = sit("alice")
    page = text(client.get("/tickets/?stage=waiting"))
    assert badge(page) == {rows(page)} == {len(own)}
    assert re.search(rf'href="\?stage=waiting" aria-current="page">\s*Waiting for you\s*<b>{len(own)}</b>', page)
    assert not [row for row in others if row.ticket_no in page]
    home = text(client.get("/"))
    assert badge(home) == {len(own)}
    assert re.search(rf'href="/tickets/\?stage=waiting">\s*All\s*<span class="as-num">{len(own)}<', home)


def test_an_empty_list_says_that_nothing_waits(sit: Sit) -> None:
    assert "You're all caught up." in text(sit("alice").get("/tickets/?stage=waiting"))


def test_the_condition_of_rows_is_that_of_one_ticket_in_every_combination(desk: Desk) -> None:
    """Whatever the database would let stand in a row, also what no service makes."""
    ticket, judged = returned(desk), 0
    facts = ("offered_at", "lost_at", "not_arrived_at", "goods_refused_at", "received_at")
    clocks = [*((status, "overdue") for status in Status.values), ("rejected", "close")]
    for (status, due), doubtful, set_ in product(clocks, (True, False), product((NOW, None), repeat=len(facts))):
        values = dict(zip(facts, set_, strict=True)) | {
            "status": status, "due_action": due, "alerts": '["doubtful_tracking"]' if doubtful else "[]"
        }  # fmt: skip
        with connection.cursor() as cursor:
            try:
                with transaction.atomic():
                    assigned = ", ".join(f"{name} = %s" for name in values)
                    cursor.execute(
                        f"UPDATE aftersales_ticket SET {assigned} WHERE id = %s", [*values.values(), ticket.pk]
                    )
            except IntegrityError:
                continue
        row = Ticket.objects.get(pk=ticket.pk)
        assert buyers_turn(desk.world.users["alice"]).exists() is waits_for_buyer(row), values
        judged += 1
    assert judged > 300
