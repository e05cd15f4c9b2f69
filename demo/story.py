"""Plays one scene through the services with a clock of its own, which ends a little before now."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import groupby
from typing import Any

from django.db import transaction

from aftersales import services
from aftersales.models import Reason, Ticket
from aftersales.rules.application import Application, LineRequest
from aftersales.services.deadlines import fire
from kernel.actors import CLOCK, COURIER
from kernel.machine import advance
from kernel.money import CENT, split
from logistics import services as logistics
from logistics.machine import ON_THE_WAY
from logistics.models import Parcel
from orders import services as orders
from orders.models import Order, Sku
from refunds import services as refunds
from refunds.machine import OPEN
from refunds.models import Refund

from . import beyond_refunds, photos
from .conversation import talk
from .people import MANAGERS, Cast
from .scenes import Scene

RECEIVERS = {
    "alice": {"name": "艾丽", "phone": "13800010001", "address": "上海市徐汇区漕溪北路 18 号 6 楼"},
    "bob": {"name": "鲍勃", "phone": "13800010002", "address": "成都市高新区天府大道 200 号 2 栋"},
    "carol": {"name": "卡萝", "phone": "13800010003", "address": "北京市朝阳区建国路 60 号 12 层"},
    "dave": {"name": "戴维", "phone": "13800010004", "address": "武汉市武昌区中南路 14 号"},
    "erin": {"name": "艾琳", "phone": "13800010005", "address": "南京市鼓楼区中山北路 81 号"},
    "frank": {"name": "方克", "phone": "13800010006", "address": "西安市雁塔区科技路 33 号"},
    "grace": {"name": "葛蕾", "phone": "13800010007", "address": "厦门市思明区湖滨南路 9 号"},
}
POINTS_A_YUAN = 100
OUTSIDE = "refund"  # a channel is never asked inside a transaction


class Story:
    def __init__(self, scene: Scene, number: int, cast: Cast, skus: dict[str, Sku], now: datetime) -> None:
        self.scene, self.number, self.cast, self.skus = scene, number, cast, skus
        self.shop = cast.shops[scene.shop]
        self.buyer = cast.buyer(scene.buyer)
        self.merchant = cast.member(scene.by or MANAGERS[scene.shop], scene.shop)
        self.manager = cast.member(MANAGERS[scene.shop], scene.shop)
        self.integration = cast.member("oms", scene.shop)
        self.steps = [_timed(word) for word in scene.path.split()]
        whole = sum(hours for _, hours in self.steps)
        self.at = now - timedelta(hours=whole + (scene.rest or _rest(number)), minutes=7 * (number % 8))
        self.order: Order
        self.ticket: Ticket

    def play(self) -> None:
        for outside, steps in groupby(self.steps, key=lambda step: step[0] == OUTSIDE):
            if outside:
                self._run(steps)
            else:
                with transaction.atomic():
                    self._run(steps)
        if self.scene.type:
            talk(self)

    def _run(self, steps: Iterator[tuple[str, float]]) -> None:
        for name, hours in steps:
            self.at += timedelta(hours=hours)
            STEPS[name][1](self)

    # --- the order ------------------------------------------------------------------------------

    def place(self, paid: bool) -> None:
        payable, data = self._bought()
        if paid:
            data["payments"] = self._payments(payable)
        self.order, _ = orders.create(self.shop, data, actor=self.integration, now=self.at)

    def _bought(self) -> tuple[Decimal, dict[str, Any]]:
        scene, points = self.scene, Decimal(self.scene.points) / POINTS_A_YUAN
        lines = [self._line(code, quantity) for code, quantity in scene.items]
        whole = sum(line["unit_price"] * line["quantity"] for line in lines)
        data = {
            "order_no": order_no(self.number),
            "buyer": scene.buyer,
            "placed_at": self.at,
            "freight": Decimal(scene.freight),
            "discount": Decimal(scene.discount),
            "points_deduction": points,
            "points_used": scene.points,
            "coupons": list(scene.coupons),
            "lines": lines,
            "receiver": RECEIVERS[scene.buyer],
        }
        return whole - data["discount"] - points + data["freight"], data

    def _line(self, code: str, quantity: int) -> dict[str, Any]:
        sku = self.skus[code]
        confirmed = self.scene.confirmed_exempt
        return {
            "sku": code, "title": sku.title, "spec": sku.spec, "category": sku.category, "unit_price": sku.price,
            "quantity": quantity, "image_url": sku.image_url, "exempt_confirmed": confirmed,
        }  # fmt: skip

    def _payments(self, payable: Decimal) -> list[dict[str, Any]]:
        amounts = split(payable, [weight for _, weight in self.scene.tenders], CENT)
        numbers = [f"{prefix}{order_no(self.number)}" for prefix, _ in self.scene.tenders]
        return [
            {"channel": self.scene.channel, "transaction_no": number, "amount": amount, "paid_at": self.at}
            for number, amount in zip(numbers, amounts, strict=True)
        ]

    def pay(self) -> None:
        self.order = orders.pay(self.order, self._payments(self.order.amount)[0], actor=self.integration, now=self.at)

    def close(self) -> None:
        self.order = orders.close(self.order, reason="买家超时未付款", actor=self.integration, now=self.at)

    def pack(self) -> None:
        self.order = orders.pack(self.order, actor=self.integration, now=self.at)

    def ship(self, lines: int | None = None) -> None:
        """`lines`: only so many of them, as a split shipment."""
        chosen = None if lines is None else list(self.order.lines.values_list("pk", flat=True)[:lines])
        self.order = logistics.ship(
            self.order, courier="sf", tracking_no=self._waybill(), lines=chosen, actor=self.integration, now=self.at
        )
        for parcel in self._parcels():
            self._scan(parcel, "in_transit", "快件已由顺丰揽收，正发往下一站")

    def _parcels(self) -> list[Parcel]:
        return list(Parcel.objects.filter(order=self.order, kind=Parcel.Kind.OUTBOUND, status__in=ON_THE_WAY))

    def deliver(self) -> None:
        parcels = self._parcels()
        for parcel in parcels:
            self._scan(parcel, "delivered", "快件已签收，签收人：本人")
        if not parcels:  # nothing to carry: virtual goods
            orders.deliver(self.order, actor=self.integration, now=self.at)
        self.order = Order.objects.get(pk=self.order.pk)

    def confirm(self) -> None:
        self.order = orders.confirm_receipt(self.order, actor=self.buyer, now=self.at)

    def expire(self) -> None:
        self.order = advance(self.order.close_window, actor=CLOCK, now=self.at)

    def _waybill(self) -> str:
        return f"SF{1_300_000_000_000 + self.number * 1009 + Parcel.objects.filter(order=self.order).count()}"

    def _scan(self, parcel: Parcel | None, status: str, text: str) -> None:
        if parcel is None:
            raise LookupError(f"nothing is on its way: {self.scene.path}")
        logistics.report(parcel, status=status, text=text, actor=COURIER, now=self.at)

    # --- the ticket -----------------------------------------------------------------------------

    def apply(self) -> None:
        self.ticket = services.apply(self.order, self._application(), actor=self.buyer, now=self.at)

    def amend(self) -> None:
        self.ticket = services.amend(self.ticket, self._application(), actor=self.buyer, now=self.at)

    def _application(self) -> Application:
        scene = self.scene
        reason = Reason.objects.get(type=scene.type, code=scene.reason)
        photo = (self.photo(),) if reason.evidence_required else ()
        claimed = Decimal(scene.claimed) if scene.claimed else None
        return Application(scene.type, scene.reason, self._wanted(), scene.text, claimed, evidence=photo)

    def photo(self) -> Any:
        return photos.upload(self.cast.users[self.scene.buyer], self.number, now=self.at)

    def _wanted(self) -> tuple[LineRequest, ...]:
        lines = list(self.order.lines.all())
        if self.scene.type == "refund_only" and any(line.shipped_quantity for line in lines):
            lines = [line for line in lines if line.to_ship] or lines  # what never left, if there is any
        return tuple(LineRequest(line.pk, self.scene.units or line.quantity, self.scene.exchange_sku) for line in lines)

    def approve(self) -> None:
        self.ticket = services.approve(self.ticket, actor=self.merchant, now=self.at)

    def reject(self) -> None:
        reason = "商品有使用痕迹，照片与描述不符，请补充说明后重新申请。"
        self.ticket = services.reject(self.ticket, reason=reason, actor=self.merchant, now=self.at)

    def withdraw(self) -> None:
        self.ticket = services.withdraw(self.ticket, actor=self.buyer, now=self.at)

    def supplement(self) -> None:
        payment = {
            "channel": "sandbox",
            "transaction_no": f"DIFF-{order_no(self.number)}",
            "amount": self.ticket.price_difference,
            "paid_at": self.at,
        }
        self.ticket = services.pay_difference(self.ticket, payment=payment, actor=self.integration, now=self.at)

    def ship_back(self) -> None:
        paid = Decimal(self.scene.return_freight) if self.scene.return_freight else None
        number = f"75{10**12 + self.number * 733}"
        self.ticket = services.ship_back(
            self.ticket, courier="zto", tracking_no=number, freight_paid=paid, actor=self.buyer, now=self.at
        )

    def arrive(self) -> None:
        self._scan(self.ticket.return_parcel, "delivered", "快件已送达商家仓库")

    def receive(self) -> None:
        units = [
            {"line_id": item.line_id, "quantity": item.quantity, "condition": "as_new"}
            for item in self.ticket.lines.all()
        ]
        note = "已开箱验货，商品齐全。"
        self.ticket = services.receive(self.ticket, units=units, note=note, actor=self.merchant, now=self.at)

    def refuse(self) -> None:
        reason = "退回的商品缺少配件且有明显使用痕迹。"
        self.ticket = services.refuse_goods(self.ticket, reason=reason, actor=self.manager, now=self.at)

    def return_goods(self) -> None:
        self.ticket = services.return_goods(
            self.ticket, courier="sf", tracking_no=self._waybill(), actor=self.manager, now=self.at
        )

    def reship(self) -> None:
        self.ticket = services.reship(
            self.ticket, courier="sf", tracking_no=self._waybill(), actor=self.manager, now=self.at
        )

    def lose(self) -> None:
        self._scan(self.ticket.replacement_parcel, "lost", "快件在转运途中遗失")

    def arrived(self) -> None:
        self._scan(self.ticket.replacement_parcel, "delivered", "快件已签收，签收人：本人")
        self.ticket = services.confirm_replacement(self.ticket, actor=self.buyer, now=self.at)

    def convert(self) -> None:
        self.ticket = services.convert(self.ticket, to="refund_only", actor=self.manager, now=self.at)

    def fire(self) -> None:
        """The deadline passes, and the clock does what it does."""
        if not fire(self.ticket.pk, self.ticket.due_action, now=self.at):
            raise LookupError(f"nothing was due: {self.scene.path}")

    def refund(self) -> None:
        tickets = Refund.objects.filter(ticket_refund__ticket=self.ticket, status__in=OPEN)
        for pk in list(tickets.order_by("id").values_list("pk", flat=True)):
            refunds.send(pk, now=self.at)


Step = Callable[[Story], None]

# Each step with the hours that usually pass before it.
STEPS: dict[str, tuple[float, Step]] = {
    "order": (0, lambda story: story.place(paid=False)),
    "buy": (0, lambda story: story.place(paid=True)),
    "pay": (0.3, Story.pay),
    "close": (24, Story.close),
    "pack": (3, Story.pack),
    "ship": (18, Story.ship),
    "ship_part": (18, lambda story: story.ship(1)),
    "deliver": (44, Story.deliver),
    "confirm": (20, Story.confirm),
    "expire": (15 * 24, Story.expire),
    "apply": (9, Story.apply),
    "amend": (5, Story.amend),
    "approve": (6, Story.approve),
    "reject": (7, Story.reject),
    "withdraw": (3, Story.withdraw),
    "supplement": (2, Story.supplement),
    "ship_back": (25, Story.ship_back),
    "arrive": (41, Story.arrive),
    "receive": (11, Story.receive),
    "refuse": (9, Story.refuse),
    "return_goods": (10, Story.return_goods),
    "reship": (19, Story.reship),
    "lose": (50, Story.lose),
    "arrived": (46, Story.arrived),
    "convert": (8, Story.convert),
    "clock": (48, Story.fire),
    "refund": (0.02, Story.refund),
    **beyond_refunds.STEPS,
}


def _timed(word: str) -> tuple[str, float]:
    name, _, hours = word.partition("+")
    return name, float(hours) if hours else STEPS[name][0]


def _rest(number: int) -> float:
    """Between two hours and most of a day ago, so that every clock is ahead and the list is not all of one minute."""
    return 2 + number * 7 % 17


def order_no(number: int) -> str:
    return f"DEMO-{number}"
