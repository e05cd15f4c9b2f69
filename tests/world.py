"""Two shops and the people around them, and how to reach any state of an order by the services alone."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from itertools import count
from typing import Any

from accounts.access import member_actor, support_actor
from accounts.models import Membership, Policy, Role, Shop, User
from accounts.services import open_shop
from kernel.actors import BUYER, COURIER, RULE, Actor
from orders import services
from orders.models import Order, OrderLine, Sku
from orders.services import stock

NOW = datetime.fromisoformat("2026-03-02T10:00:00+08:00")
DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)
PASSWORD = "aftersales-demo"
_numbers = count(1)

Line = tuple[str, str, int]


def _user(name: str, **more: Any) -> User:
    # No password by default: hashing one takes longer than most tests. `World.password` gives one.
    user = User(username=name, **more)
    user.set_unusable_password()
    return user


def _shop(code: str) -> Shop:
    return open_shop(Shop(code=code, name=code.title(), hotline="400-000"))


@dataclass
class World:
    """`lantern` (mei manages, wen reviews up to 200.00) and `harbor` (rui manages); `oms` feeds both.

    `alice` and `bob` buy, `sun` and `song` are platform support, `eve` is nobody's.
    """

    lantern: Shop = field(init=False)
    harbor: Shop = field(init=False)
    users: dict[str, User] = field(init=False)
    now: datetime = NOW

    def __post_init__(self) -> None:
        self.lantern, self.harbor = _shop("lantern"), _shop("harbor")
        names = ("alice", "bob", "eve", "mei", "wen", "rui", "oms")
        people = [_user(name) for name in names]
        people += [_user("sun", support_role="agent", is_staff=True)]
        people += [_user("song", support_role="supervisor", is_staff=True)]
        self.users = {user.username: user for user in User.objects.bulk_create(people)}
        Membership.objects.bulk_create(self._members())

    def _members(self) -> Iterator[Membership]:
        member = partial(Membership, accepted_at=NOW - 60 * DAY, role_since=NOW - 60 * DAY)
        yield member(shop=self.lantern, user=self.users["mei"], role=Role.MANAGER)
        yield member(shop=self.lantern, user=self.users["wen"], role=Role.AGENT, review_limit=Decimal(200))
        yield member(shop=self.harbor, user=self.users["rui"], role=Role.MANAGER)
        for shop in (self.lantern, self.harbor):
            yield member(shop=shop, user=self.users["oms"], role=Role.INTEGRATION)

    # --- people ---------------------------------------------------------------------------------

    def __getattr__(self, name: str) -> User:
        """`world.alice` and so on: the user."""
        users: dict[str, User] = self.__dict__.get("users", {})
        if name in users:
            return users[name]
        raise AttributeError(name)

    def actor(self, name: str, shop: Shop | None = None) -> Actor:
        """The actor that a person is: a buyer, a member of their shop, or support."""
        user = self.users[name]
        if user.support_role:
            return support_actor(user)
        for candidate in [shop] if shop else [self.lantern, self.harbor]:
            member = member_actor(user, candidate.pk)
            if member:
                return member
        return Actor(BUYER, user.display_name, user.pk)

    def password(self, name: str) -> str:
        """Gives the person a password that can be typed."""
        self.users[name].set_password(PASSWORD)
        self.users[name].save()
        return PASSWORD

    def revise_policy(self, shop: Shop | None = None, **values: Any) -> None:
        """A new version of a shop's numbers, for orders placed from now on."""
        shop = shop or self.lantern
        shop.policy = Policy.objects.create(shop=shop, **values)
        shop.save()

    # --- goods ----------------------------------------------------------------------------------

    def sku(
        self,
        code: str = "TEE",
        *,
        price: str = "99.00",
        shop: Shop | None = None,
        on_hand: int | None = None,
        **flags: Any,
    ) -> Sku:
        values = {"title": code.title(), "price": Decimal(price), **flags}
        sku, _ = Sku.objects.update_or_create(shop=shop or self.lantern, code=code, defaults=values)
        if on_hand is not None:
            stock.put_stock(sku, on_hand, actor=RULE)
        return sku

    # --- orders ---------------------------------------------------------------------------------

    def order_data(
        self,
        *,
        lines: list[Line] | None = None,
        freight: str = "0.00",
        discount: str = "0.00",
        points_deduction: str = "0.00",
        payments: list[tuple[str, str]] | None = None,
        paid: bool = True,
        order_no: str = "",
        buyer: str = "alice",
        placed_at: datetime | None = None,
        **more: Any,
    ) -> dict[str, Any]:
        """`lines` as (sku, unit price, quantity); `payments` as (transaction no., amount), by default one."""
        order_no = order_no or f"E-{next(_numbers)}"
        lines = [("TEE", "99.00", 2)] if lines is None else lines
        whole = sum((Decimal(price) * quantity for _, price, quantity in lines), Decimal(freight))
        whole -= Decimal(discount) + Decimal(points_deduction)
        if payments is None:
            payments = [(f"PAY-{order_no}", str(whole))] if paid else []
        return {
            "order_no": order_no,
            "buyer": buyer,
            "placed_at": placed_at or self.now - DAY,
            "freight": Decimal(freight),
            "discount": Decimal(discount),
            "points_deduction": Decimal(points_deduction),
            "lines": [
                {"sku": sku, "title": sku.title(), "unit_price": Decimal(price), "quantity": quantity}
                for sku, price, quantity in lines
            ],
            "payments": [
                {"channel": "sandbox", "transaction_no": number, "amount": Decimal(amount)}
                for number, amount in payments
            ],
            "receiver": {"name": "Alice", "phone": "13800000000", "address": "1 Lantern Street"},
            **more,
        }

    def place_order(self, *, shop: Shop | None = None, now: datetime | None = None, **data: Any) -> Order:
        """A paid order (`paid=False`: unpaid). See `order_data` for what can be said."""
        shop = shop or self.lantern
        order, _ = services.create(
            shop, self.order_data(**data), actor=self.actor("oms", shop), now=now or self.now - DAY
        )
        return order

    def ship(self, order: Order, units: dict[int, int] | None = None, *, now: datetime | None = None) -> Order:
        """Everything that may leave the house, or `units` (line id → units). Without a parcel."""
        units = services.shippable(order) if units is None else units
        return services.mark_shipped(order, units, actor=self.actor("oms", order.shop), now=now or self.now)

    def deliver(self, order: Order, *, now: datetime | None = None) -> Order:
        return services.deliver(order, actor=COURIER, now=now or self.now)

    def complete(self, order: Order, *, now: datetime | None = None) -> Order:
        buyer = Actor(BUYER, order.buyer.display_name, order.buyer_id)
        return services.confirm_receipt(order, actor=buyer, now=now or self.now)

    def shipped(self, **data: Any) -> Order:
        return self.ship(self.place_order(**data))

    def delivered(self, **data: Any) -> Order:
        return self.deliver(self.shipped(**data))

    def completed(self, **data: Any) -> Order:
        return self.complete(self.delivered(**data))

    def lines(self, order: Order) -> list[OrderLine]:
        return list(order.lines.order_by("position"))
