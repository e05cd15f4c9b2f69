"""One order, any story: dice play buyer, merchant, support, courier, gateway and clock in any order, and after every
step the books are recomputed from the ticket lines. A failure prints the story and its number; STORIES=5000 plays more.

Dice instead of a hypothesis machine: measured, that reached an approved return in one story of fifteen, this in most.
"""

import os
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from functools import partial
from random import Random
from typing import Any

import pytest
from django.db import transaction

from aftersales import services
from aftersales.models import Reason, Ticket
from aftersales.states import Due
from kernel.actors import COURIER
from kernel.calls import clock as real_clock
from kernel.errors import DomainError
from logistics import services as logistics
from logistics.models import Parcel
from orders import services as orders
from orders.models import Order
from refunds import services as refunds
from refunds.models import Refund
from tests.desk import Desk
from tests.undone import undone
from tests.world import NOW, World

from ..conditions import awaits_missing
from ..rules.application import Application, LineRequest
from ..rules.grounds import grounds_of
from ..services.deadlines import due, fire
from . import books

FIRST, STORIES = int(os.environ.get("FIRST_STORY", "0")), int(os.environ.get("STORIES", "10"))
STEPS = 25
TYPES = ["return_refund", "return_refund", "exchange", "refund_only", "reissue", "repair"]
STAGES = ["paid", "packed", "in part", "shipped", "delivered", "delivered", "completed"]
PREFIXES = ["", "", "", "FAIL-", "LOST-", "SLOW-", "DOWN-"]
GIVING_UP = {"withdraw", "amend", "reject", "refuse_goods", "reopen"}
CONDITIONS = ["as_new", "as_new", "resellable", "damaged", "missing", "wrong"]


class Story:
    def __init__(self, desk: Desk, seed: int) -> None:
        self.desk, self.dice, self.log = desk, Random(seed), [f"story {seed}"]
        self.now, self.wall, self.numbers = NOW, real_clock.wall(), 0
        self.order = self.place()
        self.bring_to(self.one(STAGES))

    def one(self, of: Any) -> Any:
        return self.dice.choice(list(of))

    def chance(self, percent: int) -> bool:
        return self.dice.randrange(100) < percent

    def money(self, most: int = 15000) -> Decimal:
        return Decimal(self.dice.randrange(most)) / 100

    def by(self, name: str) -> dict[str, Any]:
        return {"actor": getattr(self.desk, name), "now": self.now}

    def waybill(self) -> dict[str, Any]:
        self.numbers += 1
        return {"courier": "sf", "tracking_no": f"SF{self.numbers}"}

    # --- the order ----------------------------------------------------------------------------------

    def place(self) -> Order:
        skus = self.dice.sample(["TEE", "CAP", "MUG"], self.dice.randint(1, 3))
        lines = [(sku, str(self.money() + Decimal("0.01")), self.dice.randint(1, 4)) for sku in skus]
        goods = sum((Decimal(price) * n for _, price, n in lines), Decimal(0))
        freight = self.one(["0.00", "9.99"])
        discount = (goods * self.one([0, 0, 7, 33, 99]) / 100).quantize(Decimal("0.01"))
        whole = goods - discount + Decimal(freight)
        first = (whole * self.one([0, 1, 50, 99, 100]) / 100).quantize(Decimal("0.01"))
        payments = [(f"{self.one(PREFIXES)}P{i}", str(amount)) for i, amount in enumerate((first, whole - first))]
        self.log.append(f"{lines} freight {freight} discount {discount} {payments}")
        more = {"points_used": self.one([0, 101]), "coupons": self.one([[], ["C1"]])}
        return self.desk.world.place_order(
            lines=lines, freight=freight, discount=str(discount), payments=payments, **more
        )

    def bring_to(self, stage: str) -> None:
        self.log.append(stage)
        world, order = self.desk.world, self.order
        if stage == "packed":
            orders.pack(order, **self.by("integration"))
        elif stage == "in part":
            line = world.lines(order)[0]
            world.ship(order, {line.pk: (line.quantity + 1) // 2})
        elif stage != "paid":
            world.ship(order)
        if stage in ("delivered", "completed"):
            world.deliver(order)
        if stage == "completed":
            world.complete(order)
        self.order = Order.objects.get(pk=order.pk)

    # --- one step -----------------------------------------------------------------------------------

    def step(self) -> None:
        deeds = [self.apply] * 6 + [self.act] * 16 + [self.gateway] * 2 + [self.wait] * 2
        deeds += [self.courier, self.ship, self.receive_order, self.mend, self.reopen_window]
        self.one(deeds)()
        self.order = Order.objects.get(pk=self.order.pk)
        books.check(self.order)

    def do(self, what: str, deed: Callable[[], Any]) -> bool:
        """A refusal is an answer like any other, and leaves nothing behind; anything else is a bug."""
        self.log.append(what)
        try:
            with transaction.atomic():
                deed()
        except DomainError as refusal:
            self.log[-1] += f" → {refusal.code} {refusal.details.get('reasons', '')}"
            return False
        return True

    def tickets(self, *verbs: str) -> list[Ticket]:
        rows = Ticket.objects.filter(order=self.order).order_by("id")
        return [t for t in rows if not verbs or set(verbs) & set(t.allowed())]

    def application(self) -> Application:
        """Mostly what is there to be had, now and then too much of it."""
        sent = self.order.status in ("shipped", "completed")
        type_ = self.one(TYPES if sent else ["refund_only", "refund_only", "refund_only", *TYPES])
        code = self.one(Reason.objects.filter(type=type_).order_by("id").values_list("code", flat=True))
        claimed = self.money() if code == "compensation" and self.chance(80) else None
        lines = self.desk.world.lines(self.order)
        free = [line for line in lines if line.free_quantity] or lines
        sku = self.one(["BIG", "BIG", "SMALL", ""]) if type_ == "exchange" else ""
        wanted = [
            LineRequest(line.pk, self.dice.randint(1, max(line.free_quantity, 1)), sku)
            for line in self.dice.sample(free, self.dice.randint(1, len(free)))
        ]
        wanted += [LineRequest(lines[0].pk, 2, sku)] * self.chance(5)
        received = self.one([None, None, None, True])
        return Application(
            type_, code, tuple(wanted), claimed_amount=claimed, received=received, evidence=(self.desk.photo(),)
        )

    def apply(self) -> None:
        wanted = self.application()
        promised = services.quote(self.order, wanted, **self.by("buyer"))
        what = f"apply {wanted.type} {wanted.reason} {wanted.claimed_amount} {[w.quantity for w in wanted.lines]}"
        done = self.do(what, lambda: services.apply(self.order, wanted, **self.by("buyer")))
        assert done == (not promised.reasons), promised.reasons
        ticket = self.tickets()[-1] if done else None
        if ticket and ticket.pays_money:
            assert ticket.requested_amount == promised.total
            # Where a bank decides, or has decided, nobody knows yet by which payment it comes.
            by_bank = promised.disputed or promised.lost
            assert by_bank or promised.total == sum((a for _, a in promised.tenders), Decimal(0))

    def act(self) -> None:
        """Any verb of any ticket by whoever may."""
        if rows := self.tickets(*DEEDS):
            ticket = self.one(rows)
            possible = [name for name in DEEDS if name in ticket.allowed()]
            verb = self.one([name for name in possible for _ in range(1 if name in GIVING_UP else 4)])
            self.do(f"{verb} #{ticket.pk} ({ticket.type}, {ticket.status})", lambda: DEEDS[verb](self, ticket))

    def ship(self) -> None:
        free = orders.shippable(self.order)
        units = {pk: self.dice.randint(0, most) for pk, most in free.items()}
        units = {pk: n for pk, n in units.items() if n} or free
        self.do(f"ship {units}", lambda: orders.mark_shipped(self.order, units, **self.by("integration")))

    def receive_order(self) -> None:
        self.do("deliver", lambda: orders.deliver(self.order, actor=COURIER, now=self.now))
        if self.chance(30):
            self.do("confirm receipt", lambda: orders.confirm_receipt(self.order, **self.by("buyer")))

    def courier(self) -> None:
        if parcels := list(Parcel.objects.filter(order=self.order).order_by("id")):
            parcel, status = self.one(parcels), self.one(["delivered", "lost", "returned"])
            self.do(
                f"{parcel.kind} parcel {status}",
                lambda: logistics.report(parcel, status=status, actor=COURIER, now=self.now),
            )

    def wait(self) -> None:
        """Time passes, and the clock rings whatever is due: it may find nothing to do, but never be refused."""
        self.now += timedelta(hours=self.one([1, 25, 49, 24 * 8, 24 * 15]))
        for action in Due.values:
            for pk in due(action, self.now).filter(order=self.order).values_list("pk", flat=True):
                done = self.do(f"the clock: {action} #{pk}", partial(fire, pk, action, now=self.now))
                assert done, "the clock was refused"

    def gateway(self) -> None:
        self.log.append("gateway")
        self.wall += timedelta(hours=1)
        rows = Refund.objects.filter(payment__order=self.order, status__in=["pending", "processing"])
        for pk in rows.order_by("id").values_list("pk", flat=True):
            refunds.send(pk, now=self.now, wall=self.wall)

    def mend(self) -> None:
        """What the gateway refused for good is tried again, or settled by two people."""
        for refund in Refund.objects.filter(payment__order=self.order, status="failed").order_by("id"):
            if self.chance(30):
                self.do("retry", partial(refunds.retry, refund, **self.by("merchant")))
                continue
            for who in (self.desk.merchant, self.desk.world.actor("song")):
                by: dict[str, Any] = {"actor": who, "now": self.now}
                self.do("by hand", partial(refunds.settle_by_hand, refund, proof="B-1", **by))

    def reopen_window(self) -> None:
        self.do("reopen window", lambda: orders.reopen_window(self.order, days=2, reason="-", **self.by("support")))

    # --- verbs with something to decide -------------------------------------------------------------

    def approve(self, ticket: Ticket) -> None:
        decision: dict[str, Any] = {"confirm_alerts": True, "note": "on the phone", "returnless": self.chance(10)}
        if self.chance(25):
            decision |= {"service_fee": self.one([Decimal("0.01"), Decimal("3.33")]), "service_fee_consent": True}
        if self.chance(20):
            decision |= {"refund_amount": self.money(), "refund_amount_consent": True}
        services.approve(ticket, **decision, **self.by("merchant"))

    def receive(self, ticket: Ticket) -> None:
        late = awaits_missing(ticket)
        units = [
            {
                "line_id": item.line_id,
                "quantity": self.dice.randint(0, item.quantity - item.returned_quantity if late else item.quantity),
                "condition": self.one(CONDITIONS),
            }
            for item in ticket.lines.all()
        ]
        if late:
            services.receive(ticket, units=units, **self.by("merchant"))
            return
        more: dict[str, Any] = {
            "deduction": Decimal(self.one(["0.00", "0.00", "0.01", "5.00"])),
            "deduction_consent": True,
            "note": "ok",
        }
        services.receive(ticket, units=units, **more, **self.by("merchant"))

    def reject(self, ticket: Ticket) -> None:
        grounds = ["", *grounds_of(ticket, list(ticket.lines.select_related("line")))]
        services.reject(ticket, reason="No", ground=self.one(grounds), **self.waybill(), **self.by("merchant"))

    def pay_difference(self, ticket: Ticket) -> None:
        self.numbers += 1
        payment = {"channel": "sandbox", "transaction_no": f"{self.one(PREFIXES)}D{self.numbers}"}
        services.pay_difference(ticket, payment=payment | {"amount": ticket.price_difference}, **self.by("integration"))

    def convert(self, ticket: Ticket) -> None:
        services.convert(
            ticket, to=self.one(["return_refund", "refund_only"]), **self.by(self.one(["merchant", "buyer"]))
        )


DEEDS: dict[str, Callable[[Story, Ticket], Any]] = {
    "amend": lambda s, t: services.amend(t, s.application(), **s.by("buyer")),
    "withdraw": lambda s, t: services.withdraw(t, **s.by("buyer")),
    "ship_back": lambda s, t: services.ship_back(t, **s.waybill(), **s.by("buyer")),
    "confirm_replacement": lambda s, t: services.confirm_replacement(t, **s.by("buyer")),
    "approve": Story.approve,
    "reject": Story.reject,
    "receive": Story.receive,
    "refuse_goods": lambda s, t: services.refuse_goods(t, reason="Worn", **s.by("merchant")),
    "return_goods": lambda s, t: services.return_goods(t, **s.waybill(), **s.by("merchant")),
    "reship": lambda s, t: services.reship(t, **s.waybill(), advance=s.chance(50), note="urgent", **s.by("merchant")),
    "pay_difference": Story.pay_difference,
    "convert": Story.convert,
    "reopen": lambda s, t: services.reopen(t, reason="Late parcel", **s.by("support")),
}


def play(world: World, kind: "type[Story]", seeds: range, steps: int) -> None:
    """Each story in a savepoint of its own. One that fails is printed, with its number."""
    desk = Desk(world)
    world.revise_policy(consent="note")
    world.sku("BIG", price="120.00", on_hand=9)
    world.sku("SMALL", price="0.50", on_hand=3)
    for code in ("TEE", "CAP", "MUG"):
        world.sku(code, price="50.00", on_hand=2)
    for seed in seeds:
        with undone():
            story = kind(desk, seed)
            try:
                for _ in range(steps):
                    story.step()
            except Exception:
                print("\n".join(story.log))
                raise


@pytest.mark.slow
@pytest.mark.django_db
def test_the_books_agree_after_any_story(world: World) -> None:
    play(world, Story, range(FIRST, FIRST + STORIES), STEPS)
